"""The pieces of a snapshot: one Parquet file for each part of a table, cut from a sorted stream."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kit.data.layout import Plan, part_of

_BATCH = 100_000  # rows that come from DuckDB at a time
_BLOCK = 100_000  # rows that one thread takes at a time, or one piece where that is larger
_WAITING = 6  # blocks that wait to be written at the most
_SMALL = 1_000  # rows below which packing costs more than it saves

Cut = tuple[tuple[str | None, ...], int]  # the values of a piece and the row it starts on


@dataclass(frozen=True)
class Piece:
    """One file of a snapshot.

    Parameters
    ----------
    table : str
        Name of the plan.
    values : tuple of str or None
        The part's region, rep or scope, in the order of the plan's keys.
    teams : tuple of str or None
        The teams in which its rows count; empty where the plan has no teams.
    path : str
        Below the snapshot's folder.
    sha256 : str
    rows : int
    """

    table: str
    values: tuple[str | None, ...]
    teams: tuple[str | None, ...]
    path: str
    sha256: str
    rows: int


def write(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    *,
    plan: Plan,
    folder: Path,
    threads: int,
    watch: Callable[[pa.Table], object] | None = None,
) -> Iterator[tuple[list[Piece], object]]:
    """Write one table in pieces.

    Parameters
    ----------
    connection : DuckDBPyConnection
        With the tables that the plan's query names.
    name : str
    plan : Plan
    folder : Path
        The snapshot's.
    threads : int
        How many write at a time.
    watch : callable, optional
        Called in those threads with the rows of some whole pieces; what it returns is handed on.

    Yields
    ------
    list of Piece, object
        In the order of the keys. The same rows give the same bytes.
    """
    waiting: deque[Future] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for cuts, rows in _blocks(_sorted(connection, plan), plan):
            waiting.append(
                pool.submit(_put, name, cuts, rows, plan=plan, folder=folder, watch=watch)
            )
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
                if rows >= _BLOCK:
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
    watch: Callable[[pa.Table], object] | None,
) -> tuple[list[Piece], object]:
    """Write some pieces."""
    table = _plain(pa.Table.from_batches(rows)).combine_chunks()
    if plan.written:
        named = dict(zip(plan.marks, plan.written, strict=True))
        table = table.rename_columns([named.get(one, one) for one in table.column_names])
    else:
        table = table.drop_columns(list(plan.marks))
    told = watch(table) if watch else None
    ends = [start for _, start in cuts[1:]] + [table.num_rows]
    pieces = []
    for (values, start), end in zip(cuts, ends, strict=True):
        part = table.slice(start, end - start)
        teams = tuple(pc.unique(part[plan.team]).to_pylist()) if plan.team else ()
        steps = [part_of(key, one) for key, one in zip(plan.keys, values, strict=True)]
        path = "/".join([name, *(steps or ["rows"])]) + ".parquet"
        os.makedirs(os.path.dirname(folder / path), exist_ok=True)
        digest = store(part, folder / path)
        pieces.append(Piece(name, values, teams, path, digest, part.num_rows))
    return pieces, told


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
    sink = pa.BufferOutputStream()
    texts = [one.name for one in table.schema if one.type == pa.string()]
    pq.write_table(
        table,
        sink,
        use_dictionary=texts,
        compression="none" if table.num_rows < _SMALL else "snappy",
        write_statistics=False,
    )
    content = sink.getvalue()
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()
