"""The encoding of a text file, found from its bytes."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from kit.errors import SourceError

CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")

_WIDE = re.compile("[^\x00-\x7f]+")
_CHUNK = 1 << 20
_CERTAIN = 30  # letters that fit an encoding before its first wrong byte: the byte is the fault
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def find_encoding(path: Path, stated: str = "") -> tuple[str, bool]:
    """The encoding that reads a whole file, and whether DuckDB can read its lines as they are.

    Parameters
    ----------
    path : Path
    stated : str
        The company's own statement. Where it is empty, in this order: the byte order mark, UTF-16
        where every second byte is null, UTF-8, GB18030 (only where most of what it reads is
        everyday Chinese), Windows-1252, Latin-1.

    Returns
    -------
    tuple of str and bool
        True: UTF-8, without quotes, blank lines, control characters or mixed line ends.

    Raises
    ------
    SourceError
        A binary file, an unknown encoding, a byte that does not fit the stated or evident one.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    if stated:
        try:
            "".encode(stated)  # refuses what codecs.lookup takes, such as hex
            found = codecs.lookup(stated).name
        except LookupError:
            raise SourceError(
                f"{path}: there is no encoding '{stated}'. Write utf-8, utf-16, gb18030, latin-1 "
                "or leave encoding empty."
            ) from None
        if found == "utf-8" and start.startswith(codecs.BOM_UTF8):
            found = "utf-8-sig"
        candidates = [found]
    elif marked := next((name for mark, name in _BOMS if start.startswith(mark)), ""):
        candidates = [marked]
    elif b"\0" in start:
        even, odd = start[::2].count(0), start[1::2].count(0)
        if max(even, odd) < len(start) // 8:
            raise SourceError(
                f"{path}: is no text file, as byte {start.index(0)} is null. "
                "Give CSV, Excel, Parquet or DuckDB."
            )
        candidates = ["utf-16-le" if odd > even else "utf-16-be"]
    else:
        candidates = ["utf-8", "gb18030", "cp1252"]
    for candidate in candidates:
        fault, plain, letters = _scan(path, candidate)
        if fault < 0 and (candidate != "gb18030" or stated or letters):
            return candidate, plain
        if fault >= 0 and letters >= _CERTAIN:
            candidates = [candidate]
            break
    if len(candidates) > 1:
        return "latin-1", False
    raise SourceError(
        f"{path}: byte {fault} is not {candidates[-1]}. Mend it, or state the file's encoding."
    )


def _scan(path: Path, encoding: str) -> tuple[int, bool, int]:
    """Read a whole file: its first wrong byte or -1, whether it is plain, letters that fit."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    plain = encoding == "utf-8"
    fits = misfits = read = returns = newlines = pairs = 0
    before = b"\n"
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            if chunk.endswith(b"\r"):
                chunk += file.read(1)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                text = error.object[: error.start].decode(encoding, "ignore")
                return read + error.start, False, fits + _everyday(text, encoding)[0]
            if not chunk:
                break
            one, other = _everyday(text, encoding)
            fits, misfits = fits + one, misfits + other
            if plain:
                seen = before + chunk
                returns += chunk.count(b"\r")
                newlines += chunk.count(b"\n")
                pairs += chunk.count(b"\r\n")
                blank = any(two in seen for two in (b"\n\n", b"\n\r", b"\r\r"))
                plain = not (blank or b'"' in chunk or CONTROL.search(text))
            if len(chunk) >= _CHUNK and b"\n" not in chunk and b"\r" not in chunk:
                raise SourceError(
                    f"{path}: has a line of more than {_CHUNK:,} bytes from byte {read:,} on. "
                    "Is it a text file with one row a line?"
                )
            before = chunk[-1:]
            read += len(chunk)
    even = returns == 0 or returns == newlines == pairs
    return -1, plain and even, fits if fits > misfits else 0


def _everyday(text: str, encoding: str) -> tuple[int, int]:
    """How many letters beyond ASCII fit the encoding, and how many do not."""
    if text.isascii():
        return 0, 0
    letters = "".join(_WIDE.findall(text))
    if encoding != "gb18030":
        return (len(letters), 0) if encoding == "utf-8" else (0, 0)
    everyday = len(letters.encode("gb2312", "ignore")) // 2
    return everyday, len(letters) - everyday
