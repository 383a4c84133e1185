"""A text file's lines and characters, counted in one pass before anything reads it."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_CHUNK, _TAIL = 1 << 22, 1 << 16
_ODD_BLANKS = tuple(one.encode() for one in "\u00a0\u200b\u3000\ufeff")


@dataclass(frozen=True)
class Survey:
    """What a text file is made of.

    Parameters
    ----------
    even : bool
        UTF-8, line ends of one kind, no control character but those and tabs, and no quote after a
        blank: DuckDB's own reader parts it as `kit.data.delimited` would, unless it says otherwise.
    lines : int
        Lines, blank ones at the end left out.
    ordinary : bool
        No blank but the plain one stands anywhere: no tab, no full-width or no-break blank.
    delimiters, blanks : int
        How often the delimiter and the plain blank stand in it.
    """

    even: bool
    lines: int = 0
    ordinary: bool = False
    delimiters: int = 0
    blanks: int = 0


def survey(path: Path, *, delimiter: str) -> Survey:
    """Count a file's lines and see what stands in it; the delimiter is one ASCII character.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "a.csv"
    ...     _ = path.write_bytes(b"id,n\\n1,2\\n\\n")
    ...     found = survey(path, delimiter=",")
    >>> found.even, found.lines, found.delimiters
    (True, 2, 2)
    """
    newlines = returns = pairs = tabs = others = delimiters = blanks = 0
    ordinary, spaced = True, False
    mark = delimiter.encode("ascii")
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    before = b""
    with path.open("rb") as file:
        if file.read(3) != codecs.BOM_UTF8:
            file.seek(0)
        while chunk := file.read(_CHUNK):
            found = np.frombuffer(chunk, dtype=np.uint8)
            here = np.count_nonzero(found == 10)
            newlines += here
            low = np.count_nonzero(found < 32) - here
            if low:
                back, wide = chunk.count(b"\r"), chunk.count(b"\t")
                returns, tabs, others = returns + back, tabs + wide, others + low - back - wide
            delimiters += np.count_nonzero(found == mark[0])
            blanks += np.count_nonzero(found == 32)
            seen = before + chunk
            if returns:
                pairs += seen.count(b"\r\n")
            if b'"' in chunk:
                spaced = spaced or b' "' in seen or b'\t"' in seen
            if not chunk.isascii() or decoder.getstate()[0]:
                ordinary = ordinary and not any(one in seen for one in _ODD_BLANKS)
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    return Survey(False)
            before = seen[-2:] if chunk[-1:] != b"\n" else b""
        size = file.tell()
        file.seek(max(0, size - _TAIL))
        end = file.read()
    ends = returns == 0 or returns == newlines == pairs
    extra = end[len(end.rstrip(b"\r\n")) :].count(b"\n")
    lines = newlines + 1 - extra
    complete = not decoder.getstate()[0]
    return Survey(
        even=bool(ends and complete and not (others or spaced)),
        lines=int(lines),
        ordinary=ordinary and not tabs,
        delimiters=int(delimiters),
        blanks=int(blanks),
    )


def ends_open(path: Path, *, delimiter: str) -> bool:
    """Whether a line of a file ends with the delimiter.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "a.csv"
    ...     _ = path.write_bytes(b"id,n\\n1,\\n")
    ...     ends_open(path, delimiter=","), ends_open(path, delimiter=";")
    (True, False)
    """
    mark, before = delimiter.encode("ascii"), b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            seen = before + chunk
            if mark + b"\n" in seen or mark + b"\r" in seen:
                return True
            before = chunk[-1:]
    return before == mark
