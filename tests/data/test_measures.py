"""Measures by hand: what counts on which day, for whom, and what is not known."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.data.measures import MEASURES, activities, actuals, daily, receipts
from kit.data.tables import Unavailable
from kit.errors import SettingsError
from kit.scope import Scope

START, END = dt.date(2025, 7, 1), dt.date(2025, 9, 30)

SALES = [
    {"date": "2025-07-01", "rep_id": "R1", "customer_id": "C1", "amount": 100.0, "cost": 60.0,
     "quantity": 2.0},
    {"date": "2025-07-01", "rep_id": "R2", "customer_id": "C2", "amount": 50.0, "cost": None,
     "team": "East-2", "customer_since": "2025-08-02"},
    {"date": "2025-08-15", "rep_id": "R1", "customer_id": "C1", "amount": -20.0, "cost": -12.0,
     "quantity": -1.0},
    {"date": "2025-09-20", "rep_id": "R2", "customer_id": "C3", "amount": 7.0, "cost": 9.0,
     "team": "East-2"},
]  # fmt: skip


def total(case, measure, **more):
    return actuals(case, measure=measure, start=START, end=END, **more)


def test_sums_by_hand(make_case):
    case = make_case(sales=SALES)
    assert total(case, "bookings") == 137.0
    assert total(case, "quantity") == 3.0
    assert total(case, "margin") == pytest.approx(40.0 - 8.0 - 2.0)
    assert total(case, "new_customers") == 3.0


def test_new_customers_stand_on_the_day_they_came(make_case):
    days = daily(make_case(sales=SALES), measure="new_customers", start=START, end=END)
    assert days[days > 0].index.strftime("%m-%d").tolist() == ["07-01", "08-02", "09-20"]


def test_nothing_is_seen_after_as_of(make_case):
    case = make_case(sales=SALES, as_of="2025-08-31")
    assert total(case, "bookings") == 130.0
    assert total(case, "new_customers") == 2.0
    days = daily(case, measure="bookings", start=START, end=END)
    assert len(days) == 92 and (days["2025-09-01":] == 0).all()


def test_parts_of_a_scope(make_case):
    case = make_case(sales=SALES)
    assert total(case, "bookings", scope=Scope("team", "East-2")) == 57.0
    assert total(case, "bookings", scope=Scope("rep", "R1")) == 80.0
    assert total(case, "bookings", scope=Scope("region", "East")) == 137.0
    assert total(case, "bookings", scope=Scope("rep", "nobody")) == 0.0


def test_what_is_missing_is_said(make_case):
    case = make_case(sales=[{"date": "2025-07-01", "amount": 1.0, "cost": None}])
    assert total(case, "collections") == Unavailable(table="receipts")
    assert total(case, "margin") == Unavailable(reason="no_cost")
    with pytest.raises(SettingsError, match="Did you mean 'bookings'"):
        total(case, "booking")


def test_no_rows_at_all_sum_to_zero(make_case):
    case = make_case()
    for measure in MEASURES[:4]:
        assert total(case, measure) == 0.0


def test_collections_go_by_the_order_then_by_the_rep(make_case):
    roster = [
        {"rep_id": "R1", "valid_from": "2025-01-01", "valid_to": "2025-07-31", "name": "Li",
         "team": "E1", "region": "East"},
        {"rep_id": "R1", "valid_from": "2025-08-01", "name": "Li", "team": "S1", "region": "South"},
    ]  # fmt: skip
    money = [
        {"invoice_id": "1", "order_id": "O1", "rep_id": "R1", "received_on": "2025-09-01",
         "invoiced_on": "2025-08-10", "amount": 10.0},
        {"invoice_id": "2", "order_id": None, "rep_id": "R1", "received_on": "2025-09-02",
         "invoiced_on": "2025-08-11", "amount": 5.0},
        {"invoice_id": "3", "order_id": None, "rep_id": "R1", "received_on": None,
         "invoiced_on": "2025-08-12", "amount": 99.0},
    ]  # fmt: skip
    sales = [{"order_id": "O1", "date": "2025-07-20", "amount": 10.0, "region": "East"}]
    case = make_case(sales=sales, roster=roster, receipts=money, scope="company")
    assert total(case, "collections") == 15.0
    assert total(case, "collections", scope=Scope("region", "East")) == 10.0
    assert total(case, "collections", scope=Scope("region", "South")) == 5.0
    assert total(case, "collections", scope=Scope("team", "S1")) == 15.0
    assert len(receipts(case, scope=Scope("rep", "R1"))) == 2


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    amounts=st.lists(
        st.tuples(
            st.integers(-1000, 1000), st.integers(0, 91), st.sampled_from(["R1", "R2", "R3"])
        ),
        max_size=20,
    )
)
def test_reps_sum_to_the_region(make_case, amounts):
    rows = [
        {"date": str(START + dt.timedelta(day)), "rep_id": rep, "amount": float(amount)}
        for amount, day, rep in amounts
    ]
    case = make_case(sales=rows)
    parts = [total(case, "bookings", scope=Scope("rep", one)) for one in ("R1", "R2", "R3")]
    assert sum(parts) == total(case, "bookings")


def test_activities_count_where_the_rep_was_on_the_day(make_case):
    acts = [
        {"date": "2025-07-10", "rep_id": "R1", "kind": "visit", "count": 3.0},
        {"date": "2025-08-10", "rep_id": "R1", "kind": "call", "count": 4.0},
        {"date": "2025-09-30", "rep_id": "R1", "kind": "meeting", "count": 5.0},
    ]
    roster = [
        {"rep_id": "R1", "valid_from": "2024-01-01", "valid_to": "2025-07-31", "name": "Li",
         "team": "East-1", "region": "East"},
        {"rep_id": "R1", "valid_from": "2025-08-01", "name": "Li", "team": "West-1",
         "region": "West"},
    ]  # fmt: skip
    case = make_case(scope="company", roster=roster, activities=acts, as_of="2025-09-29")
    sums = {
        (measure, scope): total(case, measure, scope=Scope.parse(scope))
        for measure in ("activities", "visit", "call", "quote")
        for scope in ("company", "region:East", "team:West-1", "rep:R1")
    }
    assert sums == {
        ("activities", "company"): 7.0, ("activities", "region:East"): 3.0,
        ("activities", "team:West-1"): 4.0, ("activities", "rep:R1"): 7.0,
        ("visit", "company"): 3.0, ("visit", "region:East"): 3.0, ("visit", "team:West-1"): 0.0,
        ("visit", "rep:R1"): 3.0, ("call", "company"): 4.0, ("call", "region:East"): 0.0,
        ("call", "team:West-1"): 4.0, ("call", "rep:R1"): 4.0, ("quote", "company"): 0.0,
        ("quote", "region:East"): 0.0, ("quote", "team:West-1"): 0.0, ("quote", "rep:R1"): 0.0,
    }  # fmt: skip
    days = activities(case, scope=Scope.parse("team:West-1"))
    assert days["date"].tolist() == [pd.Timestamp("2025-08-10")]
    assert total(make_case(), "visit") == Unavailable(table="activities")
