"""Street quota: what the parts of a scope carry together, and each of them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.errors import InfeasibleError
from kit.plan import equal_chance, hierarchy
from kit.plan.exact import split
from kit.plan.limits import Bounds
from kit.plan.open_posts import OpenPost, added
from kit.plan.units import fine_unit, finer, in_units

_CENT = 0.01


def handed_down(case: Case, amount: float, *, bounds: Bounds | None = None) -> float:
    """What the parts of the case's scope carry together of its amount: street quota.

    Notes
    -----
    amount × (1 + `targets.padding` of the scope's kind), rounded to `targets.unit`; the amount
    itself without padding. Rounding goes no further than locks and limits of the parts allow. With
    a λ of its own (`targets.lam`) it is what the quotas sum to, and planned hires leave less.
    """
    held = bounds or Bounds()
    if fixed_lam(case) is not None or case.settings.targets.hires:
        parts = hierarchy.parts(case)
        if not isinstance(parts, Unavailable):
            return shared(case, parts, amount, bounds=held).attrs["handed_down"]
    return _handed_down(case, str(case.scope), amount, bounds=held)


def fixed_lam(case: Case) -> float | None:
    """λ where the settings give it and ask for equal chances; it has no effect on other splits."""
    wanted = case.settings.targets
    return wanted.lam if wanted.split == "equal_chance" else None


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

    Notes
    -----
    Open posts of `parts.attrs["open"]` take part, and are handed back in attrs["held"]; they are no
    rows, as nobody carries what is held for them.
    """
    scope = scope or str(case.scope)
    total = _handed_down(case, scope, amount, bounds=bounds)
    wanted, given = case.settings.targets, fixed_lam(case)
    joining = parts.attrs.get("open", ())
    found = added(parts, joining)
    low, high = bounds.of(scope, found["scope"])
    weight, lam, by_chance = found["weight"].to_numpy(), None, None
    if wanted.split == "equal_chance":
        known = {"mean": found["baseline"].to_numpy(), "sd": found["sd"].to_numpy()}
        quotas = equal_chance.quotas(total, weight, **known, low=low, high=high, lam=given)
        weight, lam = np.where(weight > 0, quotas.amounts, 0.0), quotas.lam
        weight = weight / weight.sum() if weight.sum() > 0 else found["weight"].to_numpy()
        by_chance = np.where(quotas.by_chance, "equal_chance", "blend")
    if given is None or lam is None:
        unit = fine_unit(total, parts=len(found), unit=wanted.unit) or _CENT
        named = pd.Series(weight, index=found["scope"])
        target = _split(total, named, unit=unit, low=low, high=high).to_numpy()
        whole = total
    else:
        unit = fine_unit(quotas.amounts.sum(), parts=len(found), unit=wanted.unit) or _CENT
        target = _each(quotas.amounts, unit=unit, low=low, high=high)
        whole = summed(target)
    share = target / whole if whole else np.full(len(found), np.nan)
    many = len(parts)
    held = tuple(
        replace(one, weight=float(size), target=float(own), share=float(part))
        for one, size, own, part in zip(
            joining, weight[many:], target[many:], share[many:], strict=True
        )
    )
    more = {} if by_chance is None else {"split_by": by_chance[:many]}
    result = parts.assign(
        **more, weight=weight[:many], target=target[:many], share=share[:many]
    )
    result.attrs = {
        "blend": parts.attrs.get("blend", {}),
        "split": wanted.split,
        "lam": lam,
        "fixed": given is not None,
        "handed_out": float(amount),
        "handed_down": summed(target[:many]),
        "held": {scope: held} if held else {},
    }
    return result


def beyond(amount: float, carried: float) -> tuple[float, float]:
    """What is not handed out of an amount, and what is handed out beyond it; one of them is 0.

    Examples
    --------
    >>> beyond(100.0, 97.5), beyond(100.0, 103.0)
    ((2.5, 0.0), (0.0, 3.0))
    """
    short = summed([amount, -carried])
    return max(short, 0.0), max(-short, 0.0)


def kept_for(posts: Iterable[OpenPost]) -> float:
    """What is held for open posts, money."""
    return summed(one.target for one in posts)


def summed(amounts: Iterable[float]) -> float:
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


def _each(
    amounts: np.ndarray, *, unit: float, low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    """Amounts, each rounded by itself in the coarsest unit that its bounds allow."""
    found = []
    for amount, least, most in zip(amounts, low, high, strict=True):
        one = min(max(round(amount, 2), least), most)
        for step in finer(unit) if least < most else ():
            count = max(math.floor(amount / step + 0.5), math.ceil(least / step - 1e-9))
            count = min(count, math.floor(most / step + 1e-9)) if np.isfinite(most) else count
            whole = float(Decimal(repr(step)) * count)
            if least <= whole <= most:
                one = whole
                break
        found.append(float(one))
    return np.array(found)
