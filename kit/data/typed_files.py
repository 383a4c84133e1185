"""Files whose columns have types: Parquet and DuckDB, read as the texts they stand for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from kit.data.delimited import column_names
from kit.data.part import EvenPart, Part
from kit.data.sql import first_line, identifier, literal
from kit.errors import SourceError, nearest


@contextmanager
def attached(
    path: Path, table: str, *, connection: duckdb.DuckDBPyConnection
) -> Iterator[str]:
    """SQL name of a table of a DuckDB file, readable within the context.

    Raises
    ------
    SourceError
        A file that cannot be read, or no such table; the only one needs no name.
    """
    alias = identifier(f"source of {path}")
    try:
        connection.execute(f"ATTACH {literal(str(path))} AS {alias} (READ_ONLY)")
    except duckdb.Error as error:
        said = first_line(error)
        raise SourceError(f"{path}: cannot be read as a DuckDB file ({said}).") from None
    try:
        found = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = $1 "
            "UNION ALL SELECT schema_name, view_name FROM duckdb_views() "
            "WHERE database_name = $1 AND NOT internal ORDER BY ALL",
            [f"source of {path}"],
        ).fetchall()
        names = {name if schema == "main" else f"{schema}.{name}": (schema, name)
                 for schema, name in found}  # fmt: skip
        wanted = table or (next(iter(names)) if len(names) == 1 else "")
        if wanted not in names:
            known = nearest(wanted, names)
            raise SourceError(f"{path}: there is no table '{wanted}'. State table. {known}")
        schema, name = names[wanted]
        yield f"{alias}.{identifier(schema)}.{identifier(name)}"
    finally:
        connection.execute(f"DETACH {alias}")


def as_text(
    origin: str, path: Path, label: str, *, connection: duckdb.DuckDBPyConnection, even: bool
) -> Part:
    """Read a typed relation as text: 7 for 7.0, ISO for dates.

    Parameters
    ----------
    origin : str
        The relation.
    path : Path
        The file, for errors.
    label : str
        The file's name below the data folder.
    connection : DuckDBPyConnection
    even : bool
        Whether an `EvenPart` is wanted.
    """
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {origin}").fetchall()
    except duckdb.Error as error:
        raise SourceError(f"{path}: cannot be read ({first_line(error)}).") from None
    fields = []
    for number, (name, kind, *_) in enumerate(described, start=1):
        field = f"CAST({identifier(name)} AS VARCHAR)"
        if kind in ("DOUBLE", "FLOAT"):
            field = f"regexp_replace({field}, '\\.0$', '')"
        fields.append(f"{field} AS c{number}")
    columns = column_names(name for name, *_ in described)
    if even:
        relation = f"SELECT CAST(NULL AS BOOLEAN) AS __blank, {', '.join(fields)} FROM {origin}"
        return EvenPart(relation, columns, label, first=1, rows=None, blanks="any")
    relation = (
        f"SELECT row_number() OVER () AS __line, CAST(NULL AS VARCHAR) AS __ragged, "
        f"{', '.join(fields)} FROM {origin}"
    )
    return Part(relation, columns, label)
