"""Views of where a period will land, and what each would have said of past periods."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

VIEWS = ("run_rate", "pace", "seasonal", "recent")
SMALLEST_SHARE = 0.02  # a share booked or due below this says nothing of the whole
YEARS = 5  # years back that are looked at
FADE = 0.8  # weight of a year against the next one
POOLED = 0.3  # weight of all periods' mean share beside a same period's
RECENT = 12  # periods in that mean
LATEST = 4  # periods in the mean of what is still to come
MOST_GROWTH = 3.0  # growth of what still comes is held between a third and threefold


@dataclass(frozen=True)
class Course:
    """What periods of one kind had booked at one point, and in the end.

    Parameters
    ----------
    booked : array
        Amount booked up to the point, a period each; the last is the period looked at.
    total : array
        Amount at the period's end; NaN for the last.
    due : array
        Share of the period that the schedule had put before the point; NaN where not known.
    year_ago : array of int
        Place of the same period a year earlier, −1 where there is none.
    started : bool
        Whether any working day is over at the point.
    """

    booked: np.ndarray
    total: np.ndarray
    due: np.ndarray
    year_ago: np.ndarray
    started: bool

    def __len__(self) -> int:
        return len(self.booked)

    @property
    def remaining(self) -> np.ndarray:
        """Amount booked after the point."""
        return self.total - self.booked

    def years(self, place: int) -> tuple[np.ndarray, np.ndarray]:
        """Places of the same period in the years before, the last first, and their weights."""
        found = []
        while len(found) < YEARS and (place := int(self.year_ago[place])) >= 0:
            found.append(place)
        return np.array(found, dtype=int), FADE ** np.arange(len(found))


def say(course: Course, place: int) -> np.ndarray:
    """What each view says of one period, from what was known at its point and before.

    Parameters
    ----------
    course : Course
    place : int
        Which period; only periods before it are used besides what it had booked.

    Returns
    -------
    array
        Landing by `run_rate` (booked ÷ scheduled share: the run rate so far, carried on over the
        days left by their weights in the schedule), by `pace` (booked ÷ share that past periods
        had booked by this point, that of the same period in past years above all), by `seasonal`
        (booked + what the same period in past years still got × growth; growth compares twice the
        booked amount and the period before with the same a year earlier, and is held between a
        third and threefold) and by `recent` (booked + mean of what the last four periods still
        got). NaN where a view cannot say.

    Examples
    --------
    >>> course = Course(
    ...     booked=np.array([20.0, 30.0]), total=np.array([100.0, np.nan]),
    ...     due=np.array([0.25, 0.25]), year_ago=np.array([-1, -1]), started=True,
    ... )
    >>> [float(one) for one in say(course, 1)]
    [120.0, 150.0, nan, 110.0]
    """
    booked = course.booked[place]
    run_rate = pace = recent = np.nan
    if course.started:
        if course.due[place] >= SMALLEST_SHARE:
            run_rate = booked / course.due[place]
        share = _share(course, place)
        if share >= SMALLEST_SHARE:
            pace = booked / share
    if place:
        recent = booked + course.remaining[max(0, place - LATEST) : place].mean()
    return np.array([run_rate, pace, booked + _still_to_come(course, place), recent])


def combine(said: np.ndarray, weights: np.ndarray) -> float:
    """The mean of what the views say, by weight, of those that say something; NaN for none."""
    speaking = ~np.isnan(said)
    if not speaking.any():
        return np.nan
    weights = np.where(speaking, weights, 0.0)
    if not weights.sum() > 0:
        weights = speaking.astype(float)
    return float((weights * np.where(speaking, said, 0.0)).sum() / weights.sum())


def weigh(misses: np.ndarray) -> np.ndarray:
    """Weights of views from their past misses, a row a period: 1 ÷ (mean squared miss)².

    Squared twice, so that views which never held say next to nothing. A view without any known miss
    weighs nothing; where that holds for all, `combine` takes them alike.
    """
    known = ~np.isnan(misses)
    count = known.sum(axis=0)
    squares = np.where(known, misses, 0.0) ** 2
    mean = squares.sum(axis=0) / np.maximum(count, 1)
    least = 1e-12 + 1e-6 * mean.max()
    return np.where(count > 0, 1.0 / (mean + least) ** 2, 0.0)


def _share(course: Course, place: int) -> float:
    past = np.arange(max(0, place - RECENT), place)
    whole = course.total[past].sum()
    pooled = course.booked[past].sum() / whole if whole > 0 else np.nan
    places, weights = course.years(place)
    whole = (weights * course.total[places]).sum()
    if not whole > 0:
        return pooled
    same = (weights * course.booked[places]).sum() / whole
    if np.isnan(pooled):
        return same
    return (weights.sum() * same + POOLED * pooled) / (weights.sum() + POOLED)


def _still_to_come(course: Course, place: int) -> float:
    places, weights = course.years(place)
    if not len(places):
        return np.nan
    before, _ = course.years(place - 1)
    grown = []
    for back, one in enumerate(places):
        now, then = 2 * course.booked[place], 2 * course.booked[one]
        if back < len(before):
            now, then = now + course.total[place - 1], then + course.total[before[back]]
        growth = now / then if then > 0 else 1.0
        grown.append(course.remaining[one] * min(max(growth, 1 / MOST_GROWTH), MOST_GROWTH))
    return float((weights * np.array(grown)).sum() / weights.sum())
