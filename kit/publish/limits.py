"""How long a notebook may run and how much memory it may hold."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import psutil

SECONDS = 600.0  # far more than a notebook needs, far less than a night
_STEP = 0.1  # seconds between two looks at a kernel


@dataclass(frozen=True)
class Limits:
    """What one notebook may take.

    Parameters
    ----------
    seconds : float
        From its first cell to its last; 0: no limit.
    memory : int
        Bytes resident in its kernel; 0: no limit.
    """

    seconds: float = SECONDS
    memory: int = 0


DEFAULT = Limits()


class Watch:
    """Looks at a kernel again and again, and kills it when it holds too much or is to be stopped.

    Parameters
    ----------
    pid : int
    memory : int
        Bytes; 0: no limit.
    stopped : callable
        Whether the kernel is to be stopped.

    Notes
    -----
    Resident memory is looked at ten times a second: what a process takes and gives back in between
    is not seen, nor is what processes hold that it starts. An operating system's limit on address
    space would be exact, but it counts what libraries reserve and never use.
    """

    def __init__(self, pid: int, *, memory: int, stopped: Callable[[], bool]) -> None:
        self._pid = pid
        self._memory = memory
        self._stopped = stopped
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="watch", daemon=True)
        self.peak = 0
        self.exceeded = False

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_why: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        try:
            kernel = psutil.Process(self._pid)
            while not self._over.wait(_STEP):
                self.peak = max(self.peak, kernel.memory_info().rss)
                self.exceeded = bool(self._memory) and self.peak > self._memory
                if self.exceeded or self._stopped():
                    kernel.kill()
                    return
        except psutil.Error:
            return  # it has ended


def readable(amount: float) -> str:
    """Bytes for the eye.

    Examples
    --------
    >>> readable(2.5 * 2**30), readable(300 * 2**20)
    ('2.5 GB', '300 MB')
    """
    if amount >= 2**30:
        return f"{amount / 2**30:.1f} GB"
    return f"{amount / 2**20:.0f} MB"
