"""The files that hold parameters: read, merged in their order, and checked against the models."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from kit.errors import SettingsError, nearest
from kit.scope import Scope
from kit.settings import ColumnSettings, JoinSettings, Settings, SourceSettings

_OF_THE_COMPANY = ("company", "data_dir", "sources", "gate", "calendar", "currency")
_BELOW, _LIST = "needs 'key: value' lines below it", "needs a list, such as [a, b]"
_PLAIN = {"model_type": _BELOW, "dict_type": _BELOW, "tuple_type": _LIST, "list_type": _LIST}


class _StringLoader(yaml.BaseLoader):
    """Reads every scalar as text, so that 007 stays 007; a key given twice is an error."""


def _mapping(loader: _StringLoader, node: yaml.MappingNode) -> dict:
    seen: dict = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise yaml.constructor.ConstructorError(
                None, None, "a key is a plain text, not a list or mapping", key_node.start_mark
            )
        if key in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key '{key}' stands twice", key_node.start_mark
            )
        seen[key] = loader.construct_object(value_node, deep=True)
    return seen


_StringLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_yaml(path: Path) -> dict:
    """Read a YAML file of parameters, every scalar as text.

    Raises
    ------
    SettingsError
        Where the file is missing, is not UTF-8, is not YAML or holds no mapping.
    """
    try:
        found = _parsed(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise SettingsError(f"{path}: no such file. Give the path of a company.yml.") from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from None
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}).") from None
    except yaml.YAMLError as error:
        raise SettingsError(f"{path}: not readable as YAML: {_fault(error)}") from None
    except RecursionError:
        raise SettingsError(f"{path}: not readable as YAML: nested too deeply.") from None
    if found in (None, ""):
        return {}
    if not isinstance(found, dict):
        raise SettingsError(f"{path}: holds no 'key: value' lines.")
    return found


@lru_cache(maxsize=16)
def _parsed(text: str) -> Any:
    """What a YAML text holds, parsed once a text however often its file is read; not to be changed."""
    return yaml.load(text, Loader=_StringLoader)


def _fault(error: yaml.YAMLError) -> str:
    """Where a YAML file is wrong, and what is wrong there."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return f"{' '.join(str(error).split())}."
    advice = " Indent with spaces." if "'\\t'" in error.problem else ""
    return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}.{advice}"


