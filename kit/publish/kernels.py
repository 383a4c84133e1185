"""Notebooks run by papermill, each in a kernel of its own."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import papermill
from jupyter_core.utils import ensure_event_loop
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError
from papermill.execute import ERROR_MARKER_TAG
from papermill.translators import papermill_translators

from kit.errors import BatchError
from kit.publish import forkserver, sockets
from kit.publish.client import OUTPUT, LimitedClient, exit_told
from kit.publish.executed import INJECTED, settle
from kit.publish.failure import Failure, NotebookFailed, last_line
from kit.publish.limits import DEFAULT, Limits, readable
from kit.publish.warm import ORDINARY

_LANGUAGE = "python"
_ENGINE = "sales-target-kit"


class TimeLimit(Exception):
    """A notebook ran for longer than it may."""


class MemoryLimit(Exception):
    """A notebook's kernel held more memory than it may."""


class OutputLimit(Exception):
    """A notebook's cells showed or printed more than a notebook can hold."""


class Stopped(Exception):
    """The batch is being stopped."""


class KernelDied(Exception):
    """A notebook's kernel ended before the notebook did."""


class KernelEngine(NBClientEngine):
    """Papermill's engine, but the kernel gets its folder without moving the whole process.

    Papermill's own `cwd` changes the folder of the process, which threads share.
    """

    @classmethod
    def execute_managed_notebook(
        cls, nb_man, kernel_name, *, folder, limits, stopped, seen, start_timeout=60, **_rest
    ):
        """Run the notebook; `seen` gets it, so that it is at hand where the kernel dies."""
        seen.append(nb_man.nb)
        client = LimitedClient(
            nb_man,
            kernel_name=kernel_name,
            startup_timeout=start_timeout,
            limits=limits,
            stopped=stopped,
            resources={"metadata": {"path": folder}},
            log=logging.Logger(__name__, logging.CRITICAL + 1),  # errors are told once, by name
        )
        with sockets.folder() as place:
            manager = client.create_kernel_manager()
            manager.connection_file = f"{place}/kernel.json"
            try:
                client.execute(
                    env={**os.environ, **forkserver.ENVIRONMENT},
                    stdout=subprocess.DEVNULL,  # what cells print is in the notebook
                    stderr=subprocess.DEVNULL,
                )
            except CellTimeoutError:
                raise TimeLimit(f"ran for more than {limits.seconds:g} s") from None
            except DeadKernelError:
                if client.flooded:
                    told = f"showed or printed more than {readable(OUTPUT)}"
                    raise OutputLimit(told) from None
                if stopped():
                    raise Stopped("the batch was stopped") from None
                if client.watch and client.watch.exceeded:
                    held, allowed = readable(client.watch.peak), readable(limits.memory)
                    raise MemoryLimit(f"held {held} of memory; {allowed} are allowed") from None
                raise KernelDied(exit_told(client.exit_code)) from None


@contextmanager
def own_loop() -> Iterator[None]:
    """Give a thread that runs notebooks an event loop of its own, and end it after.

    To be used by threads that nobody else put a loop into.
    """
    loop = ensure_event_loop()
    try:
        yield
    finally:
        waiting = asyncio.all_tasks(loop)  # of a kernel that was lost
        for task in waiting:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*waiting, return_exceptions=True))
        loop.close()


def declared_parameters(notebook: Path) -> frozenset[str]:
    """The names that a notebook's cell tagged `parameters` declares.

    Raises
    ------
    BatchError
        Where the file is no notebook or has no such cell.
    """
    try:
        found = nbformat.read(notebook, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError) as error:
        raise BatchError(
            f"{notebook}: cannot be read as a notebook ({last_line(str(error))})."
        ) from None
    tagged = [cell for cell in found.cells if "parameters" in cell.metadata.get("tags", ())]
    if not tagged:
        raise BatchError(
            f"{notebook}: has no cell tagged 'parameters'. Tag the cell that sets them."
        )
    translator = papermill_translators.find_translator(_LANGUAGE, _LANGUAGE)
    return frozenset(one.name for one in translator.inspect(tagged[0]))


def execute(
    notebook: Path,
    parameters: Mapping[str, Any],
    *,
    folder: Path,
    kernel: str = ORDINARY,
    limits: Limits = DEFAULT,
    stopped: Callable[[], bool] = lambda: False,
) -> NotebookNode:
    """Run a notebook in a kernel of its own and return it with its outputs.

    May be called from several threads at once: nothing of the process is changed.

    Parameters
    ----------
    notebook : Path
        The project's notebook; it is not changed.
    parameters : mapping
        What the cell after the one tagged `parameters` sets.
    folder : Path
        Where the kernel runs. The executed notebook is written to `notebooks/` in it, also where
        it failed.
    kernel : str
        Name of the kernelspec: `kit.publish.warm.ORDINARY`, or `WARM` for a forked one.
    limits : Limits
    stopped : callable
        Asked again and again whether the batch is being stopped; the kernel is then killed.

    Returns
    -------
    NotebookNode

    Raises
    ------
    NotebookFailed
        Where a cell raised, a limit was reached, the kernel died or did not start.
    """
    papermill_engines.register(_ENGINE, KernelEngine)
    place = folder / "notebooks" / notebook.name
    place.parent.mkdir(parents=True, exist_ok=True)
    seen: list[NotebookNode] = []
    try:
        executed = papermill.execute_notebook(
            str(notebook.resolve()),
            None,  # written once, below
            dict(parameters),
            engine_name=_ENGINE,
            kernel_name=kernel,
            language=_LANGUAGE,
            progress_bar=False,
            request_save_on_cell_execute=False,
            folder=str(folder.resolve()),
            limits=limits,
            stopped=stopped,
            seen=seen,
        )
    except PapermillExecutionError as error:
        _keep(seen, place, folder)
        failure = Failure(
            notebook.name, _position(seen, error.cell_index), error.ename, last_line(error.evalue)
        )
        raise NotebookFailed(failure) from None
    except Exception as error:
        _keep(seen, place, folder)
        failure = Failure(
            notebook.name, _running(seen), type(error).__name__, last_line(str(error))
        )
        raise NotebookFailed(failure) from None
    return _keep([executed], place, folder)


def _keep(seen: list[NotebookNode], place: Path, folder: Path) -> NotebookNode | None:
    """Write the notebook, settled."""
    if not seen:
        return None
    settled = settle(seen[-1], folder=folder)
    place.write_text(nbformat.writes(settled) + "\n", encoding="utf-8", newline="\n")
    return settled


def _position(seen: list[NotebookNode], index: int) -> int:
    """A cell's number in the project's notebook, from its index in the executed one.

    Papermill adds a cell with the parameters, and after an error cells that point to it.
    """
    tags = [set(cell.metadata.get("tags", ())) for cell in seen[-1].cells] if seen else []
    run = [found for found in tags if ERROR_MARKER_TAG not in found]
    return index + 1 - sum(INJECTED in found for found in run[:index])


def _running(seen: list[NotebookNode]) -> int | None:
    """Number of the cell that was running when the kernel was lost."""
    cells = seen[-1].cells if seen else []
    begun = [
        number
        for number, cell in enumerate(cells)
        if cell.metadata.get("papermill", {}).get("start_time")
    ]
    return _position(seen, begun[-1]) if begun else None
