"""The target: which number is proposed for a scope, where it comes from and how likely it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.data.targets import in_force
from kit.plan.baseline import Outlook, outlook
from kit.plan.basis import Basis
from kit.plan.bottom_up import bottom_up
from kit.plan.growth import growth
from kit.plan.handed import Handed, handed
from kit.plan.history import last_year
from kit.plan.market import market
from kit.plan.pipeline import pipeline
from kit.plan.units import fine_unit, in_units

VIEWS = ("baseline", "growth", "market", "capacity", "pipeline")
_CENT = 0.01
_FALL_BACK = ("given", "in_force", "baseline", "growth", "capacity")
_MISSING = {
    "growth": "no_last_year",
    "strategy": "no_given_value",
    "given": "no_given_value",
    "baseline": "no_baseline",
    "market": "no_market",
    "capacity": "no_capacity",
    "pipeline": "no_pipeline",
}


@dataclass(frozen=True)
class Proposal:
    """A proposed target and the views it was chosen from; money where not said otherwise.

    Parameters
    ----------
    method : str
        The view the target was taken from: one of `VIEWS`, strategy, given or in_force.
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
        view, amount, growth (on last year), low, high (NaN where the view has no interval of its
        own), chance_of_target, origin (key of the phrase that tells how it came about), facts; one
        row a view that the data can give.
    outlook : Outlook or Unavailable
    absent : tuple of (view, Unavailable)
        The views that the data cannot give, and why.
    handed : Handed or None
        What is decided for the scope by others; None for the company.
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
    absent: tuple[tuple[str, Unavailable], ...] = ()
    handed: Handed | None = None


@once
def proposal(case: Case) -> Proposal | Unavailable:
    """Propose the bookings target of the case's scope and period, as `targets` in settings asks.

    Returns
    -------
    Proposal or Unavailable
        Where the method asked for has no figure to start from, the first of these stands in, and
        `fallback` says why: the amount in `targets.value`, the target in force, the baseline,
        growth on last year, capacity. Unavailable (reason `no_basis`) where there is none of them.

    Notes
    -----
    The amount is that of the view which `targets.method` names: see `kit.plan.baseline.outlook`
    (its mean), `kit.plan.growth.growth`, `kit.plan.market.market`, `kit.plan.bottom_up.bottom_up`
    and `kit.plan.pipeline.pipeline`; strategy and given: `targets.value`. With given, the scope's
    own lock comes before it, and a part hands out all of it, as the reserve is held back once, at
    the top. Targets are rounded to
    the nearest `targets.unit`, small ones to a tenth of it or less; what is handed out is
    target × (1 − reserve), rounded to units, and the reserve is the rest. The chance of each view's
    amount is that of the baseline's outlook to reach it: what comes if things go on as before.
    """
    wanted = case.settings.targets
    ahead = outlook(case)
    known = isinstance(ahead, Outlook)
    before, standing = last_year(case), in_force(case)
    found = views(case)
    amounts = {view: one.amount for view, one in found.items() if isinstance(one, Basis)}
    strategic = "strategy" if wanted.method == "strategy" else "given"
    locked = wanted.locks.get(str(case.scope)) if wanted.method == "given" else None
    value = wanted.value if locked is None else locked
    for view, amount in ((strategic, value), ("in_force", standing)):
        if amount is not None:
            amounts[view] = amount
    method = wanted.method
    if method not in amounts:
        method = next((one for one in _FALL_BACK if one in amounts), "")
        if not method:
            return Unavailable(reason="no_basis", detail=str(case.scope))
    unit = fine_unit(amounts[method], parts=1, unit=wanted.unit) or _CENT
    target = in_units(amounts[method], unit)
    reserve = 0.0 if locked is not None and case.scope.kind != "company" else wanted.reserve
    handed_out = min(in_units(target * (1 - reserve), unit), target)

    def chance(amount: float | None) -> float | None:
        return ahead.chance(amount) if known else None

    if before is not None:
        amounts = {"last_year": before, **amounts}
    bases = [found[view] if view in found else Basis(amounts[view], view) for view in amounts]
    return Proposal(
        method=method,
        asked=wanted.method,
        fallback="" if method == wanted.method else _why(wanted.method, found),
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
                "view": list(amounts),
                "amount": [float(one) for one in amounts.values()],
                "growth": pd.array([_growth(one, before) for one in amounts.values()], "float64"),
                "low": pd.array([one.low for one in bases], "float64"),
                "high": pd.array([one.high for one in bases], "float64"),
                "chance_of_target": pd.array([chance(one) for one in amounts.values()], "float64"),
                "origin": [one.origin for one in bases],
                "facts": [{**one.facts} for one in bases],
            }
        ),
        outlook=ahead,
        absent=tuple(
            (view, one) for view, one in found.items() if isinstance(one, Unavailable)
        ),
        handed=handed(case),
    )


def views(case: Case) -> dict[str, Basis | Unavailable]:
    """The five views of the case's scope and period, by name; see `proposal`.

    A view whose amount is not above zero is Unavailable (reason `not_positive`): no target can be
    taken from it.
    """
    ahead, staffed = outlook(case), bottom_up(case)
    if isinstance(ahead, Outlook):
        facts = {"sub_periods": ahead.n_history, "errors": len(ahead.errors)}
        ahead = Basis(ahead.mean, "baseline", facts, low=ahead.low, high=ahead.high)
    found = {
        "baseline": ahead,
        "growth": growth(case),
        "market": market(case),
        "capacity": staffed if isinstance(staffed, Unavailable) else staffed.basis,
        "pipeline": pipeline(case),
    }
    return {
        view: Unavailable(reason="not_positive")
        if isinstance(one, Basis) and not one.amount > 0 else one
        for view, one in found.items()
    }  # fmt: skip


def amount(found: Proposal | Unavailable) -> float | Unavailable:
    """The proposed target alone; Unavailable is handed back."""
    return found if isinstance(found, Unavailable) else found.target


def _growth(amount: float, before: float | None) -> float | None:
    return None if before is None else amount / before - 1


def _why(asked: str, found: Mapping[str, Basis | Unavailable]) -> str:
    """Key of the reason why the method asked for gives no target."""
    reason = getattr(found.get(asked), "reason", "")
    return "not_positive" if reason == "not_positive" else _MISSING[asked]
