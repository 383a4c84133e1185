"""The targets in force: which version counts on a day, and how targets of parts add up."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from kit.data.calendar import Day, FiscalCalendar, Period, as_day
from kit.data.case import Case
from kit.data.frames import ScopeData
from kit.data.once import once
from kit.data.presence import presence
from kit.errors import UnknownPeriodError
from kit.scope import Scope

_FINER = {
    "range": ("year", "half", "quarter", "month"),
    "year": ("half", "quarter", "month"),
    "half": ("quarter", "month"),
    "quarter": ("month",),
}
_EXPLICIT = {"range": ("explicit", "month"), "explicit": ("month",)}
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

Spans = Mapping[tuple, float]


def in_force(
    case: Case,
    *,
    scope: Scope | None = None,
    measure: str = "bookings",
    period: Period | None = None,
    as_of: Day | None = None,
) -> float | None:
    """The target of a scope for a period that is in force on a day.

    Parameters
    ----------
    case : Case
    scope : Scope, optional
        The case's scope or a part of it.
    measure : str
    period : Period, optional
        The case's period where left out.
    as_of : date, optional
        The case's day where left out.

    Returns
    -------
    float or None
        In the measure's unit; 0.0 is a target of zero, None is no target.

    Notes
    -----
    The newest version for exactly the period, with `valid_from` empty or not after `as_of`, counts;
    if its target is empty, none is set. Where none is set, the targets of the halves, quarters or
    months that make up the period are summed if each has one. Where that fails too and
    `targets.roll_up` names the scope's kind, the targets of its reps are summed, each by `kit.data.presence.presence`.
    A manager's own quota is a rep's target like any other: it counts once where targets are rolled
    up, and never comes on top of a target that was set for the team. Over a range, a rep's targets
    are summed over the periods in which the rep has one, for reps come and go.
    """
    scope, period = scope or case.scope, period or case.period
    day = as_of or case.as_of
    own = _own(case, scope, measure=measure, period=period, as_of=day)
    if own is not None or scope.kind not in case.settings.targets.roll_up:
        return own
    known = {one for one in set(case.data.frame("targets")["scope"]) if one.startswith("rep:")}
    there = None
    if scope.kind != "company":
        there = presence(case, scope, period=period)
        known &= {f"rep:{one}" for one in there}
    found = []
    for one in sorted(known):
        rep = Scope.parse(one)
        goal = _own(case, rep, measure=measure, period=period, as_of=day)
        if goal is not None:
            found.append(goal if there is None else goal * there[rep.id])
    return sum(found) if found else None


def versions(
    case: Case,
    *,
    scope: Scope | None = None,
    measure: str = "bookings",
    period: Period | None = None,
) -> pd.DataFrame:
    """All versions of one target, oldest first, with the columns of the targets table."""
    scope, period = scope or case.scope, period or case.period
    rows = _rows(case, str(scope), measure=measure)
    spans = rows["period"].map(lambda name: span_of(case.calendar, name))
    same = np.array([one == (period.start, period.end) for one in spans], dtype=bool)
    return rows[same].sort_values("version", kind="stable").reset_index(drop=True)


def _rows(case: Case, scope: str, *, measure: str) -> pd.DataFrame:
    rows = case.data.frame("targets")
    return rows.iloc[_places(case.data).get((scope, measure), [])]


@once
def _places(data: ScopeData) -> Mapping[tuple[str, str], np.ndarray]:
    """Where the rows of each scope and measure stand in the targets."""
    return data.frame("targets").groupby(["scope", "measure"], sort=False).indices


def span_of(calendar: FiscalCalendar, name: str) -> tuple | None:
    """First and last day of the period a target is for, which its first day can stand for."""
    try:
        if _DAY.fullmatch(name):
            whole = calendar.containing(name)
            if whole.start.isoformat() == name:
                return whole.start, whole.end
        period = calendar.period(name)
    except (UnknownPeriodError, ValueError):
        return None
    return period.start, period.end


@once
def _valid(case: Case, scope: str, *, measure: str, as_of: Day) -> Spans:
    """Target by span of days: the newest version valid on the day, left out where it is empty."""
    rows = _rows(case, scope, measure=measure)
    valid = rows["valid_from"].isna() | (rows["valid_from"] <= pd.Timestamp(as_day(as_of)))
    rows = rows[valid].sort_values("version", kind="stable")
    newest = {
        span_of(case.calendar, name): goal
        for name, goal in zip(rows["period"], rows["target"], strict=True)
    }
    return {span: float(goal) for span, goal in newest.items() if span and not pd.isna(goal)}


def _own(
    case: Case, scope: Scope, *, measure: str, period: Period, as_of: Day
) -> float | None:
    """The target of a scope itself, without the roll-up of its reps."""
    goals = _valid(case, str(scope), measure=measure, as_of=as_of)
    found = _sum(goals, period, calendar=case.calendar)
    if found is None and scope.kind == "rep" and period.kind == "range":
        return _within(goals, period)
    return found


def _sum(goals: Spans, period: Period, *, calendar: FiscalCalendar) -> float | None:
    """The target of a period, or the sum over its parts where each has one."""
    if not goals:
        return None
    if (period.start, period.end) in goals:
        return goals[period.start, period.end]
    finer = _FINER.get(period.kind, ())
    if calendar.kind == "explicit":
        finer = _EXPLICIT.get(period.kind, ())
    for kind in finer:
        parts = calendar.parts(period, kind)
        if not _tiled(parts, period, calendar=calendar):
            continue
        found = [_sum(goals, part, calendar=calendar) for part in parts]
        if None not in found:
            return sum(found)
    return None


def _within(goals: Spans, period: Period) -> float | None:
    """The sum of the targets that lie in a range, the longest spans first, no day twice."""
    taken: list[tuple] = []
    for start, end in sorted(goals, key=lambda span: (span[0] - span[1], span[0])):
        apart = all(end < one[0] or start > one[1] for one in taken)
        if apart and period.start <= start and end <= period.end:
            taken.append((start, end))
    return sum(goals[span] for span in sorted(taken)) if taken else None


def _tiled(parts: tuple[Period, ...], period: Period, *, calendar: FiscalCalendar) -> bool:
    """Whether a period is made of those parts, none of them clipped."""
    return (
        bool(parts)
        and parts[0].start == period.start
        and parts[-1].end == period.end
        and all(calendar.containing(one.start, one.kind) == one for one in parts)
    )
