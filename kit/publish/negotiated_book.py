"""A negotiated target book read back: what each cell holds, once the book is the one exported."""

from __future__ import annotations

import datetime as dt
import json
import math
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from kit.errors import SourceError
from kit.publish import book_layout as book
from kit.show.words import Words

_MOST_BYTES, _MOST_UNPACKED, _MOST_PARTS = 10_000_000, 100_000_000, 1_000
_OLD = b"\xd0\xcf\x11\xe0"  # an OLE file: .xls, or an .xlsx with a password
_SHOWN = 20
_NOISE = 1e-6  # what a sum or product of a spreadsheet may be off
_AGAIN = "Export the table anew and enter the figures there."


@dataclass(frozen=True)
class Negotiated:
    """A target book as it came back.

    Parameters
    ----------
    path : Path
    sheet : str
    facts : mapping
        company, scope, period, measure, currency, version and as_of, as they were written.
    cells : DataFrame
        row, scope, kind, above, depth, period (`total` for the line's total), cell (its address),
        before (as exported), target (as found, in whole units of the currency's smallest one, or
        that far from what was exported; NaN where there can be none), state.
    versions : mapping
        Newest version by scope and period when the book was exported.
    """

    path: Path
    sheet: str
    facts: Mapping[str, Any]
    cells: pd.DataFrame
    versions: Mapping[str, Mapping[str, int]]


def read(path: str | Path) -> Negotiated:
    """Read a book that `kit.publish.targets_book.write` wrote and somebody has worked on.

    Parameters
    ----------
    path : path

    Returns
    -------
    Negotiated

    Raises
    ------
    SourceError
        Where the file is missing, too large, no .xlsx, has a password, is no target book, has other
        lines or columns than were exported, or a cell holds no number from 0 or one of more
        decimals than the currency has. Every such cell is named with what was found.

    Notes
    -----
    A formula in a cell counts with the value that the spreadsheet saved; what its floats are off by
    is rounded away. Finer amounts are refused rather than rounded, as rounding them one by one
    would break sums that somebody agreed on. A target that the ledger itself has so fine may stay,
    and change by whole units. Notes beside the table are passed over.
    """
    path = Path(path)
    _require_book(path)
    try:
        values, formulas = (load_workbook(path, data_only=one) for one in (True, False))
    except Exception as error:  # openpyxl raises what its parsers raise
        raise SourceError(
            f"{path}: cannot be read as an Excel workbook ({type(error).__name__}). Open it and "
            "save it as .xlsx."
        ) from None
    facts, lines = _meta(path, values)
    name = facts["sheet"]
    if name not in values.sheetnames:
        others = ", ".join(one for one in values.sheetnames if one != book.META)
        raise SourceError(
            f"{path}: there is no sheet '{name}', which held the table; found: {others}. "
            "Give the sheet its name back."
        )
    sheet = values[name]
    _require_structure(path, sheet, lines, facts["periods"])
    _require_headings(path, sheet, facts["periods"])
    digits = book.decimals(facts["currency"])
    cells, wrong = _cells(sheet, formulas[name], lines, facts["periods"], digits=digits)
    if wrong:
        raise SourceError(listed(f"{path}, sheet '{name}'", wrong))
    versions = {one["scope"]: one["versions"] for one in lines if one["scope"]}
    return Negotiated(path, name, facts, cells, versions)


def listed(where: str, sentences: Sequence[str]) -> str:
    """What is wrong, one line each, the first twenty of many.

    Examples
    --------
    >>> listed("a.xlsx", ["E5: empty."])
    'a.xlsx: E5: empty.'
    """
    if len(sentences) == 1:
        return f"{where}: {sentences[0]}"
    shown = [f"{where}: {len(sentences)} cells are wrong; nothing was written."]
    shown += [f"  {one}" for one in sentences[:_SHOWN]]
    if len(sentences) > _SHOWN:
        shown.append(f"  and {len(sentences) - _SHOWN} more.")
    return "\n".join(shown)


