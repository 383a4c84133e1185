"""The rows that need no judging: every cell is plain and within limits, as cheap SQL sees it.

A row that passes here is one that `kit.data.rules.typed` would keep without a repair; any other is
judged by that. Most rows pass, so the careful expressions see few.
"""

from __future__ import annotations

from collections.abc import Mapping

from kit.data.cells import CLEAN_TEXT, PLAIN_DATE, PLAIN_NUMBER
from kit.data.rules import broken_rows, how_read
from kit.data.sql import BLANKS, identifier, literal
from kit.data.tables import Column, Table
from kit.settings import ColumnSettings, Settings


def judged(
    table: Table,
    mapped: str,
    *,
    columns: Mapping[str, ColumnSettings],
    settings: Settings,
    numbered: bool,
    blanks: str = "any",
) -> str:
    """SQL of a table's rows, typed, with the raw texts of those that are to be judged.

    Parameters
    ----------
    table : Table
    mapped : str
        SELECT with the canonical columns as text and, where `numbered`, `__line` and `__ragged`,
        else `__blank`.
    columns : mapping of str to ColumnSettings
        Gives `format` and `scale`.
    settings : Settings
    numbered : bool
        Whether the rows carry their line; else they stand one after another.
    blanks : str
        Which blanks occur in the texts: `any`, `plain` ones only, or `none`.

    Returns
    -------
    str
        A SELECT with `__line` where numbered, the typed columns, and `__raw`: NULL where the row is
        plain, else a list of the ragged line, 'blank' where the row has no cell, and the texts.
    """
    texts = [identifier(one.name) for one in table.columns]
    inner = ["__line", "__ragged"] if numbered else ["__blank"]
    odd = ["__ragged IS NOT NULL" if numbered else "__blank"]
    for k, column in enumerate(table.columns):
        how = how_read(columns, column.name)
        inner += [f"{texts[k]} AS r{k}", f"{_value(column, **how)} AS {texts[k]}"]
        odd += _odd(column, f"r{k}", blanks=blanks, **how)
    odd += [broken for broken, _ in broken_rows(table, settings)]
    raws = ", ".join(f"r{k}" for k in range(len(texts)))
    heads = "__ragged, NULL" if numbered else "NULL, CASE WHEN __blank THEN 'blank' END"
    outer = (["__line"] if numbered else []) + texts
    return (
        f"SELECT {', '.join(outer)}, CASE WHEN {' OR '.join(odd)} THEN [{heads}, {raws}] END "
        f"AS __raw FROM (SELECT {', '.join(inner)} FROM ({mapped}))"
    )


def texts_of(table: Table, raw: str = "__raw") -> str:
    """SQL of the fields `__ragged` and the canonical columns as text, from `__raw`."""
    fields = [f"{raw}[1] AS __ragged"]
    fields += [f"{raw}[{k}] AS {identifier(one.name)}" for k, one in enumerate(table.columns, 3)]
    return ", ".join(fields)


def _value(column: Column, *, format: str = "", scale: float = 1.0) -> str:
    """SQL of a plain cell's value, over its text."""
    text = identifier(column.name)
    if column.type == "text":
        return f"nullif({text}, '')"
    if column.type == "date" and format:
        return f"CAST(try_strptime({text}, {literal(format)}) AS DATE)"
    if column.type == "date":
        return f"coalesce(try_cast({text} AS DATE), try_cast(left({text}, 10) AS DATE))"
    found = f"try_cast({text} AS DOUBLE)"
    if scale != 1.0:
        found = f"CASE WHEN isfinite({found}) THEN {found} * {scale!r} END"
    if column.type == "integer":
        return f"CASE WHEN {found} = trunc({found}) THEN try_cast({found} AS BIGINT) END"
    return found


def _odd(
    column: Column, raw: str, *, blanks: str, format: str = "", scale: float = 1.0
) -> list[str]:
    """SQL conditions, over value and raw text, one of which is true where a cell is not plain.

    They are false or NULL of an empty cell, unless the column may not be empty.
    """
    value = identifier(column.name)
    empty = f"{value} IS NULL" + (f" AND {raw} <> ''" if column.nullable else "")
    around = {
        "none": [],
        "plain": [f"{raw} LIKE ' %'", f"{raw} LIKE '% '"],
        "any": [f"CASE WHEN NOT regexp_full_match({raw}, {CLEAN_TEXT}) "
                f"THEN {raw} <> trim({raw}, {BLANKS}) END"],
    }[blanks]  # fmt: skip
    if column.type == "text":
        return around if column.nullable else [empty, *around]
    if column.type == "date" and format:
        return [empty, *around]
    if column.type == "date":
        return [empty, f"CASE WHEN CAST({value} AS VARCHAR) <> {raw} "
                       f"THEN NOT regexp_full_match({raw}, {PLAIN_DATE}) END"]  # fmt: skip
    finite = [] if column.type == "integer" else [f"NOT isfinite({value})"]
    if blanks != "any":  # beside plain numbers DuckDB reads ' 1', '+-1', '1 ' and '1_000'
        form = [f"{raw} < '-'", f"contains({raw}, '_')", *around[1:]]
        if column.nullable:
            form[0] += f" AND {raw} <> ''"
    else:
        form = [f"CASE WHEN {raw} <> '' THEN NOT regexp_full_match({raw}, {PLAIN_NUMBER}) END"]
    return [empty, *finite, *form]
