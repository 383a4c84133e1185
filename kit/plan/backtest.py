"""Rolling-origin backtests: how far forecasts made in the past were off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from kit.plan.seasonal import Fitted, fit

CUTS = 12  # latest origins that are tried
LEAST_CUTS = 4  # origins without which a backtest shows nothing


class Block(NamedTuple):
    """Series of equal length on one scale.

    Parameters
    ----------
    entities : list
        Columns of the history.
    points : array, time × series
        On the fitted scale.
    multiplicative : bool
        Whether the fitted scale is logarithmic: the series are positive throughout.
    """

    entities: list
    points: np.ndarray
    multiplicative: bool

    def amounts(self, points: np.ndarray) -> np.ndarray:
        """Points of the fitted scale as amounts."""
        return np.exp(points) if self.multiplicative else points


class Cut(NamedTuple):
    """What was forecast at a past origin and what came."""

    actual: np.ndarray  # horizon × series, on the fitted scale
    fitted: Fitted


def blocks(history: pd.DataFrame) -> list[Block]:
    """Gather series that can be forecast together: same length, same scale.

    Parameters
    ----------
    history : DataFrame
        One column an entity; a series may begin late (empty before), but has no gaps.

    Raises
    ------
    ValueError
        Where an entity has a gap, ends early, or has no value at all.

    Examples
    --------
    >>> [block.entities for block in blocks(pd.DataFrame({"a": [1.0, 2.0], "b": [-1.0, 1.0]}))]
    [['b'], ['a']]
    """
    values = history.to_numpy(dtype=float, na_value=np.nan)
    known = np.isfinite(values)
    first = np.where(known.any(axis=0), known.argmax(axis=0), len(values))
    for column, start in enumerate(first):
        gaps = np.flatnonzero(~known[start:, column]) + start
        if start == len(values) or gaps.size:
            where = f"at {history.index[gaps[0]]}" if gaps.size else "in any row"
            raise ValueError(
                f"history: entity '{history.columns[column]}' has no finite number {where}. A "
                "series may begin late but goes on to the last row: fill the gaps or drop it."
            )
    found = []
    positive = (np.where(known, values, 1) > 0).all(axis=0)
    for start, scale in sorted(set(zip(first.tolist(), positive.tolist(), strict=True))):
        chosen = np.flatnonzero((first == start) & (positive == scale))
        points = values[start:, chosen]
        names = [history.columns[one] for one in chosen]
        found.append(Block(names, np.log(points) if scale else points, scale))
    return found


def cuts(block: Block, *, horizon: int, cycle: int) -> Iterator[Cut]:
    """Forecast from the latest origins that leave the horizon after and enough history before.

    Twelve at the most, each with a cycle and four points before it: from fewer, a series' noise
    cannot be told, and errors divided by it mean nothing. Where four or more have two cycles before
    them, only these are tried: a forecast from less knows neither trend nor season, and its errors
    say little about one that does.
    """
    last = len(block.points) - horizon
    first = max(cycle + 4, last - CUTS + 1)
    if last - 2 * cycle + 1 >= LEAST_CUTS:
        first = max(first, 2 * cycle)
    for origin in range(last, first - 1, -1):
        fitted = fit(block.points[:origin], horizon=horizon, cycle=cycle)
        yield Cut(block.points[origin : origin + horizon], fitted)


def step_errors(block: Block, *, horizon: int, cycle: int) -> np.ndarray:
    """Backtested errors of single steps, divided by each series' own noise.

    Returns
    -------
    array, horizon × (cuts × series)
        (actual − forecast) ÷ noise on the fitted scale; series without noise are left out.
    """
    found = [np.empty((horizon, 0))]
    for actual, fitted in cuts(block, horizon=horizon, cycle=cycle):
        noisy = _noisy(block, fitted)
        found.append((actual - fitted.ahead)[:, noisy] / fitted.noise[noisy])
    return np.concatenate(found, axis=1)


def totals(history: pd.DataFrame, *, horizon: int, last: int, cycle: int) -> pd.DataFrame:
    """Totals over the last steps of a horizon, as forecast at past origins and as they came.

    Parameters
    ----------
    history : DataFrame
        One column an entity, in any unit.
    horizon : int
        Steps forecast at each origin.
    last : int
        How many of them, counted from the end, are totalled.
    cycle : int

    Returns
    -------
    DataFrame
        cut (rows of the history before the origin), entity, forecast and actual (totals, in the
        history's unit), multiplicative (whether the fitted scale is logarithmic), noise (root mean
        squared one-step error known at the cut, on the fitted scale), error; one row an entity and
        cut, the latest cut first. error = log(actual ÷ forecast) ÷ noise for positive entities,
        (actual − forecast) ÷ noise for others. Entities without noise are left out.

    Notes
    -----
    Entities are assumed to be off in proportion to their one-step noise: an error times an entity's
    noise is an error that this entity could have made. So few cuts of many entities serve each.

    Examples
    --------
    >>> restless = pd.DataFrame({"a": 10 + np.sin(np.arange(24.0) ** 2)})
    >>> totals(restless, horizon=3, last=3, cycle=4)["cut"].tolist()[:3]
    [21, 20, 19]
    """
    found = []
    for block in blocks(history):
        late = len(history) - len(block.points)
        for place, (actual, fitted) in enumerate(cuts(block, horizon=horizon, cycle=cycle)):
            came = block.amounts(actual)[-last:].sum(axis=0)
            thought = block.amounts(fitted.ahead)[-last:].sum(axis=0)
            off = np.log(came / thought) if block.multiplicative else came - thought
            chosen = np.flatnonzero(_noisy(block, fitted))
            found.append(
                {
                    "cut": np.full(len(chosen), late + len(block.points) - horizon - place),
                    "entity": [block.entities[one] for one in chosen],
                    "forecast": thought[chosen],
                    "actual": came[chosen],
                    "multiplicative": np.full(len(chosen), block.multiplicative),
                    "noise": fitted.noise[chosen],
                    "error": off[chosen] / fitted.noise[chosen],
                }
            )
    columns = ("cut", "entity", "forecast", "actual", "multiplicative", "noise", "error")
    if not found:
        return pd.DataFrame({name: np.empty(0) for name in columns})
    return pd.DataFrame(
        {name: np.concatenate([one[name] for one in found]) for name in columns}
    )


def total_errors(history: pd.DataFrame, *, horizon: int, last: int, cycle: int) -> np.ndarray:
    """Backtested errors of totals, pooled over entities and cuts: the column error of `totals`.

    Returns
    -------
    array
        In units of noise, the latest cut first.

    Examples
    --------
    >>> restless = pd.DataFrame({"a": 10 + np.sin(np.arange(24.0) ** 2)})
    >>> total_errors(restless, horizon=3, last=3, cycle=4).size
    12
    """
    return totals(history, horizon=horizon, last=last, cycle=cycle)["error"].to_numpy()


def _noisy(block: Block, fitted: Fitted) -> np.ndarray:
    """Which series have more noise than the rounding of their own values."""
    return fitted.noise > 1e-9 * np.abs(block.points).max(axis=0)
