"""Street quota: what the parts of a scope carry together, and each of them."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.errors import InfeasibleError
from kit.plan import equal_chance
from kit.plan.exact import split
from kit.plan.limits import Bounds
from kit.plan.units import fine_unit, finer, in_units

_CENT = 0.01


def handed_down(case: Case, amount: float, *, bounds: Bounds | None = None) -> float:
    """What the parts of the case's scope carry together of its amount: street quota.

    Notes
    -----
    amount × (1 + `targets.padding` of the scope's kind), rounded to `targets.unit`; the amount
    itself without padding. Rounding goes no further than locks and limits of the parts allow.
    """
    return _handed_down(case, str(case.scope), amount, bounds=bounds or Bounds())


def _handed_down(case: Case, scope: str, amount: float, *, bounds: Bounds) -> float:
    wanted = case.settings.targets
    padded = amount * (1 + wanted.padding.get(scope.partition(":")[0], 0.0))
    if padded == amount:
        found = amount
    else:
        found = in_units(padded, wanted.unit if padded >= wanted.unit else _CENT)
    low, high = bounds.sums.get(scope, (0.0, np.inf))
    if low - _CENT <= padded <= high + _CENT:
        found = min(max(found, low), high)
    return found


def shared(
    case: Case, parts: pd.DataFrame, amount: float, *, bounds: Bounds, scope: str = ""
) -> pd.DataFrame:
    """Split the amount of one scope over its parts, within bounds.

    Parameters
    ----------
    case : Case
        Its settings hold.
    parts : DataFrame
        See `kit.plan.hierarchy.parts`.
    amount : float
        What the scope carries; padding comes on top.
    bounds : Bounds
    scope : str
        The scope; empty: the case's.

    Returns
    -------
    DataFrame
        As `children`.
    """
    scope = scope or str(case.scope)
    total = _handed_down(case, scope, amount, bounds=bounds)
    wanted = case.settings.targets
    low, high = bounds.of(scope, parts["scope"])
    weight, lam = parts["weight"].to_numpy(), None
    found = parts.copy()
    found.attrs = {"blend": parts.attrs.get("blend", {}), "split": wanted.split, "lam": None}
    if wanted.split == "equal_chance":
        known = {"mean": parts["baseline"].to_numpy(), "sd": parts["sd"].to_numpy()}
        quotas = equal_chance.quotas(total, weight, **known, low=low, high=high)
        weight, lam = np.where(weight > 0, quotas.amounts, 0.0), quotas.lam
        weight = weight / weight.sum() if weight.sum() > 0 else parts["weight"].to_numpy()
        found["split_by"] = np.where(quotas.by_chance, "equal_chance", "blend")
        found.attrs["lam"] = lam
    unit = fine_unit(total, parts=len(parts), unit=wanted.unit) or _CENT
    named = pd.Series(weight, index=parts["scope"])
    target = _split(total, named, unit=unit, low=low, high=high).to_numpy()
    share = target / total if total else np.full(len(found), np.nan)
    return found.assign(weight=weight, target=target, share=share)


def summed(amounts: pd.Series) -> float:
    """The sum of amounts as decimal numbers, as exact as they are written.

    Examples
    --------
    >>> summed(pd.Series([0.1, 0.2]))
    0.3
    """
    return float(sum((Decimal(repr(float(one))) for one in amounts), Decimal(0)))


def _split(
    total: float, weights: pd.Series, *, unit: float, low: np.ndarray, high: np.ndarray
) -> pd.Series:
    """A split within bounds in the coarsest unit that they allow."""
    held = pd.DataFrame({"low": low, "high": high}, index=weights.index)
    fixed = held["low"] == held["high"]
    some = {
        "locks": held.loc[fixed, "low"],
        "floors": held.loc[~fixed & (held["low"] > 0), "low"],
        "caps": held.loc[~fixed & np.isfinite(held["high"]), "high"],
    }
    for step in finer(unit):
        try:
            return split(total, weights, unit=step, **some)
        except InfeasibleError as error:
            refused = error
    raise refused
