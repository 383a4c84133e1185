"""What a packet was made from, kept beside it, so that it is made anew only when that changes."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import kit
from kit.publish import outputs, packet

if TYPE_CHECKING:
    from kit.publish.unit import Unit

FILE = "inputs.json"
_CODE = (".py", ".yml", ".css", ".j2", ".json")


def of(unit: Unit) -> dict[str, Any]:
    """All that decides a unit's packet.

    Returns
    -------
    dict
        snapshot (hash of the part of the data that the scope can read), parameters (hash of the
        settings and of what the notebooks are told), role (whose sections are shown), title,
        notebooks (SHA-256 by name), kit (hash of its code and texts), versions of Python and of
        packages.
    """
    return {
        "snapshot": unit.part,
        "parameters": unit.parameters_hash,
        "role": unit.role,
        "title": unit.title,
        "notebooks": {one.path.name: one.sha256 for one in unit.notebooks},
        "kit": unit.kit,
        "versions": packet.versions(),
    }


def write(unit: Unit, folder: Path) -> None:
    """Write what a folder's files were made from, and what they are, into the folder.

    Raises
    ------
    BatchError
        Where the file cannot be written.
    """
    record = {"inputs": of(unit), "files": outputs.digests(folder)}
    text = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True)
    outputs.write_text(folder / FILE, text + "\n")


def read(folder: Path) -> dict[str, Any] | None:
    """What a packet's folder says it was made from; None where it does not say, or not the truth.

    A folder in which a file is missing, changed or added says nothing.
    """
    try:
        record = json.loads((folder / FILE).read_text(encoding="utf-8"))
        files = dict(record["files"])
        found = outputs.digests(folder)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    found.pop(FILE, None)
    return record["inputs"] if files == found else None


def up_to_date(unit: Unit) -> bool:
    """Whether a unit's packet is there, whole, and made from just these inputs."""
    return read(unit.place) == of(unit)


@cache
def kit_hash() -> str:
    """Hash of the kit's own code, texts and templates, as they lie on disk when first asked."""
    root = Path(kit.__file__).resolve().parent
    found = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.suffix in _CODE and path.is_file():
            found.update(f"{path.relative_to(root).as_posix()}\n".encode())
            found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()[:16]
