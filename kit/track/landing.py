"""Where a period will land: a forecast with an interval and the chance of target."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import EllipsisType

import numpy as np
import pandas as pd

from kit.data import measures
from kit.data.case import Case
from kit.data.elapsed import elapsed
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.data.targets import in_force
from kit.track import expected_pipeline, views
from kit.track.course import Course
from kit.track.months import seen
from kit.track.record import Record, base_rates, record, spread
from kit.track.weighing import Combined, combine

FEWEST = 4  # past periods without which nothing is said of the spread
MOST = 20  # past periods on which views are replayed, the latest


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
        view (of `kit.track.views.VIEWS`), landing (NaN where it cannot say), error (mean absolute
        miss of past periods at this point ÷ their mean absolute result; NaN where unknown), weight
        (share in the combination).
    n_backtest : int
        Past periods that interval and chance rest on.
    note : str
        `closed`, `no_history`, `few_periods`, `no_target`, `chance_withheld`, or empty.
    error : float or None
        The same error, of the views combined.
    record : Record or None
        How good past intervals and chances were at this point; None with fewer than four periods.
    months_over : int or None
        Whole months of the period that are over; None within a month, before and after the period.
    days_over, days : int
        Working days of the period that are over, and all of them.
    """

    landing: float | None
    low: float | None
    high: float | None
    chance: float | None
    views: pd.DataFrame
    n_backtest: int
    note: str = ""
    error: float | None = None
    record: Record | None = None
    months_over: int | None = None
    days_over: int = 0
    days: int = 0


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
        too. Without a target above zero the chance is None, and where past chances at this point
        were worse than `targets.trust` allows.

    Notes
    -----
    Views: `run_rate`, `pace` and `seasonal` of `kit.track.views`, `refit` of `kit.track.refit` and,
    for bookings, `pipeline` of `kit.track.expected_pipeline`. Each is replayed at the same point of
    past periods of the same kind, see `kit.track.months`: the latest 20; only those with a year and
    a quarter of months before the point, or else a year, where there are 4 of these. The landing is
    their mean, weighted by past misses of the scope and of its product lines, see
    `kit.track.weighing.combine`. That is replayed too, each past period with weights from the
    misses of the others; interval (`settings.track.interval`) and chance come from its errors by
    Student's t, see
    `kit.track.spread.Spread`: on logs of actual ÷ forecast where all amounts are above zero, else
    on differences. Where no past period lost ground after this point, neither does the interval.
    """
    if target is ...:
        target = in_force(case, measure=measure)
    goal = target if target is not None and target > 0 else None
    if case.closed:
        return _closed(case, measure=measure, goal=goal)
    replayed = _replayed(case, measure=measure)
    if isinstance(replayed, Unavailable):
        return replayed
    course, said = replayed
    done, left = elapsed(case.calendar, case.period, as_of=case.as_of)
    found = judge(
        course, said, goal=goal, share=case.settings.track.interval,
        trust=case.settings.targets.trust,
    )  # fmt: skip
    return _placed(found, course, done=done, days=done + left)


def judge(
    course: Course,
    said: np.ndarray,
    *,
    goal: float | None,
    share: float,
    trust: tuple[float, float, float] = (0.0, 1.0, np.inf),
) -> Landing:
    """Combine what the views say by what they would have said, and draw interval and chance.

    Parameters
    ----------
    course : Course
        Past periods and, last, the one to forecast.
    said : array, periods × views × series
        What each view says of each; the landing is that of series 0.
    goal : float or None
        Target above zero.
    share : float
        Share of outcomes the interval is to hold.
    trust : tuple of float
        See `kit.track.record.record`; by itself it lets all chances pass.
    """
    places = replayable(course, said)
    totals, booked = course.totals(), course.bookings()
    actual = totals[places]
    combined = combine(said[-1], said[places], actual)
    landing = float(combined.landing[0])
    table = _table(said[:, :, 0], places, actual[:, 0], combined)
    if np.isnan(landing):
        return Landing(None, None, None, None, table, 0, "no_history")
    error = float(_errors(actual[:, :1] - combined.replayed[:, :1], actual[:, 0])[0])
    error = None if np.isnan(error) else error
    if len(places) < FEWEST:
        return Landing(landing, None, None, None, table, len(places), "few_periods")
    year_ago = course.year_ago()
    found = record(
        replayed=combined.replayed,
        actual=actual,
        booked=booked[places],
        ago=np.where((year_ago >= 0)[:, None], totals[year_ago], np.nan)[places],
        base=base_rates(totals, year_ago)[places],
        interval=share,
        trust=trust,
    )
    lost_ground = (actual[:, 0] < booked[places, 0]).any()
    around = spread(
        landing, replayed=combined.replayed[:, 0], actual=actual[:, 0],
        floor=-np.inf if lost_ground else float(booked[-1, 0]),
    )  # fmt: skip
    low, high = around.interval(share)
    chance = None if goal is None or found.reason else around.chance(goal)
    note = "no_target" if goal is None else "chance_withheld" if found.reason else ""
    return Landing(landing, low, high, chance, table, len(places), note, error, found)


def replayable(course: Course, said: np.ndarray) -> np.ndarray:
    """Places of the past periods on which views are replayed: the best informed, if enough."""
    speaking = np.isfinite(said[:-1, :, 0]).any(axis=1)
    past = np.flatnonzero(speaking & (course.first[:-1] + course.many <= course.running(-1)))
    known = course.first[past] + course.over
    for least in (course.cycle + max(1, course.cycle // 4), course.cycle):
        if (known >= least).sum() >= FEWEST:
            return past[known >= least][-MOST:]
    return past[-MOST:]


@once
def _replayed(case: Case, *, measure: str) -> tuple[Course, np.ndarray] | Unavailable:
    """The course of the case's period and of past ones, and what each view says of each."""
    found = seen(case, measure=measure)
    if isinstance(found, Unavailable):
        return found
    course = found.course
    said = np.array([views.say(course, place) for place in range(len(course))])
    if measure == "bookings":
        usual = said[:, views.VIEWS.index("refit"), 0] - course.bookings()[:, 0]
        said[:, views.VIEWS.index("pipeline"), 0] = expected_pipeline.landings(case, found, usual)
    return course, said


