"""Units: the step that targets are rounded to, and when a finer one is taken."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np

_CENT = Decimal("0.01")
_REST = 1e-6  # of a unit: what a float may be off


def fine_unit(amount: float, *, parts: int, unit: float) -> float:
    """The unit for a split into many parts: a tenth of it as often as needed.

    Returns
    -------
    float
        unit ÷ 10ⁿ with the smallest n that leaves an average part 50 units or more, so that
        rounding shifts no part by more than about 1 %. 0 for an amount below one unit: the unit was
        not meant for it, and nothing is rounded.

    Examples
    --------
    >>> fine_unit(1_200_000, parts=12, unit=1000), fine_unit(30_000, parts=12, unit=1000)
    (1000.0, 10.0)
    """
    if amount < unit:
        return 0.0
    found = Decimal(repr(float(unit)))
    while amount < 50 * parts * float(found):
        found = found.scaleb(-1)
    return float(found)


def in_units(amount: float, unit: float) -> float:
    """The multiple of the unit nearest to an amount; at least one unit for an amount above 0.

    Examples
    --------
    >>> in_units(1499, 1000), in_units(300, 1000), in_units(-5, 1000)
    (1000.0, 1000.0, 0.0)
    """
    if amount <= 0:
        return 0.0
    return float(max(math.floor(amount / unit + 0.5), 1) * unit)


def to_unit(amounts: np.ndarray, unit: float) -> np.ndarray:
    """Amounts rounded to a unit; as they are with a unit of 0."""
    return np.round(np.round(amounts / unit) * unit, 9) if unit else amounts


def finer(unit: float) -> tuple[float, ...]:
    """A unit and its tenth, hundredth … down to a hundredth of the currency.

    Examples
    --------
    >>> finer(10.0), finer(0.001)
    ((10.0, 1.0, 0.1, 0.01), (0.001,))
    """
    steps = [Decimal(repr(float(unit)))]
    while steps[-1] / 10 >= _CENT:
        steps.append(steps[-1] / 10)
    if steps[-1] > _CENT:
        steps.append(_CENT)
    return tuple(float(one) for one in steps)


def common(unit: float, *sums: np.ndarray) -> float:
    """The unit, or the largest tenth, hundredth … of it, that sums to keep are whole units of.

    Parameters
    ----------
    unit : float
        0 is handed back.
    *sums : array
        At most one of each may hold a rest below the unit, as a total does that is no whole unit.

    Returns
    -------
    float
        0 where not even a hundredth of the currency fits: then nothing can be rounded.

    Examples
    --------
    >>> common(1000.0, np.array([2500.0, 1500.0]), np.array([4000.0]))
    100.0
    """
    if not unit:
        return 0.0
    for step in finer(unit):
        rests = [np.abs(one / step - np.round(one / step)) > _REST for one in sums]
        if all(one.sum() <= 1 for one in rests) and len({bool(one.any()) for one in rests}) == 1:
            return step
    return 0.0
