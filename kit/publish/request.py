"""What is asked of a batch, checked as a whole before anything runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import kit
from kit.data import snapshot as snapshots
from kit.data.calendar import FiscalCalendar, Period
from kit.data.case import default_day, require_orders
from kit.data.progress import Progress, silent
from kit.disk import sha256
from kit.errors import (
    BatchError,
    SettingsError,
    UnknownPeriodError,
    UnknownScopeError,
    nearest,
)
from kit.parameters import load, scenario_files
from kit.publish import inputs, kernels, outputs
from kit.publish.batch import Batch
from kit.publish.exporter import LANGUAGES
from kit.publish.limits import DEFAULT, Limits
from kit.publish.outputs import Layout
from kit.publish.unit import Notebook, Unit
from kit.publish.warm import ORDINARY
from kit.scenarios import find
from kit.scope import KINDS, Scope
from kit.settings import Settings
from kit.settings.cadence import ROLES

NOTEBOOKS = Path(kit.__file__).resolve().parents[1] / "notebooks"


def prepare(
    config: str | Path,
    *,
    period: str,
    as_of: str = "",
    by: str = "region",
    scopes: Sequence[str] = (),
    notebooks: Sequence[str] = (),
    language: str = "",
    out: str | Path = "outputs",
    scenario: str = "",
    role: str = "",
    overrides: Mapping[str, Any] | None = None,
    notebooks_folder: Path | None = None,
    kernel: str = ORDINARY,
    limits: Limits = DEFAULT,
    progress: Progress = silent,
) -> Batch:
    """Check all that was asked for, make sure of the snapshot, and lay out the units of work.

    No notebook runs and no packet is touched.

    Parameters
    ----------
    config : path
        The company.yml, or its folder.
    period : str
        As the company's calendar names it.
    as_of : str
        Day on which everything is seen, within the period; empty: the last day of the data, or the
        period's end if that is earlier.
    by : str
        Kind of the scopes: company, region, team or rep.
    scopes : sequence of str
        Single scopes; they win over `by`.
    notebooks : sequence of str
        Numbers of the notebooks to run, such as `02`; none: all.
    language : str
        `en` or `zh`; empty: the settings'.
    out : path
    scenario : str
        Name or title of one of the company's scenarios, laid over its settings; empty: none.
    role : str
        `executive`, `manager` or `rep`: packets show the sections that `track.cadence` gives it;
        empty: all.
    overrides : mapping
        Dotted keys and values that win over the parameter files.
    notebooks_folder : Path
        Where the notebooks lie; None: the project's.
    kernel : str
        Name of the kernelspec.
    limits : Limits
        Of each notebook.
    progress : callable, optional
        As for `kit.data.snapshot.ensure`.

    Returns
    -------
    Batch

    Raises
    ------
    KitError
        Where anything asked for is unknown, or the output folder cannot be written.
    """
    if language and language not in LANGUAGES:
        raise SettingsError(f"Language '{language}' is not known. Known: {', '.join(LANGUAGES)}.")
    if role and role not in ROLES:
        raise SettingsError(f"--role '{role}' is not known. {nearest(role, ROLES)}")
    if by not in KINDS:
        raise UnknownScopeError(f"--by '{by}' is no kind of scope. {nearest(by, KINDS)}")
    over = {**(overrides or {}), **({"language": language} if language else {})}
    asked = tuple(dict.fromkeys(Scope.parse(one) for one in scopes))
    chosen = choose_notebooks(notebooks, folder=notebooks_folder or NOTEBOOKS)
    settings = load(config, period=period, overrides=over)
    scenario = find(config, scenario).name if scenario else ""
    load(config, period=period, scenario=scenario, overrides=over)  # does it fit?
    files = scenario_files(config, overrides=over, scenario=scenario)
    span = FiscalCalendar(settings.calendar).period(period)
    day = read_day(as_of, span)
    out = Path(out).resolve()
    outputs.require_writable(out)
    outputs.require_room(out)

    base = load(config, overrides=over)
    snapshot = snapshots.ensure(config, out=out, settings=base, progress=progress)
    layout = Layout(out, settings.company, span.name)
    require_orders(span, first=snapshot.data_from, last=snapshot.data_through)
    known = _known_scopes(snapshot, span)
    if day is None:
        day = default_day(span, snapshot.data_through)
    units = tuple(
        Unit(
            scope=scope,
            title=title(scope, names=snapshot.names, settings=settings),
            period=span.name,
            as_of=day,
            settings=load(config, period=period, scope=scope, overrides=over),
            part=snapshot.part(scope),
            snapshot=Path(snapshot.folder),
            notebooks=chosen,
            work=layout.work(scope),
            place=layout.packet(scope),
            kit=inputs.kit_hash(),
            kernel=kernel,
            limits=limits,
            scenario=scenario,
            scenarios=files if scope.kind != "rep" else _chosen(files, scenario),
            role=role,
        )
        for scope in (_checked(asked, known, snapshot, span) if asked else _all_of(by, known, span))
    )
    return Batch(layout, settings, span, day, snapshot.id, units)


def choose_notebooks(numbers: Sequence[str] = (), *, folder: Path) -> tuple[Notebook, ...]:
    """The notebooks to run, in order, by their numbers.

    Raises
    ------
    BatchError
        Where the folder holds no notebook of that number, or none at all.
    """
    found = {path.name.split("-")[0]: path for path in sorted(folder.glob("[0-9][0-9]-*.ipynb"))}
    if not found:
        raise BatchError(f"{folder}: holds no notebook. Install the kit with 'pip install -e .'.")
    asked = [one.strip() for one in numbers if one.strip()]
    for one in asked:
        if one.zfill(2) not in found:
            known = ", ".join(found)
            raise BatchError(f"--notebooks: there is no notebook '{one}'. Known: {known}.")
    chosen = sorted({one.zfill(2) for one in asked}) or list(found)
    return tuple(_notebook(found[one]) for one in chosen)


def _notebook(path: Path) -> Notebook:
    return Notebook(path, kernels.declared_parameters(path), sha256(path))


def read_day(text: str, period: Period) -> dt.date | None:
    """The day written as 2025-08-20, within the period; None for an empty text.

    Raises
    ------
    UnknownPeriodError
        Where it is no day, or lies outside the period.

    Examples
    --------
    >>> quarter = Period(dt.date(2025, 7, 1), dt.date(2025, 9, 30), "2025Q3")
    >>> read_day("2025-08-20", quarter)
    datetime.date(2025, 8, 20)
    """
    if not text:
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise UnknownPeriodError(
            f"--as-of '{text}' is no day. Write it as {period.end.isoformat()}."
        ) from None
    if not period.start <= day <= period.end:
        raise UnknownPeriodError(
            f"--as-of {day} lies outside the period {period.name}, "
            f"which runs from {period.start} to {period.end}."
        )
    return day


def title(scope: Scope, *, names: Mapping[Scope, str], settings: Settings) -> str:
    """The scope's name for the eye."""
    if scope.kind == "company":
        return settings.title
    return names.get(scope) or scope.id


