"""Before and after: by hand, against others, and what cannot be said."""

import numpy as np
import pandas as pd
import pytest

from kit.data.case import reopen
from kit.data.tables import Unavailable
from kit.diagnose.before_after import COLUMNS, before_after
from kit.scope import Scope

PLAIN = {"calendar": {"country": ""}}
MONTHS = pd.period_range("2022-10", periods=36, freq="M")


def case_of(make_case, own, others=None, **more):
    rows = [{"date": f"{m}-01", "amount": float(x)} for m, x in zip(MONTHS, own, strict=True)]
    peers = None
    if others is not None:
        peers = [
            {"month": m.to_timestamp(), "measure": "bookings", "peers": 3, "mean": float(x),
             "median": float(x), "low": float(x), "high": float(x)}
            for m, x in zip(MONTHS, others, strict=True)
        ]  # fmt: skip
    return make_case(sales=rows, peers=peers, settings=PLAIN, **more)


def lines(seed=1):
    rng = np.random.default_rng(seed)
    common = rng.normal(0, 0.1, 36)
    own, others = (1000 * np.exp(common + rng.normal(0, 0.02, 36)) for _ in range(2))
    return own * np.where(np.arange(36) >= 30, np.exp(-0.2), 1.0), others


def test_others_take_out_what_was_common(make_case):
    own, others = lines()
    found = before_after(case_of(make_case, own, others), "2025-04-01")
    frame = found.frame.set_index("view")
    assert list(found.frame.columns) == list(COLUMNS)
    assert (found.months, found.group) == (6, "peers") and "parallel" in found.assumes
    against = frame.loc["against"]
    assert against["low"] < np.expm1(-0.2) < against["high"] < 0 and against["p"] < 0.05
    own_width = frame.loc["own", "high"] - frame.loc["own", "low"]
    assert against["high"] - against["low"] < own_width
    assert found.placebo.p <= 0.1


def test_without_others_there_is_no_difference_of_differences(make_case):
    own, _ = lines()
    found = before_after(case_of(make_case, own), "2025-04-01", months=4)
    assert found.frame["view"].tolist() == ["own"] and found.group == "" and found.months == 4
    assert found.assumes == ("same_season", "nothing_else")
    row = found.frame.iloc[0]
    assert row["change"] == pytest.approx(row["after"] / row["before"] - 1)


def test_too_few_months_on_a_side(make_case):
    case = case_of(make_case, lines()[0])
    assert before_after(case, "2025-08-01") == Unavailable(reason="before_after_short", detail="2")
    assert before_after(case, "2030-01-01") == Unavailable(reason="before_after_short", detail="0")


def test_months_without_noise_have_no_interval(make_case):
    own = np.where(np.arange(36) >= 24, 50.0, 100.0)
    row = before_after(case_of(make_case, own), "2024-10-01").frame.iloc[0]
    assert row["change"] == pytest.approx(-0.5) and np.isnan(row["p"]) and np.isnan(row["low"])


def test_amounts_below_zero_are_compared_by_difference(make_case):
    own = -100 + np.random.default_rng(2).normal(0, 5, 36) - 40 * (np.arange(36) >= 30)
    found = before_after(case_of(make_case, own), "2025-04-01")
    assert not found.logs and found.frame["change"].iloc[0] == pytest.approx(-40, abs=15)


def test_part_against_the_other_parts_of_the_sample(sample_company):
    _, _, company = sample_company
    found = before_after(company, "2025-07-01", part=Scope.parse("region:East"))
    assert found.group == "parts" and found.frame.iloc[-1]["high"] < 0
    own = before_after(reopen(company, scope="region:East"), "2025-07-01")
    assert own.frame.iloc[0]["change"] == pytest.approx(found.frame.iloc[0]["change"])
