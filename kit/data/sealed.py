"""JSON files that carry their own SHA-256, so that a changed byte is noticed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from kit.errors import SourceError

_OPENS, _THEN, _CLOSES = '{"sha256": "', '",\n"content": ', "}\n"
_HEAD = len(_OPENS) + 64 + len(_THEN)


def write(path: Path, content: Any, *, indent: int | None = None) -> str:
    """Write content as JSON with its hash before it; return the hash.

    The same content gives the same bytes.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     seal = write(Path(folder) / "a.json", {"rows": 3})
    ...     read(Path(folder) / "a.json") == ({"rows": 3}, seal)
    True
    """
    found = enclose(content, indent=indent)
    path.write_bytes(found)
    return found[len(_OPENS) : len(_OPENS) + 64].decode("ascii")


def enclose(content: Any, *, indent: int | None = None) -> bytes:
    """What `write` writes."""
    text = json.dumps(
        content, ensure_ascii=False, allow_nan=False, sort_keys=True, indent=indent
    ).encode("utf-8")
    seal = hashlib.sha256(text).hexdigest()
    return f"{_OPENS}{seal}{_THEN}".encode("ascii") + text + _CLOSES.encode("ascii")


def read(path: Path) -> tuple[Any, str]:
    """The content of a file that `write` wrote, and its hash.

    Raises
    ------
    OSError
        Where the file cannot be read.
    SourceError
        Where it is not what was written.
    """
    return disclose(path.read_bytes(), path)


def disclose(found: bytes, path: Path) -> tuple[Any, str]:
    """The content of what `enclose` gave, and its hash; `path` is for the error."""
    seal, body = found[len(_OPENS) : len(_OPENS) + 64], found[_HEAD : -len(_CLOSES)]
    if hashlib.sha256(body).hexdigest().encode("ascii") == seal:
        frame = f"{_OPENS}{seal.decode('ascii')}{_THEN}".encode()
        if found[:_HEAD] == frame and found.endswith(_CLOSES.encode()):
            return json.loads(body), seal.decode("ascii")
    raise SourceError(
        f"{path}: is not what was written (its SHA-256 differs). "
        "Delete the snapshot's folder; it will be made again."
    )
