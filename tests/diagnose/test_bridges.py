"""Bridges sum to the scope's variance, whatever the dimension."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.data.case import reopen
from kit.data.tables import Unavailable
from kit.diagnose import bridges
from kit.diagnose.reference import reference as found_reference
from kit.errors import SettingsError

TARGET = {"scope": "region:East", "period": "2025Q3", "measure": "bookings", "version": 1}

order = st.fixed_dictionaries(
    {
        "date": st.sampled_from(
            ["2024-07-10", "2024-09-20", "2025-05-10", "2025-07-10", "2025-09-20"]
        ),
        "rep_id": st.sampled_from(["R1", "R2", "R3"]),
        "customer_id": st.sampled_from(["C1", "C2", "C3", None]),
        "product_id": st.sampled_from(["P1", "P2"]),
        "channel": st.sampled_from(["direct", None]),
        "line": st.sampled_from(["L", "M", None]),
        "customer_class": st.sampled_from(["A", "B", None]),
        "amount": st.integers(-10_000, 1_000_000_00).map(lambda cents: cents / 100),
        "quantity": st.integers(-2, 9).map(float),
    }
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(order, min_size=1, max_size=12),
    st.sampled_from(sorted(bridges.COLUMNS)),
    st.sampled_from(["target", "last_year", "last_period"]),
    st.sampled_from([None, 12_345.67]),
)
def test_effects_sum_to_actual_less_reference(make_case, sales, dimension, against, target):
    sales = [{"date": "2024-04-02", "amount": 1.0}, *sales]  # the data begin early enough
    goals = [] if target is None else [{**TARGET, "target": target}]
    case = make_case(sales=sales, settings={"diagnose.largest": 2}, targets=goals, customers=[],
                     products=[])  # fmt: skip
    found = bridges.by(case, dimension, against=against)
    first, last = ("2025-04", "2025-07") if against == "last_period" else ("2024-07", "2024-10")
    then = [one["amount"] for one in sales if first <= one["date"] < last]
    now = sum(one["amount"] for one in sales if one["date"] >= "2025-07")
    held = against == "target" and target is not None
    if isinstance(found, Unavailable):
        assert sum(then) <= 0 if held else not then
        return
    before = target if held else sum(then)
    assert found["effect"].sum() == pytest.approx(now - before, abs=1e-6)
    assert found["reference"].sum() == pytest.approx(before, abs=1e-6)
    assert found["actual"].sum() == pytest.approx(now, abs=1e-6)
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


def test_last_year_and_the_last_period_are_taken_as_they_were(make_case):
    sales = [
        {"date": "2024-08-01", "line": "L", "amount": 60.0},
        {"date": "2025-05-01", "line": "M", "amount": 40.0},
        {"date": "2025-08-01", "line": "L", "amount": 50.0},
    ]
    case = make_case(sales=sales, targets=[{**TARGET, "target": 200.0}])
    found = bridges.by(case, "line", against="last_year")
    assert found[["part", "effect", "basis"]].values.tolist() == [["L", -10.0, "last_year"]]
    found = bridges.by(case, "line", against="last_period")
    assert found[["part", "reference", "effect", "basis"]].values.tolist() == [
        ["M", 40.0, -40.0, "last_period"], ["L", 0.0, 50.0, "last_period"]
    ]  # fmt: skip
    assert set(bridges.by(case, "line")["basis"]) == {"scaled_target"}
    with pytest.raises(SettingsError, match="last_year"):
        bridges.by(case, "line", against="lastyear")


def test_a_running_period_is_held_against_as_many_working_days_of_the_last(make_case):
    sales = [{"date": day, "amount": 10.0}
             for day in ("2025-04-03", "2025-06-27", "2025-07-02", "2025-09-01")]  # fmt: skip
    found = bridges.by(make_case(sales=sales, as_of="2025-07-14"), "team", against="last_period")
    assert found[["reference", "actual"]].values.tolist() == [[10.0, 10.0]]


def test_what_there_is_nothing_to_hold_against(make_case):
    case = make_case(sales=[{"date": "2025-08-01", "amount": 50.0}])
    assert bridges.by(case, "line", against="last_year") == Unavailable(reason="no_last_year")
    assert bridges.by(case, "line", against="last_period") == Unavailable(reason="no_last_period")


def test_a_span_that_the_data_only_begin_in_is_no_reference(make_case):
    rows = [{"date": day, "amount": 10.0} for day in ("2024-09-02", "2025-06-02", "2025-08-01")]
    case = make_case(sales=rows)
    assert bridges.by(case, "team", against="last_year") == Unavailable(reason="no_last_year")
    assert bridges.by(case, "team") == Unavailable(reason="no_reference")
    case = make_case(sales=[{**rows[0], "date": "2024-07-30"}, *rows])
    assert bridges.by(case, "team", against="last_year")["reference"].sum() == 20.0
    short = make_case(sales=rows[1:], period="2025-07", as_of="2025-07-31")
    assert bridges.by(short, "team", against="last_period")["reference"].sum() == 10.0
    late = make_case(sales=[{**rows[1], "date": "2025-06-20"}, *rows[2:]], period="2025-07",
                     as_of="2025-07-31")  # fmt: skip
    assert bridges.by(late, "team", against="last_period").reason == "no_last_period"


def test_a_class_or_line_that_no_row_states_names_the_table(make_case):
    rows = [{"date": day, "amount": 1.0, "customer_class": None, "line": None}
            for day in ("2024-08-01", "2025-08-01")]  # fmt: skip
    case = make_case(sales=rows)
    found = bridges.every(case)
    assert list(found) == list(bridges.COLUMNS)
    assert found["class"] == Unavailable(table="customers")
    assert found["line"] == Unavailable(table="products")
    assert bridges.by(make_case(sales=rows, customers=[]), "class")["part"].tolist() == ["unknown"]


def test_one_part_left_over_is_named(make_case):
    rows = [{"date": "2025-08-01", "channel": f"way {n}", "amount": 10.0 * n} for n in range(1, 4)]
    rows.append({"date": "2024-08-01", "channel": "way 1", "amount": 1.0})
    found = bridges.by(make_case(sales=rows, settings={"diagnose.largest": 2}), "channel")
    assert found["part"].tolist() == ["way 1", "way 2", "way 3"]


def test_articles_are_named_and_twins_keep_their_number(make_case):
    rows = [{"date": "2025-08-01", "product_id": one, "product": name, "amount": 5.0}
            for one, name in (("P1", "Pump"), ("P2", "Pump"), ("P3", "Valve"))]  # fmt: skip
    rows.append({"date": "2024-08-01", "product_id": None, "amount": 5.0})
    found = bridges.by(make_case(sales=rows), "article")
    assert sorted(found["part"]) == ["Pump (P1)", "Pump (P2)", "Valve", "unknown"]


def test_every_scope_of_the_sample_is_whole(sample_company):
    _, _, company = sample_company
    for scope, as_of in (("company", ""), ("team:East-1", ""), ("rep:R003", "2025-11-15")):
        period = "2025Q4" if as_of else "2025Q3"
        case = reopen(company, scope=scope, period=period, as_of=as_of or "2025-09-30")
        for against in ("target", "last_year", "last_period"):
            for one in bridges.every(case, against=against).values():
                whole = found_reference(case, against=against)
                assert one["reference"].sum() == pytest.approx(whole.total, abs=1e-6)
                assert one["actual"].sum() == pytest.approx(whole.actual, abs=1e-6)


def test_teams_of_a_company_have_their_own_targets(make_case):
    roster = [{"rep_id": rep, "valid_from": "2020-01-01", "name": rep, "team": f"{region}-1",
               "region": region, "capacity": 1.0} for rep, region in (("R1", "East"), ("R2", "West"))]  # fmt: skip
    sales = [
        {"date": "2024-08-01", "rep_id": "R1", "team": "East-1", "region": "East", "amount": 100.0},
        {"date": "2025-08-01", "rep_id": "R1", "team": "East-1", "region": "East", "amount": 70.0},
        {"date": "2025-08-01", "rep_id": "R2", "team": "West-1", "region": "West", "amount": 20.0},
    ]
    targets = [{**TARGET, "scope": scope, "target": goal} for scope, goal in
               (("company", 150.0), ("team:East-1", 80.0), ("team:West-1", 70.0))]  # fmt: skip
    found = bridges.by(make_case(sales=sales, targets=targets, roster=roster, scope="company"), "team")
    assert found[["part", "reference", "effect", "basis"]].values.tolist() == [
        ["West-1", 70.0, -50.0, "own_target"], ["East-1", 80.0, -10.0, "own_target"],
    ]  # fmt: skip
