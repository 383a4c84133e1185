"""What a scope has booked day by day, and the same part of other periods."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from kit.data import measures
from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.elapsed import same_point, whole
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.track.pacing import first_day


@dataclass(frozen=True)
class Booked:
    """A measure cumulated by day, as seen on `as_of`.

    Parameters
    ----------
    case : Case
    first : date or None
        First day of the scope's data.
    origin : date
        Day of the first amount.
    cumulated : array
        Amount from `origin` up to each day, the first is before it: 0.
    """

    case: Case
    first: dt.date | None
    origin: dt.date
    cumulated: np.ndarray

    def between(self, start: dt.date, end: dt.date) -> float:
        """Amount from start to end, both included."""
        last = len(self.cumulated) - 1
        low = min(max((start - self.origin).days, 0), last)
        high = min(max((end - self.origin).days + 1, 0), last)
        return float(self.cumulated[high] - self.cumulated[low]) if high > low else 0.0

    def upto(self, period: Period, day: dt.date) -> float:
        """Amount from a period's start up to a day of it."""
        return self.between(period.start, min(day, period.end))

    def whole(self, period: Period) -> bool:
        """Whether a period lies wholly in the data."""
        return whole(self.case.calendar, period, first=self.first)

    def same_part(self, period: Period, other: Period) -> float:
        """Amount of another period up to the point where this one stands; NaN where not known."""
        if not self.whole(other):
            return float("nan")
        case = self.case
        return self.upto(other, same_point(case.calendar, period, as_of=case.as_of, other=other))


@once
def booked(case: Case, *, measure: str = "bookings") -> Booked | Unavailable:
    """Cumulate a measure of the case's scope over all its days.

    Returns
    -------
    Booked or Unavailable
        From the first day of its data (the period's start, where that is earlier) to the period's
        end or `as_of`, whichever is later.
    """
    first = first_day(case, measure=measure)
    origin = min(first or case.as_of, case.period.start, case.as_of)
    end = max(case.as_of, case.period.end)
    found = measures.daily(case, measure=measure, start=origin, end=end)
    if isinstance(found, Unavailable):
        return found
    return Booked(case, first, origin, np.concatenate([[0.0], found.to_numpy().cumsum()]))
