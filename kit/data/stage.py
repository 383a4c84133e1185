"""The stage: one file of the company's after the gate, typed, kept as Parquet until it changes.

The rows of a file are parted in two: those that are plain, typed at once, and the few others, which
`kit.data.rules.typed` has judged one by one, with their raw texts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from kit.data import plain
from kit.data.part import EvenPart, Part
from kit.data.rules import typed
from kit.data.sql import identifier, literal, path_literal
from kit.data.tables import Table
from kit.disk import sha256
from kit.settings import ColumnSettings, Settings

_AS_PARQUET = "(FORMAT parquet, COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 2000)"
_JUDGED = "(FORMAT parquet, COMPRESSION zstd)"

Mapped = tuple[str, Mapping[str, ColumnSettings]]


@dataclass(frozen=True)
class Stage:
    """One file of a source after the gate's rules for single rows.

    Parameters
    ----------
    rows : Path
        Parquet of the typed columns, a row each of the file; `__raw` is filled where the row is not
        plain, and `__line` is there where the rows do not stand one after another.
    odd : Path or None
        Parquet of the rows that are not plain, as `kit.data.rules.typed` gives them.
    first : int or None
        Line of the first row where rows stand one after another, else None.
    plain_rows, odd_rows : int
        How many there are of each; lines without any cell are in neither.
    sha256 : tuple of str
        Of the files.
    """

    rows: Path
    odd: Path | None
    first: int | None
    plain_rows: int
    odd_rows: int
    sha256: tuple[str, ...]

    def plain(self, table: Table, part: int) -> str:
        """SQL of the plain rows: `__part`, `__line` and the typed columns."""
        names = ", ".join(identifier(name) for name in table.names)
        line = "__line" if self.first is None else f"file_row_number + {self.first}"
        some = "WHERE __raw IS NULL" if self.odd is not None else ""
        return (
            f"SELECT {part} AS __part, CAST({line} AS BIGINT) AS __line, {names} FROM "
            f"read_parquet({path_literal(self.rows)}, file_row_number = true) {some}"
        )

    def judged(self, table: Table, part: int, file: str) -> str:
        """SQL of the other rows: `__part`, `__file` and what `kit.data.rules.typed` gives."""
        return (
            f"SELECT {part} AS __part, {literal(file)} AS __file, * "
            f"FROM read_parquet({path_literal(self.odd)})"
        )


def make(
    table: Table,
    opened: Callable[[bool], AbstractContextManager[Part]],
    mapped: Callable[[Part], Mapped],
    *,
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    joined: bool,
) -> Stage:
    """Let one file through the gate's rules for single rows.

    Parameters
    ----------
    table : Table
    opened : callable
        Opens the file, as an `EvenPart` where that is wanted and possible.
    mapped : callable
        Gives the part's rows in canonical columns as text, and how the columns are read.
    settings : Settings
    connection : DuckDBPyConnection
    folder : Path
        Where the stage's files are written.
    joined : bool
        Whether lookups are joined to the file's rows, which loses their order, or rows passed over.

    Raises
    ------
    SourceError
        Where the file or a column cannot be read.
    """
    making = _Making(table, mapped, settings, connection, folder)
    with opened(True) as part:
        if not isinstance(part, EvenPart):
            return making.numbered(part)
        found = making.joined(part) if joined else making.even(part)
        if found is not None:
            return found
    with opened(False) as part:
        return making.numbered(part)


def hashes(*paths: Path | None) -> tuple[str, ...]:
    """The SHA-256 of each file that there is."""
    return tuple(sha256(path) for path in paths if path is not None)


@dataclass(frozen=True)
class _Making:
    """The making of one file's stage in a folder."""

    table: Table
    mapped: Callable[[Part], Mapped]
    settings: Settings
    connection: duckdb.DuckDBPyConnection
    folder: Path

    def numbered(self, part: Part) -> Stage:
        """Read a file whose rows carry their lines."""
        sql, columns = self.mapped(part)
        query = plain.judged(
            self.table, sql, columns=columns, settings=self.settings, numbered=True
        )
        rows = self.folder / "rows.parquet"
        return self._with_odd(rows, columns, count=self._copied(query, rows), first=None)

    def even(self, part: EvenPart) -> Stage | None:
        """Read a file whose rows stand one after another; None where they turn out not to."""
        sql, columns = self.mapped(part)
        query = plain.judged(
            self.table, sql, columns=columns, settings=self.settings, numbered=False,
            blanks=part.blanks,
        )  # fmt: skip
        rows = self.folder / "rows.parquet"
        count = self._copied_even(part, query, rows)
        if count is None:
            return None
        return self._with_odd(rows, columns, count=count, first=part.first)

    def joined(self, part: EvenPart) -> Stage | None:
        """The same where lookups are joined: the rows get their numbers first."""
        lines = self.folder / "lines.parquet"
        if self._copied_even(part, part.relation, lines) is None:
            return None
        numbered = (
            f"SELECT file_row_number + {part.first} AS __line, CAST(NULL AS VARCHAR) AS __ragged, "
            f"* EXCLUDE (file_row_number, __blank) FROM read_parquet({path_literal(lines)}, "
            "file_row_number = true) WHERE NOT coalesce(__blank, false)"
        )
        found = self.numbered(Part(numbered, part.columns, part.file))
        lines.unlink()
        return found

    def _copied(self, query: str, path: Path) -> int:
        """Write the result of a query; its rows."""
        done = self.connection.execute(f"COPY ({query}) TO {literal(str(path))} {_AS_PARQUET}")
        return done.fetchall()[0][0]

    def _copied_even(self, part: EvenPart, query: str, path: Path) -> int | None:
        """The same; None where the rows are not those that the file's lines lead to expect."""
        try:
            count = self._copied(query, path)
        except (duckdb.InvalidInputException, duckdb.ConversionException):
            if part.rows is None:
                raise
            return None
        return count if part.rows in (None, count) else None

    def _with_odd(
        self, rows: Path, columns: Mapping[str, ColumnSettings], *, count: int, first: int | None
    ) -> Stage:
        """Judge the rows that are not plain."""
        source = f"read_parquet({path_literal(rows)}, file_row_number = true)"
        marked = f"SELECT count(*) FROM {source} WHERE __raw IS NOT NULL"
        [(marked,)] = self.connection.execute(marked).fetchall()
        if not marked:
            return Stage(rows, None, first, count, 0, hashes(rows))
        line = "__line" if first is None else f"file_row_number + {first}"
        texts = (
            f"SELECT CAST({line} AS BIGINT) AS __line, {plain.texts_of(self.table)} FROM {source} "
            "WHERE __raw IS NOT NULL AND __raw[2] IS NULL"
        )
        odd = self.folder / "odd.parquet"
        judged = typed(self.table, texts, columns=columns, settings=self.settings)
        done = self.connection.execute(f"COPY ({judged}) TO {literal(str(odd))} {_JUDGED}")
        [(found,)] = done.fetchall()
        return Stage(rows, odd, first, count - marked, found, hashes(rows, odd))
