"""Building a snapshot: the gate's result laid out as Parquet, with a manifest of hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from kit.data import layout, peers
from kit.data.calendar import FiscalCalendar
from kit.data.layout import FORMAT, PLANS, Plan, folder_of
from kit.data.report import Report, write_refused
from kit.data.sources import find, literal
from kit.data.targets import span_of
from kit.scope import Scope
from kit.settings import Settings

MEMORY = "1GB"
TARGETS, ACTIONS = "targets.csv", "actions.csv"

Progress = Callable[[str], None]


def fingerprint(settings: Settings, *, data_folder: Path, config_folder: Path) -> str:
    """A hash of all that a snapshot depends on.

    Parameters
    ----------
    settings : Settings
        Of them count sources, gate, calendar, currency and the targets' file.
    data_folder, config_folder : Path
        Where the sources lie, and where targets.csv and actions.csv may lie.

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
    told["files"] = {name: _sha256(path) for name, path in sorted(files.items())}
    text = json.dumps(told, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:16]


def connect(work_folder: Path, *, memory: str = MEMORY) -> duckdb.DuckDBPyConnection:
    """A DuckDB database in memory, which spills into a work folder what memory does not hold."""
    connection = duckdb.connect()
    connection.execute(f"SET memory_limit = {literal(memory)}")
    connection.execute(f"SET temp_directory = {literal(str(work_folder / 'spill'))}")
    connection.execute("SET preserve_insertion_order = true")
    return connection


