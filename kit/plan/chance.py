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
    found = np.asarray(errors, dtype=float)
    if target is None or not np.isfinite(target) or found.size < LEAST or not mean:
        return None
    sides = both_sides(found)
    away = mean + abs(mean) * sides - target
    quarters = np.quantile(sides, [0.25, 0.75])
    spread = min(sides.std(), (quarters[1] - quarters[0]) / 1.349)  # one outlier is no spread
    width = 1.06 * spread * len(sides) ** -0.2 * abs(mean)
    reached = ndtr(away / width).mean() if width > 0 else float((away >= 0).mean())
    edge = 1 / (2 * found.size + 2)
    return float(np.clip(reached, edge, 1 - edge))
