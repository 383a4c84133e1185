"""The phrases of each language, read from the YAML files beside this one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

import yaml

from kit.show import amounts


@lru_cache(maxsize=None)
def phrases(language: str) -> Mapping[str, str]:
    """The phrases of a language by dotted key.

    Raises
    ------
    KitError
        Where the kit does not speak the language.

    Examples
    --------
    >>> phrases("zh")["status.green"]
    '正常'
    """
    amounts.locale(language)
    text = files("kit.show.catalogue").joinpath(f"{language}.yml").read_text(encoding="utf-8")
    return MappingProxyType(dict(_flat(yaml.safe_load(text), "")))


def _flat(tree: Mapping, above: str) -> Iterable[tuple[str, str]]:
    for key, found in tree.items():
        if isinstance(found, Mapping):
            yield from _flat(found, f"{above}{key}.")
        else:
            yield f"{above}{key}", str(found)
