"""Why a notebook did not run to its end."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
STOPPED = "Stopped"  # the error of a scope whose batch was stopped


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


def last_line(text: str) -> str:
    """The last line of an error's message that says something, without colours.

    Examples
    --------
    >>> last_line("\\x1b[31mfirst\\x1b[0m\\nno column 'amuont'\\n")
    "no column 'amuont'"
    """
    lines = [line.strip() for line in _ANSI.sub("", text).splitlines()]
    return next((line for line in reversed(lines) if line), "")