def _require_book(path: Path) -> None:
    """Check the file before anything in it is unpacked."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror}).") from None
    if size > _MOST_BYTES:
        raise SourceError(
            f"{path}: holds {size:,} bytes, more than {_MOST_BYTES:,}. A target book is smaller: "
            "take out what was added, or export a single region."
        )
    if start == _OLD:
        raise SourceError(
            f"{path}: has a password, or is of the old .xls kind. Save it as .xlsx without a "
            "password to open."
        )
    try:
        with zipfile.ZipFile(path) as parts:
            entries = parts.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise SourceError(f"{path}: is no .xlsx file. Save the book as .xlsx.") from None
    unpacked = sum(one.file_size for one in entries)
    if unpacked > _MOST_UNPACKED or len(entries) > _MOST_PARTS:
        raise SourceError(
            f"{path}: would unpack to {unpacked:,} bytes in {len(entries):,} parts, more than "
            f"{_MOST_UNPACKED:,} bytes or {_MOST_PARTS:,} parts. {_AGAIN}"
        )
    names = {one.filename for one in entries}
    if "[Content_Types].xml" not in names or not any(one.startswith("xl/") for one in names):
        raise SourceError(f"{path}: is no .xlsx file. Save the book as .xlsx.")


def _meta(path: Path, values) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What the hidden sheet tells: of the book, and of each line."""
    if book.META not in values.sheetnames or not isinstance(values[book.META], Worksheet):
        raise SourceError(
            f"{path}: is no target book of the kit, or its hidden sheet '{book.META}' was deleted. "
            f"{_AGAIN}"
        )
    told = [row[0] for row in values[book.META].iter_rows(max_col=1, values_only=True)]
    told = [one for one in told if one is not None]
    broken = SourceError(f"{path}: its hidden sheet '{book.META}' was changed. {_AGAIN}")
    texts = bool(told) and all(isinstance(one, str) for one in told)
    if not texts or book.seal(told[:-1]) != told[-1]:
        raise broken
    try:
        facts, *lines = [json.loads(one) for one in told[:-1]]
        facts["as_of"] = dt.date.fromisoformat(facts["as_of"])
        known = facts["format"]
    except (ValueError, KeyError, TypeError):
        raise broken from None
    if known != book.FORMAT:
        raise SourceError(
            f"{path}: is of form {known}, and this kit reads form {book.FORMAT}. {_AGAIN}"
        )
    return facts, lines


def _require_structure(
    path: Path, sheet: Worksheet, lines: Sequence[Mapping], periods: Sequence[str]
) -> None:
    """Check that lines and columns are where they were."""
    where = f"{path}, sheet '{sheet.title}'"
    last_row = book.FIRST_ROW + len(lines) - 1
    last = book.FIRST_COLUMN + len(periods)
    for area in sheet.merged_cells.ranges:
        if area.min_row <= last_row and area.max_row >= book.HEAD and area.min_col <= last:
            raise SourceError(f"{where}: the cells {area} were merged. Undo that; {_lower(_AGAIN)}")
    for place, line in enumerate(lines):
        cell = sheet.cell(book.FIRST_ROW + place, 1)
        expected, found = book.shown(line["scope"]), _plain(cell.value)
        if _plain(expected) != found:
            raise SourceError(
                f"{where}, cell {cell.coordinate}: found '{found}', expected '{expected}'. Lines "
                f"must stay as exported, in their order: none may be added, taken out, moved or "
                f"renamed. {_AGAIN}"
            )
    heads = [sheet.cell(book.HEAD, place).value for place in range(1, last + 1)]
    gone = [place for place, text in enumerate(heads, start=1) if _plain(text) == ""]
    if gone:
        raise SourceError(
            f"{where}, cell {get_column_letter(gone[0])}{book.HEAD}: the heading is gone. Columns "
            f"must stay as exported. {_AGAIN}"
        )
    for row in range(last_row + 1, min(sheet.max_row, last_row + 1_000) + 1):
        found = _plain(sheet.cell(row, 1).value)
        if found:
            raise SourceError(
                f"{where}, cell A{row}: '{found}' is no line of the exported table. New people and "
                "teams come into the roster first; then export anew."
            )


