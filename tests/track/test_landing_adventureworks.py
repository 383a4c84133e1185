"""Landing on a real company whose orders lie on one date a month and whose periods are explicit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kit.data import measures
from kit.data.case import open_case, reopen
from kit.parameters import data_folder, load
from kit.track import landing

CONFIG = Path(__file__).resolve().parents[2] / "parameters" / "adventureworks" / "company.yml"
DATA = data_folder(CONFIG, load(CONFIG))

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the AdventureWorks files are not at {DATA}; see data_dir"
)


def test_landing_of_a_company_with_one_order_date_a_month(tmp_path):
    first = open_case(CONFIG, out=str(tmp_path), period="2013-06-30", as_of="2013-06-30")
    end = reopen(first, as_of="2013-09-28")
    actual = measures.actuals(end, start=end.period.start, end=end.period.end)
    for as_of in ("2013-06-30", "2013-07-31", "2013-08-15", "2013-09-10"):
        found = landing.forecast(reopen(first, as_of=as_of), target=1.0)
        assert np.isfinite([found.landing, found.low, found.high]).all()
        assert found.low <= found.landing <= found.high
        assert 0.4 < found.landing / actual < 2.5
    assert landing.forecast(end, target=actual).chance == 1.0
    rep = sorted(set(first.data.sales["rep_id"]))[0]
    one = landing.forecast(reopen(first, scope=f"rep:{rep}", as_of="2013-08-15"))
    assert one.landing is not None
