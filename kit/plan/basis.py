"""A basis: one amount that a target can be taken from, and how it came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True)
class Basis:
    """One view of what a scope's period can bring.

    Parameters
    ----------
    amount : float
        Money.
    origin : str
        Key of the phrase that tells how the amount came about.
    facts : mapping
        What the phrase puts in: plain numbers, texts and lists of these.
    low, high : float or None
        Interval, where the view has one of its own.

    Examples
    --------
    >>> Basis(1060.0, "growth", {"last_year": 1000.0, "growth": 0.06}).low is None
    True
    """

    amount: float
    origin: str
    facts: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    low: float | None = None
    high: float | None = None
