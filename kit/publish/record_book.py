"""The weekly record as an Excel book that a rep fills in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from kit.data.case import Case
from kit.errors import BatchError
from kit.parameters import root_of
from kit.publish.outputs import Layout
from kit.show import amounts
from kit.show.weekly_record import texts
from kit.show.words import Words

FILE = "weekly-record.xlsx"
_HEAD = 4  # the row of the headings
_GIVEN = ("week", "rep", "customer", "what", "amount", "state", "step", "due_on")
_OWN = ("own_step", "own_due", "done", "remark")
_WIDTHS = {"week": 10, "rep": 16, "customer": 26, "what": 38, "amount": 14, "state": 38, "step": 36,
           "due_on": 13, "own_step": 36, "own_due": 13, "done": 13, "remark": 30}  # fmt: skip
_GREY = "F2F2F2"
_SHAPES = {"text": "@", "money": "#,##0", "day": "yyyy-mm-dd"}


def save(case: Case, record: pd.DataFrame, words: Words, *, path: str = "") -> Path | None:
    """Write the weekly record to a book with empty columns for what is agreed and done.

    Parameters
    ----------
    case : Case
    record : DataFrame
        From `kit.track.weekly_record.weekly_record`.
    words : Words
    path : str
        The file; empty: weekly-record.xlsx in the scope's folder under the outputs folder.

    Returns
    -------
    Path or None
        None for the whole company: its regions, teams and reps have books of their own.

    Raises
    ------
    BatchError
        Where the file cannot be written.

    Notes
    -----
    A deal that stands in both weeks has one line, this week's. Text from the data is defused, so
    that no cell is run as a formula. The same record gives the same bytes.
    """
    if case.scope.kind == "company":
        return None
    from openpyxl import Workbook  # a tenth of a second, for this file alone

    from kit.publish.book_file import store

    place = Path(path) if path else _own_folder(case) / FILE
    book = Workbook()
    sheet = book.active
    sheet.title = words.t("record.sheet")
    _styles(book)
    _headings(sheet, case, words)
    rows = texts(_once(record), words).assign(_at=(record["week"] == "last").astype(int))
    rows = rows.sort_values(["_at", "rep_id"], kind="stable", na_position="last")
    for at, one in enumerate(rows.itertuples(index=False), start=_HEAD + 1):
        _line(sheet, at, one, words)
    _arranged(sheet, len(rows))
    store(book, place, day=case.as_of)
    return place


def _once(record: pd.DataFrame) -> pd.DataFrame:
    """The record without last week's line of a deal that this week has too."""
    deals = record["item"] == "deal"
    running = record.loc[deals & (record["week"] == "running"), "number"]
    return record[~(deals & (record["week"] == "last") & record["number"].isin(running))]


def _headings(sheet: Any, case: Case, words: Words) -> None:
    from openpyxl.styles import Alignment, Border, Font, Side

    from kit.data.territory import rep_names

    name = case.scope.id or case.settings.title
    name = rep_names(case.data).get(name, name) if case.scope.kind == "rep" else name
    title = words.t("record.file_title", scope=name)
    _text(sheet, 1, 1, title).font = Font(bold=True, size=14)
    _text(sheet, 2, 1, words.t("packet.as_of", when=case.as_of))
    _text(sheet, 3, 1, words.t("record.how")).font = Font(italic=True, color="595959")
    for place, column in enumerate((*_GIVEN, *_OWN), start=1):
        cell = _text(sheet, _HEAD, place, _heading(column, words))
        cell.font = Font(bold=True)
        cell.border = Border(bottom=Side("medium"))
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _heading(column: str, words: Words) -> str:
    key = f"record.column.{column}"
    return words.t(key) if words.has(key) else words.heading(column)


def _styles(book: Any) -> None:
    """One named style a kind of cell: to set each cell's parts anew would take ten times as long."""
    from openpyxl.styles import Alignment, NamedStyle, PatternFill

    grey, top = PatternFill("solid", fgColor=_GREY), Alignment(wrap_text=True, vertical="top")
    for kind, shape in _SHAPES.items():
        book.add_named_style(NamedStyle(kind, number_format=shape, alignment=top, fill=grey))


def _line(sheet: Any, row: int, one: Any, words: Words) -> None:
    told = {
        "week": words.t(f"record.weeks.{one.week}"), "rep": one.rep, "customer": one.customer,
        "what": one.what, "state": one.state, "step": one.step,
    }  # fmt: skip
    for place, column in enumerate(_GIVEN, start=1):
        if column == "amount":
            cell = sheet.cell(row, place)
            cell.value = round(float(one.amount), 2) if one.amount == one.amount else None
            cell.style = "money"
        elif column == "due_on":
            cell = sheet.cell(row, place)
            cell.value = None if pd.isna(one.due_on) else one.due_on.date()
            cell.style = "day"
        else:
            found = told[column]
            _text(sheet, row, place, "" if amounts.missing(found) else found).style = "text"


def _arranged(sheet: Any, rows: int) -> None:
    from openpyxl.utils import get_column_letter

    columns = (*_GIVEN, *_OWN)
    for place, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS[column]
    last = get_column_letter(len(columns))
    sheet.freeze_panes = f"D{_HEAD + 1}"
    sheet.auto_filter.ref = f"A{_HEAD}:{last}{_HEAD + max(rows, 1)}"
    sheet.print_title_rows = f"{_HEAD}:{_HEAD}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _text(sheet: Any, row: int, place: int, text: object) -> Any:
    from kit.publish.book_layout import shown

    cell = sheet.cell(row, place)
    cell.value = shown(text)
    cell.data_type = "s"
    return cell


def _own_folder(case: Case) -> Path:
    if case.origin is None:
        raise BatchError("A case built by hand has no outputs folder: give the record's file a path.")
    out = root_of(case.origin.config) / case.origin.out
    return Layout(out, case.settings.company, case.period.name).packet(case.scope)
