"""The risk that all parts of a scope move together: what adding them up does not even out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import ndtr

from kit.data.case import Case
from kit.data.measures import daily
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.data.territory import children
from kit.plan import backtest
from kit.plan.calibration import calibration
from kit.plan.common_factor import all_below, correlation
from kit.plan.history import Past, cutoff, past, sums
from kit.plan.seasonal import fit
from kit.scope import Scope


@dataclass(frozen=True)
class JointRisk:
    """How much of the risk of a scope's parts is common to them.

    Parameters
    ----------
    parts : DataFrame
        part, mean (forecast of the period, in the measure's unit), sd (of its error, same unit).
    kind : str
        What the parts are: `region`, `team`, `rep` or `line`.
    n_cuts : int
        Past origins the errors are from.
    correlation : float
        Of the errors of two parts at the same cut: average over pairs, shrunk.
    mean : float
        Σ of the parts' forecasts.
    sd_independent, sd_together : float
        Standard deviation of the sum's error if each part were off on its own, and with the
        correlation.
    target : float or None
        Of the sum; each part has a share in proportion to its forecast.
    chance_sum, chance_sum_independent : float or None
        That the sum reaches the target.
    chance_all, chance_all_independent : float or None
        That every part reaches its share.
    chance_none, chance_none_independent : float or None
        That every part misses its share.
    withheld : str
        Key of the reason why no chance is told: that of the scope's `Calibration`, or `no_target`.
    """

    parts: pd.DataFrame
    kind: str
    n_cuts: int
    correlation: float
    mean: float
    sd_independent: float
    sd_together: float
    target: float | None = None
    chance_sum: float | None = None
    chance_sum_independent: float | None = None
    chance_all: float | None = None
    chance_all_independent: float | None = None
    chance_none: float | None = None
    chance_none_independent: float | None = None
    withheld: str = ""


@once
def joint_risk(
    case: Case, *, target: float | None = None, measure: str = "bookings"
) -> JointRisk | Unavailable:
    """How much the parts of a scope move together, and what that does to the chance of its target.

    Parameters
    ----------
    case : Case
        Its parts are those of `kit.data.territory.children`; where it has fewer than two with a
        history, its product lines.
    target : float, optional
        Of the scope, in the measure's unit; without one no chance is told.
    measure : str

    Returns
    -------
    JointRisk or Unavailable
        Unavailable as `kit.plan.history.past`, with fewer than two parts that have a history as
        long as the scope's (reason `few_parts`) or fewer than four common cuts (reason `few_cuts`).

    Notes
    -----
    Each part is backtested on its own months; see `of_history` for the formulas. A part's sd is
    that of the errors, in units of noise, pooled over the parts, times its own noise.
    """
    known = past(case, measure=measure)
    if isinstance(known, Unavailable):
        return known
    kind, history = _parts(case, known, measure)
    trust = calibration(case, measure=measure)
    found = of_history(
        history,
        kind=kind,
        horizon=len(known.ahead),
        last=known.inside,
        cycle=known.cycle,
        target=target if trust.trusted else None,
    )
    if isinstance(found, Unavailable):
        return found
    return replace(found, target=target, withheld=trust.reason or found.withheld)


def of_history(
    history: pd.DataFrame,
    *,
    kind: str,
    horizon: int,
    last: int,
    cycle: int,
    target: float | None = None,
) -> JointRisk | Unavailable:
    """How much the entities of a history move together.

    Parameters
    ----------
    history : DataFrame
        One column a part, one row a sub-period in order, in any unit.
    kind : str
        What the parts are.
    horizon, last, cycle : int
        As `kit.plan.calibration.of_history`.
    target : float, optional
        Of the sum.

    Returns
    -------
    JointRisk or Unavailable

    Notes
    -----
    sd_independent = √Σ sd², sd_together = √(Σ sd² + ρ Σ_{i≠j} sd_i sd_j), with ρ of
    `kit.plan.common_factor.correlation`. The chances are those of normal errors with one common
    factor.

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> common, own = rng.normal(0, 0.05, (60, 1)), rng.normal(0, 0.05, (60, 4))
    >>> asked = {"kind": "region", "horizon": 1, "last": 1, "cycle": 12}
    >>> alone = of_history(pd.DataFrame(100 * np.exp(own)), **asked)
    >>> tied = of_history(pd.DataFrame(100 * np.exp(common + own)), **asked)
    >>> alone.correlation < 0.2 < tied.correlation, tied.sd_together > 1.2 * tied.sd_independent
    (True, True)
    """
    if history.shape[1] < 2:
        return Unavailable(reason="few_parts", detail=str(history.shape[1]))
    totals = backtest.totals(history, horizon=horizon, last=last, cycle=cycle)
    errors = totals.pivot(index="cut", columns="entity", values="error")
    together = errors[errors.notna().sum(axis=1) >= 2]
    if len(together) < backtest.LEAST_CUTS:
        return Unavailable(reason="few_cuts", detail=str(len(together)))
    names = [one for one in history.columns if one in together.columns]
    spread = float(np.sqrt(np.nanmean(together.to_numpy(dtype=float) ** 2)))
    mean, sd = _ahead(history[names], spread, horizon=horizon, last=last, cycle=cycle)
    shared = correlation(
        together[names].to_numpy(dtype=float), separate=_separate(together.index, last)
    )
    alone = float(np.sqrt((sd**2).sum()))
    tied = float(np.sqrt(max((1 - shared) * (sd**2).sum() + shared * sd.sum() ** 2, 0.0)))
    found = JointRisk(
        parts=pd.DataFrame({"part": [str(one) for one in names], "mean": mean, "sd": sd}),
        kind=kind,
        n_cuts=len(together),
        correlation=shared,
        mean=float(mean.sum()),
        sd_independent=alone,
        sd_together=tied,
        withheld="no_target",
    )
    if target is None or not found.mean > 0 or not (sd > 0).all():
        return found
    ahead = (mean - target * mean / found.mean) / sd
    return replace(
        found,
        target=float(target),
        chance_sum=float(ndtr((found.mean - target) / tied)) if tied else None,
        chance_sum_independent=float(ndtr((found.mean - target) / alone)),
        chance_all=all_below(ahead, shared=shared),
        chance_all_independent=all_below(ahead, shared=0.0),
        chance_none=all_below(-ahead, shared=shared),
        chance_none_independent=all_below(-ahead, shared=0.0),
        withheld="",
    )


def _parts(case: Case, known: Past, measure: str) -> tuple[str, pd.DataFrame]:
    """Histories of the scope's parts, or of its product lines, without those that lack months."""
    found = children(case)
    spans, columns = known.known, {}
    for scope, part in zip(found["scope"], found["part"], strict=True):
        days = daily(
            case, measure=measure, start=spans[0].start, end=cutoff(case), scope=Scope.parse(scope)
        )
        if not isinstance(days, Unavailable):
            columns[part] = sums(days, spans)
    history = pd.DataFrame(columns)
    history = history.loc[:, (history > 0).all()]
    if history.shape[1] >= 2:
        return Scope.parse(found["scope"].iloc[0]).kind, history
    return "line", _lines(case, known)


def _lines(case: Case, known: Past) -> pd.DataFrame:
    """Histories of the product lines by name; `past` counts them from the largest down."""
    sales = case.data.sales
    sales = sales[sales["date"] <= pd.Timestamp(cutoff(case))]
    size = sales.groupby("line")["amount"].sum().sort_index().sort_values(kind="stable")
    return known.frame.drop(columns=0).rename(columns=dict(enumerate(size.index[::-1], start=1)))


def _ahead(
    history: pd.DataFrame, spread: float, *, horizon: int, last: int, cycle: int
) -> tuple[np.ndarray, np.ndarray]:
    """Forecast total of each part and the standard deviation of its error, in the unit."""
    means, sds = {}, {}
    for block in backtest.blocks(history):
        fitted = fit(block.points, horizon=horizon, cycle=cycle)
        total = block.amounts(fitted.ahead)[-last:].sum(axis=0)
        off = spread * fitted.noise
        size = total * np.sqrt(np.expm1(off**2)) if block.multiplicative else off
        means |= dict(zip(block.entities, total, strict=True))
        sds |= dict(zip(block.entities, size, strict=True))
    return (np.array([found[one] for one in history.columns]) for found in (means, sds))


def _separate(cuts: pd.Index, last: int) -> int:
    """How many of the cuts share no result."""
    return int(cuts.max() - cuts.min()) // last + 1
