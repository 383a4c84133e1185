"""The rules among rows: what the stages of a table's files give together, and its report."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pandas as pd

from kit.data import losses
from kit.data.report import counts, refused_rows
from kit.data.rules import duplicates, of_groups, twins, unknown_references, was
from kit.data.sql import identifier, literal
from kit.data.stage import Stage
from kit.data.tables import TABLES, Table

_LARGE = 1_000_000  # rows from which on a table is read from its stages, not copied


def judge(
    table: Table,
    stages: Sequence[tuple[str, Stage]],
    *,
    missing: Sequence[str],
    currency: str,
    connection: duckdb.DuckDBPyConnection,
) -> dict[str, pd.DataFrame]:
    """Try the rules among rows, make the canonical table and count.

    Parameters
    ----------
    table : Table
    stages : sequence of (str, Stage)
        Name and stage of each file, in order.
    missing : sequence of str
        Tables that the company does not have.
    currency : str
        The company's.
    connection : DuckDBPyConnection
        Holds the tables that this one refers to; afterwards this one too.

    Returns
    -------
    dict of DataFrame
        `summary`, `refused`, `repaired` and `rules`, as `kit.data.report.Report` has them; of what
        is measured `losses` and `sources` too.
    """
    names = ", ".join(identifier(name) for name in table.names)
    plain = " UNION ALL ".join(one.plain(table, part) for part, (_, one) in enumerate(stages))
    odd = [one.judged(table, part, file) for part, (file, one) in enumerate(stages) if one.odd]
    sound = f"SELECT __part, __line, {names} FROM ({{}}) WHERE __fault IS NULL"
    upright = " UNION ALL ".join([plain, *(sound.format(one) for one in odd)])
    late = identifier(f"late {table.name}")
    connection.execute(
        f"CREATE OR REPLACE TABLE {late} (__part INTEGER, __line BIGINT, __fault VARCHAR)"
    )
    standing = f"(SELECT * FROM ({upright}) ANTI JOIN {late} USING (__part, __line))"
    references = {name: identifier(name) for name in TABLES if name not in missing}
    for broken in unknown_references(table, standing, references=references):
        connection.execute(f"INSERT INTO {late} {broken}")
    twice = identifier(f"twice {table.name}")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {twice} AS {twins(table, standing)}")
    if _count(connection, twice):
        found = duplicates(table, standing, among=twice)
        connection.execute(f"INSERT INTO {late} {found}")
    connection.execute(f"DROP TABLE {twice}")
    for broken in of_groups(table, standing):
        connection.execute(f"INSERT INTO {late} {broken}")
    refused = _count(connection, late)
    rows = sum(one.plain_rows + one.odd_rows for _, one in stages)
    left = standing if refused else f"({upright})"
    connection.execute(
        f"CREATE OR REPLACE VIEW {identifier(table.name)} AS SELECT {names} FROM {left}"
        if rows >= _LARGE
        else f"CREATE OR REPLACE TABLE {identifier(table.name)} AS "
        f"SELECT {names} FROM {left} ORDER BY __part, __line"
    )
    suspects = identifier(f"suspects {table.name}")
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW {suspects} AS {_suspects(table, stages, plain, late, odd)}"
    )
    queries = counts(table, suspects=suspects, late=late, rows=rows)
    queries |= losses.queries(
        table, refused=refused_rows(suspects, late), plain=plain, odd=odd, currency=currency
    )
    frames = {kind: connection.execute(query).df() for kind, query in queries.items()}
    connection.execute(f"DROP VIEW {suspects}")
    if not refused or rows < _LARGE:
        connection.execute(f"DROP TABLE {late}")
    return frames


def _suspects(
    table: Table, stages: Sequence[tuple[str, Stage]], plain: str, late: str, odd: Sequence[str]
) -> str:
    """SQL of the rows that the report may tell of: the odd ones, and plain ones refused late."""
    fields = ", ".join(
        f"{identifier(name)}, CAST(NULL AS VARCHAR) AS {was(name)}" for name in table.names
    )
    files = " ".join(f"WHEN {part} THEN {literal(file)}" for part, (file, _) in enumerate(stages))
    found = (
        f"SELECT __part, CASE __part {files} END AS __file, __line, "
        f"CAST(NULL AS VARCHAR) AS __ragged, {fields}, CAST(NULL AS VARCHAR) AS __fault "
        f"FROM ({plain}) SEMI JOIN {late} USING (__part, __line)"
    )
    return " UNION ALL BY NAME ".join([found, *odd])


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    return connection.execute(f"SELECT count(*) FROM {relation}").fetchall()[0][0]
