"""A snapshot on disk: what it holds, and the rows that one scope may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

import pyarrow as pa
import pyarrow.compute as pc

from kit.data import loading, reading, sealed
from kit.data.calendar import Period
from kit.data.frames import ScopeData
from kit.data.layout import FORMAT
from kit.errors import SourceError, UnknownScopeError, nearest
from kit.scope import Scope

MANIFEST, FILES = "manifest.json", "files.json"


@dataclass(frozen=True)
class Snapshot:
    """One snapshot on disk; nothing of it is read before it is asked for.

    Parameters
    ----------
    folder : Path
    manifest : mapping
        Of manifest.json: format, fingerprint, data_from and data_through (first and last day of the
        orders), missing tables, rows by table, the gate's summary, SHA-256 of the index.
    """

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Hash of the content it was made from."""
        return self.manifest["fingerprint"]

    @property
    def data_from(self) -> dt.date | None:
        """Day of the first order; None where there is none."""
        found = self.manifest["data_from"]
        return dt.date.fromisoformat(found) if found else None

    @property
    def data_through(self) -> dt.date | None:
        """Day of the last order; None where there is none."""
        found = self.manifest["data_through"]
        return dt.date.fromisoformat(found) if found else None

    @cached_property
    def names(self) -> dict[Scope, str]:
        """Every region, team and rep of the data, and the name to show for it."""
        rows = loading.table(self.folder, "names.parquet", self.manifest["index"]["names.parquet"])
        found = zip(*(rows[name].to_pylist() for name in ("kind", "id", "name")), strict=True)
        return {Scope(kind, one): name for kind, one, name in found}

    def scopes(self, kind: str, period: Period) -> list[Scope]:
        """The scopes of a kind that have sales, a roster row or a target in a period, sorted."""
        if kind == "company":
            return [Scope("company")]
        name = f"index/{kind}.parquet"
        rows = loading.table(self.folder, name, self.manifest["index"][name])
        start, end = (
            pa.scalar(dt.datetime.combine(one, dt.time()), pa.timestamp("us"))
            for one in (period.start, period.end)
        )
        there = pc.and_(pc.less_equal(rows["start"], end), pc.greater_equal(rows["end"], start))
        return [Scope(kind, one) for one in sorted(pc.unique(rows["id"].filter(there)).to_pylist())]

    def part(self, scope: Scope) -> str:
        """A hash over everything that a scope can read: 16 hexadecimal digits.

        It stays the same while what the scope reads stays the same, whatever becomes of the rest of
        the company's data.

        Raises
        ------
        UnknownScopeError
            Where the data hold no such scope.
        SourceError
            Where the scope's reading list is missing or is not what was written.
        """
        return self._listed(scope)["part"][:16]

    def require(self, scope: Scope) -> None:
        """Check that the data know a scope.

        Raises
        ------
        UnknownScopeError
            Naming the nearest known scope.
        """
        if reading.find(self.folder, scope) is None:
            self._refuse(scope)

    def _refuse(self, scope: Scope) -> NoReturn:
        """Say that a scope has no reading list."""
        if scope.kind == "company" or scope in self.names:
            raise SourceError(
                f"{self.folder / reading.INDEX}: is not what was written. "
                "Delete the snapshot's folder; it will be made again."
            )
        known = [one.id for one in self.names if one.kind == scope.kind]
        by_name = [
            str(one)
            for one, name in self.names.items()
            if one.kind == scope.kind and name.casefold() == scope.id.casefold()
        ]
        hint = nearest(scope.id, known, before=f"{scope.kind}:")
        if by_name:
            hint = f"Did you mean '{by_name[0]}'?"
        raise UnknownScopeError(f"Scope '{scope}' is not in the data. {hint}")

    def read(self, scope: Scope) -> ScopeData:
        """The rows one scope may see.

        Parameters
        ----------
        scope : Scope

        Returns
        -------
        ScopeData
            `sales`, `peers`, `excluded`, `source_days` and every canonical table but orders. A rep
            sees own rows, the products
            and customers in them, events of own regions or of all, no market or expenses; a team
            sees its reps' rows while in it; a region its own, its teams' and its reps'; the company
            all. Sorted by key. Nothing of another rep is read for a rep.

        Raises
        ------
        UnknownScopeError
            Where the data hold no such scope.
        SourceError
            Where a file is missing or is not what was written.
        """
        listed = self._listed(scope)
        frames = loading.frames(self.folder, listed)
        return ScopeData(scope, frames, frozenset(listed["missing"]))

    def _listed(self, scope: Scope) -> Mapping[str, Any]:
        """The scope's reading list."""
        found = reading.find(self.folder, scope)
        return self._refuse(scope) if found is None else found


def open_snapshot(folder: str | Path) -> Snapshot:
    """Open a snapshot that is there.

    Raises
    ------
    SourceError
        Where the folder holds no snapshot, or one of another format.
    """
    path = Path(folder) / MANIFEST
    try:
        manifest, _ = sealed.read(path)
    except OSError:
        raise SourceError(f"{folder}: holds no snapshot (there is no manifest.json).") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise SourceError(
            f"{path}: has another format than {FORMAT}. Delete the folder and build again."
        )
    return Snapshot(Path(folder), manifest)


def files(folder: Path) -> dict[str, str]:
    """All files of a snapshot but manifest.json and files.json, and the SHA-256 of each.

    Raises
    ------
    SourceError
        Where the list is missing or is not what was written.
    """
    try:
        return sealed.read(Path(folder) / FILES)[0]
    except OSError as error:
        raise SourceError(f"{folder}: holds no list of its files ({error.strerror}).") from None
