"""Which scopes the data hold, and on which days."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pandas as pd

from kit.data import reading
from kit.data.calendar import FiscalCalendar
from kit.data.tables import SCOPE_COLUMNS
from kit.data.targets import span_of
from kit.scope import Scope


def days(
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
    for kind, column in SCOPE_COLUMNS.items():
        yield kind, (
            'SELECT id, first::TIMESTAMP AS "start", last::TIMESTAMP AS "end" FROM ('
            f"SELECT d.{column} AS id, date AS first, date AS last FROM daily d "
            f"{uncovered if kind == 'rep' else ''} "
            f"UNION SELECT {column}, valid_from, valid_to FROM places "
            f"UNION SELECT id, \"start\"::DATE, \"end\"::DATE FROM goals WHERE kind = '{kind}') "
            "WHERE id IS NOT NULL ORDER BY ALL"
        )


def known(connection: duckdb.DuckDBPyConnection) -> tuple[reading.Known, str]:
    """All regions, teams and reps, which of them ever belonged to or sold in which, and names."""
    connection.execute(
        "CREATE TABLE ever AS "
        "SELECT rep_id, team, region FROM places UNION SELECT rep_id, team, region FROM daily"
    )
    gather = "coalesce(list_sort(list(DISTINCT {0}) FILTER ({0} IS NOT NULL)), [])"
    goals = connection.execute("SELECT DISTINCT scope FROM targets").fetchall()
    aims = {kind: {one.id for (text,) in goals if (one := Scope.parse(text)).kind == kind}
            for kind in SCOPE_COLUMNS}  # fmt: skip
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
    found = reading.Known(
        region=tuple(sorted({one for (one,) in regions} | aims["region"])),
        team=dict.fromkeys(aims["team"], ()) | teams,
        rep=every,
        managers=managers,
    )
    rows = [(kind, one) for kind in SCOPE_COLUMNS for one in sorted(getattr(found, kind))]
    connection.register("found_scopes", pd.DataFrame(rows, columns=["kind", "id"], dtype="str"))
    connection.execute(
        "CREATE TABLE scopes AS SELECT row_number() OVER () AS place, kind, id FROM found_scopes"
    )
    connection.unregister("found_scopes")
    names = (
        "SELECT s.kind, s.id, coalesce(CASE WHEN s.kind = 'rep' THEN n.name END, s.id) AS name "
        "FROM scopes s LEFT JOIN rep_names n ON n.rep_id = s.id ORDER BY s.place"
    )
    return found, names
