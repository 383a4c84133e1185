"""Calendars by hand: China's shifted weekends, 4-4-5, 53 weeks, April years, explicit starts."""

from __future__ import annotations

import datetime as dt
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.data.calendar import FiscalCalendar, Period
from kit.errors import SettingsError, UnknownPeriodError
from kit.settings import CalendarSettings

AW_STARTS = (
    "2010-12-29", "2011-03-31", "2011-07-01", "2011-09-29", "2011-12-29", "2012-03-30",
    "2012-06-30", "2012-09-28", "2012-12-28", "2013-03-30", "2013-06-30", "2013-09-29",
)  # fmt: skip


def calendar(**more) -> FiscalCalendar:
    return FiscalCalendar(CalendarSettings(**more))


CHINA = calendar()
APRIL_START = calendar(start_month=4)
APRIL_END = calendar(start_month=4, year_named_by="end")
WEEKS = calendar(pattern="4-4-5", anchor=dt.date(2023, 1, 1), long_years=(2024,))
RETAIL = calendar(pattern="4-5-4", anchor=dt.date(2024, 2, 4), long_years=(2023,))
EXPLICIT = calendar(starts=AW_STARTS, country="US")
ALL = (CHINA, APRIL_START, APRIL_END, WEEKS, RETAIL, EXPLICIT)


def span(cal: FiscalCalendar, name: str) -> tuple[str, str]:
    found = cal.period(name)
    return str(found.start), str(found.end)


@pytest.mark.parametrize(
    ("name", "start", "end", "kind"),
    [
        ("2025", "2025-01-01", "2025-12-31", "year"),
        ("2025H2", "2025-07-01", "2025-12-31", "half"),
        ("2025Q3", "2025-07-01", "2025-09-30", "quarter"),
        ("2025-08", "2025-08-01", "2025-08-31", "month"),
        ("2024-W01", "2024-01-01", "2024-01-07", "week"),
        ("2025-08-15", "2025-08-15", "2025-08-15", "day"),
        ("2025Q1..2025Q3", "2025-01-01", "2025-09-30", "range"),
        ("2025-08..2025Q4", "2025-08-01", "2025-12-31", "range"),
    ],
)
def test_names(name, start, end, kind):
    found = CHINA.period(name)
    assert (str(found.start), str(found.end), found.name, found.kind) == (start, end, name, kind)


@pytest.mark.parametrize("day", ["2025-01-26", "2025-04-27", "2025-09-28", "2025-10-11"])
def test_china_works_on_shifted_weekends(day):
    assert CHINA.is_working_day(day)


def test_china_rests_in_national_day_week():
    assert CHINA.working_days("2025-10-01", "2025-10-08") == 0
    assert CHINA.working_days("2025-10-01", "2025-10-12") == 3
    assert not CHINA.is_working_day("2025-10-12")
    assert CHINA.workdays("2025-09-26", "2025-10-09").strftime("%m-%d").tolist() == [
        "09-26", "09-28", "09-29", "09-30", "10-09",
    ]  # fmt: skip


def test_working_days_without_a_country_are_monday_to_friday():
    plain = calendar(country="")
    assert plain.working_days("2025-10-01", "2025-10-12") == 8
    assert plain.working_days("2025-10-12", "2025-10-01") == 0
    assert plain.workdays("2025-10-12", "2025-10-01").empty


def test_a_subdivision_has_its_own_holidays():
    assert calendar(country="DE").is_working_day("2025-01-06")
    assert not calendar(country="DE", subdivision="BY").is_working_day("2025-01-06")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"country": "XX"}, "calendar.country: 'XX'"),
        ({"country": "DE", "subdivision": "Bayern"}, "calendar.subdivision: 'Bayern'"),
        ({"country": "", "subdivision": "BY"}, "without calendar.country"),
    ],
)
def test_unknown_countries_are_refused(more, said):
    with pytest.raises(SettingsError, match=said):
        calendar(**more)


def test_april_years_by_both_namings():
    assert span(APRIL_START, "2025") == ("2025-04-01", "2026-03-31")
    assert span(APRIL_END, "2025") == ("2024-04-01", "2025-03-31")
    assert span(APRIL_START, "2025Q4") == ("2026-01-01", "2026-03-31")
    assert span(APRIL_END, "2025Q4") == ("2025-01-01", "2025-03-31")
    assert APRIL_START.containing("2025-03-31").name == "2024Q4"
    assert APRIL_END.containing("2025-03-31", "half").name == "2025H2"
    assert span(APRIL_END, "2025-02") == ("2025-02-01", "2025-02-28")
    months = APRIL_END.parts(APRIL_END.period("2025Q4"))
    assert [one.name for one in months] == ["2025-01", "2025-02", "2025-03"]