def write(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    *,
    calendar: FiscalCalendar,
    report: Report,
    mark: str,
    progress: Progress | None = None,
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
    progress : callable, optional
        Called with the name of each table.

    Notes
    -----
    The same tables give the same bytes: rows are sorted by key and written by one thread.
    """
    connection.execute("SET threads = 1")
    layout.place(connection)
    found = peers.compute(connection)
    connection.register("found_peers", found)
    connection.execute(
        "CREATE TABLE peers AS SELECT _scope::VARCHAR AS _scope, month::DATE AS month, "
        "measure::VARCHAR AS measure, peers::BIGINT AS peers, mean::DOUBLE AS mean, "
        "median::DOUBLE AS median, low::DOUBLE AS low, high::DOUBLE AS high FROM found_peers"
    )
    connection.unregister("found_peers")
    rows = {}
    for name, plan in PLANS.items():
        if progress:
            progress(name)
        rows[name] = _lay(connection, name, plan=plan, folder=folder)
    _index(connection, folder, calendar=calendar)
    write_refused(report, folder / "refused.csv")
    first, last = connection.execute("SELECT min(date), max(date) FROM orders").fetchone()
    manifest = {
        "format": FORMAT,
        "fingerprint": mark,
        "gate": report.summary.to_dict("records"),
        "data_from": first and first.isoformat(),
        "data_through": last and last.isoformat(),
        "missing": sorted(report.missing),
        "rows": rows,
        "scopes": _scopes(connection),
        "files": {
            path.relative_to(folder).as_posix(): _sha256(path)
            for path in folder.rglob("*")
            if path.is_file()
        },
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")


def _lay(connection: duckdb.DuckDBPyConnection, name: str, *, plan: Plan, folder: Path) -> int:
    """Write one table in parts; its rows, counted once where parts repeat them."""
    keys = [f"_{key}" for key in plan.keys]
    order = ", ".join([f"{key} NULLS FIRST" for key in keys] + [plan.order])
    connection.execute(f"CREATE TEMP TABLE laid AS SELECT * FROM ({plan.query}) ORDER BY {order}")
    types = connection.execute("SELECT column_name, column_type FROM (DESCRIBE laid)").fetchall()
    columns = ", ".join(
        f'"{column}"::TIMESTAMP AS "{column}"' if kind == "DATE" else f'"{column}"'
        for column, kind in types
        if column not in keys
    )
    listed = "".join(f"{key}, " for key in keys)
    parts = connection.execute(
        f"SELECT {listed} min(rowid), max(rowid) FROM laid "
        f"{'GROUP BY ' + listed.rstrip(', ') if keys else ''} ORDER BY min(rowid)"
    ).fetchall()
    for *values, first, last in parts:
        if first is None:
            continue
        steps = [folder_of(key, one) for key, one in zip(plan.keys, values, strict=True)]
        path = folder.joinpath(name, *steps, "rows.parquet")
        path.parent.mkdir(parents=True)
        connection.execute(
            f"COPY (SELECT {columns} FROM laid WHERE rowid BETWEEN {first} AND {last} "
            f"ORDER BY rowid) TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)"
        )
    connection.execute("DROP TABLE laid")
    return connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]


def _index(
    connection: duckdb.DuckDBPyConnection, folder: Path, *, calendar: FiscalCalendar
) -> None:
    """Write index.parquet: on which days which scope sells, is on the roster or has a target."""
    pairs = connection.execute("SELECT DISTINCT scope, period FROM targets ORDER BY ALL").fetchall()
    spans = [(Scope.parse(scope), span_of(calendar, period)) for scope, period in pairs]
    goals = pd.DataFrame(
        [(scope.kind, scope.id, *span) for scope, span in spans if span],
        columns=["kind", "id", "start", "end"],
    ).astype({"kind": "str", "id": "str", "start": "datetime64[us]", "end": "datetime64[us]"})
    connection.register("goals", goals)
    columns = {"region": "region", "team": "team", "rep": "rep_id"}
    days = " UNION ".join(
        f"SELECT '{kind}' AS kind, {column} AS id, date AS first, date AS last FROM sales "
        f"UNION SELECT '{kind}', {column}, valid_from, valid_to FROM places"
        for kind, column in columns.items()
    )
    connection.execute(
        f'COPY (SELECT kind, id, first::TIMESTAMP AS "start", last::TIMESTAMP AS "end" '
        f'FROM ({days} UNION SELECT kind, id, "start"::DATE, "end"::DATE FROM goals) '
        f"WHERE id IS NOT NULL AND kind <> 'company' ORDER BY ALL) "
        f"TO {literal(str(folder / 'index.parquet'))} (FORMAT parquet, COMPRESSION zstd)"
    )
    connection.unregister("goals")


def _scopes(connection: duckdb.DuckDBPyConnection) -> dict[str, list]:
    """All regions, teams and reps, and which of them ever belonged to or sold in which."""
    ever = (
        "(SELECT rep_id, team, region FROM places UNION SELECT rep_id, team, region FROM sales)"
    )
    gather = "coalesce(list_sort(list(DISTINCT {0}) FILTER ({0} IS NOT NULL)), [])"
    goals = connection.execute("SELECT DISTINCT scope FROM targets").fetchall()
    goals = [Scope.parse(text) for (text,) in goals]
    regions = connection.execute(f"SELECT DISTINCT region FROM {ever} WHERE region IS NOT NULL")
    regions = {one for (one,) in regions.fetchall()}
    regions |= {one.id for one in goals if one.kind == "region"}
    teams = dict(
        connection.execute(
            f"SELECT team, {gather.format('region')} FROM places "
            "WHERE team IS NOT NULL GROUP BY team"
        ).fetchall()
    )
    for one in goals:
        if one.kind == "team":
            teams.setdefault(one.id, [])
    names = dict(connection.execute("SELECT rep_id, name FROM rep_names").fetchall())
    reps = connection.execute(
        f"SELECT rep_id, {gather.format('region')}, {gather.format('team')} "
        f"FROM {ever} GROUP BY rep_id ORDER BY rep_id"
    ).fetchall()
    spans: dict[str, list] = {}
    for rep, *span in connection.execute(
        "SELECT rep_id, valid_from, nullif(valid_to, DATE '9999-12-31') FROM places ORDER BY ALL"
    ).fetchall():
        spans.setdefault(rep, []).append([one and one.isoformat() for one in span])
    reps += [(one.id, [], []) for one in goals if one.kind == "rep" and one.id not in names]
    return {
        "region": [{"id": one} for one in sorted(regions)],
        "team": [{"id": one, "regions": teams[one]} for one in sorted(teams)],
        "rep": [
            {"id": one, "name": names.get(one, one), "regions": where, "teams": which,
             "active": spans.get(one, [])}
            for one, where, which in sorted(reps)
        ],
    }  # fmt: skip


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
