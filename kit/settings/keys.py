"""The keys that may stand at each place of the parameters, and lists given as one text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import BaseModel

from kit import plain_yaml
from kit.errors import SettingsError, nearest
from kit.settings.company import Settings

_OPENS = ("[", "{")


def require_known(found: Any, origin: str, *, kind: Any = Settings, at: tuple = ()) -> None:
    """Refuse a key that may not stand where it stands, however deep that is.

    Parameters
    ----------
    found : object
        What one file holds, or what stands below a key of it.
    origin : str
        What the error names.
    kind : type
        What the parameters have at that place.
    at : tuple
        The keys above.

    Raises
    ------
    SettingsError
        Naming the first unknown key and the nearest of those that are known at that place.

    Examples
    --------
    >>> require_known({"targets": {"goals": [{"nmae": "Visits"}]}}, "a.yml")
    Traceback (most recent call last):
    kit.errors.SettingsError: a.yml: unknown key 'targets.goals.0.nmae'. Did you mean 'name'?
    """
    if isinstance(found, Mapping):
        for key, below in found.items():
            known = _names(kind)
            if known and str(key) not in known:
                where = ".".join(map(str, (*at, key)))
                hint = nearest(str(key), known, show=len(known))
                raise SettingsError(f"{origin}: unknown key '{where}'. {hint}")
            for inner in _below(kind, key):
                require_known(below, origin, kind=inner, at=(*at, key))
    elif isinstance(found, (list, tuple)):
        for place, below in enumerate(found):
            for inner in _below(kind, place):
                require_known(below, origin, kind=inner, at=(*at, place))


def read(dotted: str, found: Any) -> Any:
    """What a value on the command line stands for: a list or mapping in YAML where one may stand.

    Parameters
    ----------
    dotted : str
        The key, such as `targets.goals`.
    found : object
        Its value. A text that starts with `[` or `{`, at a place that has a list or a mapping, is
        read as YAML, every scalar as text; all else stays as it is.

    Raises
    ------
    SettingsError
        Where such a text is no YAML.

    Examples
    --------
    >>> read("targets.goals", "[{name: Visits, weight: 0.2}]")
    [{'name': 'Visits', 'weight': '0.2'}]
    >>> read("name", "[A] and [B]"), read("targets.growth", 0.1)
    ('[A] and [B]', 0.1)
    """
    if not isinstance(found, str) or not found.startswith(_OPENS):
        return found
    kinds: list[Any] = [Settings]
    for key in dotted.split("."):
        kinds = [inner for kind in kinds for inner in _below(kind, key)]
    if not any(_holds(one) for kind in kinds for one in _ways(kind)):
        return found
    try:
        return plain_yaml.parse(found)
    except (yaml.YAMLError, RecursionError):
        raise SettingsError(
            f"command line: '{dotted}': found '{found}', which is no list or mapping. Write a list "
            "as [a, b], a mapping as {key: value}, a list of mappings as [{key: value}, …], all of "
            "it in quotes; or put it into a file, such as company.yml."
        ) from None


def _ways(kind: Any) -> Iterator[Any]:
    """The types that a value may have, without None and without what only checks it."""
    origin = get_origin(kind)
    if origin is Annotated:
        yield from _ways(get_args(kind)[0])
    elif origin in (Union, UnionType):
        for one in get_args(kind):
            yield from _ways(one)
    elif kind is not type(None):
        yield kind


def _names(kind: Any) -> list[str]:
    """The only keys that may stand below; empty where any may."""
    found: list[str] = []
    for one in _ways(kind):
        if _model(one):
            found += one.model_fields
        elif get_origin(one) is dict:
            (names,) = _ways(get_args(one)[0])
            found += map(str, get_args(names)) if get_origin(names) is Literal else ()
    return found


def _below(kind: Any, key: Any) -> Iterator[Any]:
    """What stands below a key, or at a place of a list."""
    for one in _ways(kind):
        inner = get_args(one)
        if _model(one):
            if key in one.model_fields:
                yield one.model_fields[key].annotation
        elif get_origin(one) is dict:
            yield inner[1]
        elif get_origin(one) is tuple and isinstance(key, int):
            if inner[-1] is Ellipsis:
                yield inner[0]
            elif key < len(inner):
                yield inner[key]


def _holds(kind: Any) -> bool:
    return _model(kind) or get_origin(kind) in (dict, tuple)


def _model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
