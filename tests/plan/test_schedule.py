"""The schedule: exact sums, working days, learned seasons, and odd calendars."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.data.calendar import Period
from kit.plan import schedule
from kit.plan.milestones import milestones

YEARS = ("2022", "2023", "2024")


def daily_sales(calendar, rates, *, years=YEARS) -> list[dict]:
    """The same sale on every working day of a third quarter, by month."""
    rows = []
    for year in years:
        for month, rate in zip(calendar.parts(calendar.period(f"{year}Q3")), rates, strict=True):
            days = calendar.workdays(month.start, month.end)
            rows += [{"date": day, "amount": float(rate)} for day in days]
    return rows


def test_without_history_it_follows_the_working_days(make_case):
    found = schedule.parts(make_case(), 670_000)
    assert found["working_days"].tolist() == [23, 21, 23]  # China, 2025
    assert np.allclose(found["seasonality"], np.array([23, 21, 23]) / 67)
    assert found["target"].tolist() == [230_000, 210_000, 230_000]
    assert found["cumulative"].tolist() == [230_000, 440_000, 670_000]


def test_planted_season_is_followed(make_case):
    rows = daily_sales(make_case().calendar, (1, 2, 3))
    found = schedule.seasonality(make_case(sales=rows))
    weights = np.array([23 * 1, 21 * 2, 23 * 3])
    assert np.allclose(found, weights / weights.sum(), atol=0.01)
    assert found.index.tolist() == ["2025-07", "2025-08", "2025-09"]


def test_a_season_seen_once_counts_half_and_noise_not_at_all(make_case):
    calendar = make_case().calendar
    once = schedule.seasonality(make_case(sales=daily_sales(calendar, (1, 1, 4), years=["2024"])))
    assert 23 / 67 < once.iloc[2] < 0.6
    noisy = [
        row
        for year, rates in zip(YEARS, [(1, 2, 3), (3, 1, 2), (2, 3, 1)], strict=True)
        for row in daily_sales(calendar, rates, years=[year])
    ]
    found = schedule.seasonality(make_case(sales=noisy))
    assert np.allclose(found, np.array([23, 21, 23]) / 67, atol=0.02)


def test_due_agrees_with_the_parts_and_rests_on_idle_days(make_case):
    case = make_case(sales=daily_sales(make_case().calendar, (1, 2, 3)))
    due, months = schedule.due(case, 1_234_567.89), schedule.parts(case, 1_234_567.89)
    assert len(due) == 92 and due.iloc[-1] == 1_234_567.89
    assert np.allclose(due.loc[months["end"]], months["cumulative"])
    assert (due.diff().dropna() >= 0).all()
    assert due["2025-07-05"] == due["2025-07-04"]  # a Saturday
    assert due["2025-07-01"] == pytest.approx(months["target"].iloc[0] / 23)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    amount=st.one_of(st.integers(0, 10**9), st.floats(0, 1e8).map(lambda one: round(one, 2))),
    kind=st.sampled_from(["month", "week", "day", "quarter"]),
    period=st.sampled_from(["2025Q3", "2025", "2025-10", "2025H1"]),
)
def test_parts_sum_to_the_amount(make_case, amount, kind, period):
    case = make_case(period=period)
    found = schedule.parts(case, amount, kind=kind)
    assert found["target"].sum() == pytest.approx(amount, abs=1e-6)
    assert found["cumulative"].iloc[-1] == pytest.approx(amount, abs=1e-6)
    assert found["seasonality"].sum() == pytest.approx(1)
    assert (found["target"] >= 0).all()
    due = schedule.due(case, amount)
    assert due.iloc[-1] == amount
    gap = abs(due.loc[found["end"]].to_numpy() - found["cumulative"].to_numpy())
    assert gap.max() <= max(amount / len(found) / 50, 1e-6)


def test_finer_parts_meet_the_months(make_case):
    case = make_case(period="2025")
    months = schedule.parts(case, 12_000_000)
    quarters = schedule.parts(case, 12_000_000, kind="quarter")
    assert quarters["cumulative"].tolist() == months["cumulative"].iloc[2::3].tolist()
    days = schedule.parts(case, 12_000_000, kind="day")
    assert (days.loc[days["working_days"] == 0, "target"] == 0).all()


@pytest.mark.parametrize("amount", [1.0, 0.0, -500.0])
def test_amounts_below_a_unit_are_not_rounded(make_case, amount):
    found = schedule.parts(make_case(), amount)
    assert np.allclose(found["target"], amount * found["seasonality"])
    assert schedule.due(make_case(), amount).iloc[-1] == amount


def test_a_period_without_working_days_is_spread_over_its_days(make_case):
    case = make_case()
    week_end = Period(dt.date(2025, 7, 5), dt.date(2025, 7, 6), "x", "range")
    found = schedule.due(replace(case, period=week_end), 100)
    assert found.tolist() == [50, 100]


def test_one_order_day_a_month_does_not_break_it(make_case):
    starts = ["2011-06-30", "2011-09-29", "2011-12-29", "2012-03-30", "2012-06-30", "2012-09-28"]
    days = ["2011-09-29", "2011-10-29", "2011-11-28", "2012-06-30", "2012-07-30", "2012-08-30"]
    explicit = {"starts": starts, "ends_on": "2012-12-27", "country": "US"}
    case = make_case(
        sales=[{"date": day, "amount": 1000.0} for day in days],
        period="2012-09-28",
        as_of="2012-10-15",
        settings={"calendar": explicit},
    )
    found = schedule.parts(case, 300_000)
    assert found["period"].tolist() == ["2012-09", "2012-10", "2012-11", "2012-12"]
    assert found["target"].sum() == 300_000
    assert found["target"].iloc[0] > 300_000 * found["working_days"].iloc[0] / 62
    assert schedule.due(case, 300_000).is_monotonic_increasing


def test_milestones_follow_the_policy(make_case):
    found = milestones(make_case(), 670_000)
    july = found[found["period"] == "2025-07"]
    assert [day.day for day in july["date"]] == [10, 20, 31]
    assert july["share"].tolist() == [0.25, 0.6, 1.0]
    assert july["target"].tolist() == [58_000, 138_000, 230_000]
    assert found.loc[found["share"] == 1, "target"].sum() == 670_000
