"""The weekly sales progress record: whom each rep followed, what came of it, and what is next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.frames import kept
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.data.territory import rep_names
from kit.track.cadence import on_or_after
from kit.track.next_steps import open_step
from kit.track.open_deals import open_deals

_DAY = dt.timedelta(1)
_AFTER_WIN = 7  # days after a win by which delivery and invoice are agreed
_RANK = {"due": 0, "created": 1, "moved": 2, "lost": 3, "won": 4}
COLUMNS = (
    "week", "start", "end", "rep_id", "rep", "customer_id", "customer", "item", "number", "event",
    "day", "stage", "amount", "status", "reason", "days", "limit_days", "next_step", "due_on",
)  # fmt: skip


@once
def weekly_record(case: Case) -> pd.DataFrame:
    """What each rep followed in the last full week and in the running one, and what comes next.

    Returns
    -------
    DataFrame
        week (`last` or `running`), start, end, rep_id, rep, customer_id, customer, item (`deal`,
        `order` or `invoice`), number (of the deal; how many orders or invoices), event (`created`,
        `moved`, `won`, `lost` or, for an open deal that nothing happened to, `due`; `ordered`;
        `due`), day (of the event; of `due` the expected close or the day of payment), stage, amount
        (money; of orders and invoices summed by customer), status (`open`, `won`, `lost`; of
        invoices `open` or `overdue`), reason (of a loss as the table says it or `unknown`; of an
        open deal as `kit.track.open_deals` says it), days and limit_days (in the way of that
        reason), next_step (a suggestion by rule, a key) and due_on (the day for it; empty where
        there is none). By week, rep and falling amount.

    Notes
    -----
    The week that holds `as_of` is the running one; weeks run from Monday to Sunday. Activities name
    no customer, so customers are those of deals with an event, of orders and of invoices due. All
    is seen from `as_of`: a deal that moved last week and was won since is won in both. An open deal
    is listed as `due` in the running week where its expected close lies before that week's end.

    `kit.track.next_steps.open_step` has the suggestions for open deals. A won deal: delivery and
    invoice within a week. A lost one: note why. An invoice: a reminder on its day, a call where it
    is over. Days that are off move on to the next working day.
    """
    names = rep_names(case.data)
    rows: list[dict[str, Any]] = []
    for week, span in weeks(case).items():
        found = [*_deals(case, week, span), *_orders(case, span), *_invoices(case, span)]
        for row in found:
            head = {"week": week, "start": pd.Timestamp(span.start), "end": pd.Timestamp(span.end)}
            rows.append({**head, "rep": names.get(row["rep_id"], row["rep_id"]), **row})
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    dated = ("start", "end", "day", "due_on")
    frame = frame.astype({name: "datetime64[us]" for name in dated} | {"amount": float})
    named = _names(case, frame["customer_id"])
    frame["customer"] = [named.get(one, one) for one in frame["customer_id"]]
    order = ["week", "rep_id", "amount", "item", "number"]
    return frame.sort_values(
        order, ascending=[True, True, False, True, True], kind="stable", na_position="last"
    ).reset_index(drop=True)


def weeks(case: Case) -> dict[str, Period]:
    """The last full week before the one that holds `as_of`, and that one."""
    running = case.calendar.containing(case.as_of, "week")
    return {"last": case.calendar.previous(running), "running": running}


def _deals(case: Case, week: str, span: Period) -> list[dict[str, Any]]:
    if not case.data.has("opportunities"):
        return []
    rows = case.data.frame("opportunities")
    events = _events(case, rows, span)
    states = open_deals(case)
    assert not isinstance(states, Unavailable)
    if week == "running":
        due = states[states["expected_close_on"] <= pd.Timestamp(span.end)]
        for deal, day in zip(due["opportunity_id"], due["expected_close_on"], strict=True):
            events.setdefault(deal, ("due", day))
    now = {one.opportunity_id: one for one in states.itertuples(index=False)}
    touched = kept(rows, rows["opportunity_id"].isin(list(events)))
    found = []
    for one in touched.itertuples(index=False):
        event, day = events[one.opportunity_id]
        state = now.get(one.opportunity_id)
        row = {
            "rep_id": one.rep_id, "customer_id": one.customer_id, "item": "deal",
            "number": one.opportunity_id, "event": event, "day": day, "amount": one.amount,
            "status": one.status, "stage": one.stage, "limit_days": np.nan, "days": np.nan,
        }  # fmt: skip
        if state is not None:
            step, by = open_step(case, state)
            row |= {"stage": state.stage, "amount": state.amount, "reason": state.reason,
                    "days": float(state.reason_days), "limit_days": state.limit_days}  # fmt: skip
        elif one.status == "won":
            step, by = "after_win", on_or_after(case.calendar, one.closed_on.date() + _AFTER_WIN * _DAY)
        else:
            lost = one.loss_reason
            row["reason"] = "unknown" if lost is None or lost != lost else lost
            step, by = "after_loss", None
        found.append({**row, "next_step": step, "due_on": by})
    return found


def _events(case: Case, rows: pd.DataFrame, span: Period) -> dict[str, tuple[str, pd.Timestamp]]:
    """The weightiest thing that happened to each deal within a week, by `as_of`."""
    first, last = pd.Timestamp(span.start), pd.Timestamp(min(span.end, case.as_of))
    new = rows[(rows["created_on"] >= first) & (rows["created_on"] <= last)]
    over = rows[(rows["closed_on"] >= first) & (rows["closed_on"] <= last)]
    moves = case.data.frame("stage_events")
    moves = kept(moves, (moves["entered_on"] >= first) & (moves["entered_on"] <= last))
    some = [
        *zip(new["opportunity_id"], ["created"] * len(new), new["created_on"], strict=True),
        *zip(moves["opportunity_id"], ["moved"] * len(moves), moves["entered_on"], strict=True),
        *zip(over["opportunity_id"], over["status"], over["closed_on"], strict=True),
    ]
    created = {deal: day for deal, event, day in some if event == "created"}
    found: dict[str, tuple[str, pd.Timestamp]] = {}
    for deal, event, day in some:
        if event == "moved" and created.get(deal) == day:
            continue  # the event by which it came to its first stage
        before = found.get(deal)
        if before is None or (_RANK[event], day) >= (_RANK[before[0]], before[1]):
            found[deal] = (event, day)
    return found


def _orders(case: Case, span: Period) -> list[dict[str, Any]]:
    sales = case.data.sales
    first, last = pd.Timestamp(span.start), pd.Timestamp(min(span.end, case.as_of))
    rows = kept(sales, (sales["date"] >= first) & (sales["date"] <= last))
    columns = zip(rows["rep_id"], rows["customer_id"], rows["amount"], rows["date"],
                  rows["order_id"], strict=True)  # fmt: skip
    return [
        {"rep_id": rep, "customer_id": customer, "item": "order", "number": str(len(one.numbers)),
         "event": "ordered", "day": one.last, "amount": one.amount, "status": "won"}
        for (rep, customer), one in by_customer(columns).items()
    ]  # fmt: skip


def _invoices(case: Case, span: Period) -> list[dict[str, Any]]:
    """Open invoices that fall due within a week, by rep and customer."""
    rows = case.data.frame("receipts")
    first, last = pd.Timestamp(span.start), pd.Timestamp(span.end)
    owed = rows["received_on"].isna() & (rows["due_on"] >= first) & (rows["due_on"] <= last)
    rows = kept(rows, owed)
    columns = zip(rows["rep_id"], rows["customer_id"], rows["amount"], rows["due_on"],
                  rows["invoice_id"], strict=True)  # fmt: skip
    found = []
    for (rep, customer), one in by_customer(columns).items():
        late = one.first < pd.Timestamp(case.as_of)
        by = on_or_after(case.calendar, case.as_of + _DAY if late else one.first.date())
        found.append(
            {"rep_id": rep, "customer_id": customer, "item": "invoice",
             "number": str(len(one.numbers)), "event": "due", "day": one.first, "amount": one.amount,
             "status": "overdue" if late else "open",
             "next_step": "call_payment" if late else "remind_payment", "due_on": by}
        )  # fmt: skip
    return found


class Sum(NamedTuple):
    """What a rep had with a customer."""

    amount: float
    first: pd.Timestamp
    last: pd.Timestamp
    numbers: frozenset[str]


def by_customer(rows: Iterable[tuple]) -> dict[tuple[str | None, str | None], Sum]:
    """Rows of rep, customer, amount, day and number, summed by rep and customer."""
    found: dict[tuple[str | None, str | None], Sum] = {}
    for rep, customer, amount, day, number in rows:
        key = (rep if rep == rep else None, customer if customer == customer else None)
        one = found.get(key) or Sum(0.0, day, day, frozenset())
        found[key] = Sum(
            one.amount + amount, min(one.first, day), max(one.last, day), one.numbers | {number}
        )
    return found


def _names(case: Case, customers: pd.Series) -> dict[str, str]:
    rows = case.data.frame("customers").drop_duplicates("customer_id")
    rows = rows[rows["customer_id"].isin(set(customers.dropna())) & rows["name"].notna()]
    return dict(zip(rows["customer_id"], rows["name"], strict=True))
