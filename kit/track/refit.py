"""The baseline's forecast, fitted again on all that is known at a point within a period."""

from __future__ import annotations

import numpy as np

from kit.plan.seasonal import fit
from kit.track.course import Course

LEAST = 3  # months without which nothing is forecast
LONGEST = 120  # latest months that are fitted
COARSEST = 53  # months a year at the most: of single days no season of the year is fitted
USUAL = 24  # latest months that say how a month comes in
_EXACT = 1e-9


def landing(course: Course, place: int) -> np.ndarray:
    """Booked so far, and a forecast of what is still to come, refitted at the point.

    Parameters
    ----------
    course : Course
    place : int
        Which period; of it and of those before it only what was known at its point is used.

    Returns
    -------
    array
        A series each; NaN with fewer than three months known.

    Notes
    -----
    Months are taken by day that counts and fitted by `kit.plan.seasonal.fit`, on logarithms where
    they are all above zero. The running month becomes begun + forecast × share of a month usually
    still to come, where that share is 1 − Σ begun ÷ Σ whole of the latest 24 months (Bornhuetter
    and Ferguson, 1972): the further it has gone, the more it speaks for itself. So filled up it is
    fitted with the others, and what it shows so far moves the months after it as well.

    Examples
    --------
    >>> from kit.track.course import of_months
    >>> landing(of_months(np.full(38, 10.0), many=3, over=2), 12).round(6).tolist()
    [30.0]
    """
    now, end = course.running(place), course.within(place).stop
    if now < LEAST or course.cycle > COARSEST:
        return np.full(course.series, np.nan)
    start = max(0, now - LONGEST)
    days = np.where(course.load > 0, course.load, 1.0)
    begins = int(course.first[place])
    coming = slice(max(now, begins), end)
    known = course.amounts[start:now] / days[start:now, None]
    begun = course.begun[now] if now < end else np.zeros(course.series)
    if not (course.loaded[now] > 0 or begun.any()):
        ahead = _ahead(known, horizon=end - now, cycle=course.cycle) * days[now:end, None]
        return course.booked(place) + ahead[coming.start - now :].sum(axis=0)
    expected = _ahead(known, horizon=1, cycle=course.cycle)[0] * days[now]
    rest = expected * (1.0 - _usual(course, now))
    whole = begun + rest
    later = np.zeros((0, course.series))
    if end > now + 1:
        known = np.vstack([known, whole / days[now]])
        later = _ahead(known, horizon=end - now - 1, cycle=course.cycle)
        later = later * days[now + 1 : end, None]
    still = later[max(begins - now - 1, 0) :].sum(axis=0)
    return course.booked(place) + still + (rest if now >= begins else 0.0)


def _ahead(known: np.ndarray, *, horizon: int, cycle: int) -> np.ndarray:
    """Forecasts, horizon × series, each series on its own scale."""
    found = np.empty((horizon, known.shape[1]))
    positive = (known > 0).all(axis=0)
    if positive.any():
        points = np.log(known[:, positive])
        found[:, positive] = np.exp(fit(points, horizon=horizon, cycle=cycle).ahead)
    if not positive.all():
        found[:, ~positive] = fit(known[:, ~positive], horizon=horizon, cycle=cycle).ahead
    return found


def _usual(course: Course, now: int) -> np.ndarray:
    """Share of a month that has usually come by the point, 0 to 1."""
    past = slice(max(0, now - USUAL), now)
    whole = course.amounts[past].sum(axis=0)
    even = course.loaded[now] / course.load[now] if course.load[now] > 0 else 0.0
    seen = np.abs(whole) > _EXACT * np.abs(course.amounts[past]).sum(axis=0)
    share = np.divide(course.begun[past].sum(axis=0), whole, out=np.full_like(whole, even),
                      where=seen)  # fmt: skip
    return np.clip(share, 0.0, 1.0)
