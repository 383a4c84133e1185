"""Milestones: policy or learned, and plans that leave too much to the end."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.plan import intramonth
from kit.plan.milestones import milestones, too_late
from kit.show import goals as show
from kit.show.words import Words

MONTHS = pd.period_range("2024-01", "2025-06", freq="M")
TARGETS = {"scope": "region:East", "measure": "bookings", "version": 1}


def late_sales(calendar, *, last_day: float = 0.8) -> list[dict]:
    """A share of each month's sales comes on its last working day, the rest on the first."""
    rows = []
    for month in MONTHS:
        days = calendar.workdays(month.start_time.date(), month.end_time.date())
        rows.append({"date": days[0], "amount": 1e5 * (1 - last_day)})
        rows.append({"date": days[-1], "amount": 1e5 * last_day})
    return rows


def test_the_course_of_a_month_is_learned(make_case):
    case = make_case(sales=late_sales(make_case().calendar))
    found = intramonth.course(case)
    assert found["months"].iloc[0] == len(MONTHS)
    assert intramonth.reached(found, 0.5) == pytest.approx(0.2, abs=1e-6)
    assert intramonth.reached(found, 0.0) == 0 and intramonth.reached(found, 1.0) == 1
    assert (np.diff(found["share"]) >= -1e-12).all()


def test_what_comes_on_a_day_off_counts_with_the_working_day_before(make_case):
    rows = [{"date": month.end_time.normalize(), "amount": 100.0} for month in MONTHS]
    rows += [{"date": month.start_time, "amount": 100.0} for month in MONTHS]  # days off too
    found = intramonth.course(make_case(sales=rows))
    assert intramonth.reached(found, 0.5) == pytest.approx(0.5)


def test_nothing_after_the_day_before_the_period_is_learned(make_case):
    calendar = make_case().calendar
    before = late_sales(calendar)
    after = [{"date": "2025-07-01", "amount": 9e9}]
    assert intramonth.course(make_case(sales=before + after)).equals(
        intramonth.course(make_case(sales=before))
    )


def test_too_few_months_are_told(make_case):
    rows = late_sales(make_case().calendar)[-11:]
    assert intramonth.course(make_case(sales=rows)) == Unavailable(
        reason="few_months", detail="5"
    )


def test_policy_stands_beside_what_is_usual(make_case):
    case = make_case(sales=late_sales(make_case().calendar))
    found = milestones(case, 300_000)
    assert found["share"].tolist() == [0.25, 0.6, 1.0] * 3
    assert found["usual"].iloc[:2].tolist() == pytest.approx([0.2, 0.2], abs=1e-6)
    assert not found["late"].any()
    assert found.groupby("period")["target"].last().sum() == 300_000


def test_learned_milestones_take_the_companys_own_course(make_case):
    settings = {"targets.milestones_from": "history"}
    case = make_case(sales=late_sales(make_case().calendar), settings=settings)
    found = milestones(case, 300_000)
    assert found["share"].tolist() == [0.2, 0.2, 1.0] * 3
    young = make_case(settings=settings)
    assert milestones(young, 300_000)["share"].tolist() == [0.25, 0.6, 1.0] * 3


def test_a_plan_that_comes_later_than_the_company_ever_was_is_warned_of(make_case):
    rows = late_sales(make_case().calendar, last_day=0.3)  # 70 % come on the first day
    found = milestones(make_case(sales=rows), 300_000)
    assert found["late"].tolist() == [True, True, False] * 3
    told = show.milestones(found, Words("en")).html
    assert "Planned too late" in told and "70%" in told
    assert "计划偏晚" in show.milestones(found, Words("zh")).html


def test_month_targets_that_lag_behind_the_season(make_case):
    rows = late_sales(make_case().calendar)
    goals = [{**TARGETS, "period": f"2025-{month:02}", "target": goal}
             for month, goal in ((7, 1e4), (8, 1e4), (9, 8e4))]  # fmt: skip
    found = too_late(make_case(sales=rows, targets=goals))
    assert found["planned"].tolist() == pytest.approx([0.1, 0.2, 1.0])
    assert found["late"].tolist() == [True, True, False]
    assert "lag behind" in show.too_late(found, Words("en")).html
    even = [{**goal, "target": 3e4} for goal in goals]
    calm = too_late(make_case(sales=rows, targets=even))
    assert not calm["late"].any() and show.too_late(calm, Words("en")).html == ""
    assert too_late(make_case(sales=rows)).reason == "no_month_targets"
