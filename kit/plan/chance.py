"""The chance of reaching a target, from the errors of past forecasts."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

LEAST = 8  # errors without which no chance is told


def both_sides(errors: ArrayLike) -> np.ndarray:
    """Relative errors and their mirror images, so that a forecast is as often too low as too high.

    Parameters
    ----------
    errors : array
        actual ÷ forecast − 1.

    Returns
    -------
    array
        Twice as many: beside each error e stands 1 ÷ (1 + e) − 1, or −e where an error is −1 or
        less (a forecast of something that can turn negative).

    Examples
    --------
    >>> both_sides([0.25]).round(2).tolist()
    [0.25, -0.2]
    """
    found = np.asarray(errors, dtype=float)
    mirrored = 1 / (1 + found) - 1 if (found > -1).all() else -found
    return np.concatenate([found, mirrored])


def of_target(target: float | None, *, mean: float, errors: ArrayLike) -> float | None:
    """The chance that the result reaches a target.

    Parameters
    ----------
    target : float or None
        Money.
    mean : float
        Forecast, money.
    errors : array
        Relative errors of past forecasts, actual ÷ forecast − 1.

    Returns
    -------
    float or None
        A fraction. None without a target, with fewer than eight errors or with a forecast of 0.

    Notes
    -----
    Share of past errors, mirrored and smoothed by a normal kernel, with which the forecast reaches
    the target. With n errors it stays between 1 ÷ (2n + 2) and one less that: so few trials can
    show no more.

    Examples
    --------
    >>> past = [-0.08, -0.05, -0.03, -0.01, 0.01, 0.03, 0.05, 0.09]
    >>> [round(of_target(target, mean=100, errors=past), 2) for target in (100, 110)]
    [0.5, 0.06]
    """
    if target is None or not np.isfinite(target):
        return None
    found = of_targets([target], mean=mean, errors=errors)
    return None if found is None else float(found[0])


def of_targets(targets: ArrayLike, *, mean: float, errors: ArrayLike) -> np.ndarray | None:
    """The chances of reaching each of several targets; see `of_target`.

    Examples
    --------
    >>> past = [-0.08, -0.05, -0.03, -0.01, 0.01, 0.03, 0.05, 0.09]
    >>> of_targets([90, 100, 110], mean=100, errors=past).round(2).tolist()
    [0.94, 0.5, 0.06]
    """
    found = np.asarray(errors, dtype=float)
    if found.size < LEAST or not mean:
        return None
    sides = both_sides(found)
    away = mean + abs(mean) * sides - np.asarray(targets, dtype=float)[:, None]
    quarters = np.quantile(sides, [0.25, 0.75])
    spread = min(sides.std(), (quarters[1] - quarters[0]) / 1.349)  # one outlier is no spread
    width = 1.06 * spread * len(sides) ** -0.2 * abs(mean)
    reached = (ndtr(away / width) if width > 0 else (away >= 0)).mean(axis=1)
    edge = 1 / (2 * found.size + 2)
    return np.clip(reached, edge, 1 - edge)


def interval(mean: float, errors: ArrayLike, *, share: float) -> tuple[float, float] | None:
    """The range that holds a share of the results to be expected; None with under eight errors.

    Parameters
    ----------
    mean : float
        Forecast, in any unit.
    errors : array
        Relative errors of past forecasts, actual ÷ forecast − 1; their mirror images count too.
    share : float

    Examples
    --------
    >>> past = [-0.08, -0.05, -0.03, -0.01, 0.01, 0.03, 0.05, 0.09]
    >>> [round(end, 1) for end in interval(100, past, share=0.8)]
    [93.5, 107.0]
    """
    found = np.asarray(errors, dtype=float)
    if found.size < LEAST:
        return None
    ends = np.quantile(both_sides(found), [(1 - share) / 2, (1 + share) / 2])
    return tuple(float(mean + abs(mean) * one) for one in ends)


def relative(errors: ArrayLike, *, noise: float, mean: float, multiplicative: bool) -> np.ndarray:
    """Pooled errors in units of noise as relative errors of one forecast.

    Parameters
    ----------
    errors : array
        As in `kit.plan.backtest.totals`.
    noise : float
        The forecast series' own, on the fitted scale.
    mean : float
        The forecast.
    multiplicative : bool
        Whether the fitted scale is logarithmic.

    Returns
    -------
    array
        actual ÷ forecast − 1; empty for a forecast of 0 that is not multiplicative.

    Examples
    --------
    >>> relative([1.0, -1.0], noise=0.1, mean=100.0, multiplicative=True).round(3).tolist()
    [0.105, -0.095]
    >>> relative([1.0, -1.0], noise=5.0, mean=100.0, multiplicative=False).tolist()
    [0.05, -0.05]
    """
    found = np.asarray(errors, dtype=float) * noise
    if multiplicative:
        return np.exp(found) - 1
    return found / abs(mean) if mean else np.empty(0)
