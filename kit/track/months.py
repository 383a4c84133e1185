"""A case's measure by month, as past periods had it at the point where the case's now is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data import measures
from kit.data.calendar import FiscalCalendar, Period
from kit.data.case import Case
from kit.data.elapsed import past_periods, whole
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.track.course import Course, days_that_count
from kit.track.pacing import first_day

MOST = 24  # past periods looked at, the latest
LINES = 12  # product lines, largest first, whose misses are counted with the scope's own
ALIKE = 24  # latest months by which it is seen what keeps them alike
LEAST_ALIKE = 6  # months without which that is not looked at
STEADIER = 0.25  # variance ÷ variance from which on it counts
_DAY = np.timedelta64(1, "D")
_VALUES = ("bookings", "quantity", "margin")  # measures that product lines have too
_CYCLES = {"month": 12, "week": 52, "day": 364}
_YEAR = 365.25


@dataclass(frozen=True)
class Seen:
    """The course of a case's period and of past ones, and when its point was.

    Parameters
    ----------
    course : Course
        Series 0 is the scope, the others its product lines.
    periods : tuple of Period
        As `course.first`; the case's last.
    points : tuple of date
        The day of each up to which all is known.
    """

    course: Course
    periods: tuple[Period, ...]
    points: tuple[dt.date, ...]


@once
def seen(case: Case, *, measure: str = "bookings") -> Seen | Unavailable:
    """What the case's period and past ones had booked by the point of `as_of`.

    Parameters
    ----------
    case : Case
        Its period not over.
    measure : str
        One of `kit.data.measures.MEASURES`.

    Returns
    -------
    Seen or Unavailable
        The latest 24 past periods of the kind that lie wholly in the data.

    Notes
    -----
    Periods are taken apart into fiscal months, explicit ones, weeks and days into themselves. The
    same point of a past period lies in the same month of it, at the end of the working day with the
    same share of the month's working days over; days off that follow go with it, as on `as_of`.
    Where orders keep to dates, and months so were far more alike by the same date (variance of
    begun ÷ whole at most a quarter), it is at the end of that date. What days results are compared
    by is found from the months known, see `kit.track.course.days_that_count`.
    """
    first, calendar = first_day(case, measure=measure), case.calendar
    kind = _kind(calendar, case.period)
    months = _months(case, kind, first)
    amounts = _amounts(case, measure, months[0].start)
    if isinstance(amounts, Unavailable):
        return amounts
    starts = np.array([one.start for one in months], dtype="datetime64[D]")
    ends = np.array([one.end for one in months], dtype="datetime64[D]")
    now = int(np.searchsorted(ends, np.datetime64(case.as_of), side="right"))
    points = _by_share(calendar, starts, ends, now, as_of=case.as_of)
    sums = np.vstack([np.zeros((1, amounts.shape[1])), amounts.cumsum(axis=0)])

    def between(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        begin, end = ((days - starts[0]).astype(int) for days in (left, right))
        return sums[end + 1] - sums[begin]

    whole_months, begun = between(starts, ends), between(starts, points)
    dates = np.minimum(starts + (np.datetime64(case.as_of) - starts[now]), ends)
    dates = np.maximum(dates, starts - _DAY)
    by_date = between(starts, dates)
    if _steadier(by_date[:now, 0], begun[:now, 0], whole_months[:now, 0]):
        points, begun = dates, by_date
    worked, passed = (_worked(calendar, starts, one) for one in (ends, points))
    whole_months[now:], begun[now + 1 :] = np.nan, np.nan
    places = {one.start: place for place, one in enumerate(months)}
    over = now - places[case.period.start]
    past = past_periods(calendar, case.period, first=first, as_of=case.as_of, most=MOST)
    past = tuple(one for one in past if places.get(one.start, -1) + over >= 0)
    past = tuple(one for one in past if one.start in places)
    periods = (*past, case.period)
    opened = np.array([places[one.start] for one in periods])
    many = len(calendar.parts(case.period, kind))
    days = [points[max(place + over, 0)].item() for place in opened]
    cycle = _cycle(calendar, kind)
    length, gone = ((one - starts).astype(float) + 1 for one in (ends, points))
    load = days_that_count(whole_months[:now, :1], worked, length, cycle=cycle)
    loaded = passed if load is worked else gone
    course = Course(
        whole_months, begun, worked, passed, load, loaded, opened, many, over, cycle
    )
    return Seen(course, periods, (*days[:-1], case.as_of))


def _kind(calendar: FiscalCalendar, period: Period) -> str:
    """What periods of this kind are taken apart into."""
    if period.kind == "range":
        return _kind(calendar, calendar.period(period.name.split("..")[0]))
    return period.kind if period.kind in ("explicit", "week", "day") else "month"


def _cycle(calendar: FiscalCalendar, kind: str) -> int:
    if kind != "explicit":
        return _CYCLES[kind]
    starts = np.array(calendar.settings.starts, dtype="datetime64[D]")
    length = float(np.median(np.diff(starts).astype(int))) if len(starts) > 1 else 91.0
    return max(1, round(_YEAR / length))


def _months(case: Case, kind: str, first: dt.date | None) -> tuple[Period, ...]:
    """Months from the first that lies wholly in the data to the period's last."""
    calendar, start = case.calendar, min(case.as_of, case.period.start)
    found = calendar.between(min(start, first or start), case.period.end, kind)
    late = found[0].end < start and not whole(calendar, found[0], first=first)
    return found[1:] if late else found


