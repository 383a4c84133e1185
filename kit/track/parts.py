"""The parts of a scope in a period: who is in it since when and until when, and who manages it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from kit.data import measures as measured
from kit.data.case import Case
from kit.data.frames import kept
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.data.targets import in_force
from kit.data.territory import children, display, rep_names
from kit.scope import Scope
from kit.track.stays import (
    BELOW,
    Stays,
    days_in,
    elsewhere,
    homes,
    last_day,
    leads,
    others,
    staffed,
)

_SALES = ("order_id", "date", "rep_id", "team", "region", "customer_id", "customer_since",
          "quantity", "amount", "cost")  # fmt: skip


@dataclass(frozen=True)
class Part:
    """A part of a scope in a period.

    Parameters
    ----------
    scope : Scope
    name : str
        To show.
    since : date or None
        First day in the scope, where that is within the period; of reps only.
    until : date or None
        Last day in the scope, where that is over on `as_of`; of reps only.
    moved : bool
        Whether the rep was in another scope of the same kind before or after, within the period.
    own_quota : bool
        Whether others report to the rep: the target is the manager's own, not the team's.
    vacant : bool
        Whether there is a target but nobody who has it.
    direct : bool
        Whether the rep belongs to the scope but to none of its parts.
    stays : tuple of (date, date)
        The spans of days in the scope, within the period; of reps only.
    """

    scope: Scope
    name: str
    since: dt.date | None = None
    until: dt.date | None = None
    moved: bool = False
    own_quota: bool = False
    vacant: bool = False
    direct: bool = False
    stays: Stays = ()


@once
def parts(case: Case, *, measure: str = "bookings") -> tuple[Part, ...]:
    """The parts of the case's scope, and those whose target or result would have no row.

    Parameters
    ----------
    case : Case
    measure : str
        One of `kit.data.measures.MEASURES`: whose targets and results decide who is shown.

    Returns
    -------
    tuple of Part
        `kit.data.territory.children`, and beside them, where they have a target in force or a
        result: reps who left before the period, with the scope of their last roster row; reps of
        the scope who are in none of its parts; scopes with a target whom the roster does not know,
        or in which nobody is (vacant). Regions, then teams, then reps, each by id.
    """
    if case.scope.kind == "rep":
        return ()
    found = {Scope.parse(one): name for one, name in children(case).itertuples(index=False)}
    shown = rep_names(case.data)
    kinds = {one.kind for one in found} or {BELOW[case.scope.kind]}
    made = []
    for scope, name in found.items():
        if scope.kind == "rep":
            made.append(_rep(case, scope, name))
        else:
            vacant = scope not in staffed(case) and _held(case, scope, measure=measure)
            made.append(Part(scope, name, vacant=vacant))
    direct = kinds != {"rep"}
    for rep in others(case, direct=direct):
        scope = Scope("rep", rep)
        if scope not in found and days_in(case, scope, direct=direct) is not None and (
            _held(case, scope, measure=measure) or _active(case, scope, measure, direct)
        ):
            made.append(_rep(case, scope, shown.get(rep, rep), direct=direct))
    known = {*found, *(one.scope for one in made), case.scope}
    rows = case.data.frame("targets")
    for text in sorted(set(rows.loc[rows["measure"] == measure, "scope"])):
        scope = Scope.parse(text)
        if scope not in known and _homeless(case, scope, kinds=kinds) and (
            _held(case, scope, measure=measure)
        ):
            made.append(Part(scope, shown.get(scope.id, scope.id), vacant=True))
    order = {kind: place for place, kind in enumerate(("region", "team", "rep"))}
    return tuple(sorted(made, key=lambda one: (order.get(one.scope.kind, 0), one.scope.id)))


def itself(case: Case) -> Part:
    """The case's scope as a part: a rep with the days on the roster."""
    name = display(case, case.scope)
    return _rep(case, case.scope, name) if case.scope.kind == "rep" else Part(case.scope, name)


def narrow(case: Case) -> Case:
    """The case with only those columns of its sales that figures of its parts are made from."""
    frames = {**case.data.frames, "sales": case.data.sales[list(_SALES)]}
    return replace(case, data=replace(case.data, frames=frames))


@once
def part_case(case: Case, part: Part | Scope, *, measure: str = "bookings") -> Case:
    """The case of a part, with the part's own rows of what the measure is made from."""
    scope = part if isinstance(part, Scope) else part.scope
    sales = measured.sales(case, scope=scope)
    if isinstance(part, Part) and part.direct:
        sales = kept(sales, sales[BELOW[case.scope.kind]].isna())
    frames = {**case.data.frames, "sales": sales}
    if measure == "collections":
        frames["receipts"] = measured.receipts(case, scope=scope)
    if measure in measured.ACTIVITIES:
        frames["activities"] = measured.activities(case, scope=scope)
    return replace(case, scope=scope, data=replace(case.data, scope=scope, frames=frames))


def _held(case: Case, scope: Scope, *, measure: str) -> bool:
    return in_force(case, scope=scope, measure=measure) is not None


def _rep(case: Case, scope: Scope, name: str, *, direct: bool = False) -> Part:
    """A rep with the days in the scope."""
    stays = days_in(case, scope, direct=direct) or ()
    own = scope.id in leads(case)
    if not stays:
        last = last_day(case, scope)
        return Part(scope, name, until=last, own_quota=own, direct=direct)
    first, last = stays[0][0], stays[-1][1]
    return Part(
        scope, name,
        since=first if first > case.period.start else None,
        until=last if last < case.period.end and last <= case.as_of else None,
        moved=elsewhere(case, scope, stays), own_quota=own, direct=direct, stays=stays,
    )  # fmt: skip


def _active(case: Case, scope: Scope, measure: str, direct: bool) -> bool:
    """Whether a rep has a result of the case's own in the period."""
    if measure in measured.ACTIVITIES or measure == "collections":
        child = part_case(case, Part(scope, "", direct=direct), measure=measure)
        found = measured.actuals(
            child, measure=measure, start=case.period.start, end=case.period.end
        )
        return not isinstance(found, Unavailable) and found != 0
    return scope.id in _sellers(case, direct=direct)


@once
def _sellers(case: Case, *, direct: bool) -> frozenset[str]:
    sales = measured.sales(case)
    sales = kept(sales, sales["date"].between(*_ends(case)))
    if direct:
        sales = kept(sales, sales[BELOW[case.scope.kind]].isna())
    return frozenset(sales["rep_id"].dropna())


def _ends(case: Case) -> Iterator[pd.Timestamp]:
    return (pd.Timestamp(one) for one in (case.period.start, case.period.end))


def _homeless(case: Case, scope: Scope, *, kinds: set[str]) -> bool:
    """Whether a target's holder has no row anywhere but here.

    Of the company: whom the roster does not know at all. Of a region: its teams without anybody in
    the period whose last row was in the region.
    """
    if case.scope.kind == "company" and scope.kind != "company":
        return scope.kind in kinds or scope not in homes(case)
    if case.scope.kind == "region" and scope.kind == "team":
        return homes(case).get(scope) == case.scope.id and scope not in staffed(case)
    return False
