"""Revision: a changed target, with the targets of the periods around and within it in step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.tables import DTYPES, TABLES
from kit.data.targets import in_force, span_of
from kit.errors import InfeasibleError, UnknownPeriodError
from kit.plan.exact import split
from kit.plan.units import fine_unit
from kit.scope import Scope

_CENT = 0.01


def revised(
    case: Case,
    targets: Mapping[str, float],
    *,
    measure: str = "bookings",
    on: dt.date | None = None,
) -> pd.DataFrame:
    """New targets of scopes for the case's period, as rows for the ledger.

    Parameters
    ----------
    case : Case
    targets : mapping, scope to amount
    measure : str
    on : date, optional
        First day on which they count; the case's day where left out. A target whose period has not
        begun before it counts from the start.

    Returns
    -------
    DataFrame
        Columns of the targets table, version 0 (the ledger numbers them), no reason nor author. One
        row a scope for the period and, where the scope has targets of their own for periods around
        or within it, rows for these.

    Raises
    ------
    InfeasibleError
        Where what is left of the period cannot take the change.

    Notes
    -----
    A period around it, such as its year, changes by the same amount. Of the periods within it, such
    as its months, those that are not over yet share the change in proportion to their targets.
    """
    day = on or case.as_of
    rows = []
    for scope, amount in targets.items():
        where = Scope.parse(scope)
        standing = in_force(case, scope=where, measure=measure, as_of=day)
        rows.append((scope, case.period.name, amount))
        if standing is None or amount == standing:
            continue
        own = _own(case, where, measure=measure, day=day)
        outer, inner = [], []
        for name, (start, end), target in own:
            if start <= case.period.start and end >= case.period.end:
                outer.append((scope, name, target + amount - standing))
            elif case.period.start <= start and end <= case.period.end:
                inner.append((name, end, target))
        rows += outer
        rows += [(scope, *one) for one in _within(scope, inner, amount - standing, day, case)]
    return framed(case, rows, measure=measure, on=day)


def framed(
    case: Case, rows: Iterable[tuple[str, str, float]], *, measure: str, on: dt.date
) -> pd.DataFrame:
    """Scope, period and target as rows of the targets table, version 0 and without a reason.

    They count from the day on, or from the start where their period has not begun before it.
    """
    frame = pd.DataFrame(list(rows), columns=["scope", "period", "target"])
    spans = [span_of(case.calendar, name) for name in frame["period"]]
    since = [pd.Timestamp(on) if span and span[0] < on else None for span in spans]
    frame = frame.assign(
        measure=measure, version=0, valid_from=since, reason=None, author=None
    )
    types = {one.name: DTYPES[one.type] for one in TABLES["targets"].columns}
    return frame[list(TABLES["targets"].names)].astype(types)


def own_periods(case: Case, scope: str, *, measure: str) -> dict[str, tuple[dt.date, dt.date]]:
    """The periods for which a scope has targets of its own, with their first and last days."""
    rows = case.data.frame("targets")
    names = rows.loc[(rows["scope"] == scope) & (rows["measure"] == measure), "period"]
    spans = {name: span_of(case.calendar, name) for name in sorted(set(names))}
    return {name: span for name, span in spans.items() if span}


def _own(
    case: Case, scope: Scope, *, measure: str, day: dt.date
) -> list[tuple[str, tuple[dt.date, dt.date], float]]:
    """Other periods that have a target of their own in force on the day."""
    found, seen = [], {(case.period.start, case.period.end)}
    for name, span in own_periods(case, str(scope), measure=measure).items():
        if span in seen:
            continue
        seen.add(span)
        try:
            period = case.calendar.period(name)
        except UnknownPeriodError:
            period = Period(*span, name, "explicit")
        target = in_force(case, scope=scope, measure=measure, period=period, as_of=day)
        if target is not None:
            found.append((name, span, target))
    return found


def _within(
    scope: str,
    inner: list[tuple[str, dt.date, float]],
    change: float,
    day: dt.date,
    case: Case,
) -> list[tuple[str, float]]:
    """The targets of the periods within, each kind of length by itself, with the change shared."""
    found = []
    lengths = sorted({_length(case, name) for name, _, _ in inner})
    for length in lengths:
        same = [one for one in inner if _length(case, one[0]) == length]
        left = [one for one in same if one[1] >= day]
        if not left:
            continue
        before = sum(target for _, _, target in left)
        after = before + change
        if after < -_CENT:
            raise InfeasibleError(
                "{scope}, {period}: from {on} on, {left:,.2f} is left to sell, so the target "
                "cannot be lowered by {lowered:,.2f}. Lower it by less.", key="too_little_left",
                scope=scope, period=case.period, on=day, left=before, lowered=-change,
            )  # fmt: skip
        weights = pd.Series({name: max(target, _CENT) for name, _, target in left})
        unit = fine_unit(after, parts=len(left), unit=case.settings.targets.unit) or _CENT
        found += split(max(after, 0.0), weights, unit=unit).items()
    return found


def _length(case: Case, name: str) -> str:
    try:
        return case.calendar.period(name).kind
    except UnknownPeriodError:
        return "explicit"
