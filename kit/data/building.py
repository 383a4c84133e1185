"""The folder in which something is built: locked while its builder lives, whole or gone after."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import duckdb

from kit.data.sql import first_line
from kit.disk import sync
from kit.errors import SourceError

_PREFIX, _LOCK = ".building-", "lock"
_YOUNG = 60.0  # seconds in which a folder may not be locked yet
_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextlib.contextmanager
def building(parent: Path) -> Iterator[Path]:
    """A new folder beside the place of what is built; it is removed at the end.

    What killed builders left there is removed first: the lock of a builder goes with its process.

    Raises
    ------
    SourceError
        Where the folder cannot be made, or the disk is full while it is used.
    """
    made = [one for one in (parent, *parent.parents[:2]) if not one.exists()]
    with told(parent):
        try:
            parent.mkdir(parents=True, exist_ok=True)
            sweep(parent)
            work = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
            try:
                with (work / f"{_LOCK}.new").open("w") as file:
                    locked(file)
                    os.rename(file.name, work / _LOCK)  # held before another can see it
                    yield work
            finally:
                shutil.rmtree(work, ignore_errors=True)
        finally:
            for one in made:  # what a failed build leaves empty
                with contextlib.suppress(OSError):
                    one.rmdir()


def sweep(parent: Path) -> None:
    """Remove the folders of builders that are no more."""
    for one in parent.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if not (one / _LOCK).exists():
                if time.time() - one.stat().st_mtime < _YOUNG:
                    continue
            else:
                with (one / _LOCK).open("r+") as file:
                    if not locked(file):
                        continue
            shutil.rmtree(one, ignore_errors=True)


def locked(file: IO, *, shared: bool = False) -> bool:
    """Lock an open file for this process, for as long as it is open; False where another has it.

    Where the system has no such locks, as on Windows, nothing is locked and the answer is False.
    """
    try:
        import fcntl
    except ImportError:
        return False
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def move(built: Path, final: Path) -> None:
    """Move a finished folder to its place and bring that to the disk."""
    os.rename(built, final)
    sync(final.parent)


@contextlib.contextmanager
def told(folder: Path) -> Iterator[None]:
    """Say what cannot be written, and where, in place of the system's or DuckDB's words."""
    try:
        yield
    except OSError as error:
        found = error.strerror or str(error)
        other = error.filename if isinstance(error.filename, str | Path) else ""
        if other and folder not in (Path(other), *Path(other).parents):
            raise SourceError(f"{other}: cannot be used ({found}).") from None
        raise SourceError(_sentence(folder, found, error.errno)) from None
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        found = first_line(error)
        if "space" in found or "max_temp_directory_size" in found:
            raise SourceError(_sentence(folder, "no space is left", errno.ENOSPC)) from None
        if isinstance(error, duckdb.OutOfMemoryException):
            raise SourceError(
                f"The snapshot needs more memory than it may use ({found}). One rep with very many "
                "lines can be the reason; split the rep's lines, or leave out old files."
            ) from None
        raise SourceError(_sentence(folder, found, None)) from None


def _sentence(folder: Path, found: str, number: int | None) -> str:
    if number in _FULL:
        return (
            f"{folder}: the disk is full ({found}). Make room there, or name another folder for out."
        )
    return f"{folder}: cannot be written ({found}). Name another folder for out."
