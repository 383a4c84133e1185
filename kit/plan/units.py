"""Units: the step that targets are rounded to, and when a finer one is taken."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np


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
