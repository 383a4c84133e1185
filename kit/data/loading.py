"""The frames of one scope from the pieces on its reading list."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pandas.api.types import pandas_dtype

from kit.data import packed
from kit.data.layout import PEERS, PLANS, SALES
from kit.data.losses import EXCLUDED, SOURCES
from kit.data.tables import DTYPES, TABLES
from kit.errors import SourceError
from kit.scope import Scope

_TYPES = {name: {one.name: one.type for one in table.columns} for name, table in TABLES.items()}
_TYPES |= {"sales": dict(SALES), "peers": dict(PEERS)}
_TYPES |= {"excluded": dict(EXCLUDED), "source_days": dict(SOURCES)}
_KEYS = {"sales": ["date", "order_id", "line_no", "rep_id"], "peers": ["month", "measure"],
         "excluded": ["table", "date", "rep_id", "rule", "amount", "quantity"],
         "source_days": ["table", "date"]}  # fmt: skip
_ARROW = {"text": pa.string(), "number": pa.float64(), "date": pa.timestamp("us")}
_FRAMES = [name for name in PLANS if not name.startswith("own_")]


def frames(folder: Path, listed: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Read the frames of a scope.

    Parameters
    ----------
    folder : Path
        The snapshot's.
    listed : mapping
        A reading list as `kit.data.reading` writes it.

    Returns
    -------
    dict of DataFrame
        `sales`, `peers`, `excluded` and `source_days` (see `kit.data.losses`; the latter for the
        company alone) and every canonical table but orders, with the declared columns and types,
        sorted by key.

    Raises
    ------
    SourceError
        Where a file is missing or is not what was written.
    """
    scope = Scope.parse(listed["scope"])
    team = scope.id if scope.kind == "team" else None
    found = {
        name: _rows(folder, pieces, team=team and (_teams(name), team))
        for name, pieces in listed["tables"].items()
    }
    if "sales" in found:
        found["sales"] = _named(found["sales"], found)
    made = {
        name: _frame(found.get(name), name, sort=len(listed["tables"].get(name, ())) > 1)
        for name in _FRAMES
    }
    if listed.get("hidden"):
        roster = made["roster"]
        manager = roster["manager_id"].mask(roster["manager_id"].isin(listed["hidden"]))
        made["roster"] = roster.assign(manager_id=manager)
    return made


def content(
    folder: Path, name: str, sha256: str, *, first: int = 0, length: int | None = None
) -> bytes:
    """Some bytes of one of a snapshot's files, or all of them, checked against their hash.

    Raises
    ------
    SourceError
        Where the file is missing or is not what was written.
    """
    try:
        found = packed.get(folder / name, first, length)
    except OSError as error:
        raise SourceError(
            f"{folder / name}: cannot be read ({error.strerror}). "
            "Delete the snapshot's folder; it will be made again."
        ) from None
    if hashlib.sha256(found).hexdigest() != sha256:
        raise SourceError(
            f"{folder / name}: is not what was written (its SHA-256 differs). "
            "Delete the snapshot's folder; it will be made again."
        )
    return found


def table(
    folder: Path, name: str, sha256: str, *, first: int = 0, length: int | None = None
) -> pa.Table:
    """The rows of one of a snapshot's Parquet files, or of a piece in it, checked by its hash."""
    buffer = pa.BufferReader(content(folder, name, sha256, first=first, length=length))
    return pq.ParquetFile(buffer).read(use_threads=False)


def _rows(
    folder: Path, pieces: Iterable[tuple], *, team: tuple[str, str] | None
) -> pa.Table:
    """The rows of several pieces; of a team those that count in it, by the column that says so."""
    found = [
        table(folder, pack, digest, first=first, length=length)
        for digest, pack, first, length in pieces
    ]
    rows = found[0] if len(found) == 1 else pa.concat_tables(found)
    if team and team[0]:
        rows = rows.filter(pc.equal(rows[team[0]], team[1]))
    return rows


def _teams(name: str) -> str:
    plan = PLANS.get(f"own_{name}")
    return plan.team if plan and plan.keys == ("region", "rep") else PLANS[name].team


def _named(sales: pa.Table, found: Mapping[str, pa.Table]) -> pa.Table:
    """Sales with the names of reps, products and customers."""
    rep = _looked_up(sales["rep_id"], found.get("roster"), "rep_id")
    product = _looked_up(sales["product_id"], found.get("products"), "product_id")
    customer = _looked_up(sales["customer_id"], found.get("customers"), "customer_id")
    article = product("article")
    columns = {
        "rep": rep("name"),
        "article": pc.coalesce(article, sales["product_id"]),
        "product": pc.coalesce(product("name"), article, sales["product_id"]),
        "line": product("line"),
        "list_price": product("list_price", "number"),
        "customer": pc.coalesce(customer("name"), sales["customer_id"]),
        "customer_class": customer("class"),
        "customer_segment": customer("segment"),
        "customer_since": customer("since", "date"),
    }
    for name, values in columns.items():
        sales = sales.append_column(name, values)
    return sales


def _looked_up(keys: pa.ChunkedArray, rows: pa.Table | None, key: str):
    """A function that gives a column of the row with each key, null where there is none."""
    if rows is None:
        return lambda column, kind="text": pa.nulls(len(keys), _ARROW[kind])
    place = pc.index_in(keys, value_set=rows[key].combine_chunks(), skip_nulls=True)
    return lambda column, kind="text": rows[column].take(place)


def _frame(rows: pa.Table | None, name: str, *, sort: bool) -> pd.DataFrame:
    """The declared columns and types, each row once, sorted by key."""
    if rows is None or not rows.num_rows:
        return _empty(name).copy()
    made = {column: _READ[kind](rows[column]) for column, kind in _TYPES[name].items()}
    frame = pd.DataFrame(made)  # copied: what pyarrow gives may not be written to
    if not sort:  # one piece, written in this order
        return frame
    key = _KEYS.get(name) or list(TABLES[name].key)
    if name == "customers":
        frame = frame.drop_duplicates(key)
    return frame.sort_values(key, kind="stable", ignore_index=True)


def _texts(values: pa.ChunkedArray) -> pd.api.extensions.ExtensionArray:
    return pandas_dtype(DTYPES["text"]).__from_arrow__(values)


_READ = {
    "text": _texts,
    "date": lambda values: values.to_numpy(),
    "number": lambda values: values.to_numpy(),
    "integer": pd.Int64Dtype().__from_arrow__,
}


@functools.cache
def _empty(name: str) -> pd.DataFrame:
    return pd.DataFrame(
        {column: pd.Series(dtype=DTYPES[kind]) for column, kind in _TYPES[name].items()}
    )
