"""The leak check on the company's own file of opportunities, every column of it."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd

from kit.data.cells import cell
from kit.data.mapping import load_lookups, select
from kit.data.sources import parts
from kit.data.sql import identifier
from kit.data.tables import TABLES, Unavailable
from kit.settings import Settings
from kit.track.leakage import column_leaks

_TABLE = "opportunities"
_TOLD = ("status", "created_on", "closed_on")  # what the outcome and its days come from


def raw_leaks(
    settings: Settings,
    data_folder: Path,
    *,
    connection: duckdb.DuckDBPyConnection,
    work_folder: Path,
) -> pd.DataFrame | Unavailable:
    """Name the columns of the company's opportunities that were filled in after the outcome.

    Parameters
    ----------
    settings : Settings
        `sources.opportunities` says which columns tell the outcome.
    data_folder : Path
    connection : DuckDBPyConnection
    work_folder : Path
        For files that must be rewritten to be read.

    Returns
    -------
    DataFrame or Unavailable
        As `kit.track.leakage.column_leaks`, of the file's own columns, mapped or not. The columns
        that number the deal or tell its outcome and days are not tried. Unavailable where no
        opportunities are mapped, or too few have closed.

    Raises
    ------
    SourceError
        A file or column that is missing or cannot be read.

    Notes
    -----
    Rows without a status of the kit's (open, won, lost) and lines that do not fit the header are
    passed over. Columns of joined lookups are not tried: they belong to no single deal.
    """
    if _TABLE not in settings.sources:
        return Unavailable(table=_TABLE)
    source, table = settings.sources[_TABLE], TABLES[_TABLE]
    place = {"connection": connection, "work_folder": Path(work_folder)}
    lookups = load_lookups(_TABLE, source, Path(data_folder), **place)
    days = {
        name: cell("date", identifier(name), format=source.columns[name].format).value
        if name in source.columns else "NULL"
        for name in _TOLD[1:]
    }  # fmt: skip
    found = []
    try:
        for part in parts(source, Path(data_folder), **place):
            mapped = select(table, source, part, lookups=lookups)
            cells = ", ".join(
                f"c{k} AS {identifier(f'raw {name}')}" for k, name in enumerate(part.columns, 1)
            )
            found.append(
                connection.execute(
                    f"SELECT lower(trim(m.status)) AS status, {days['created_on']} AS created_on, "
                    f"{days['closed_on']} AS closed_on, r.* EXCLUDE (__line) "
                    f"FROM ({mapped}) AS m "
                    f"JOIN (SELECT __line, {cells} FROM ({part.relation})) AS r "
                    "ON r.__line = m.__line WHERE m.__ragged IS NULL ORDER BY m.__line"
                ).df()
            )
    finally:
        for lookup in lookups:
            connection.execute(f"DROP TABLE IF EXISTS {lookup.relation}")
    rows = pd.concat(found, ignore_index=True)
    rows = rows[rows["status"].isin(["open", "won", "lost"]) & rows["created_on"].notna()]
    rows = rows.reset_index(drop=True)
    told = {source.columns[name].column for name in (*_TOLD, *table.key) if name in source.columns}
    columns = rows.drop(columns=list(_TOLD))
    columns.columns = [name.removeprefix("raw ") for name in columns.columns]
    return column_leaks(
        columns, rows["status"], created_on=rows["created_on"], closed_on=rows["closed_on"],
        passed=tuple(told),
    )  # fmt: skip
