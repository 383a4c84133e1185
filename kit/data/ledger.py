"""The gate: every row of the company's files is kept, repaired or refused, and all are counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from glob import escape
from pathlib import Path
from tempfile import mkdtemp

import duckdb
import pandas as pd

from kit.data import losses
from kit.data.cells import SQL_TYPES
from kit.data.formulas import STARTS
from kit.data.judgement import judge
from kit.data.mapping import load_lookups, select, verify
from kit.data.part import Part
from kit.data.progress import Progress, silent, watched
from kit.data.report import DETAIL, Report, enforce, write_refused
from kit.data.shelf import Shelf
from kit.data.sources import find, opened
from kit.data.sql import identifier
from kit.data.stage import Stage
from kit.data.stage import make as make_stage
from kit.data.tables import TABLES, Column, Table
from kit.errors import SettingsError, SourceError, nearest
from kit.settings import ColumnSettings, Settings, SourceSettings

__all__ = ["DETAIL", "Report", "check", "enforce", "inspect", "write_refused"]

_DECISIONS = ("targets", "actions")
_APOSTROPHE = f"'^''(''*{STARTS})'"  # put there so that a spreadsheet sees no formula


def check(
    settings: Settings,
    data_folder: Path,
    *,
    config_folder: Path,
    connection: duckdb.DuckDBPyConnection,
    work_folder: Path,
    progress: Progress = silent,
    shelf: Shelf | None = None,
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
        and in the order of files and lines; a table that the company lacks is empty. A table of a
        million rows or more is a view, its rows in no order.
    work_folder : Path
        For files that must be rewritten, and for stages; large tables are read from these, so it
        must stay as long as the connection is used.
    progress : callable
        Told how far each table has come.
    shelf : Shelf, optional
        Keeps stages from one time to the next; without it every file is read.

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
        work_folder=work_folder, progress=progress, shelf=shelf,
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
    progress: Progress = silent,
    shelf: Shelf | None = None,
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
    present = sorted((name for name in TABLES if name not in missing), key=_referred_first)
    for name in missing:
        columns = ", ".join(_column(one) for one in TABLES[name].columns)
        connection.execute(f"CREATE OR REPLACE TABLE {identifier(name)} ({columns})")
    for name in present:
        files = list(_files(name, settings, Path(data_folder), decision=decisions.get(name)))
        stages = []
        for number, one in enumerate(files):
            progress(name, number / len(files))
            with watched(connection, partial(_tell, progress, name, number, len(files))):
                stage = _staged(
                    name, one, settings, connection=connection, shelf=shelf,
                    work_folder=Path(work_folder),
                )  # fmt: skip
            stages.append((one.label, stage))
        found[name] = judge(TABLES[name], stages, missing=missing,
                            currency=settings.currency, connection=connection)  # fmt: skip
        progress(name, 1.0)
    ordered = [found[name] for name in TABLES if name in found]
    return Report(
        *(
            pd.concat([one[kind] for one in ordered], ignore_index=True)
            for kind in ("summary", "refused", "repaired", "rules")
        ),
        missing=missing,
        **{
            kind: losses.framed([one[kind] for one in ordered if kind in one], kind)
            for kind in ("losses", "sources")
        },
    )


def _tell(progress: Progress, name: str, number: int, files: int, share: float) -> None:
    progress(name, (number + share) / files)


@dataclass(frozen=True)
class _File:
    """One file of a table: where it lies, its name in the report and how it is read."""

    path: Path
    label: str
    folder: Path
    source: SourceSettings
    decided: bool = False  # a file of decisions, in canonical columns


def _files(
    name: str, settings: Settings, data_folder: Path, *, decision: Path | None
) -> Iterator[_File]:
    """A table's files; the file of decisions comes last."""
    if name in settings.sources:
        source = settings.sources[name]
        for path in find(source.file, data_folder):
            yield _File(path, path.relative_to(data_folder).as_posix(), data_folder, source)
    if decision is not None:
        written = SourceSettings(file=escape(decision.name), columns={})
        for path in find(written.file, decision.parent):
            yield _File(path, path.name, decision.parent, written, decided=True)


def _staged(
    name: str, one: _File, settings: Settings, *, connection: duckdb.DuckDBPyConnection,
    shelf: Shelf | None, work_folder: Path,
) -> Stage:  # fmt: skip
    """The stage of one file: from the shelf, or made."""
    place = {"connection": connection, "work_folder": work_folder}

    def make(target: Path) -> Stage:
        lookups = load_lookups(name, one.source, one.folder, **place)
        mapped = partial(_mapped, TABLES[name], one, lookups=lookups, connection=connection)
        opening = partial(opened, one.path, one.source, folder=one.folder, **place)
        try:
            return make_stage(
                TABLES[name], lambda even: opening(even=even), mapped, settings=settings,
                connection=connection, folder=target, joined=bool(lookups or one.source.only),
            )  # fmt: skip
        finally:
            for lookup in lookups:
                connection.execute(f"DROP TABLE {lookup.relation}")

    if shelf is None:
        work_folder.mkdir(parents=True, exist_ok=True)
        return make(Path(mkdtemp(prefix="stage-", dir=work_folder)))
    told = {
        "table": name, "decided": one.decided, "currency": settings.currency,
        "gate": settings.gate.model_dump(mode="json", exclude={"max_loss"}),
        "source": one.source.model_dump(mode="json", exclude={"file"}),
    }  # fmt: skip
    joined = [path for join in one.source.joins for path in find(join.file, one.folder)]
    return shelf.stage(told, [one.path, *joined], make)


def _mapped(
    table: Table, one: _File, part: Part, *, lookups, connection: duckdb.DuckDBPyConnection
) -> tuple[str, Mapping[str, ColumnSettings]]:
    """A file's rows in canonical columns, and how these are read."""
    if not one.decided:
        return select(table, one.source, part, lookups=lookups), one.source.columns
    columns = _canonical(table, part, one.path)
    source = one.source.model_copy(update={"columns": columns})
    verify(table.name, source, connection=connection)
    bare = ", ".join(
        f"regexp_replace(c{k}, {_APOSTROPHE}, '\\1') AS c{k}"
        for k in range(1, len(part.columns) + 1)
    )
    relation = f"SELECT * REPLACE ({bare}) FROM ({part.relation})"
    return select(table, source, replace(part, relation=relation)), columns


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

