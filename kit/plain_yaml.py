"""Plain YAML: every scalar stays text, a key stands once, and an error says where it is."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from kit.errors import SettingsError

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?")  # 007 is a name


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


class _PlainDumper(yaml.SafeDumper):
    """Writes a text that is a number without quotes, as a person would."""


def _text(dumper: _PlainDumper, found: str) -> yaml.ScalarNode:
    tag = dumper.resolve(yaml.ScalarNode, found, (True, False))
    plain = tag.endswith((":int", ":float")) and _NUMBER.fullmatch(found)
    return dumper.represent_scalar(tag, found) if plain else dumper.represent_str(found)


_PlainDumper.add_representer(str, _text)


def read_yaml(path: Path) -> dict:
    """Read a YAML file of parameters, every scalar as text.

    Raises
    ------
    SettingsError
        Where the file is missing, is not UTF-8, is not YAML or holds no mapping.
    """
    try:
        found = parse(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise SettingsError(f"{path}: no such file. Give the path of a company.yml.") from None
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"{path}: byte {error.start} is not UTF-8. Save the file as UTF-8."
        ) from None
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
def parse(text: str) -> Any:
    """What a YAML text holds, parsed once a text however often its file is read; not to be changed.

    Examples
    --------
    >>> parse("rep: 007")
    {'rep': '007'}
    """
    return yaml.load(text, Loader=_StringLoader)


def written(found: Any) -> str:
    """A mapping as YAML that `parse` reads back to the same texts; numbers stand without quotes.

    Examples
    --------
    >>> written({"targets": {"growth": "0.12", "reserve": 0.05, "objective": "007"}}).split("\\n")
    ['targets:', '  growth: 0.12', '  reserve: 0.05', "  objective: '007'", '']
    """
    return yaml.dump(found, Dumper=_PlainDumper, allow_unicode=True, sort_keys=False)


def _fault(error: yaml.YAMLError) -> str:
    """Where a YAML file is wrong, and what is wrong there."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return f"{' '.join(str(error).split())}."
    advice = " Indent with spaces." if "'\\t'" in error.problem else ""
    return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}.{advice}"
