"""Where owners are reached: a YAML file outside git that names them, and never tells its secrets."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kit.errors import SettingsError, nearest
from kit.plain_yaml import read_yaml

FILE = "addresses.yml"
_ROLES = ("rep", "team_lead", "regional_manager", "executive", "analyst")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SECRET = ("://", "@", "${")  # what no owner has and an address may have
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*(?=://)")


@dataclass(frozen=True)
class Address:
    """One address of an owner.

    Parameters
    ----------
    owner : str
    number : int
        Its place in the owner's list, from 1.
    url : str
        For apprise; secret, and so no part of what `repr` shows.
    lacking : tuple of str
        Names of environment variables that it asks for and that are not set.
    """

    owner: str
    number: int
    url: str = field(repr=False)
    lacking: tuple[str, ...] = ()

    @property
    def masked(self) -> str:
        """What may be shown of it: how it is sent, and nothing of whom or with what.

        Examples
        --------
        >>> Address("rep:R1", 1, "slack://token/secret/more").masked
        'slack://…'
        """
        found = _SCHEME.match(self.url)
        return f"{found[0]}://…" if found else "?"


def read(path: Path, *, environment: Mapping[str, str] | None = None) -> dict[str, list[Address]]:
    """Read the addresses of owners.

    Parameters
    ----------
    path : Path
        YAML: each owner with one apprise URL or a list of them. Owners are written as the alerts
        write them: `rep:R002`, `team_lead:East-1`, `regional_manager:East`, `executive`, `analyst`.
        `${NAME}` stands for an environment variable.
    environment : mapping, optional
        The process's where left out.

    Returns
    -------
    dict of owner to list of Address
        An address whose variable is not set is handed back with what it lacks.

    Raises
    ------
    SettingsError
        Where the file is missing or is no such mapping. Its values are never quoted.
    """
    known = os.environ if environment is None else environment
    if not path.is_file():
        raise SettingsError(
            f"{path}: no such file. Write there, for each owner, where to send to, such as "
            "'executive: mailto://user:${MAIL_PASSWORD}@example.com', or name another file with "
            "--addresses. Keep it out of git."
        )
    try:
        found = read_yaml(path)
    except SettingsError as error:
        where = re.search(r"line (\d+)", str(error))
        line = f", line {where[1]}" if where else ""
        raise SettingsError(
            f"{path}{line}: is no mapping of owners to addresses in YAML. Put addresses in quotes."
        ) from None
    return {owner: _addresses(path, owner, some, known) for owner, some in found.items()}


def _addresses(path: Path, owner: str, some: object, known: Mapping[str, str]) -> list[Address]:
    role = owner.partition(":")[0]
    if any(mark in owner for mark in _SECRET):  # never quoted: it may be an address
        raise SettingsError(
            f"{path}: one of the owners looks like an address. Write the owner first and the "
            "address after the colon, as executive: 'mailto://…'."
        )
    if role not in _ROLES:
        raise SettingsError(
            f"{path}: '{owner}' is no owner of alerts. {nearest(role, _ROLES)} "
            "Write rep:R002, team_lead:East-1, regional_manager:East, executive or analyst."
        )
    urls = [some] if isinstance(some, str) else some
    if not isinstance(urls, list) or not all(isinstance(one, str) and one for one in urls):
        raise SettingsError(f"{path}: {owner} needs one address, or a list of them.")
    found = []
    for number, url in enumerate(urls, start=1):
        lacking = tuple(name for name in _VARIABLE.findall(url) if not known.get(name))
        filled = _VARIABLE.sub(lambda match: known.get(match[1], ""), url)
        found.append(Address(owner, number, filled, lacking))
    return found
