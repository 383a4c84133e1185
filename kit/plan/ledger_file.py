"""The ledger's file: rows appended whole or not at all, and read back as they were written."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from kit import decision_file
from kit.data.tables import TABLES

_TABLE = TABLES["targets"]
_KEY = ["scope", "period", "measure"]
_PATIENCE = decision_file.PATIENCE


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
    with decision_file.held(path, what="targets", patience=_PATIENCE):
        old = read(path) if append and path.exists() else _TABLE.empty()
        both = pd.concat([new["version"], next_versions(new, old)], axis=1)
        new["version"] = both.max(axis=1).astype("Int64")
        decision_file.put(pd.concat([old, new]), path, table=_TABLE)
    return new


def read(path: str | Path) -> pd.DataFrame:
    """Read a ledger file as `write` left it.

    Raises
    ------
    SourceError
        Where the file or a column is missing, a column is unknown, or a cell is not what its column
        holds.
    """
    return decision_file.read(path, table=_TABLE)


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
    return decision_file.types(_TABLE)
