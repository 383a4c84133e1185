"""A figure of a scope with what is behind it."""

from __future__ import annotations

from typing import NamedTuple


class Found(NamedTuple):
    """A figure, how many deals or customers are behind it (None: not counted), and its basis."""

    value: float
    rows: int | None = None
    basis: str = ""
