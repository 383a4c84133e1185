"""Text files with delimiters: their header, and a form that DuckDB reads line by line.

DuckDB reads a file's lines as they are where the file is UTF-8 without quotes or blank lines. Any
other file is first rewritten, block by block, into the *simple form*: UTF-8, one record in place of
the line it started on, fields parted by `FIELD`, line breaks inside a field written as `BREAK`.
Lines keep their numbers in it, so a row's number is the line's number in the company's own file.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

from kit.data.encoding import CONTROL, find_encoding
from kit.errors import SourceError

FIELD = "\x1f"
BREAK = "\x1e"
BLANK = " \n"  # DuckDB passes over a line without any character, which would shift the numbers

_DELIMITERS = (",", ";", "\t", "|")
_NAMED = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "space": " "}
_CHUNK = 1 << 20
_LONGEST_RECORD = 256  # lines one quoted field may span


@dataclass(frozen=True)
class Text:
    """How a text file is written: its encoding, delimiter and header."""

    encoding: str
    plain: bool  # DuckDB can read its lines as they are
    delimiter: str
    columns: tuple[str, ...]
    header_ends: int  # line on which the header ends


def examine(
    path: Path,
    *,
    encoding: str = "",
    delimiter: str = "",
    header_row: int = 1,
    known: bool = False,
) -> Text:
    """Find out how a text file is written.

    Parameters
    ----------
    path : Path
    encoding : str
        Stated encoding; empty: found, as `kit.data.encoding` says.
    delimiter : str
        Stated delimiter; empty: comma, semicolon, tab or bar, whichever parts lines most evenly.
    header_row : int
        Line of the header, from 1.
    known : bool
        Whether the file is known to be in that encoding, so that only its beginning is read.

    Raises
    ------
    SourceError
        A binary file, an unknown or wrong encoding, a file that ends before its header.
    """
    if not path.stat().st_size:
        raise SourceError(f"{path}: is empty. Give the file that holds the rows.")
    found, plain = (encoding, True) if known else find_encoding(path, encoding)
    with path.open(encoding=found, newline=None) as text:
        lines = [line for line in islice(text, header_row + 40)]
    if len(lines) < header_row or not lines[header_row - 1].strip():
        raise SourceError(
            f"{path}: line {header_row} holds no column names; the file has "
            f"{len(lines) if len(lines) < header_row + 40 else 'more'} lines. Correct header_row."
        )
    sample = lines[header_row - 1 :]
    parted = _NAMED.get(delimiter.casefold(), delimiter) or _delimiter(sample)
    fields, taken = _record(sample, 0, iter(()), delimiter=parted, width=0)
    if fields is None:
        fields, taken = sample[0].rstrip("\n").split(parted), 1
    return Text(found, plain, parted, column_names(fields), header_row - 1 + taken)


def in_utf8(encoding: str) -> bool:
    """Whether a stated encoding is UTF-8, or none is stated.

    Examples
    --------
    >>> in_utf8(""), in_utf8("UTF8"), in_utf8("gb18030"), in_utf8("no such")
    (True, True, False, False)
    """
    try:
        return not encoding or codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")
    except LookupError:
        return False


def column_names(cells: Iterable[str]) -> tuple[str, ...]:
    """Make the cells of a header into names: blanks gathered, empty cells and repeats numbered.

    Examples
    --------
    >>> column_names([" Net\\namount ", "", "Rep", "Rep"])
    ('Net amount', 'column 2', 'Rep', 'Rep (2)')
    """
    names: list[str] = []
    for number, cell in enumerate(cells, start=1):
        name = plain = " ".join(cell.replace("\ufeff", "").split()) or f"column {number}"
        repeat = 2
        while name in names:
            name, repeat = f"{plain} ({repeat})", repeat + 1
        names.append(name)
    return tuple(names)


def rewrite(path: Path, target: Path, *, text: Text) -> None:
    """Write a text file in the simple form, a block at a time.

    A quoted field may span lines: the record then stands on its first line, blank lines in place of
    the others. A line whose quotes do not close gets a wrong number of fields, so it is refused.
    """
    width = len(text.columns)
    with (
        path.open(encoding=text.encoding, newline=None) as lines,
        target.open("w", encoding="utf-8", newline="\n") as out,
    ):
        for _ in range(text.header_ends):
            lines.readline()
            out.write(BLANK)
        while block := lines.readlines(_CHUNK):
            joined = "".join(block)
            if CONTROL.search(joined):
                block = [CONTROL.sub(" ", line) for line in block]
                joined = "".join(block)
            if '"' in joined or "\n\n" in joined or joined[0] == "\n":
                out.writelines(_simple(block, lines, delimiter=text.delimiter, width=width))
            else:
                out.write(joined.replace(text.delimiter, FIELD))


def simple_line(fields: Iterable[str]) -> str:
    """One record in the simple form.

    Examples
    --------
    >>> simple_line(["a", "b\\nc"])
    'a\\x1fb\\x1ec\\n'
    >>> simple_line(["", ""])
    ' \\n'
    """
    line = FIELD.join(fields).replace("\r\n", BREAK).replace("\n", BREAK).replace("\r", BREAK)
    return line + "\n" if line.strip(FIELD) else BLANK


def clean(text: str) -> str:
    """The text without the control characters that the simple form uses."""
    return CONTROL.sub(" ", text) if CONTROL.search(text) else text


def _simple(block: list[str], rest: TextIO, *, delimiter: str, width: int) -> Iterator[str]:
    at = 0
    while at < len(block):
        line = block[at]
        if '"' not in line:
            yield line.replace(delimiter, FIELD) if line.strip() else BLANK
            at += 1
            continue
        fields, taken = _record(block, at, rest, delimiter=delimiter, width=width)
        if fields is None:
            yield FIELD * width + line.rstrip("\n").replace(FIELD, " ") + "\n"
        else:
            yield simple_line(fields)
        yield BLANK * (taken - 1)
        at += taken


def _record(
    block: list[str], at: int, rest: Iterator[str], *, delimiter: str, width: int
) -> tuple[list[str] | None, int]:
    """The fields of the record that starts on a line, and how many lines it takes."""
    single = delimiter if len(delimiter) == 1 else FIELD
    spaced = f'{delimiter} "' in block[at]
    taken = 1
    while True:
        lines = block[at : at + taken]
        if single != delimiter:
            lines = [line.replace(delimiter, single) for line in lines]
        try:
            fields = next(csv.reader(lines, delimiter=single, strict=True, skipinitialspace=spaced))
        except csv.Error as error:
            if "end of data" not in str(error):
                return None, 1
        else:
            if taken > 1 and width and len(fields) != width:
                return None, 1
            return [one.replace(single, delimiter) for one in fields], taken
        closing = taken
        while True:  # only a line with a quote can close the field
            if at + closing >= len(block):
                block.extend(CONTROL.sub(" ", line) for line in islice(rest, 1))
            if at + closing >= len(block) or closing >= _LONGEST_RECORD:
                return None, 1
            closing += 1
            if '"' in block[at + closing - 1]:
                break
        taken = closing


def _delimiter(lines: list[str]) -> str:
    """The delimiter that parts most lines into as many fields as the header."""

    def evenness(delimiter: str) -> tuple[int, int]:
        rows = list(csv.reader(lines, delimiter=delimiter))
        width = len(rows[0])
        return (sum(len(row) == width for row in rows) if width > 1 else 0, width)

    try:
        return max(_DELIMITERS, key=evenness)
    except csv.Error:
        return max(_DELIMITERS, key=lines[0].count)
