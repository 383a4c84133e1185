"""Packs: many small contents in one file, as creating a file costs more than writing to one.

A content is found by its place, or by its key in an index of records of one width: both cost the
same however many contents there are.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

_KEY, _NUMBER = 32, 8
_WIDTH = _KEY + 2 * _NUMBER  # hash of the key, first byte, bytes


def put(path: Path, contents: Iterable[bytes]) -> str:
    """Write contents one after another; the SHA-256 of the file."""
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for one in contents:
            file.write(one)
            digest.update(one)
    return digest.hexdigest()


def get(path: Path, first: int = 0, length: int | None = None) -> bytes:
    """So many bytes of a file from one on, or all that follow; fewer where the file ends before.

    Raises
    ------
    OSError
        Where the file cannot be read.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        left = size - file.seek(min(first, size))
        return file.read(left if length is None else min(length, left))


def put_keyed(pack: Path, index: Path, contents: Iterable[tuple[str, bytes]]) -> None:
    """Write contents with their keys, and the index by which `get_keyed` finds one of them.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     pack, index = Path(folder) / "a.pack", Path(folder) / "a.index"
    ...     put_keyed(pack, index, [("rep:R1", b"one"), ("rep:R2", b"two")])
    ...     get_keyed(pack, index, "rep:R2"), get_keyed(pack, index, "rep:R3")
    (b'two', None)
    """
    records, first = [], 0
    with pack.open("wb") as file:
        for key, one in contents:
            file.write(one)
            records.append(_hash(key) + _bytes(first) + _bytes(len(one)))
            first += len(one)
    put(index, sorted(records))


def get_keyed(pack: Path, index: Path, key: str) -> bytes | None:
    """The content of a key; None where there is none.

    Raises
    ------
    OSError
        Where a file cannot be read.
    """
    wanted = _hash(key)
    with index.open("rb") as file:
        count = file.seek(0, 2) // _WIDTH
        place = bisect_left(range(count), wanted, key=lambda one: _record(file, one)[:_KEY])
        found = _record(file, place)
    if len(found) < _WIDTH or found[:_KEY] != wanted:
        return None
    first, length = found[_KEY:-_NUMBER], found[-_NUMBER:]
    return get(pack, int.from_bytes(first, "big"), int.from_bytes(length, "big"))


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8")).digest()


def _bytes(number: int) -> bytes:
    return number.to_bytes(_NUMBER, "big")


def _record(index: BinaryIO, place: int) -> bytes:
    index.seek(place * _WIDTH)
    return index.read(_WIDTH)
