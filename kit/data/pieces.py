"""The pieces of a snapshot: each part of a table as Parquet, cut from a sorted stream, in packs."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kit.data import packed
from kit.data.layout import Plan

_BATCH = 100_000  # rows that come from DuckDB at a time
_BLOCK = 100_000  # rows that go to one pack, or one piece where that is larger
_PIECES = 512  # that go to one pack, at the most
_WAITING = 6  # blocks that wait to be written at the most
_SMALL = 1_000  # rows below which packing costs more than it saves

Cut = tuple[tuple[str | None, ...], int]  # the values of a piece and the row it starts on


@dataclass(frozen=True)
class Piece:
    """The rows of one part of a table, as Parquet.

    Parameters
    ----------
    table : str
        Name of the plan.
    values : tuple of str or None
        The part's region, rep or scope, in the order of the plan's keys.
    teams : tuple of str or None
        The teams in which its rows count; empty where the plan has no teams.
    sha256 : str
    pack : str
        The file that holds it, below the snapshot's folder.
    first, length : int
        The bytes of it in that file.
    rows : int
    """

    table: str
    values: tuple[str | None, ...]
    teams: tuple[str | None, ...]
    sha256: str
    pack: str
    first: int
    length: int
    rows: int


@dataclass(frozen=True)
class Pack:
    """One file of a snapshot, which holds pieces of one table.

    Parameters
    ----------
    path : str
        Below the snapshot's folder.
    sha256 : str
        Of the file.
    pieces : tuple of Piece
        In the order of the keys.
    told : object
        What `write`'s `watch` said of the rows.
    """

    path: str
    sha256: str
    pieces: tuple[Piece, ...]
    told: Any


def write(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    *,
    plan: Plan,
    folder: Path,
    numbers: Iterator[int],
    threads: int,
    watch: Callable[[pa.Table], object] | None = None,
) -> Iterator[Pack]:
    """Write one table, or some reps of it, in pieces.

    Parameters
    ----------
    connection : DuckDBPyConnection
        With the tables that the plan's query names.
    name : str
    plan : Plan
    folder : Path
        The snapshot's.
    numbers : iterator of int
        Give the packs their names.
    threads : int
        How many write at a time.
    watch : callable, optional
        Called in those threads with the rows of some whole pieces.

    Yields
    ------
    Pack
        In the order of the keys. The same rows give the same bytes.
    """
    waiting: deque[Future] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for cuts, rows in _blocks(_sorted(connection, plan), plan):
            path = f"{name}/{next(numbers):06d}.pack"
            put = partial(_put, name, cuts, rows, plan=plan)
            waiting.append(pool.submit(put, folder=folder, path=path, watch=watch))
            while len(waiting) > _WAITING or waiting[0].done():
                yield waiting.popleft().result()
                if not waiting:
                    break
        while waiting:
            yield waiting.popleft().result()


def _sorted(connection: duckdb.DuckDBPyConnection, plan: Plan) -> pa.RecordBatchReader:
    order = ", ".join([f"{mark} NULLS FIRST" for mark in plan.marks] + [plan.order])
    return connection.sql(f"SELECT * FROM ({plan.query}) ORDER BY {order}").to_arrow_reader(_BATCH)


def _blocks(
    reader: pa.RecordBatchReader, plan: Plan
) -> Iterator[tuple[list[Cut], list[pa.RecordBatch]]]:
    """Some pieces at a time: rows with the same values of the keys stand together."""
    cuts: list[Cut] = []
    held: list[pa.RecordBatch] = []
    rows = 0
    for batch in reader:
        ends = {batch.num_rows} - {0}
        for mark in plan.marks:
            ends |= set(pc.run_end_encode(_codes(batch.column(mark))).run_ends.to_pylist())
        start = taken = 0
        for end in sorted(ends):
            values = tuple(batch.column(mark)[start].as_py() for mark in plan.marks)
            if not cuts or values != cuts[-1][0]:
                if rows >= _BLOCK or len(cuts) >= _PIECES:
                    yield cuts, [*held, batch.slice(taken, start - taken)]
                    cuts, held, rows, taken = [], [], 0, start
                cuts.append((values, rows))
            rows += end - start
            start = end
        held.append(batch.slice(taken))
    if cuts:
        yield cuts, held


def _put(
    name: str,
    cuts: list[Cut],
    rows: list[pa.RecordBatch],
    *,
    plan: Plan,
    folder: Path,
    path: str,
    watch: Callable[[pa.Table], object] | None,
) -> Pack:
    """Write some pieces."""
    table = _plain(pa.Table.from_batches(rows)).combine_chunks()
    if plan.written:
        named = dict(zip(plan.marks, plan.written, strict=True))
        table = table.rename_columns([named.get(one, one) for one in table.column_names])
    else:
        table = table.drop_columns(list(plan.marks))
    told = watch(table) if watch else None
    ends = [start for _, start in cuts[1:]] + [table.num_rows]
    pieces, contents, first = [], [], 0
    for (values, start), end in zip(cuts, ends, strict=True):
        part = table.slice(start, end - start)
        teams = tuple(pc.unique(part[plan.team]).to_pylist()) if plan.team else ()
        content = _parquet(part)
        digest = hashlib.sha256(content).hexdigest()
        rows = part.num_rows
        pieces.append(Piece(name, values, teams, digest, path, first, len(content), rows))
        contents.append(content)
        first += len(content)
    (folder / path).parent.mkdir(exist_ok=True)
    return Pack(path, packed.put(folder / path, contents), tuple(pieces), told)


def _codes(values: pa.Array) -> pa.Array:
    """What tells values apart: the place in the dictionary where there is one."""
    return values.indices if pa.types.is_dictionary(values.type) else values


def _plain(table: pa.Table) -> pa.Table:
    """The same rows, dates as timestamps and texts without a dictionary."""
    kinds = {
        one.name: pa.timestamp("us") if pa.types.is_date(one.type) else pa.string()
        for one in table.schema
        if pa.types.is_date(one.type) or pa.types.is_dictionary(one.type)
    }
    return table.cast(
        pa.schema([one.with_type(kinds.get(one.name, one.type)) for one in table.schema])
    )


def store(table: pa.Table, path: Path) -> str:
    """Write rows as one Parquet file; its SHA-256."""
    return packed.put(path, [_parquet(table)])


def _parquet(table: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    texts = [one.name for one in table.schema if one.type == pa.string()]
    pq.write_table(
        table,
        sink,
        use_dictionary=texts,
        compression="none" if table.num_rows < _SMALL else "snappy",
        write_statistics=False,
        store_schema=False,
    )
    return sink.getvalue()