def _by_share(
    calendar: FiscalCalendar, starts: np.ndarray, ends: np.ndarray, now: int, *, as_of: dt.date
) -> np.ndarray:
    """The day of each month with the same share of its working days over."""
    today = np.datetime64(as_of)
    days = np.asarray(calendar.workdays(starts[0].item(), ends[-1].item()), dtype="datetime64[D]")
    low = days.searchsorted(starts)
    worked = days.searchsorted(ends, side="right") - low
    done = max(int(days.searchsorted(today, side="right") - low[now]), 0)
    last = days[low[now] + done - 1] if done else starts[now] - _DAY
    trailing = max(today - last, 0 * _DAY)
    share = done / worked[now] if worked[now] else 0.0
    passed = np.minimum(np.floor(worked * share + 0.5).astype(int), worked)
    bounded = np.concatenate([days, ends[-1:] + _DAY])  # so that there is a day after the last
    anchor = np.where(passed > 0, bounded[low + passed - 1], starts - _DAY)
    following = np.where(passed < worked, bounded[low + passed] - _DAY, ends)
    return np.minimum(anchor + trailing, following)


def _steadier(one: np.ndarray, other: np.ndarray, whole: np.ndarray) -> bool:
    """Whether a part of the latest months was a far steadier share of them than another part."""
    latest = slice(max(0, len(whole) - ALIKE), None)
    known = whole[latest] > 0
    if known.sum() < LEAST_ALIKE:
        return False
    shares = (part[latest][known] / whole[latest][known] for part in (one, other))
    return bool(next(shares).var() < STEADIER * next(shares).var())


def _worked(calendar: FiscalCalendar, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Working days from each start to each end."""
    first, last = min(starts[0], ends[0]).item(), max(starts[-1], ends[-1]).item()
    days = np.asarray(calendar.workdays(first, last), dtype="datetime64[D]")
    found = days.searchsorted(ends, side="right") - days.searchsorted(starts)
    return np.maximum(found, 0).astype(float)


def _amounts(case: Case, measure: str, start: dt.date) -> np.ndarray | Unavailable:
    """Amounts by day from a day to the period's end: of the scope and of its product lines."""
    own = measures.daily(case, measure=measure, start=start, end=case.period.end)
    if isinstance(own, Unavailable):
        return own
    columns = [own.to_numpy()[:, None]]
    if measure in _VALUES:
        columns.append(_lines(case, measure, own.index))
    return np.hstack(columns)


def _lines(case: Case, measure: str, days: pd.DatetimeIndex) -> np.ndarray:
    """Amounts of the largest product lines by day, days × lines; none where there is but one."""
    sales = measures.sales(case)
    codes, names = pd.factorize(sales["line"], sort=True)
    amounts = sales["amount"].fillna(0.0).to_numpy(dtype=float)
    if measure == "quantity":
        values = sales["quantity"].fillna(0.0).to_numpy(dtype=float)
    elif measure == "margin":
        values = (sales["amount"] - sales["cost"]).fillna(0.0).to_numpy(dtype=float)
    else:
        values = amounts
    dates = sales["date"].to_numpy().astype("datetime64[D]")
    day = (dates - np.datetime64(days[0], "D")).astype(int)
    inside = (codes >= 0) & (day >= 0) & (day < len(days))
    many = len(names)
    size = np.bincount(codes[inside], weights=amounts[inside], minlength=many)
    if (size > 0).sum() < 2:
        return np.empty((len(days), 0))
    chosen = np.argsort(-size, kind="stable")[:LINES]
    chosen = chosen[size[chosen] > 0]
    place = day[inside] * many + codes[inside]
    found = np.bincount(place, weights=values[inside], minlength=len(days) * many)
    return found.reshape(len(days), many)[:, chosen]
