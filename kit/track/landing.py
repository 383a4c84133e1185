"""Where a period will land: a forecast with an interval and the chance of target."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from types import EllipsisType

import numpy as np
import pandas as pd

from kit.data import measures
from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.elapsed import elapsed, past_periods, same_point
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.data.targets import in_force
from kit.errors import UnknownPeriodError
from kit.plan import schedule
from kit.track import views
from kit.track.pacing import first_day
from kit.track.spread import Spread

FEWEST = 4  # past periods without which nothing is said of the spread
MOST = 20  # past periods looked at, the latest


@dataclass(frozen=True)
class Landing:
    """Where a period will land.

    Parameters
    ----------
    landing, low, high : float or None
        Expected result and its interval, in the measure's unit. None where they cannot be known.
    chance : float or None
        Chance of target.
    views : DataFrame
        view (`run_rate`, `pace`, `seasonal`, `recent`), landing (NaN where it cannot say), error
        (mean absolute miss of past periods at this point ÷ their mean absolute result; NaN where
        unknown).
    n_backtest : int
        Past periods that interval and chance rest on.
    note : str
        `closed`, `no_history`, `few_periods`, `no_target`, or empty.
    error : float or None
        The same error, of the views combined.
    """

    landing: float | None
    low: float | None
    high: float | None
    chance: float | None
    views: pd.DataFrame
    n_backtest: int
    note: str = ""
    error: float | None = None


@once
def forecast(
    case: Case, *, measure: str = "bookings", target: float | None | EllipsisType = ...
) -> Landing | Unavailable:
    """Forecast where the case's period lands, from what was known on `as_of`.

    Parameters
    ----------
    case : Case
    measure : str
        One of `kit.data.measures.MEASURES`.
    target : float or None
        What the chance is about; the target in force where left out.

    Returns
    -------
    Landing or Unavailable
        A closed period lands at its actual, with chance 1.0 or 0.0. Without 4 past periods low,
        high and chance are None; without any and before the first working day is over, the landing
        too. Without a target above zero the chance is None.

    Notes
    -----
    Views: see `kit.track.views.say`. Each is replayed on the past periods of the same kind that lie
    wholly in the data (the latest 20; only those with a year of history before them where there are
    4 of these), at the point with the same share of working days over. The landing is the mean of
    the views weighted by their past misses, see `kit.track.views.weigh`. The combination is
    replayed too, each past period with weights from the misses of the others; interval
    (`settings.track.interval`) and chance come from its errors by Student's t, see
    `kit.track.spread.Spread`: on logs of actual ÷ forecast where all amounts are above zero, else
    on differences. Where no past period lost ground after this point, neither does the interval.
    """
    if target is ...:
        target = in_force(case, measure=measure)
    goal = target if target is not None and target > 0 else None
    first = first_day(case, measure=measure)
    past = past_periods(
        case.calendar, case.period, first=first, as_of=case.as_of, most=MOST + views.YEARS
    )
    start = min([case.period.start, *(one.start for one in past)])
    daily = measures.daily(case, measure=measure, start=start, end=case.period.end)
    if isinstance(daily, Unavailable):
        return daily
    if case.closed:
        return _closed(daily, case.period, goal=goal)
    course = _course(case, daily, past=past, measure=measure)
    said = np.array([views.say(course, place) for place in range(len(course))])
    return judge(course, said, goal=goal, share=case.settings.track.interval)


def judge(course: views.Course, said: np.ndarray, *, goal: float | None, share: float) -> Landing:
    """Combine what the views say by what they would have said, and draw interval and chance.

    Parameters
    ----------
    course : Course
        Past periods and, last, the one to forecast.
    said : array
        Rows as `course`, a column a view.
    goal : float or None
        Target above zero.
    share : float
        Share of outcomes the interval is to hold.
    """
    tested = _tested(course, said)
    actual = course.total[tested]
    misses = actual[:, None] - said[tested]
    size = float(np.abs(actual).mean()) if len(tested) else np.nan
    landing = views.combine(said[-1], views.weigh(misses))
    replayed = np.array(
        [
            views.combine(said[place], views.weigh(np.delete(misses, row, axis=0)))
            for row, place in enumerate(tested)
        ]
    )
    table = pd.DataFrame(
        {"view": list(views.VIEWS), "landing": said[-1], "error": _error(misses, size)}
    ).astype({"view": "str"})
    if np.isnan(landing):
        return Landing(None, None, None, None, table, 0, "no_history")
    if len(tested) < FEWEST:
        return Landing(landing, None, None, None, table, len(tested), "few_periods")
    logs = bool((actual > 0).all() and (replayed > 0).all() and landing > 0)
    errors = np.log(actual / replayed) if logs else actual - replayed
    lost_ground = (course.remaining[tested] < 0).any()
    floor = -np.inf if lost_ground else float(course.booked[-1])
    spread = Spread(landing, tuple(errors.tolist()), logs=logs, floor=floor)
    low, high = spread.interval(share)
    chance = None if goal is None else spread.chance(goal)
    error = float(_error((actual - replayed)[:, None], size)[0])
    note = "no_target" if goal is None else ""
    return Landing(landing, low, high, chance, table, len(tested), note, error)


def _closed(daily: pd.Series, period: Period, *, goal: float | None) -> Landing:
    actual = float(daily.loc[pd.Timestamp(period.start) :].sum())
    table = pd.DataFrame(
        {"view": list(views.VIEWS), "landing": np.nan, "error": np.nan}
    ).astype({"view": "str"})
    chance = None if goal is None else float(actual >= goal - 1e-9 * abs(goal))
    return Landing(actual, actual, actual, chance, table, 0, "closed")


def _course(
    case: Case, daily: pd.Series, *, past: tuple[Period, ...], measure: str
) -> views.Course:
    """What past periods and the case's had booked at the point of `as_of`, and in the end."""
    calendar, period = case.calendar, case.period
    sums = np.concatenate([[0.0], daily.to_numpy().cumsum()])
    origin = daily.index[0].date()

    def between(start: dt.date, end: dt.date) -> float:
        return sums[(end - origin).days + 1] - sums[(start - origin).days]

    places = {one.start: place for place, one in enumerate(past)}
    booked, total, due, year_ago = [], [], [], []
    for one in (*past, period):
        point = same_point(calendar, period, as_of=case.as_of, other=one, by="share")
        booked.append(between(one.start, point))
        total.append(np.nan if one is period else between(one.start, one.end))
        due.append(_due(case, one, point=point, measure=measure))
        try:
            year_ago.append(places.get(calendar.year_ago(one).start, -1))
        except UnknownPeriodError:
            year_ago.append(-1)
    done = elapsed(calendar, period, as_of=case.as_of).done
    return views.Course(
        np.array(booked), np.array(total), np.array(due), np.array(year_ago), done > 0
    )


