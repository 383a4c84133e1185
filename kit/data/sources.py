"""The company's own files: CSV, Excel, Parquet and DuckDB, read as text with file and line."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path, PurePosixPath, PureWindowsPath

import duckdb

from kit.data import delimited, typed_files, workbook
from kit.data.part import EvenPart, Part
from kit.data.sql import BLANKS, literal, path_literal
from kit.data.survey import ends_open, survey
from kit.errors import SourceError, nearest
from kit.settings import JoinSettings, SourceSettings

_LINE = 8_000_000  # bytes of the longest line


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
        origin = f"read_parquet({path_literal(path)})"
        yield typed_files.as_text(origin, path, label, connection=connection, even=even)
    elif suffix in (".duckdb", ".db", ".ddb"):
        with typed_files.attached(path, source.table, connection=connection) as origin:
            yield typed_files.as_text(origin, path, label, connection=connection, even=even)
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
    if not looked.even or not exact and ends_open(path, delimiter=text.delimiter):
        return None  # a line may have one empty field too many, which DuckDB passes over
    names = [f"c{k}" for k in range(1, count + 1)]
    described = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
    blanks = "plain" if looked.blanks > above.count(b" ") else "none"
    blanks = blanks if looked.ordinary else "any"
    whole = f"trim(concat({', '.join(names)}), {BLANKS}) = ''"
    first = f"trim(coalesce(c1, ''), {BLANKS}) = ''"
    if looked.ordinary:
        first = "coalesce(c1, '') < '!'"  # the same, and quicker
    relation = (
        f"SELECT CASE WHEN {first} THEN {whole} END AS __blank, {', '.join(names)} "
        f"FROM read_csv({path_literal(path)}, columns = {{{described}}}, "
        f"delim = {literal(text.delimiter)}, quote = '\"', escape = '\"', header = false, "
        f"skip = {text.header_ends}, auto_detect = false, strict_mode = true, "
        f"null_padding = false, max_line_size = {_LINE})"
    )
    return EvenPart(relation, text.columns, label, text.header_ends + 1, rows, blanks)
