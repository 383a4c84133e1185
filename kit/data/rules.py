"""The rules by which the gate refuses rows, in the order in which they are tried.

A refused row carries exactly one rule: the first that it breaks, and of several columns the first.

1. of the line: `ragged_line`
2. of a cell: `missing_value`; one of `not_a_number`, `not_finite`, `not_a_date`, `ambiguous_date`
   (a date such as 1/7/2025 needs a stated `format`); `date_out_of_range`; `not_allowed`;
   `not_a_scope` of targets and actions, `not_a_period` of targets
3. of the row: `negative_target`, `wrong_currency`, `negative_quantity`, `interval`
4. of the row among others: `unknown_reference`, `exact_duplicate`, `duplicate_key` (the first row
   stays), `overlap` (the earlier row stays), `share_sum` (no row of the order stays)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from kit.data.cells import cell, trimmed
from kit.data.sql import identifier, literal
from kit.data.tables import Table
from kit.settings import ColumnSettings, Settings

LATEST = dt.date(2100, 1, 1)
OLDEST = dt.date(1900, 1, 1)  # for the first days of people and customers

_SCOPE = r"'company|(region|team|rep):[^\s](.|\n)*'"
_NAME = r"\d{4}(Q[1-4]|H[12]|-W\d\d|-(0[1-9]|1[0-2])(-\d\d)?)?"
_PERIOD = f"'{_NAME}(\\.\\.{_NAME})?'"
_TOLERANCE = 1e-6
_LONG_AGO = ("roster", "customers")


def typed(
    table: Table, mapped: str, *, columns: Mapping[str, ColumnSettings], settings: Settings
) -> str:
    """SQL of a table's rows, typed, with the raw text of what was not plain and the first fault.

    Parameters
    ----------
    table : Table
    mapped : str
        SELECT with `__line`, `__ragged` and the canonical columns as text.
    columns : mapping of str to ColumnSettings
        Gives `format` and `scale`.
    settings : Settings
        Gives the currency and the gate's limits.

    Returns
    -------
    str
        A SELECT with `__line`, `__ragged`, the typed columns, a column `was <name>` for each (the
        raw text where it was repaired or could not be read, else NULL) and `__fault` (rule and
        column, parted by a blank; NULL where the row broke no rule of groups 1 to 3).
    """
    cells = [
        cell(column.type, identifier(column.name), read=f"v{k}", **how_read(columns, column.name))
        for k, column in enumerate(table.columns)
    ]
    names = [identifier(column.name) for column in table.columns]
    read = [
        f"{name} AS r{k}, {one.read} AS v{k}, {one.plain} AS p{k}"
        for k, (name, one) in enumerate(zip(names, cells, strict=True))
    ]
    values = [f"r{k}, p{k}, {one.value} AS {names[k]}" for k, one in enumerate(cells)]
    kept = [
        f"{name}, CASE WHEN p{k} AND {name} IS NOT NULL THEN NULL "
        f"WHEN {trimmed(f'r{k}')} IS NOT NULL THEN r{k} END AS {was(column.name)}"
        for k, (name, column) in enumerate(zip(names, table.columns, strict=True))
    ]
    cases = " ".join(
        f"WHEN {broken} THEN {fault}" for broken, fault in _faults(table, columns, settings)
    )
    sql = mapped
    for fields in (read, values, kept):
        sql = f"SELECT __line, __ragged, {', '.join(fields)} FROM ({sql})"
    return f"SELECT *, CASE {cases} END AS __fault FROM ({sql})"


def was(column: str) -> str:
    """SQL name of the column that holds a cell's raw text."""
    return identifier(f"was {column}")


def unknown_references(
    table: Table, standing: str, *, references: Mapping[str, str]
) -> Iterator[str]:
    """SQL of the rows that refer to what is not there; each finds `__part`, `__line`, `__fault`.

    Parameters
    ----------
    table : Table
    standing : str
        Relation of the rows that no rule has refused so far, with `__part` and `__line`.
    references : mapping of str to str
        Relation of each referred table that the company has.
    """
    for column in table.columns:
        if column.refers in references:
            name = identifier(column.name)
            yield (
                f"SELECT __part, __line, 'unknown_reference {column.name}' AS __fault "
                f"FROM {standing} WHERE {name} IS NOT NULL AND {name} NOT IN "
                f"(SELECT {name} FROM {references[column.refers]})"
            )


