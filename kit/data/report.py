"""What the gate reports: rows kept, repaired and refused, and the loss that is too much."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pandas as pd

from kit.data.cells import cell
from kit.data.losses import framed
from kit.data.rules import key_label, was
from kit.data.sql import identifier, literal
from kit.data.tables import TABLES, Column, Table
from kit.errors import LossError, SourceError
from kit.settings import Settings

DETAIL = 10_000  # refused rows and repaired values of a table that the report lists

_SHOWN = 200  # characters of a refused value
_FORMULA = r"^(?=[=+\-@\t\r])"


@dataclass(frozen=True)
class Report:
    """What the gate kept, repaired and refused.

    Parameters
    ----------
    summary : DataFrame
        table, rows, kept, repaired (kept rows with a repaired value), refused; one row a table that
        the company has. rows = kept + refused.
    refused : DataFrame
        table, file, line, column, value, rule; one row a refused row, the first `DETAIL` a table.
    repaired : DataFrame
        table, file, line, column, value, became, rule; one row a repaired value of a kept row, the
        first `DETAIL` a table.
    rules : DataFrame
        table, rule, count of refused rows, all of them; the commonest first.
    missing : tuple of str
        Optional tables that the company does not have.
    losses : DataFrame
        What the refused rows come to, by day, rep and region; see `kit.data.losses`.
    sources : DataFrame
        What all rows of the files come to, by day; see `kit.data.losses`.
    """

    summary: pd.DataFrame
    refused: pd.DataFrame
    repaired: pd.DataFrame
    rules: pd.DataFrame
    missing: tuple[str, ...] = ()
    losses: pd.DataFrame = field(default_factory=partial(framed, (), "losses"))
    sources: pd.DataFrame = field(default_factory=partial(framed, (), "sources"))


def counts(table: Table, *, suspects: str, late: str, rows: int) -> dict[str, str]:
    """SQL of the report's frames for one table.

    Parameters
    ----------
    table : Table
    suspects : str
        Relation of all rows that were refused or repaired (others may be among them), as
        `kit.data.rules.typed` gives them, with `__part` and `__file`.
    late : str
        Relation of the rows that a rule among rows refused.
    rows : int
        All rows of the table.

    Returns
    -------
    dict of str
        A SELECT each for `summary`, `refused`, `repaired` and `rules`.
    """
    refused = refused_rows(suspects, late)
    standing = (
        f"(SELECT * FROM {suspects} ANTI JOIN {late} USING (__part, __line) WHERE __fault IS NULL)"
    )
    touched = " OR ".join(f"{was(name)} IS NOT NULL" for name in table.names)
    first = f'SELECT {literal(table.name)} AS "table"'
    return {
        "summary": f"{first}, {rows}::BIGINT AS rows, {rows} - refused AS kept, repaired, refused "
        f"FROM (SELECT count(*) FILTER ({touched}) AS repaired FROM {standing}), "
        f"(SELECT count(*) AS refused FROM {refused})",
        "rules": f"{first}, __rule AS rule, count(*) AS count FROM {refused} "
        "GROUP BY __rule ORDER BY count DESC, rule",
        "refused": _refused(table, first, refused),
        "repaired": _repaired(table, first, standing),
    }


def refused_rows(suspects: str, late: str) -> str:
    """SQL of the refused rows among the suspects of `counts`, with `__fault` and its `__rule`."""
    return (
        "(SELECT s.* EXCLUDE __fault, coalesce(s.__fault, l.__fault) AS __fault, "
        f"split_part(coalesce(s.__fault, l.__fault), ' ', 1) AS __rule FROM {suspects} AS s "
        f"LEFT JOIN {late} AS l USING (__part, __line) "
        "WHERE coalesce(s.__fault, l.__fault) IS NOT NULL)"
    )


def enforce(report: Report, settings: Settings) -> None:
    """Raise where the gate refused too much, or left a required table empty.

    Raises
    ------
    LossError
        A table lost a larger share of its rows than `gate.max_loss`; with the counts, the three
        most common rules, the first refused row and what to do.
    SourceError
        A required table has no rows.
    """
    limit = settings.gate.max_loss
    for row in report.summary.itertuples():  # first, as others refer to what is missing here
        if TABLES[row.table].required and not row.rows:
            raise SourceError(
                f"Table '{row.table}' has no rows: '{settings.sources[row.table].file}' holds none "
                "below its header. Give the file that holds them, or correct header_row."
            )
    for row in report.summary.itertuples():
        if row.rows and row.refused / row.rows > limit:
            raise LossError(_loss(report, row.table, row.rows, row.refused, limit))
    for row in report.summary.itertuples():
        if TABLES[row.table].required and row.kept == 0:
            file = settings.sources[row.table].file
            raise SourceError(
                f"Table '{row.table}' has no rows: the gate refused all {row.rows:,} of '{file}'. "
                "Mend the rows or the mapping (`kit check` lists every refused row)."
            )


def write_refused(report: Report, path: Path) -> None:
    """Write the refused rows as CSV that a spreadsheet opens safely.

    A cell that starts with `=`, `+`, `-`, `@`, a tab or a carriage return gets an apostrophe before
    it, so that no spreadsheet takes it for a formula. The encoding is UTF-8 with a byte order mark.
    """
    texts = report.refused.drop(columns="line").astype("str")
    safe = texts.apply(lambda one: one.str.replace(_FORMULA, "'", regex=True))
    report.refused.assign(**safe).to_csv(path, index=False, encoding="utf-8-sig")


def _loss(report: Report, table: str, rows: int, refused: int, limit: float) -> str:
    rules = report.rules[report.rules["table"] == table].head(3)
    common = ", ".join(f"{one.rule} {one.count:,}" for one in rules.itertuples(index=False))
    detail = report.refused[report.refused["table"] == table]
    first = detail[detail["rule"] == rules["rule"].iloc[0]].head(1)
    first = next((first if len(first) else detail).itertuples())
    at = f", {first.column} '{first.value}'" if first.column else f": {first.value}"
    columns = {one.name: one.meaning for one in TABLES[table].columns}
    meant = f"; {first.column}: {columns[first.column]}" if first.column in columns else ""
    share, allowed = f"{refused / rows:.1%}", f"{limit:.1%}"
    if share == allowed:
        share, allowed = f"{refused / rows:.5%}", f"{limit:.5%}"
    return (
        f"Table '{table}': {refused:,} of {rows:,} rows refused ({share}), more than "
        f"gate.max_loss allows ({allowed}). Most common: {common}. Example: {first.file} line "
        f"{first.line}{at} ({first.rule}{meant}). Mend the rows or the mapping (`kit check` lists every "
        "refused row), or raise gate.max_loss in company.yml."
    )


def _refused(table: Table, first: str, refused: str) -> str:
    values = " ".join(
        f"WHEN '{name}' THEN coalesce({was(name)}, {_text(table.column(name))}, '')"
        for name in table.names
    )
    if len(table.key) > 1:
        keys = ", ".join(_text(table.column(name)) for name in table.key)
        values += f" WHEN '{key_label(table)}' THEN concat_ws(', ', {keys})"
    return (
        f'{first}, __file AS file, __line AS line, __column AS "column", '
        f"left(CASE __column WHEN '' THEN __ragged {values} END, {_SHOWN}) AS value, "
        "__rule AS rule "
        f"FROM (SELECT *, substr(__fault, length(__rule) + 2) AS __column FROM {refused}) "
        f"ORDER BY __part, __line LIMIT {DETAIL}"
    )


def _repaired(table: Table, first: str, standing: str) -> str:
    columns = " UNION ALL ".join(
        f"SELECT __part, __line, __file, {place} AS place, '{one.name}' AS \"column\", "
        f"{was(one.name)} AS value, {_text(one)} AS became, "
        f"{cell(one.type, was(one.name)).repair} AS rule "
        f"FROM standing WHERE {was(one.name)} IS NOT NULL"
        for place, one in enumerate(table.columns)
    )
    return (
        f'WITH standing AS {standing} {first}, __file AS file, __line AS line, "column", '
        f"value, became, rule FROM ({columns}) ORDER BY __part, __line, place LIMIT {DETAIL}"
    )


def _text(column: Column) -> str:
    text = f"CAST({identifier(column.name)} AS VARCHAR)"
    return f"regexp_replace({text}, '\\.0$', '')" if column.type == "number" else text
