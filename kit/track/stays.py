"""The days that reps spend in a scope, by the dated roster."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import SCOPE_COLUMNS
from kit.scope import Scope

BELOW = {"company": "region", "region": "team", "team": "rep"}  # what a scope is made of

_DAY = dt.timedelta(1)
_COLUMNS = ["rep_id", "valid_from", "valid_to", "team", "region", "manager_id"]
Stays = tuple[tuple[dt.date, dt.date], ...]


class Row(NamedTuple):
    """A row of the roster: its first and last day within the period, `first` after `last` if none.

    Where rows overlap, the later one ends the earlier.
    """

    valid_from: dt.date
    valid_to: dt.date | None
    first: dt.date
    last: dt.date
    team: str | None
    region: str | None
    manager: str | None

    @property
    def inside(self) -> bool:
        """Whether it has days in the period."""
        return self.first <= self.last


@once
def rows(case: Case) -> dict[str, tuple[Row, ...]]:
    """The roster by rep, the oldest row first."""
    roster = case.data.frame("roster")[_COLUMNS].sort_values("valid_from", kind="stable")
    columns = [roster[name].astype(object).where(roster[name].notna(), None) for name in _COLUMNS]
    found: dict[str, list[Row]] = {}
    for rep, start, end, team, region, manager in zip(*columns, strict=True):
        start, end = start.date(), None if end is None else end.date()
        before = found.setdefault(str(rep), [])
        if before and before[-1].last >= start:
            before[-1] = before[-1]._replace(last=start - _DAY)
        before.append(
            Row(
                start, end, max(start, case.period.start),
                min(end or case.period.end, case.period.end), team, region, manager,
            )  # fmt: skip
        )
    return {rep: tuple(some) for rep, some in sorted(found.items())}


@once
def others(case: Case, *, direct: bool) -> tuple[str, ...]:
    """Reps who were ever in the scope; directly, in none of its parts."""
    return tuple(
        rep for rep, some in rows(case).items() if any(_there(case, one, direct) for one in some)
    )


def days_in(case: Case, scope: Scope, *, direct: bool = False) -> Stays | None:
    """A rep's spans of days in the case's scope; empty where the rep left before, None elsewhere.

    Directly, only those in none of the scope's parts count.
    """
    mine = rows(case).get(scope.id, ())
    if not any(one.inside for one in mine):
        before = [one for one in mine if one.valid_from <= case.period.start]
        return () if before and _there(case, before[-1], direct) else None
    found: list[tuple[dt.date, dt.date]] = []
    for one in mine:
        if one.inside and _there(case, one, direct):
            if found and one.first == found[-1][1] + _DAY:
                found[-1] = (found[-1][0], one.last)
            else:
                found.append((one.first, one.last))
    return tuple(found) or None


def on_roster(case: Case, scope: Scope) -> Stays:
    """All spans of a rep's days on the roster within the period, wherever."""
    return tuple((one.first, one.last) for one in rows(case).get(scope.id, ()) if one.inside)


def elsewhere(case: Case, scope: Scope, stays: Stays) -> bool:
    """Whether a rep is on the roster on other days of the period too."""
    return _length(on_roster(case, scope)) > _length(stays)


def last_day(case: Case, scope: Scope) -> dt.date | None:
    """A rep's last day on the roster; None where none is known."""
    mine = rows(case).get(scope.id, ())
    return mine[-1].valid_to if mine else None


@once
def leads(case: Case) -> frozenset[str]:
    """Whom others report to within the period."""
    return frozenset(
        one.manager
        for rep, some in rows(case).items()
        for one in some
        if one.inside and one.manager not in (None, rep)
    )


@once
def staffed(case: Case) -> frozenset[Scope]:
    """The regions and teams in which somebody is within the period."""
    return frozenset(
        Scope(kind, name)
        for some in rows(case).values()
        for one in some
        if one.inside
        for kind, name in (("region", one.region), ("team", one.team))
        if name is not None
    )


@once
def homes(case: Case) -> dict[Scope, str | None]:
    """Every rep and team of the roster, and the region of its latest row."""
    found: dict[Scope, tuple[dt.date, str | None]] = {}
    for rep, some in rows(case).items():
        for one in some:
            for scope in (Scope("rep", rep), one.team is not None and Scope("team", one.team)):
                if scope and (scope not in found or found[scope][0] <= one.valid_from):
                    found[scope] = (one.valid_from, one.region)
    return {scope: region for scope, (_, region) in found.items()}


def _there(case: Case, one: Row, direct: bool) -> bool:
    """Whether a roster row lies in the case's scope; directly, in none of its parts."""
    kind = case.scope.kind
    if kind in ("team", "region") and getattr(one, SCOPE_COLUMNS[kind]) != case.scope.id:
        return False
    return not direct or getattr(one, BELOW[kind]) is None


def _length(stays: Stays) -> int:
    return sum((end - start).days + 1 for start, end in stays)
