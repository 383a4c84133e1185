"""Files and folders as they are on the disk: their hashes, and that they are really there."""

from __future__ import annotations

import hashlib
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_AT_ONCE = 16  # files that are brought to the disk at a time


def sha256(path: Path) -> str:
    """The SHA-256 of a file's content.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "a.txt"
    ...     _ = path.write_bytes(b"kit")
    ...     sha256(path)[:8]
    'cbc8a597'
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: str | Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk and outlives a loss of power.

    On Windows, where what is opened for reading cannot be synced, nothing is waited for.
    """
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_all(folder: Path) -> None:
    """Wait until a folder with all files and folders below it is on the disk.

    Links are let be, and so is whatever is no ordinary file: opening a pipe waits for its other end.
    """
    found = [one for root, _, files in os.walk(folder) for one in
             (root, *(os.path.join(root, name) for name in files))]  # fmt: skip
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(sync, filter(_ordinary, found)))


def _ordinary(path: str) -> bool:
    mode = os.lstat(path).st_mode
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)
