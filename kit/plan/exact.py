"""Splitting an amount into whole units so that the parts sum to it exactly."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import pandas as pd

from kit.errors import InfeasibleError
from kit.plan import conflicts

Amounts = Mapping[str, float] | pd.Series | None

_LEAST = 1e-12  # of the largest weight: what a smaller weight counts for


def split(
    total: float,
    weights: Mapping[str, float] | pd.Series,
    *,
    unit: float = 1.0,
    locks: Amounts = None,
    floors: Amounts = None,
    caps: Amounts = None,
) -> pd.Series:
    """Split an amount over parts by weight, in whole units, to the last unit.

    Parameters
    ----------
    total : float
        0 or more.
    weights : mapping or Series, by part
        0 is no potential: such a part gets its lock or floor, or nothing. Empty is not set, an
        error unless the part is locked. Equal weights split evenly; nothing else does.
    unit : float
        Parts are multiples of it. What the total holds beyond whole units goes to the largest part.
    locks : mapping, by part
        Amounts that stand as they are, multiples of the unit or not; empty is not locked.
    floors, caps : mapping, by part
        Least and largest amounts, rounded into whole units; empty is none.

    Returns
    -------
    Series
        An amount for each part, in the weights' order. As decimal numbers they sum to the total.

    Raises
    ------
    InfeasibleError
        Where locks, floors and caps cannot hold together, or leave something that nobody takes. The
        message names the conflict and the amount. So "1,000 = 300 + 250 + 200 + 150" is answered
        with "100 not handed out", not with a split that loses it.

    Notes
    -----
    Parts are s × weight, held between floor and cap, with the one s that gives the total; then they
    are rounded by largest remainder, ties going to the larger weight and then to the earlier part.

    Examples
    --------
    >>> split(1000, {"East": 3, "South": 2, "West": 1}, unit=10, locks={"West": 100}).to_dict()
    {'East': 540.0, 'South': 360.0, 'West': 100.0}
    >>> split(1000, dict.fromkeys("abcd", 1), locks={"a": 300, "b": 250, "c": 200, "d": 150})
    Traceback (most recent call last):
    ...
    kit.errors.InfeasibleError: The locks add up to 900 but the total is 1,000: 100 not handed \
out. Unlock a part, or keep the rest as a stated reserve.
    """
    weights = pd.Series(weights, dtype="float64")
    if not weights.index.is_unique:
        twice = weights.index[weights.index.duplicated()][0]
        raise InfeasibleError(
            "The part '{part}' stands twice. Give each part one weight.",
            key="twice", part=str(twice),
        )  # fmt: skip
    whole, step = _amount(total, "total"), _amount(unit, "unit")
    if step == 0:
        raise InfeasibleError(
            "The unit is 0. Give a unit above 0, such as 1 or 1000.", key="no_unit"
        )
    locked = _by_part(locks, weights.index, "lock")
    free = weights.drop(list(locked))
    _check_weights(free)
    bounds = _bounds(free, step, _by_part(floors, weights.index, "floor"), locked, lower=True)
    limits = _bounds(free, step, _by_part(caps, weights.index, "cap"), locked, lower=False)
    rest = whole - sum(locked.values())
    if rest < 0:
        raise conflicts.locked(whole - rest, total=whole)
    parts = _Parts(free, bounds, limits)
    _check_room(parts, rest, step, whole=whole)
    count, beyond = divmod(rest, step)
    found = {part: step * many for part, many in parts.units(int(count)).items()}
    if beyond:
        found[_taker(found, free, limits, step)] += beyond
    found |= locked
    return pd.Series({part: float(found[part]) for part in weights.index}, dtype="float64")


class _Parts(NamedTuple):
    """Parts that are not locked, with bounds in whole units; a limit of None is none."""

    weights: pd.Series
    low: dict
    high: dict

    def units(self, count: int) -> dict:
        """Whole units for each part; count must lie between the bounds' sums."""
        if not len(self.weights):
            return {}
        low = np.array([float(self.low[part]) for part in self.weights.index])
        caps = [self.high[part] for part in self.weights.index]
        high = np.array([np.inf if one is None else float(one) for one in caps])
        weight = self.weights.to_numpy()
        weight = np.where(weight > 0, np.maximum(weight / (weight.max() or 1), _LEAST), 0)
        high = np.where(weight > 0, high, low)
        exact = np.clip(_scale(count, weight, low, high) * weight, low, high)
        units = np.clip(np.floor(exact + 1e-9), low, high)
        short = count - int(units.sum())
        order = np.lexsort((np.arange(len(exact)), -weight, -np.round(exact - units, 9)))
        while short:
            move = 1 if short > 0 else -1
            room = units < high if short > 0 else units > low
            chosen = [one for one in order[::move] if room[one]][: abs(short)]
            units[chosen] += move
            short -= move * len(chosen)
        return {part: int(many) for part, many in zip(self.weights.index, units, strict=True)}


