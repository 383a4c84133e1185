"""Notes of one line: what is missing and what it would add, and short lists of text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from kit.data.tables import Unavailable
from kit.show.view import View
from kit.show.words import Words


def unavailable(found: Unavailable, words: Words) -> View:
    """One line that says which table is missing and what it would add, or what else is missing.

    Examples
    --------
    >>> unavailable(Unavailable(table="customers"), Words("en", "CNY")).title
    "There is no `customers` table: with it, this shows customers' names and classes."
    """
    if found.table:
        key = f"adds.{found.table}"
        adds = words.t(key) if words.has(key) else found.table
        line = words.t("unavailable.missing_table", table=found.table, adds=adds)
    else:
        key = f"unavailable.{found.reason}"
        key = key if words.has(key) else "unavailable.other"
        line = words.t(key, detail=found.detail, reason=found.reason)
    return note(line)


def nothing(words: Words, *, key: str = "unavailable.no_rows") -> View:
    """One line for a result without rows."""
    return note(words.t(key))


def note(line: str) -> View:
    """A line of text set apart from figures; names in backticks are set as code.

    Examples
    --------
    >>> note("a < b").html
    '<p class="kit-note kit-missing">a &lt; b</p>'
    """
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(line))
    return View(f'<p class="kit-note kit-missing">{text}</p>', title=line)


def sentence(line: str) -> View:
    """A sentence in the size of text."""
    return View(f'<p class="kit-sentence">{html.escape(line)}</p>', title=line)


def points(lines: Iterable[str], *, title: str = "", numbered: bool = False) -> View:
    """A list of sentences under an optional title."""
    tag = "ol" if numbered else "ul"
    items = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
    head = f'<p class="kit-title">{html.escape(title)}</p>' if title else ""
    return View(f'{head}<{tag} class="kit-points">{items}</{tag}>', title=title)


def shows(result: object, words: Words) -> View | None:
    """The note for a result that is unavailable or has no rows; none where it can be drawn."""
    if isinstance(result, Unavailable):
        return unavailable(result, words)
    if getattr(result, "empty", False) is True:
        return nothing(words)
    return None
