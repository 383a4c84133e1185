"""Standing of a scope and its parts, hand-worked."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.data.tables import Unavailable
from kit.plan import schedule
from kit.show.cards import headline
from kit.show.words import Words
from kit.track import pacing
from kit.track.position import position

PLAIN = {"calendar.country": ""}  # 2025Q3 then has 66 working days: 23 + 21 + 22


def roster(*rows):
    return [
        {"rep_id": rep, "valid_from": begin, "valid_to": end, "name": f"Name {rep}",
         "team": team, "region": team.split("-")[0], "capacity": 1.0}
        for rep, team, begin, end in rows
    ]  # fmt: skip


def target(scope, amount, *, period="2025Q3", version=1, measure="bookings", valid_from=None):
    return {"scope": scope, "period": period, "measure": measure, "version": version,
            "target": amount, "valid_from": valid_from}  # fmt: skip


def only(frame):
    assert len(frame) >= 1
    return frame.iloc[0]


def test_closed_period(make_case):
    case = make_case(
        sales=[{"date": "2025-07-10", "amount": 60.0}, {"date": "2025-09-30", "amount": 35.0}],
        targets=[target("region:East", 100.0)],
        settings=PLAIN,
    )
    row = only(pacing.standing(case))
    assert (row["scope"], row["part"]) == ("region:East", "East")
    assert row["target"] == row["target_to_date"] == 100.0
    assert row["actual"] == 95.0
    assert row["attainment"] == row["pace_index"] == 0.95
    assert row["gap"] == 5.0
    assert math.isnan(row["required_run_rate"])
    assert row["run_rate"] == pytest.approx(95 / 66)
    assert row["status"] == "green"


def test_running_period_follows_the_schedule(make_case):
    case = make_case(
        sales=[{"date": "2025-07-10", "amount": 30.0}],
        targets=[target("region:East", 660.0)],
        as_of="2025-07-31",
        settings=PLAIN,
    )
    row = only(pacing.standing(case))
    due = schedule.due(case, 660.0)
    assert row["target_to_date"] == pytest.approx(due.loc["2025-07-31"])
    assert row["pace_index"] == pytest.approx(30.0 / due.loc["2025-07-31"])
    assert row["attainment"] == pytest.approx(30 / 660)
    assert row["required_run_rate"] == pytest.approx(630 / 43)
    assert row["run_rate"] == pytest.approx(30 / 23)
    assert row["status"] == "red"


def test_first_day_of_a_holiday_week(make_case):
    case = make_case(
        targets=[target("region:East", 610.0, period="2025Q4")],
        period="2025Q4", as_of="2025-10-01",
    )  # fmt: skip
    row = only(pacing.standing(case))
    assert row["target_to_date"] == 0.0
    assert math.isnan(row["pace_index"]) and math.isnan(row["run_rate"])
    assert row["attainment"] == 0.0
    assert row["required_run_rate"] == pytest.approx(10.0)  # 61 working days in China's 2025Q4
    assert row["status"] == "green"  # nothing is due, nothing is behind


def test_day_before_the_period(make_case):
    case = make_case(targets=[target("region:East", 66.0)], as_of="2025-06-30", settings=PLAIN)
    row = only(pacing.standing(case))
    assert row["target_to_date"] == 0.0
    assert row["required_run_rate"] == 1.0


def test_last_working_day_is_not_the_last_day(make_case):
    case = make_case(
        targets=[target("region:East", 10.0, period="2025-08")],
        period="2025-08", as_of="2025-08-29", settings=PLAIN,
    )  # fmt: skip
    row = only(pacing.standing(case))
    assert row["target_to_date"] == pytest.approx(10.0)
    assert math.isnan(row["required_run_rate"])  # no working day left


@pytest.mark.parametrize("goal", [0.0, None])
def test_zero_or_no_target(make_case, goal):
    targets = [] if goal is None else [target("region:East", goal)]
    case = make_case(
        sales=[{"date": "2025-07-10", "amount": 60.0}],
        targets=targets, as_of="2025-08-20", settings=PLAIN,
    )  # fmt: skip
    row = only(pacing.standing(case))
    assert row["status"] == "no_target"
    assert math.isnan(row["attainment"]) and math.isnan(row["pace_index"])
    assert row["actual"] == 60.0
    if goal is None:
        assert math.isnan(row["gap"]) and math.isnan(row["target_to_date"])
    else:
        assert row["gap"] == -60.0 and row["target_to_date"] == 0.0
    assert len(pacing.curve(case)) == 92


def test_negative_actuals(make_case):
    case = make_case(
        sales=[{"date": "2025-07-10", "amount": -50.0, "quantity": -1.0}],
        targets=[target("region:East", 100.0)], settings=PLAIN,
    )  # fmt: skip
    row = only(pacing.standing(case))
    assert row["attainment"] == row["pace_index"] == -0.5
    assert row["gap"] == 150.0
    assert row["status"] == "red"


def test_attainment_is_not_capped(make_case):
    case = make_case(
        sales=[{"date": "2025-07-10", "amount": 250.0}],
        targets=[target("region:East", 100.0)], as_of="2025-09-29", settings=PLAIN,
    )  # fmt: skip
    row = only(pacing.standing(case))
    assert row["attainment"] == 2.5
    assert row["required_run_rate"] == -150.0  # one working day left, ahead by 150


def test_target_changed_within_the_period(make_case):
    targets = [
        target("region:East", 100.0),
        target("region:East", 80.0, version=2, valid_from="2025-08-15"),
    ]
    before = make_case(targets=targets, as_of="2025-08-14", settings=PLAIN)
    after = make_case(targets=targets, as_of="2025-08-15", settings=PLAIN)
    assert only(pacing.standing(before))["target"] == 100.0
    assert only(pacing.standing(after))["target"] == 80.0


def test_transfer_counts_where_the_rep_was(make_case):
    """R1 moves from East-1 to East-2 in August; a line of a rep without team stays unassigned."""
    case = make_case(
        sales=[
            {"date": "2025-07-10", "amount": 10.0, "team": "East-1"},
            {"date": "2025-08-10", "amount": 20.0, "team": "East-2"},
            {"date": "2025-08-11", "amount": 5.0, "rep_id": "R9", "team": None},
        ],
        roster=roster(
            ("R1", "East-1", "2025-01-01", "2025-07-31"), ("R1", "East-2", "2025-08-01", None)
        ),
        targets=[target("region:East", 40.0), target("team:East-1", 10.0)],
        settings=PLAIN,
    )
    table = pacing.standing(case)
    assert table["part"].tolist() == ["East", "East-1", "East-2", "unassigned"]
    assert table["scope"].tolist() == ["region:East", "team:East-1", "team:East-2", ""]
    assert table["actual"].tolist() == [35.0, 10.0, 20.0, 5.0]
    assert table["status"].tolist() == ["amber", "green", "no_target", "no_target"]
    assert math.isnan(table["target"].iloc[-1])


def test_no_row_is_unassigned_where_parts_sum(make_case):
    case = make_case(sales=[{"date": "2025-07-10", "amount": 0.1} for _ in range(10)])
    assert "unassigned" not in set(pacing.standing(case)["part"])


def test_shared_order_counts_by_share(make_case):
    case = make_case(
        scope="team:East-1",
        sales=[
            {"order_id": "O1", "rep_id": "R1", "amount": 70.0, "share": 0.7, "date": "2025-07-10"},
            {"order_id": "O1", "rep_id": "R2", "amount": 30.0, "share": 0.3, "date": "2025-07-10"},
        ],
        settings=PLAIN,
    )
    assert pacing.standing(case)["actual"].tolist() == [100.0, 70.0, 30.0]


def test_rows_after_as_of_do_not_count(make_case):
    case = make_case(
        sales=[{"date": "2025-07-10", "amount": 1.0}, {"date": "2025-08-21", "amount": 2.0}],
        as_of="2025-08-20", settings=PLAIN,
    )  # fmt: skip
    assert only(pacing.standing(case))["actual"] == 1.0
    assert pacing.curve(case)["actual"].max() == 1.0


def test_missing_table_is_said(make_case):
    case = make_case(sales=[{"date": "2025-07-10", "amount": 1.0}])
    assert pacing.standing(case, measure="collections") == Unavailable(table="receipts")
    assert pacing.curve(case, measure="collections") == Unavailable(table="receipts")


def test_measures_with_target_or_data(make_case):
    case = make_case(
        sales=[{"date": "2025-07-10", "amount": 10.0, "quantity": 2.0, "cost": 4.0}],
        targets=[target("region:East", 20.0), target("region:East", 4.0, measure="quantity")],
        settings=PLAIN,
    )
    table = pacing.measures(case)
    assert table["measure"].tolist() == ["bookings", "quantity", "margin", "new_customers"]
    assert table["actual"].tolist() == [10.0, 2.0, 6.0, 1.0]
    assert table["attainment"].tolist()[:2] == [0.5, 0.5]
    assert table["status"].tolist() == ["red", "red", "no_target", "no_target"]


def test_bookings_always_have_a_row(make_case):
    assert pacing.measures(make_case())["measure"].tolist() == ["bookings"]


def test_chinese_and_unsafe_names(make_case):
    for name in ("华东", "<b>East</b>", "../../x"):
        case = make_case(
            scope=f"region:{name}",
            sales=[{"date": "2025-07-10", "amount": 1.0, "region": name, "team": f"{name}-1"}],
            roster=[{"rep_id": "R1", "valid_from": "2020-01-01", "name": "王", "region": name,
                     "team": f"{name}-1", "capacity": 1.0}],
            targets=[target(f"region:{name}", 1.0)],
        )  # fmt: skip
        assert pacing.standing(case)["part"].tolist() == [name, f"{name}-1"]


def test_curve_against_schedule_and_last_year(make_case):
    case = make_case(
        sales=[
            {"date": "2024-06-03", "amount": 9.0},
            {"date": "2024-07-01", "amount": 1.0},  # 1st working day
            {"date": "2024-07-03", "amount": 2.0},  # 3rd
            {"date": "2024-09-28", "amount": 4.0},  # a Saturday
            {"date": "2025-07-02", "amount": 5.0},
        ],
        targets=[target("region:East", 66.0)],
        as_of="2025-07-03",
        settings=PLAIN,
    )
    table = pacing.curve(case).set_index("date")
    assert len(table) == 92
    assert table["actual"].iloc[:3].tolist() == [0.0, 5.0, 5.0]
    assert table["actual"].iloc[3:].isna().all()
    assert table["target"].iloc[-1] == pytest.approx(66.0)
    assert table["target"].is_monotonic_increasing
    assert table["last_year"].iloc[:3].tolist() == [1.0, 1.0, 3.0]
    assert table["last_year"].iloc[-1] == 7.0


def test_curve_without_a_year_of_data(make_case):
    case = make_case(sales=[{"date": "2025-07-02", "amount": 5.0}], settings=PLAIN)
    table = pacing.curve(case)
    assert table["last_year"].isna().all() and table["target"].isna().all()


def test_4_4_5_quarter(make_case):
    case = make_case(
        sales=[{"date": "2025-02-10", "amount": 13.0}],
        targets=[target("region:East", 65.0, period="2025Q1")],
        period="2025Q1", as_of="2025-02-23",
        settings={**PLAIN, "calendar.pattern": "4-4-5", "calendar.anchor": "2024-12-30"},
    )  # fmt: skip
    row = only(pacing.standing(case))
    assert row["run_rate"] == pytest.approx(13 / 40)  # eight weeks of five days
    assert row["required_run_rate"] == pytest.approx(52 / 25)


def test_inputs_stay_as_they_were(make_case):
    case = make_case(
        sales=[{"date": "2025-07-10", "amount": 10.0}], targets=[target("region:East", 20.0)]
    )
    before = {name: frame.copy() for name, frame in case.data.frames.items()}
    pacing.standing(case), pacing.measures(case), pacing.curve(case)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frame, case.data.frames[name])


LINE = st.fixed_dictionaries(
    {
        "date": st.dates(pd.Timestamp("2025-06-20").date(), pd.Timestamp("2025-10-10").date()),
        "amount": st.floats(-1e6, 1e6, allow_nan=False),
        "rep_id": st.sampled_from(["R1", "R2", "R9"]),
        "team": st.sampled_from(["East-1", "East-2", None]),
    }
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(LINE, max_size=12), st.sampled_from(["2025-07-01", "2025-08-20", "2025-09-30"]))
def test_parts_and_unassigned_sum_to_the_scope(make_case, lines, as_of):
    case = make_case(
        sales=lines,
        roster=roster(("R1", "East-1", "2020-01-01", None), ("R2", "East-2", "2020-01-01", None)),
        targets=[target("region:East", 1000.0), target("team:East-2", 100.0)],
        as_of=as_of,
        settings=PLAIN,
    )
    table = pacing.standing(case)
    whole = table["actual"].iloc[0]
    assert table["actual"].iloc[1:].sum() == pytest.approx(whole, rel=1e-9, abs=1e-6)
    counted = [
        line["amount"] for line in lines
        if "2025-07-01" <= str(line["date"]) <= as_of
    ]  # fmt: skip
    assert whole == pytest.approx(sum(counted), rel=1e-9, abs=1e-6)


def test_days_that_the_companys_orders_do_not_reach_are_told(make_case):
    sales = [{"date": "2025-07-15", "amount": 10.0}]
    case = make_case(sales=sales, as_of="2025-09-30", settings={"calendar.country": ""})
    assert position(case).missing == 0  # nobody knows where the company's orders end
    ended = position(replace(case, through=dt.date(2025, 7, 15)))
    assert ended.missing == 55  # 12 + 21 + 22 weekdays
    assert "The orders end on 15 Jul 2025" in headline(ended, Words("en", "CNY")).title
    recent = replace(case, through=dt.date(2025, 9, 24))
    assert position(recent).missing == 0  # four working days are a usual silence
