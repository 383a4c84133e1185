"""A statement: what is said of the figures, as a key and facts, before it is put into words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from kit.errors import KitError

MOST = 6  # sentences of a chapter's story
TONES = ("", "good", "bad", "open")


@dataclass(frozen=True)
class Statement:
    """One sentence of a chapter's story.

    Parameters
    ----------
    key : str
        Of the phrase below `story.`, such as `track.short`. The key says the direction (`rose`,
        `fell`), so that facts are sizes without a sign; see `directed`.
    facts : mapping
        What the phrase names: numbers, days, names, keys, `Term`s, and tuples of these. Where the
        fact `n` is 1 and the catalogue has the key with `_one`, that phrase is said.
    section : str
        Of the packet, that shows the evidence; empty: none.
    tone : str
        `good`, `bad`, `open` (it cannot be known, or asks for a decision), or empty.

    Raises
    ------
    KitError
        Where the tone is none of these.

    Examples
    --------
    >>> said = Statement("track.short", {"gap": 3e6}, section="standing", tone="bad")
    >>> said.key, said.facts["gap"]
    ('track.short', 3000000.0)
    """

    key: str
    facts: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    section: str = ""
    tone: str = ""

    def __post_init__(self) -> None:
        if self.tone not in TONES:
            allowed = ", ".join(one or "empty" for one in TONES)
            raise KitError(
                f"Statement '{self.key}': tone is '{self.tone}'; allowed are {allowed}. Choose one."
            )
        object.__setattr__(self, "facts", MappingProxyType(dict(self.facts)))


@dataclass(frozen=True)
class Term:
    """A key with facts of its own within a sentence, such as a cause.

    Parameters
    ----------
    family : str
        Of the catalogue, such as `cause`.
    key : str
    facts : mapping
    """

    family: str
    key: str
    facts: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        object.__setattr__(self, "facts", MappingProxyType(dict(self.facts)))


def directed(
    value: float | None, *, up: str, down: str, flat: str = "", least: float = 0.0
) -> tuple[str, float] | None:
    """The key for the direction of a change, and its size without the sign.

    Parameters
    ----------
    value : float or None
        A change, in any unit.
    up, down, flat : str
        Keys; without `flat`, a change of at most `least` gives nothing.
    least : float
        Size up to which a change counts as none, in the unit of `value`.

    Returns
    -------
    tuple of (str, float) or None
        None where the change is not known, or is none and there is no key for that.

    Examples
    --------
    >>> directed(-0.05, up="rose", down="fell"), directed(0.0, up="rose", down="fell", flat="kept")
    (('fell', 0.05), ('kept', 0.0))
    >>> directed(float("nan"), up="rose", down="fell") is None
    True
    """
    if not known(value):
        return None
    size = abs(float(value))
    if size <= least:
        return (flat, size) if flat else None
    return (up if value > 0 else down), size


def known(*values: Any) -> bool:
    """Whether all values are there: no none, no NaN, no infinite number.

    Examples
    --------
    >>> known(1.0, 0), known(1.0, None), known(float("inf"))
    (True, False, False)
    """
    return all(
        one is not None and not (isinstance(one, float) and not math.isfinite(one))
        for one in values
    )


def foremost(
    ranked: Iterable[tuple[int, Statement | None]], *, most: int = MOST
) -> tuple[Statement, ...]:
    """The statements that matter most, in the order in which they are said.

    Parameters
    ----------
    ranked : iterable of (rank, Statement or None)
        In the order of saying; the lowest rank matters most. None is nothing to say.
    most : int
        How many are said.

    Examples
    --------
    >>> said = [(1, Statement("result")), (9, Statement("aside")), (2, None), (2, Statement("why"))]
    >>> [one.key for one in foremost(said, most=2)]
    ['result', 'why']
    """
    there = [(rank, place, one) for place, (rank, one) in enumerate(ranked) if one is not None]
    chosen = sorted(sorted(there, key=lambda one: one[:2])[:most], key=lambda one: one[1])
    return tuple(one for _, _, one in chosen)
