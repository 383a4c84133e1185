"""Scenarios: named sets of parameters that stand beside what was decided, one file each."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kit.errors import BatchError, SettingsError, nearest
from kit.plain_yaml import read_yaml, written
from kit.scenario_file import ABOUT, Scenario, about, told
from kit.scope import safe_name
from kit.settings import Settings, TargetSettings

FOLDER, SHOWN = "scenarios", 12  # how many a packet shows; the others are counted
_ENDING, _MORE = ".yml", ".more.yml"  # the latter says how many were left out of a copied folder
_FIXED = ("file",)  # of the targets' parameters: where decisions are kept is no part of a plan
_LISTED = 12  # names that an error lists


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

    Notes
    -----
    A file that cannot be read, or whose title or note is no text, has its `fault` said and costs
    no other scenario anything.
    """
    folder = _folder(config)
    return tuple(told(folder / f"{name}{_ENDING}") for name in _names(folder))


def shown(config: str | Path, *, chosen: str = "") -> tuple[tuple[Scenario, ...], int]:
    """The scenarios that a packet shows, and how many it leaves out.

    Parameters
    ----------
    config : path
    chosen : str
        Name of the one that the packet is made under, which is always among them.

    Returns
    -------
    tuple of (tuple of Scenario, int)
        The chosen one and the others that are no drafts, `SHOWN` in all at the most, by name; and
        how many are beyond that, drafts not counted.
    """
    found = [one for one in scenarios(config) if one.name == chosen or not one.draft]
    first = sorted(found, key=lambda one: one.name != chosen)[:SHOWN]
    left = _folder(config) / _MORE
    before = read_yaml(left).get("more", "") if left.is_file() else ""
    beyond = len(found) - len(first) + (int(before) if str(before).isdecimal() else 0)
    return tuple(sorted(first, key=lambda one: one.name)), beyond


def find(config: str | Path, name: str) -> Scenario:
    """One scenario by the name of its file or, where no file is called so, by its exact title.

    Raises
    ------
    SettingsError
        Where there is none, or several have this title: names and titles are told. And where the
        file cannot be read, or its title or note is no text.
    """
    folder = _folder(config)
    names = _names(folder)
    if name in names:
        return _required(about(folder / f"{name}{_ENDING}"))
    known = scenarios(config)
    titled = [one for one in known if one.title == name]
    if len(titled) == 1:
        return _required(titled[0])
    if titled:
        first = ", ".join(one.name for one in titled[:_LISTED])
        raise SettingsError(
            f"{folder}: {len(titled)} scenarios have the title '{name}': {first}. Give one name."
        )
    near = nearest(name, dict.fromkeys([*names, *(one.title for one in known)]), show=0)
    hint = f" {near}" if near.startswith("Did") else ""
    raise SettingsError(f"{folder}: there is no scenario '{name}'.{hint} {_listing(known)}")


def content(scenario: Scenario) -> dict:
    """The parameters that a scenario sets, as its file has them.

    Raises
    ------
    SettingsError
        Where it sets what no plan may vary, such as the company's data: naming file and key. Keys
        that the kit does not know are left to `kit.parameters`.
    """
    found = {key: one for key, one in read_yaml(scenario.path).items() if key not in ABOUT}
    targets = found.get("targets")
    inner = targets if isinstance(targets, Mapping) else {}
    wrong = [key for key in found if key in Settings.model_fields and key != "targets"]
    wrong += [f"targets.{key}" for key in inner if key in _FIXED]
    if wrong:
        allowed = ", ".join(key for key in TargetSettings.model_fields if key not in _FIXED)
        raise SettingsError(
            f"{scenario.path}: a scenario may not set '{wrong[0]}'. It may set title, note, draft "
            f"and, below targets: {allowed}."
        )
    return found


def varied(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Of nested parameters those that a scenario may set.

    Examples
    --------
    >>> varied({"data_dir": "x", "targets": {"growth": 0.1, "file": "y"}})
    {'targets': {'growth': 0.1}}
    """
    targets = tree.get("targets")
    if not isinstance(targets, Mapping):
        return {}
    kept = {key: one for key, one in targets.items() if key not in _FIXED}
    return {"targets": kept} if kept else {}


def left_out(count: int) -> tuple[str, str]:
    """Name and content of the file that says how many scenarios a copied folder leaves out."""
    return _MORE, written({"more": count})


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
    draft: bool = True,
) -> Scenario:
    """Write a scenario's file, whole or not at all.

    It is a draft, which packets leave out, until somebody takes the line `draft: true` out of its
    file. One that replaces a scenario that is no draft is none either.

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
    draft : bool
        False: packets show it at once.

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
    head: dict[str, Any] = {"title": title.strip()}
    head |= {"note": note.strip()} if note.strip() else {}
    before = told(path) if replace and path.is_file() else None
    if draft and (before is None or before.draft or before.fault):
        head["draft"] = True
    text = written({**head, **changes})
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
    return about(path)


def _folder(config: str | Path) -> Path:
    path = Path(config)
    return (path if path.is_dir() else path.parent) / FOLDER


def _names(folder: Path) -> list[str]:
    found = folder.glob(f"*{_ENDING}") if folder.is_dir() else ()
    return sorted(one.stem for one in found if not one.name.startswith("."))


def _required(scenario: Scenario) -> Scenario:
    if scenario.fault:
        raise SettingsError(scenario.fault)
    return scenario


def _listing(known: tuple[Scenario, ...]) -> str:
    """Names and titles, as many as an error can bear."""
    if not known:
        return "There is none."
    pairs = [one.name if one.title == one.name else f"{one.name} ({one.title})" for one in known]
    rest = len(pairs) - _LISTED
    more = f" and {rest} more" if rest > 0 else ""
    return f"Names and titles: {', '.join(pairs[:_LISTED])}{more}."
