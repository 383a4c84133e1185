"""The ledger of targets: decided plans as new rows of a file, never as edits of old ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.errors import BatchError
from kit.parameters import root_of
from kit.plan.ledger_file import next_versions, read, types, write
from kit.plan.target import Proposal
from kit.scope import safe_name

__all__ = ["Saved", "next_versions", "read", "rows", "save", "write"]


def rows(
    case: Case,
    proposal: Proposal | Unavailable,
    children: pd.DataFrame | Unavailable,
    *,
    author: str = "",
    reason: str = "",
) -> pd.DataFrame | Unavailable:
    """A plan as rows of the targets table: the scope's own target and its parts'.

    Parameters
    ----------
    case : Case
    proposal : Proposal
    children : DataFrame or Unavailable
        scope and target of the parts; where unavailable, the scope's row stands alone.
    author, reason : str

    Returns
    -------
    DataFrame or Unavailable
        Columns of the targets table. A version is one more than the newest that the case knows. A
        first version counts from the start, and so does any decided before the period begins; a
        later one from `as_of`. Unavailable where the proposal is.
    """
    if isinstance(proposal, Unavailable):
        return proposal
    goals = {str(case.scope): proposal.target}
    if isinstance(children, pd.DataFrame):  # who moves is a part of both teams
        goals |= children.groupby("scope", sort=False)["target"].sum().to_dict()
    frame = pd.DataFrame(
        {
            "scope": list(goals),
            "period": case.period.name,
            "measure": "bookings",
            "version": 0,
            "target": list(goals.values()),
            "valid_from": None,
            "reason": reason or None,
            "author": author or None,
        }
    ).astype(types())
    known = case.data.frame("targets")
    frame["version"] = next_versions(frame, known)
    if case.as_of > case.period.start:
        frame.loc[frame["version"] > 1, "valid_from"] = pd.Timestamp(case.as_of)
    return frame


@dataclass(frozen=True)
class Saved:
    """A plan that was written: the file and its number of rows."""

    path: Path
    rows: int


def save(case: Case, rows: pd.DataFrame | Unavailable, *, path: str = "") -> Saved | Unavailable:
    """Write a plan to a targets file of its own, in place of the one written before.

    Parameters
    ----------
    case : Case
    rows : DataFrame or Unavailable
        From `rows`; Unavailable is handed back.
    path : str
        The file; empty: targets.csv in the scope's folder under the outputs folder.

    Raises
    ------
    BatchError
        Where the file cannot be written.
    """
    if isinstance(rows, Unavailable):
        return rows
    place = Path(path) if path else _own_folder(case) / "targets.csv"
    return Saved(place, len(write(rows, place, append=False)))


def _own_folder(case: Case) -> Path:
    if case.origin is None:
        raise BatchError("A case built by hand has no outputs folder: give the plan's file a path.")
    out = root_of(case.origin.config) / case.origin.out
    return out / safe_name(case.settings.company) / safe_name(case.period.name) / case.scope.folder
