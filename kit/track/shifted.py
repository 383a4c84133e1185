"""Holidays that moved: a festival that fell in this month last year and in the next one now."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.elapsed import same_point
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.errors import UnknownPeriodError
from kit.track.booked import booked
from kit.track.status import ratio

LEAST = 2  # working days by which a month's holidays have to differ from last year's
COLUMNS = ("first", "second", "festival", "now", "before", "moved", "yoy_first", "yoy_second",
           "yoy", "running")  # fmt: skip

_LUNAR = ("CN", "HK", "MO", "TW", "SG")  # where the days off of January and February are its


class _Pair(NamedTuple):
    """Two neighbouring months and the same two of the year before."""

    months: tuple[Period, Period]
    before: tuple[Period, Period]
    moved: tuple[int, int]  # days off that each has more than last year


@once
def shifted(case: Case, *, measure: str = "bookings") -> pd.DataFrame | Unavailable:
    """Months of the period whose holidays lay in the neighbouring month last year.

    Parameters
    ----------
    case : Case
    measure : str

    Returns
    -------
    DataFrame or Unavailable
        first, second (names of the two months), festival (`spring` for January and February where
        the lunar new year is kept, else `holidays`), now, before (name of the month of this and of
        last year that has the days off), moved (working days), yoy_first, yoy_second (each month by
        itself), yoy (both together), running (whether the two are not over on `as_of`). One row a
        pair of which a month lies in the case's period; both have begun.

    Notes
    -----
    Days off = weekdays that are not worked − weekend days that are. A holiday has moved where one
    month has at least two days off more than last year and the month beside it at least two less.
    yoy = Σ actual of both ÷ Σ of both a year before − 1; where they are not over, up to the same
    number of working days of the two together. Then the year-on-year of each alone says more about
    the calendar than about sales.
    """
    found = booked(case, measure=measure)
    if isinstance(found, Unavailable):
        return found
    rows = []
    for pair in _pairs(case):
        (first, second), (past_first, past_second) = pair.months, pair.before
        both = replace(first, end=second.end)
        then = replace(past_first, end=past_second.end)
        if not found.whole(past_first):
            continue
        point = same_point(case.calendar, both, as_of=case.as_of, other=then)
        alone = [
            ratio(found.upto(one, case.as_of), found.same_part(one, other)) - 1
            for one, other in zip(pair.months, pair.before, strict=True)
        ]
        later = int(pair.moved[1] > 0)
        rows.append(
            {
                "first": first.name,
                "second": second.name,
                "festival": _festival(case, first, second),
                "now": pair.months[later].name,
                "before": pair.before[1 - later].name,
                "moved": float(min(abs(one) for one in pair.moved)),
                "yoy_first": alone[0],
                "yoy_second": alone[1],
                "yoy": ratio(found.upto(both, case.as_of), found.upto(then, point)) - 1,
                "running": second.end > case.as_of,
            }
        )
    numbers = dict.fromkeys(("moved", "yoy_first", "yoy_second", "yoy"), "float64")
    texts = dict.fromkeys(COLUMNS[:5], "str")
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.astype({**texts, **numbers, "running": "bool"})


def days_off(case: Case, span: Period) -> int:
    """Weekdays of a span that are not worked, less weekend days that are.

    See Also
    --------
    kit.data.calendar.FiscalCalendar.working_days : the working days of the country.
    """
    days = np.arange(np.datetime64(span.start), np.datetime64(span.end) + np.timedelta64(1, "D"))
    return int(np.is_busday(days).sum()) - case.calendar.working_days(span.start, span.end)


def _pairs(case: Case) -> list[_Pair]:
    """The pairs of months between which a holiday has moved, both begun on `as_of`."""
    calendar, last = case.calendar, min(case.as_of, case.period.end)
    if last < case.period.start:
        return []
    spans = calendar.between(case.period.start, last, "month")
    if not spans:
        return []
    spans = (calendar.previous(spans[0]), *spans)
    after = calendar.next(spans[-1])
    spans = (*spans, after) if after.start <= case.as_of else spans
    try:
        before = [calendar.year_ago(one) for one in spans]
    except UnknownPeriodError:
        return []
    more = [
        days_off(case, one) - days_off(case, past)
        for one, past in zip(spans, before, strict=True)
    ]
    found = []
    for at in range(len(spans) - 1):
        moved = (more[at], more[at + 1])
        if min(moved) <= -LEAST and max(moved) >= LEAST:
            found.append(_Pair(spans[at : at + 2], tuple(before[at : at + 2]), moved))
    return found


def _festival(case: Case, first: Period, second: Period) -> str:
    lunar = case.settings.calendar.country in _LUNAR
    turn = (first.name[-2:], second.name[-2:]) == ("01", "02")
    return "spring" if lunar and turn else "holidays"
