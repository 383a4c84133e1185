"""A snapshot on disk: what it holds, and the rows that one scope may see."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from kit.data.calendar import Period
from kit.data.frames import ScopeData
from kit.data.layout import FORMAT, PEERS, PLANS, SALES, folder_of
from kit.data.tables import DTYPES, TABLES
from kit.errors import SourceError, UnknownScopeError, nearest
from kit.scope import Scope

_TYPES = {name: {one.name: one.type for one in table.columns} for name, table in TABLES.items()}
_TYPES |= {"sales": dict(SALES), "peers": dict(PEERS)}
_KEYS = {"sales": ["date", "order_id", "line_no", "rep_id"], "peers": ["month", "measure"]}


@dataclass(frozen=True)
class Reach:
    """What a scope may see: None is all, a tuple these; `around` are the regions of its events."""

    reps: tuple[str, ...] | None
    regions: tuple[str, ...] | None
    around: tuple[str | None, ...] | None
    scopes: tuple[str, ...] | None


@dataclass(frozen=True)
class Snapshot:
    """One snapshot on disk.

    Parameters
    ----------
    folder : Path
    manifest : mapping
        Of manifest.json: format, fingerprint, data_from and data_through (first and last day of the
        orders), missing tables, rows by table, scopes, SHA-256 by file, the gate's summary.
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
        return {
            Scope(kind, one["id"]): one.get("name", one["id"])
            for kind in ("region", "team", "rep")
            for one in self.manifest["scopes"][kind]
        }

    def scopes(self, kind: str, period: Period) -> list[Scope]:
        """The scopes of a kind that have sales, a roster row or a target in a period, sorted."""
        if kind == "company":
            return [Scope("company")]
        rows = self._load(["index.parquet"])
        start, end = pd.Timestamp(period.start), pd.Timestamp(period.end)
        found = rows[(rows["kind"] == kind) & (rows["start"] <= end) & (rows["end"] >= start)]
        return [Scope(kind, one) for one in sorted(set(found["id"]))]

    def require(self, scope: Scope) -> None:
        """Check that the data know a scope.

        Raises
        ------
        UnknownScopeError
            Naming the nearest known scope.
        """
        if scope.kind == "company" or scope in self.names:
            return
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
            `sales`, `peers` and every canonical table but orders. A rep sees own rows, the products
            and customers in them, events of own regions or of all, no market or expenses; a team
            sees its reps' rows while in it; a region its own, its teams' and its reps'; the company
            all. Sorted by key. No file of another rep is opened for a rep.

        Raises
        ------
        UnknownScopeError
            Where the data hold no such scope.
        SourceError
            Where a file is missing or is not what was written.
        """
        self.require(scope)
        reach = self._reach(scope)
        frames = {}
        for name, plan in PLANS.items():
            if name == "peers":
                rows = self._load(self._files(name, scope=(str(scope),)))
            elif name == "events":
                rows = self._load(self._files(name, region=reach.around))
            elif plan.keys == ("region", "rep"):
                region = (scope.id,) if scope.kind == "region" else None
                rep = None if scope.kind == "region" else reach.reps
                rows = self._load(self._files(name, region=region, rep=rep))
                if scope.kind == "team" and len(rows):
                    rows = rows[rows["_team"] == scope.id]
            else:
                asked = {"rep": reach.reps, "region": reach.regions, "scope": reach.scopes}
                keys = {key: asked[key] for key in plan.keys}
                rows = self._load(self._files(name, **keys))
            frames[name] = _typed(rows, name)
        if scope.kind == "rep":
            frames = self._private(frames)
        return ScopeData(scope, frames, frozenset(self.manifest["missing"]))

    def _reach(self, scope: Scope) -> Reach:
        """Which reps, regions and scopes a scope may see rows of."""
        if scope.kind == "company":
            return Reach(None, None, None, None)
        known = self.manifest["scopes"]
        if scope.kind == "rep":
            reps = [one for one in known["rep"] if one["id"] == scope.id]
        else:
            reps = [one for one in known["rep"] if scope.id in one[f"{scope.kind}s"]]
        ids = tuple(one["id"] for one in reps)
        below = [str(scope), *(f"rep:{one}" for one in ids if scope.kind != "rep")]
        if scope.kind == "region":
            below += [f"team:{one['id']}" for one in known["team"] if scope.id in one["regions"]]
            return Reach(ids, (scope.id,), (scope.id, None), tuple(below))
        if scope.kind == "team":
            near = next(one["regions"] for one in known["team"] if one["id"] == scope.id)
        else:
            near = reps[0]["regions"]
        return Reach(ids, (), (*near, None), tuple(below))

    def _files(self, table: str, **keys: tuple | None) -> list[str]:
        """Files of a table, of all values of a key (None) or of some."""
        asked = [
            {folder_of(key, one) for one in values}
            for key, values in keys.items()
            if values is not None
        ]
        return [
            path
            for path in self.manifest["files"]
            if path.startswith(f"{table}/")
            and all(some.intersection(path.split("/")) for some in asked)
        ]

    def _load(self, files: Iterable[str]) -> pd.DataFrame:
        """Rows of Parquet files, each checked against its hash."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        found = []
        for name in files:
            try:
                content = (self.folder / name).read_bytes()
            except OSError as error:
                raise SourceError(
                    f"{self.folder / name}: cannot be read ({error.strerror}). "
                    "Delete the snapshot's folder; it will be made again."
                ) from None
            if hashlib.sha256(content).hexdigest() != self.manifest["files"][name]:
                raise SourceError(
                    f"{self.folder / name}: is not what was written (its SHA-256 differs). "
                    "Delete the snapshot's folder; it will be made again."
                )
            found.append(pq.read_table(pa.BufferReader(content)))
        return pa.concat_tables(found).to_pandas() if found else pd.DataFrame()

    def _private(self, frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        """A rep's frames without what tells of others: articles and other reps' identifiers."""
        own = set(frames["sales"]["product_id"]) | set(frames["opportunities"]["product_id"])
        products, roster = frames["products"], frames["roster"]
        others = {one["id"] for one in self.manifest["scopes"]["rep"]} - set(roster["rep_id"])
        manager = roster["manager_id"].mask(roster["manager_id"].isin(others))
        return {
            **frames,
            "products": products[products["product_id"].isin(own)].reset_index(drop=True),
            "roster": roster.assign(manager_id=manager),
        }


def open_snapshot(folder: str | Path) -> Snapshot:
    """Open a snapshot that is there.

    Raises
    ------
    SourceError
        Where the folder holds no snapshot, or one of another format.
    """
    path = Path(folder) / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise SourceError(f"{folder}: holds no snapshot (there is no manifest.json).") from None
    except ValueError:
        raise SourceError(f"{path}: is not JSON. Delete the folder and build again.") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise SourceError(
            f"{path}: has another format than {FORMAT}. Delete the folder and build again."
        )
    return Snapshot(Path(folder), manifest)


def _typed(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """The declared columns and types, each row once, sorted by key."""
    types = {column: DTYPES[kind] for column, kind in _TYPES[name].items()}
    if rows.empty:
        return pd.DataFrame({column: pd.Series(dtype=kind) for column, kind in types.items()})
    rows = rows[list(types)].astype(types)
    key = _KEYS.get(name) or list(TABLES[name].key)
    if name == "customers":
        rows = rows.drop_duplicates(key)
    return rows.sort_values(key, kind="stable", ignore_index=True)
