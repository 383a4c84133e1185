"""Excel sheets, written row by row in the simple form that `kit.data.delimited` describes."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from kit.data.delimited import clean, column_names, simple_line
from kit.errors import SourceError, nearest


def rewrite(path: Path, target: Path, *, sheet: str = "", header_row: int = 1) -> tuple[str, ...]:
    """Write a sheet's rows in the simple form, each on the line of its row number.

    Parameters
    ----------
    path : Path
        An .xlsx or .xlsm file; formulas count with the value Excel saved.
    target : Path
        The text file to write.
    sheet : str
        Empty: the first sheet.
    header_row : int
        Row with the column names. A cell that is empty there takes the text of the cell above it,
        as a header merged over two rows has it. What stands right of the header is left out.

    Returns
    -------
    tuple of str
        The columns' names.

    Raises
    ------
    SourceError
        A file that is no workbook, an unknown sheet, an empty header row.
    """
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise SourceError(
            f"{path}: cannot be read as an Excel workbook ({error}). Save it as .xlsx, unprotected."
        ) from None
    try:
        sheets = {one.title: one for one in book.worksheets}
        if not sheets or sheet and sheet not in sheets:
            raise SourceError(f"{path}: there is no sheet '{sheet}'. {nearest(sheet, sheets)}")
        chosen = sheets[sheet] if sheet else next(iter(sheets.values()))
        chosen.reset_dimensions()
        rows = chosen.iter_rows(values_only=True)
        columns = _header(list(islice(rows, header_row)), header_row)
        if not columns:
            raise SourceError(
                f"{path}, sheet '{chosen.title}': row {header_row} holds no column names. "
                "Correct header_row."
            )
        with target.open("w", encoding="utf-8", newline="\n") as out:
            out.write(simple_line([]) * header_row)
            out.writelines(_lines(rows, len(columns)))
    finally:
        book.close()
    return columns


def cell_text(value: Any) -> str:
    """A cell as text: 7 for 7.0, 0.3 for 0.30000000000000004, ISO for dates.

    Examples
    --------
    >>> [cell_text(one) for one in (7.0, 0.1 + 0.2, None, "007", dt.datetime(2025, 7, 1))]
    ['7', '0.3', '', '007', '2025-07-01']
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(value, ".15g")
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    return str(value)


def _header(rows: list[tuple], header_row: int) -> tuple[str, ...]:
    if len(rows) < header_row:
        return ()
    above = rows[-2] if header_row > 1 else ()
    cells = [cell_text(one) for one in rows[-1]]
    while cells and not cells[-1].strip():
        if len(cells) <= len(above) and cell_text(above[len(cells) - 1]).strip():
            break
        cells.pop()
    if not any(one.strip() for one in cells):
        return ()
    return column_names(
        one if one.strip() or at >= len(above) else cell_text(above[at])
        for at, one in enumerate(cells)
    )


def _lines(rows: Iterator[tuple], width: int) -> Iterator[str]:
    for row in rows:
        cells = [cell_text(one) for one in row[:width]]
        yield simple_line(cells + [""] * (width - len(cells)))
