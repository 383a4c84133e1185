"""The eight usual obstacles: confirmed, refuted with power, or honestly not decided."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from statsmodels.stats.proportion import confint_proportions_2indep
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from kit.data.case import reopen
from kit.diagnose import verdicts
from kit.diagnose.market_change import market_change
from kit.diagnose.obstacles import COLUMNS, obstacles
from kit.diagnose.verdicts import Measured, Sides

NAMES = ["unclear_need", "slow_process", "competition", "missing_tracking", "uneven_team",
         "customer_loss", "supply", "market_entry"]  # fmt: skip
SALES = [{"date": "2025-08-01", "amount": 5.0}]


def deals(*, reason="competitor", now=0, before=0, many=200, days=10, days_before=10) -> list[dict]:
    """Deals decided in 2025-08 and in 2025-02, so many of them lost for a reason, the rest won."""
    rows = []
    for month, lost, stay in (("2025-08", now, days), ("2025-02", before, days_before)):
        for number in range(many):
            end = pd.Timestamp(f"{month}-20")
            rows.append(
                {"opportunity_id": f"{month}-{number}", "rep_id": "R1", "stage": "proposal",
                 "created_on": end - pd.Timedelta(days=stay + number % 3), "closed_on": end,
                 "expected_close_on": end, "amount": 10.0,
                 "status": "lost" if number < lost else "won",
                 "loss_reason": reason if number < lost else None}
            )  # fmt: skip
    return rows


def judged(make_case, name="competition", **tables):
    found = obstacles(make_case(**{"sales": SALES, **tables}))
    assert list(found.columns) == list(COLUMNS) and found["obstacle"].tolist() == NAMES
    return found.set_index("obstacle").loc[name]


def test_losses_to_competitors_that_rose_are_confirmed(make_case):
    one = judged(make_case, opportunities=deals(now=60, before=20))
    assert one["verdict"] == "confirmed" and one["value"] == pytest.approx(0.2)
    assert one["facts"]["rate"] == pytest.approx(0.3) and one["low"] > 0


def test_what_many_deals_do_not_show_is_refuted(make_case):
    one = judged(make_case, opportunities=deals(now=100, before=100, many=4000))
    assert one["verdict"] == "refuted" and one["power"] > 0.99 and one["high"] < one["threshold"]


def test_what_few_deals_cannot_show_is_not_decided(make_case):
    one = judged(make_case, opportunities=deals(now=2, before=2, many=20))
    assert one["verdict"] == "too_few" and one["power"] < 0.8


def test_a_reason_that_nobody_ever_records_refutes_nothing(make_case):
    one = judged(make_case, "supply", opportunities=deals(now=60, before=20))
    assert (one["verdict"], one["why"]) == ("no_data", "reason_never_recorded")
    assert judged(make_case, "supply", opportunities=deals(reason="交期", now=60, before=20))[
        "verdict"
    ] == "confirmed"


def test_without_deals_the_missing_table_is_named(make_case):
    found = obstacles(make_case(sales=SALES)).set_index("obstacle")
    for name in ("unclear_need", "slow_process", "missing_tracking", "supply", "competition"):
        assert (found.loc[name, "verdict"], found.loc[name, "why"]) == ("no_data", "opportunities")


def test_without_reasons_the_market_share_speaks_of_competition(make_case):
    rows = [
        {"period": period, "region": "East", "line": "pumps", "market_size": 100.0,
         "own_share": share, "competitor_share": 0.2}
        for period, share in (("2024Q3", 0.30), ("2025Q3", 0.25))
    ]  # fmt: skip
    one = judged(make_case, market=rows)
    assert (one["verdict"], one["rule"]) == ("confirmed", "market_share")
    assert one["value"] == pytest.approx(0.05) and one["facts"]["money"] == pytest.approx(-5.0)


def test_deals_that_take_longer_are_a_slow_process(make_case):
    slow = deals(days=20, days_before=10)
    assert judged(make_case, "slow_process", opportunities=slow)["verdict"] == "confirmed"
    same = judged(make_case, "slow_process", opportunities=deals())
    assert same["verdict"] == "refuted" and same["facts"]["days"] == same["facts"]["days_before"]


def test_deals_nobody_keeps_up_are_confirmed_by_the_worse_of_two_shares(make_case):
    waiting = [
        {"opportunity_id": f"open{n}", "rep_id": "R1", "created_on": "2025-05-01",
         "expected_close_on": "2025-07-01" if n % 2 else "2025-12-01", "status": "open",
         "stage": "lead", "amount": 1.0}
        for n in range(100)
    ]  # fmt: skip
    one = judged(make_case, "missing_tracking", opportunities=waiting)
    assert (one["verdict"], one["rule"]) == ("confirmed", "tracking")
    assert one["value"] == pytest.approx(0.5) and one["facts"]["overdue"] == 50
    blank = deals(reason=None, now=100)
    one = judged(make_case, "missing_tracking", opportunities=blank)
    assert (one["verdict"], one["rule"], one["value"]) == ("confirmed", "tracking_reasons", 1.0)


def reps(attainments) -> dict:
    rows, goals = [], []
    for number, share in enumerate(attainments):
        rows.append({"date": "2025-08-01", "rep_id": f"R{number}", "amount": 100.0 * share})
        goals.append({"scope": f"rep:R{number}", "period": "2025Q3", "measure": "bookings",
                      "version": 1, "target": 100.0})  # fmt: skip
    return {"sales": rows, "targets": goals}


def test_an_uneven_team(make_case):
    wide = judged(make_case, "uneven_team", **reps([0.3] * 12 + [1.2] * 12))
    assert wide["verdict"] == "confirmed" and wide["value"] == pytest.approx(4.0)
    even = judged(make_case, "uneven_team", **reps([0.9, 1.0, 1.1] * 6))
    assert even["verdict"] == "refuted"
    few = judged(make_case, "uneven_team", **reps([0.3, 1.2]))
    assert few["verdict"] == "too_few" and few["facts"]["reps"] == 2
    own = obstacles(make_case(sales=SALES, scope="rep:R1")).set_index("obstacle")
    assert own.loc["uneven_team", "why"] == "own_rows_only"


def test_customers_lost_count_by_what_they_held(make_case):
    rows = [
        {"date": f"{month}-{1 + n:02d}", "customer_id": f"C{n}", "amount": 10.0}
        for month in pd.period_range("2023-01", "2025-09", freq="M") for n in range(12)
        if not (n == 3 and month >= pd.Period("2025-05"))
    ]  # fmt: skip
    one = judged(make_case, "customer_loss", sales=rows)
    assert one["verdict"] == "confirmed" and one["value"] == pytest.approx(1 / 12)
    team = obstacles(make_case(sales=rows, scope="team:East-1")).set_index("obstacle")
    assert team.loc["customer_loss", "verdict"] == "too_few"  # may have been handed over


def test_the_sample_tells_its_planted_obstacles(sample_company):
    _, _, company = sample_company
    east = obstacles(reopen(company, scope="region:East")).set_index("obstacle")["verdict"]
    assert east["competition"] == "confirmed" and east["slow_process"] == "refuted"
    west = obstacles(reopen(company, scope="region:West")).set_index("obstacle")["verdict"]
    assert west["customer_loss"] == "confirmed" and west["competition"] != "confirmed"


def test_the_market_gives_and_the_share_gives_and_both_are_the_change(sample_company):
    _, _, company = sample_company
    cells = market_change(company)
    own = cells["size"] * cells["share"] - cells["size_before"] * cells["share_before"]
    assert np.allclose(cells["by_market"] + cells["by_share"], own)
    assert len(cells) == 16 and set(cells["period"]) == {"2025Q3"}


def test_intervals_agree_with_statsmodels():
    mine = verdicts.rise(Sides(30, 120, 20, 150), level=0.95, threshold=0.05)
    low, high = confint_proportions_2indep(30, 120, 20, 150, method="newcomb")
    assert (mine.low, mine.high) == pytest.approx((low, high), abs=1e-9)
    draw = np.random.default_rng(1)
    now, before = draw.gamma(3, 12, 60), draw.gamma(3, 10, 80)
    means = CompareMeans(DescrStatsW(np.log1p(now)), DescrStatsW(np.log1p(before)))
    ends = np.expm1(means.tconfint_diff(usevar="unequal"))
    mine = verdicts.slower(now, before, level=0.95, threshold=0.2)
    assert (mine.low, mine.high) == pytest.approx(tuple(ends), abs=1e-9)
    ends = binomtest(12, 12 + 30).proportion_ci(0.95, method="exact")
    mine = verdicts.fewer(12, 30, level=0.95, threshold=0.5)
    assert mine.high == pytest.approx(1 - ends.low / (1 - ends.low))


@given(st.tuples(*[st.integers(0, 60)] * 4))
def test_an_interval_holds_its_value(counts):
    now, more, before, more_before = counts
    sides = Sides(now, now + more, before, before + more_before)
    found = verdicts.rise(sides, level=0.95, threshold=0.05)
    if now + more and before + more_before:
        assert found.low - 1e-12 <= found.value <= found.high + 1e-12
        assert 0 <= found.power <= 1
    else:
        assert math.isnan(found.value)
    assert verdicts.decide(found, 0.05) in ("confirmed", "refuted", "too_few")


@pytest.mark.parametrize(("now", "before"), [([], []), ([1.0], [2.0]), ([5.0] * 4, [5.0] * 4)])
def test_short_and_constant_series(now, before):
    found = verdicts.slower(np.array(now), np.array(before), level=0.95, threshold=0.2)
    assert math.isnan(found.value) or found.value == 0.0
    assert verdicts.decide(Measured(math.nan, math.nan, math.nan), 0.1) == "too_few"


def test_what_is_left_open_says_why(sample_company):
    _, _, company = sample_company
    whole = obstacles(company).set_index("obstacle")
    assert whole.loc["competition", "doubt"] == "changed"
    assert (whole["doubt"] != "").eq(whole["verdict"] == "too_few").all()
    east = obstacles(reopen(company, scope="region:East")).set_index("obstacle")
    assert east.loc["unclear_need", "doubt"] == "power" and east.loc["unclear_need", "power"] < 0.8
    assert (east["needed"] == verdicts.POWER).all()
