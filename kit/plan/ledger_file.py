"""The ledger's file: rows appended whole or not at all, and read back as they were written."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from filelock import SoftFileLock, Timeout

from kit.data.formulas import defused, restored
from kit.data.tables import DTYPES, TABLES
from kit.disk import whole
from kit.errors import BatchError, SourceError

_TABLE = TABLES["targets"]
_KEY = ["scope", "period", "measure"]
_PATIENCE = 10  # seconds to wait for another writer
_QUOTE = frozenset(',"\r\n')


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
    new = rows[list(_TABLE.names)].astype(types()).reset_index(drop=True)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with SoftFileLock(path.with_name(f".{path.name}.lock"), timeout=_PATIENCE):
            return _written(new, path, append=append)
    except Timeout as held:
        raise BatchError(
            f"{path}: somebody else has been writing to it for {_PATIENCE} seconds. Try again; "
            f"where nobody is, delete {held.lock_file}."
        ) from None
    except OSError as error:
        raise BatchError(f"{path}: the targets cannot be written ({error.strerror}).") from None


def _written(new: pd.DataFrame, path: Path, *, append: bool) -> pd.DataFrame:
    """The rows, numbered on, after the file was written anew with them at its end."""
    old = read(path) if append and path.exists() else _TABLE.empty()
    both = pd.concat([new["version"], next_versions(new, old)], axis=1)
    new["version"] = both.max(axis=1).astype("Int64")
    rows = pd.concat([old, new]).itertuples(index=False)
    lines = [_line(_TABLE.names), *(_line(map(_cell, row)) for row in rows)]
    with whole(path) as file:
        file.write("".join(lines).encode())
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
    return pd.DataFrame(found).astype(types())


def next_versions(frame: pd.DataFrame, known: pd.DataFrame) -> pd.Series:
    """One more than the newest known version of each row's key; several alike count on.

    Parameters
    ----------
    frame, known : DataFrame
        scope, period and measure; `known` has version too.

    Returns
    -------
    Series
        Whole numbers from 1, in the frame's order and with its index.

    Examples
    --------
    >>> key = {"scope": ["company"], "period": ["2025"], "measure": ["bookings"]}
    >>> next_versions(pd.DataFrame(key), pd.DataFrame({**key, "version": [2]})).tolist()
    [3]
    """
    newest = known.groupby(_KEY)["version"].max()
    keys = zip(*(frame[name] for name in _KEY), strict=True)
    base = pd.Series([int(newest.get(key, 0)) for key in keys], index=frame.index, dtype="Int64")
    return base + 1 + frame.groupby(_KEY).cumcount().astype("Int64")


def types() -> dict[str, str]:
    """The type of each of the ledger's columns."""
    return {column.name: DTYPES[column.type] for column in _TABLE.columns}


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
    return defused(found) if isinstance(found, str) else str(found)


def _parsed(cell: str, name: str, *, where: str) -> object:
    kind = _TABLE.column(name).type
    if cell == "":
        return None
    if kind == "text":
        return restored(cell)
    try:
        if kind == "date":
            return pd.Timestamp.fromisoformat(cell)
        found = int(cell) if kind == "integer" else float(cell)
        if not 0 <= found < float("inf"):
            raise ValueError(cell)
        return found
    except ValueError:
        raise SourceError(
            f"{where}, column {name}: '{cell}' is no {kind}. Write it as the other rows do."
        ) from None