def merge(below: Mapping, above: Mapping) -> dict:
    """Merge two nested mappings; where both set a key, `above` wins; lists are replaced whole.

    Examples
    --------
    >>> merge({"targets": {"growth": "0.1", "unit": "10"}}, {"targets": {"growth": "0.2"}})
    {'targets': {'growth': '0.2', 'unit': '10'}}
    """
    merged = dict(below)
    for key, found in above.items():
        both = isinstance(found, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = merge(merged[key], found) if both else found
    return merged


def nested(overrides: Mapping[str, Any]) -> dict:
    """Turn dotted keys into a nested mapping.

    Examples
    --------
    >>> nested({"targets.growth": 0.1, "language": "zh"})
    {'targets': {'growth': 0.1}, 'language': 'zh'}
    """
    tree: dict = {}
    for dotted, found in overrides.items():
        *parents, last = dotted.split(".")
        leaf: dict = {last: found}
        for parent in reversed(parents):
            leaf = {parent: leaf}
        tree = merge(tree, leaf)
    return tree


def load(
    config: str | Path,
    *,
    period: str = "",
    scope: Scope | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Settings:
    """Merge a company's parameter files and the command line into one typed model.

    Order, later wins: `company.yml`, `periods/<period>.yml`, `regions/<id>.yml`, `teams/<id>.yml` or
    `reps/<id>.yml`, then `overrides`. Files that are not there are passed over, except company.yml.

    Parameters
    ----------
    config : path
        The company.yml.
    period : str
        Period whose file is merged.
    scope : Scope
        Scope whose file is merged; the file is named like the scope's id.
    overrides : mapping
        Dotted keys, such as `targets.growth`, and their values.

    Returns
    -------
    Settings

    Raises
    ------
    SettingsError
        An unknown key (the nearest known one is named), a wrong type or a value out of range; or a
        key of the whole company, such as `sources`, in another file than company.yml.
    """
    path = Path(config)
    if path.is_dir():
        path = path / "company.yml"
    layers = [(str(path), read_yaml(path))]
    names = []
    if period:
        names.append(path.parent / "periods" / f"{_plain(period)}.yml")
    if scope is not None and scope.kind != "company":
        names.append(path.parent / f"{scope.kind}s" / f"{_plain(scope.id)}.yml")
    layers += [(str(name), read_yaml(name)) for name in names if _exists(name)]
    for origin, layer in layers[1:]:
        for key in _OF_THE_COMPANY:
            if key in layer:
                raise SettingsError(
                    f"{origin}: '{key}' holds for the whole company. Put it into {path}."
                )
    if overrides:
        layers.append(("command line", nested(overrides)))
    merged: dict = {}
    for origin, layer in layers:
        _known(layer, origin)
        merged = merge(merged, layer)
    merged.setdefault("company", path.resolve().parent.name)
    return validate(merged, origin=str(path), layers=layers)


def validate(
    found: Mapping, *, origin: str, layers: Sequence[tuple[str, Mapping]] = ()
) -> Settings:
    """Check a merged mapping against the model.

    Parameters
    ----------
    found : mapping
    origin : str
        What an error names.
    layers : sequence of (str, mapping)
        What was merged, later wins; an error then names the layer that holds the key.

    Raises
    ------
    SettingsError
        Naming origin, key, what was found and what is allowed.
    """
    try:
        return Settings.model_validate(dict(found))
    except ValidationError as error:
        told: dict[str, list[str]] = {}
        for at, sentence in _sentences(error):
            told.setdefault(_holder(at, layers) or origin, []).append(sentence)
        raise SettingsError(
            "; ".join(f"{file}: {'; '.join(sentences)}" for file, sentences in told.items())
        ) from None


def dump(settings: Settings) -> str:
    """Write settings as YAML that `load` reads back to the same model.

    Examples
    --------
    >>> one = Settings(company="007", data_dir="data")
    >>> validate(yaml.load(dump(one), Loader=_StringLoader), origin="dump") == one
    True
    """
    return yaml.safe_dump(
        settings.model_dump(mode="json", exclude_defaults=True), allow_unicode=True, sort_keys=True
    )


def root_of(config: str | Path) -> Path:
    """The folder that relative `data_dir`s start from.

    It is the folder that holds `parameters/`, where the company.yml lies within such a folder, and
    the company.yml's own folder otherwise.
    """
    path = Path(config).resolve()
    here = path if path.is_dir() else path.parent
    for parent in (here, *here.parents):
        if parent.name == "parameters":
            return parent.parent
    return here


def data_folder(config: str | Path, settings: Settings) -> Path:
    """The folder with the company's own files, as an absolute path."""
    return (root_of(config) / Path(settings.data_dir).expanduser()).resolve()


def _plain(name: str) -> str:
    return re.sub(r"[/\\\0]", "_", name)


def _exists(path: Path) -> bool:
    """Whether a file is there; there is none of a name that no file can have."""
    try:
        return path.exists()
    except OSError:
        return False


def _holder(at: tuple, layers: Sequence[tuple[str, Mapping]]) -> str:
    """The layer that holds the most of a key's path, of several the last one."""
    found, most = "", -1
    for origin, layer in layers:
        depth, below = 0, layer
        while depth < len(at) and isinstance(below, Mapping) and at[depth] in below:
            below, depth = below[at[depth]], depth + 1
        if depth and depth >= most:
            found, most = origin, depth
    return found


def _known(layer: Mapping, origin: str, model: type[BaseModel] = Settings, at: str = "") -> None:
    """Refuse unknown keys layer by layer, so that the error names the file that holds the key."""
    for key, found in layer.items():
        if key not in model.model_fields:
            raise SettingsError(
                f"{origin}: unknown key '{at}{key}'. {nearest(str(key), model.model_fields)}"
            )
        kind = model.model_fields[key].annotation
        if isinstance(found, Mapping) and isinstance(kind, type) and issubclass(kind, BaseModel):
            _known(found, origin, kind, f"{at}{key}.")


def _sentences(error: ValidationError) -> list[tuple[tuple, str]]:
    """What is wrong, each with the path of its key."""
    sentences = []
    for one in error.errors():
        at = tuple(part for part in one["loc"] if part != "[key]")
        where = ".".join(str(part) for part in at) or "the file"
        if one["type"] == "extra_forbidden":
            known = _fields_at(at[:-1])
            told = f"unknown key '{where}'. {nearest(str(at[-1]), known)}"
        elif one["type"] == "missing":
            told = f"the key '{where}' is missing"
        else:
            message = _PLAIN.get(one["type"], one["msg"].removeprefix("Value error, "))
            shown = "" if isinstance(one["input"], dict) else f", found '{one['input']}'"
            told = f"'{where}': {message}{shown}"
        sentences.append((at, told))
    return sentences


def _fields_at(parts: tuple) -> list[str]:
    models = {"sources": SourceSettings, "columns": ColumnSettings, "joins": JoinSettings}
    model: type[BaseModel] = Settings
    for part in parts:
        if part in models:
            model = models[part]
        elif part in model.model_fields:
            kind = model.model_fields[part].annotation
            model = kind if isinstance(kind, type) and issubclass(kind, BaseModel) else model
    return list(model.model_fields)
