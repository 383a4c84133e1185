"""Executed notebooks made the same from run to run and from machine to machine."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from papermill.execute import ERROR_MARKER_TAG

INJECTED = "injected-parameters"
WIDGET = "application/vnd.jupyter.widget-view+json"
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def settle(notebook: NotebookNode, *, folder: Path) -> NotebookNode:
    """Take out of an executed notebook what differs from run to run and from machine to machine.

    Timings, random cell ids, memory addresses, widgets, what was written to stderr and the paths
    of `folder` and of the project go; everything else stays.
    """
    settled = copy.deepcopy(notebook)
    for name in ("papermill", "widgets"):
        settled.metadata.pop(name, None)
    roots = (folder.resolve(), Path(__file__).resolve().parents[2])
    places = re.compile("|".join(re.escape(str(root)) + r"(?![\w.\-])" for root in roots))
    for number, cell in enumerate(settled.cells, start=1):
        for name in ("papermill", "execution", "ExecuteTime"):
            cell.metadata.pop(name, None)
        if INJECTED in cell.metadata.get("tags", ()):
            cell["id"] = INJECTED
        elif ERROR_MARKER_TAG in cell.metadata.get("tags", ()):
            cell["id"] = f"error-{number}"
        if cell.cell_type == "code":
            cell["outputs"] = [_scrub(one, places) for one in cell.outputs if not _noise(one)]
    return settled


def _noise(output: NotebookNode) -> bool:
    """Whether an output is stderr, or a widget, which is nothing without its kernel."""
    stderr = output.output_type == "stream" and output.name == "stderr"
    return stderr or WIDGET in output.get("data", ())


def _scrub(found: Any, places: re.Pattern) -> Any:
    """Take memory addresses and machine paths out of all text of an output."""
    if isinstance(found, dict):
        for key, value in found.items():
            if not key.startswith("image/p") and not key.startswith("image/j"):
                found[key] = _scrub(value, places)
        return found
    if isinstance(found, list):
        return [_scrub(one, places) for one in found]
    if isinstance(found, str):
        return places.sub(".", _ADDRESS.sub("", found))
    return found
