"""Notebooks run by papermill, each in a kernel of its own."""

from __future__ import annotations

import logging
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
import papermill
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError
from papermill.execute import ERROR_MARKER_TAG
from papermill.translators import papermill_translators

from kit.errors import BatchError
from kit.publish.executed import INJECTED, settle

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_LANGUAGE = "python"
_ENGINE = "sales-target-kit"
_KERNEL_ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # the kernel's debugger must not warn on stderr
    "OMP_NUM_THREADS": "1",  # several kernels share the cores
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


@dataclass(frozen=True)
class Failure:
    """Why a notebook did not run to its end.

    Parameters
    ----------
    notebook : str
        File name.
    cell : int or None
        Number of the cell in the project's notebook, counted from 1 over all its cells; None where
        no cell had begun.
    error : str
        Name of the error.
    message : str
        Last line of what the error says, without colours.
    """

    notebook: str
    cell: int | None
    error: str
    message: str

    def record(self) -> dict:
        """As plain data."""
        return asdict(self)

    def __str__(self) -> str:
        where = self.notebook if self.cell is None else f"{self.notebook}, cell {self.cell}"
        return ": ".join(part for part in (where, self.error, self.message) if part)


class NotebookFailed(Exception):
    """A notebook did not run to its end; `failure` says where and why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(str(failure))
        self.failure = failure


class KernelEngine(NBClientEngine):
    """Papermill's engine, but the kernel gets its folder without moving the whole process.

    Papermill's own `cwd` changes the folder of the process, which threads share.
    """

    @classmethod
    def execute_managed_notebook(
        cls, nb_man, kernel_name, *, folder, seen, start_timeout=60, **_rest
    ):
        """Run the notebook; `seen` gets it, so that it is at hand where the kernel dies."""
        seen.append(nb_man.nb)
        client = PapermillNotebookClient(
            nb_man,
            kernel_name=kernel_name,
            startup_timeout=start_timeout,
            timeout=None,
            store_widget_state=False,
            resources={"metadata": {"path": folder}},
            log=logging.Logger(__name__, logging.CRITICAL + 1),  # errors are told once, by name
        )
        with TemporaryDirectory(prefix="kit-") as sockets:
            manager = client.create_kernel_manager()
            manager.connection_file = f"{sockets}/kernel.json"
            if os.name == "posix":
                manager.transport = "ipc"
            client.execute(
                env={**os.environ, **_KERNEL_ENVIRONMENT},
                stdout=subprocess.DEVNULL,  # of the process; what cells print is in the notebook
                stderr=subprocess.DEVNULL,
            )


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
    notebook: Path, parameters: Mapping[str, Any], *, folder: Path, kernel: str = "python3"
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
        Name of the kernelspec.

    Returns
    -------
    NotebookNode

    Raises
    ------
    NotebookFailed
        Where a cell raised, the kernel died or did not start.
    """
    papermill_engines.register(_ENGINE, KernelEngine)
    place = folder / "notebooks" / notebook.name
    place.parent.mkdir(parents=True, exist_ok=True)
    seen: list[NotebookNode] = []
    try:
        executed = papermill.execute_notebook(
            str(notebook.resolve()),
            str(place.resolve()),
            dict(parameters),
            engine_name=_ENGINE,
            kernel_name=kernel,
            language=_LANGUAGE,
            progress_bar=False,
            request_save_on_cell_execute=False,
            folder=str(folder.resolve()),
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


def last_line(text: str) -> str:
    """The last line of an error's message that says something, without colours.

    Examples
    --------
    >>> last_line("\\x1b[31mfirst\\x1b[0m\\nno column 'amuont'\\n")
    "no column 'amuont'"
    """
    lines = [line.strip() for line in _ANSI.sub("", text).splitlines()]
    return next((line for line in reversed(lines) if line), "")


def _keep(seen: list[NotebookNode], place: Path, folder: Path) -> NotebookNode | None:
    """Write the notebook, settled, over what papermill wrote."""
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
