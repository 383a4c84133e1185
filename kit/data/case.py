"""A case: one scope in one period on one day, with its settings, calendar and data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from kit.data.calendar import FiscalCalendar, Period, as_day
from kit.data.discreet import discreet
from kit.data.frames import ScopeData
from kit.errors import SettingsError, UnknownPeriodError
from kit.parameters import load
from kit.scenarios import find
from kit.scope import Scope
from kit.settings import Settings

__all__ = ["Case", "Origin", "ScopeData", "choices", "find_config", "open_case", "reopen"]

_FORESEEN = dt.timedelta(days=731)  # how long after the last order a plan can still be made


@dataclass(frozen=True)
class Origin:
    """Where a case was opened from, so that it can be opened again for another scope or day.

    Parameters
    ----------
    config, snapshot, out : str
        As for `open_case`; the snapshot's folder is known.
    overrides : mapping
    scenario : str
        Empty: none.
    given : mapping or None
        The overrides it was first opened with, where others were laid over them since.
    """

    config: str
    snapshot: str = ""
    out: str = "outputs"
    overrides: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    scenario: str = ""
    given: Mapping[str, Any] | None = None  # the overrides it was first opened with


@dataclass(frozen=True)
class Case:
    """One scope in one period, seen on one day.

    Parameters
    ----------
    settings : Settings
        Merged for this scope and period.
    calendar : FiscalCalendar
    scope : Scope
    period : Period
    as_of : date
        The day on which everything is seen: rows after it are not used.
    data : ScopeData
    snapshot_id : str
        Hash of the data's content.
    origin : Origin, optional
        None where the case was built by hand.
    through : date, optional
        Day of the company's last order; None where it is not known.

    Notes
    -----
    What is computed of a case often is remembered on it; see `kit.data.once`.
    """

    settings: Settings
    calendar: FiscalCalendar
    scope: Scope
    period: Period
    as_of: dt.date
    data: ScopeData
    snapshot_id: str = ""
    origin: Origin | None = None
    through: dt.date | None = None

    @property
    def closed(self) -> bool:
        """Whether the period is over on `as_of`."""
        return self.as_of >= self.period.end


def open_case(
    config: str | Path = "parameters/sample/company.yml",
    *,
    scope: str | Scope = "company",
    period: str = "",
    as_of: str | dt.date = "",
    language: str = "",
    snapshot: str | Path = "",
    out: str | Path = "outputs",
    scenario: str = "",
    overrides: Mapping[str, Any] | None = None,
) -> Case:
    """Open one scope in one period on one day from a company's files.

    Parameters
    ----------
    config : path
        The company.yml; a relative one is looked for in the working folder, then in those above.
    scope : str or Scope
        `company`, `region:East`, `team:East-2` or `rep:R007`.
    period : str
        Empty: the one that holds the last day of the orders.
    as_of : str or date
        `2025-08-15`. Empty: the last day of the orders, or the period's end if that is earlier. A
        period that the orders do not reach yet is so seen from before it begins.
    language : str
        `en` or `zh`; empty: as the settings say.
    snapshot : path
        Folder of a snapshot to read; empty: that of the files as they are now, made where needed.
    out : path
        Where snapshots are kept, relative to the folder that holds `parameters/`.
    scenario : str
        Name or title of one of the company's `scenarios/`, whose parameters win over the others'.
    overrides : mapping
        Dotted keys, such as `targets.growth`, that win over the files.

    Returns
    -------
    Case
        Its data hold nothing that came after `as_of`; see `kit.data.hindsight`.

    Raises
    ------
    SettingsError
        A wrong parameter, one that names what the data do not know, or an `as_of` that is no date or lies before the period (or, where the
        orders do not reach the period, before their last day).
    UnknownScopeError, UnknownPeriodError
        Naming the nearest known one; a period that ends before the first order or begins more than
        two years after the last.
    SourceError, LossError
        Where the files cannot be read or the gate refuses too many rows.
    """
    from kit.data.hindsight import seen_on
    from kit.data.named import require_known
    from kit.data.snapshot import ensure, open_snapshot

    path, where = find_config(config), _scope(scope)
    scenario = find(path, scenario).name if scenario else ""
    changes = dict(overrides or {}) | ({"language": language} if language else {})
    base = load(path, overrides=changes)
    found = open_snapshot(snapshot) if str(snapshot) else ensure(path, out=out, settings=base)
    found.require(where)
    calendar = FiscalCalendar(base.calendar)
    through = found.data_through
    if not period and through is None:
        raise SettingsError("period: the orders are empty, so name a period, such as 2025Q3.")
    span = calendar.period(str(period)) if period else calendar.containing(through)
    require_orders(span, first=found.data_from, last=through)
    day = _day(as_of, span, through)
    over = MappingProxyType(dict(changes))
    origin = Origin(
        str(path), str(found.folder.resolve()), str(out), over, scenario, given=over
    )
    data = seen_on(found.read(where), day, calendar=calendar)
    settings = load(path, period=span.name, scope=where, scenario=scenario, overrides=changes)
    require_known(settings, where, snapshot=found.folder.resolve())
    return Case(
        settings=discreet(settings, where, roster=data.frame("roster")),
        calendar=calendar,
        scope=where,
        period=span,
        as_of=day,
        data=data,
        snapshot_id=found.id,
        origin=origin,
        through=through,
    )


def reopen(
    case: Case,
    *,
    scope: str | Scope | None = None,
    period: str | Period | None = None,
    as_of: str | dt.date | None = None,
    scenario: str | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Case:
    """Open a case again from the same snapshot, with another scope, period, day or parameters.

    Parameters
    ----------
    case : Case
        Opened by `open_case`.
    scope, period, as_of
        As for `open_case`; what is left out stays. With another period and no day, the day stays
        where it lies in the period; else it is the period's end or, if that is later than the
        case's day, its first day or, if the orders end before that, their last day.
    scenario : str
        Empty: none; what is left out stays.
    overrides : mapping
        Laid over those of the case.

    Raises
    ------
    SettingsError
        Where the case was built by hand, or as `open_case`.
    """
    if case.origin is None:
        raise SettingsError("This case was built by hand and has no files to open again.")
    from kit.data.named import require_known
    from kit.data.snapshot import open_snapshot

    span = case.period.name if period is None else str(period)
    changes = {**case.origin.overrides, **(overrides or {})}
    given = case.origin.overrides if case.origin.given is None else case.origin.given
    wanted = case.origin.scenario if scenario is None else scenario
    wanted = find(case.origin.config, wanted).name if wanted else ""
    day = case.as_of if as_of is None else as_of
    if as_of is None and span != case.period.name:
        whole = case.calendar.period(span)
        through = open_snapshot(case.origin.snapshot).data_through or whole.start
        day = max(min(whole.start, through), min(whole.end, case.as_of))
    where = case.scope if scope is None else _scope(scope)
    if (where, span, str(day)) == (case.scope, case.period.name, str(case.as_of)):
        settings = load(
            case.origin.config, period=span, scope=where, scenario=wanted, overrides=changes
        )
        require_known(settings, where, snapshot=case.origin.snapshot)
        if settings.calendar == case.settings.calendar:  # the same rows: nothing to read again
            origin = replace(
                case.origin, overrides=MappingProxyType(changes), scenario=wanted, given=given
            )
            settings = discreet(settings, where, roster=case.data.frame("roster"))
            return replace(case, settings=settings, origin=origin)
    opened = open_case(
        case.origin.config,
        scope=where,
        period=span,
        as_of=day,
        snapshot=case.origin.snapshot,
        out=case.origin.out,
        scenario=wanted,
        overrides=changes,
    )
    return replace(opened, origin=replace(opened.origin, given=given))


def choices(case: Case) -> dict[str, Any]:
    """What pickers can offer in place of a case's scope, period and day.

    Returns
    -------
    dict
        scopes (texts such as `region:East`, of those active in the period), names (scope text to
        the name to show), periods (names of those that have orders, in order), first and last (days
        of the first and last order). A case built by hand offers only itself.
    """
    if case.origin is None:
        scopes, periods = [str(case.scope)], [case.period.name]
        return {
            "scopes": scopes, "names": {}, "periods": periods,
            "first": case.period.start, "last": case.as_of,
        }  # fmt: skip
    from kit.data.snapshot import open_snapshot

    found = open_snapshot(case.origin.snapshot)
    kinds = ("company", "region", "team", "rep")
    scopes = [one for kind in kinds for one in found.scopes(kind, case.period)]
    first, last = found.data_from or case.period.start, found.data_through or case.as_of
    return {
        "scopes": [str(one) for one in scopes],
        "names": {str(one): found.names.get(one, case.settings.title) for one in scopes},
        "periods": [one.name for one in case.calendar.between(first, last, "")],
        "first": first,
        "last": last,
    }


def find_config(config: str | Path) -> Path:
    """Look for a company.yml in the working folder and in those above it.

    Raises
    ------
    SettingsError
        Where it is in none of them.
    """
    path = Path(config).expanduser()
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / path).exists():
            found = folder / path
            return found / "company.yml" if found.is_dir() else found
    raise SettingsError(
        f"{config}: no such file in {Path.cwd()} or the folders above. "
        "Give the path of a company.yml."
    )


def _scope(found: str | Scope) -> Scope:
    return found if isinstance(found, Scope) else Scope.parse(found)


def default_day(period: Period, through: dt.date | None) -> dt.date:
    """The day on which a period is seen where none is named, by the last day of the orders.

    Days without data are not taken for days without sales: a period that the orders do not reach is
    seen from their last day.

    Examples
    --------
    >>> quarter = Period(dt.date(2025, 7, 1), dt.date(2025, 9, 30), "2025Q3")
    >>> str(default_day(quarter, dt.date(2025, 11, 15))), str(default_day(quarter, None))
    ('2025-09-30', '2025-09-30')
    >>> str(default_day(quarter, dt.date(2025, 6, 12)))
    '2025-06-12'
    """
    return min(period.end, through or period.end)


def require_orders(period: Period, *, first: dt.date | None, last: dt.date | None) -> None:
    """Check that a period does not end before the first order or begin years after the last.

    Raises
    ------
    UnknownPeriodError
        With the days from which to which there are orders.
    """
    if not (first and last):
        return
    if period.end < first:
        wrong = f"ends on {period.end}, before the data begin"
    elif period.start > last + _FORESEEN:
        wrong = f"begins on {period.start}, more than two years after the data end"
    else:
        return
    raise UnknownPeriodError(
        f"Period {period.name} {wrong}: the orders go from {first} to {last}. Choose another."
    )


def _day(found: str | dt.date, period: Period, through: dt.date | None) -> dt.date:
    if found == "" or found is None:
        return default_day(period, through)
    try:
        day = dt.date.fromisoformat(found) if isinstance(found, str) else as_day(found)
    except ValueError:
        raise SettingsError(f"as_of: '{found}' is not a date. Write it as 2025-08-15.") from None
    if day < min(period.start, through or period.start):
        raise SettingsError(
            f"as_of: {day} lies before the period {period} begins ({period.start}). "
            "Give a later day or an earlier period."
        )
    return day
