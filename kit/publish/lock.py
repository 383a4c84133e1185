"""One batch at a time in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from kit.errors import BatchError


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a lock that ends with this process, however it ends.

    Parameters
    ----------
    path : Path
        The lock's file; it stays, and means nothing by itself.

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
        raise BatchError(
            f"{path.parents[1]}: another batch is running there; 'kit status' tells of it. "
            "Wait for its end, or give another folder with --out."
        ) from None
    except OSError as error:
        raise BatchError(f"{path}: cannot be written ({error.strerror}).") from None
    try:
        yield
    finally:
        lock.release()
