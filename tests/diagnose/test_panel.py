"""The panel: hand-worked days, rates, lags, promotions, tenure and potential."""

import numpy as np
import pandas as pd
import pytest

from kit.diagnose.circumstance import places, potential, promotions
from kit.diagnose.panel import Panel, panel

PLAIN = {"calendar": {"country": ""}}
QUARTERS = pd.period_range("2024Q1", "2025Q3", freq="Q")


def orders(reps=("R1", "R2"), *, until="2025Q3"):
    rows = []
    for rep in reps:
        for at, quarter in enumerate(q for q in QUARTERS if str(q) <= until):
            rows.append({"date": quarter.start_time, "rep_id": rep, "customer_id": f"C-{rep}",
                         "amount": 1000.0 * (at + 1) * (1 if rep == "R1" else 2),
                         "list_amount": 2000.0 * (at + 1) * (1 if rep == "R1" else 2)})  # fmt: skip
    return rows


def row(found: Panel, rep: str, period: str) -> pd.Series:
    frame = found.frame
    return frame[(frame["rep_id"] == rep) & (frame["period"] == period)].iloc[0]


def days(case, name):
    span = case.calendar.period(name)
    return case.calendar.working_days(span.start, span.end)


def test_result_is_bookings_a_day_of_a_full_post(make_case):
    roster = [
        {"rep_id": "R1", "valid_from": "2020-01-01", "name": "A", "region": "East",
         "capacity": 0.5},
        {"rep_id": "R2", "valid_from": "2024-02-15", "name": "B", "region": "East"},
    ]  # fmt: skip
    case = make_case(sales=orders(), roster=roster, settings=PLAIN)
    found = panel(case)
    assert row(found, "R1", "2024Q2")["days"] == 0.5 * days(case, "2024Q2")
    assert row(found, "R1", "2024Q2")["result"] == pytest.approx(2000 / (days(case, "2024Q2") / 2))
    late = case.calendar.working_days("2024-02-15", "2024-03-31")
    assert row(found, "R2", "2024Q1")["days"] == late
    assert found.kind == "quarter"


def test_a_short_stay_makes_no_row(make_case):
    roster = [{"rep_id": "R1", "valid_from": "2020-01-01", "name": "A", "region": "East"},
              {"rep_id": "R2", "valid_from": "2024-03-15", "name": "B", "region": "East"}]
    found = panel(make_case(sales=orders(), roster=roster, settings=PLAIN))  # fmt: skip
    assert "2024Q1" not in set(found.frame.loc[found.frame["rep_id"] == "R2", "period"])


def test_activities_are_those_of_two_periods(make_case):
    counts = {"2024Q1": 10, "2024Q2": 20, "2024Q3": 60}
    done = [{"date": pd.Period(q).start_time, "rep_id": rep, "kind": "visit",
             "count": n * (1 if rep == "R1" else 3)}
            for q, n in counts.items() for rep in ("R1", "R2")]  # fmt: skip
    done[-1]["date"] = done[-2]["date"] = pd.Timestamp("2024-09-27")  # recorded to the end
    case = make_case(sales=[*orders(until="2024Q3"),
                            {"date": "2024-09-27", "rep_id": "R1", "amount": 0.0}],
                     activities=done, settings=PLAIN, period="2024Q3", as_of="2024-09-30")
    found = panel(case)  # fmt: skip
    q1, q2, q3 = (days(case, one) for one in counts)
    assert row(found, "R1", "2024Q1")["visit"] == pytest.approx(10 / q1)
    assert row(found, "R1", "2024Q2")["visit"] == pytest.approx(30 / (q1 + q2))
    assert row(found, "R1", "2024Q3")["visit"] == pytest.approx(80 / (q2 + q3))
    assert row(found, "R1", "2024Q3")["visit_same"] == pytest.approx(60 / q3)
    assert row(found, "R2", "2024Q3")["visit"] == pytest.approx(240 / (q2 + q3))


def test_days_without_records_are_no_days_without_work(make_case):
    """Orders end in 2025Q1, visits in 2024Q4: nothing later counts as nothing done."""
    done = [{"date": d, "rep_id": rep, "kind": "visit", "count": n}
            for d in ("2024-04-01", "2024-07-01", "2024-12-30")
            for rep, n in (("R1", 5), ("R2", 9))]  # fmt: skip
    rows = [*orders(until="2025Q1"), {"date": "2025-03-31", "rep_id": "R1", "amount": 1.0}]
    found = panel(make_case(sales=rows, activities=done, settings=PLAIN))
    assert found.frame["period"].max() == "2025Q1"
    known = found.frame.groupby("period")["visit"].first().notna()
    assert known.to_dict() == {"2024Q1": False, "2024Q2": True, "2024Q3": True, "2024Q4": True,
                               "2025Q1": False}  # fmt: skip


def test_only_whole_periods_count(make_case):
    rows = [{"date": "2023-11-20", "rep_id": "R1", "amount": 5.0}, *orders()]
    case = make_case(sales=rows, settings=PLAIN, period="2025Q3", as_of="2025-08-15")
    assert panel(case).frame["period"].unique().tolist() == [
        "2024Q1", "2024Q2", "2024Q3", "2024Q4", "2025Q1", "2025Q2"]  # fmt: skip


