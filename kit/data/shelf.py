"""The shelf: stages of the company's files, kept beside the snapshots until the files change."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from kit.data import sealed
from kit.data.building import locked
from kit.data.stage import Stage, hashes
from kit.errors import SourceError

_FORMAT = 4  # raise it whenever a stage of the same file would be another
_FACTS, _LOCK = "stage.json", "lock"


class Shelf:
    """A folder with a folder for each stage, named by all that the stage depends on.

    Parameters
    ----------
    folder : Path
        Made when the first stages are kept.
    work_folder : Path
        Where new stages are made.
    digest : callable
        Gives the SHA-256 of one of the company's files.
    """

    def __init__(self, folder: Path, *, work_folder: Path, digest: Callable[[Path], str]):
        self._folder, self._work, self._digest = folder, work_folder, digest
        self._used: dict[str, Path | None] = {}  # where a new stage lies
        self._lock = None
        if folder.is_dir():
            self._lock = (folder / _LOCK).open("a")
            locked(self._lock, shared=True)

    def stage(
        self, told: dict[str, Any], files: Sequence[Path], make: Callable[[Path], Stage]
    ) -> Stage:
        """The stage that is there, or a new one.

        Parameters
        ----------
        told : dict
            The settings on which the stage depends, as JSON.
        files : sequence of Path
            The file, and the lookups joined to it.
        make : callable
            Makes a stage in a folder.

        Notes
        -----
        The content of the files decides, never their dates. A stage is believed only where its own
        files have the hashes that were written down; else it is made again.
        """
        told = {
            **told, "format": _FORMAT, "duckdb": duckdb.__version__,
            "files": [[one.suffix.casefold(), self._digest(one)] for one in files],
        }  # fmt: skip
        text = json.dumps(told, sort_keys=True, ensure_ascii=True)
        key = hashlib.sha256(text.encode("ascii")).hexdigest()[:32]
        place = self._used.get(key) or self._folder / key
        found = _read(place)
        if found is None:
            place = self._used[key] = self._work / key
            place.mkdir()
            found = make(place)
            _write(place, found)
        self._used.setdefault(key, None)
        return found

    def keep(self) -> None:
        """Put new stages on the shelf and remove those that were not asked for."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for key, made in self._used.items():
            if made is not None and _read(self._folder / key) is None:
                shutil.rmtree(self._folder / key, ignore_errors=True)
                os.rename(made, self._folder / key)
        if self._lock is None:
            self._lock = (self._folder / _LOCK).open("a")
        if locked(self._lock):  # no other builder reads there
            for one in self._folder.iterdir():
                if one.is_dir() and one.name not in self._used:
                    shutil.rmtree(one, ignore_errors=True)

    def close(self) -> None:
        """Let other builders tidy the shelf."""
        if self._lock is not None:
            self._lock.close()


def _write(folder: Path, made: Stage) -> None:
    facts = {
        "first": made.first, "plain_rows": made.plain_rows, "odd_rows": made.odd_rows,
        "odd": made.odd is not None, "sha256": list(made.sha256),
    }  # fmt: skip
    sealed.write(folder / _FACTS, facts)


def _read(folder: Path) -> Stage | None:
    """The stage in a folder, if it is there and is what was written."""
    try:
        facts, _ = sealed.read(folder / _FACTS)
        found = Stage(
            folder / "rows.parquet",
            folder / "odd.parquet" if facts["odd"] else None,
            facts["first"], facts["plain_rows"], facts["odd_rows"], tuple(facts["sha256"]),
        )  # fmt: skip
        return found if hashes(found.rows, found.odd) == found.sha256 else None
    except (OSError, SourceError):
        return None
