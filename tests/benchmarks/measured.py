"""Wall time, CPU time and memory of a command with all processes that it starts."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

import psutil

_BECOME_SUBREAPER = 36  # prctl: what outlives its parent becomes this process's child
_STEP = 1.0


@dataclass(frozen=True)
class Measured:
    """Seconds on the clock, seconds of all processes on the cores, and the most memory at once."""

    wall: float
    cpu: float
    peak: int
    output: str


def run(command: list[str], **options) -> Measured:
    """Run a command to its end, its orphans too, and measure it.

    The memory is the sum of the proportional set sizes: pages that forked processes share count
    once. It is looked at once a second, as looking holds up the processes that are looked at.
    """
    ctypes.CDLL(None).prctl(_BECOME_SUBREAPER, 1)
    before = _cpu()
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               text=True, **options)  # fmt: skip
    over, peak = threading.Event(), [0]
    look = threading.Thread(target=_look, args=(over, peak), daemon=True)
    look.start()
    output = process.communicate()[0]
    wall = time.perf_counter() - began
    with suppress(ChildProcessError):
        while True:
            os.wait()
    over.set()
    look.join()
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{output}")
    return Measured(wall, _cpu() - before, peak[0], output)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _look(over: threading.Event, peak: list[int]) -> None:
    while not over.wait(_STEP):
        total = 0
        for one in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                total += one.memory_full_info().pss
        peak[0] = max(peak[0], total)
