"""The target: which number is proposed for a scope, where it comes from and how likely it is."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.data.targets import in_force
from kit.plan.baseline import Outlook, outlook
from kit.plan.history import last_year
from kit.plan.units import in_units

_FALL_BACK = ("given", "in_force", "baseline", "growth")
_MISSING = {
    "growth": "no_last_year",
    "strategy": "no_given_value",
    "given": "no_given_value",
    "baseline": "no_baseline",
}


@dataclass(frozen=True)
class Proposal:
    """A proposed target and the views it was chosen from; money where not said otherwise.

    Parameters
    ----------
    method : str
        The view the target was taken from: growth, strategy, given, baseline or in_force.
    asked : str
        The method that the parameters ask for.
    fallback : str
        Key of the reason why `method` is another than `asked`; empty where it is not.
    target : float
        Rounded to `targets.unit`; target = handed_out + reserve.
    last_year : float or None
    growth : float or None
        target ÷ last_year − 1.
    baseline, low, high : float or None
        Forecast and its interval.
    reserve, handed_out : float
        What is openly held back, and what is split over the parts.
    in_force : float or None
        The target that stands now.
    chance, chance_in_force : float or None
        Chance of reaching the proposed target, and the one in force, as seen before the period.
    views : DataFrame
        view, amount, growth, chance_of_target; one row a view that the data can give.
    outlook : Outlook or Unavailable
    """

    method: str
    asked: str
    fallback: str
    target: float
    last_year: float | None
    growth: float | None
    baseline: float | None
    low: float | None
    high: float | None
    reserve: float
    handed_out: float
    in_force: float | None
    chance: float | None
    chance_in_force: float | None
    views: pd.DataFrame
    outlook: Outlook | Unavailable


@once
def proposal(case: Case) -> Proposal | Unavailable:
    """Propose the bookings target of the case's scope and period, as `targets` in settings asks.

    Returns
    -------
    Proposal or Unavailable
        Where the method asked for has no figure to start from, the first of these stands in, and
        `fallback` says why: the amount in `targets.value`, the target in force, the baseline,
        growth on last year. Unavailable (reason `no_basis`) where there is none of them.

    Notes
    -----
    growth: last year × (1 + `targets.growth`); strategy and given: `targets.value`; baseline: mean
    of the outlook. Targets are rounded to the nearest `targets.unit`, an amount above 0 to one unit
    at the least; what is handed out is target × (1 − reserve), rounded to units, and the reserve is
    the rest.
    """
    wanted = case.settings.targets
    ahead = outlook(case)
    known = isinstance(ahead, Outlook)
    before, standing = last_year(case), in_force(case)
    amounts = {
        "last_year": before,
        "baseline": ahead.mean if known and ahead.mean > 0 else None,
        "growth": None if before is None else before * (1 + wanted.growth),
        "strategy" if wanted.method == "strategy" else "given": wanted.value,
        "in_force": standing,
    }
    method = wanted.method
    if amounts.get(method) is None:
        method = next((one for one in _FALL_BACK if amounts.get(one) is not None), "")
        if not method:
            return Unavailable(reason="no_basis", detail=str(case.scope))
    target = in_units(amounts[method], wanted.unit)
    handed_out = min(in_units(target * (1 - wanted.reserve), wanted.unit), target)

    def chance(amount: float | None) -> float | None:
        return ahead.chance(amount) if known else None

    views = {view: amount for view, amount in amounts.items() if amount is not None}
    return Proposal(
        method=method,
        asked=wanted.method,
        fallback="" if method == wanted.method else _MISSING[wanted.method],
        target=target,
        last_year=before,
        growth=_growth(target, before),
        baseline=ahead.mean if known else None,
        low=ahead.low if known else None,
        high=ahead.high if known else None,
        reserve=target - handed_out,
        handed_out=handed_out,
        in_force=standing,
        chance=chance(target),
        chance_in_force=chance(standing),
        views=pd.DataFrame(
            {
                "view": list(views),
                "amount": [float(one) for one in views.values()],
                "growth": pd.array([_growth(one, before) for one in views.values()], "float64"),
                "chance_of_target": pd.array([chance(one) for one in views.values()], "float64"),
            }
        ),
        outlook=ahead,
    )


def amount(found: Proposal | Unavailable) -> float | Unavailable:
    """The proposed target alone; Unavailable is handed back."""
    return found if isinstance(found, Unavailable) else found.target


def _growth(amount: float, before: float | None) -> float | None:
    return None if before is None else amount / before - 1
