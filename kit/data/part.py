"""One file of a source, as SQL over it."""

from __future__ import annotations

from dataclasses import dataclass


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
