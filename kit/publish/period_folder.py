"""What lies beside the packets of a period: index, summary and manifest, over all of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kit.errors import UnknownScopeError
from kit.publish import alerts_csv, findings, index, meeting_page, outputs, packet
from kit.publish.failure import Failure
from kit.scope import KINDS, Scope
from kit.show.words import Words

if TYPE_CHECKING:
    from kit.publish.batch import Batch
    from kit.publish.unit import Unit


def write(batch: Batch, *, done: frozenset[Scope], failures: Mapping[Scope, Failure]) -> Path:
    """Write `index.html`, `summary.csv` and `manifest.json` over all whole packets of the period.

    Packets of other scopes, left by earlier batches, stay and are told of; a packet made from other
    inputs than this batch's, or whose newest run failed, is marked as one of an earlier batch.

    Returns
    -------
    Path
        The index page.

    Raises
    ------
    BatchError
        Where a file cannot be written.
    """
    folder = batch.layout.packets
    records = whole_packets(folder)
    before = _entries(folder / "manifest.json")
    mark = fingerprint(batch)
    units = {unit.scope: unit for unit in batch.units}
    kept = {scope for scope, one in before.items() if one.get("error") and one["batch"] == mark}
    scopes = sorted(
        {*records, *failures, *(kept - done)}, key=lambda one: (KINDS.index(one.kind), one.id)
    )
    entries: dict[str, dict] = {}
    lines = []
    for scope in scopes:
        entry = _entry(
            scope, folder=folder, unit=units.get(scope), mark=mark, before=before.get(scope, {}),
            made=scope in done, failure=failures.get(scope), whole=scope in records,
        )  # fmt: skip
        entries[str(scope)] = entry
        earlier = entry["packet_of"] != mark or entry["status"] == "failed"
        lines.append(
            index.Line(
                scope, entry["title"], records.get(scope),
                earlier=earlier and scope in records, error=entry.get("error"),
                meeting=(folder / scope.folder / meeting_page.NAME).is_file(),
            )
        )  # fmt: skip
    manifest = {**_inputs(batch), "batch": mark, "scopes": entries}
    words = Words(batch.settings.language, batch.settings.currency)
    page = index.render(
        lines, company=batch.settings.title, period=batch.period.name, words=words
    )
    ordered = [records[scope] for scope in scopes if scope in records]
    outputs.write_text(folder / "summary.csv", findings.summary_csv(ordered))
    outputs.write_text(folder / alerts_csv.NAME, alerts_csv.alerts_csv(ordered))
    outputs.write_text(folder / "manifest.json", findings.dump(manifest))
    outputs.write_text(folder / "index.html", page)
    return folder / "index.html"


def failed(batch: Batch) -> frozenset[Scope]:
    """The scopes whose newest run, as the period's manifest tells, failed."""
    before = _entries(batch.layout.packets / "manifest.json")
    return frozenset(scope for scope, one in before.items() if one.get("error"))


def whole_packets(folder: Path) -> dict[Scope, dict]:
    """The findings of each whole packet in a period's folder, by scope."""
    found = {}
    for path in sorted(folder.glob("*/findings.json")):
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            scope = Scope.parse(record["scope"])
        except (OSError, ValueError, KeyError, TypeError, UnknownScopeError):
            continue
        if scope.folder == path.parent.name and (path.parent / "packet.html").is_file():
            found[scope] = record
    return found


def others(folder: Path, whole: Collection[Scope]) -> list[str]:
    """The names of the folders in a period's folder that hold none of the whole packets."""
    known = {scope.folder for scope in whole}
    return sorted(one.name for one in folder.iterdir() if one.is_dir() and one.name not in known)


def fingerprint(batch: Batch) -> str:
    """Hash of all that the packets of a batch have in common: data, day, settings, notebooks."""
    text = json.dumps(_inputs(batch), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _inputs(batch: Batch) -> dict:
    notebooks = batch.units[0].notebooks if batch.units else ()
    return {
        "company": batch.settings.company,
        "period": batch.period.name,
        "as_of": batch.as_of.isoformat(),
        "language": batch.settings.language,
        "role": batch.units[0].role if batch.units else "",
        "snapshot": batch.snapshot_id,
        "parameters": packet.parameters_hash(batch.settings),
        "notebooks": {one.path.name: one.sha256 for one in notebooks},
        "kit": batch.units[0].kit if batch.units else "",
        "versions": packet.versions(),
    }


def _entry(
    scope: Scope,
    *,
    folder: Path,
    unit: Unit | None,
    mark: str,
    before: Mapping,
    made: bool,
    failure: Failure | None,
    whole: bool,
) -> dict:
    """A scope's part of the manifest; `packet_of` is the batch that its packet comes from."""
    files = outputs.digests(folder / scope.folder) if whole else {}
    error = failure.record() if failure else None if made else before.get("error")
    known = before.get("packet_of") if files and before.get("files") == files else None
    entry = {
        "title": unit.title if unit else before.get("title") or scope.id or "company",
        "folder": scope.folder,
        "status": "failed" if error else "ok",
        "batch": mark if unit else before.get("batch"),
        "packet_of": mark if made else known,
        "role": unit.role if unit else before.get("role", ""),
        "parameters": unit.parameters_hash if unit else before.get("parameters"),
        "snapshot": unit.part if unit else before.get("snapshot"),
        "files": files,
    }
    return {**entry, "error": error} if error else entry


def _entries(path: Path) -> dict[Scope, dict]:
    """The scopes' parts of the manifest that is there; none where it is missing or spoilt."""
    try:
        scopes = json.loads(path.read_text(encoding="utf-8"))["scopes"]
        return {Scope.parse(scope): {"batch": None, **entry} for scope, entry in scopes.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, UnknownScopeError):
        return {}
