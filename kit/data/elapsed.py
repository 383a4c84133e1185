"""How far a period has gone, and the same point of another period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from kit.data.calendar import FiscalCalendar, Period
from kit.errors import UnknownPeriodError

_DAY = np.timedelta64(1, "D")
_FARTHEST = 400  # past periods looked for at the most: a year and more of days


class Elapsed(NamedTuple):
    """Working days of a period that are over and that are left on a day; that day is over."""

    done: int
    left: int

    @property
    def total(self) -> int:
        """Working days of the whole period."""
        return self.done + self.left


def elapsed(calendar: FiscalCalendar, period: Period, *, as_of: dt.date) -> Elapsed:
    """Count the working days of a period before and after the end of `as_of`.

    Parameters
    ----------
    calendar : FiscalCalendar
    period : Period
    as_of : date
        Counted as over. Nothing is over before the period's start, all of it from its end on.

    Returns
    -------
    Elapsed
        `done`, `left` in working days.

    Examples
    --------
    >>> from kit.settings import CalendarSettings
    >>> fiscal = FiscalCalendar(CalendarSettings(country="CN"))
    >>> elapsed(fiscal, fiscal.period("2025Q4"), as_of=dt.date(2025, 10, 9))  # National Day week
    Elapsed(done=1, left=60)
    """
    done = calendar.working_days(period.start, min(as_of, period.end))
    return Elapsed(done, calendar.working_days(period.start, period.end) - done)


def same_points(
    calendar: FiscalCalendar,
    period: Period,
    *,
    days: pd.DatetimeIndex,
    other: Period,
    by: str = "count",
) -> pd.DatetimeIndex:
    """Find, for days of one period, the days of another that lie at the same point.

    The same point is the end of the working day with the same number (`by="count"`), or of that at
    the same share of the period's working days (`by="share"`); days off that follow a working day
    follow it there too, as far as there are any. The period's last day, and working days that the
    other has not, are the other's last day.

    Parameters
    ----------
    calendar : FiscalCalendar
    period : Period
        The period that holds `days`.
    days : DatetimeIndex
        Days from the day before the period's start up to its end.
    other : Period
    by : str
        `count` or `share`.

    Returns
    -------
    DatetimeIndex
        As long as `days`; a point before the first day of `other` is the day before it.

    Examples
    --------
    >>> from kit.settings import CalendarSettings
    >>> fiscal = FiscalCalendar(CalendarSettings(country=""))
    >>> july, june = fiscal.period("2025-07"), fiscal.period("2025-06")
    >>> points = same_points(
    ...     fiscal, july, days=pd.DatetimeIndex(["2025-07-01", "2025-07-06"]), other=june
    ... )
    >>> [str(day.date()) for day in points]  # 1st working day; Sunday after the 4th working day
    ['2025-06-02', '2025-06-05']
    """
    there = np.asarray(days, dtype="datetime64[D]")
    mine = np.asarray(calendar.workdays(period.start, period.end), dtype="datetime64[D]")
    theirs = np.asarray(calendar.workdays(other.start, other.end), dtype="datetime64[D]")
    start, end = np.datetime64(other.start), np.datetime64(other.end)
    number = np.searchsorted(mine, there, side="right")
    anchors = np.concatenate([[np.datetime64(period.start) - _DAY], mine])
    trailing = there - anchors[number]
    if by == "share" and mine.size:
        number = np.floor(number * (theirs.size / mine.size) + 0.5).astype(int)
    beyond = (there >= np.datetime64(period.end)) | (number > theirs.size)
    number = np.minimum(number, theirs.size)
    points = np.concatenate([[start - _DAY], theirs])[number] + trailing
    points = np.minimum(points, np.concatenate([theirs - _DAY, [end]])[number])
    points = np.where(beyond, end, points)
    return pd.DatetimeIndex(points.astype("datetime64[us]"))


def same_point(
    calendar: FiscalCalendar, period: Period, *, as_of: dt.date, other: Period, by: str = "count"
) -> dt.date:
    """The day of `other` at the same point as `as_of` in `period`; see `same_points`."""
    day = max(min(as_of, period.end), period.start - dt.timedelta(1))
    found = same_points(calendar, period, days=pd.DatetimeIndex([day]), other=other, by=by)
    return found[0].date()


def whole(calendar: FiscalCalendar, period: Period, *, first: dt.date | None) -> bool:
    """Whether a period lies wholly in data that begin on the day `first`.

    It does where its first working day (its first day, where it has none) is not before `first`.
    """
    if first is None:
        return False
    if period.start >= first:
        return True
    worked = calendar.workdays(period.start, period.end)
    return bool(len(worked)) and worked[0].date() >= first


def past_periods(
    calendar: FiscalCalendar,
    period: Period,
    *,
    first: dt.date | None,
    as_of: dt.date,
    most: int = _FARTHEST,
) -> tuple[Period, ...]:
    """The periods of the same kind before one that are over on `as_of` and wholly in the data.

    Ranges go back a year at a time, so that each is the same part of its year.

    Parameters
    ----------
    calendar : FiscalCalendar
    period : Period
    first : date or None
        First day of the data; None gives no periods.
    as_of : date
    most : int
        How many are given at the most, the latest.

    Returns
    -------
    tuple of Period
        In order of time.
    """
    found: list[Period] = []
    back = calendar.year_ago if period.kind == "range" else calendar.previous
    one = period
    while len(found) < most:
        try:
            one = back(one)
        except UnknownPeriodError:
            break
        if not whole(calendar, one, first=first):
            break
        if one.end <= as_of:
            found.append(one)
    return tuple(reversed(found))


def year_ago(calendar: FiscalCalendar, period: Period, *, as_of: dt.date) -> Period | None:
    """Last year's same period, cut to as many working days as this one has had by `as_of`.

    Returns
    -------
    Period or None
        None where the calendar knows no such period, or no working day has passed.

    Examples
    --------
    >>> from kit.settings import CalendarSettings
    >>> fiscal = FiscalCalendar(CalendarSettings(country=""))
    >>> found = year_ago(fiscal, fiscal.period("2025-07"), as_of=dt.date(2025, 7, 2))
    >>> str(found.start), str(found.end)  # two working days
    ('2024-07-01', '2024-07-02')
    """
    return _cut(calendar, period, calendar.year_ago, as_of=as_of)


def last_period(calendar: FiscalCalendar, period: Period, *, as_of: dt.date) -> Period | None:
    """The period before, cut to as many working days as this one has had by `as_of`.

    Returns
    -------
    Period or None
        None where the calendar knows no such period, or no working day has passed.

    Examples
    --------
    >>> from kit.settings import CalendarSettings
    >>> fiscal = FiscalCalendar(CalendarSettings(country=""))
    >>> found = last_period(fiscal, fiscal.period("2025-07"), as_of=dt.date(2025, 7, 2))
    >>> str(found.start), str(found.end)  # two working days
    ('2025-06-01', '2025-06-03')
    """
    return _cut(calendar, period, calendar.previous, as_of=as_of)


def _cut(
    calendar: FiscalCalendar,
    period: Period,
    back: Callable[[Period], Period],
    *,
    as_of: dt.date,
) -> Period | None:
    """An earlier period, cut to as many working days as this one has had by `as_of`."""
    try:
        before = back(period)
    except UnknownPeriodError:
        return None
    last = same_point(calendar, period, as_of=as_of, other=before)
    return None if last < before.start else replace(before, end=last)
