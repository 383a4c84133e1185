"""Building a snapshot: the gate's result laid out as Parquet, with reading lists and hashes."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from kit.data import gathered, layout, peers, pieces, reading, sealed
from kit.data.calendar import FiscalCalendar
from kit.data.layout import FORMAT, PLANS, Plan
from kit.data.pieces import Piece
from kit.data.progress import Progress, silent
from kit.data.report import Report, write_refused
from kit.data.sources import find
from kit.data.sql import literal
from kit.data.stored import FILES, MANIFEST
from kit.data.targets import span_of
from kit.scope import Scope
from kit.settings import Settings

MEMORY = "1GB"
TARGETS, ACTIONS = "targets.csv", "actions.csv"

_KINDS = {"region": "region", "team": "team", "rep": "rep_id"}


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
        The gate's; its summary goes into the manifest, its refused rows into refused.csv.
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
    layout.place(connection)
    found = list(_sales(connection, folder, work_folder=work_folder, progress=progress))
    layout.relate(connection)
    progress("peers", 0.0)
    connection.register("peers", peers.compute(connection))
    rows = {"sales": sum(one.rows for one in found)}
    for done, (name, plan) in enumerate(list(PLANS.items())[1:]):
        progress("snapshot", done / len(PLANS))
        written = [one for some, _ in _lay(connection, name, plan, folder) for one in some]
        found += written
        if not name.startswith("own_"):
            rows[name] = connection.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0]
    known, names = _known(connection)
    reading.write(folder, found, known=known, missing=report.missing)
    write_refused(report, folder / "refused.csv")
    plans = {f"index/{kind}": query for kind, query in _index(connection, calendar)}
    index = {f"{name}.parquet": _sheet(connection, query, folder / f"{name}.parquet")
             for name, query in plans.items()}  # fmt: skip
    index["names.parquet"] = _sheet(connection, names, folder / "names.parquet")
    [(first, last)] = connection.execute("SELECT min(date), max(date) FROM orders").fetchall()
    files = {one.path: one.sha256 for one in found} | index
    for one in (*(folder / reading.FOLDER).iterdir(), folder / "refused.csv"):
        files[one.relative_to(folder).as_posix()] = sha256(one)
    sealed.write(folder / FILES, files)
    manifest = {
        "format": FORMAT,
        "fingerprint": mark,
        "gate": report.summary.to_dict("records"),
        "data_from": first and first.isoformat(),
        "data_through": last and last.isoformat(),
        "missing": sorted(report.missing),
        "rows": rows,
        "index": index,
    }
    sealed.write(folder / MANIFEST, manifest, indent=1)
    progress("snapshot", 1.0)


def _sales(
    connection: duckdb.DuckDBPyConnection, folder: Path, *, work_folder: Path, progress: Progress
) -> Iterator[Piece]:
    """Write the sales and gather what the rest needs of them."""
    total = connection.execute("SELECT count(*) FROM orders").fetchall()[0][0] or 1
    kept, done = gathered.Gathered(work_folder), 0
    progress("sales", 0.0)
    for written, told in _lay(connection, "sales", PLANS["sales"], folder, watch=gathered.gather):
        kept.add(told)
        done += sum(one.rows for one in written)
        progress("sales", min(done / total, 1.0))
        yield from written
    kept.register(connection)


def _lay(
    connection: duckdb.DuckDBPyConnection, name: str, plan: Plan, folder: Path, *, watch=None
) -> Iterator[tuple[list[Piece], Any]]:
    threads = os.cpu_count() or 1
    return pieces.write(connection, name, plan=plan, folder=folder, threads=threads, watch=watch)


def _sheet(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> str:
    """Write the result of a query as one file; its SHA-256."""
    path.parent.mkdir(exist_ok=True)
    return pieces.store(connection.sql(query).to_arrow_table(), path)


def _index(
    connection: duckdb.DuckDBPyConnection, calendar: FiscalCalendar
) -> Iterator[tuple[str, str]]:
    """For each kind SQL of the days on which a scope sells, is on the roster or has a target.

    A rep's sales while on the roster are left out: the roster's row covers those days.
    """
    pairs = connection.execute("SELECT DISTINCT scope, period FROM targets ORDER BY ALL").fetchall()
    spans = [(Scope.parse(scope), span_of(calendar, period)) for scope, period in pairs]
    goals = pd.DataFrame(
        [(scope.kind, scope.id, *span) for scope, span in spans if span],
        columns=["kind", "id", "start", "end"],
    ).astype({"kind": "str", "id": "str", "start": "datetime64[us]", "end": "datetime64[us]"})
    connection.register("found_goals", goals)
    connection.execute("CREATE TABLE goals AS SELECT * FROM found_goals")
    connection.unregister("found_goals")
    uncovered = (
        "ANTI JOIN places p ON p.rep_id = d.rep_id AND d.date BETWEEN p.valid_from AND p.valid_to"
    )
    for kind, column in _KINDS.items():
        yield kind, (
            'SELECT id, first::TIMESTAMP AS "start", last::TIMESTAMP AS "end" FROM ('
            f"SELECT d.{column} AS id, date AS first, date AS last FROM daily d "
            f"{uncovered if kind == 'rep' else ''} "
            f"UNION SELECT {column}, valid_from, valid_to FROM places "
            f"UNION SELECT id, \"start\"::DATE, \"end\"::DATE FROM goals WHERE kind = '{kind}') "
            "WHERE id IS NOT NULL ORDER BY ALL"
        )


def _known(connection: duckdb.DuckDBPyConnection) -> tuple[reading.Known, str]:
    """All regions, teams and reps, which of them ever belonged to or sold in which, and names."""
    connection.execute(
        "CREATE TABLE ever AS "
        "SELECT rep_id, team, region FROM places UNION SELECT rep_id, team, region FROM daily"
    )
    gather = "coalesce(list_sort(list(DISTINCT {0}) FILTER ({0} IS NOT NULL)), [])"
    goals = connection.execute("SELECT DISTINCT scope FROM targets").fetchall()
    aims = {kind: {one.id for (text,) in goals if (one := Scope.parse(text)).kind == kind}
            for kind in _KINDS}  # fmt: skip
    regions = connection.execute(
        "SELECT DISTINCT region FROM ever WHERE region IS NOT NULL"
    ).fetchall()
    teams = connection.execute(
        f"SELECT team, {gather.format('region')} FROM places WHERE team IS NOT NULL GROUP BY team"
    )
    teams = {one: tuple(where) for one, where in teams.fetchall()}
    reps = connection.execute(
        f"SELECT rep_id, {gather.format('region')}, {gather.format('team')} "
        "FROM ever GROUP BY rep_id ORDER BY rep_id"
    )
    reps = {one: (tuple(where), tuple(which)) for one, where, which in reps.fetchall()}
    leads = connection.execute(
        "SELECT DISTINCT rep_id, manager_id FROM roster WHERE manager_id <> rep_id ORDER BY ALL"
    ).fetchall()
    every = dict(sorted((dict.fromkeys(aims["rep"], ((), ())) | reps).items()))
    managers: dict[str, tuple[str, ...]] = {}
    for rep, lead in leads:
        if lead in every:
            managers[rep] = (*managers.get(rep, ()), lead)
    known = reading.Known(
        region=tuple(sorted({one for (one,) in regions} | aims["region"])),
        team=dict.fromkeys(aims["team"], ()) | teams,
        rep=every,
        managers=managers,
    )
    rows = [(kind, one) for kind in _KINDS for one in sorted(getattr(known, kind))]
    connection.register("found_scopes", pd.DataFrame(rows, columns=["kind", "id"], dtype="str"))
    connection.execute(
        "CREATE TABLE scopes AS SELECT row_number() OVER () AS place, kind, id FROM found_scopes"
    )
    connection.unregister("found_scopes")
    names = (
        "SELECT s.kind, s.id, coalesce(CASE WHEN s.kind = 'rep' THEN n.name END, s.id) AS name "
        "FROM scopes s LEFT JOIN rep_names n ON n.rep_id = s.id ORDER BY s.place"
    )
    return known, names


def sha256(path: Path) -> str:
    """The SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
