"""Turns: which outputs of a live notebook were made before the last change."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

_SPOILED = 0


@dataclass
class _Now:
    """Where this kernel stands: a batch begins no turn, so that its outputs stay as they are."""

    kernel: str = ""  # tells the outputs of notebooks in one browser page apart
    turn: int = 0
    made: int | None = None  # the turn that outputs are made in; None: they carry none
    marks: Any = None  # the widget whose style marks outputs of earlier turns


_NOW = _Now()


def begin(marks: Any, line: str) -> None:
    """Begin a turn: outputs made before are marked until they are made again.

    Parameters
    ----------
    marks : HTML widget
        Gets the style that marks them; that of another desk before is emptied.
    line : str
        What stands above each marked output.
    """
    if _NOW.marks is not None and _NOW.marks is not marks:
        _NOW.marks.value = ""
    _NOW.kernel = _NOW.kernel or uuid.uuid4().hex
    _NOW.turn, _NOW.marks = _NOW.turn + 1, marks
    marks.value = _style(line)


def seen() -> None:
    """What is made from now on is made from the case of this turn."""
    _NOW.made = _NOW.turn


def spoiled() -> None:
    """What is made from now on rests on what failed, until the case is asked for again."""
    if _NOW.made is not None:
        _NOW.made = _SPOILED


def stamped(html: str) -> str:
    """A piece of HTML with the turn it was made in; as it is where there are no turns.

    Examples
    --------
    >>> stamped("<p>On track</p>")
    '<p>On track</p>'
    """
    if _NOW.made is None:
        return html
    return f'<div class="kit-turn" data-turn="{_NOW.kernel}.{_NOW.made}">{html}</div>'


def _style(line: str) -> str:
    """CSS that dims this kernel's outputs of other turns; JSON's escapes for text serve CSS too."""
    told = json.dumps(line, ensure_ascii=False).replace("<", r"\3c ")
    place = f'.kit-turn[data-turn^="{_NOW.kernel}."]:not([data-turn="{_NOW.kernel}.{_NOW.turn}"])'
    return (
        f"<style>{place} > * {{ opacity: .35; }}\n"
        f"{place}::before {{ content: {told}; display: block; font-size: .85rem; color: #9a5b00; "
        "border-left: 3px solid #9a5b00; padding: 0 .6rem; margin: .3rem 0; }</style>"
    )
