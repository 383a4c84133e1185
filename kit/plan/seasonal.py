"""The forecasting method: shrunk seasonal indices and a damped, Theta-like drift."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

DAMPING = 0.9  # of the drift, per step
DRIFT = 0.5  # share of the straight line's slope that is carried on, as in the Theta method
RECENCY = 0.8  # weight of a cycle against the one after it
ONE_CYCLE = 0.5  # what is left of a seasonal index that was seen only once
_RATES = np.linspace(0.05, 0.95, 10)  # smoothing rates that are averaged
_WARM_UP = 3  # points that only set the level


class Fitted(NamedTuple):
    """Forecasts of several series on the scale they were fitted on.

    Parameters
    ----------
    ahead : array, horizon × series
    noise : array, series
        Root mean squared one-step error within the history.
    """

    ahead: np.ndarray
    noise: np.ndarray


def fit(points: np.ndarray, *, horizon: int, cycle: int) -> Fitted:
    """Forecast several series of equal length at once.

    Parameters
    ----------
    points : array, time × series
        No gaps; logarithms for a multiplicative model.
    horizon, cycle : int

    Returns
    -------
    Fitted

    Notes
    -----
    Points less seasonal indices are smoothed exponentially at ten rates; the levels are averaged
    with weights that fall with their one-step errors. The drift is half the slope of the straight
    line through the points and fades by a tenth with every step. With less than two cycles there is
    no drift, as a trend cannot be told from a season.

    Examples
    --------
    >>> up = np.arange(24.0).reshape(-1, 1)
    >>> fit(up, horizon=2, cycle=1).ahead.round(1).ravel().tolist()
    [23.4, 23.8]
    """
    length = len(points)
    place = np.arange(length) % cycle
    index = indices(points, cycle=cycle)
    plain = points - index[place]
    drift = np.zeros(points.shape[1])
    if length >= max(2 * cycle, 3):
        centred = np.arange(length) - (length - 1) / 2
        drift = DRIFT * (centred @ plain) / (centred @ centred)
    level, noise = _level(plain)
    steps = np.cumsum(DAMPING ** np.arange(1, horizon + 1))
    season = index[(length + np.arange(horizon)) % cycle]
    return Fitted(level + steps[:, None] * drift + season, noise)


def indices(points: np.ndarray, *, cycle: int) -> np.ndarray:
    """Additive seasonal indices, shrunk towards flat where the noise could have made them.

    Parameters
    ----------
    points : array, time × series
    cycle : int

    Returns
    -------
    array, cycle × series
        Index of the season in which the first point lies, of the next, and so on.

    Notes
    -----
    With two cycles or more: mean departure by season from a centred moving average, then once more
    from a smooth trend of the deseasonalised points, recent cycles weighing more. Each set is
    multiplied by 1 − W ÷ B, at least 0, where B is the indices' variance and W the variance they
    would have from noise alone, noise ÷ number of cycles. With one cycle the departures from the
    mean are halved; with less there are none.
    """
    length, many = points.shape
    flat = np.zeros((cycle, many))
    if cycle == 1 or length < cycle:
        return flat
    if length < 2 * cycle:
        last = points[-cycle:]
        return ONE_CYCLE * np.roll(last - last.mean(axis=0), length % cycle, axis=0)
    first = _shrunk(points - _moving(points, cycle), cycle, recency=1.0)
    plain = points - first[np.arange(length) % cycle]
    return _shrunk(points - _smooth(plain, max(1, cycle // 2 - 1)), cycle, recency=RECENCY)


def _shrunk(departures: np.ndarray, cycle: int, *, recency: float) -> np.ndarray:
    length = len(departures)
    weight = recency ** ((length - 1 - np.arange(length)) // cycle)
    seasons = [slice(one, None, cycle) for one in range(cycle)]
    index = np.array([np.average(departures[s], axis=0, weights=weight[s]) for s in seasons])
    index -= index.mean(axis=0)
    rest = departures - index[np.arange(length) % cycle]
    by_chance = (rest**2).sum(axis=0) / (length - cycle) * cycle / length
    found = (index**2).sum(axis=0) / (cycle - 1)
    kept = 1 - np.divide(by_chance, found, out=np.ones_like(found), where=found > 0)
    return index * np.clip(kept, 0, 1)


def _moving(points: np.ndarray, cycle: int) -> np.ndarray:
    """Centred moving average over a cycle; the ends go on at half the nearest slope."""
    half = cycle // 2
    weights = np.full(2 * half + 1, 1.0)
    if cycle % 2 == 0:
        weights[[0, -1]] = 0.5
    summed = np.lib.stride_tricks.sliding_window_view(points, len(weights), axis=0) @ weights
    middle = summed / weights.sum()
    reach = min(len(middle) - 1, half)
    start = end = np.zeros(points.shape[1])
    if reach:
        start, end = (middle[reach] - middle[0]) / reach, (middle[-1] - middle[-1 - reach]) / reach
    before = middle[0] - 0.5 * np.arange(half, 0, -1)[:, None] * start
    after = middle[-1] + 0.5 * np.arange(1, half + 1)[:, None] * end
    return np.vstack([before, middle, after])


def _smooth(points: np.ndarray, reach: int) -> np.ndarray:
    """Triangular moving average; the ends are mirrored through their last point."""
    reach = min(reach, len(points) - 1)
    before = 2 * points[0] - points[reach:0:-1]
    after = 2 * points[-1] - points[-2 : -2 - reach : -1]
    weights = reach + 1.0 - np.abs(np.arange(-reach, reach + 1))
    longer = np.vstack([before, points, after])
    window = np.lib.stride_tricks.sliding_window_view(longer, len(weights), axis=0)
    return window @ (weights / weights.sum())


def _level(plain: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Last level and one-step noise of each series, averaged over the smoothing rates."""
    warm = min(_WARM_UP, len(plain) - 1) or 1
    levels = np.repeat(plain[:warm].mean(axis=0)[None], len(_RATES), axis=0)
    squared = np.zeros_like(levels)
    for now, point in enumerate(plain):
        error = point - levels
        if now >= warm:
            squared += error**2
        levels = levels + _RATES[:, None] * error
    seen = max(len(plain) - warm, 1)
    best = squared.min(axis=0)
    ratio = np.divide(best, squared, out=np.ones_like(squared), where=squared > 0)
    weight = ratio ** (seen / 2)
    weight /= weight.sum(axis=0)
    return (weight * levels).sum(axis=0), np.sqrt((weight * squared).sum(axis=0) / seen)
