"""The weekly record summed by rep: activities, customers followed, deals won and lost with reasons."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.frames import kept
from kit.data.tables import SCOPE_COLUMNS
from kit.data.territory import rep_names
from kit.track.weekly_record import weekly_record, weeks

_KINDS = ("visit", "call", "quote", "demo")
_TOUCHED = ("created", "moved", "lost", "won", "ordered")


def per_rep(case: Case) -> pd.DataFrame:
    """The weekly record summed: one row a week and rep who was in the scope or did anything.

    Returns
    -------
    DataFrame
        week, rep_id, rep, visit, call, quote, demo (counts; null without the activities table),
        customers (different ones with a deal event or an order), ordered (money), won, lost
        (deals), won_amount, lost_amount (money), reasons (pairs of loss reason and number, the most
        frequent first), next_steps (suggestions due by the running week's end; null for the last).
        By week and rep.
    """
    names = rep_names(case.data)
    listed: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for one in weekly_record(case).itertuples(index=False):
        listed[one.week, one.rep_id].append(one)
    rows = []
    for week, span in weeks(case).items():
        done = _activities(case, span)
        worked = {rep for there, rep in listed if there == week and rep == rep}
        for rep in sorted({*_there(case, span), *worked, *(rep for rep, _ in done)}):
            mine = listed[week, rep]
            by = {event: [one for one in mine if one.event == event] for event in _TOUCHED}
            lost = Counter(one.reason for one in by["lost"])
            acts = {
                kind: float(done.get((rep, kind), 0)) if case.data.has("activities") else np.nan
                for kind in _KINDS
            }
            rows.append(
                {
                    "week": week, "rep_id": rep, "rep": names.get(rep, rep), **acts,
                    "customers": len({one.customer_id for some in by.values() for one in some
                                      if one.customer_id == one.customer_id}),
                    "ordered": sum(one.amount for one in by["ordered"]),
                    "won": len(by["won"]), "won_amount": _amount(by["won"]),
                    "lost": len(by["lost"]), "lost_amount": _amount(by["lost"]),
                    "reasons": tuple(sorted(lost.items(), key=lambda one: (-one[1], one[0]))),
                    "next_steps": float(sum(one.due_on <= pd.Timestamp(span.end) for one in mine))
                    if week == "running" else np.nan,
                }
            )  # fmt: skip
    columns = ["week", "rep_id", "rep", *_KINDS, "customers", "ordered", "won", "won_amount", "lost",
               "lost_amount", "reasons", "next_steps"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _amount(deals: Iterable[Any]) -> float:
    """The amount of some deals, money; one without an amount adds nothing."""
    return float(sum(one.amount for one in deals if one.amount == one.amount))


def _activities(case: Case, span: Period) -> dict[tuple[str, str], float]:
    rows = case.data.frame("activities")
    first, last = pd.Timestamp(span.start), pd.Timestamp(min(span.end, case.as_of))
    rows = kept(rows, (rows["date"] >= first) & (rows["date"] <= last))
    rows = rows[rows["kind"].isin(_KINDS)]
    return rows.groupby(["rep_id", "kind"])["count"].sum().to_dict()


def _there(case: Case, span: Period) -> set[str]:
    """The reps whom the roster has in the scope on a day of the week."""
    roster = case.data.frame("roster")
    first, last = pd.Timestamp(span.start), pd.Timestamp(min(span.end, case.as_of))
    there = (roster["valid_from"] <= last) & ~(roster["valid_to"] < first)
    if case.scope.kind != "company":
        there &= roster[SCOPE_COLUMNS[case.scope.kind]] == case.scope.id
    return set(roster.loc[there.fillna(False), "rep_id"])
