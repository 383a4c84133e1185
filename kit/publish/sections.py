"""The sections of a packet by name, and what of them a role's packet shows."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from nbformat import NotebookNode

from kit.errors import BatchError, nearest
from kit.settings.cadence import SECTIONS

TAG = "section-"
_LINK = re.compile(r'<a class="kit-section" href="#([^"]*)">([^<]*)</a>')
LEVEL = 2  # sections are the headings of this level; those above begin a chapter


def named(cell: NotebookNode) -> str:
    """The section that begins in a cell, by its tag such as `section-alerts`; empty: none.

    Raises
    ------
    BatchError
        Where the tag names no section, or the cell has tags of several.

    Examples
    --------
    >>> named(NotebookNode(metadata={"tags": ["lang-en", "section-alerts"]}))
    'alerts'
    """
    found = [one.removeprefix(TAG) for one in cell.metadata.get("tags", ()) if one.startswith(TAG)]
    for one in found:
        if one not in SECTIONS:
            raise BatchError(
                f"A notebook's cell has the tag '{TAG}{one}', which names no section. "
                f"{nearest(one, SECTIONS, before=TAG)}"
            )
    if len(found) > 1:
        raise BatchError(f"A notebook's cell has the tags of several sections: {', '.join(found)}.")
    return found[0] if found else ""


def anchor(section: str) -> str:
    """The id of a section's heading, which links to its evidence point to; empty: it has no name.

    Examples
    --------
    >>> anchor("funnel"), anchor("")
    ('section-funnel', '')
    """
    return f"{TAG}{section}" if section else ""


def linked(pieces: Iterable[NotebookNode]) -> list[NotebookNode]:
    """The pieces of a packet, in which links to sections that it leaves out are plain text.

    Parameters
    ----------
    pieces : iterable of NotebookNode
        Numbered: `metadata.heading.anchor` is set.
    """
    kept = list(pieces)
    there = {one.metadata.heading.anchor for one in kept if "heading" in one.metadata}
    for piece in kept:
        for output in piece.get("outputs", ()):
            page = output.data.get("text/html")
            if page and _LINK.search(page):
                output.data["text/html"] = _LINK.sub(
                    lambda found: found[0] if found[1] in there else found[2], page
                )
    return kept


def only(pieces: Iterable[NotebookNode], sections: Collection[str]) -> list[NotebookNode]:
    """The pieces of a packet that lie in some of its sections.

    Parameters
    ----------
    pieces : iterable of NotebookNode
        In order; `metadata.heading` has the level and the section.
    sections : collection of str

    Returns
    -------
    list of NotebookNode
        A heading that names no section is for everybody, with what stands below it. A chapter of
        whose sections none is left goes as a whole; otherwise its opening words stay.
    """
    kept: list[NotebookNode] = []
    for chapter in _chapters(pieces):
        opening, *parts = _parts(chapter)
        shown = [part for part in parts if _section(part[0]) in ("", *sections)]
        if shown or not parts:
            kept += opening
            kept += (piece for part in shown for piece in part)
    return kept


def below(pieces: Iterable[NotebookNode], section: str) -> list[NotebookNode]:
    """The pieces that stand below the heading of one section; none where there is no such."""
    for chapter in _chapters(pieces):
        for part in _parts(chapter)[1:]:
            if _section(part[0]) == section:
                return part[1:]
    return []


def _chapters(pieces: Iterable[NotebookNode]) -> list[list[NotebookNode]]:
    """The pieces cut before each heading above the sections."""
    return _cut(pieces, before=lambda level: 0 < level < LEVEL)


def _parts(chapter: list[NotebookNode]) -> list[list[NotebookNode]]:
    """A chapter's opening, which may be empty, and its sections."""
    found = _cut(chapter, before=lambda level: level == LEVEL)
    opens = bool(found) and _level(found[0][0]) == LEVEL
    return [[], *found] if opens else found


def _cut(pieces: Iterable[NotebookNode], *, before) -> list[list[NotebookNode]]:
    found: list[list[NotebookNode]] = []
    for piece in pieces:
        if not found or before(_level(piece)):
            found.append([])
        found[-1].append(piece)
    return found


def _level(piece: NotebookNode) -> int:
    return piece.metadata.heading.level if "heading" in piece.metadata else 0


def _section(piece: NotebookNode) -> str:
    return piece.metadata.heading.get("section", "")
