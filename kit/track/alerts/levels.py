"""A scope and all scopes below it, each with what it booked, found and closed on every day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data import measures
from kit.data.case import Case
from kit.data.once import once
from kit.data.stages import passages
from kit.data.tables import SCOPE_COLUMNS
from kit.data.territory import placed, rep_names
from kit.scope import KINDS, Scope

_DAY = np.timedelta64(1, "D")
TESTS = ("bookings_fall", "month_fall", "leads_fall", "conversion_fall")


@dataclass(frozen=True)
class Levels:
    """Cumulated figures of scopes, days × scopes: row k is the sum of the first k days.

    Parameters
    ----------
    scopes : tuple of Scope
        The case's own first, then those below it by kind and id.
    names : tuple of str
        To show.
    first : date
        The first day; the last row is the sum up to `as_of`.
    bookings, leads, left, onward : array, (days + 1) × scopes, or None
        Money booked; deals created; deals that left the last stage before the win, and those of
        them that were won. None without opportunities.
    """

    scopes: tuple[Scope, ...]
    names: tuple[str, ...]
    first: dt.date
    bookings: np.ndarray
    leads: np.ndarray | None = None
    left: np.ndarray | None = None
    onward: np.ndarray | None = None


@once
def levels(case: Case) -> Levels:
    """What the case's scope and those below it did on every day, as known on `as_of`.

    Notes
    -----
    Scopes are those with a roster row within the period. Orders belong to a region by their own
    region and to the team that the rep was in on the day; deals to where their rep was on the day
    they were created, as in the packets of those scopes.
    """
    scopes = _scopes(case)
    shown = rep_names(case.data)
    names = tuple(
        case.settings.title if one.kind == "company" else shown.get(one.id, one.id)
        if one.kind == "rep" else one.id for one in scopes
    )  # fmt: skip
    sales = measures.sales(case)
    first = sales["date"].min() if len(sales) else pd.Timestamp(case.as_of)
    deals = None
    if case.data.has("opportunities"):
        deals = _deals(case)
        if len(deals):
            first = min(first, deals["created_on"].min())
    start = np.datetime64(first, "D")
    many = int((np.datetime64(case.as_of) - start) // _DAY) + 1

    def spread(rows: pd.DataFrame, days: pd.Series, weights: np.ndarray) -> np.ndarray:
        place = days.fillna(pd.Timestamp(1900, 1, 1)).to_numpy().astype("datetime64[D]")
        place = ((place - start) // _DAY).astype(int)
        inside = (place >= 0) & (place < many)
        found = np.zeros((many + 1, len(scopes)))
        found[1:, 0] = np.bincount(place[inside], weights=weights[inside], minlength=many)
        for kind in dict.fromkeys(one.kind for one in scopes[1:]):
            ids = [one.id for one in scopes if one.kind == kind]
            at = pd.Index(ids).get_indexer(rows[SCOPE_COLUMNS[kind]])
            known = inside & (at >= 0)
            cells = place[known] * len(ids) + at[known]
            sums = np.bincount(cells, weights=weights[known], minlength=many * len(ids))
            first_column = scopes.index(Scope(kind, ids[0]))
            found[1:, first_column : first_column + len(ids)] = sums.reshape(many, len(ids))
        return found.cumsum(axis=0)

    amounts = sales["amount"].fillna(0.0).to_numpy(dtype=float)
    booked = spread(sales, sales["date"], amounts)
    if deals is None:
        return Levels(scopes, names, start.item(), booked)
    ones = np.ones(len(deals))
    return Levels(
        scopes, names, start.item(), booked,
        leads=spread(deals, deals["created_on"], ones),
        left=spread(deals, deals["left_on"], ones),
        onward=spread(deals, deals["left_on"], deals["onward"].to_numpy(dtype=float)),
    )  # fmt: skip


@once
def family(case: Case) -> dict[str, int]:
    """How many tests the whole company has for scopes of each kind.

    Returns
    -------
    dict of kind to int
        Scopes of that kind in the period, rounded up to a power of two so that one more colleague
        does not change what a packet says, × the kinds of test. Only these numbers are read of the
        rest of the company. For a case built by hand they are those of its own scopes.
    """
    own = [one.kind for one in levels(case).scopes]
    many = {kind: max(own.count(kind), 1) for kind in KINDS}
    if case.origin is not None:
        from kit.data.snapshot import open_snapshot

        snapshot = open_snapshot(case.origin.snapshot)
        many = {
            kind: max(many[kind], len(snapshot.scopes(kind, case.period))) for kind in KINDS
        }
    return {kind: 2 ** (count - 1).bit_length() * len(TESTS) for kind, count in many.items()}


def _scopes(case: Case) -> tuple[Scope, ...]:
    """The scope and those below it that the roster has in the period up to `as_of`."""
    found = [case.scope]
    below = KINDS[KINDS.index(case.scope.kind) + 1 :]
    roster = case.data.frame("roster")
    start, end = pd.Timestamp(case.period.start), pd.Timestamp(case.as_of)
    there = (roster["valid_from"] <= end) & ~(roster["valid_to"] < start)
    if case.scope.kind != "company":
        there &= roster[SCOPE_COLUMNS[case.scope.kind]] == case.scope.id
    for kind in below:
        ids = sorted(set(roster.loc[there, SCOPE_COLUMNS[kind]].dropna()))
        found.extend(Scope(kind, one) for one in ids)
    return tuple(found)


@once
def stays(case: Case) -> pd.DataFrame:
    """The stays of deals in their stages; see `kit.data.stages.passages`."""
    deals = case.data.frame("opportunities")
    events = case.data.frame("stage_events") if case.data.has("stage_events") else None
    stages = case.settings.diagnose.stages
    return passages(deals, events, stages=stages if events is not None else (stages[0], stages[-1]))


def _deals(case: Case) -> pd.DataFrame:
    """Deals with region and team, the day they left the last stage, and whether they were won."""
    deals = case.data.frame("opportunities")
    deals = deals[deals["created_on"] <= pd.Timestamp(case.as_of)]
    stages = case.settings.diagnose.stages
    last = stages[-2] if case.data.has("stage_events") else stages[0]
    found = stays(case)
    found = found[found["stage"] == last].drop_duplicates("opportunity_id")
    found = found.set_index("opportunity_id")[["left_on", "onward"]]
    found = found.reindex(deals["opportunity_id"])
    place = placed(case.data.frame("roster"), deals["rep_id"], days=deals["created_on"])
    return pd.DataFrame(
        {
            "rep_id": deals["rep_id"].to_numpy(),
            "region": place["region"].to_numpy(),
            "team": place["team"].to_numpy(),
            "created_on": deals["created_on"].to_numpy(),
            "left_on": found["left_on"].to_numpy(),
            "onward": found["onward"].fillna(False).to_numpy(dtype=bool),
        }
    )
