"""How good past intervals and chances were, and whether a chance may be told at all."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.plan import backtest
from kit.plan.history import past
from kit.plan.trials import trials


@dataclass(frozen=True)
class Calibration:
    """What a backtest says of the intervals and chances of one kind of forecast.

    Parameters
    ----------
    interval : float
        Share of results that the intervals are meant to hold.
    coverage : float or None
        Share of results that they held.
    n_forecasts, n_cuts, n_entities : int
        Forecasts of totals, the origins they were made at, and the series they are of.
    brier, base_brier : float or None
        Mean squared distance of the chances told, and of the base rates known at the time, from
        what came (1 reached, 0 not). None where no series had a result a year before.
    levels : DataFrame
        level (of last year's same period), chance (told, on average), reached (share), brier,
        base_brier, n; one row a level.
    cuts : DataFrame
        cut (label of the last sub-period known), n, coverage, brier, base_brier; the latest first.
    trusted : bool
        Whether chances of this kind may be told.
    reason : str
        Why not: `few_cuts`, `coverage_low`, `coverage_high`, `no_base_rate` or
        `brier`; empty where trusted.
    """

    interval: float
    coverage: float | None
    n_forecasts: int
    n_cuts: int
    n_entities: int
    brier: float | None
    base_brier: float | None
    levels: pd.DataFrame
    cuts: pd.DataFrame
    trusted: bool
    reason: str

    @property
    def brier_ratio(self) -> float | None:
        """brier ÷ base_brier: below 1, the chances told more than the base rate."""
        if self.brier is None or not self.base_brier:
            return None
        return self.brier / self.base_brier


@once
def past_totals(case: Case, *, measure: str = "bookings") -> pd.DataFrame | Unavailable:
    """Totals of periods like the case's, forecast at past origins: `kit.plan.backtest.totals`.

    Entity 0 is the scope, the others its product lines; forecasts leave as many sub-periods
    between the origin and the period as the case's own.
    """
    known = past(case, measure=measure)
    if isinstance(known, Unavailable):
        return known
    return backtest.totals(
        known.frame, horizon=len(known.ahead), last=known.inside, cycle=known.cycle
    )


@once
def calibration(case: Case, *, measure: str = "bookings") -> Calibration | Unavailable:
    """How good the intervals and chances of a scope's baseline were at past origins.

    Parameters
    ----------
    case : Case
        Rows from the period's start on are not used, nor any after `as_of`.
    measure : str

    Returns
    -------
    Calibration or Unavailable
        As `of_history`, of the scope and its product lines, trusted as `targets.trust` says.
        Unavailable as `kit.plan.history.past`.
    """
    known = past(case, measure=measure)
    if isinstance(known, Unavailable):
        return known
    return of_history(
        known.frame.set_axis([one.name for one in known.known]),
        horizon=len(known.ahead),
        last=known.inside,
        cycle=known.cycle,
        trust=case.settings.targets.trust,
        totals=past_totals(case, measure=measure),
    )


def of_history(
    history: pd.DataFrame,
    *,
    horizon: int,
    last: int,
    cycle: int,
    interval: float = 0.8,
    trust: tuple[float, float, float] = (0.65, 0.95, 1.1),
    totals: pd.DataFrame | None = None,
) -> Calibration:
    """Try intervals and chances at the past origins of a history, each on errors of the others.

    Parameters
    ----------
    history : DataFrame
        One column an entity, one row a sub-period in order, in any unit.
    horizon : int
        Sub-periods forecast at an origin.
    last : int
        How many of them, counted from the end, are totalled.
    cycle : int
        Sub-periods a year.
    interval : float
        Share of results that an interval is meant to hold.
    trust : tuple of float
        Coverage from and to, and Brier score ÷ the base rate's at most, with which chances are
        trusted. A tenth more than the base rate's is let pass: of few cuts, so much is chance.
    totals : DataFrame, optional
        Of `kit.plan.backtest.totals` with the same arguments, where they are known already.

    Returns
    -------
    Calibration

    Notes
    -----
    The trials are those of `kit.plan.trials`: each cut is judged by errors of others. With fewer
    than four cuts that can be tried nothing is trusted.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(5)
    >>> history = pd.DataFrame(100 * np.exp(rng.normal(0, 0.05, (48, 6))))
    >>> found = of_history(history, horizon=3, last=3, cycle=12)
    >>> found.n_forecasts, found.n_cuts, found.trusted, found.brier < found.base_brier
    (72, 12, True, True)
    """
    held, told = trials(
        history, horizon=horizon, last=last, cycle=cycle, interval=interval, totals=totals
    )
    return _summed(held, told, labels=history.index, interval=interval, trust=trust)


def _summed(
    held: pd.DataFrame,
    told: pd.DataFrame,
    *,
    labels: pd.Index,
    interval: float,
    trust: tuple[float, float, float],
) -> Calibration:
    told = told.assign(
        brier=lambda rows: (rows["chance"] - rows["reached"]) ** 2,
        base_brier=lambda rows: (rows["base"] - rows["reached"]) ** 2,
    )
    levels = told.groupby("level").agg(
        chance=("chance", "mean"),
        reached=("reached", "mean"),
        brier=("brier", "mean"),
        base_brier=("base_brier", "mean"),
        n=("reached", "size"),
    )
    by_cut = held.groupby("cut", sort=False)["held"]
    cuts = by_cut.agg(n="size", coverage="mean").join(
        told.groupby("cut")[["brier", "base_brier"]].mean()
    )
    coverage, brier, base_brier = (
        float(column.mean()) if len(column) else None
        for column in (held["held"], told["brier"], told["base_brier"])
    )
    reason = _reason(len(cuts), coverage, brier, base_brier, trust)
    return Calibration(
        interval=interval,
        coverage=coverage,
        n_forecasts=len(held),
        n_cuts=len(cuts),
        n_entities=int(held["entity"].nunique()),
        brier=brier,
        base_brier=base_brier,
        levels=levels.reset_index(),
        cuts=cuts.reset_index().assign(cut=[labels[int(one) - 1] for one in cuts.index]),
        trusted=not reason,
        reason=reason,
    )


def _reason(
    cuts: int,
    coverage: float | None,
    brier: float | None,
    base_brier: float | None,
    trust: tuple[float, float, float],
) -> str:
    least, most, ratio = trust
    if cuts < backtest.LEAST_CUTS or coverage is None:
        return "few_cuts"
    if coverage < least:
        return "coverage_low"
    if coverage > most:
        return "coverage_high"
    if brier is None or base_brier is None:
        return "no_base_rate"
    return "brier" if brier > ratio * base_brier else ""
