"""The file of actions: what is decided or changed becomes a new row of its day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from kit import decision_file
from kit.data import actions as on_record
from kit.data.case import Case
from kit.data.tables import TABLES
from kit.errors import BatchError, SettingsError, nearest
from kit.review.proposed import cover, free_ids, open_by_cause

_TABLE = TABLES["actions"]
_KEY = ["action_id", "recorded_on"]
_LEAST = float("-inf")  # an effect may be below zero


@dataclass(frozen=True)
class Written:
    """What was appended: the file, the rows, what they replaced, and what was left out.

    Parameters
    ----------
    path : Path
    rows : DataFrame
        Columns of the actions table, as they were written.
    replaced : tuple of str
        Actions whose row of the same day was in the file and was written anew.
    covered : tuple of (str, str)
        Causes of rows that were left out, each with the id of the open action that meets it.
    """

    path: Path
    rows: pd.DataFrame
    replaced: tuple[str, ...] = ()
    covered: tuple[tuple[str, str], ...] = ()


def place(case: Case) -> Path:
    """The company's file of actions: actions.csv beside its company.yml.

    Raises
    ------
    BatchError
        For a case built by hand.
    """
    if case.origin is None:
        raise BatchError("A case built by hand has no file of actions: give the file a path.")
    config = Path(case.origin.config)
    return (config if config.is_dir() else config.parent) / "actions.csv"


def decided(case: Case, *, path: str | Path = "") -> pd.DataFrame:
    """All rows ever recorded, also those of after the case's day and those written since.

    Returns
    -------
    DataFrame
        Columns of the actions table: what the company's snapshot holds, and the file's.
    """
    known = case.data.frame("actions")
    if case.origin is not None:
        from kit.data.snapshot import open_snapshot
        from kit.scope import Scope

        snapshot = open_snapshot(case.origin.snapshot)
        known = snapshot.read(Scope("company")).frame("actions")
    file = Path(path) if str(path) else place(case)
    if not file.is_file():
        return known
    both = pd.concat([known, read(file)], ignore_index=True)
    return both.drop_duplicates(_KEY, keep="last", ignore_index=True)


def read(path: str | Path) -> pd.DataFrame:
    """Read a file of actions; columns that may be empty may be missing.

    Raises
    ------
    SourceError
        As `kit.decision_file.read`.
    """
    return decision_file.read(path, table=_TABLE, every=False, least=_LEAST)


def find(known: pd.DataFrame, action_id: str) -> dict[str, Any]:
    """The newest row of an action.

    Raises
    ------
    SettingsError
        Where no action has the id; the nearest one is named.
    """
    rows = on_record.newest(known)
    found = rows[rows["action_id"] == action_id]
    if found.empty:
        ids = list(rows["action_id"])
        hint = nearest(action_id, ids) if ids else "None is on record yet."
        raise SettingsError(f"action '{action_id}' is not on record. {hint}")
    return found.to_dict("records")[0]


def append(case: Case, rows: pd.DataFrame, *, path: str | Path = "") -> Written:
    """Append new actions, whole or not at all.

    Parameters
    ----------
    case : Case
    rows : DataFrame
        Columns of the actions table, of the case's scope and recorded on one day. An id that was
        taken meanwhile is numbered on; where an open action meets the cause by now, none is added.
    path : path
        The file; empty: the company's. Made where it is not there.

    Raises
    ------
    BatchError, SourceError
        Where the file cannot be written or read; it is then as it was.
    """
    file = Path(path) if str(path) else place(case)
    rows = rows[list(_TABLE.names)].astype(decision_file.types(_TABLE)).reset_index(drop=True)
    with decision_file.held(file, what="actions"):
        old = read(file) if file.exists() else _TABLE.empty()
        known = decided(case, path=file)
        rows, covered = _uncovered(case, rows, known)
        rows = _numbered(case, rows, known)
        if len(rows):
            decision_file.put(pd.concat([old, rows]), file, table=_TABLE, marked=True)
    return Written(file, rows, covered=covered)


def change(
    case: Case,
    action_id: str,
    *,
    becomes: Callable[[Mapping[str, Any]], pd.DataFrame],
    path: str | Path = "",
) -> Written:
    """Change an action as it stands in the file at that moment, whole or not at all.

    Parameters
    ----------
    case : Case
    action_id : str
    becomes : callable
        Makes the new row out of the newest one, such as `kit.review.action_rows.changed`. It is
        called while no one else can write, so that no change is lost. A row of the same day in the
        file is written anew.
    path : path
        The file; empty: the company's. Made where it is not there.

    Raises
    ------
    SettingsError
        Where no action has the id, a row on record is of a later day, or of the same day in the
        company's own table; and what `becomes` refuses.
    BatchError, SourceError
        Where the file cannot be written or read; it is then as it was.
    """
    file = Path(path) if str(path) else place(case)
    with decision_file.held(file, what="actions"):
        old = read(file) if file.exists() else _TABLE.empty()
        known = decided(case, path=file)
        new = becomes(find(known, action_id))[list(_TABLE.names)]
        new = new.astype(decision_file.types(_TABLE)).reset_index(drop=True)
        for row in new.to_dict("records"):
            _require_later(row, known, old=old, file=file)
        same = _same(old, new)
        decision_file.put(pd.concat([old[~same], new]), file, table=_TABLE, marked=True)
    return Written(file, new, tuple(old.loc[same, "action_id"]))


def require_due(due: dt.date | None, *, as_of: dt.date) -> None:
    """Refuse a due day that is over.

    Raises
    ------
    SettingsError
    """
    if due is not None and due < as_of:
        raise SettingsError(
            f"due {due}: lies before {as_of}, the day on which this is decided. "
            "Give a day from then on."
        )


def _uncovered(
    case: Case, rows: pd.DataFrame, known: pd.DataFrame
) -> tuple[pd.DataFrame, tuple[tuple[str, str], ...]]:
    """The rows whose cause no open action meets, and the causes of the others."""
    met = open_by_cause(known, scope=case.scope)
    free, covered = [], []
    for cell in rows["cause"]:
        cause, _, subject = cell.partition(":") if isinstance(cell, str) else ("", "", "")
        by = cover(met, cause, subject) if cause else None
        free.append(by is None)
        if by is not None:
            covered.append((cell, by["action_id"]))
    return rows[np.array(free, dtype=bool)].reset_index(drop=True), tuple(covered)


def _numbered(case: Case, rows: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """The rows, each id that is on record replaced by the next free one."""
    taken = set(known["action_id"])
    free = iter(free_ids(case, [*taken, *rows["action_id"]]))
    ids = [next(free) if one in taken else one for one in rows["action_id"]]
    return rows.assign(action_id=pd.array(ids, dtype="str"))


def _same(old: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
    keys = set(zip(rows["action_id"], rows["recorded_on"], strict=True))
    found = [key in keys for key in zip(old["action_id"], old["recorded_on"], strict=True)]
    return pd.Series(found, index=old.index, dtype=bool)


def _require_later(
    row: Mapping[str, Any], known: pd.DataFrame, *, old: pd.DataFrame, file: Path
) -> None:
    """Refuse a row that would not be the newest of its action, or would have a twin."""
    day, name = row["recorded_on"], row["action_id"]
    theirs = known[known["action_id"] == name]
    newer = theirs["recorded_on"].max()
    if not pd.isna(newer) and newer > day:
        raise SettingsError(
            f"action '{name}': a row recorded on {newer.date()} is there already, and this one "
            f"would be of {day.date()}. Give --as-of a day from {newer.date()} on."
        )
    elsewhere = theirs[theirs["recorded_on"] == day]
    in_file = old[(old["action_id"] == name) & (old["recorded_on"] == day)]
    if len(elsewhere) and in_file.empty:
        raise SettingsError(
            f"action '{name}': the company's own table has a row of {day.date()} already. Change "
            f"it there, or give --as-of a later day; nothing was written to {file}."
        )
