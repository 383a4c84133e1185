"""Reminders: what is due this week, of whom, and what is over already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from kit.data import actions
from kit.data.case import Case
from kit.data.frames import kept
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.data.targets import in_force
from kit.data.territory import rep_names
from kit.plan.milestones import milestones
from kit.track.cadence import cadence, on_or_after, role_of
from kit.track.open_deals import open_deals
from kit.track.weekly_record import by_customer

_DAY = dt.timedelta(1)
KINDS = ("close_date", "invoice", "milestone", "action", "review")
COLUMNS = (
    "due_on", "late", "kind", "owner", "rep_id", "subject", "number", "amount", "done", "sections",
)  # fmt: skip


@once
def reminders(case: Case) -> pd.DataFrame:
    """All that is due by the end of the week, and what is over and still open.

    Returns
    -------
    DataFrame
        due_on, late (whether the day is before `as_of`), kind (`close_date` of an open
        deal, `invoice` not paid, `milestone` of the target, `action`, `review` by cadence), owner
        (a name, or a role where nobody is named: `executive`, `manager` or `rep`), rep_id (of a
        rep's deals and invoices), subject (customer, month, or the action's text), number (of the
        deal or action; how many invoices), amount (money: of the deal, owed, or due by the
        milestone), done (money booked in the month so far, for milestones), sections (of a review).
        By day, kind, owner and falling amount.

    Notes
    -----
    The week is the one that holds the next working day, so that what is seen on a Friday evening or
    a Sunday is next week's. Invoices are summed by rep, customer and whether they are late, by the
    earliest day. Milestones are those of `kit.plan.milestones` for the bookings target in force that
    are not reached yet.
    Reviews are what the scope's role looks at less often than daily. Actions are those that the
    scope can read, still open.
    """
    through = case.calendar.containing(on_or_after(case.calendar, case.as_of + _DAY), "week").end
    owner = _manager(case) or role_of(case.scope)
    rows = [
        *_close_dates(case, through),
        *_invoices(case, through),
        *({**one, "owner": owner} for one in _milestones(case, through)),
        *_actions(case, through),
        *({**one, "owner": owner} for one in _reviews(case, through)),
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame["due_on"] = pd.to_datetime(frame["due_on"])
    frame["late"] = (frame["due_on"] < pd.Timestamp(case.as_of)).astype(bool)
    frame = frame.astype({"amount": float, "done": float})
    place = frame["kind"].map({kind: at for at, kind in enumerate(KINDS)})
    frame = frame.assign(_at=place, _size=-frame["amount"].fillna(0.0))
    frame = frame.sort_values(["due_on", "_at", "owner", "_size", "number"], kind="stable")
    return frame.drop(columns=["_at", "_size"]).reset_index(drop=True)


def per_owner(case: Case) -> pd.DataFrame:
    """How many reminders each owner has, and how many of them are late.

    Returns
    -------
    DataFrame
        owner, close_date, invoice, milestone, action, review (counts; an invoice line is a
        customer), late (counts), amount (money of close dates and invoices). By falling late.
    """
    found = reminders(case)
    rows = []
    for owner, own in found.groupby("owner", sort=True):
        counts = own["kind"].value_counts()
        money = own.loc[own["kind"].isin(["close_date", "invoice"]), "amount"].sum()
        rows.append(
            {"owner": owner, **{kind: int(counts.get(kind, 0)) for kind in KINDS},
             "late": int(own["late"].sum()), "amount": float(money)}
        )  # fmt: skip
    frame = pd.DataFrame(rows, columns=["owner", *KINDS, "late", "amount"])
    return frame.sort_values(["late", "owner"], ascending=[False, True], kind="stable").reset_index(
        drop=True
    )


def _close_dates(case: Case, through: dt.date) -> Iterator[dict[str, Any]]:
    deals = open_deals(case)
    if isinstance(deals, Unavailable):
        return
    for one in deals[deals["expected_close_on"] <= pd.Timestamp(through)].itertuples(index=False):
        yield {"due_on": one.expected_close_on, "kind": "close_date", "owner": one.rep,
               "rep_id": one.rep_id, "subject": one.customer, "number": one.opportunity_id,
               "amount": one.amount}  # fmt: skip


def _invoices(case: Case, through: dt.date) -> Iterator[dict[str, Any]]:
    rows = case.data.frame("receipts")
    rows = kept(rows, rows["received_on"].isna() & (rows["due_on"] <= pd.Timestamp(through)))
    late = (rows["due_on"] < pd.Timestamp(case.as_of)).to_numpy(dtype=bool)
    customers = case.data.frame("customers").drop_duplicates("customer_id").set_index("customer_id")
    known, names = customers["name"].dropna().to_dict(), rep_names(case.data)
    for some in (kept(rows, late), kept(rows, ~late)):
        columns = zip(some["rep_id"], some["customer_id"], some["amount"], some["due_on"],
                      some["invoice_id"], strict=True)  # fmt: skip
        for (rep, customer), one in by_customer(columns).items():
            yield {"due_on": one.first, "kind": "invoice", "rep_id": rep, "amount": one.amount,
                   "owner": names.get(rep, rep) if rep else role_of(case.scope),
                   "subject": known.get(customer, customer), "number": str(len(one.numbers))}  # fmt: skip


def _milestones(case: Case, through: dt.date) -> Iterator[dict[str, Any]]:
    goal = in_force(case)
    if goal is None:
        return
    due = milestones(case, goal)
    if isinstance(due, Unavailable):
        return
    now = pd.Timestamp(case.as_of)
    sales = case.data.sales
    for one in due[(due["date"] >= now) & (due["date"] <= pd.Timestamp(through))].itertuples():
        month = case.calendar.period(one.period)
        first = max(pd.Timestamp(month.start), pd.Timestamp(case.period.start))
        inside = (sales["date"] >= first) & (sales["date"] <= now)
        done = float(kept(sales[["amount"]], inside)["amount"].sum())
        if done >= one.target:
            continue
        yield {"due_on": one.date, "kind": "milestone", "subject": one.period,
               "number": f"{one.share:.4g}", "amount": one.target,
               "done": done}  # fmt: skip


def _actions(case: Case, through: dt.date) -> Iterator[dict[str, Any]]:
    rows = actions.shown(case)
    is_open = ~rows["state"].isin(actions.CLOSED)
    rows = kept(rows, is_open & (rows["due_on"] <= pd.Timestamp(through)))
    for one in rows.sort_values("action_id").itertuples(index=False):
        named = isinstance(one.owner, str) and one.owner.strip()
        yield {"due_on": one.due_on, "kind": "action", "number": one.action_id,
               "owner": one.owner if named else role_of(case.scope), "subject": one.action,
               "amount": one.expected_effect}  # fmt: skip


def _reviews(case: Case, through: dt.date) -> Iterator[dict[str, Any]]:
    looks = cadence(case)
    looks = looks[(looks["role"] == role_of(case.scope)) & (looks["every"] != "daily")]
    looks = looks[looks["next_on"] <= pd.Timestamp(through)]
    for (day, every), own in looks.groupby(["next_on", "every"], sort=True):
        yield {"due_on": day, "kind": "review", "subject": every, "number": "",
               "amount": np.nan, "sections": tuple(own["section"])}  # fmt: skip


def _manager(case: Case) -> str | None:
    """Who answers for the scope: the manager of most of its reps now, or the rep alone."""
    roster, now = case.data.frame("roster"), pd.Timestamp(case.as_of)
    there = (roster["valid_from"] <= now) & ~(roster["valid_to"] < now)
    rows, names = roster[there.fillna(False)], rep_names(case.data)
    if case.scope.kind == "rep":
        return names.get(case.scope.id)
    many = rows["manager_id"].dropna().value_counts().sort_index()
    return names.get(str(many.idxmax())) if len(many) and case.scope.kind != "company" else None
