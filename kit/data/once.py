"""Results remembered beside what they were made from, so that nothing is computed twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from functools import wraps
from typing import Any, TypeVar

import pandas as pd

Function = TypeVar("Function", bound=Callable[..., Any])

_PLACE = "_remembered"  # in the instance's own dict, as with functools.cached_property


def once(function: Function) -> Function:
    """Let a function keep what it made of its first argument, and of the others, on the first.

    Parameters
    ----------
    function : callable
        Pure: its result follows from its arguments alone. The first is a frozen dataclass, such as
        a `Case` or a `ScopeData`; the others can be hashed.

    Returns
    -------
    callable
        The same function. What it remembers belongs to that very instance: it is gone with it, is
        no part of its equality or its text, and `dataclasses.replace` does not hand it on.

    Notes
    -----
    A frame is handed out as a lazy copy (pandas copies on write), also where it is a field of a
    dataclass: whoever changes it changes nobody else's. An error is not remembered.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Sales:
    ...     amounts: tuple
    >>> @once
    ... def total(sales, *, factor=1):
    ...     print("adding")
    ...     return factor * sum(sales.amounts)
    >>> sales = Sales((1, 2))
    >>> total(sales), total(sales), total(sales, factor=2)
    adding
    adding
    (3, 3, 6)
    """

    @wraps(function)
    def remembered(subject: Any, *arguments: Any, **named: Any) -> Any:
        kept = vars(subject).setdefault(_PLACE, {})
        key = (function, arguments, *sorted(named.items()))
        if key not in kept:
            kept[key] = function(subject, *arguments, **named)
        return _handed_out(kept[key])

    return remembered  # type: ignore[return-value]


def _handed_out(found: Any) -> Any:
    """What can be given away: frames as lazy copies."""
    if isinstance(found, (pd.DataFrame, pd.Series)):
        return found.copy(deep=False)
    if is_dataclass(found):
        frames = {
            one.name: getattr(found, one.name).copy(deep=False)
            for one in fields(found)
            if isinstance(getattr(found, one.name), (pd.DataFrame, pd.Series))
        }
        return replace(found, **frames) if frames else found
    return found
