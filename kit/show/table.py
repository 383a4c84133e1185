"""One frame as a table: formatted by column, escaped, with one unit for all amounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts, html_table
from kit.show.cells import Cells
from kit.show.notes import nothing, unavailable
from kit.show.view import View
from kit.show.words import Words

_RIGHT = frozenset(
    "money signed_money percent signed_percent share chance count number multiple points days".split()
)
_NEVER = frozenset(("facts", "running", "action_id"))


def table(
    frame: pd.DataFrame | Unavailable,
    words: Words,
    *,
    title: str = "",
    columns: Sequence[str] | None = None,
    caption: str = "",
    highlight: Sequence[bool] | None = None,
    measure: str = "bookings",
    kinds: Mapping[str, str] | None = None,
    headings: Mapping[str, str] | None = None,
    empty: str = "unavailable.no_rows",
    stacked: bool = False,
    largest: float = 0.0,
) -> View:
    """A frame as an HTML table.

    Parameters
    ----------
    frame : DataFrame
        Columns of the shared vocabulary are written by their kind; others as text. Keys become
        words; `facts` fills the phrases of its row; where a row has its own `measure` or
        `kind`, its figures are in that unit.
    words : Words
    title : str
        Stands above the table.
    columns : sequence of str, optional
        Which columns, in which order; those that the frame lacks, and those beside the first in
        which nothing is known, are left out. The first names the row. None: all but the technical
        ones.
    caption : str
        A line below the table.
    highlight : sequence of bool, optional
        Rows set in bold.
    measure : str
        Unit of the amounts where rows do not say it.
    kinds, headings : mapping, optional
        Kinds and headings that differ from the vocabulary's, such as a margin that is a rate.
    empty : str
        Key of the line that stands for a frame without rows.
    stacked : bool
        Whether rows hold sentences and become blocks on a phone.
    largest : float
        An amount of another table that this one shares its unit with; 0: a unit of its own.

    Returns
    -------
    View
        See `kit.show.html_table.view`.

    Examples
    --------
    >>> view = table(pd.DataFrame({"part": ["<b>East</b>"], "attainment": [0.82]}), Words("en"))
    >>> "&lt;b&gt;East&lt;/b&gt;" in view.html, "82.0%" in view.html
    (True, True)
    """
    if isinstance(frame, Unavailable):
        return unavailable(frame, words)
    if frame.empty:
        return nothing(words, key=empty)
    first, *others = [name for name in (columns or _default(frame)) if name in frame.columns]
    shown = [first, *(name for name in others if tells(frame, name))]
    writer = Cells(frame, words, measure=measure, kinds=dict(kinds or {}), largest=largest)
    cells = pd.DataFrame({name: writer.column(name) for name in shown}, dtype="object")
    for row in range(len(cells)) if highlight is not None else ():
        if highlight[row]:
            cells.iloc[row] = [f"<strong>{cell}</strong>" for cell in cells.iloc[row]]
    named = [(headings or {}).get(name) or words.heading(name) for name in shown]
    return html_table.view(
        cells,
        named,
        right=[writer.kind(name) in _RIGHT for name in shown],
        title=title,
        lines=[line for line in (caption, writer.unit_line(shown)) if line],
        label=named[0],
        stacked=stacked,
    )


def notes_of(
    frame: pd.DataFrame | Unavailable, words: Words, keys: Mapping[str, str]
) -> str:
    """The phrases that explain columns, of those alone that a table shows.

    Parameters
    ----------
    frame : DataFrame or Unavailable
    words : Words
    keys : mapping
        Key of the phrase by column; a phrase of several columns is said once.

    Examples
    --------
    >>> frame = pd.DataFrame({"period": ["2025-07"], "moving_average": [None]})
    >>> notes_of(frame, Words("en"), {"moving_average": "table.months_average"})
    ''
    """
    if isinstance(frame, Unavailable):
        return ""
    return " ".join(dict.fromkeys(words.t(key) for name, key in keys.items() if tells(frame, name)))


def tells(frame: pd.DataFrame, name: str) -> bool:
    """Whether a column is there and says anything: a value that is known, a flag that is set.

    Examples
    --------
    >>> frame = pd.DataFrame({"gap": [2.0, None], "yoy": [None, None]})
    >>> tells(frame, "gap"), tells(frame, "yoy"), tells(frame, "mom")
    (True, False, False)
    """
    if name not in frame:
        return False
    column = frame[name]
    if column.dtype == bool:
        return bool(column.any())
    return any(not amounts.missing(one) and one == one for one in column)


def _default(frame: pd.DataFrame) -> list[str]:
    hidden = set(_NEVER)
    if "part" in frame or "rep" in frame:
        hidden.add("scope")
    if "value" in frame:
        hidden.add("kind")
    return [name for name in frame.columns if name not in hidden]
