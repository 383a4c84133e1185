"""Text that a spreadsheet would run as a formula: defused going out, restored coming in."""

from __future__ import annotations

import re

STARTS = "[=+\\-@\t\r\n＝＋－＠]"  # what a spreadsheet takes for the start of a formula
_RUNS = re.compile("'*" + STARTS)
_DEFUSED = re.compile("'+" + STARTS)


def defused(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would run it.

    Examples
    --------
    >>> defused("=1+1"), defused("＝1"), defused("'-x"), defused("East"), defused("O'Neil")
    ("'=1+1", "'＝1", "''-x", 'East', "O'Neil")
    """
    return f"'{text}" if _RUNS.match(text) else text


def restored(text: str) -> str:
    """The text that `defused` was given.

    Examples
    --------
    >>> [restored(defused(one)) for one in ("=1+1", "'-x", "East")]
    ['=1+1', "'-x", 'East']
    """
    return text[1:] if _DEFUSED.match(text) else text
