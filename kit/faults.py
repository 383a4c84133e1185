"""What is wrong with parameters, in plain sentences that name the file and the key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import ValidationError

_BELOW, _LIST = "needs 'key: value' lines below it", "needs a list, such as [a, b]"
_PLAIN = {"model_type": _BELOW, "dict_type": _BELOW, "tuple_type": _LIST, "list_type": _LIST}


def holder(at: tuple, layers: Sequence[tuple[str, Mapping]]) -> str:
    """The layer that holds the most of a key's path, of several the last one.

    Examples
    --------
    >>> holder(("targets", "growth"), [("a", {"targets": {}}), ("b", {"track": {}})])
    'a'
    """
    found, most = "", -1
    for origin, layer in layers:
        depth, below = 0, layer
        while depth < len(at) and isinstance(below, Mapping) and at[depth] in below:
            below, depth = below[at[depth]], depth + 1
        if depth and depth >= most:
            found, most = origin, depth
    return found


def sentences(error: ValidationError) -> list[tuple[tuple, str]]:
    """What is wrong, each with the path of its key."""
    found = []
    for one in error.errors():
        at = tuple(part for part in one["loc"] if part != "[key]")
        where = ".".join(str(part) for part in at) or "the file"
        if one["type"] == "missing":
            told = f"the key '{where}' is missing"
        else:
            message = _PLAIN.get(one["type"], one["msg"].removeprefix("Value error, "))
            shown = "" if isinstance(one["input"], dict) else f", found '{one['input']}'"
            told = f"'{where}': {message}{shown}"
        found.append((at, told))
    return found
