"""The market: own share in money, competitors' moves, and what may be said of expenses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.data.case import reopen
from kit.data.tables import Unavailable
from kit.diagnose.competitor_moves import competitor_moves
from kit.diagnose.expense_return import expense_return
from kit.diagnose.market_share import market_share
from kit.diagnose.spend_effect import _fit, spend_effect

Company = {"scope": "company"}


def cell(period, region, line, size, share, rival=0.2):
    return {"period": period, "region": region, "line": line, "market_size": size,
            "own_share": share, "competitor_share": rival}  # fmt: skip


def test_the_change_of_own_sales_is_parted_into_market_and_share(make_case):
    rows = [
        cell("2024Q3", "East", "a", 1000.0, 0.20), cell("2025Q3", "East", "a", 1100.0, 0.15, 0.3),
        cell("2024Q3", "West", "a", 500.0, 0.10), cell("2025Q3", "West", "a", 500.0, 0.12),
        cell("2025Q3", "West", "new", 90.0, 0.12), cell("2025Q4", "West", "a", 999.0, 0.99),
    ]  # fmt: skip
    found = market_share(make_case(market=rows, **Company))
    east = found.regions.set_index("region").loc["East"]
    assert east[["by_market", "by_share"]].tolist() == pytest.approx([20.0, -55.0])
    assert east["points"] == pytest.approx(-0.05)
    assert east["market_growth"] == pytest.approx(0.1)
    assert east["own_growth"] == pytest.approx(165 / 200 - 1)
    assert east["competitor_points"] == pytest.approx(0.1)
    assert found.whole["share"] == pytest.approx((165 + 60) / 1600)
    assert (found.period, found.before, found.left_out) == ("2025Q3", "2024Q3", 1)
    assert found.regions["region"].tolist() == ["East", "West"]  # most lost first
    assert found.lines["line"].tolist() == ["a"]


SIZES, SHARES = st.floats(1, 1e6), st.floats(0, 1)
FEW = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@FEW
@given(st.lists(st.tuples(SIZES, SIZES, SHARES, SHARES), min_size=1, max_size=6))
def test_the_two_parts_are_the_whole_change(make_case, found):
    rows = [
        row for at, (size, before, share, ago) in enumerate(found)
        for row in (cell("2025Q3", f"R{at % 2}", f"L{at}", size, share),
                    cell("2024Q3", f"R{at % 2}", f"L{at}", before, ago))
    ]  # fmt: skip
    result = market_share(make_case(market=rows, **Company))
    change = sum(size * share - before * ago for size, before, share, ago in found)
    for frame in (result.cells, result.regions, result.lines, result.whole.to_frame().T):
        total = frame["by_market"].sum() + frame["by_share"].sum()
        assert total == pytest.approx(change, abs=1e-6 * sum(one[0] + one[1] for one in found))


def test_where_the_market_is_not_known_the_reason_is_said(make_case):
    assert market_share(make_case(**Company)).table == "market"
    assert market_share(make_case(market=[], scope="team:East-1")).reason == "no_own_market"
    assert market_share(make_case(market=[], **Company)).reason == "no_market_pair"
    alone = [cell("2025Q3", "East", "a", 10.0, 0.1)]
    assert market_share(make_case(market=alone, **Company)).reason == "no_market_pair"
    unknown = [cell("2025Q3", "East", "a", 10.0, None), cell("2024Q3", "East", "a", 10.0, 0.1)]
    assert market_share(make_case(market=unknown, **Company)).reason == "no_market_pair"


def test_the_planted_rival_costs_share_and_win_rate_in_the_east_alone(sample_company):
    _, _, case = sample_company
    shares = market_share(case).regions.set_index("region")
    assert shares["competitor_points"].idxmax() == "East"
    assert shares.loc["East", "competitor_points"] == pytest.approx(0.05, abs=0.015)
    moves = competitor_moves(case)
    assert len(moves) == 1
    one = moves.iloc[0]
    assert (one["region"], bool(one["distinct"])) == ("East", True)
    assert one["change"] < -0.05 and abs(one["elsewhere"]) < 0.03
    assert one["points"] < 0 and one["rival_after"] - one["rival_before"] > 0.03
    assert len(one["also"]) == 2
    assert competitor_moves(reopen(case, scope="region:North")).reason == "no_competitor_events"


def deals(won, many, day, start=0):
    return [
        {"opportunity_id": f"{day}{start + at}", "rep_id": "R1", "created_on": "2025-01-02",
         "closed_on": day, "stage": "won", "status": "won" if at < won else "lost"}
        for at in range(many)
    ]  # fmt: skip


def test_a_move_is_laid_beside_equally_long_days_before_and_after(make_case):
    events = [
        {"date": "2025-08-01", "label": "price cut", "kind": "competitor", "region": "East"},
        {"date": "2025-08-20", "label": "fair", "kind": "promotion", "region": None},
        {"date": "2025-08-21", "label": "elsewhere", "kind": "policy", "region": "West"},
        {"date": "2025-11-01", "label": "later", "kind": "competitor", "region": None},
    ]  # fmt: skip
    found = competitor_moves(make_case(
        sales=[{"rep_id": "R1", "date": "2025-07-01", "amount": 1.0}], events=events,
        opportunities=deals(30, 60, "2025-07-20") + deals(10, 50, "2025-08-25")
        + deals(9, 9, "2025-03-01"),
    ))  # fmt: skip
    one = found.iloc[0]
    assert len(found) == 1 and one["days"] == 61
    assert (one["decided_before"], one["decided"]) == (60, 50)
    assert one["change"] == pytest.approx(-0.3) and one["distinct"]
    assert one["also"] == ("fair",)
    assert np.isnan(one["points"]) and np.isnan(one["elsewhere"])


def test_few_deals_give_no_rate_and_no_events_no_table(make_case):
    move = [{"date": "2025-08-01", "label": "x", "kind": "competitor", "region": None}]
    one = competitor_moves(make_case(events=move, opportunities=deals(2, 9, "2025-08-25"))).iloc[0]
    assert np.isnan(one["win_rate"]) and not one["distinct"] and one["decided"] == 9
    bare = competitor_moves(make_case(events=move)).iloc[0]
    assert bare["decided"] == 0 and np.isnan(bare["p_value"])
    assert competitor_moves(make_case()).table == "events"
    assert competitor_moves(make_case(events=[])).reason == "no_competitor_events"


def spent(day, kind, amount, budget=100.0, region="East"):
    return {"date": day, "region": region, "kind": kind, "amount": amount, "budget": budget}


def test_ratios_hold_complete_months_alone(make_case):
    rows = [spent(f"{year}-{month:02d}-01", kind, amount)
            for year, amount in ((2024, 40.0), (2025, 60.0)) for month in (7, 8, 9)
            for kind in ("travel", "fair")]  # fmt: skip
    sales = [{"date": f"{year}-{month:02d}-20", "amount": amount, "cost": amount / 2}
             for year, amount in ((2024, 1000.0), (2025, 1200.0))
             for month in (6, 7, 8, 9)]  # fmt: skip
    found = expense_return(make_case(sales=sales, expenses=rows, as_of="2025-09-15", **Company))
    assert [str(one.date()) for one in found.months] == ["2025-07-01", "2025-08-01"]
    one = found.kinds.set_index("kind").loc["travel"]
    assert one["spend"] == 120.0 and one["spend_before"] == 80.0
    assert one["of_budget"] == pytest.approx(0.6)
    assert one["per_100"] == pytest.approx(5.0) and one["per_100_before"] == pytest.approx(4.0)
    assert found.whole["margin_each"] == pytest.approx(5.0)  # 1,200 ÷ 240
    assert found.whole["margin_each_before"] == pytest.approx(6.25)
    assert not {"margin_each", "margin_each_before"} & set(found.kinds)
    assert found.whole["spend"] == found.kinds["spend"].sum()
    assert found.effect.reason == "few_region_months"


def test_missing_costs_budgets_years_and_months_give_nulls_not_figures(make_case):
    sales = [{"date": "2025-07-20", "amount": 100.0, "cost": None}]
    case = make_case(sales=sales, expenses=[spent("2025-07-01", "a", 5.0, None)], **Company)
    one = expense_return(case).kinds.iloc[0]
    assert one["per_100"] == 5.0
    assert one[["of_budget", "per_100_before", "growth"]].isna().all()
    assert np.isnan(expense_return(case).whole["margin_each"])
    rows = [spent("2025-07-01", "a", None), spent("2025-07-01", "b", 9.0)]
    none = make_case(sales=sales, expenses=rows, **Company)
    assert expense_return(none).reason == "no_expense_months"
    assert expense_return(make_case(**Company)).table == "expenses"
    assert expense_return(make_case(expenses=[], scope="rep:R1")).reason == "expenses_by_region"
    free = make_case(sales=sales, expenses=[spent("2025-07-01", "a", 0.0)], **Company)
    assert np.isnan(expense_return(free).whole["margin_each"])


def panel(effect, *, lag, seed, months=24, regions=("N", "S", "W", "E")):
    rng = np.random.default_rng(seed)
    firsts = pd.date_range("2023-10-01", periods=months, freq="MS")
    spend = {(region, at): float(100 + rng.normal(0, 20)) for region in regions
             for at in range(-2, months + 2)}  # fmt: skip
    rows = [spent(str(first.date()), "fair", spend[region, at], region=region)
            for region in regions for at, first in enumerate(firsts)]  # fmt: skip
    sales = [
        {"date": str((first + pd.Timedelta(9, "D")).date()), "region": region,
         "amount": 5000 + 30 * at + 400 * (region == "N") + rng.normal(0, 60)
         + effect * spend[region, at - lag]}
        for region in regions for at, first in enumerate(firsts)
    ]  # fmt: skip
    return rows, sales


@pytest.mark.parametrize(
    ("effect", "lag", "verdicts"),
    [(6.0, 1, {"goes"}), (0.0, 1, {"not_distinct"}), (6.0, -1, {"not_distinct", "follows_sales"})],
)
def test_only_spending_that_bookings_follow_is_named(make_case, effect, lag, verdicts):
    rows, sales = panel(effect, lag=lag, seed=4)
    found = spend_effect(make_case(sales=sales, expenses=rows, **Company)).iloc[0]
    assert found["verdict"] in verdicts
    if lag == 1:
        assert found["low"] < effect < found["high"]


def test_the_regression_agrees_with_statsmodels():
    import statsmodels.formula.api as formula

    rng = np.random.default_rng(2)
    index = pd.MultiIndex.from_product(
        [["N", "S", "W"], pd.date_range("2023-01-01", periods=24, freq="MS")],
        names=["region", "month"],
    )
    wide = pd.DataFrame(rng.normal(100, 10, (72, 2)), index=index, columns=["a", "b"])
    sold = 3 * wide["a"] - wide["b"] + rng.normal(0, 30, 72)
    found = _fit(wide, sold, least=60)
    table = wide.assign(y=sold).reset_index()
    fitted = formula.ols("y ~ a + b + C(region) + C(month)", table).fit(cov_type="HC1", use_t=True)
    assert found["effect"].tolist() == pytest.approx(fitted.params[["a", "b"]].tolist())
    ends = fitted.conf_int().loc[["a", "b"]]
    assert found["low"].tolist() == pytest.approx(ends[0].tolist())
    assert found["p_value"].tolist() == pytest.approx(fitted.pvalues[["a", "b"]].tolist())


def test_a_regression_needs_sixty_region_months_over_two_regions(make_case):
    rows, sales = panel(6.0, lag=1, seed=1, months=80, regions=("N",))
    case = make_case(sales=sales, expenses=rows, period="2030Q2", as_of="2030-06-30", **Company)
    assert spend_effect(case) == Unavailable(reason="few_region_months", detail="79")
    rows, sales = panel(6.0, lag=1, seed=1, months=10)
    assert spend_effect(make_case(sales=sales, expenses=rows, **Company)).detail == "36"
    rows, sales = panel(6.0, lag=1, seed=1)
    gap = [one | {"amount": None} if at < 40 else one for at, one in enumerate(rows)]
    case = make_case(sales=sales, expenses=gap, **Company)
    assert int(spend_effect(case).detail) < 60
    flat = [one | {"amount": 100.0} for one in panel(6.0, lag=1, seed=1)[0]]
    case = make_case(sales=panel(6.0, lag=1, seed=1)[1], expenses=flat, **Company)
    assert spend_effect(case).reason == "few_region_months"


def test_the_samples_running_quarter_counts_october_alone(sample_company):
    _, _, case = sample_company
    found = expense_return(reopen(case, period="2025Q4", as_of="2025-11-15"))
    assert [str(one.date()) for one in found.months] == ["2025-10-01"]
    assert set(found.effect["verdict"]) == {"not_distinct"}
