"""Bridges sum to the scope's variance, whatever the dimension."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.data.tables import Unavailable
from kit.diagnose import bridges
from kit.errors import SettingsError

TARGET = {"scope": "region:East", "period": "2025Q3", "measure": "bookings", "version": 1}

order = st.fixed_dictionaries(
    {
        "date": st.sampled_from(["2024-07-10", "2024-09-20", "2025-07-10", "2025-09-20"]),
        "rep_id": st.sampled_from(["R1", "R2", "R3"]),
        "customer_id": st.sampled_from(["C1", "C2", "C3", None]),
        "product_id": st.sampled_from(["P1", "P2"]),
        "channel": st.sampled_from(["direct", None]),
        "line": st.sampled_from(["L", "M", None]),
        "amount": st.integers(-100, 1000).map(float),
        "quantity": st.integers(-2, 9).map(float),
    }
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(order, min_size=1, max_size=12), st.sampled_from(sorted(bridges.COLUMNS)))
def test_effects_sum_to_actual_less_reference(make_case, sales, dimension):
    case = make_case(sales=sales, settings={"diagnose.largest": 2})
    found = bridges.by(case, dimension)
    if isinstance(found, Unavailable):
        assert found.reason == "no_reference"
        return
    now = sum(one["amount"] for one in sales if one["date"] >= "2025")
    before = sum(one["amount"] for one in sales if one["date"] < "2025")
    assert found["effect"].sum() == pytest.approx(now - before, abs=1e-6)
    assert found["reference"].sum() == pytest.approx(before, abs=1e-6)
    assert len(found) <= 3


def test_last_year_is_scaled_to_the_target(make_case):
    sales = [
        {"date": "2024-08-01", "line": "L", "amount": 60.0},
        {"date": "2024-08-01", "line": "M", "amount": 40.0},
        {"date": "2025-08-01", "line": "L", "amount": 50.0},
        {"date": "2025-08-01", "line": None, "amount": 5.0},
    ]
    found = bridges.by(make_case(sales=sales, targets=[{**TARGET, "target": 200.0}]), "line")
    assert found["part"].tolist() == ["M", "L", "unknown"]
    assert found["reference"].tolist() == pytest.approx([80, 120, 0])
    assert found["effect"].tolist() == pytest.approx([-80, -70, 5])
    assert found["share"].sum() == pytest.approx(1)


def test_own_targets_are_the_reference_where_they_sum_to_the_scopes(make_case):
    sales = [
        {"date": "2024-08-01", "rep_id": "R1", "amount": 100.0},
        {"date": "2025-08-01", "rep_id": "R1", "amount": 70.0},
        {"date": "2025-08-01", "rep_id": "R2", "amount": 20.0},
    ]
    own = [{**TARGET, "scope": "rep:R1", "target": 80.0},
           {**TARGET, "scope": "rep:R2", "target": 70.0}]  # fmt: skip
    case = make_case(sales=sales, targets=[{**TARGET, "target": 150.0}, *own])
    assert bridges.by(case, "rep")[["part", "reference", "effect"]].values.tolist() == [
        ["Name R2", 70.0, -50.0],
        ["Name R1", 80.0, -10.0],
    ]
    case = make_case(sales=sales, targets=[{**TARGET, "target": 160.0}, *own])
    assert bridges.by(case, "rep")["reference"].tolist() == pytest.approx([160.0, 0.0])


def test_without_last_year_own_targets_still_make_a_bridge(make_case):
    sales = [{"date": "2025-08-01", "rep_id": "R1", "amount": 70.0}]
    targets = [{**TARGET, "target": 100.0}, {**TARGET, "scope": "rep:R1", "target": 100.0}]
    case = make_case(sales=sales, targets=targets)
    assert bridges.by(case, "rep")["effect"].tolist() == [-30.0]
    assert bridges.by(case, "line") == Unavailable(reason="no_last_year")


def test_the_rest_is_gathered(make_case):
    sales = [
        {"date": "2024-08-01", "customer_id": f"C{n}", "amount": 10.0 * n} for n in range(1, 6)
    ]
    sales += [{"date": "2025-08-01", "customer_id": "C1", "amount": 10.0}]
    found = bridges.by(make_case(sales=sales, settings={"diagnose.largest": 2}), "customer")
    assert found["part"].tolist() == ["Customer C5", "Customer C4", "others"]
    assert found["effect"].tolist() == pytest.approx([-50, -40, -50])


def test_margin_and_unknown_names(make_case):
    sales = [{"date": "2024-08-01", "amount": 10.0, "cost": 4.0},
             {"date": "2025-08-01", "amount": 9.0, "cost": 4.0}]  # fmt: skip
    case = make_case(sales=sales)
    assert bridges.by(case, "team", measure="margin")["effect"].tolist() == [-1.0]
    assert bridges.by(case, "team", measure="collections").reason == "measure_not_split"
    with pytest.raises(SettingsError, match="channel"):
        bridges.by(case, "chanel")


def test_two_customers_of_one_name_stay_apart(make_case):
    sales = [{"date": "2024-08-01", "customer_id": one, "customer": "<b>East</b>", "amount": 10.0}
             for one in ("C1", "C2")]  # fmt: skip
    found = bridges.by(make_case(sales=sales), "customer")
    assert found["part"].tolist() == ["<b>East</b> (C1)", "<b>East</b> (C2)"]
