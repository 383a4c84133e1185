"""The gate: every row of the company's files is kept, repaired or refused, and all are counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from glob import escape
from pathlib import Path

import duckdb
import pandas as pd

from kit.data.cells import SQL_TYPES
from kit.data.mapping import load_lookups, select, verify
from kit.data.report import DETAIL, Report, counts, enforce, write_refused
from kit.data.rules import among_others, typed, was
from kit.data.sources import Part, identifier, literal, parts
from kit.data.tables import TABLES, Column, Table
from kit.errors import SettingsError, SourceError, nearest
from kit.settings import ColumnSettings, Settings, SourceSettings

__all__ = ["DETAIL", "Report", "check", "enforce", "inspect", "write_refused"]

_DECISIONS = ("targets", "actions")
_APOSTROPHE = "'^''([=+@\t\r-])'"  # put there so that a spreadsheet sees no formula


def check(
    settings: Settings,
    data_folder: Path,
    *,
    config_folder: Path,
    connection: duckdb.DuckDBPyConnection,
    work_folder: Path,
    progress: Callable[[str], None] | None = None,
) -> Report:
    """Let the company's rows through the gate, and raise where too many are refused.

    Parameters
    ----------
    settings : Settings
    data_folder : Path
        Folder that the sources' files are in.
    config_folder : Path
        Folder of company.yml; its `targets.csv` (or `targets.file`) and `actions.csv`, in canonical
        columns, are appended to the tables of those names.
    connection : DuckDBPyConnection
        Afterwards holds every canonical table under its name, typed (VARCHAR, DATE, DOUBLE, BIGINT)
        and in the order of files and lines; a table that the company lacks is empty.
    work_folder : Path
        For files that must be rewritten; nothing stays there.
    progress : callable, optional
        Called with a table's name before it is read.

    Returns
    -------
    Report

    Raises
    ------
    SettingsError
        A required table or column is not mapped, or a name is unknown.
    SourceError
        A file, sheet, table or column is missing or cannot be read, or a required table is empty.
    LossError
        A table lost a larger share of its rows than `gate.max_loss`.
    """
    report = inspect(
        settings, data_folder, config_folder=config_folder, connection=connection,
        work_folder=work_folder, progress=progress,
    )  # fmt: skip
    enforce(report, settings)
    return report


def inspect(
    settings: Settings,
    data_folder: Path,
    *,
    config_folder: Path,
    connection: duckdb.DuckDBPyConnection,
    work_folder: Path,
    progress: Callable[[str], None] | None = None,
) -> Report:
    """Do what `check` does, but report a loss of any size instead of raising."""
    for name, source in settings.sources.items():
        verify(name, source, connection=connection)
    decisions = _decision_files(settings, Path(config_folder))
    missing = tuple(
        name for name in TABLES if name not in settings.sources and name not in decisions
    )
    for name in missing:
        if TABLES[name].required:
            known = nearest(name, settings.sources)
            raise SettingsError(
                f"sources: the table '{name}' is required and not mapped; it gives "
                f"{TABLES[name].adds}. {known}"
            )
    connection.execute("SET preserve_insertion_order = true")  # lines are numbered as they come
    found: dict[str, dict[str, pd.DataFrame]] = {}
    for name in sorted(TABLES, key=_referred_first):
        table = TABLES[name]
        if name in missing:
            columns = ", ".join(_column(one) for one in table.columns)
            connection.execute(f"CREATE OR REPLACE TABLE {identifier(name)} ({columns})")
            continue
        if progress is not None:
            progress(name)
        stage = identifier(f"stage {name}")
        columns = ", ".join(f"{_column(one)}, {was(one.name)} VARCHAR" for one in table.columns)
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {stage} "
            "(__part INTEGER, __file VARCHAR, __line BIGINT, __ragged VARCHAR, "
            f"{columns}, __fault VARCHAR)"
        )
        opened = _opened(
            name, settings, Path(data_folder), decision=decisions.get(name),
            connection=connection, work_folder=Path(work_folder),
        )  # fmt: skip
        for number, (part, columns, mapped) in enumerate(opened):
            rows = typed(table, mapped, columns=columns, settings=settings)
            connection.execute(
                f"INSERT INTO {stage} BY NAME SELECT {number} AS __part, "
                f"{literal(part.file)} AS __file, * FROM ({rows})"
            )
        found[name] = _judge(table, stage, missing=missing, connection=connection)
    ordered = [found[name] for name in TABLES if name in found]
    return Report(
        *(
            pd.concat([one[kind] for one in ordered], ignore_index=True)
            for kind in ("summary", "refused", "repaired", "rules")
        ),
        missing=missing,
    )


def _judge(
    table: Table, stage: str, *, missing: tuple[str, ...], connection: duckdb.DuckDBPyConnection
) -> dict[str, pd.DataFrame]:
    """Try the rules among rows, write the canonical table and count."""
    late = identifier(f"late {table.name}")
    standing = (
        f"(SELECT * FROM {stage} ANTI JOIN {late} USING (__part, __line) WHERE __fault IS NULL)"
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {late} (__part INTEGER, __line BIGINT, __fault VARCHAR)"
    )
    references = {name: identifier(name) for name in TABLES if name not in missing}
    for broken in among_others(table, standing, references=references):
        connection.execute(f"INSERT INTO {late} {broken}")
    names = ", ".join(identifier(name) for name in table.names)
    connection.execute(
        f"CREATE OR REPLACE TABLE {identifier(table.name)} AS "
        f"SELECT {names} FROM {standing} ORDER BY __part, __line"
    )
    queries = counts(table, stage=stage, late=late, standing=standing)
    frames = {kind: connection.execute(query).df() for kind, query in queries.items()}
    connection.execute(f"DROP TABLE {stage}; DROP TABLE {late}")
    return frames


def _opened(
    name: str,
    settings: Settings,
    data_folder: Path,
    *,
    decision: Path | None,
    connection: duckdb.DuckDBPyConnection,
    work_folder: Path,
) -> Iterator[tuple[Part, dict[str, ColumnSettings], str]]:
    """A table's files, mapped; the file of decisions comes last."""
    table = TABLES[name]
    place = {"connection": connection, "work_folder": work_folder}
    if name in settings.sources:
        source = settings.sources[name]
        lookups = load_lookups(name, source, data_folder, **place)
        for part in parts(source, data_folder, **place):
            yield part, source.columns, select(table, source, part, lookups=lookups)
        for lookup in lookups:
            connection.execute(f"DROP TABLE {lookup.relation}")
    if decision is not None:
        written = SourceSettings(file=escape(decision.name), columns={})
        for part in parts(written, decision.parent, **place):
            columns = _canonical(table, part, decision)
            source = written.model_copy(update={"columns": columns})
            verify(name, source, connection=connection)
            fields = ", ".join(
                f"regexp_replace(c{k}, {_APOSTROPHE}, '\\1') AS c{k}"
                for k in range(1, len(part.columns) + 1)
            )
            bare = f"SELECT __line, __ragged, {fields} FROM ({part.relation})"
            yield part, columns, select(table, source, replace(part, relation=bare))


def _canonical(table: Table, part: Part, path: Path) -> dict[str, ColumnSettings]:
    for column in part.columns:
        if column not in table.names:
            hint = nearest(column, table.names)
            raise SourceError(f"{path}: table '{table.name}' has no column '{column}'. {hint}")
    return {column: ColumnSettings(column=column) for column in part.columns}


def _decision_files(settings: Settings, folder: Path) -> dict[str, Path]:
    places = {name: folder / f"{name}.csv" for name in _DECISIONS}
    if settings.targets.file:
        places["targets"] = folder / settings.targets.file
    return {name: path for name, path in places.items() if path.is_file()}


def _referred_first(name: str) -> int:
    """Referred tables come first, in the order in which they are declared."""
    referred = {column.refers for table in TABLES.values() for column in table.columns}
    return 0 if name in referred else 1


def _column(column: Column) -> str:
    return f"{identifier(column.name)} {SQL_TYPES[column.type]}"

