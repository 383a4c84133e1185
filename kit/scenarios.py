"""Scenarios: named sets of parameters that stand beside what was decided, one file each."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kit.errors import BatchError, SettingsError, nearest
from kit.plain_yaml import read_yaml
from kit.scope import safe_name

FOLDER, _ENDING = "scenarios", ".yml"
_ABOUT = ("title", "note")  # what a scenario's file says of itself; all else is parameters


@dataclass(frozen=True)
class Scenario:
    """A named set of parameters.

    Parameters
    ----------
    name : str
        Name of the file without `.yml`.
    title, note : str
        What the file says of itself, for the eye; the title is the name where the file has none.
    path : Path
    """

    name: str
    title: str
    note: str
    path: Path


def scenarios(config: str | Path) -> tuple[Scenario, ...]:
    """The scenarios of a company, by name.

    Parameters
    ----------
    config : path
        The company.yml or its folder; the scenarios lie in `scenarios/` beside it.

    Returns
    -------
    tuple of Scenario
        Empty where there is no such folder.

    Raises
    ------
    SettingsError
        Where a file is no YAML, or its title or note is no text.
    """
    folder = _folder(config)
    return tuple(_about(folder / f"{name}{_ENDING}") for name in _names(folder))


def find(config: str | Path, name: str) -> Scenario:
    """One scenario by its name.

    Raises
    ------
    SettingsError
        Where there is none of the name; the nearest one is told. And as `scenarios`.
    """
    folder = _folder(config)
    known = _names(folder)
    if name not in known:
        raise SettingsError(f"{folder}: there is no scenario '{name}'. {nearest(name, known)}")
    return _about(folder / f"{name}{_ENDING}")


def content(scenario: Scenario) -> dict:
    """The parameters that a scenario sets, as its file has them."""
    found = read_yaml(scenario.path)
    return {key: one for key, one in found.items() if key not in _ABOUT}


def path_of(config: str | Path, title: str) -> Path:
    """The file that a scenario of this title is written to.

    The file's name is the title as far as a file can be called so; see `kit.scope.safe_name`.

    Raises
    ------
    SettingsError
        Where the title is empty.

    Examples
    --------
    >>> path_of("parameters/acme/company.yml", "stretch").as_posix()
    'parameters/acme/scenarios/stretch.yml'
    """
    if not title.strip():
        raise SettingsError("The scenario has no name. Type one, such as stretch.")
    return _folder(config) / f"{safe_name(title.strip())}{_ENDING}"


def save(
    config: str | Path,
    title: str,
    *,
    changes: Mapping[str, Any],
    note: str = "",
    replace: bool = False,
) -> Scenario:
    """Write a scenario's file, whole or not at all.

    Parameters
    ----------
    config : path
    title : str
        Names the scenario and, made safe, its file.
    changes : mapping
        The parameters it sets, nested as in a file.
    note : str
        What it stands for.
    replace : bool
        Whether a file that is there may be replaced.

    Returns
    -------
    Scenario

    Raises
    ------
    SettingsError
        Where the title is empty, or the file is there and may not be replaced.
    BatchError
        Where the file cannot be written; it is then as it was.
    """
    path = path_of(config, title)
    about = {"title": title.strip()} | ({"note": note.strip()} if note.strip() else {})
    text = yaml.safe_dump({**about, **changes}, allow_unicode=True, sort_keys=False)
    part = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with open(number, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(part, 0o644)
        if not replace:
            path.open("x").close()  # takes the name, or fails where it is taken
        os.replace(part, path)
        part = None
    except FileExistsError:
        raise SettingsError(
            f"{path}: there is such a scenario already. Allow it to be replaced, or take another "
            "name."
        ) from None
    except OSError as error:
        raise BatchError(f"{path}: the scenario cannot be written ({error.strerror}).") from None
    finally:
        if part:
            Path(part).unlink(missing_ok=True)
    return _about(path)


def _folder(config: str | Path) -> Path:
    path = Path(config)
    return (path if path.is_dir() else path.parent) / FOLDER


def _names(folder: Path) -> list[str]:
    found = folder.glob(f"*{_ENDING}") if folder.is_dir() else ()
    return sorted(one.stem for one in found if not one.name.startswith("."))


def _about(path: Path) -> Scenario:
    found = read_yaml(path)
    for key in _ABOUT:
        if not isinstance(found.get(key, ""), str):
            raise SettingsError(f"{path}: '{key}' is no plain text. Write it on one line.")
    title = found.get("title") or path.stem
    return Scenario(path.stem, title, found.get("note", ""), path)
