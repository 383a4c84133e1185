"""The state of a batch, kept in a file so that `kit status` can tell of it."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from kit.errors import BatchError
from kit.publish.outputs import write_text

_TOLD = {
    "company", "period", "as_of", "state", "started", "ended", "total", "done", "failed", "kept",
}  # fmt: skip


class BatchState:
    """The state of a running batch; each change is written to its file.

    Parameters
    ----------
    path : Path
    facts : mapping
        What the file holds.
    """

    def __init__(self, path: Path, facts: Mapping[str, Any]) -> None:
        self.path = path
        self.facts = dict(facts)
        self.update()

    def update(self, **changes: Any) -> None:
        """Change what the file holds."""
        self.facts.update(changes)
        write_text(self.path, json.dumps(self.facts, ensure_ascii=False, indent=1) + "\n")


@contextmanager
def told(
    path: Path, head: Mapping[str, Any], *, total: int, kept: int = 0
) -> Iterator[BatchState]:
    """Keep the state of a batch from its start to its end.

    Parameters
    ----------
    path : Path
    head : mapping
        What names the batch: company, period, as_of.
    total : int
        Number of scopes to run.
    kept : int
        Number of scopes whose packets are up to date.
    """
    state = BatchState(
        path,
        {
            **head, "state": "running", "process": os.getpid(), "started": _now(), "ended": None,
            "total": total, "done": 0, "failed": 0, "kept": kept,
        },
    )  # fmt: skip
    try:
        yield state
    except BaseException:
        with suppress(BatchError):
            state.update(state="stopped", ended=_now())
        raise
    state.update(state="ended", ended=_now())


def read_all(out: Path) -> list[dict]:
    """The state of each company's running or last batch under an output folder, by company.

    A batch whose process is gone without having said so is `stopped`; of a file that is damaged
    only `folder` and `wrong`, what is wrong with it, are told.

    Raises
    ------
    BatchError
        Where there is a file in the place of the output folder.
    """
    if out.exists() and not out.is_dir():
        raise BatchError(f"{out}: is no folder. Give the output folder with --out.")
    found: list[dict] = []
    for path in sorted(out.glob("*/.work/batch.json")):
        try:
            facts = json.loads(path.read_text(encoding="utf-8"))
            if lacking := _TOLD - facts.keys():
                raise KeyError(*lacking)
            if facts["state"] == "running" and not _alive(facts["process"]):
                facts["state"] = "stopped"
            found.append({**facts, "folder": str(path.parents[1])})
        except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
            wrong = f"{path}: is not the state of a batch. Remove the file."
            found.append({"folder": str(path.parents[1]), "wrong": wrong})
    return found


def seconds_left(facts: Mapping[str, Any], *, now: dt.datetime | None = None) -> float | None:
    """How long a running batch will still take, at its pace so far; None where none can be told.

    Parameters
    ----------
    facts : mapping
        One of `read_all`.
    now : datetime, optional
        With a time zone; the clock's where left out.

    Examples
    --------
    >>> begun = {"state": "running", "started": "2025-10-01T02:00:00+00:00",
    ...          "total": 40, "done": 9, "failed": 1}
    >>> seconds_left(begun, now=dt.datetime.fromisoformat("2025-10-01T02:00:20+00:00"))
    60.0
    """
    ended = facts["done"] + facts["failed"]
    if facts["state"] != "running" or not ended:
        return None
    now = now or dt.datetime.now().astimezone()
    passed = (now - dt.datetime.fromisoformat(facts["started"])).total_seconds()
    return passed / ended * (facts["total"] - ended)


def _now() -> str:
    return dt.datetime.now().astimezone().isoformat(timespec="seconds")


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
