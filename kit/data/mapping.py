"""The mapping of a company's own columns onto a canonical table, as SQL over one file's rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from kit.data.cells import number, trimmed
from kit.data.part import EvenPart, Part
from kit.data.sources import parts
from kit.data.sql import identifier, literal
from kit.data.tables import TABLES, Table
from kit.errors import SettingsError, SourceError, nearest
from kit.settings import ColumnSettings, JoinSettings, SourceSettings


@dataclass(frozen=True)
class Lookup:
    """A lookup file in a temporary table, its keys known to be unique.

    Parameters
    ----------
    relation : str
        SQL name of the table, with the columns `k1`, `k2` … (keys) and `c1`, `c2` ….
    columns : tuple of str
        The names of `c1`, `c2` …, the join's prefix before them.
    here : tuple of str
        Columns of the source that are matched with `k1`, `k2` ….
    file : str
    """

    relation: str
    columns: tuple[str, ...]
    here: tuple[str, ...]
    file: str


def verify(name: str, source: SourceSettings, *, connection: duckdb.DuckDBPyConnection) -> Table:
    """Check that a source maps a canonical table in full; return that table.

    Raises
    ------
    SettingsError
        An unknown table or column, a required column that is not mapped, a `format` or `scale` on a
        column of another type, a `format` that is none.
    """
    if name not in TABLES:
        raise SettingsError(f"sources: unknown table '{name}'. {nearest(name, TABLES)}")
    table = TABLES[name]
    for column, how in source.columns.items():
        at = f"sources.{name}.columns.{column}"
        if column not in table.names:
            raise SettingsError(
                f"{at}: table '{name}' has no column '{column}'. {nearest(column, table.names)}"
            )
        kind = table.column(column).type
        if how.format:
            if kind != "date":
                raise SettingsError(f"{at}: format is for dates, and '{column}' is a {kind}.")
            try:
                connection.execute("SELECT try_strptime('2025', $1)", [how.format])
            except duckdb.Error:
                raise SettingsError(
                    f"{at}: '{how.format}' is no date format. Write it like %d/%m/%Y."
                ) from None
        if how.scale != 1.0 and kind not in ("number", "integer"):
            raise SettingsError(f"{at}: scale is for numbers, and '{column}' is a {kind}.")
    for column in table.columns:
        if not column.nullable and column.name not in source.columns:
            raise SettingsError(
                f"sources.{name}.columns: '{column.name}' ({column.meaning}) is required and not "
                "mapped. Name the company's column for it, or give a constant."
            )
    return table


def load_lookups(
    name: str,
    source: SourceSettings,
    folder: Path,
    *,
    connection: duckdb.DuckDBPyConnection,
    work_folder: Path,
) -> tuple[Lookup, ...]:
    """Read a source's lookup files into temporary tables.

    Raises
    ------
    SourceError
        A missing file or column, a line with too few or too many fields, a key that stands twice.
    """
    return tuple(
        _lookup(
            join, folder, relation=identifier(f"{name} lookup {position}"),
            connection=connection, work_folder=work_folder,
        )
        for position, join in enumerate(source.joins)
    )  # fmt: skip


def select(
    table: Table, source: SourceSettings, part: Part, *, lookups: Sequence[Lookup] = ()
) -> str:
    """SQL of one file's rows in canonical columns, still text.

    Parameters
    ----------
    table : Table
    source : SourceSettings
        For each canonical column: a column, a constant, or two columns computed; then `values`
        replaces a value that is listed (blanks around it do not matter; `""` lists the empty one),
        `prefix` goes before what is not empty, and `only` leaves it empty in all other rows. The
        source's own `only` passes over all other rows, which are then nobody's; a line with too
        few or too many fields is never passed over. A computed cell whose operands are no numbers
        holds both texts, for the gate to refuse. `format` and `scale` are left to the gate.
    part : Part
    lookups : sequence of Lookup
        Left-joined one after another. Keys are compared without blanks, 7.0 being the same as 7.
        Where a lookup has a column of a name that is there already, the earlier one counts.

    Returns
    -------
    str
        A SELECT with `__line` and `__ragged` (`__blank` of an `EvenPart`) and a VARCHAR for each
        canonical column, NULL where it is not mapped.

    Raises
    ------
    SourceError
        A column that is in neither the file nor its lookups.
    """
    scope = {name: f"s.c{k}" for k, name in enumerate(part.columns, start=1)}
    origin = f"({part.relation}) AS s"
    for position, lookup in enumerate(lookups):
        matched = " AND ".join(
            f"j{position}.k{k} = {_key(_find(name, scope, part.file, f'join of {lookup.file}'))}"
            for k, name in enumerate(lookup.here, start=1)
        )
        origin += f" LEFT JOIN {lookup.relation} AS j{position} ON {matched}"
        for k, name in enumerate(lookup.columns, start=1):
            scope.setdefault(name, f"j{position}.c{k}")
    fields = []
    for column in table.columns:
        how = source.columns.get(column.name)
        where = f"{table.name}.{column.name}"
        field = "CAST(NULL AS VARCHAR)" if how is None else _field(how, scope, part.file, where)
        fields.append(f"{field} AS {identifier(column.name)}")
    carried = "s.__blank" if isinstance(part, EvenPart) else "s.__line, s.__ragged"
    taken = _only(source.only, scope, part.file, f"only of {table.name}")
    if taken:
        left = "s.__blank" if isinstance(part, EvenPart) else "s.__ragged IS NOT NULL"
        taken = f" WHERE {left} OR ({taken})"
    return f"SELECT {carried}, {', '.join(fields)} FROM {origin}{taken}"


def _only(
    only: Mapping[str, Sequence[str]], scope: Mapping[str, str], file: str, where: str
) -> str:
    """SQL that holds in rows with one of the listed values in each column; empty for all rows."""
    return " AND ".join(
        f"coalesce({trimmed(_find(name, scope, file, where))}, '') "
        f"IN ({', '.join(literal(one.strip()) for one in values)})"
        for name, values in only.items()
    )


def _field(how: ColumnSettings, scope: Mapping[str, str], file: str, where: str) -> str:
    if how.constant is not None:
        field = literal(how.constant)
    elif how.compute is not None:
        left, sign, right = how.compute
        field = _computed(_find(left, scope, file, where), sign, _find(right, scope, file, where))
    else:
        field = _find(how.column, scope, file, where)
    if how.values:
        cases = "".join(
            f" WHEN {literal(found.strip())} THEN nullif({literal(meant)}, '')"
            for found, meant in how.values.items()
        )
        field = f"CASE coalesce({trimmed(field)}, ''){cases} ELSE {field} END"
    if how.prefix:
        field = f"{literal(how.prefix)} || {trimmed(field)}"
    if how.only:
        field = f"CASE WHEN {_only(how.only, scope, file, where)} THEN {field} END"
    return field


def _computed(left: str, sign: str, right: str) -> str:
    if sign == "&":
        return f"nullif(concat_ws(' ', {trimmed(left)}, {trimmed(right)}), '')"
    result = f"({number(left)}) {sign} ({number(right)})"
    return (
        f"CASE WHEN {trimmed(left)} IS NOT NULL AND {trimmed(right)} IS NOT NULL THEN "
        f"coalesce(CASE WHEN isfinite({result}) THEN CAST({result} AS VARCHAR) END, "
        f"{left} || ' {sign} ' || {right}) END"
    )


def _find(name: str, scope: Mapping[str, str], file: str, where: str) -> str:
    if name not in scope:
        raise SourceError(
            f"{file}: there is no column '{name}', named for {where}. {nearest(name, scope)}"
        )
    return scope[name]


def _key(field: str) -> str:
    return f"regexp_replace({trimmed(field)}, '^(-?\\d+)\\.0+$', '\\1')"


def _lookup(
    join: JoinSettings,
    folder: Path,
    *,
    relation: str,
    connection: duckdb.DuckDBPyConnection,
    work_folder: Path,
) -> Lookup:
    pairs = {join.on: join.on} if isinstance(join.on, str) else join.on
    columns: tuple[str, ...] = ()
    opened = parts(join, folder, connection=connection, work_folder=work_folder)
    for position, part in enumerate(opened):
        scope = {name: f"c{k}" for k, name in enumerate(part.columns, start=1)}
        columns = columns or part.columns
        keys = [
            f"{_key(_find(name, scope, part.file, 'a join'))} AS k{k}"
            for k, name in enumerate(pairs.values(), start=1)
        ]
        fields = [
            f"{_find(name, scope, part.file, 'a join')} AS c{k}"
            for k, name in enumerate(columns, start=1)
        ]
        into = "INSERT INTO" if position else "CREATE OR REPLACE TEMP TABLE"
        connection.execute(
            f"{into} {relation} {'' if position else 'AS'} SELECT __line, __ragged, "
            f"{literal(part.file)} AS __file, {', '.join(keys + fields)} FROM ({part.relation})"
        )
    _unique(join, relation, pairs, connection)
    return Lookup(relation, tuple(join.prefix + one for one in columns), tuple(pairs), join.file)


def _unique(
    join: JoinSettings,
    relation: str,
    pairs: Mapping[str, str],
    connection: duckdb.DuckDBPyConnection,
) -> None:
    broken = connection.execute(
        f"SELECT __file, __line FROM {relation} WHERE __ragged IS NOT NULL ORDER BY ALL LIMIT 1"
    ).fetchone()
    if broken:
        raise SourceError(
            f"{broken[0]} line {broken[1]}: too few or too many fields, or a quote that does not "
            "close. Mend the line: a lookup is used whole."
        )
    keys = ", ".join(f"k{k}" for k in range(1, len(pairs) + 1))
    twice = connection.execute(
        f"SELECT concat_ws(', ', {keys}), min(__line), max(__line) FROM {relation} "
        f"WHERE concat({keys}) <> '' GROUP BY {keys} HAVING count(*) > 1 ORDER BY ALL LIMIT 1"
    ).fetchone()
    if twice:
        names = ", ".join(pairs.values())
        raise SourceError(
            f"{join.file}: the key {names} = '{twice[0]}' stands on lines {twice[1]} and "
            f"{twice[2]}. A lookup needs every key once, or order lines would be counted twice."
        )