def _closed(case: Case, *, measure: str, goal: float | None) -> Landing | Unavailable:
    period = case.period
    actual = measures.actuals(case, measure=measure, start=period.start, end=period.end)
    if isinstance(actual, Unavailable):
        return actual
    nothing = pd.DataFrame({"view": list(views.VIEWS)}, dtype="str")
    nothing = nothing.assign(landing=np.nan, error=np.nan, weight=np.nan)
    chance = None if goal is None else float(actual >= goal - 1e-9 * abs(goal))
    days = case.calendar.working_days(period.start, period.end)
    return Landing(
        actual, actual, actual, chance, nothing, 0, "closed", days_over=days, days=days
    )


def _placed(found: Landing, course: Course, *, done: int, days: int) -> Landing:
    """The landing with what is told of the point."""
    now = course.running(-1)
    begun = course.passed[now] > 0 or course.begun[now].any()
    whole = course.over if course.over > 0 and course.many > 1 and not begun else None
    return replace(found, months_over=whole, days_over=done, days=days)


def _table(
    said: np.ndarray, places: np.ndarray, actual: np.ndarray, combined: Combined
) -> pd.DataFrame:
    found = pd.DataFrame({"view": list(views.VIEWS)}, dtype="str")
    errors = _errors(actual[:, None] - said[places], actual)
    return found.assign(landing=said[-1], error=errors, weight=combined.weights[:, 0])


def _errors(misses: np.ndarray, actual: np.ndarray) -> np.ndarray:
    """Mean absolute miss of each column ÷ the mean absolute result."""
    size = float(np.abs(actual).mean()) if len(actual) else 0.0
    known = np.isfinite(misses)
    sums, counts = np.where(known, np.abs(misses), 0.0).sum(axis=0), known.sum(axis=0)
    usable = (counts > 0) & (size > 0)
    return np.where(usable, sums / np.where(usable, counts * size, 1.0), np.nan)
