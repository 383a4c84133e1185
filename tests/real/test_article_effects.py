"""AdventureWorks 2012 to 2013, article by article, from the raw files through the gate."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from kit.data.case import open_case
from kit.diagnose import article_effects, bridges, effects
from kit.diagnose.reference import within
from kit.parameters import data_folder, load

CONFIG = Path(__file__).resolve().parents[2] / "parameters" / "adventureworks" / "company.yml"
DATA = data_folder(CONFIG, load(CONFIG))

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the AdventureWorks files are not at {DATA}; see data_dir"
)


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    out = tmp_path_factory.mktemp("adventureworks")
    return open_case(CONFIG, period="2013-09-29", out=str(out))  # the last: all orders are seen


@pytest.fixture(scope="module")
def years(case):
    sales = case.data.sales
    return tuple(
        within(sales, dt.date(year, 1, 1), dt.date(year, 12, 31)) for year in (2013, 2012)
    )


def test_the_five_effects_give_the_difference_to_the_cent(years):
    found = effects.between(*years).set_index("effect")["amount"]
    assert list(found.index) == ["price", "volume", "mix", "new", "lost"]  # dollars on every line
    assert round(found.sum(), 2) == 5_381_202.63
    assert (found.abs() > 1).all()


def test_they_agree_with_the_raw_files(years):
    sales = pd.read_csv(
        DATA / "FactResellerSales.csv", dtype={"ProductKey": str}, parse_dates=["OrderDate"]
    )
    products = pd.read_csv(DATA / "DimProduct.csv", dtype=str)
    sales = sales.merge(products[["ProductKey", "ProductAlternateKey"]], on="ProductKey")
    key = [sales["ProductAlternateKey"], sales["OrderDate"].dt.year]
    sums = sales.groupby(key)[["OrderQuantity", "SalesAmount"]].sum().unstack(fill_value=0)
    q0, q1 = (sums["OrderQuantity"][year].astype(float) for year in (2012, 2013))
    a0, a1 = (sums["SalesAmount"][year] for year in (2012, 2013))
    both = (q0 > 0) & (q1 > 0)
    p0, p1 = a0[both] / q0[both], a1[both] / q1[both]
    mean = a0[both].sum() / q0[both].sum()
    share0, share1 = q0[both] / q0[both].sum(), q1[both] / q1[both].sum()
    expected = {
        "price": (q1[both] * (p1 - p0)).sum(),
        "volume": (q1[both].sum() - q0[both].sum()) * mean,
        "mix": q1[both].sum() * ((share1 - share0) * p0).sum(),
        "new": a1[q0 == 0].sum(),
        "lost": -a0[q1 == 0].sum(),
    }
    found = effects.between(*years).set_index("effect")["amount"].to_dict()
    assert found == pytest.approx(expected, abs=0.005)
    each = article_effects.table(*years)
    assert each["effect"].to_dict() == pytest.approx(
        {one: found for one, found in (a1 - a0).items() if a0[one] or a1[one]}, abs=0.005
    )


def test_bridges_of_a_running_period_are_whole(case):
    for against in ("target", "last_year", "last_period"):
        whole = effects.articles(case, against=against)
        assert whole.effects["amount"].sum() == pytest.approx(
            whole.actual - whole.reference, abs=1e-6
        )
        for name, found in bridges.every(case, against=against).items():
            if name == "class":
                assert set(found["part"]) == {"unknown"}  # resellers have no class
            assert found["effect"].sum() == pytest.approx(whole.actual - whole.reference, abs=1e-6)
