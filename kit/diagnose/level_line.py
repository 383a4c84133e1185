"""A line without its season and its steady growth, so that what is left are levels and noise."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kit.diagnose.segments import Cuts, cuts, levels
from kit.plan.deseasoned import CYCLE, seasons

FREE = 2  # cuts that are searched for, while season and growth are told apart from them
LEAST = 3  # months of a level, at the least
_ROUNDS = 2


class LevelLine(NamedTuple):
    """Several series without season and growth.

    Parameters
    ----------
    line : array, time × series
        Points − season − growth.
    season : array, time × series
    growth : array, time × series
        A straight line through 0 in the middle; 0 where it was not asked for.
    found : Cuts
        The best cuts of `line`; those asked for, where they were given.
    """

    line: np.ndarray
    season: np.ndarray
    growth: np.ndarray
    found: Cuts


def level_line(
    points: np.ndarray,
    *,
    growing: bool = False,
    at: tuple[int, ...] | None = None,
    cycle: int = CYCLE,
) -> LevelLine:
    """Take the season, and growth where asked, out of series that may have shifted.

    Parameters
    ----------
    points : array, time × series
        Logarithms where growth and season act as factors. No gaps.
    growing : bool
        Whether a straight line is taken out too.
    at : tuple of int, optional
        First points of new levels, where they are known; without them the two best cuts stand in
        for those that may be there.
    cycle : int

    Notes
    -----
    A shift must not be taken for a season, nor for growth, nor they for it. So levels are found,
    the season is taken of what they leave (`kit.plan.seasonal.indices`), and both once more. Growth
    is the slope of the straight line that is fitted beside the levels, of a search beside the best
    single cut: two could make stairs against any slope. Every series is treated in
    the same way, whether it holds a shift or not, so that simulated ones tell what this alone does.
    """
    whole = np.asarray(points, dtype=float)
    growth = np.zeros_like(whole)
    if at is None:
        step = _first(whole, cycle, growing=growing)
    else:
        step = _given(at, whole.shape[1])
    flat = whole - (_slope(whole, step) if growing else 0.0)
    season = seasons(flat - levels(flat, step), cycle=cycle)
    if growing:
        growth = _slope(whole - season, step)
    found = _cut(whole - season - growth, at)
    for _ in range(_ROUNDS):
        places = found.places[-1]
        beside = found.places[1] if at is None else places
        if growing:
            growth = _slope(whole - season, beside)
        line = whole - growth
        season = seasons(line - levels(line - season, places), cycle=cycle)
        if growing:
            growth = _slope(whole - season, beside)
        found = _cut(whole - season - growth, at)
    return LevelLine(whole - season - growth, season, growth, found)


def autocorrelation(rest: np.ndarray) -> np.ndarray:
    """Correlation of each series with itself one point before; 0 where it is constant.

    Examples
    --------
    >>> autocorrelation(np.array([[1.0], [-1], [1], [-1]])).round(2).tolist()
    [-0.75]
    """
    off = rest - rest.mean(axis=0)
    total = (off**2).sum(axis=0)
    joint = (off[1:] * off[:-1]).sum(axis=0)
    return np.divide(joint, total, out=np.zeros_like(total), where=total > 0)


def _slope(points: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The straight line beside levels at known places, by least squares."""
    length, many = points.shape
    days = np.repeat(np.arange(length, dtype=float)[:, None], many, axis=1)
    inside = days - levels(days, places)
    total = (inside**2).sum(axis=0)
    joint = (inside * points).sum(axis=0)
    slope = np.divide(joint, total, out=np.zeros(many), where=total > 0)
    return slope * (days - (length - 1) / 2)


def _first(points: np.ndarray, cycle: int, *, growing: bool) -> np.ndarray:
    """The best single step beside a mean for each season, by least squares of all at once.

    A season taken of the points alone would hold a part of the step, and hide it.
    """
    length = len(points)
    days = np.arange(length)
    beside = [(days % cycle == one).astype(float) for one in range(min(cycle, length))]
    if growing:
        beside.append(days - (length - 1) / 2)
    base, _ = np.linalg.qr(np.column_stack(beside))
    places = np.arange(LEAST, length - LEAST + 1)
    steps = (days[:, None] >= places).astype(float)
    steps -= base @ (base.T @ steps)
    sizes = (steps**2).sum(axis=0)
    gains = np.divide((steps.T @ points) ** 2, sizes[:, None], where=sizes[:, None] > 1e-9,
                      out=np.zeros((len(places), points.shape[1])))  # fmt: skip
    return places[gains.argmax(axis=0)][None]


def _given(at: tuple[int, ...], many: int) -> np.ndarray:
    return np.repeat(np.array(at, dtype=int)[:, None], many, axis=1)


def _cut(line: np.ndarray, at: tuple[int, ...] | None) -> Cuts:
    if at is None:
        return cuts(line, most=FREE, least=LEAST)
    return Cuts(np.zeros((1, line.shape[1])), (_given(at, line.shape[1]),))
