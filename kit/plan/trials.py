"""Intervals and chances made at past origins, each on the errors of the others, and what came."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from kit.plan import backtest, chance

LEVELS = (1.00, 1.03, 1.06)  # of last year's same period: the targets past chances are tried on


def trials(
    history: pd.DataFrame,
    *,
    horizon: int,
    last: int,
    cycle: int,
    interval: float = 0.8,
    totals: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make intervals and chances at the past origins of a history and look at what came.

    Parameters
    ----------
    history : DataFrame
        One column an entity, one row a sub-period in order, in any unit.
    horizon, last, cycle : int
        As for `kit.plan.backtest.totals`.
    interval : float
        Share of results that an interval is meant to hold.
    totals : DataFrame, optional
        Of `kit.plan.backtest.totals` with the same arguments, where they are known already.

    Returns
    -------
    tuple of DataFrame
        Intervals: cut, entity, held (whether the total lay within). Chances: cut, level (of last
        year's same period), chance, base (rate known at the cut), reached (1 or 0). The latest cut
        first.

    Notes
    -----
    At each cut the interval and the chances are made as `kit.plan.baseline.outlook` makes them,
    from the errors, in units of noise, of all entities at other cuts. Cuts whose results share a
    sub-period with that cut's are left out with it. Where this leaves fewer than eight errors, only
    those are left out whose results share more than half of them, as with forecasts of whole years
    from a short history. A cut that then has fewer than eight errors is not tried.

    Chances are told of reaching 100, 103 and 106 % of the same sub-periods of the latest year that
    was over at the cut. The base rate of a level is the share, (k + 1) ÷ (n + 2), of earlier
    totals of all entities, over before the cut, that reached it. Brier score: mean of
    (chance − reached)², as Brier (1950) scored forecasts of weather.

    Examples
    --------
    >>> rng = np.random.default_rng(5)
    >>> held, told = trials(
    ...     pd.DataFrame(100 * np.exp(rng.normal(0, 0.05, (48, 6)))), horizon=3, last=3, cycle=12
    ... )
    >>> len(held), len(told)
    (72, 216)
    """
    if totals is None:
        totals = backtest.totals(history, horizon=horizon, last=last, cycle=cycle)
    years = math.ceil(horizon / cycle) * cycle
    sums = history.rolling(last).sum()
    growth = sums / sums.shift(years).where(lambda before: before > 0)
    held, told = [], []
    for cut in sorted(totals["cut"].unique().astype(int), reverse=True):
        errors = _apart(totals, cut, last=last)
        if errors.size < chance.LEAST:
            continue
        seen = growth.iloc[:cut].to_numpy()
        seen = seen[np.isfinite(seen)]
        base = [(np.sum(seen >= level) + 1) / (seen.size + 2) for level in LEVELS]
        ago = sums.iloc[cut + horizon - 1 - years]
        for one in totals[totals["cut"] == cut].itertuples(index=False):
            own = chance.relative(
                errors, noise=one.noise, mean=one.forecast, multiplicative=one.multiplicative
            )
            ends = chance.interval(one.forecast, own, share=interval)
            if ends is None:
                continue
            held.append((cut, one.entity, ends[0] <= one.actual <= ends[1]))
            targets = ago[one.entity] * np.array(LEVELS)
            odds = chance.of_targets(targets, mean=one.forecast, errors=own)
            if odds is not None and targets[0] > 0:
                rows = zip(LEVELS, odds, base, one.actual >= targets, strict=True)
                told += [(cut, *row) for row in rows]
    reached = {"reached": "float64"}
    return (
        pd.DataFrame(held, columns=["cut", "entity", "held"]).astype({"held": "float64"}),
        pd.DataFrame(told, columns=["cut", "level", "chance", "base", "reached"]).astype(reached),
    )


def _apart(totals: pd.DataFrame, cut: int, *, last: int) -> np.ndarray:
    """Errors of the cuts whose results share nothing with this one's, or else half at the most."""
    away = (totals["cut"] - cut).abs()
    apart = totals["error"][away >= last].to_numpy(dtype=float)
    if apart.size >= chance.LEAST:
        return apart
    return totals["error"][away >= (last + 1) // 2].to_numpy(dtype=float)
