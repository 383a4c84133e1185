"""How a notebook's kernel is managed and spoken to: at once, over private sockets, with limits."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from queue import Empty
from typing import Any

import psutil
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from traitlets import default

from kit.publish.limits import Limits, Watch

OUTPUT = 32 * 2**20  # characters that a notebook's cells may show and print
_STEP = 0.1  # seconds until a kernel that has not answered is asked again
_FOREVER = 10**6  # seconds


class PromptClient(AsyncKernelClient):
    """Jupyter's client, but it asks for readiness often and goes on as soon as it is answered."""

    def start_channels(
        self, shell: bool = True, iopub: bool = True, stdin: bool = True, hb: bool = False,
        control: bool = True,
    ) -> None:  # fmt: skip
        """Start the channels; no heartbeat, as the manager knows whether the kernel lives."""
        super().start_channels(shell=shell, iopub=iopub, stdin=stdin, hb=hb, control=control)

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers, and what it says of it is heard.

        Raises
        ------
        RuntimeError
            Where the kernel has died, or does not answer in time.
        """
        end = time.monotonic() + (timeout or float("inf"))
        while not await self._answers(self.kernel_info()):
            if not await self.is_alive():
                raise RuntimeError("the kernel died before it was ready")
            if time.monotonic() > end:
                raise RuntimeError(f"the kernel was not ready within {timeout:g} s")

    async def _answers(self, asked: str) -> bool:
        """Whether the reply to a request and the end of its being handled are heard soon."""
        try:
            while True:
                reply = await self.get_shell_msg(timeout=_STEP)
                if reply["parent_header"].get("msg_id") == asked:
                    break
            while True:
                told = await self.get_iopub_msg(timeout=_STEP)
                idle = told["content"].get("execution_state") == "idle"
                if idle and told["parent_header"].get("msg_id") == asked:
                    break
        except Empty:
            return False
        self._handle_kernel_info_reply(reply)
        return True


class PrivateManager(AsyncKernelManager):
    """Jupyter's manager of a kernel, over sockets that only this user can reach."""

    @default("client_factory")
    def _prompt(self) -> type:
        return PromptClient

    @default("transport")
    def _private(self) -> str:
        return "ipc" if os.name == "posix" else "tcp"


class LimitedClient(PapermillNotebookClient):
    """Papermill's client with limits of time and memory over the whole notebook.

    Parameters
    ----------
    nb_man : NotebookExecutionManager
    limits : Limits
    stopped : callable
        Asked again and again whether the notebook is to be stopped.
    **options
        Of nbclient.
    """

    def __init__(
        self, nb_man: Any, *, limits: Limits, stopped: Callable[[], bool], **options: Any
    ) -> None:
        super().__init__(
            nb_man,
            kernel_manager_class=PrivateManager,
            shutdown_kernel="immediate",  # nothing in it is needed any more
            store_widget_state=False,
            record_timing=False,
            timeout_func=lambda cell: self._seconds_left(),
            **options,
        )
        self.iopub_timeout = int(limits.seconds) or _FOREVER
        self._limits = limits
        self._told = 0
        self._stopped = stopped
        self._began = 0.0
        self.watch: Watch | None = None
        self.exit_code: int | None = None

    def papermill_execute_cells(self) -> None:
        """Execute the cells within the limits; keeps the kernel's exit code if it ends."""
        kernel = self.km.provisioner.process
        self._began = time.monotonic()
        try:
            with Watch(
                kernel.pid, memory=self._limits.memory, stopped=self._stopped
            ) as self.watch:
                super().papermill_execute_cells()
        finally:
            self.exit_code = kernel.poll()
            _end(kernel.pid)

    def process_message(self, msg: dict, cell: NotebookNode, cell_index: int) -> Any:
        """Take what the kernel tells; one that tells more than a notebook can hold is killed."""
        if self._told <= OUTPUT:
            self._told += sum(map(len, self._texts(msg["content"])))
            if self._told > OUTPUT:
                self.km.provisioner.process.send_signal(signal.SIGKILL)
        return super().process_message(msg, cell, cell_index) if self._told <= OUTPUT else None

    @property
    def flooded(self) -> bool:
        """Whether the kernel was killed as it told more than a notebook can hold."""
        return self._told > OUTPUT

    @staticmethod
    def _texts(content: dict) -> Iterator[str]:
        """The texts of a message: what was printed, or what a result is in each form."""
        found = [content.get("text", ""), *content.get("data", {}).values()]
        return (one for one in found if isinstance(one, str))

    def _seconds_left(self) -> float | None:
        if not self._limits.seconds:
            return None
        return max(self._began + self._limits.seconds - time.monotonic(), 0.01)


def _end(kernel: int) -> None:
    """Kill what a kernel has started and left running, in whatever session it runs."""
    with suppress(psutil.Error):
        for one in psutil.Process(kernel).children(recursive=True):
            with suppress(psutil.Error):
                one.kill()


def exit_told(code: int | None) -> str:
    """What the end of a kernel says of its cause.

    Examples
    --------
    >>> exit_told(-9)
    'the kernel was killed (SIGKILL); where nobody did, the machine ran out of memory'
    >>> exit_told(3)
    'the kernel ended with code 3'
    """
    if code is None or code >= 0:
        return "the kernel ended" + ("" if code is None else f" with code {code}")
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    told = f"the kernel was killed ({name})"
    return f"{told}; where nobody did, the machine ran out of memory" if code == -9 else told
