"""Views of where a period will land, each from what was known at one point of it."""

from __future__ import annotations

import numpy as np

from kit.track import refit
from kit.track.course import Course

VIEWS = ("run_rate", "pace", "refit", "seasonal", "pipeline")
SMALLEST_SHARE = 0.02  # a share booked below this says nothing of the whole
YEARS = 5  # years back that are looked at
FADE = 0.8  # weight of a year against the next one
ONE_YEAR = 0.5  # what is left of a share that was seen in one year only
RECENT = 12  # latest periods that this is drawn towards
MOST_GROWTH = 3.0  # growth of what still comes is held between a third and threefold


def say(course: Course, place: int) -> np.ndarray:
    """What each view says of one period, from what was known at its point and before.

    Parameters
    ----------
    course : Course
    place : int
        Which period; only months before its running one are used besides what that had begun.

    Returns
    -------
    array, views × series
        In the order of `VIEWS`; NaN where a view cannot say. `pipeline` is left empty: see
        `kit.track.expected_pipeline`.

    Examples
    --------
    >>> from kit.track.course import of_months
    >>> flat = of_months(np.full(26, 10.0), many=3, over=2)
    >>> say(flat, len(flat) - 1).round(6).ravel().tolist()
    [30.0, 30.0, 30.0, 30.0, nan]
    """
    return np.stack(
        [
            run_rate(course, place),
            pace(course, place),
            refit.landing(course, place),
            seasonal(course, place),
            np.full(course.series, np.nan),
        ]
    )


def run_rate(course: Course, place: int) -> np.ndarray:
    """Booked ÷ working days over × working days of the period; NaN before one is over.

    Examples
    --------
    >>> from kit.track.course import of_months
    >>> run_rate(of_months([10.0], many=3, over=1, worked=[20, 21, 22]), 0).tolist()
    [31.5]
    """
    done, whole = course.days(place)
    return course.booked(place) * (whole / done) if done > 0 else np.full(course.series, np.nan)


def pace(course: Course, place: int) -> np.ndarray:
    """Booked ÷ the share that past periods had booked by this point.

    Returns
    -------
    array
        A series each; NaN before a working day is over, without a past period, and where the share
        is below .02.

    Notes
    -----
    share = Σ booked ÷ Σ total over the same period of up to five years, a year weighing .8 of the
    next one, drawn towards that of the latest twelve periods of all seasons: by the part of their
    difference that the spread between the years could have made by chance, with one year by half.
    What a past month brought before and after the point is first brought to this one's days before
    and after it.
    """
    nothing = np.full(course.series, np.nan)
    if not course.days(place)[0] > 0:
        return nothing
    start = int(course.first[place])
    same = start - course.cycle * np.arange(1, YEARS + 1)
    same = same[(same >= 0) & (same + course.many <= start)]
    recent = course.first[:place][course.first[:place] + course.many <= start][-RECENT:]
    up, whole = _shares(course, recent, start)
    share = _ratio(up.sum(axis=0), whole.sum(axis=0))
    if len(same):
        up, whole = _shares(course, same, start)
        fade = FADE ** np.arange(len(same))[:, None]
        own = _ratio((fade * up).sum(axis=0), (fade * whole).sum(axis=0))
        beside = own - share
        share = share + beside * _kept(_ratio(up, whole), beside)
        share = np.where(np.isnan(share), own, share)
    usable = share >= SMALLEST_SHARE
    return np.divide(course.booked(place), share, out=nothing, where=usable)


def seasonal(course: Course, place: int) -> np.ndarray:
    """Booked + what the same period a year before still got × growth.

    Returns
    -------
    array
        A series each; NaN without a year of history.

    Notes
    -----
    growth = the last quarter of a year up to the point ÷ the same a year earlier, held between a
    third and threefold; 1 where that is not above zero. All by days that count.
    """
    now, end = course.running(place), course.within(place).stop
    back = course.cycle
    latest = max(1, back // 4)
    if now - latest - back < 0 or end - back > now:
        return np.full(course.series, np.nan)
    behind = slice(now - latest, now)
    gained = course.amounts[behind].sum(axis=0)
    before = _by_days(course, behind, back).sum(axis=0)
    coming = slice(max(now, int(course.first[place])), end)
    rest = _by_days(course, coming, back).sum(axis=0)
    if now < end:
        gained = gained + course.begun[now]
        factor = _factor(course.loaded[now], course.loaded[now - back])
        before = before + course.begun[now - back] * factor
    if coming.start == now < end:  # of the running month only what comes after the point
        left = course.amounts[now - back] - course.begun[now - back]
        later = slice(now + 1, end)
        factor = _factor(
            course.load[now] - course.loaded[now],
            course.load[now - back] - course.loaded[now - back],
        )
        rest = _by_days(course, later, back).sum(axis=0) + left * factor
    growth = np.divide(gained, before, out=np.ones_like(before), where=before > 0)
    return course.booked(place) + rest * np.clip(growth, 1 / MOST_GROWTH, MOST_GROWTH)


def _shares(
    course: Course, starts: np.ndarray, start: int
) -> tuple[np.ndarray, np.ndarray]:
    """Booked by the point, and in all, in periods of these first months, at one's days."""
    up = _at(course, starts, start, np.arange(course.over))
    rest = _at(course, starts, start, np.arange(course.over + 1, course.many))
    if course.over < course.many:
        now, then = start + course.over, starts + course.over
        begun = course.begun[then]
        factor = _factor(course.loaded[now], course.loaded[then])[:, None]
        up = up + begun * factor
        left = course.load[then] - course.loaded[then]
        factor = _factor(course.load[now] - course.loaded[now], left)[:, None]
        rest = rest + (course.amounts[then] - begun) * factor
    return up, up + rest


def _kept(shares: np.ndarray, beside: np.ndarray) -> np.ndarray:
    """What is left of a difference of the mean of these years: 1 − its variance ÷ its square."""
    many = np.isfinite(shares).sum(axis=0)
    mean = np.nan_to_num(shares).sum(axis=0) / np.maximum(many, 1)
    squares = np.nan_to_num((shares - mean) ** 2).sum(axis=0)
    by_chance = squares / np.maximum(many - 1, 1) / np.maximum(many, 1)
    kept = 1.0 - _ratio(by_chance, beside**2)
    return np.where(many > 1, np.clip(np.nan_to_num(kept), 0.0, 1.0), ONE_YEAR)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """part ÷ whole; NaN where the whole is not above zero."""
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)


def _at(course: Course, starts: np.ndarray, start: int, months: np.ndarray) -> np.ndarray:
    """Sums over some months of past periods, at the days of one period's."""
    places = starts[:, None] + months[None]
    factor = _factor(course.load[start + months][None], course.load[places])
    return (course.amounts[places] * factor[:, :, None]).sum(axis=1)


def _by_days(course: Course, months: slice, back: int) -> np.ndarray:
    """What the same months a year before brought, at these months' days."""
    then = slice(months.start - back, months.stop - back)
    factor = _factor(course.load[months], course.load[then])
    return course.amounts[then] * factor[:, None]


def _factor(now: np.ndarray | float, then: np.ndarray | float) -> np.ndarray:
    """Days now ÷ then; 1 where there were none then."""
    now, then = np.broadcast_arrays(np.asarray(now, dtype=float), np.asarray(then, dtype=float))
    return np.divide(now, then, out=np.ones(then.shape), where=then > 0)
