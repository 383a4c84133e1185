"""Spans of days that are alike: as many working days, from other months on, and a year before."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from kit.data.case import Case
from kit.data.once import once
from kit.track.alerts.levels import levels

HALF = 182  # days that tell how business has grown, on the same days a year before
YEAR = 364
MONTH = 30.44  # days
_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Span:
    """A span of days as places in the daily figures: from, and up to but without."""

    start: int
    end: int


def alike(case: Case, start: dt.date, end: dt.date) -> list[tuple[Span, Span]]:
    """A span with that of a year before, and the same of the spans from each earlier month on.

    All have as many working days as the first, and the days off that follow; the others are over
    before it begins, the latest first. Those whose year before lies outside the data are left out.
    """
    known, worked = levels(case), _worked(case)
    first = np.datetime64(known.first)
    low = int(worked.searchsorted(np.datetime64(start)))
    done = int(worked.searchsorted(np.datetime64(end), side="right")) - low
    last = worked[low + done - 1] if done else np.datetime64(start) - _DAY
    trailing = np.datetime64(end) - last

    def days(begin: np.datetime64) -> Span:
        at = int(worked.searchsorted(begin))
        stop = (worked[at + done - 1] if done else begin - _DAY) + trailing + _DAY
        return Span(int((begin - first) // _DAY), int((min(stop, worked[at + done]) - first) // _DAY))

    own = Span(int((np.datetime64(start) - first) // _DAY),
                int((np.datetime64(end) - first) // _DAY) + 1)  # fmt: skip
    found = []
    for begin, year_before in _starts(case, start):
        span = own if begin == start else days(np.datetime64(begin))
        before = days(np.datetime64(year_before))
        inside = before.start >= 0 and span.start - YEAR - HALF >= 0
        if begin != start and span.end > own.start:
            continue
        if not inside:
            break
        found.append((span, before))
    return found if found else [(own, own)]


@once
def _starts(case: Case, start: dt.date) -> list[tuple[dt.date, dt.date]]:
    """A day and the starts of the months before it, the latest first, each with that a year ago."""
    calendar = case.calendar
    earliest = start - dt.timedelta(round(case.settings.alerts.history * MONTH))
    found = []
    for month in reversed(calendar.between(earliest, start, "month")):
        begin = start if month.start <= start <= month.end else month.start
        then = calendar.year_ago(month)
        found.append((begin, then.start + (begin - month.start)))
        if begin == start and month.start < start:
            found.append((month.start, then.start))
    return found


@once
def _worked(case: Case) -> np.ndarray:
    """Working days from well before the data to well after `as_of`."""
    start = levels(case).first - dt.timedelta(YEAR + HALF)
    start = min(start, case.period.start - dt.timedelta(round(case.settings.alerts.history * MONTH)))
    found = case.calendar.workdays(start - dt.timedelta(800), case.as_of + dt.timedelta(400))
    return found.to_numpy().astype("datetime64[D]")
