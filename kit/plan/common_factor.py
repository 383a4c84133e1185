"""One common factor behind many errors: how strong it is, and what it does to joint chances."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

_POINTS = 64  # of the quadrature over the common factor: far more than its smoothness needs
_TIED = 0.999  # a correlation above it counts as this


def correlation(errors: np.ndarray, *, separate: int) -> float:
    """The correlation of errors of two parts at the same time, averaged over pairs and shrunk.

    Parameters
    ----------
    errors : array, cuts × parts
        In units of each part's noise; NaN where a part was not tried.
    separate : int
        How many of the cuts share no result.

    Returns
    -------
    float
        0.0 where what is found could be by chance.

    Notes
    -----
    r̄ = mean over pairs of Σ e_i e_j ÷ √(Σ e_i² Σ e_j²), over the cuts at which both were tried. As
    forecasts are meant to be right on average, errors are taken from 0: a time in which all were
    too low counts as moving together. Shrunk as seasonal indices are: ρ = r̄ × (1 − W ÷ r̄²), at
    least 0, where W = 2 ÷ (n (n − 1) m) is the variance that r̄ has for n parts that are off on
    their own at m separate cuts; and ρ is at least −1 ÷ (n − 1). Taking all pairs to be alike is
    the constant-correlation model of Elton and Gruber (1973).

    Examples
    --------
    >>> correlation(np.array([[1.0, 1.0], [-1.0, -1.0], [2.0, 2.0], [-2.0, -2.0]]), separate=4)
    0.75
    """
    many = errors.shape[1]
    found = []
    for one, other in combinations(errors.T, 2):
        both = np.isfinite(one) & np.isfinite(other)
        size = math.sqrt((one[both] ** 2).sum() * (other[both] ** 2).sum())
        if size > 0:
            found.append(float((one[both] * other[both]).sum() / size))
    average = float(np.mean(found)) if found else 0.0
    by_chance = 2 / (many * (many - 1) * separate)
    kept = max(0.0, 1 - by_chance / average**2) if average else 0.0
    return max(average * kept, -1 / (many - 1)) + 0.0  # never −0


def all_below(bounds: ArrayLike, *, shared: float) -> float:
    """The chance that all of several equally correlated standard normals stay below their bounds.

    Parameters
    ----------
    bounds : array
    shared : float
        Their correlation; a negative one counts as 0.

    Notes
    -----
    Given the common factor they are independent; the factor is integrated by Gauss–Hermite
    quadrature.

    Examples
    --------
    >>> [round(all_below([0.0, 0.0], shared=one), 3) for one in (0.0, 0.5, 1.0)]
    [0.25, 0.333, 0.5]
    """
    ends = np.asarray(bounds, dtype=float)
    if shared <= 0:
        return float(ndtr(ends).prod())
    shared = min(shared, _TIED)
    factor, weight = np.polynomial.hermite_e.hermegauss(_POINTS)
    given = (ends[:, None] + math.sqrt(shared) * factor) / math.sqrt(1 - shared)
    return float((ndtr(given).prod(axis=0) * weight).sum() / weight.sum())
