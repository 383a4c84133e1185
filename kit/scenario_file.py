"""One scenario's file: what it says of itself, or what is wrong with it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from kit.errors import KitError, SettingsError
from kit.plain_yaml import read_yaml

ABOUT = ("title", "note", "draft", "fault")  # what a file says of itself; all else is parameters
_TEXTS = ("title", "note", "fault")


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
    draft : bool
        A trial: packets leave it out unless it is the one that was chosen.
    fault : str
        What is wrong with the file, in one line; empty where it can be read.
    """

    name: str
    title: str
    note: str
    path: Path
    draft: bool = False
    fault: str = ""


def about(path: Path) -> Scenario:
    """Read what a file says of itself.

    Raises
    ------
    SettingsError
        Where it cannot be read, or its title or note is no text, or draft neither true nor false.
    """
    found = read_yaml(path)
    for key in _TEXTS:
        if not isinstance(found.get(key, ""), str):
            raise SettingsError(f"{path}: '{key}' is no plain text. Write it on one line.")
    draft = found.get("draft", "false")
    if draft not in ("true", "false"):
        raise SettingsError(f"{path}: 'draft' is '{draft}'. Write true or false.")
    title = found.get("title") or path.stem
    return Scenario(
        path.stem, title, found.get("note", ""), path, draft == "true", found.get("fault", "")
    )


def told(path: Path) -> Scenario:
    """What a file says of itself; where it cannot be read, its `fault` says why."""
    try:
        return about(path)
    except KitError as error:
        return Scenario(path.stem, path.stem, "", path, fault=short(error, path))


def short(error: Exception, path: Path) -> str:
    """What is wrong, on one line, without the folder that a scenario's file lies in.

    A packet that shows it is then the same wherever it was made.

    Examples
    --------
    >>> short(SettingsError("/home/ann/scenarios/bold.yml: too\\nbold"),
    ...       Path("/home/ann/scenarios/bold.yml"))
    'bold.yml: too bold'
    """
    return " ".join(str(error).replace(f"{path.parent}{os.sep}", "").split())
