"""The ledger of targets: decided plans as new rows of a file, never as edits of old ones."""

from __future__ import annotations

import csv
import os
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from kit.data.case import Case
from kit.data.tables import DTYPES, TABLES, Unavailable
from kit.errors import BatchError, SourceError
from kit.parameters import root_of
from kit.plan.target import Proposal
from kit.scope import safe_name

_TABLE = TABLES["targets"]
_KEY = ["scope", "period", "measure"]
_RUNS = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")  # what a spreadsheet would take for a formula
_QUOTE = frozenset(',"\r\n')
_DEFUSED = re.compile("'+[=+\\-@\t\r\n＝＋－＠]")


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
        Unavailable where the proposal is. Columns of the targets table. A version is one more than the newest that the case knows. A
        first version counts from the start, and so does any decided before the period begins; a
        later one from `as_of`.
    """
    if isinstance(proposal, Unavailable):
        return proposal
    goals = {str(case.scope): proposal.target}
    if isinstance(children, pd.DataFrame):
        goals |= dict(zip(children["scope"], children["target"], strict=True))
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
    ).astype(_types())
    known = case.data.frame("targets")
    frame["version"] = _next(frame, known)
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


def write(rows: pd.DataFrame, path: str | Path, *, append: bool = True) -> pd.DataFrame:
    """Append rows to a ledger file, whole or not at all.

    Parameters
    ----------
    rows : DataFrame
        Columns of the targets table.
    path : path
        CSV in UTF-8; made where it is not there yet.
    append : bool
        False: the rows take the place of what the file holds.

    Returns
    -------
    DataFrame
        The rows as written: where the file already holds a version as new, the next one is taken.

    Raises
    ------
    BatchError
        Where the file cannot be written; it is then as it was.

    Notes
    -----
    Text that a spreadsheet would run as a formula gets an apostrophe before it; `read` drops it.
    """
    path = Path(path)
    old = read(path) if append and path.exists() else _TABLE.empty()
    new = rows[list(_TABLE.names)].astype(_types()).reset_index(drop=True)
    both = pd.concat([new["version"], _next(new, old)], axis=1)
    new["version"] = both.max(axis=1).astype("Int64")
    handle = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number, handle = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with open(number, "w", encoding="utf-8", newline="") as file:
            file.write(_line(_TABLE.names))
            for row in pd.concat([old, new]).itertuples(index=False):
                file.write(_line(_cell(one) for one in row))
            file.flush()
            os.fsync(file.fileno())
        os.chmod(handle, path.stat().st_mode & 0o777 if path.exists() else 0o644)
        os.replace(handle, path)
    except OSError as error:
        if handle:
            Path(handle).unlink(missing_ok=True)
        raise BatchError(f"{path}: the targets cannot be written ({error.strerror}).") from None
    return new


def read(path: str | Path) -> pd.DataFrame:
    """Read a ledger file as `write` left it.

    Raises
    ------
    SourceError
        Where the file or a column is missing, a column is unknown, or a cell is not what its column
        holds.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            header, *lines = list(csv.reader(file)) or [[]]
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError as error:
        raise SourceError(f"{path}: byte {error.start} is not UTF-8. Save it as UTF-8.") from None
    missing = [name for name in _TABLE.names if name not in header]
    if missing:
        raise SourceError(
            f"{path}: the column {missing[0]} is missing. Needed: {', '.join(_TABLE.names)}."
        )
    unknown = [name for name in header if name not in _TABLE.names]
    if unknown:
        raise SourceError(
            f"{path}: the column '{unknown[0]}' is not one of the ledger's and would be lost. Take "
            f"it out. Known: {', '.join(_TABLE.names)}."
        )
    found = {name: [] for name in _TABLE.names}
    for number, line in enumerate(lines, start=2):
        if len(line) != len(header):
            raise SourceError(
                f"{path}, row {number}: {len(line)} cells under {len(header)} headings. "
                "Mend the row."
            )
        for name in found:
            cell = line[header.index(name)]
            found[name].append(_parsed(cell, name, where=f"{path}, row {number}"))
    return pd.DataFrame(found).astype(_types())


def _own_folder(case: Case) -> Path:
    if case.origin is None:
        raise BatchError("A case built by hand has no outputs folder: give the plan's file a path.")
    out = root_of(case.origin.config) / case.origin.out
    return out / safe_name(case.settings.company) / safe_name(case.period.name) / case.scope.folder


def _types() -> dict[str, str]:
    return {column.name: DTYPES[column.type] for column in _TABLE.columns}


def _next(frame: pd.DataFrame, known: pd.DataFrame) -> pd.Series:
    """One more than the newest known version of each row's key; several alike count on."""
    newest = known.groupby(_KEY)["version"].max()
    keys = zip(*(frame[name] for name in _KEY), strict=True)
    base = pd.Series([int(newest.get(key, 0)) for key in keys], index=frame.index, dtype="Int64")
    return base + 1 + frame.groupby(_KEY).cumcount().astype("Int64")


def _line(cells: Iterable[str]) -> str:
    quoted = (f'"{one.replace(chr(34), chr(34) * 2)}"' if _QUOTE & {*one} else one for one in cells)
    return ",".join(quoted) + "\n"


def _cell(found: object) -> str:
    if pd.isna(found):
        return ""
    if isinstance(found, pd.Timestamp):
        return found.date().isoformat()
    if isinstance(found, float):
        return repr(int(found)) if found.is_integer() else repr(found)
    return f"'{found}" if isinstance(found, str) and _RUNS.match(found) else str(found)


def _parsed(cell: str, name: str, *, where: str) -> object:
    kind = _TABLE.column(name).type
    if cell == "":
        return None
    if kind == "text":
        return cell[1:] if _DEFUSED.match(cell) else cell
    try:
        if kind == "date":
            return pd.Timestamp.fromisoformat(cell)
        return int(cell) if kind == "integer" else float(cell)
    except ValueError:
        raise SourceError(
            f"{where}, column {name}: '{cell}' is no {kind}. Write it as the other rows do."
        ) from None
