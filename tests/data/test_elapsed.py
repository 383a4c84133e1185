"""Working days over and left, and the same point of another period."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.data.calendar import FiscalCalendar
from kit.data.elapsed import elapsed, past_periods, same_point, same_points, whole
from kit.settings import CalendarSettings

CHINA = FiscalCalendar(CalendarSettings(country="CN"))
PLAIN = FiscalCalendar(CalendarSettings(country=""))
DAY = dt.date.fromisoformat


@pytest.mark.parametrize(
    ("as_of", "done", "left"),
    [
        ("2025-09-30", 0, 61),  # the day before
        ("2025-10-01", 0, 61),  # National Day: the first day is off
        ("2025-10-08", 0, 61),  # last day of the holiday week
        ("2025-10-09", 1, 60),
        ("2025-10-11", 3, 58),  # a shifted working Saturday
        ("2025-10-12", 3, 58),
        ("2025-12-31", 61, 0),
        ("2026-02-01", 61, 0),
    ],
)
def test_working_days_around_a_holiday_week(as_of, done, left):
    found = elapsed(CHINA, CHINA.period("2025Q4"), as_of=DAY(as_of))
    assert (found.done, found.left) == (done, left)
    assert found.total == 61


def test_quarter_of_4_4_5_weeks():
    fiscal = FiscalCalendar(
        CalendarSettings(country="", pattern="4-4-5", anchor=dt.date(2024, 12, 30))
    )
    quarter = fiscal.containing("2025-02-01")
    assert (quarter.start, quarter.end) == (DAY("2024-12-30"), DAY("2025-03-30"))
    assert elapsed(fiscal, quarter, as_of=DAY("2025-01-26")) == (20, 45)


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2025-07-01", "2025-06-02"),  # 1st working day: 1 June is a Sunday
        ("2025-07-04", "2025-06-05"),  # 4th
        ("2025-07-05", "2025-06-05"),  # Saturday after the 4th: Friday the 6th is the 5th
        ("2025-07-11", "2025-06-12"),
        ("2025-07-29", "2025-06-30"),  # 21st and last of June
        ("2025-07-30", "2025-06-30"),  # a 22nd, which June has not: all of June
        ("2025-07-31", "2025-06-30"),
    ],
)
def test_same_number_of_working_days(as_of, expected):
    july, june = PLAIN.period("2025-07"), PLAIN.period("2025-06")
    assert same_point(PLAIN, july, as_of=DAY(as_of), other=june) == DAY(expected)


def test_weekend_follows_its_friday_where_there_is_one():
    july, august = PLAIN.period("2025-07"), PLAIN.period("2025-08")
    # Sunday 13 July follows the 9th working day; the 9th of August is Wednesday the 13th.
    assert same_point(PLAIN, july, as_of=DAY("2025-07-13"), other=august) == DAY("2025-08-13")
    # Sunday 10 August follows the 6th; the 6th of July is Tuesday the 8th.
    assert same_point(PLAIN, august, as_of=DAY("2025-08-10"), other=july) == DAY("2025-07-08")


def test_same_share_of_working_days():
    quarter, year = PLAIN.period("2025Q3"), PLAIN.period("2025")
    half = PLAIN.workdays(quarter.start, quarter.end)[32].date()  # 33 of 66
    found = same_point(PLAIN, quarter, as_of=half, other=year, by="share")
    assert PLAIN.working_days(year.start, found) == 131  # half of 261, rounded up


def test_before_the_first_day_is_before_the_first_day():
    july, june = PLAIN.period("2025-07"), PLAIN.period("2025-06")
    assert same_point(PLAIN, july, as_of=DAY("2025-05-01"), other=june) == DAY("2025-05-31")


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 91), st.sampled_from(["2024Q1", "2024Q4", "2025Q1", "2025Q2"]))
def test_points_lie_in_the_other_period_and_rise(days, name):
    quarter, other = CHINA.period("2025Q3"), CHINA.period(name)
    asked = pd.date_range(quarter.start, periods=days + 1, freq="D")
    found = same_points(CHINA, quarter, days=asked, other=other)
    assert found.is_monotonic_increasing
    assert found[-1].date() <= other.end
    assert found[0].date() >= other.start - dt.timedelta(1)


def test_past_periods_lie_whole_in_the_data_and_are_over():
    quarter = PLAIN.period("2025Q3")
    found = past_periods(PLAIN, quarter, first=DAY("2024-07-01"), as_of=DAY("2025-08-01"))
    assert [one.name for one in found] == ["2024Q3", "2024Q4", "2025Q1", "2025Q2"]
    early = past_periods(PLAIN, quarter, first=DAY("2024-07-02"), as_of=DAY("2025-05-01"))
    assert [one.name for one in early] == ["2024Q4", "2025Q1"]
    assert past_periods(PLAIN, quarter, first=None, as_of=DAY("2025-08-01")) == ()


def test_past_of_a_range_is_the_same_part_of_past_years():
    found = past_periods(
        PLAIN, PLAIN.period("2025Q1..2025Q3"), first=DAY("2023-01-02"), as_of=DAY("2025-08-01")
    )
    assert [one.name for one in found] == ["2023Q1..2023Q3", "2024Q1..2024Q3"]


def test_past_of_explicit_periods_ends_with_the_calendar():
    starts = ("2025-01-01", "2025-04-01", "2025-06-20")
    fiscal = FiscalCalendar(
        CalendarSettings(country="", starts=tuple(DAY(one) for one in starts))
    )
    found = past_periods(
        fiscal, fiscal.period("2025-06-20"), first=DAY("2020-01-01"), as_of=DAY("2025-07-01")
    )
    assert [one.name for one in found] == list(starts[:2])


def test_a_period_is_whole_from_its_first_working_day():
    june = PLAIN.period("2025-06")  # begins on a Sunday
    assert whole(PLAIN, june, first=DAY("2025-06-02"))
    assert not whole(PLAIN, june, first=DAY("2025-06-03"))
