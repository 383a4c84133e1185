"""Reading lists: for each scope the pieces it reads, each with its hash, and nothing else."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.data import packed, sealed
from kit.data.layout import PLANS
from kit.data.pieces import Piece
from kit.errors import SourceError
from kit.scope import Scope

PACK, INDEX = "scopes.pack", "scopes.index"

_KINDS = ("region", "team", "rep")


@dataclass(frozen=True)
class Known:
    """What the snapshot knows of the company's regions, teams and reps.

    Parameters
    ----------
    region : tuple of str
    team : mapping of str to tuple of str
        The regions of each team.
    rep : mapping of str to (regions, teams)
        In which each rep ever was or sold.
    managers : mapping of str to tuple of str
        For each rep the managers who are reps themselves: a rep does not read their identifiers.
    """

    region: tuple[str, ...]
    team: Mapping[str, tuple[str, ...]]
    rep: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
    managers: Mapping[str, tuple[str, ...]]


def write(folder: Path, pieces: Iterable[Piece], *, known: Known, missing: Iterable[str]) -> None:
    """Write the reading lists of the company and of every scope that is known.

    Parameters
    ----------
    folder : Path
        The snapshot's.
    pieces : iterable of Piece
        All that were written.
    known : Known
    missing : iterable of str
        Optional tables that the company does not have.
    """
    shelf, absent = _Shelf(pieces), sorted(missing)
    scopes = [Scope("company")]
    scopes += [Scope(kind, one) for kind in _KINDS for one in sorted(getattr(known, kind))]
    packed.put_keyed(
        folder / PACK,
        folder / INDEX,
        ((str(scope), sealed.enclose(_list(scope, shelf, known, absent))) for scope in scopes),
    )


def find(folder: Path, scope: Scope) -> dict[str, Any] | None:
    """A scope's reading list; None where there is none.

    Parameters
    ----------
    folder : Path
        The snapshot's.
    scope : Scope

    Returns
    -------
    dict
        `scope`, `missing` (tables that the company has not), `tables` (for each its pieces:
        SHA-256, pack, first byte, length), `hidden` (managers whose identifiers are not shown) and
        `part`, a hash over all that is read; where its bytes lie does not count.

    Raises
    ------
    SourceError
        Where the lists are missing or are not what was written.
    """
    path = folder / PACK
    try:
        found = packed.get_keyed(path, folder / INDEX, str(scope))
    except OSError as error:
        raise SourceError(
            f"{path}: cannot be read ({error.strerror}). "
            "Delete the snapshot's folder; it will be made again."
        ) from None
    if found is None:
        return None
    listed, _ = sealed.disclose(found, path)
    if listed["scope"] != str(scope):
        raise SourceError(
            f"{folder / INDEX}: is not what was written (it leads to another scope). "
            "Delete the snapshot's folder; it will be made again."
        )
    return listed


def _list(scope: Scope, shelf: _Shelf, known: Known, missing: list[str]) -> dict[str, Any]:
    """A scope's reading list."""
    tables = {
        name: sorted(found, key=lambda one: [(value is not None, value) for value in one.values])
        for name, found in _tables(scope, shelf, known)
        if found
    }
    told: dict[str, Any] = {"scope": str(scope), "missing": missing}
    hidden = known.managers.get(scope.id) if scope.kind == "rep" else None
    if hidden:
        told["hidden"] = sorted(hidden)
    read = {name: [one.sha256 for one in found] for name, found in tables.items()}
    text = json.dumps(told | {"tables": read}, sort_keys=True, ensure_ascii=True)
    told["part"] = hashlib.sha256(text.encode("ascii")).hexdigest()
    told["tables"] = {
        name: [[one.sha256, one.pack, one.first, one.length] for one in found]
        for name, found in tables.items()
    }
    return told


class _Shelf:
    """The pieces of each table by region, rep, team and scope."""

    def __init__(self, pieces: Iterable[Piece]):
        self._by: dict[tuple[str, str, str | None], list[Piece]] = defaultdict(list)
        self._all: dict[str, list[Piece]] = defaultdict(list)
        for piece in pieces:
            self._all[piece.table].append(piece)
            for key, value in zip(PLANS[piece.table].keys, piece.values, strict=True):
                self._by[piece.table, key, value].append(piece)
            for team in piece.teams:
                self._by[piece.table, "team", team].append(piece)

    def all(self, table: str) -> list[Piece]:
        return self._all[table]

    def of(self, table: str, key: str, values: Iterable[str | None]) -> list[Piece]:
        return [one for value in values for one in self._by.get((table, key, value), ())]


def _tables(
    scope: Scope, shelf: _Shelf, known: Known
) -> Iterator[tuple[str, list[Piece]]]:
    """The pieces of each table that a scope reads, under the names of `Snapshot.read`'s frames."""
    company, rep = scope.kind == "company", scope.kind == "rep"
    reps, regions, around, below = _reach(scope, known)
    for name, plan in PLANS.items():
        if name in ("customers", "products"):
            continue
        if name == "own_products":
            yield "products", shelf.of(name, "rep", reps) if rep else shelf.all("products")
        elif name == "own_customers" and company:
            yield "customers", shelf.all("customers")
        elif name == "peers":
            yield name, shelf.of(name, "scope", (str(scope),))
        elif company:
            yield name, shelf.all(name)
        elif plan.team:
            yield name.removeprefix("own_"), shelf.of(name, scope.kind, (scope.id,))
        elif plan.keys == ("scope",):
            yield name, shelf.of(name, "scope", below)
        elif plan.keys == ("rep",):
            yield name, shelf.of(name, "rep", reps)
        else:
            yield name, shelf.of(name, "region", around if name == "events" else regions)


def _reach(scope: Scope, known: Known) -> tuple:
    """Reps, regions, regions of the events, and scopes of targets and actions of a scope."""
    if scope.kind == "company":
        return (), (), (), ()
    if scope.kind == "rep":
        return (scope.id,), (), (*known.rep[scope.id][0], None), (str(scope),)
    place = 0 if scope.kind == "region" else 1
    reps = tuple(one for one, where in known.rep.items() if scope.id in where[place])
    below = [str(scope), *(f"rep:{one}" for one in reps)]
    if scope.kind == "team":
        return reps, (), (*known.team[scope.id], None), below
    below += [f"team:{one}" for one, regions in known.team.items() if scope.id in regions]
    return reps, (scope.id,), (scope.id, None), below
