"""The HTML of a table: lean, and fit for a phone, where a row with prose becomes a block."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

import great_tables
import pandas as pd

from kit.show.figures.svg import width
from kit.show.view import View

_SIZE, _PADDING, _NAME, _PROSE = 13.6, 18, 80, 240  # pixels, as in the styles of a narrow table
_NARROW = 530  # fits beside a figure
_TAG = re.compile(r"<(table|thead|tbody|tr|th|td)\b([^>]*)>")
_SCOPE = re.compile(r'\bscope="(\w+)"')


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
        Columns of figures.
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
    cells = cells.set_axis([f"c{at}" for at in range(cells.shape[1])], axis=1)
    named = dict(zip(cells.columns, headings, strict=True))
    built = (
        great_tables.GT(cells, rowname_col="c0")
        .tab_stubhead(label=named["c0"])
        .cols_label(**{name: text for name, text in named.items() if name != "c0"})
        .cols_align("left", columns=list(cells.columns))
        .fmt(str, columns=list(cells.columns))
    )
    numeric = [name for name, is_right in zip(cells.columns, right, strict=True) if is_right]
    if numeric:
        built = built.cols_align("right", columns=numeric)
    raw = built.as_raw_html()
    body = _TAG.sub(_bare, raw[raw.index("<table") : raw.index("</table>")])
    body = re.sub(r"\s*\n\s*", "", body)
    names = "kit-table"
    if stacked:
        names += " kit-stacked"
        body = _labelled(body, headings[1:])
    wide = [_wide(cells[name], named[name]) for name in cells.columns]
    if max(wide[0], _NAME) + sum(wide[1:]) <= _NARROW:
        names += " kit-narrow"
    if title:
        body = body.replace(">", f"><caption>{html.escape(title)}</caption>", 1)
    told = re.sub("(?<=。) ", "", " ".join(lines))
    notes = f'<p class="kit-note">{html.escape(told)}</p>' if lines else ""
    return View(
        f'<div class="{names}"><div class="kit-scroll" role="region" tabindex="0" '
        f'aria-label="{html.escape(title or label)}">{body}</table></div>{notes}</div>',
        title=title,
    )


def prose(text: str) -> str:
    """A text that needs a line of decent length."""
    return f'<span class="kit-long">{text}</span>'


def _wide(cells: pd.Series, heading: str) -> float:
    texts = [html.unescape(re.sub(r"<[^>]+>", "", cell)) for cell in cells]
    words = [part for part in heading.split() if part] or [""]
    found = max(width(text, _SIZE) for text in [*texts, *words])
    return _PADDING + min(found, _PROSE)


def _labelled(body: str, headings: Sequence[str]) -> str:
    """Each cell with the heading of its column, row by row."""
    head, rows = body.split("<tbody>", 1)
    labels = [html.escape(one) for one in headings]
    parts = rows.split("<tr>")
    for at, row in enumerate(parts):
        names = iter(labels)
        parts[at] = re.sub(r"<td", lambda _: f'<td data-label="{next(names)}"', row)  # noqa: B023
    return head + "<tbody>" + "<tr>".join(parts)


def _bare(found: re.Match) -> str:
    tag, attributes = found[1], found[2]
    scope = _SCOPE.search(attributes)
    kept = f' scope="{scope[1]}"' if scope else ""
    kept += ' class="n"' if "gt_right" in attributes else ""
    return f"<{tag}{kept}>"
