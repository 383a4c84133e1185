"""Executed notebooks turned into the chapters of one packet."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from traitlets import List, Unicode

from kit.publish import sections
from kit.publish.executed import WIDGET

SHOWN = ("text/html", "image/svg+xml", "image/png", "image/jpeg", "text/markdown")
_DEEPEST = 6
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_SCRIPT = re.compile(r"<script\b.*?(</script\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_HALF = re.compile(r'<(figure class="kit-figure|div class="kit-table[^"]* kit-narrow\b)')
_H1 = re.compile(r"(</?)h1\b", re.IGNORECASE)


@dataclass(frozen=True)
class Entry:
    """A heading in the contents list, with the headings one level below it."""

    title: str
    anchor: str
    parts: tuple[Entry, ...] = ()


class ChaptersPreprocessor(Preprocessor):
    """Lay out a merged notebook for reading: what matters first, headings a level lower, no code.

    Each cell that is left is a heading, a text or outputs; `metadata.opens` says that a section
    begins with it (`glance` or `chapter`), `metadata.heading` has level, title and anchor,
    `metadata.pair` says `opens` and `closes` of two outputs that may stand side by side. The
    contents list is put into `resources["contents"]`.
    """

    glance = Unicode(help="title of the section with the outputs of cells tagged headline")
    only = List(
        Unicode(), default_value=None, allow_none=True,
        help="sections that are shown beside the headline; None: all",
    )  # fmt: skip

    def preprocess(self, nb, resources):
        """Return the notebook laid out, and the resources with `contents`."""
        top, rest = [], []
        for cell in nb.cells:
            place = top if "headline" in cell.metadata.get("tags", ()) else rest
            place.extend(_pieces(cell))
        top = [piece for piece in top if not _level(piece)]
        if self.only is not None:
            rest = sections.only(rest, self.only)
        if top:
            top.insert(0, _heading(1, self.glance))
        pieces = _numbered([*top, *_without_empty(_said_once(rest))])
        pieces = sections.linked(pieces)
        _open_sections(pieces, glance=bool(top))
        _pair(pieces)
        nb.cells = pieces
        resources["contents"] = contents(pieces)
        return nb, resources


class SectionPreprocessor(Preprocessor):
    """Leave of a merged notebook what stands below one section's heading, without the heading."""

    section = Unicode(help="name of the section")

    def preprocess(self, nb, resources):
        """Return the section's pieces, if there are any; the contents list is empty."""
        pieces = [piece for cell in nb.cells for piece in _pieces(cell)]
        nb.cells = sections.linked(_numbered(sections.below(pieces, self.section)))
        _open_sections(nb.cells, glance=False)
        resources["contents"] = ()
        return nb, resources


def contents(cells: Iterable[NotebookNode]) -> tuple[Entry, ...]:
    """The contents list of laid-out cells: chapters, and the headings directly below them."""
    chapters: list[tuple[dict, list[Entry]]] = []
    for cell in cells:
        heading = cell.metadata.get("heading")
        if not heading or cell.metadata.get("opens") == "glance":
            continue
        if heading["level"] == 2:
            chapters.append((heading, []))
        elif heading["level"] == 3 and chapters:
            chapters[-1][1].append(Entry(heading["title"], heading["anchor"]))
    return tuple(Entry(one["title"], one["anchor"], tuple(parts)) for one, parts in chapters)


def anchor(title: str, *, taken: Iterable[str] = ()) -> str:
    """An id for a heading that no other heading has; letters of any script stay.

    Examples
    --------
    >>> anchor("Where do we stand?"), anchor("目标 达成", taken=["s-目标-达成"])
    ('s-where-do-we-stand', 's-目标-达成-2')
    """
    plain = "s-" + "-".join(re.findall(r"\w+", title.lower()))
    taken = set(taken)
    found, number = plain, 1
    while found in taken:
        number += 1
        found = f"{plain}-{number}"
    return found


def safe_html(text: str) -> str:
    """HTML of an output without scripts, and with no `h1`, as the packet has one of its own.

    Examples
    --------
    >>> safe_html("<h1>East</h1><script>alert(1)</script>")
    '<h2>East</h2>'
    """
    return _H1.sub(r"\1h2", _SCRIPT.sub("", text))


