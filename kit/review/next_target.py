"""The next period's target, suggested from growth and held within reach by the chance of target."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kit.data import measures
from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.errors import UnknownPeriodError
from kit.plan import baseline, chance
from kit.plan.units import in_units


@dataclass(frozen=True)
class NextTarget:
    """A suggested target and how it came about.

    Parameters
    ----------
    period : str
        The next period.
    target : float
        Suggested target, money, rounded to the company's unit.
    asked : float
        Same period last year × (1 + growth), before any relief.
    last_year, baseline, low, high : float
        Last year's same period; seasonal forecast with its interval.
    growth : float or None
        Suggested target ÷ last year − 1.
    chance : float or None
        Chance that the period reaches the suggested target; None where it cannot be known.
    rule : str
        `kept`, `relieved`, `raised`, or `baseline` where last year is unknown.
    """

    period: str
    target: float
    asked: float | None
    last_year: float | None
    baseline: float
    low: float | None
    high: float | None
    growth: float | None
    chance: float | None
    rule: str


@once
def suggest(case: Case) -> NextTarget | Unavailable:
    """Suggest the bookings target of the period after the case's.

    Asked for is last year's same period × (1 + `settings.targets.growth`). Where its chance lies below
    the band `settings.targets.achievable`, it is relieved down to the amount with the band's lower
    chance, by at most `settings.review.relief`; where the chance lies above the band, it is raised
    likewise. Chances come from the backtested errors of the baseline (`kit.plan.chance`); with too few
    of them, or where they have not proved reliable, the asked amount is kept and the chance is not stated. Without last year the baseline is suggested.

    Returns
    -------
    NextTarget or Unavailable
        Unavailable where the history is too short for a baseline, or the calendar ends.
    """
    try:
        coming = case.calendar.next(case.period)
    except UnknownPeriodError:
        return Unavailable(reason="calendar_ends", detail=case.period.name)
    outlook = baseline.outlook(replace(case, period=coming))
    if isinstance(outlook, Unavailable):
        return outlook
    unit = case.settings.targets.unit
    last_year = _last_year(case, coming)
    asked = None if last_year is None else last_year * (1 + case.settings.targets.growth)
    errors = np.asarray(outlook.errors if outlook.trusted else (), dtype="float64")
    amount, rule = bounded(
        asked, outlook.mean, errors,
        band=case.settings.targets.achievable, relief=case.settings.review.relief,
    )  # fmt: skip
    target = in_units(amount, unit)
    return NextTarget(
        period=coming.name,
        target=target,
        asked=asked,
        last_year=last_year,
        baseline=outlook.mean,
        low=outlook.low,
        high=outlook.high,
        growth=None if last_year is None else target / last_year - 1,
        chance=outlook.chance(target),
        rule=rule,
    )


def _last_year(case: Case, coming: Period) -> float | None:
    try:
        before = case.calendar.year_ago(coming)
    except UnknownPeriodError:
        return None
    found = measures.actuals(
        case, scope=case.scope, measure="bookings", start=before.start, end=before.end
    )
    return float(found) if isinstance(found, float) and found > 0 else None


def bounded(
    asked: float | None,
    mean: float,
    errors: np.ndarray,
    *,
    band: tuple[float, float],
    relief: float,
) -> tuple[float, str]:
    """Move an asked amount towards the band of chances, by at most `relief` of it.

    Returns
    -------
    tuple of (float, str)
        The amount and the rule: `kept`, `relieved`, `raised` or `baseline`.

    Examples
    --------
    >>> spread = np.linspace(-0.2, 0.2, 41)
    >>> bounded(130.0, 100.0, spread, band=(0.3, 0.8), relief=0.1)
    (117.0, 'relieved')
    >>> bounded(100.0, 100.0, spread, band=(0.3, 0.8), relief=0.1)
    (100.0, 'kept')
    >>> bounded(None, 100.0, spread, band=(0.3, 0.8), relief=0.1)
    (100.0, 'baseline')
    """
    if asked is None:
        return mean, "baseline"
    odds = chance.of_target(asked, mean=mean, errors=errors)
    if odds is None or band[0] <= odds <= band[1]:
        return asked, "kept"
    outcomes = mean + abs(mean) * chance.both_sides(errors)
    if odds < band[0]:
        reach = float(np.quantile(outcomes, 1 - band[0]))
        return max(min(reach, asked), asked * (1 - relief)), "relieved"
    reach = float(np.quantile(outcomes, 1 - band[1]))
    return min(max(reach, asked), asked * (1 + relief)), "raised"


def amount(found: NextTarget | Unavailable) -> float | None:
    """The suggested target as a number; None where there is none."""
    return None if isinstance(found, Unavailable) else found.target
