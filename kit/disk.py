"""Files and folders as they are on the disk: hashes, whole files, and that they are really there."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

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


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """Write a file so that it is there whole, or as it was before.

    Parameters
    ----------
    path : Path
        Its folder is made where it is not there; the rights of a file that is there are kept.

    Yields
    ------
    file
        To write bytes to. Only when the block ends without an error does it take the path.

    Raises
    ------
    OSError
        Where the folder or the file cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "a.txt"
    ...     with whole(path) as file:
    ...         _ = file.write(b"kit")
    ...     path.read_bytes()
    b'kit'
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o644
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(number, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


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