def shown(output: NotebookNode) -> NotebookNode | None:
    """The one form of an output that the packet shows; None where it shows nothing.

    Streams, errors, widgets, findings and plain text are not for the packet's reader.
    """
    data = output.get("data", {})
    if WIDGET in data:
        return None
    for kind in SHOWN:
        found = data.get(kind)
        found = "".join(found) if isinstance(found, list) else found
        if kind == "text/html" and found:
            found = safe_html(found)
        if found and found.strip():
            metadata = output.get("metadata", {})
            return NotebookNode(
                output_type="display_data",
                data=NotebookNode({kind: found}),
                metadata=NotebookNode({kind: metadata[kind]} if kind in metadata else {}),
            )
    return None


def _pieces(cell: NotebookNode) -> list[NotebookNode]:
    """A cell as headings, texts and outputs."""
    if cell.cell_type == "code":
        outputs = [one for one in map(shown, cell.outputs) if one is not None]
        return [_cell("code", outputs=outputs)] if outputs else []
    if cell.cell_type != "markdown":
        return []
    pieces: list[NotebookNode] = []
    lines: list[str] = []
    fenced, named = False, sections.named(cell)
    for line in cell.source.splitlines():
        fenced ^= bool(_FENCE.match(line))
        found = None if fenced else _HEADING.match(line)
        if found is None:
            lines.append(line)
            continue
        pieces.append(_cell("markdown", source="\n".join(lines).strip()))
        lines = []
        title = html.unescape(re.sub(r"[*`]", "", found.group(2))).strip()
        pieces.append(_heading(len(found.group(1)), title, section=named))
        if len(found.group(1)) == sections.LEVEL:
            named = ""
    pieces.append(_cell("markdown", source="\n".join(lines).strip()))
    return [piece for piece in pieces if _level(piece) or piece.source]


def _said_once(pieces: list[NotebookNode]) -> list[NotebookNode]:
    """Leave out an output that is the same as the one right before it, such as a missing table."""
    kept, last = [], None
    for piece in pieces:
        if piece.cell_type == "code":
            outputs = []
            for output in piece.outputs:
                if output.data != last:
                    outputs.append(output)
                last = output.data
            piece.outputs = outputs
        else:
            last = None
        if piece.cell_type != "code" or piece.outputs:
            kept.append(piece)
    return kept


def _without_empty(pieces: list[NotebookNode]) -> list[NotebookNode]:
    """Leave out headings that nothing stands under."""
    kept = []
    for index, piece in enumerate(pieces):
        level = _level(piece)
        if level:
            for later in pieces[index + 1 :]:
                if not _level(later):
                    kept.append(piece)
                    break
                if _level(later) <= level:
                    break
        else:
            kept.append(piece)
    return kept


def _numbered(pieces: list[NotebookNode]) -> list[NotebookNode]:
    """Give headings their level in the packet, with no level left out, and their anchors."""
    taken: list[str] = []
    last = 1
    for number, piece in enumerate(pieces):
        piece["id"] = str(number)
        if _level(piece):
            last = min(_level(piece) + 1, last + 1, _DEEPEST)
            heading = piece.metadata.heading
            named = sections.anchor(heading.get("section", ""))
            taken.append(named or anchor(heading.title, taken=taken))
            heading.update(level=last, anchor=taken[-1])
    return pieces


def _open_sections(pieces: list[NotebookNode], *, glance: bool) -> None:
    """Mark the pieces that a section begins with; `later` marks all chapters but the first."""
    chapters = 0
    for index, piece in enumerate(pieces):
        if index == 0 and glance:
            piece.metadata["opens"] = "glance"
        elif _level(piece) == 2 or index == 0:
            piece.metadata["opens"] = "chapter"
            piece.metadata["later"] = chapters > 0
            chapters += 1


def _pair(pieces: list[NotebookNode]) -> None:
    """Mark each two figures or small tables that follow one another."""
    waiting = None
    for piece in pieces:
        if not _half(piece) or "opens" in piece.metadata:
            waiting = None
        elif waiting is None:
            waiting = piece
        else:
            waiting.metadata["pair"], piece.metadata["pair"] = "opens", "closes"
            waiting = None


def _half(piece: NotebookNode) -> bool:
    """Whether a piece is one output that half a page has room for."""
    found = piece.get("outputs") or []
    return len(found) == 1 and bool(_HALF.match(found[0].data.get("text/html", "")))


def _level(piece: NotebookNode) -> int:
    return piece.metadata.heading.level if "heading" in piece.metadata else 0


def _heading(level: int, title: str, *, section: str = "") -> NotebookNode:
    piece = _cell("markdown", source="")
    piece.metadata["heading"] = NotebookNode(level=level, title=title, section=section)
    return piece


def _cell(kind: str, **more) -> NotebookNode:
    new = new_code_cell if kind == "code" else new_markdown_cell
    return new(id="piece", **more)
