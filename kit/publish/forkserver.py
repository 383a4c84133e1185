"""The warm server: a process that has imported everything once, from which kernels are forked."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from contextlib import contextmanager
from multiprocessing.connection import wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Any

from kit.publish.forked import become_kernel

ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # the kernel's debugger must not warn on stderr
    "OMP_NUM_THREADS": "1",  # several kernels share the cores
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",  # a process with threads is not forked
}
_METHOD = "forkserver"
_PRELOAD = ["kit.publish.preload"]
_LOCK = threading.RLock()  # multiprocessing keeps one list of children for all threads


class ForkedKernel:
    """A forked kernel's process, with as much of `subprocess.Popen` as Jupyter's managers use.

    Parameters
    ----------
    process : multiprocessing.Process
        Started, by the method `forkserver`.
    """

    stdin = stdout = stderr = None

    def __init__(self, process: BaseProcess) -> None:
        self._process = process
        self.pid = process.pid

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        with _LOCK:
            return self._process.exitcode

    def wait(self) -> int | None:
        """Wait for its end and return the exit code."""
        wait([self._process.sentinel])
        return self.poll()

    def send_signal(self, signum: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, signum)


def available() -> bool:
    """Whether kernels can be forked: not on Windows, nor on macOS, whose libraries forbid it."""
    return _METHOD in multiprocessing.get_all_start_methods() and sys.platform != "darwin"


def launch() -> None:
    """Start the server, if it does not run, without waiting until it has imported everything.

    Raises
    ------
    OSError
        Where the machine refuses the process.
    """
    from multiprocessing.forkserver import ensure_running  # not there on Windows

    with _LOCK, _environment():
        _context()
        ensure_running()


def fork(arguments: list[str], *, folder: str, environment: dict[str, str]) -> Any:
    """Fork a kernel; see `kit.publish.forked.become_kernel`.

    Returns
    -------
    tuple of ForkedKernel and Connection
        The connection gets one message when the kernel can be connected to; it ends without one
        where the kernel could not start.
    """
    with _LOCK, _environment():
        context = _context()
        told, tell = context.Pipe(duplex=False)
        process = context.Process(
            target=become_kernel,
            args=(arguments,),
            kwargs={"folder": folder, "environment": environment, "ready": tell},
            daemon=True,
        )
        process.start()
        tell.close()
    return ForkedKernel(process), told


def _context() -> BaseContext:
    context = multiprocessing.get_context(_METHOD)
    context.set_forkserver_preload(_PRELOAD)
    return context


@contextmanager
def _environment():
    """The environment that the server must be started with: it sets what imports read."""
    before = {name: os.environ.get(name) for name in ENVIRONMENT}
    os.environ.update(ENVIRONMENT)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
