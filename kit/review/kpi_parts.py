"""The best part of a scope in each KPI, and the scope at earlier points, as cases of their own."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from kit.data import territory
from kit.data.case import Case
from kit.data.elapsed import last_period, year_ago
from kit.data.frames import ScopeData, kept
from kit.data.once import once
from kit.data.tables import SCOPE_COLUMNS
from kit.diagnose import trailing
from kit.review.score_parts import owners
from kit.scope import Scope

_PLACED = ("opportunities", "activities", "receipts")


@once
def earlier(case: Case) -> dict[str, Case | None]:
    """The case at the same point of the period before and of last year's period.

    Returns
    -------
    dict
        last_period, last_year: the earlier period seen after as many working days as this one has
        had; None where the calendar has no such period, or the orders begin later than a month into
        it.
    """
    days = case.data.sales["date"]
    first = days.min() if len(days) else pd.NaT
    found = {}
    for name, find, whole in (
        ("last_period", last_period, case.calendar.previous),
        ("last_year", year_ago, case.calendar.year_ago),
    ):
        cut = find(case.calendar, case.period, as_of=case.as_of)
        held = cut is not None and first <= min(
            pd.Timestamp(cut.start) + trailing.LATE, pd.Timestamp(cut.end)
        )
        found[name] = replace(case, period=whole(case.period), as_of=cut.end) if held else None
    return found


@once
def of_children(case: Case) -> dict[str, Case]:
    """A case of each direct part of a scope, by its name: regions, teams or reps."""
    rows = territory.children(case)
    return {
        name: part_case(case, Scope.parse(scope))
        for scope, name in zip(rows["scope"], rows["part"], strict=True)
    }


def part_case(case: Case, part: Scope) -> Case:
    """The case of a part, of rows that the case itself may read.

    Parameters
    ----------
    case : Case
    part : Scope
        A region, team or rep of the case's scope.

    Returns
    -------
    Case
        With the part's rows of sales, deals, activities, receipts, expenses and, of a rep,
        roster and assessments; the settings are the case's. Deals are of the place their rep had
        when they were created, activities and receipts of that on their own day. It has no peers.

    Notes
    -----
    A snapshot read for the part itself gives the same rows; this reads nothing again.
    """
    frames = dict(case.data.frames)
    sales = frames["sales"]
    frames["sales"] = kept(sales, sales[SCOPE_COLUMNS[part.kind]] == part.id)
    for name in _PLACED:
        if name in frames:
            frames[name] = kept(frames[name], owners(case.data, name, kind=part.kind) == part.id)
    if "stage_events" in frames and "opportunities" in frames:
        deals = set(frames["opportunities"]["opportunity_id"].to_numpy())
        events = frames["stage_events"]
        frames["stage_events"] = kept(events, events["opportunity_id"].isin(deals))
    if part.kind == "region" and "expenses" in frames:
        frames["expenses"] = kept(frames["expenses"], frames["expenses"]["region"] == part.id)
    for name in ("roster", "assessments") if part.kind == "rep" else ():
        if name in frames:
            frames[name] = kept(frames[name], frames[name]["rep_id"] == part.id)
    if "peers" in frames:
        frames["peers"] = frames["peers"].iloc[:0]
    frames = {name: _fresh(frame) for name, frame in frames.items()}
    data = ScopeData(part, frames, case.data.missing)
    return replace(case, scope=part, data=data, origin=None)


def _fresh(frame: pd.DataFrame) -> pd.DataFrame:
    return frame if isinstance(frame.index, pd.RangeIndex) and frame.index.start == 0 else (
        frame.reset_index(drop=True)
    )
