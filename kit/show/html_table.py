"""The HTML of a table: lean, and fit for a phone, where a row with prose becomes a block."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

import pandas as pd

from kit.show.figures.svg import width
from kit.show.view import View

_SIZE, _PADDING, _NAME, _PROSE = 13.6, 18, 80, 240  # pixels, as in the styles of a narrow table
_NARROW = 530  # fits beside a figure
_LINES = re.compile(r"\s*\n\s*")
_MARKUP = re.compile(r"<[^>]+>")


def view(
    cells: pd.DataFrame,
    headings: Sequence[str],
    *,
    right: Sequence[bool],
    title: str,
    lines: Sequence[str],
    label: str,
    stacked: bool = False,
) -> View:
    """Cells as a table in the kit's own frame.

    Parameters
    ----------
    cells : DataFrame
        HTML of each cell; the first column names the row.
    headings : sequence of str
    right : sequence of bool
        Columns of figures; the first is none.
    title : str
        Caption above; empty: none.
    lines : sequence of str
        Notes below.
    label : str
        Names the part of the page that scrolls, where there is no title.
    stacked : bool
        Whether on a phone each row becomes a block, in which `data-label` names each cell; other
        tables scroll there.

    Returns
    -------
    View
        A `<div>` with one `<table>`; it has the class `kit-narrow` where it fits half a page.
    """
    columns = [cells.iloc[:, at].tolist() for at in range(cells.shape[1])]
    marks = ["", *(' class="n"' if one else "" for one in right[1:])]
    labels = [f' data-label="{html.escape(one)}"' if stacked else "" for one in headings]
    opened = [' scope="row"', *map("".join, zip(labels[1:], marks[1:], strict=True))]
    names = "kit-table kit-stacked" if stacked else "kit-table"
    wide = [_wide(*one) for one in zip(columns, headings, strict=True)]
    if max(wide[0], _NAME) + sum(wide[1:]) <= _NARROW:
        names += " kit-narrow"
    head = "".join(
        f'<th scope="col"{mark}>{_LINES.sub("", html.escape(text))}</th>'
        for mark, text in zip(marks, headings, strict=True)
    )
    body = "".join(f"<tr>{_row(row, opened)}</tr>" for row in zip(*columns, strict=True))
    caption = f"<caption>{html.escape(title)}</caption>" if title else ""
    told = re.sub("(?<=。) ", "", " ".join(lines))
    notes = f'<p class="kit-note">{html.escape(told)}</p>' if lines else ""
    return View(
        f'<div class="{names}"><div class="kit-scroll" role="region" tabindex="0" '
        f'aria-label="{html.escape(title or label)}"><table>{caption}<thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{notes}</div>",
        title=title,
    )


def prose(text: str) -> str:
    """A text that needs a line of decent length."""
    return f'<span class="kit-long">{text}</span>'


def _row(cells: Sequence[str], opened: Sequence[str]) -> str:
    """The cells of a row with their attributes; the first names the row."""
    tags = ["th", *["td"] * (len(cells) - 1)]
    return "".join(
        f"<{tag}{attributes}>{_LINES.sub('', cell)}</{tag}>"
        for tag, attributes, cell in zip(tags, opened, cells, strict=True)
    )


def _wide(cells: Sequence[str], heading: str) -> float:
    texts = [html.unescape(_MARKUP.sub("", cell)) for cell in cells]
    words = [part for part in heading.split() if part] or [""]
    found = max(width(text, _SIZE) for text in [*texts, *words])
    return _PADDING + min(found, _PROSE)
