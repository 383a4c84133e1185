"""Files of decisions: CSV that is written whole or not at all, and read back as it was written."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
from filelock import SoftFileLock, Timeout

from kit.data.formulas import defused, restored
from kit.data.tables import DTYPES, Table
from kit.disk import whole
from kit.errors import BatchError, SourceError

PATIENCE = 10.0  # seconds to wait for another writer
_QUOTE = frozenset(',"\r\n')
_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)
_MARK = b"\xef\xbb\xbf"  # by it a spreadsheet knows that the text is UTF-8


@contextmanager
def held(path: Path, *, what: str, patience: float = PATIENCE) -> Iterator[None]:
    """Keep other writers from a file while it is read and written anew.

    Raises
    ------
    BatchError
        Where another writer holds it for longer than `patience` seconds, or the file cannot be
        written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with SoftFileLock(path.with_name(f".{path.name}.lock"), timeout=patience):
            yield
    except Timeout as lock:
        raise BatchError(
            f"{path}: somebody else has been writing to it for {patience:g} seconds. Try again; "
            f"where nobody is, delete {lock.lock_file}."
        ) from None
    except OSError as error:
        raise BatchError(f"{path}: the {what} cannot be written ({error.strerror}).") from None


def put(rows: pd.DataFrame, path: Path, *, table: Table, marked: bool = False) -> None:
    """Write a table's rows in place of what the file holds.

    Parameters
    ----------
    rows : DataFrame
        Columns of the table.
    path : Path
        CSV in UTF-8.
    table : Table
    marked : bool
        Whether the file begins with a byte order mark, by which Excel reads Chinese text.

    Notes
    -----
    Text that a spreadsheet would run as a formula gets an apostrophe before it; `read` drops it.
    """
    cells = rows[list(table.names)].itertuples(index=False)
    lines = [_line(table.names), *(_line(map(_cell, row)) for row in cells)]
    with whole(path) as file:
        file.write((_MARK if marked else b"") + "".join(lines).encode())


def read(
    path: str | Path, *, table: Table, every: bool = True, least: float = 0.0
) -> pd.DataFrame:
    """Read a file of decisions.

    Parameters
    ----------
    path : path
    table : Table
    every : bool
        Whether all columns have to be there; else those that may be empty may be missing.
    least : float
        The least number allowed.

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
    known = ", ".join(table.names)
    needed = [one.name for one in table.columns if every or not one.nullable]
    missing = [name for name in needed if name not in header]
    if missing:
        raise SourceError(f"{path}: the column {missing[0]} is missing. Needed: {known}.")
    unknown = [name for name in header if name not in table.names]
    if unknown:
        raise SourceError(
            f"{path}: the column '{unknown[0]}' is not one of the ledger's and would be lost. Take "
            f"it out. Known: {known}."
        )
    found: dict[str, list] = {name: [] for name in table.names}
    for number, line in enumerate(lines, start=2):
        if len(line) != len(header):
            raise SourceError(
                f"{path}, row {number}: {len(line)} cells under {len(header)} headings. "
                "Mend the row."
            )
        for name, cells in found.items():
            cell = line[header.index(name)] if name in header else ""
            kind = table.column(name).type
            cells.append(
                _parsed(cell, kind, least, where=f"{path}, row {number}, column {name}")
            )
    return pd.DataFrame(found).astype(types(table))


def types(table: Table) -> dict[str, str]:
    """The type of each of a table's columns."""
    return {column.name: DTYPES[column.type] for column in table.columns}


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


def _parsed(cell: str, kind: str, least: float, *, where: str) -> object:
    if cell == "":
        return None
    if kind == "text":
        return restored(cell)
    try:
        if kind == "date":
            day = _DAY.fullmatch(cell)
            parts = "-".join(one.zfill(2) for one in day.groups()) if day else cell
            return pd.Timestamp.fromisoformat(parts)
        found = int(cell) if kind == "integer" else float(cell)
        if not least <= found < float("inf"):
            raise ValueError(cell)
        return found
    except ValueError:
        raise SourceError(
            f"{where}: '{cell}' is no {kind}. Write it as the other rows do."
        ) from None
