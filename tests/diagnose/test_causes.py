"""The causes: what was planted comes first, and the money always sums to the gap."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.data.tables import Unavailable
from kit.diagnose import causes
from kit.diagnose.catalogue import CAUSES, COLUMNS

TARGET = {"scope": "region:East", "period": "2025Q3", "measure": "bookings", "version": 1}
GOAL = [{**TARGET, "target": 54_000.0}]  # 20 customers × 3 months × 900
CUSTOMERS = [f"C{number:02d}" for number in range(20)]


def business(*, price=1.0, without=()) -> list[dict]:
    """Twenty customers who order ten pieces a month each; price and without count from 2025-07."""
    rows = []
    for month in pd.period_range("2023-01", "2025-09", freq="M"):
        late = month >= pd.Period("2025-07")
        for number, customer in enumerate(CUSTOMERS):
            if late and customer in without:
                continue
            rows.append(
                {"date": f"{month}-{1 + number:02d}", "customer_id": customer, "quantity": 10.0,
                 "rep_id": f"R{number % 4}", "list_amount": 1000.0, "line": "standard",
                 "product_id": f"P{number % 3}", "channel": ("direct", "online")[number % 2],
                 "amount": 900.0 * (price if late else 1.0)}
            )  # fmt: skip
    return rows


def fewer_pieces(pieces: float, *, rep: str = "") -> list[dict]:
    """The same business with fewer pieces an order from 2025-07, of all reps or of one."""
    return [
        {**row, "quantity": pieces, "amount": 90.0 * pieces, "list_amount": 100.0 * pieces}
        if row["date"] >= "2025-07" and row["rep_id"] in (rep or row["rep_id"],)
        else row
        for row in business()
    ]


def pipeline(won_before: int, won_now: int, *, each: int = 100, amount: float = 500.0) -> dict:
    """Deals that reach a proposal, `each` in 2024-11 and in 2025-08, and how many are won."""
    opportunities, events = [], []
    for month, won in (("2024-11", won_before), ("2025-08", won_now)):
        for number in range(each):
            one = f"{month}-{number}"
            opportunities.append(
                {"opportunity_id": one, "rep_id": "R1", "created_on": f"{month}-01",
                 "amount": amount, "closed_on": f"{month}-25", "stage": "proposal",
                 "status": "won" if number < won else "lost"}
            )  # fmt: skip
            events += [
                {"opportunity_id": one, "stage": stage, "entered_on": f"{month}-0{day}"}
                for day, stage in enumerate(("lead", "qualified", "proposal"), start=1)
            ]
    return {"opportunities": opportunities, "stage_events": events}


def summed(table: pd.DataFrame) -> float:
    return float(table["effect"].sum())


def test_a_lost_customer_comes_first(make_case):
    case = make_case(sales=business(without=["C07"]), targets=GOAL)
    found = causes.causes(case)
    assert list(found.columns) == list(COLUMNS)
    first = found.iloc[0]
    assert (first["cause"], first["subject"]) == ("lost_customer", "Customer C07")
    assert first["effect"] == pytest.approx(-2700) and first["share"] == pytest.approx(1.0)
    assert first["facts"]["when"] == dt.date(2025, 6, 8)
    assert (first["action"], first["owner_role"]) == ("win_back", "key_account_manager")
    assert summed(found) == pytest.approx(-2700)


def test_a_deeper_discount_comes_first(make_case):
    sales = business(price=0.82 / 0.90) + [
        {**row, "order_id": f"h{n}", "line": "high-end", "product_id": "H1", "amount": 450.0,
         "list_amount": 500.0}
        for n, row in enumerate(business())
    ]  # fmt: skip
    found = causes.causes(make_case(sales=sales, targets=[{**TARGET, "target": 81_000.0}]))
    first = found.iloc[0]
    assert (first["cause"], first["subject"], first["evidence"]) == ("price", "standard", "price")
    assert first["effect"] == pytest.approx(-0.08 * 60_000)
    assert first["facts"]["discount"] == pytest.approx(0.18)
    assert first["facts"]["reference_discount"] == pytest.approx(0.10)
    assert summed(found) == pytest.approx(-4800)


def test_a_fallen_conversion_comes_first_and_stands_with_what_was_measured(make_case):
    event = {"date": "2025-07-01", "label": "rival", "kind": "competitor", "region": "East"}
    more = {"sales": fewer_pieces(8.0), "targets": GOAL, "events": [event]}
    found = causes.causes(make_case(**more, **pipeline(50, 30)))
    first = found.iloc[0]
    assert (first["cause"], first["subject"]) == ("conversion_step", "proposal → won")
    assert first["effect"] == pytest.approx(100 * (0.3 - 0.5) * 500)
    assert (first["evidence"], first["facts"]["event"]) == ("conversion_step_event", "rival")
    assert found.iloc[-1]["effect"] == pytest.approx(-10_800 + 10_000)
    dear = causes.causes(make_case(**more, **pipeline(50, 30, amount=5000.0)))
    assert dear.iloc[0]["effect"] == pytest.approx(-100_000)
    rest = dear.iloc[-1]
    assert (rest["cause"], rest["evidence"]) == ("unexplained", "unexplained_against")
    assert rest["effect"] == pytest.approx(-10_800 + 100_000)  # what made up for it


def test_vacant_posts_are_named(make_case):
    roster = [
        {"rep_id": f"R{n}", "valid_from": "2020-01-01", "region": "East",
         "valid_to": "2025-06-30" if n == 0 else None}
        for n in range(3)
    ] + [{"rep_id": "R0", "valid_from": "2025-07-01", "region": "South"}]  # fmt: skip
    case = make_case(sales=fewer_pieces(6.0), targets=GOAL, roster=roster)
    first = causes.causes(case).iloc[0]
    assert first["cause"] == "capacity" and first["effect"] == pytest.approx(-18_000)
    assert (first["facts"]["posts"], first["facts"]["posts_before"]) == (2.0, 3.0)


def test_fewer_deals_and_smaller_deals_are_named(make_case):
    def deals(now: int, before: int, amount: float) -> list[dict]:
        return [
            {"opportunity_id": f"{day}{n}", "rep_id": "R1", "created_on": day, "closed_on": closed,
             "amount": worth * (0.9 + 0.02 * (n % 11)), "stage": "proposal",
             "status": "won" if n % 2 else "lost"}
            for day, closed, count, worth in (
                ("2024-08-01", "2024-08-21", before, 500.0),
                ("2025-08-01", "2025-08-21", now, amount),
            )
            for n in range(count)
        ]  # fmt: skip

    more = {"sales": fewer_pieces(6.0), "targets": GOAL}
    found = causes.causes(make_case(**more, opportunities=deals(40, 100, 500.0)))
    assert found.iloc[0]["cause"] == "deals"
    assert found.iloc[0]["facts"]["deals_needed"] == pytest.approx(100)
    found = causes.causes(make_case(**more, opportunities=deals(100, 100, 250.0)))
    assert found.iloc[0]["cause"] == "deal_size"
    assert found.iloc[0]["effect"] == pytest.approx(-50 * 250, rel=0.02)


def test_a_rep_who_falls_behind_the_others_stands_out(make_case):
    found = causes.causes(make_case(sales=fewer_pieces(2.0, rep="R2"), targets=GOAL))
    first = found.iloc[0]
    assert first[["cause", "subject", "category"]].tolist() == ["volume_part", "Name R2", "people"]
    assert first["effect"] == pytest.approx(-10_800)
    assert found.iloc[-1]["cause"] == "unexplained" and summed(found) == pytest.approx(-10_800)


def test_what_helped_is_on_top_where_the_target_is_beaten(make_case):
    sales = business(price=1.05) + [
        {"date": "2025-08-01", "customer_id": "N1", "amount": 6000.0, "list_amount": 6500.0}]
    case = make_case(sales=sales, targets=GOAL)
    found = causes.top(case)
    assert found["cause"].tolist() == ["new_customer", "price"]
    assert (found["effect"] > 0).all()
    assert found["action"].tolist() == ["develop_customer", "hold_price"]
    assert causes.top(case, n=1)["subject"].tolist() == ["Customer N1"]


def test_many_lost_customers_are_gathered(make_case):
    gone = [f"C{number:02d}" for number in range(8)]
    found = causes.causes(make_case(sales=business(without=gone), targets=GOAL))
    assert found["cause"].tolist() == ["lost_customers"] + ["lost_customer"] * 6 + ["unexplained"]
    assert found.loc[0, "effect"] == pytest.approx(-5400) and found.loc[0, "facts"]["count"] == 2


def test_customers_handed_over_make_nobody_stand_out(make_case):
    sales = fewer_pieces(8.0)
    for row in sales:
        if row["date"] >= "2025-07" and row["rep_id"] == "R2" and row["customer_id"] != "C02":
            row["rep_id"] = "R3"
    found = causes.causes(make_case(sales=sales, targets=GOAL))
    assert found["cause"].tolist() == ["unexplained"]


def test_in_a_reps_scope_a_customer_may_have_been_handed_over(make_case):
    sales = [{**row, "rep_id": "R1"} for row in business(without=["C07"])]
    targets = [{**GOAL[0], "scope": "rep:R1"}]
    found = causes.causes(make_case(sales=sales, targets=targets, scope="rep:R1"))
    assert found.loc[0, ["cause", "action"]].tolist() == ["gone_customer", "clarify_customer"]


def test_what_is_unexplained_is_owned_up_to_where_few_causes_are_known(make_case):
    found = causes.top(make_case(sales=fewer_pieces(8.0), targets=GOAL))
    assert found["cause"].tolist() == ["unexplained"]
    assert found.loc[0, "effect"] == pytest.approx(-10_800)


def test_a_steady_business_on_target_accuses_nobody(make_case):
    found = causes.causes(make_case(sales=business(), targets=GOAL))
    assert found["cause"].tolist() == ["unexplained"]
    assert summed(found) == pytest.approx(0) and math.isnan(found.loc[0, "share"])


def test_without_last_year_own_targets_name_the_part_that_stands_out(make_case):
    sales = [{"date": "2025-08-01", "rep_id": "R1", "amount": 100.0},
             {"date": "2025-08-01", "rep_id": "R2", "amount": 20.0}]  # fmt: skip
    targets = [{**TARGET, "target": 200.0}, {**TARGET, "scope": "rep:R1", "target": 100.0},
               {**TARGET, "scope": "rep:R2", "target": 100.0}]  # fmt: skip
    found = causes.causes(make_case(sales=sales, targets=targets))
    assert found["cause"].tolist() == ["volume_part", "unexplained"]
    assert found.loc[0, ["subject", "evidence"]].tolist() == ["Name R2", "volume_part_untested"]
    assert found["evidence"].iloc[-1] == "unexplained_no_last_year"
    assert summed(found) == pytest.approx(-80)


order = st.fixed_dictionaries(
    {
        "date": st.sampled_from(["2023-08-10", "2024-07-10", "2024-09-20", "2025-07-10"]),
        "rep_id": st.sampled_from(["R1", "R2"]),
        "customer_id": st.sampled_from(["C1", "C2", None]),
        "product_id": st.sampled_from(["P1", "P2"]),
        "line": st.sampled_from(["L", None]),
        "amount": st.integers(-1000, 1000).map(float),
        "quantity": st.integers(-2, 9).map(float),
    }
)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(order, max_size=8),
    st.one_of(st.none(), st.floats(0, 5000)),
    st.sampled_from(["2025-07-31", "2025-09-30"]),
    st.booleans(),
)
def test_effects_and_the_unexplained_sum_to_the_gap(make_case, sales, target, as_of, with_deals):
    tables = pipeline(8, 3, each=20) if with_deals else {}
    targets = [] if target is None else [{**TARGET, "target": target}]
    case = make_case(sales=sales, targets=targets, as_of=as_of, **tables)
    found = causes.causes(case)
    if isinstance(found, Unavailable):
        assert found.reason == "no_reference" and target is None
        return
    gap = causes.reference(case).variance
    assert summed(found) == pytest.approx(gap, abs=1e-6)
    assert found["cause"].isin(list(CAUSES)).all()
    assert not found["effect"].isna().any()
    if as_of == "2025-09-30" and target is not None:
        assert gap == pytest.approx(causes.reference(case).actual - target, abs=1e-6)


@pytest.mark.parametrize(
    "sales",
    [
        [],
        [{"date": "2024-08-01", "amount": -5.0}, {"date": "2025-08-01", "amount": -9.0}],
        [{"date": f"{year}-{month:02d}-01", "amount": 10.0} for year in (2023, 2024, 2025)
         for month in range(1, 10)],
        [{"date": "2024-08-01", "amount": 0.0, "quantity": 0.0},
         {"date": "2025-08-01", "amount": 1.0}],
    ],
    ids=["empty", "negative", "constant", "zero"],
)  # fmt: skip
@pytest.mark.parametrize("scope", ["region:East", "rep:R1", "company"])
def test_hard_tables_give_a_result_or_say_why(make_case, sales, scope):
    for goal in (None, 0.0, 30.0):
        targets = [] if goal is None else [{**TARGET, "scope": scope, "target": goal}]
        case = make_case(sales=sales, targets=targets, scope=scope)
        found = causes.causes(case)
        assert isinstance(found, (Unavailable, pd.DataFrame))
        assert isinstance(causes.top(case), (Unavailable, pd.DataFrame))
        if goal is not None:
            actual = sum(row["amount"] for row in sales if row["date"] >= "2025-07")
            assert summed(found) == pytest.approx(actual - goal)


def test_sales_without_any_customer_still_have_causes(make_case):
    months = [f"{year}-{month:02d}-10" for year in (2022, 2023, 2024, 2025) for month in range(1, 10)]
    sales = [
        {"date": day, "customer_id": None, "line": line, "amount": 50.0 if "2025-07" in day else 100.0}
        for day in months
        for line in ("a", "b")
    ]
    found = causes.causes(make_case(sales=sales))
    assert found["effect"].sum() == pytest.approx(-100.0)
