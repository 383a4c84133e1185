"""Errors in the page's language: what cannot hold together, for whom, and by how much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kit.errors import InfeasibleError
from kit.show.words import Words

_FAMILY = "infeasible."
_BOUNDS = ("kind", "other")  # facts that name a lock, a floor, a cap or what else is limited


def told(error: Exception, words: Words) -> str:
    """An error as a sentence in the page's language.

    Parameters
    ----------
    error : Exception
        An `InfeasibleError` is worded by its key, from its facts: numbers as its own text writes
        them, scopes, periods and days as the page does. One without a key, and any other error,
        stays English.
    words : Words

    Raises
    ------
    KitError
        Where the catalogue has no phrase for the key.

    Examples
    --------
    >>> error = InfeasibleError("The {kind} is {amount}. Give 0 or more.", key="negative_whole",
    ...                         kind="total", amount=-5)
    >>> told(error, Words("zh"))
    '总额为 -5。请输入 0 或以上的金额。'
    """
    if not isinstance(error, InfeasibleError) or not error.key:
        return str(error)
    line = words.t(_FAMILY + error.key, **_facts(error, words))
    return "\n  ".join([line, *(told(one, words) for one in error.under)])


def _facts(error: InfeasibleError, words: Words) -> Mapping[str, Any]:
    """The facts as phrases take them."""
    found = dict(error.facts)
    for name, fact in found.items():
        if name in _BOUNDS:
            found[name] = words.t(f"bound.{fact}")
        elif isinstance(fact, list):
            found[name] = words.t("unit.comma").join(words.scope(one) for one in fact)
    return found | error.figures