def test_weeks_in_quarters_with_a_year_of_53():
    assert span(WEEKS, "2023") == ("2023-01-01", "2023-12-30")
    assert span(WEEKS, "2024") == ("2023-12-31", "2025-01-04")
    assert span(WEEKS, "2025Q1") == ("2025-01-05", "2025-04-05")
    assert [one.days // 7 for one in WEEKS.parts(WEEKS.period("2023Q1"))] == [4, 4, 5]
    assert [one.days // 7 for one in WEEKS.parts(WEEKS.period("2024Q4"))] == [4, 4, 6]
    assert WEEKS.year_ago(WEEKS.period("2025Q1")).name == "2024Q1"
    assert WEEKS.containing("2024-12-31", "year").name == "2024"


def test_a_retail_year_bears_its_first_months_name():
    assert span(RETAIL, "2024-02") == ("2024-02-04", "2024-03-02")
    assert span(RETAIL, "2024") == ("2024-02-04", "2025-02-01")
    assert span(RETAIL, "2023") == ("2023-01-29", "2024-02-03")
    assert [one.name for one in RETAIL.parts(RETAIL.period("2024Q4"))] == [
        "2024-11", "2024-12", "2025-01",
    ]  # fmt: skip


def test_explicit_periods_run_up_to_the_next_start():
    assert span(EXPLICIT, "2012-09-28") == ("2012-09-28", "2012-12-27")
    assert EXPLICIT.containing("2012-12-27") == EXPLICIT.period("2012-09-28")
    assert EXPLICIT.year_ago(EXPLICIT.period("2012-09-28")).name == "2011-09-29"
    months = EXPLICIT.parts(EXPLICIT.period("2012-09-28"))
    assert [(one.name, one.days) for one in months] == [
        ("2012-09", 3), ("2012-10", 31), ("2012-11", 30), ("2012-12", 27),
    ]  # fmt: skip
    assert span(EXPLICIT, "2011-12-29..2012-09-28") == ("2011-12-29", "2012-12-27")
    assert EXPLICIT.kind == "explicit" and CHINA.kind == "quarter"


def test_the_last_explicit_period():
    starts = ("2025-01-01", "2025-02-01", "2025-03-01")
    assert span(calendar(starts=starts), "2025-03-01") == ("2025-03-01", "2025-03-29")
    assert span(calendar(starts=starts, ends_on="2025-03-31"), "2025-03-01")[1] == "2025-03-31"
    assert span(calendar(starts=("2025-01-01",)), "2025-01-01")[1] == "2025-04-01"


def test_explicit_calendars_end():
    with pytest.raises(UnknownPeriodError, match="no period after '2013-09-29'"):
        EXPLICIT.next(EXPLICIT.period("2013-09-29"))
    with pytest.raises(UnknownPeriodError, match="lies in no period"):
        EXPLICIT.year_ago(EXPLICIT.period("2011-07-01"))
    with pytest.raises(UnknownPeriodError, match="no periods of kind 'year'"):
        EXPLICIT.containing("2012-01-01", "year")


@pytest.mark.parametrize(
    ("cal", "name", "said"),
    [
        (CHINA, "2025Q5", "Did you mean '2025Q"),
        (CHINA, "2025q3", "Did you mean '2025Q3'"),
        (CHINA, "2025-13", "Write 2025, 2025H2"),
        (CHINA, "2025-W54", "not in the calendar"),
        (CHINA, "", "not in the calendar"),
        (CHINA, "9999", "not in the calendar"),
        (CHINA, "2025Q3..2025Q1", "END does not lie before START"),
        (CHINA, "2025Q1..2025Q2..2025Q3", "a range is START..END"),
        (EXPLICIT, "2012-09-29", "does not start on a known day"),
        (EXPLICIT, "2012Q3", "does not start on a known day"),
    ],
)
def test_wrong_names_are_answered(cal, name, said):
    with pytest.raises(UnknownPeriodError, match=said):
        cal.period(name)


def test_ranges_have_neighbours():
    found = CHINA.period("2025Q1..2025Q2")
    assert CHINA.previous(found).name == "2024Q3..2024Q4"
    assert CHINA.next(found) == CHINA.period("2025Q3..2025Q4")
    assert CHINA.year_ago(found).name == "2024Q1..2024Q2"


def test_parts_are_clipped_and_between_is_whole():
    august = CHINA.period("2025-08")
    weeks = CHINA.parts(august, "week")
    assert (weeks[0].name, weeks[0].days, weeks[-1].days) == ("2025-W31", 3, 7)
    assert [one.name for one in CHINA.between("2025-02-10", "2025-07-01", "quarter")] == [
        "2025Q1", "2025Q2", "2025Q3",
    ]  # fmt: skip
    assert CHINA.previous(weeks[0]).name == "2025-W30"


def test_a_calendar_is_a_value():
    copy = pickle.loads(pickle.dumps(WEEKS))
    assert copy == WEEKS and hash(copy) == hash(WEEKS) and copy != CHINA
    assert CHINA.year_ago(CHINA.period("2024-02-29")).name == "2023-02-28"


days = st.dates(dt.date(2011, 1, 1), dt.date(2013, 11, 30))
kinds = st.sampled_from(["month", "week", "day", "quarter"])


@settings(max_examples=60, deadline=None)
@given(cal=st.sampled_from(ALL), day=days, kind=kinds)
def test_parts_tile_the_period(cal, day, kind):
    whole = cal.containing(day)
    parts = cal.parts(whole, kind)
    assert parts[0].start == whole.start and parts[-1].end == whole.end
    for before, after in zip(parts, parts[1:], strict=False):
        assert after.start == before.end + dt.timedelta(1)
    assert sum(one.days for one in parts) == whole.days
    worked = [cal.working_days(one.start, one.end) for one in parts]
    assert sum(worked) == cal.working_days(whole.start, whole.end)
    assert cal.containing(parts[0].start, kind).name == parts[0].name


@settings(max_examples=60, deadline=None)
@given(
    cal=st.sampled_from(ALL),
    day=st.dates(dt.date(2012, 1, 1), dt.date(2013, 9, 1)),
    kind=st.sampled_from(["", "month", "week", "day", "quarter", "half", "year"]),
)
def test_neighbours_and_names_lead_back(cal, day, kind):
    if cal is EXPLICIT and kind in ("half", "year"):
        kind = ""
    found = cal.containing(day, kind)
    assert day in found
    assert cal.next(cal.previous(found)) == found == cal.previous(cal.next(found))
    assert cal.previous(found).end + dt.timedelta(1) == found.start
    if not (cal is EXPLICIT and kind == "day"):
        assert cal.period(found.name) == found
    assert isinstance(cal.year_ago(found), Period)
