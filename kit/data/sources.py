"""The company's own files: CSV, Excel, Parquet and DuckDB, read as text with file and line."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath, PureWindowsPath

import duckdb

from kit.data import delimited, workbook
from kit.data.sql import BLANKS, first_line, identifier, literal, path_literal
from kit.data.survey import survey
from kit.errors import SourceError, nearest
from kit.settings import JoinSettings, SourceSettings

_LINE = 8_000_000  # bytes of the longest line


@dataclass(frozen=True)
class Part:
    """One file of a source, ready to be read by DuckDB.

    Parameters
    ----------
    relation : str
        A SELECT with the columns `__line` (BIGINT; the line in the file, or the row of a sheet or
        table), `__ragged` (the whole line where it has too few or too many fields, else NULL) and
        `c1`, `c2` … (VARCHAR).
    columns : tuple of str
        The company's names of `c1`, `c2` ….
    file : str
        The file's name below the data folder.
    """

    relation: str
    columns: tuple[str, ...]
    file: str


@dataclass(frozen=True)
class EvenPart(Part):
    """One file whose rows stand one after another, so that none needs to carry its number.

    Parameters
    ----------
    relation : str
        A SELECT, in the order of the file, with `__blank` (whether every cell is blank) and `c1`,
        `c2` … (VARCHAR).
    first : int
        Line of the first row.
    rows : int or None
        How many rows there must be; with any other number the file is not even after all.
    blanks : str
        Which blanks occur in it: `any`, `plain` ones only, or `none`.
    """

    first: int
    rows: int | None
    blanks: str


def find(file: str, folder: Path) -> tuple[Path, ...]:
    """The files that a name or pattern stands for, sorted by name.

    Parameters
    ----------
    file : str
        Relative to the folder, within it; `*`, `?` and `[…]` make it a pattern.
    folder : Path

    Raises
    ------
    SourceError
        A path that leaves the folder, or no such file; the nearest name is given.
    """
    way = PurePosixPath(file.replace("\\", "/"))
    if way.is_absolute() or PureWindowsPath(file).drive or ".." in way.parts:
        raise SourceError(
            f"'{file}' leaves the data folder. Give a path below data_dir, without '..'; "
            "to read from elsewhere, change data_dir."
        )
    if not folder.is_dir():
        raise SourceError(
            f"{folder}: there is no such folder. Correct data_dir; the sample company's files are "
            f"made by: kit sample {folder}"
        )
    if (folder / way).is_dir():
        raise SourceError(
            f"{folder / way}: is a folder, not a file. Name a file, or a pattern such as "
            f"'{way.as_posix()}/*.csv' for all in it."
        )
    found = ((folder / way),) if (folder / way).is_file() else ()
    if not found and any(mark in file for mark in "*?["):
        found = (one for one in folder.glob(str(way)) if one.is_file())
        found = tuple(sorted(one for one in found if not one.name.startswith((".", "~$"))))
    if not found:
        there = sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*.*"))
        raise SourceError(f"{folder}: there is no file '{file}'. {nearest(file, there)}")
    for path in found:
        if not os.access(path, os.R_OK):
            raise SourceError(f"{path}: may not be read. Give this user the right to read it.")
    return found


def parts(
    source: SourceSettings | JoinSettings,
    folder: Path,
    *,
    connection: duckdb.DuckDBPyConnection,
    work_folder: Path,
) -> Iterator[Part]:
    """Open a source's files one after another; each is readable until the next is asked for.

    Parameters
    ----------
    source : SourceSettings or JoinSettings
        File or pattern, and how it is to be read.
    folder : Path
        The data folder.
    connection, work_folder
        As for `opened`.

    Yields
    ------
    Part

    Raises
    ------
    SourceError
        A file, sheet or table that is missing or cannot be read.
    """
    for path in find(source.file, folder):
        with opened(
            path, source, folder=folder, connection=connection, work_folder=work_folder
        ) as part:
            yield part


@contextmanager
def opened(
    path: Path,
    source: SourceSettings | JoinSettings,
    *,
    folder: Path,
    connection: duckdb.DuckDBPyConnection,
    work_folder: Path,
    even: bool = False,
) -> Iterator[Part]:
    """Open one file; it is readable within the context.

    Parameters
    ----------
    path : Path
    source : SourceSettings or JoinSettings
        How it is to be read. The file's ending says what it is: .xlsx and .xlsm, .parquet, .duckdb
        and .db; anything else is text with delimiters.
    folder : Path
        The data folder, below which the part is named.
    connection : DuckDBPyConnection
    work_folder : Path
        Where files are rewritten that DuckDB cannot read as they are; nothing stays there.
    even : bool
        Whether an `EvenPart` is wanted where the file seems to be one.

    Raises
    ------
    SourceError
        A file, sheet or table that cannot be read.
    """
    label = path.relative_to(folder).as_posix()
    suffix = path.suffix.casefold()
    if suffix == ".xls":
        raise SourceError(f"{path}: the old Excel format is not read. Save it as .xlsx.")
    if suffix in (".xlsx", ".xlsm"):
        with _sheet(path, source, work_folder) as (relation, columns):
            yield Part(relation, columns, label)
    elif suffix in (".parquet", ".pq"):
        yield _table(f"read_parquet({path_literal(path)})", path, label, connection, even=even)
    elif suffix in (".duckdb", ".db", ".ddb"):
        with _database(path, source.table, connection) as origin:
            yield _table(origin, path, label, connection, even=even)
    else:
        part = _even(path, label, source) if even else None
        if part is not None:
            yield part
            return
        with _text(path, source, work_folder) as (relation, columns):
            yield Part(relation, columns, label)


@contextmanager
def _scratch(work_folder: Path) -> Iterator[Path]:
    work_folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=work_folder, prefix="source-") as inside:
        yield Path(inside) / "lines.txt"


@contextmanager
def _text(path: Path, source: SourceSettings | JoinSettings, work_folder: Path):
    header_row = getattr(source, "header_row", 1)
    text = delimited.examine(
        path, encoding=source.encoding, delimiter=source.delimiter, header_row=header_row
    )
    if text.plain:
        yield _lines(path, text.columns, text.header_ends, text.delimiter), text.columns
        return
    with _scratch(work_folder) as target:
        delimited.rewrite(path, target, text=text)
        yield _lines(target, text.columns, text.header_ends, ""), text.columns


@contextmanager
def _sheet(path: Path, source: SourceSettings | JoinSettings, work_folder: Path):
    header_row = getattr(source, "header_row", 1)
    with _scratch(work_folder) as target:
        columns = workbook.rewrite(path, target, sheet=source.sheet, header_row=header_row)
        yield _lines(target, columns, header_row, ""), columns


def _lines(path: Path, columns: tuple[str, ...], header_ends: int, delimiter: str) -> str:
    """Read lines and part them: by a delimiter, or the simple form where there is none."""
    by = literal(delimiter or delimited.FIELD)
    field, whole = "f[{}]", "line"
    if not delimiter:
        field = f"replace(f[{{}}], {literal(delimited.BREAK)}, chr(10))"
        whole = f"replace(ltrim(line, {by}), {by}, ',')"
    fields = ", ".join(f"{field.format(k)} AS c{k}" for k in range(1, len(columns) + 1))
    return (
        "SELECT number AS __line, "
        f"CASE WHEN len(f) <> {len(columns)} THEN {whole} END AS __ragged, {fields} "
        f"FROM (SELECT number, line, string_split(line, {by}) AS f FROM "
        f"(SELECT line, row_number() OVER () AS number FROM read_csv({path_literal(path)}, "
        "columns = {'line': 'VARCHAR'}, delim = '\x01', quote = '', escape = '', header = false, "
        f"auto_detect = false, max_line_size = {_LINE})) "
        f"WHERE number > {header_ends} AND trim(line, {BLANKS} || {by}) <> '')"
    )


def _even(path: Path, label: str, source: SourceSettings | JoinSettings) -> EvenPart | None:
    """A text file read by DuckDB's own reader; None where that may part it in another way."""
    if not delimited.in_utf8(source.encoding):
        return None
    try:
        text = delimited.examine(
            path, encoding="utf-8-sig", delimiter=source.delimiter,
            header_row=getattr(source, "header_row", 1), known=True,
        )  # fmt: skip
    except (SourceError, UnicodeDecodeError):
        return None
    if len(text.delimiter) != 1 or not text.delimiter.isascii():
        return None
    looked = survey(path, delimiter=text.delimiter)
    with path.open("rb") as lines:
        above = b"".join(islice(lines, text.header_ends))
    count, rows = len(text.columns), looked.lines - text.header_ends
    exact = looked.delimiters - above.count(text.delimiter.encode()) == rows * (count - 1)
    if not looked.even or not exact and looked.open_ends:  # DuckDB takes one empty field too many
        return None
    names = [f"c{k}" for k in range(1, count + 1)]
    described = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
    blanks = "plain" if looked.blanks > above.count(b" ") else "none"
    blanks = blanks if looked.ordinary else "any"
    whole = f"trim(concat({', '.join(names)}), {BLANKS}) = ''"
    first = "coalesce(c1, '') < '!'" if looked.ordinary else f"trim(coalesce(c1, ''), {BLANKS}) = ''"
    relation = (
        f"SELECT CASE WHEN {first} THEN {whole} END AS __blank, {', '.join(names)} "
        f"FROM read_csv({path_literal(path)}, columns = {{{described}}}, "
        f"delim = {literal(text.delimiter)}, quote = '\"', escape = '\"', header = false, "
        f"skip = {text.header_ends}, auto_detect = false, strict_mode = true, "
        f"null_padding = false, max_line_size = {_LINE})"
    )
    return EvenPart(relation, text.columns, label, text.header_ends + 1, rows, blanks)


@contextmanager
def _database(path: Path, table: str, connection: duckdb.DuckDBPyConnection):
    alias = identifier(f"source of {path}")
    try:
        connection.execute(f"ATTACH {literal(str(path))} AS {alias} (READ_ONLY)")
    except duckdb.Error as error:
        raise SourceError(f"{path}: cannot be read as a DuckDB file ({first_line(error)}).") from None
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


def _table(
    origin: str, path: Path, label: str, connection: duckdb.DuckDBPyConnection, *, even: bool
) -> Part:
    """Read a typed relation as text: 7 for 7.0, ISO for dates."""
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
    columns = delimited.column_names(name for name, *_ in described)
    if even:
        relation = f"SELECT CAST(NULL AS BOOLEAN) AS __blank, {', '.join(fields)} FROM {origin}"
        return EvenPart(relation, columns, label, first=1, rows=None, blanks="any")
    relation = (
        f"SELECT row_number() OVER () AS __line, CAST(NULL AS VARCHAR) AS __ragged, "
        f"{', '.join(fields)} FROM {origin}"
    )
    return Part(relation, columns, label)