def _scale(count: int, weight: np.ndarray, low: np.ndarray, high: np.ndarray) -> float:
    """The s for which s × weight, held between low and high, sums to count."""
    open_ = weight > 0
    if not open_.any():
        return 0.0
    turns = np.concatenate([low[open_] / weight[open_], high[open_] / weight[open_]])
    turns = np.unique(turns[np.isfinite(turns)])

    def summed(scale: float) -> float:
        return float(np.clip(scale * weight, low, high).sum())

    place = bisect_left(turns, count, key=summed)
    before = turns[place - 1] if place else 0.0
    after = turns[place] if place < len(turns) else before + max(count, 1.0)
    slope = weight[open_ & (low < after * weight) & (high > before * weight)].sum()
    return before + (count - summed(before)) / slope if slope > 0 else after


def _check_weights(free: pd.Series) -> None:
    for part, weight in free.items():
        if np.isnan(weight):
            raise InfeasibleError(
                "The part '{part}' has no weight. Give one (0 for no potential), or lock the part.",
                key="no_weight", part=str(part),
            )  # fmt: skip
        if weight < 0 or np.isinf(weight):
            raise InfeasibleError(
                "The weight of '{part}' is {weight}. Give a finite weight of 0 or more.",
                key="negative_weight", part=str(part), weight=weight,
            )  # fmt: skip


def _check_room(parts: _Parts, rest: Decimal, step: Decimal, *, whole: Decimal) -> None:
    for part, low in parts.low.items():
        if parts.high[part] is not None and low > parts.high[part]:
            raise InfeasibleError(
                "The floor of '{part}' is {amount} in whole units of {unit}, above its cap of "
                "{allowed}. Change one of them.", key="crossed_in_units",
                part=str(part), amount=low * step, unit=step, allowed=parts.high[part] * step,
            )  # fmt: skip
    if not len(parts.weights):
        if rest:
            raise conflicts.locked(whole - rest, total=whole)
        return
    least = step * sum(parts.low.values())
    if least > rest:
        raise InfeasibleError(
            "Floors and locks, in whole units of {unit}, add up to {held} but the total is "
            "{total}: {over} too much. Lower a floor or a lock.", key="floors_beyond",
            unit=step, held=least + whole - rest, total=whole, over=least - rest,
        )  # fmt: skip
    taking = parts.weights[parts.weights > 0].index
    most = [parts.high[part] for part in taking]
    if None in most:
        return
    room = step * (sum(most) + sum(low for part, low in parts.low.items() if part not in taking))
    if room < rest:
        facts = {"most": room + whole - rest, "total": whole, "left": rest - room}
        if most:
            raise InfeasibleError(
                "Caps and locks take {most} at the most but the total is {total}: {left} not "
                "handed out. Raise a cap, set a weight, or keep a reserve.",
                key="caps_short", **facts,
            )  # fmt: skip
        raise InfeasibleError(
            "No open part has a weight above 0: floors and locks take {most} at the most but the "
            "total is {total}: {left} not handed out. Raise a cap, set a weight, or keep a "
            "reserve.", key="weights_short", **facts,
        )  # fmt: skip


def _bounds(
    free: pd.Series, step: Decimal, found: Mapping, locked: Mapping, *, lower: bool
) -> dict:
    """Bounds in whole units of the parts that are not locked; checks the locks against them."""
    for part, bound in found.items():
        if part in locked and (locked[part] < bound if lower else locked[part] > bound):
            raise conflicts.crossed(
                "lock", part, amount=locked[part], other="floor" if lower else "cap", allowed=bound
            )
    units = {part: divmod(bound, step) for part, bound in found.items()}
    if lower:
        least = {part: int(many) + (rest > 0) for part, (many, rest) in units.items()}
        return {part: least.get(part, 0) for part in free.index}
    return {part: int(units[part][0]) if part in units else None for part in free.index}


def _taker(found: Mapping, free: pd.Series, limits: Mapping, step: Decimal) -> str:
    """The largest part that has room for another unit; `_check_room` saw that there is one."""
    roomy = [
        part
        for part, amount in found.items()
        if free[part] > 0 and (limits[part] is None or amount + step <= limits[part] * step)
    ]
    return max(roomy, key=lambda part: (found[part], free[part]))


def _by_part(found: Amounts, parts: pd.Index, what: str) -> dict:
    amounts = {}
    for part, amount in ({} if found is None else dict(found)).items():
        if part not in parts:
            raise conflicts.unknown(what, part, known=parts)
        if amount is not None and not pd.isna(amount):
            if not np.isfinite(amount) or amount < 0:
                raise conflicts.negative(what, part, amount=amount)
            amounts[part] = Decimal(repr(float(amount)))
    return amounts


def _amount(found: float, what: str) -> Decimal:
    if not np.isfinite(found) or found < 0:
        raise InfeasibleError(
            "The {kind} is {amount}. Give 0 or more.",
            key="negative_whole", kind=what, amount=found,
        )  # fmt: skip
    return Decimal(repr(float(found)))
