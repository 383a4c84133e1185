"""Baseline forecasts: what comes if things go on, with an interval from past errors."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.plan import backtest, chance
from kit.plan.calibration import Calibration, calibration, past_totals
from kit.plan.history import Past, last_year, past
from kit.plan.seasonal import fit

_PRIOR = 10  # errors that the normal distribution counts for in a pooled quantile
_UNTESTED = 1.25  # widening of the normal distribution, as noise within the history is too small
_SHORTEST = 5  # points without which no interval is told


def forecast(
    history: pd.DataFrame, *, horizon: int, interval: float = 0.8, cycle: int = 12
) -> pd.DataFrame:
    """Forecast every column of a wide history, with an interval that its own backtest supports.

    Parameters
    ----------
    history : DataFrame
        One column an entity, one row a sub-period in order, in any unit. An entity may begin late
        (empty before), but has no gaps.
    horizon : int
        Steps ahead.
    interval : float
        Share of results that the interval is meant to hold.
    cycle : int
        Rows a year: 12 for months, 4 for quarters, 1 for no season.

    Returns
    -------
    DataFrame
        entity, period, mean, low, high; by entity in the history's order, then by period. Periods
        go on from a PeriodIndex or an index of whole numbers, and are 1, 2, … otherwise. low and
        high are empty for an entity of fewer than five points.

    Raises
    ------
    ValueError
        Where an entity has a gap or no value, or horizon, interval or cycle is out of range.

    Notes
    -----
    Method: `kit.plan.seasonal.fit`, on logarithms where all values of an entity are positive. The
    half width at a step is a quantile of the absolute backtested errors of that step, pooled over
    entities and twelve origins and divided by noise, times the entity's own noise. Ten errors'
    worth of a normal distribution, a quarter wider, is mixed in; it counts where errors are few.

    Examples
    --------
    >>> index = pd.period_range("2023-01", periods=36, freq="M")
    >>> seasonal = [100.0 + 20 * (month.month == 12) for month in index]
    >>> ahead = forecast(pd.DataFrame({"East": seasonal}, index=index), horizon=12)
    >>> str(ahead["period"].iloc[0]), ahead["mean"].round().astype(int).tolist()[-2:]
    ('2026-01', [100, 120])
    """
    if horizon < 1 or cycle < 1 or not 0 < interval < 1:
        raise ValueError(
            f"horizon={horizon}, cycle={cycle}, interval={interval}: horizon and cycle must be 1 "
            "or more, interval between 0 and 1."
        )
    if not history.columns.is_unique:
        twice = history.columns[history.columns.duplicated()][0]
        raise ValueError(f"history: entity '{twice}' stands twice. Give each entity one column.")
    blocks = backtest.blocks(history)
    found = [backtest.step_errors(one, horizon=horizon, cycle=cycle) for one in blocks]
    errors = np.concatenate([np.empty((horizon, 0)), *found], axis=1)
    reach = _reach(errors, interval=interval)
    labels = _labels(history.index, horizon)
    columns = {}
    for block in blocks:
        fitted = fit(block.points, horizon=horizon, cycle=cycle)
        noise = fitted.noise if len(block.points) >= _SHORTEST else fitted.noise * np.nan
        half = reach[:, None] * noise
        sides = [block.amounts(fitted.ahead + side) for side in (0 * fitted.ahead, -half, half)]
        for place, entity in enumerate(block.entities):
            columns[entity] = [side[:, place] for side in sides]
    frames = [
        pd.DataFrame({"entity": entity, "period": labels, "mean": mean, "low": low, "high": high})
        for entity in history.columns
        for mean, low, high in [columns[entity]]
    ]
    empty = pd.DataFrame(columns=["entity", "period", "mean", "low", "high"])
    return pd.concat(frames, ignore_index=True) if frames else empty


@dataclass(frozen=True)
class Outlook:
    """What a scope's period would bring if things went on as before it.

    Parameters
    ----------
    measure : str
    frame : DataFrame
        period, start, end, actual, mean, low, high, kind (`history` or `forecast`); one row a
        sub-period, in the measure's unit.
    mean, low, high : float
        Forecast of the whole period, and its interval.
    last_year : float or None
        Result of the same period a year before.
    errors : array
        Relative errors, actual ÷ forecast − 1, that backtests lead us to expect of `mean`.
    n_history : int
        Complete sub-periods known.
    calibration : Calibration or None
        How good intervals and chances of this kind were in the past; None where it was not looked
        at.
    """

    measure: str
    frame: pd.DataFrame
    mean: float
    low: float
    high: float
    last_year: float | None
    errors: np.ndarray
    n_history: int
    calibration: Calibration | None = None

    @property
    def trusted(self) -> bool:
        """Whether chances may be told: the calibration was good enough, or was not looked at."""
        return self.calibration is None or self.calibration.trusted

    def chance(self, target: float | None) -> float | None:
        """The chance that the period's result reaches a target; None where it cannot be known.

        It is withheld, None too, where past chances of this kind were bad; `calibration.reason`
        says why.
        """
        if not self.trusted:
            return None
        return chance.of_target(target, mean=self.mean, errors=self.errors)


@once
def outlook(case: Case, *, measure: str = "bookings") -> Outlook | Unavailable:
    """Forecast the case's period from what was known before it began.

    Parameters
    ----------
    case : Case
        Rows from the period's start on are not used, nor any after `as_of`.
    measure : str

    Returns
    -------
    Outlook or Unavailable
        Unavailable where a table is missing or less than a year of history is known; see
        `kit.plan.history.past`.

    Notes
    -----
    Errors are those of period totals at past origins, of the scope and of its product lines, each
    divided by its own noise, times the scope's noise. The interval takes `track.interval` of them
    and their mirror images; with fewer than eight it sums the sub-periods' intervals, as if all
    were off the same way.
    """
    known = past(case, measure=measure)
    if isinstance(known, Unavailable):
        return known
    horizon, interval = len(known.ahead), case.settings.track.interval
    ahead = forecast(known.frame, horizon=horizon, interval=interval, cycle=known.cycle)
    ahead = ahead[ahead["entity"] == 0].tail(known.inside)
    mean = float(ahead["mean"].sum())
    errors = _own_errors(known, mean, past_totals(case, measure=measure)["error"])
    low, high = chance.interval(mean, errors, share=interval) or (
        float(ahead["low"].sum()), float(ahead["high"].sum()),
    )  # fmt: skip
    behind = pd.DataFrame({"actual": known.frame[0].to_numpy(), "kind": "history"})
    coming = ahead[["mean", "low", "high"]].reset_index(drop=True).assign(kind="forecast")
    spans = [*known.known, *known.ahead[-known.inside :]]
    frame = pd.concat([behind, coming], ignore_index=True).assign(
        period=[one.name for one in spans],
        start=pd.to_datetime([one.start for one in spans]),
        end=pd.to_datetime([one.end for one in spans]),
    )
    return Outlook(
        measure=measure,
        frame=frame[["period", "start", "end", "actual", "mean", "low", "high", "kind"]],
        mean=mean,
        low=low,
        high=high,
        last_year=last_year(case, measure=measure),
        errors=errors,
        n_history=len(known.known),
        calibration=calibration(case, measure=measure),
    )


def _own_errors(past: Past, mean: float, pooled: pd.Series) -> np.ndarray:
    """Pooled errors of period totals, scaled to the scope's own noise and relative to its mean."""
    (block,) = backtest.blocks(past.frame[[0]])
    noise = fit(block.points, horizon=len(past.ahead), cycle=past.cycle).noise[0]
    return chance.relative(pooled, noise=noise, mean=mean, multiplicative=block.multiplicative)


def _reach(errors: np.ndarray, *, interval: float) -> np.ndarray:
    """Half width of the interval at each step, in units of noise."""
    normal = _UNTESTED * NormalDist().inv_cdf((1 + interval) / 2)
    many = errors.shape[1]
    if not many:
        return normal * np.sqrt(np.arange(1, len(errors) + 1))
    found = np.quantile(np.abs(errors), interval, axis=1)
    return (many * found + _PRIOR * normal) / (many + _PRIOR)


def _labels(index: pd.Index, horizon: int) -> pd.Index | range:
    if isinstance(index, pd.PeriodIndex):
        return pd.period_range(index[-1] + 1, periods=horizon)
    if pd.api.types.is_integer_dtype(index):
        return range(int(index[-1]) + 1, int(index[-1]) + 1 + horizon)
    return range(1, horizon + 1)
