"""Equal-chance quotas: every part's quota lies as many of its own deviations above its forecast."""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from kit.plan import chance
from kit.plan.baseline import Outlook


class Quotas(NamedTuple):
    """Quotas before rounding.

    Parameters
    ----------
    amounts : array
        Sum to what is handed out, where the bounds allow it and no λ was given.
    by_chance : array of bool
        False for parts that got their share of the blend instead.
    lam : float or None
        λ; None where no part has a forecast, or none has a spread to solve it from.
    """

    amounts: np.ndarray
    by_chance: np.ndarray
    lam: float | None


def expected(ahead: Outlook, *, interval: float) -> tuple[float, float]:
    """Forecast and standard deviation of what a period brings.

    Parameters
    ----------
    ahead : Outlook
    interval : float
        Share of results that the outlook's interval is meant to hold.

    Returns
    -------
    tuple
        Both in money, NaN where the forecast is not above 0 or its spread is not known.

    Notes
    -----
    sd = standard deviation of the backtested errors and their mirror images × the forecast; with
    too few errors for a chance, that of a normal distribution with the same interval.
    """
    if ahead.errors.size >= chance.LEAST:
        sd = abs(ahead.mean) * float(np.std(chance.both_sides(ahead.errors)))
    else:
        sd = (ahead.high - ahead.low) / 2 / NormalDist().inv_cdf((1 + interval) / 2)
    known = ahead.mean > 0 and np.isfinite(sd) and sd >= 0
    return (float(ahead.mean), float(sd)) if known else (np.nan, np.nan)


def quotas(
    total: float,
    weight: np.ndarray,
    *,
    mean: np.ndarray,
    sd: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    lam: float | None = None,
) -> Quotas:
    """Split an amount so that all parts are equally likely to reach theirs.

    Parameters
    ----------
    total : float
    weight : array
        Shares of the blend; 0 is no potential.
    mean, sd : array
        Forecast and its standard deviation, NaN where not known.
    low, high : array
        Bounds of each part; infinite for none.
    lam : float, optional
        λ, given rather than solved for: the quotas then sum to what they sum to.

    Returns
    -------
    Quotas

    Notes
    -----
    quota = mean + λ × sd, held between 0 or the floor and the cap, with the one λ that gives the
    total: errors of one shape then leave all parts the same chance. A part without a forecast gets
    its share of the blend first. Without any spread the forecasts are scaled in proportion. A given
    λ leaves every quota at mean + λ × sd, within its bounds, whatever the total.

    Examples
    --------
    >>> two = {"mean": np.array([100.0, 100.0]), "sd": np.array([10.0, 30.0])}
    >>> free = {"low": np.zeros(2), "high": np.full(2, np.inf)}
    >>> found = quotas(240, np.array([0.5, 0.5]), **two, **free)
    >>> found.amounts.tolist(), found.lam
    ([110.0, 130.0], 1.0)
    >>> quotas(240, np.array([0.5, 0.5]), **two, **free, lam=0.5).amounts.tolist()
    [105.0, 115.0]
    """
    low = np.maximum(low, 0.0)
    known = (weight > 0) & np.isfinite(mean) & np.isfinite(sd)
    share = total * weight / weight.sum() if weight.sum() > 0 else np.zeros_like(weight)
    amounts = np.clip(share, low, np.where(weight > 0, high, low))
    rest = total - amounts[~known].sum()
    if not known.any():
        return Quotas(amounts, known, None)
    mean, sd, low, high = mean[known], sd[known], low[known], high[known]
    if lam is not None:
        amounts[known] = np.clip(mean + lam * sd, low, high)
        return Quotas(amounts, known, lam)
    if not (sd > 0).any():
        amounts[known] = np.clip(mean * max(rest, 0.0) / mean.sum(), low, high)
        return Quotas(amounts, known, None)

    def at(lam: float) -> np.ndarray:
        return np.clip(mean + lam * sd, low, high)

    moves = sd > 0
    least = ((low - mean)[moves] / sd[moves]).min()
    most = ((np.minimum(high, max(rest, 0.0) + low) - mean)[moves] / sd[moves]).max()
    most = max(least, most)
    if at(least).sum() >= rest:
        lam = float(least)
    elif at(most).sum() <= rest:
        lam = float(most)
    else:
        lam = float(brentq(lambda one: at(one).sum() - rest, least, most, xtol=1e-13, rtol=1e-14))
    amounts[known] = at(lam)
    return Quotas(amounts, known, lam)