def test_promotions_go_by_region_and_tenure_by_hire(make_case):
    roster = [
        {"rep_id": "R1", "valid_from": "2020-01-01", "name": "A", "region": "East",
         "hired_on": "2023-02-15"},
        {"rep_id": "R2", "valid_from": "2020-01-01", "name": "B", "region": "West",
         "hired_on": "2024-02-15"},
    ]  # fmt: skip
    events = [
        {"date": "2024-11-01", "label": "a", "kind": "promotion", "region": "East"},
        {"date": "2024-12-01", "label": "b", "kind": "promotion"},
        {"date": "2024-12-02", "label": "c", "kind": "policy"},
    ]
    rows = [{**one, "list_amount": None} for one in orders()]
    case = make_case(sales=rows, roster=roster, events=events, settings=PLAIN, scope="company")
    found = panel(case)
    assert row(found, "R1", "2024Q4")["promotion"] == 2
    assert row(found, "R2", "2024Q4")["promotion"] == 1
    assert row(found, "R1", "2024Q3")["promotion"] == 0
    assert row(found, "R1", "2024Q1")["tenure"] == pytest.approx(12, abs=0.1)
    assert row(found, "R2", "2024Q1")["tenure"] == 0


def test_what_is_alike_or_unknown_is_left_out_by_name(make_case):
    found = panel(make_case(sales=orders(), settings=PLAIN))
    reasons = found.left_out.set_index("regressor")["reason"].to_dict()
    assert reasons["visit"] == "no_data" and reasons["tenure"] == "no_data"
    assert reasons["discount"] == "alike"
    assert found.regressors == ("potential",)
    assert len(found.complete) < len(found.frame)


def test_potential_is_of_the_year_before_and_of_its_owner(make_case):
    """C1 bought of R1 in 2024; R2 takes it over in 2025: two of the last three orders."""
    rows = [
        {"date": "2024-01-01", "rep_id": "R1", "customer_id": "C1", "amount": 1640.0},
        {"date": "2024-07-01", "rep_id": "R1", "customer_id": "C1", "amount": 2000.0},
        {"date": "2024-07-02", "rep_id": "R2", "customer_id": "C2", "amount": 100.0},
        {"date": "2025-02-01", "rep_id": "R2", "customer_id": "C1", "amount": 9e6},
        {"date": "2025-05-01", "rep_id": "R2", "customer_id": "C1", "amount": 9e6},
    ]
    case = make_case(sales=rows, settings=PLAIN, period="2025Q2", as_of="2025-06-30")
    spans = case.calendar.between("2024-01-01", "2025-06-30", "")
    asked = pd.DataFrame({"rep_id": ["R1", "R2"] * 2, "at": [4, 4, 5, 5], "days": 10.0})
    found = potential(case, spans, asked)
    first, second = spans[4], spans[5]
    worked = case.calendar.working_days("2024-01-03", "2024-12-31")  # 364 days before 2025
    here = case.calendar.working_days(first.start, first.end)
    assert found[0] == pytest.approx(2000 / worked * here / 10)
    assert found[1] == pytest.approx(100 / worked * here / 10)
    worked = case.calendar.working_days("2024-04-02", "2025-03-31")
    here = case.calendar.working_days(second.start, second.end)
    assert found[2] == 0
    assert found[3] == pytest.approx((2000 + 100 + 9e6) / worked * here / 10)
    early = asked.assign(at=[0, 0, 1, 1])
    assert np.isnan(potential(case, spans, early)).all()


def test_nothing_sold_in_the_period_adds_to_its_potential(make_case):
    case = make_case(sales=orders(), settings=PLAIN)
    more = [{**one, "amount": one["amount"] * 50} if str(one["date"])[:7] == "2025-07" else one
            for one in orders()]  # fmt: skip
    column = ["rep_id", "period", "potential"]
    pd.testing.assert_frame_equal(
        panel(case).frame[column], panel(make_case(sales=more, settings=PLAIN)).frame[column]
    )


def test_rows_of_a_region_are_its_own(sample_company):
    _, _, case = sample_company
    found = panel(case)
    assert found.frame["result"].notna().all()
    assert not found.frame.duplicated(["rep_id", "period"]).any()
    assert set(found.regressors) >= {"visit", "call", "quote", "discount", "tenure", "potential"}
    total = (found.frame["result"] * found.frame["days"]).groupby(found.frame["period"]).sum()
    sales = case.data.sales
    span = case.calendar.period("2024Q2")
    own = sales[sales["date"].between(pd.Timestamp(span.start), pd.Timestamp(span.end))]
    assert total["2024Q2"] == pytest.approx(own["amount"].sum(), rel=1e-9)


def test_without_a_period_or_others(make_case):
    assert panel(make_case(scope="rep:R1", sales=orders(("R1",)))).reason == "others_needed"
    assert panel(make_case()).reason == "no_periods"
    one = [{"date": "2025-09-01", "rep_id": "R1", "amount": 1.0}]
    assert panel(make_case(sales=one)).reason == "no_periods"


def test_places_of_days():
    from kit.data.calendar import FiscalCalendar

    spans = FiscalCalendar().between("2025-01-01", "2025-06-30", "")
    days = pd.Series(pd.to_datetime(["2024-12-31", "2025-01-01", "2025-06-30", "2025-07-01"]))
    assert places(days, spans).tolist() == [-1, 0, 1, -1]


def test_promotions_without_events(make_case):
    case = make_case(sales=orders(), settings=PLAIN)
    spans = case.calendar.between("2024-01-01", "2024-03-31", "")
    asked = pd.DataFrame({"rep_id": ["R1"], "at": [0], "start": [pd.Timestamp("2024-01-01")]})
    assert np.isnan(promotions(case, spans, asked)).all()
