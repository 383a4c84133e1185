"""The checks in a target book: formulas that are 0 where months and parts add up."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from kit.publish.book_layout import FIRST_COLUMN, FIRST_ROW, column

WHOLE = "C6"  # the cell that counts the sums that differ
_FEW = 200  # arguments of one SUM
_RED = "F8CBAD"


def write(sheet: Worksheet, depths: Sequence[int], *, many: int, digits: int = 2) -> None:
    """Write the formulas: months against the total, and parts against the line above them.

    Parameters
    ----------
    sheet : Worksheet
        Its figures are there already.
    depths : sequence of int
        Depth of each line, in order; a line's parts follow it, one deeper.
    many : int
        Number of columns before the total.
    digits : int
        Decimals of the currency, to which differences are rounded.
    """
    digit = f"#,##0.{'0' * digits}" if digits else "#,##0"
    shape = f"{digit};[Red]-{digit};–"
    total, across = column(many), FIRST_COLUMN + many + 1
    below: dict[int, list[int]] = {}
    open_: list[int] = []
    for place, depth in enumerate(depths):
        del open_[depth:]
        if open_:
            below.setdefault(open_[-1], []).append(FIRST_ROW + place)
        open_.append(FIRST_ROW + place)
    for place in range(len(depths)):
        row = FIRST_ROW + place
        months = f"SUM({column(0)}{row}:{column(many - 1)}{row})"
        cells = [(across, f"=ROUND({months}-{total}{row},{digits})")]
        for number in range(many + 1) if row in below else ():
            letter = column(number)
            parts = _sum([f"{letter}{one}" for one in _runs(below[row], letter)])
            cells.append((across + 1 + number, f"=ROUND({parts}-{letter}{row},{digits})"))
        for where, formula in cells:
            cell = sheet.cell(row, where, formula)
            cell.number_format = shape
    last = f"{get_column_letter(across + many + 1)}{FIRST_ROW + len(depths) - 1}"
    area = f"{get_column_letter(across)}{FIRST_ROW}:{last}"
    sheet[WHOLE] = f"=SUMPRODUCT(--(ABS({area})>{0.5 * 10**-digits:.{digits + 1}f}))"
    sheet[WHOLE].font = Font(bold=True)
    wrong = PatternFill("solid", bgColor=_RED)
    for where in (area, WHOLE):
        sheet.conditional_formatting.add(where, CellIsRule("notEqual", ["0"], fill=wrong))


def _runs(rows: Sequence[int], letter: str) -> list[str]:
    """Rows, neighbours joined: 5, 7:E9."""
    found: list[list[int]] = []
    for row in rows:
        if found and found[-1][1] == row - 1:
            found[-1][1] = row
        else:
            found.append([row, row])
    return [str(one) if one == last else f"{one}:{letter}{last}" for one, last in found]


def _sum(cells: Sequence[str]) -> str:
    while len(cells) > _FEW:
        cells = [_sum(cells[at : at + _FEW]) for at in range(0, len(cells), _FEW)]
    return f"SUM({','.join(cells)})"
