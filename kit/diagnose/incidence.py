"""Deals that leave a stage in time: the share that goes on, the time it takes, and a test."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from kit.diagnose import funnel

_FEWEST = 5  # deals that left, on either side, from which on times are compared


@dataclass(frozen=True)
class Incidence:
    """The share of a cohort that went on within a number of days.

    Parameters
    ----------
    share, low, high : float
        Aalen-Johansen estimate and its 95 % interval; NaN where no deal
        ended or was seen for so long.
    entered : int
        Deals of the cohort.
    size : float
        Deals that would tell as much if all had been followed to the end: share × (1 − share) ÷
        variance, and no more than `entered`.
    """

    share: float
    low: float
    high: float
    entered: int
    size: float


def incidence(days: np.ndarray, ended: np.ndarray, *, horizon: float) -> Incidence:
    """Share of deals that went on within a horizon, whatever became of those still standing.

    Parameters
    ----------
    days : array of float
        From entering the stage to leaving it, or to the day it is seen.
    ended : array of int
        1 went on, 2 lost, 0 still there.
    horizon : float
        Days; a deal that left on that very day counts.

    Notes
    -----
    Aalen-Johansen: the sum over days t of S(t−) × went on(t) ÷ at risk(t), where S is the
    Kaplan-Meier share still in the stage, so that lost deals compete and those too young to tell
    count for as long as they were seen. Its variance is the delta-method one (Marubini and
    Valsecchi), which without such deals is share × (1 − share) ÷ n. The interval is Wilson's, with
    `size` for the number of deals; where the share is 0 or 1, those followed to the horizon.

    Examples
    --------
    >>> days, ended = np.array([5.0, 10, 20, 30]), np.array([1, 2, 1, 0])
    >>> incidence(days, ended, horizon=25).share, incidence(days[:3], ended[:3], horizon=9).share
    (0.5, 0.3333333333333333)
    """
    entered = len(days)
    seen = int(((days >= horizon) | (ended > 0)).sum())
    if not seen:
        return Incidence(math.nan, math.nan, math.nan, entered, 0.0)
    at = np.unique(days[(ended > 0) & (days <= horizon)])
    ordered = np.sort(days)
    risk = entered - np.searchsorted(ordered, at, side="left")
    on = _counts(days[ended == 1], at)
    left = on + _counts(days[ended == 2], at)
    before = np.concatenate([[1.0], np.cumprod(1 - left / risk)[:-1]]) if len(at) else np.ones(0)
    cumulated = np.cumsum(before * on / risk)
    share = float(cumulated[-1]) if len(at) else 0.0
    size = float(seen)
    if 0 < share < 1:
        rest = share - cumulated
        stay = np.maximum(risk - left, 1)
        variance = (
            (rest**2 * left / (risk * stay)).sum()
            + (before**2 * (risk - on) * on / risk**3).sum()
            - 2 * (rest * before * on / risk**2).sum()
        )
        size = min(share * (1 - share) / variance, entered) if variance > 0 else size
    share = min(share, 1.0)
    low, high = funnel.wilson(share * size, size)
    return Incidence(share, low, high, entered, size)


@dataclass(frozen=True)
class Staying:
    """The share of deals still in a stage after each number of days.

    Parameters
    ----------
    days : array
        On which deals left, rising.
    share : array
        Still there after that day.
    """

    days: np.ndarray
    share: np.ndarray

    def at(self, days: np.ndarray) -> np.ndarray:
        """Share still there at the end of given days; those before the first day are 1."""
        place = np.searchsorted(self.days, days, side="right")
        return np.concatenate([[1.0], self.share])[place]

    def quantile(self, share: float) -> float:
        """Days by which a share of the deals had left; NaN where so many have not been seen to."""
        place = np.flatnonzero(self.share <= 1 - share + 1e-12)
        return float(self.days[place[0]]) if len(place) else math.nan


def staying(days: np.ndarray, left: np.ndarray, *, since: np.ndarray | None = None) -> Staying:
    """Kaplan-Meier share still in a stage, of stays that are seen from some age on.

    Parameters
    ----------
    days : array of float
        Age of the stay when the deal left, or when it was last seen.
    left : array of bool
        Whether it left.
    since : array of float, optional
        Age from which on it is seen: later than 0 for a deal that was there before the span began.
        It is at risk on the days after that age.

    Examples
    --------
    >>> found = staying(np.array([2.0, 4, 6, 8]), np.array([True, True, False, True]))
    >>> found.share.tolist(), found.quantile(0.5)
    ([0.75, 0.5, 0.0], 4.0)
    """
    at = np.unique(days[left])
    risk, gone = _at_risk(days, since, at), _counts(days[left], at)
    return Staying(at, np.cumprod(1 - gone / risk) if len(at) else np.ones(0))


def log_rank(
    days: np.ndarray, left: np.ndarray, other_days: np.ndarray, other_left: np.ndarray, *,
    since: np.ndarray | None = None, other_since: np.ndarray | None = None,
) -> float:  # fmt: skip
    """p-value that two groups leave a stage at the same pace (two-sided log-rank test).

    Parameters
    ----------
    days, left, since : array
        As for `staying`; and those of the other group.

    Returns
    -------
    float
        NaN where fewer than five left in either group.

    Notes
    -----
    Over the days on which deals left, what left of the first group is held against what would have
    at the pace of both, given those at risk; without `since` it is the test of scipy.stats.logrank.

    Examples
    --------
    >>> early, late = np.arange(1.0, 11), np.arange(4.0, 14)
    >>> round(log_rank(early, early > 0, late, late > 0), 3)
    0.04
    """
    if min(left.sum(), other_left.sum()) < _FEWEST:
        return math.nan
    at = np.unique(np.concatenate([days[left], other_days[other_left]]))
    one, two = _at_risk(days, since, at), _at_risk(other_days, other_since, at)
    gone, both = _counts(days[left], at), one + two
    all_gone = gone + _counts(other_days[other_left], at)
    expected = all_gone * one / both
    spread = all_gone * (one / both) * (two / both) * (both - all_gone) / np.maximum(both - 1, 1)
    if not spread.sum():
        return math.nan
    z = (gone - expected).sum() / math.sqrt(spread.sum())
    return float(2 * stats.norm.sf(abs(z)))


def _at_risk(days: np.ndarray, since: np.ndarray | None, at: np.ndarray) -> np.ndarray:
    """How many are seen on each age: come before it and not gone before it."""
    gone = np.searchsorted(np.sort(days), at, side="left")
    come = len(days) if since is None else np.searchsorted(np.sort(since), at, side="left")
    return come - gone


def _counts(values: np.ndarray, at: np.ndarray) -> np.ndarray:
    ordered = np.sort(values)
    return np.searchsorted(ordered, at, side="right") - np.searchsorted(ordered, at, side="left")