def _due(case: Case, period: Period, *, point: dt.date, measure: str) -> float:
    """Share of a period that its schedule puts up to a point, as it was seen before the period."""
    if point < period.start:
        return 0.0
    seen = min(case.as_of, period.start - dt.timedelta(1))
    before = replace(case, period=period, as_of=seen)
    amount = 1e6 * case.settings.targets.unit  # so large that rounding to the unit does not show
    return float(schedule.due(before, amount, measure=measure).loc[pd.Timestamp(point)]) / amount


def _tested(course: views.Course, said: np.ndarray) -> np.ndarray:
    """Places of the past periods on which views are replayed: the best informed, if enough."""
    past = np.flatnonzero(~np.isnan(said[:-1]).all(axis=1))
    for informed in (past[course.year_ago[past] >= 0], past[past > 0]):
        if len(informed) >= FEWEST:
            return informed[-MOST:]
    return past


def _error(misses: np.ndarray, size: float) -> np.ndarray:
    """Mean absolute miss of each column ÷ the mean absolute result."""
    known = ~np.isnan(misses)
    sums = np.where(known, np.abs(misses), 0.0).sum(axis=0)
    counts = known.sum(axis=0)
    usable = (counts > 0) & (size > 0)
    return np.where(usable, sums / np.where(usable, counts * size, 1.0), np.nan)