def of_groups(table: Table, standing: str) -> Iterator[str]:
    """SQL of the rows that cannot stand beside others, once there are no duplicates."""
    if table.name == "roster":
        yield (
            "SELECT __part, __line, 'overlap valid_from' AS __fault "
            "FROM (SELECT __part, __line, valid_from, "
            "max(coalesce(valid_to, DATE '9999-12-31')) OVER (PARTITION BY rep_id "
            "ORDER BY valid_from, __part, __line ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) "
            f"AS taken_to FROM {standing}) WHERE valid_from <= taken_to"
        )
    if table.name == "credits":
        yield (
            f"SELECT __part, __line, 'share_sum share' AS __fault FROM {standing} "
            f"WHERE order_id IN (SELECT order_id FROM {standing} GROUP BY order_id "
            f"HAVING abs(sum(share) - 1) > {_TOLERANCE})"
        )


def how_read(columns: Mapping[str, ColumnSettings], name: str) -> dict:
    """Format and scale of a column, where it is mapped."""
    return {"format": columns[name].format, "scale": columns[name].scale} if name in columns else {}


def broken_rows(table: Table, settings: Settings) -> Iterator[tuple[str, str]]:
    """Condition and fault of the rules that look at typed values, in order."""
    for column in table.columns:
        if column.type == "date":
            name = identifier(column.name)
            first, last = _limits(table, column.name, settings)
            outside = f"{name} < DATE '{first}' OR {name} > DATE '{last}'"
            yield outside, f"'date_out_of_range {column.name}'"
    for column in table.columns:
        if column.allowed:
            allowed = ", ".join(literal(one) for one in column.allowed)
            outside = f"{identifier(column.name)} NOT IN ({allowed})"
            yield outside, f"'not_allowed {column.name}'"
    if table.name in ("targets", "actions"):
        yield f"NOT regexp_full_match(scope, {_SCOPE})", "'not_a_scope scope'"
    if table.name == "targets":
        yield f"NOT regexp_full_match(period, {_PERIOD})", "'not_a_period period'"
        yield "target < 0", "'negative_target target'"
    if table.name == "orders":
        other = f"lower(currency) <> {literal(settings.currency.lower())}"
        yield f"{other} AND coalesce(rate, 0) <= 0", "'wrong_currency currency'"
        yield "quantity < 0 AND amount >= 0", "'negative_quantity quantity'"
    if table.name == "roster":
        yield "valid_to < valid_from", "'interval valid_to'"


def key_label(table: Table) -> str:
    """How a fault names the key's columns."""
    return ", ".join(table.key)


def twins(table: Table, standing: str) -> str:
    """SQL of the hashes, `h`, that the keys of several rows have: only those can be duplicates."""
    return f"SELECT {_hash(table)} AS h FROM {standing} GROUP BY h HAVING count(*) > 1"


def duplicates(table: Table, standing: str, *, among: str) -> str:
    """SQL of the rows whose key stands before; only those with a hash in `among` are sorted."""
    key = ", ".join(identifier(name) for name in table.key)
    every = ", ".join(identifier(name) for name in table.names)
    return (
        "SELECT __part, __line, "
        "CASE WHEN copy > 1 THEN 'exact_duplicate ' ELSE 'duplicate_key ' END "
        f"|| {literal(key_label(table))} AS __fault FROM (SELECT __part, __line, "
        f"row_number() OVER (PARTITION BY {every} ORDER BY __part, __line) AS copy, "
        f"row_number() OVER (PARTITION BY {key} ORDER BY __part, __line) AS place "
        f"FROM {standing} WHERE {_hash(table)} IN (SELECT h FROM {among})) WHERE place > 1"
    )


def _hash(table: Table) -> str:
    return f"hash({', '.join(identifier(name) for name in table.key)})"


def _faults(
    table: Table, columns: Mapping[str, ColumnSettings], settings: Settings
) -> Iterator[tuple[str, str]]:
    """Condition and fault of the rules of groups 1 to 3, in order."""
    yield "__ragged IS NOT NULL", "'ragged_line '"
    for column in table.columns:
        name = identifier(column.name)
        if not column.nullable:
            empty = f"{name} IS NULL AND {was(column.name)} IS NULL"
            yield empty, f"'missing_value {column.name}'"
    for column in table.columns:
        if column.type != "text":
            name, raw = identifier(column.name), was(column.name)
            rule = cell(column.type, raw, **how_read(columns, column.name)).fault
            yield f"{name} IS NULL AND {raw} IS NOT NULL", f"{rule} || ' {column.name}'"
    yield from broken_rows(table, settings)


def _limits(table: Table, column: str, settings: Settings) -> tuple[dt.date, dt.date]:
    gate = settings.gate
    first = OLDEST if table.name in _LONG_AGO else gate.earliest
    if table.name == "orders":
        return first, gate.latest or LATEST
    if (table.name, column) == ("roster", "valid_to"):
        return first, dt.date.max
    return first, LATEST
