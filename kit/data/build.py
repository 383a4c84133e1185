"""Building a snapshot: the gate's result laid out as Parquet, with reading lists and hashes."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from kit.data import derived, gathered, index, peers, pieces, reading, sealed
from kit.data.calendar import FiscalCalendar
from kit.data.layout import FORMAT, PLANS, Plan
from kit.data.pieces import Pack
from kit.data.progress import Progress, silent
from kit.data.report import Report, write_refused
from kit.data.sources import find
from kit.data.sql import literal, path_literal
from kit.data.stored import FILES, MANIFEST
from kit.disk import sha256
from kit.settings import Settings

MEMORY = "1GB"
_SORTED = 5_000_000  # order lines that are sorted at a time
_PASSES = 8  # over the order lines, at the most
TARGETS, ACTIONS = "targets.csv", "actions.csv"


def fingerprint(
    settings: Settings,
    *,
    data_folder: Path,
    config_folder: Path,
    digest: Callable[[Path], str] | None = None,
) -> str:
    """A hash of all that a snapshot depends on.

    Parameters
    ----------
    settings : Settings
        Of them count sources, gate, calendar, currency and the targets' file.
    data_folder, config_folder : Path
        Where the sources lie, and where targets.csv and actions.csv may lie.
    digest : callable, optional
        Gives the SHA-256 of a file; `sha256` where left out.

    Returns
    -------
    str
        16 hexadecimal digits over the bytes of every source file, those settings and `FORMAT`.

    Raises
    ------
    SourceError
        Where a source file is missing.
    """
    parts = {"company", "currency", "sources", "gate", "calendar"}
    told: dict[str, Any] = {"format": FORMAT, "targets": settings.targets.file}
    told["settings"] = settings.model_dump(mode="json", include=parts)
    names = {one.file for one in settings.sources.values()}
    names |= {join.file for one in settings.sources.values() for join in one.joins}
    files = {f"data/{path.relative_to(data_folder)}": path
             for name in names for path in find(name, data_folder)}  # fmt: skip
    for name in (settings.targets.file or TARGETS, ACTIONS):
        if (config_folder / name).is_file():
            files[f"parameters/{name}"] = config_folder / name
    told["files"] = {name: (digest or sha256)(path) for name, path in sorted(files.items())}
    text = json.dumps(told, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:16]


def connect(work_folder: Path, *, memory: str = MEMORY) -> duckdb.DuckDBPyConnection:
    """A DuckDB database in memory, which spills into a work folder what memory does not hold."""
    connection = duckdb.connect()
    connection.execute(f"SET memory_limit = {literal(memory)}")
    connection.execute(f"SET temp_directory = {literal(str(work_folder / 'spill'))}")
    connection.execute("SET preserve_insertion_order = true")
    connection.execute("SET allocator_flush_threshold = '4GB'")  # giving pages back takes long
    connection.execute("SET enable_progress_bar = true")  # counted, for `kit.data.progress`
    connection.execute("SET enable_progress_bar_print = false")  # but not shown by DuckDB
    connection.execute("SET progress_bar_time = 0")
    return connection


def write(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    *,
    calendar: FiscalCalendar,
    report: Report,
    mark: str,
    work_folder: Path,
    progress: Progress = silent,
) -> None:
    """Write a snapshot from the gate's tables in a connection.

    Parameters
    ----------
    connection : DuckDBPyConnection
        One table per canonical table, named and typed as declared; tables are added to it.
    folder : Path
        Empty; the manifest is written last.
    calendar : FiscalCalendar
        For the days that targets stand for.
    report : Report
        The gate's; its summary goes into the manifest, its refused rows into refused.csv, and what
        they come to into `excluded`.
    mark : str
        The fingerprint.
    work_folder : Path
        For what is gathered on the way.
    progress : callable
        Told how far each step has come.

    Notes
    -----
    The same tables give the same bytes: rows are sorted by key, and sums are formed in one order.
    """
    derived.place(connection)
    found = list(_sales(connection, folder, work_folder=work_folder, progress=progress))
    derived.relate(connection)
    derived.exclude(connection, report)
    progress("peers", 0.0)
    connection.register("peers", peers.compute(connection))
    rows = {"sales": sum(piece.rows for one in found for piece in one.pieces)}
    for done, (name, plan) in enumerate(list(PLANS.items())[1:]):
        progress("snapshot", done / len(PLANS))
        found += _lay(connection, name, plan, folder, numbers=itertools.count())
        if not name.startswith("own_"):
            rows[name] = connection.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0]
    known, names = index.known(connection)
    every = (piece for one in found for piece in one.pieces)
    reading.write(folder, every, known=known, missing=report.missing)
    write_refused(report, folder / "refused.csv")
    sheets = {f"index/{kind}.parquet": query for kind, query in index.days(connection, calendar)}
    sheets["names.parquet"] = names
    sheets = {name: _sheet(connection, query, folder / name) for name, query in sheets.items()}
    [(first, last)] = connection.execute("SELECT min(date), max(date) FROM orders").fetchall()
    files = {one.path: one.sha256 for one in found} | sheets
    files |= {one: sha256(folder / one) for one in (reading.PACK, reading.INDEX, "refused.csv")}
    sealed.write(folder / FILES, files)
    manifest = {
        "format": FORMAT,
        "fingerprint": mark,
        "gate": report.summary.to_dict("records"),
        "data_from": first and first.isoformat(),
        "data_through": last and last.isoformat(),
        "missing": sorted(report.missing),
        "rows": rows,
        "index": sheets,
    }
    sealed.write(folder / MANIFEST, manifest, indent=1)
    progress("snapshot", 1.0)


def _sales(
    connection: duckdb.DuckDBPyConnection, folder: Path, *, work_folder: Path, progress: Progress
) -> Iterator[Pack]:
    """Write the sales and gather what the rest needs of them."""
    total = connection.execute("SELECT count(*) FROM orders").fetchall()[0][0] or 1
    kept, done, numbers = gathered.Gathered(work_folder), 0, itertools.count()
    progress("sales", 0.0)
    for plan in _shares(connection, total, work_folder=work_folder):
        packs = _lay(
            connection, "sales", plan, folder, numbers=numbers, watch=gathered.gather
        )
        for one in packs:
            kept.add(one.told)
            done += sum(piece.rows for piece in one.pieces)
            progress("sales", min(done / total, 1.0))
            yield replace(one, told=None)
    kept.register(connection)


def _shares(
    connection: duckdb.DuckDBPyConnection, rows: int, *, work_folder: Path
) -> Iterator[Plan]:
    """The plan of the sales, for as many reps at a time as can be sorted in memory.

    Up to some passes over the rows cost less than writing them once more, parted by rep.
    """
    plan, count = PLANS["sales"], -(-rows // _SORTED)
    if count > _PASSES:
        parted = work_folder / "parted"
        connection.execute(
            f"COPY (SELECT *, hash(_rep) % {count} AS _share FROM ({plan.query})) "
            f"TO {literal(str(parted))} (FORMAT parquet, PARTITION_BY (_share))"
        )
    for share in range(count):
        if count > _PASSES:
            there = parted / f"_share={share}"
            if not there.is_dir():
                continue
            files = ", ".join(path_literal(one) for one in sorted(there.iterdir()))
            texts = ", ".join(f"{name}::{kind} AS {name}" for name, kind in derived.ENUMS.items())
            found = (
                f"SELECT * REPLACE ({texts}) "
                f"FROM read_parquet([{files}], hive_partitioning = false)"
            )
        else:
            some = f"(SELECT * FROM sales WHERE hash(rep_id) % {count} = {share})"
            found = plan.query.replace("FROM sales", f"FROM {some}")
        yield replace(plan, query=plan.query if count == 1 else found)
        if count > _PASSES:
            shutil.rmtree(there)


def _lay(
    connection: duckdb.DuckDBPyConnection, name: str, plan: Plan, folder: Path, *,
    numbers: Iterator[int], watch: Callable[[pa.Table], Any] | None = None,
) -> Iterator[Pack]:  # fmt: skip
    return pieces.write(
        connection, name, plan=plan, folder=folder, numbers=numbers,
        threads=os.cpu_count() or 1, watch=watch,
    )  # fmt: skip


def _sheet(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> str:
    """Write the result of a query as one file; its SHA-256."""
    path.parent.mkdir(exist_ok=True)
    return pieces.store(connection.sql(query).to_arrow_table(), path)
