"""One batch, or one round of digests, at a time in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from kit.errors import BatchError

BUSY = (
    "another batch is running there; 'kit status' tells of it. Wait for its end, or give another "
    "folder with --out."
)


@contextmanager
def held(path: Path, *, busy: str = BUSY) -> Iterator[None]:
    """Hold a lock that ends with this process, however it ends.

    Parameters
    ----------
    path : Path
        The lock's file; it stays, and means nothing by itself.
    busy : str
        What is said where another process holds it.

    Raises
    ------
    BatchError
        Where another process holds it, or the file cannot be made.
    """
    lock = FileLock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise BatchError(f"{path.parents[1]}: {busy}") from None
    except OSError as error:
        raise BatchError(f"{path}: cannot be written ({error.strerror}).") from None
    try:
        yield
    finally:
        lock.release()
