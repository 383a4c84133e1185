"""What the machine has: cores and memory that this process may use."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import joblib
import psutil

SHARE = 768 * 2**20  # bytes that one scope at work needs, its kernel and its part of the batch
_A_CORE = 1.5  # scopes at work for each core: now and then one waits for the disk or for an answer
_KEPT = 0.1  # share of the memory that is left to others
_CGROUP = Path("/sys/fs/cgroup")
_LIMITS = ("memory.max", "memory/memory.limit_in_bytes")
_USES = ("memory.current", "memory/memory.usage_in_bytes")


def cores() -> int:
    """How many cores this process may use, by affinity and by the container's quota."""
    return joblib.cpu_count()


def memory(cgroup: Path = _CGROUP) -> int:
    """Bytes of memory that are free for this process, by the machine and by the container's limit.

    Parameters
    ----------
    cgroup : Path
        Where the container's limits are told, of either version.
    """
    free = psutil.virtual_memory().available
    for limit, use in zip(_LIMITS, _USES, strict=True):
        with suppress(OSError, ValueError):  # none, or "max"
            allowed = int((cgroup / limit).read_text())
            free = min(free, allowed - int((cgroup / use).read_text()))
    return max(free, 0)


def jobs(asked: int = 0, *, free: int | None = None, found: int | None = None) -> int:
    """How many scopes to run at a time.

    Parameters
    ----------
    asked : int
        0: as many as cores and memory allow.
    free, found : int, optional
        Bytes and cores; the machine's where left out.

    Examples
    --------
    >>> jobs(free=64 * 2**30, found=8), jobs(free=2 * 2**30, found=8), jobs(3, free=0, found=1)
    (12, 2, 3)
    """
    if asked:
        return asked
    room = (memory() if free is None else free) * (1 - _KEPT)
    cores_found = cores() if found is None else found
    return max(1, min(int(cores_found * _A_CORE), int(room // SHARE)))


def allowance(jobs: int, *, free: int | None = None) -> int:
    """Bytes that each notebook may hold where so many scopes run at a time.

    Examples
    --------
    >>> allowance(4, free=10 * 2**30) == int(0.9 * 10 * 2**30) // 4
    True
    """
    room = (memory() if free is None else free) * (1 - _KEPT)
    return int(room) // jobs