def _require_headings(path: Path, sheet: Worksheet, periods: Sequence[str]) -> None:
    """Check that each column of figures still stands under its own period, in some language."""
    for place, period in enumerate(periods, start=book.FIRST_COLUMN):
        cell = sheet.cell(book.HEAD, place)
        known, found = [Words(one).period(period) for one in ("en", "zh")], _plain(cell.value)
        if found not in map(_plain, known):
            raise SourceError(
                f"{path}, sheet '{sheet.title}', cell {cell.coordinate}: found '{found}', expected "
                f"'{known[0]}'. Columns must stay as exported, in their order. {_AGAIN}"
            )


def _cells(
    sheet: Worksheet, formulas: Worksheet, lines: Sequence[Mapping], periods: Sequence[str], *,
    digits: int,
) -> tuple[pd.DataFrame, list[str]]:  # fmt: skip
    """Every figure of the table, and a sentence for each that is none."""
    found, wrong = [], []
    for place, line in enumerate(lines):
        row = book.FIRST_ROW + place
        before = [*line["targets"], round(sum(one or 0.0 for one in line["targets"]), 6)]
        states = [*line["states"], "total"]
        for number, (name, old, state) in enumerate(
            zip([*periods, "total"], before, states, strict=True)
        ):
            cell = sheet.cell(row, book.FIRST_COLUMN + number)
            formula = formulas.cell(row, book.FIRST_COLUMN + number).value
            target, fault = _number(
                cell.value, formula, old, signed=line["kind"] == "rest", digits=digits
            )
            if fault:
                whose = line["scope"] or f"not handed out by {line['above']}"
                wrong.append(f"{cell.coordinate} ({whose}, {name}): {fault}")
            found.append(
                (place, line["scope"], line["kind"], line["above"], line["depth"], name,
                 cell.coordinate, math.nan if old is None else old, target, state)
            )  # fmt: skip
    names = "row scope kind above depth period cell before target state".split()
    return pd.DataFrame(found, columns=names), wrong


def _number(
    value: Any, formula: Any, old: float | None, *, signed: bool, digits: int
) -> tuple[float, str]:
    """A cell's number, exact in the currency's smallest unit, or what is wrong with it."""
    if value is None and isinstance(formula, str) and formula.startswith("="):
        return math.nan, (
            f"the formula '{formula[:60]}' has no saved value. Open the book in a spreadsheet, "
            "save it, or enter the number."
        )
    if isinstance(value, str) and not value.strip():
        value = None
    if old is None:
        if value is None or value == 0:
            return math.nan, ""
        return math.nan, f"found '{value}', but nobody is there then. Leave the cell empty."
    if value is None:
        return math.nan, "is empty, expected a number. Enter 0 for no target."
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        told = " ".join(str(value).split())[:60]
        return math.nan, f"found '{told}', expected a number. Enter it without text or unit."
    if value < 0 and not signed:
        return math.nan, f"found {value:,.2f}, expected 0 or more. A target cannot be negative."
    near = round(float(value), digits)
    if abs(value - near) <= max(_NOISE, 4 * math.ulp(value)):
        return near, ""
    change = value - old
    if abs(change - round(change, digits)) <= _NOISE:  # the ledger itself has so many decimals
        return round(float(value), 6), ""
    allowed = f"{digits} decimals at the most" if digits else "a whole amount"
    return math.nan, (
        f"found {round(float(value), 6):,}, expected {allowed}, as the currency has. Enter "
        f"{near:,.{digits}f}, or round in the formula: =ROUND(…,{digits})."
    )


def _plain(value: Any) -> str:
    return "" if value is None else " ".join(str(value).split())


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
