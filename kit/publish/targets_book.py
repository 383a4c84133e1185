"""The target table as an Excel book: figures to negotiate, with checks of their sums."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from kit.errors import BatchError
from kit.publish import book_checks
from kit.publish.book_file import store
from kit.publish.book_layout import (
    FIRST_COLUMN,
    FIRST_ROW,
    FORMAT,
    HEAD,
    META,
    as_json,
    column,
    decimals,
    seal,
    shown,
)
from kit.show.words import Words

_MOST_ROWS = 100_000
_GREY, _BLUE = "F2F2F2", "1F4E9E"


def write(
    table: pd.DataFrame,
    path: str | Path,
    *,
    words: Words,
    facts: Mapping[str, Any],
    versions: Mapping[str, Mapping[str, int]],
    locked: bool = False,
    replace: bool = False,
) -> Path:
    """Write a target table as one sheet of an .xlsx file.

    Parameters
    ----------
    table : DataFrame
        row, scope, part, kind, above, depth, period, target, state; see `kit.plan.annual_table`.
    path : path
    words : Words
    facts : mapping
        company (its id), title, scope, period, measure, currency, as_of and version (the ledger's
        newest version in the table, 0 for none); they are shown and read back.
    versions : mapping
        Newest version by scope and period, as the ledger has them.
    locked : bool
        Protect all but the figures, without a password.
    replace : bool
        Whether a file that is there may be overwritten.

    Returns
    -------
    Path

    Raises
    ------
    BatchError
        Where the file's name does not end in .xlsx, a file is there already, the table is too long,
        or the file cannot be written.

    Notes
    -----
    Beside each line stands what its months lack to its total, and beside each line with parts what
    these lack to it, month by month, as formulas over the cells; all are 0 in a book that adds up.
    These are the only formulas: text from data is defused. The same table gives the same bytes.
    """
    path = require_place(path, replace=replace)
    lines = list(table.groupby("row", sort=True))
    if len(lines) > _MOST_ROWS:
        raise BatchError(
            f"The table has {len(lines):,} lines, more than {_MOST_ROWS:,}. Export a single region."
        )
    book = Workbook()
    sheet = book.active
    sheet.title = words.t("book.sheet")
    periods = list(dict.fromkeys(table["period"]))
    _headings(sheet, words, facts, periods)
    digit = f"#,##0.{'#' * decimals(facts['currency'])}".rstrip(".")
    shape = f"{digit};[Red]-{digit};0"
    for place, (_, line) in enumerate(lines):
        _line(sheet, FIRST_ROW + place, line, words, shape=shape)
    depths = [int(line["depth"].iloc[0]) for _, line in lines]
    book_checks.write(sheet, depths, many=len(periods), digits=decimals(facts["currency"]))
    _arranged(sheet, len(lines), len(periods), locked=locked)
    _meta(book, table, lines, facts=facts, versions=versions, periods=periods, sheet=sheet.title)
    store(book, path, day=facts["as_of"])
    return path


def require_place(path: str | Path, *, replace: bool = False) -> Path:
    """Check that a book may be written under a name.

    Raises
    ------
    BatchError
        Where the name does not end in .xlsx, or a file is there and may not be replaced.

    Examples
    --------
    >>> require_place("plans/targets.xlsx").name
    'targets.xlsx'
    """
    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise BatchError(
            f"{path}: the target book is an Excel file, so its name has to end in .xlsx; found "
            f"'{path.suffix}'. Give another name, such as {path.stem}.xlsx."
        )
    if path.exists() and not replace:
        raise BatchError(
            f"{path}: is there already, and may hold what was negotiated. Give another name, or "
            "--replace to overwrite it."
        )
    return path


def _headings(
    sheet: Worksheet, words: Words, facts: Mapping[str, Any], periods: Sequence[str]
) -> None:
    told = {
        "title": words.t("book.title", company=facts["title"], period=facts["period"]),
        "measure": words.term("measure", facts["measure"]),
        "unit": words.t("book.unit", currency=facts["currency"]),
        "version": words.t("book.version", n=facts["version"])
        if facts["version"] else words.t("book.no_version"),
        "as_of": words.date(facts["as_of"]),
    }  # fmt: skip
    _text(sheet, 1, 1, told.pop("title")).font = Font(bold=True, size=14)
    for row, (key, text) in enumerate(told.items(), start=2):
        _text(sheet, row, 1, words.t(f"book.{key}_label")).font = Font(bold=True)
        _text(sheet, row, 3, text)
    _text(sheet, 6, 1, words.t("book.adds_up_label")).font = Font(bold=True)
    _text(sheet, 7, 1, words.t("book.how")).font = Font(italic=True, color="595959")
    many = len(periods)
    heads = [words.t(f"book.{key}") for key in ("scope", "kind", "part", "state")]
    heads += [words.period(one) for one in periods] + [words.t("book.total")]
    heads += [words.t("book.check_total")]
    heads += [words.t("book.check", period=words.period(one)) for one in periods]
    heads += [words.t("book.check", period=words.t("book.total"))]
    for place, text in enumerate(heads, start=1):
        cell = _text(sheet, HEAD, place, text)
        cell.font = Font(bold=True)
        cell.border = Border(bottom=Side("medium"))
        cell.alignment = Alignment(
            horizontal="left" if place < FIRST_COLUMN else "right", wrap_text=True, vertical="top"
        )
        if place > FIRST_COLUMN + many:
            cell.fill = PatternFill("solid", fgColor=_GREY)


def _line(sheet: Worksheet, row: int, line: pd.DataFrame, words: Words, *, shape: str) -> None:
    first = line.iloc[0]
    rest = first["kind"] == "rest"
    states = [one for one in dict.fromkeys(line["state"]) if one]
    state = "" if rest else words.term("state", states[0] if len(states) == 1 else "mixed")
    name = words.t("book.rest") if rest else first["part"]
    texts = (first["scope"], words.term("book.level", first["kind"]), name, state)
    for place, text in enumerate(texts, start=1):
        _text(sheet, row, place, text)
    sheet.cell(row, 3).alignment = Alignment(indent=min(2 * int(first["depth"]), 15))
    bold = first["kind"] in ("company", "region", "team") and not rest
    total = float(line["target"].fillna(0.0).sum())
    targets = [*line["target"], round(total, 6)]
    for place, target in enumerate(targets):
        cell = sheet.cell(row, FIRST_COLUMN + place)
        cell.number_format = shape
        proposed = place < len(line) and line["state"].iloc[place] == "proposed"
        cell.font = Font(bold=bold, italic=rest or proposed, color=_BLUE if proposed else "000000")
        if pd.isna(target):
            cell.fill = PatternFill("solid", fgColor=_GREY)
            continue
        cell.value = int(target) if float(target).is_integer() else round(float(target), 6)
        cell.protection = Protection(locked=False)


def _arranged(sheet: Worksheet, rows: int, many: int, *, locked: bool) -> None:
    """Widths, frozen panes, outline, print set-up and protection."""
    widths = {1: 22, 2: 10, 3: 34, 4: 12}
    for place in range(1, FIRST_COLUMN + 2 * many + 4):
        width = widths.get(place, 15)
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = f"{column(0)}{FIRST_ROW}"
    sheet.print_title_rows = f"{HEAD}:{HEAD}"
    sheet.print_area = f"A1:{column(many + 1)}{FIRST_ROW + rows - 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.protection.sheet = locked
    sheet.protection.formatColumns = sheet.protection.formatRows = False


def _meta(
    book: Workbook, table: pd.DataFrame, lines: Sequence[tuple[int, pd.DataFrame]], *,
    facts: Mapping[str, Any], versions: Mapping, periods: Sequence[str], sheet: str,
) -> None:  # fmt: skip
    """The hidden sheet: what the book was made of, a line each, and a seal over them."""
    told = [as_json({
        "format": FORMAT, "sheet": sheet, "periods": list(periods),
        **{key: one.isoformat() if isinstance(one, dt.date) else one for key, one in facts.items()},
    })]  # fmt: skip
    for _, line in lines:
        first = line.iloc[0]
        told.append(as_json({
            **{key: str(first[key]) for key in ("scope", "kind", "above")},
            "depth": int(first["depth"]),
            "targets": [None if pd.isna(one) else round(float(one), 6) for one in line["target"]],
            "states": list(line["state"]),
            "versions": dict(versions.get(first["scope"], {})),
        }))  # fmt: skip
    meta = book.create_sheet(META)
    meta.sheet_state = "hidden"
    for row, text in enumerate([*told, seal(told)], start=1):
        meta.cell(row, 1, text).data_type = "s"


def _text(sheet: Worksheet, row: int, place: int, text: object):
    cell = sheet.cell(row, place)
    cell.value = shown(text)
    cell.data_type = "s"
    return cell
