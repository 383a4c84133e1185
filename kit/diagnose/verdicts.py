"""How an interval decides whether something that matters happened."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import beta, t

from kit.diagnose.funnel import NORMAL, wilson

CONFIRMED, REFUTED, UNDECIDED, NO_DATA = "confirmed", "refuted", "too_few", "no_data"
POWER = 0.8  # chance to have seen it, below which nothing is refuted

Row = Mapping[str, Any]  # one obstacle's figures; see `row`


@dataclass(frozen=True)
class Measured:
    """A value with its interval; larger is worse.

    Parameters
    ----------
    value, low, high : float
    power : float
        Chance that a rise as large as the threshold would have been seen with so many; NaN where
        nothing is sampled.
    """

    value: float
    low: float
    high: float
    power: float = math.nan


class Sides(NamedTuple):
    """How many of how many, now and before."""

    now: int
    of_now: int
    before: int
    of_before: int


def decide(found: Measured, threshold: float, *, nothing: float | None = 0.0) -> str:
    """What an interval says of a threshold.

    `confirmed` where the value reaches the threshold and the interval lies above `nothing` (above
    the threshold itself, where that is None); `refuted` where the whole interval lies below the
    threshold and data of this size had four chances in five to show it (`POWER`; not asked where
    nothing is sampled); else `too_few`.

    Examples
    --------
    >>> decide(Measured(0.08, 0.03, 0.13), 0.05), decide(Measured(0.01, -0.02, 0.04, 0.9), 0.05)
    ('confirmed', 'refuted')
    >>> decide(Measured(0.04, -0.10, 0.18), 0.05), decide(Measured(0.0, -0.04, 0.04, 0.4), 0.05)
    ('too_few', 'too_few')
    """
    if math.isnan(found.value) or math.isnan(found.low) or math.isnan(found.high):
        return UNDECIDED
    if found.value >= threshold and found.low > (threshold if nothing is None else nothing):
        return CONFIRMED
    return UNDECIDED if found.power < POWER or found.high >= threshold else REFUTED


def doubt(found: Measured, threshold: float, *, nothing: float | None = 0.0) -> str:
    """Why `decide` leaves a case open.

    `few`: there is no interval. `chance`: the value reaches the threshold, but the interval holds
    `nothing`. `power`: so little data would rarely have shown the threshold. `changed`: the whole
    interval lies above `nothing`, and the threshold in it. `reaches`: the threshold lies in it.

    Examples
    --------
    >>> doubt(Measured(0.035, 0.018, 0.054, 0.99), 0.05), doubt(Measured(0, -0.1, 0.1, 0.3), 0.05)
    ('changed', 'power')
    >>> doubt(Measured(0.08, -0.02, 0.18, 0.3), 0.05), doubt(Measured(0.02, 0, 0.06, 0.9), 0.05)
    ('chance', 'reaches')
    """
    if math.isnan(found.value) or math.isnan(found.low) or math.isnan(found.high):
        return "few"
    if nothing is not None and found.value >= threshold:
        return "chance"
    if found.power < POWER:
        return "power"
    return "changed" if nothing is not None and found.low > nothing else "reaches"


def rise(sides: Sides, *, level: float, threshold: float) -> Measured:
    """How many points a share has risen: Newcombe's interval from two Wilson intervals.

    Examples
    --------
    >>> found = rise(Sides(30, 100, 10, 100), level=0.95, threshold=0.05)
    >>> round(found.value, 2), found.low > 0
    (0.2, True)
    """
    if not sides.of_now or not sides.of_before:
        return Measured(math.nan, math.nan, math.nan, 0.0)
    one, zero = sides.now / sides.of_now, sides.before / sides.of_before
    low1, high1 = wilson(sides.now, sides.of_now, level=level)
    low0, high0 = wilson(sides.before, sides.of_before, level=level)
    change = one - zero
    low = change - math.hypot(one - low1, high0 - zero)
    high = change + math.hypot(high1 - one, zero - low0)
    after = min(zero + threshold, 1.0)
    spread = math.sqrt(
        zero * (1 - zero) / sides.of_before + after * (1 - after) / sides.of_now
    )
    return Measured(change, low, high, _power(threshold, spread, level=level))


def slower(now: np.ndarray, before: np.ndarray, *, level: float, threshold: float) -> Measured:
    """By what share durations have grown: Welch's interval of the mean logarithm of days + 1.

    Examples
    --------
    >>> days = np.array([9.0, 11.0, 10.0, 12.0] * 5)
    >>> found = slower(days * 2, days, level=0.95, threshold=0.2)
    >>> 0.7 < found.low < found.value < found.high < 1.1
    True
    """
    if min(len(now), len(before)) < 3:
        return Measured(math.nan, math.nan, math.nan, 0.0)
    logs = np.log1p(now), np.log1p(before)
    parts = [one.var(ddof=1) / len(one) for one in logs]
    change, spread = logs[0].mean() - logs[1].mean(), math.sqrt(sum(parts))
    half = 0.0
    if spread:
        freedom = sum(parts) ** 2 / sum(
            part**2 / (len(one) - 1) for part, one in zip(parts, logs, strict=True)
        )
        half = float(t.ppf(0.5 + level / 2, freedom)) * spread
    value, low, high = (math.expm1(one) for one in (change, change - half, change + half))
    return Measured(value, low, high, _power(math.log1p(threshold), spread, level=level))


def fewer(now: int, before: int, *, level: float, threshold: float) -> Measured:
    """By what share a count has fallen: exact interval of the ratio of two Poisson counts.

    Given the sum, the count of now is binomial; its Clopper-Pearson interval p gives the ratio
    p ÷ (1 − p).

    Examples
    --------
    >>> found = fewer(10, 40, level=0.95, threshold=0.5)
    >>> round(found.value, 2), found.low > 0
    (0.75, True)
    """
    if not before:
        return Measured(math.nan, math.nan, math.nan, 0.0)
    whole, tail = now + before, (1 - level) / 2
    low = float(beta.ppf(tail, now, whole - now + 1)) if now else 0.0
    high = float(beta.ppf(1 - tail, now + 1, whole - now))
    ratio = [one / (1 - one) if one < 1 else math.inf for one in (low, high)]
    spread = math.sqrt(before + before * (1 - threshold)) / before
    power = _power(threshold, spread, level=level)
    return Measured(1 - now / before, 1 - ratio[1], 1 - ratio[0], power)


def uneven(values: np.ndarray, *, level: float, seed: int, draws: int = 2000) -> Measured:
    """Upper over lower quartile, with a percentile interval over resampled values.

    NaN where a lower quartile is not above zero.

    Examples
    --------
    >>> uneven(np.array([1.0] * 8), level=0.95, seed=0).value
    1.0
    """
    quartiles = np.quantile(values, [0.25, 0.75])
    if quartiles[0] <= 0:
        return Measured(math.nan, math.nan, math.nan)
    picks = np.random.default_rng(seed).integers(0, len(values), (draws, len(values)))
    lower, upper = np.quantile(values[picks], [0.25, 0.75], axis=1)
    ratios = np.divide(upper, lower, out=np.full(draws, np.inf), where=lower > 0)
    ends = np.quantile(ratios, [(1 - level) / 2, 0.5 + level / 2], method="nearest")
    return Measured(float(quartiles[1] / quartiles[0]), float(ends[0]), float(ends[1]))


def row(
    found: Measured | None, verdict: str, rule: str, section: str, *, nothing: float | None = 0.0,
    **more: Any,
) -> Row:  # fmt: skip
    """One obstacle's row without its name; see `kit.diagnose.obstacles.obstacles`."""
    found = found or Measured(math.nan, math.nan, math.nan)
    limit = more.get("threshold", math.nan)
    open_ = doubt(found, limit, nothing=nothing) if verdict == UNDECIDED else ""
    base = {"verdict": verdict, "value": found.value, "low": found.low, "high": found.high,
            "power": found.power, "needed": POWER, "threshold": limit, "unit": "points",
            "rule": rule, "doubt": open_, "why": "", "section": section, "facts": {}}  # fmt: skip
    return {**base, **more}


def no_data(rule: str, why: str, section: str = "obstacles") -> Row:
    """The row of an obstacle that the data cannot see, and the missing table or the reason."""
    return row(None, NO_DATA, rule, section, why=why)


def _power(change: float, spread: float, *, level: float) -> float:
    if not spread:
        return 1.0
    return NORMAL.cdf(change / spread - NORMAL.inv_cdf(0.5 + level / 2))