def _known_scopes(snapshot: Any, period: Period) -> dict[str, tuple[Scope, ...]]:
    return {kind: tuple(snapshot.scopes(kind, period)) for kind in KINDS}


def _checked(
    asked: tuple[Scope, ...], known: Mapping[str, Sequence[Scope]], snapshot: Any, period: Period
) -> tuple[Scope, ...]:
    for scope in asked:
        snapshot.require(scope)
        there = known[scope.kind]
        if scope not in there:
            hint = nearest(scope.id, [one.id for one in there], before=f"{scope.kind}:")
            raise UnknownScopeError(
                f"Scope '{scope}' has no order, roster row or target in {period.name}. {hint}"
            )
    return asked


def _all_of(kind: str, known: Mapping[str, Sequence[Scope]], period: Period) -> tuple[Scope, ...]:
    if not known[kind]:
        others = [one for one in KINDS if known[one]]
        raise UnknownScopeError(
            f"The data hold no {kind} in {period.name}. {nearest(kind, others)}"
        )
    return tuple(known[kind])


def _chosen(
    files: tuple[tuple[str, str], ...], scenario: str
) -> tuple[tuple[str, str], ...]:
    """The scenario that a rep's packet is made under: what others are for is not a rep's to read."""
    return tuple(one for one in files if one[0] == f"{scenario}.yml")
