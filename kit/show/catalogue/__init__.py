"""The phrases of each language, read from the YAML files in its folder beside this file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType

import yaml

from kit.errors import KitError
from kit.show import amounts


@cache
def phrases(language: str) -> Mapping[str, str]:
    """The phrases of a language by dotted key.

    Raises
    ------
    KitError
        Where the kit does not speak the language, or two files have the same key.

    Examples
    --------
    >>> phrases("zh")["status.green"]
    '正常'
    """
    amounts.locale(language)
    found: dict[str, str] = {}
    for file in sorted(_files(language), key=lambda one: one.name):
        for key, phrase in _flat(yaml.safe_load(file.read_text(encoding="utf-8")), ""):
            if key in found:
                raise KitError(f"Words: '{key}' stands twice in {language}, also in {file.name}.")
            found[key] = phrase
    return MappingProxyType(found)


def _files(language: str) -> list[Traversable]:
    folder = files("kit.show.catalogue").joinpath(language)
    return [one for one in folder.iterdir() if one.name.endswith(".yml")]


def _flat(tree: Mapping, above: str) -> Iterable[tuple[str, str]]:
    for key, found in tree.items():
        if isinstance(found, Mapping):
            yield from _flat(found, f"{above}{key}.")
        else:
            yield f"{above}{key}", str(found)
