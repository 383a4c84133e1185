"""Actions proposed for the causes of the gap, for the meeting to accept or change."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from kit.data import actions as on_record
from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.diagnose.measures import measures
from kit.review.owners import owner
from kit.scope import Scope

COLUMNS = (
    "action_id", "cause", "subject", "action", "owner", "owner_role", "due_on", "effect", "facts",
    "expected_low", "expected_high", "measure", "started_on", "covered_by",
)  # fmt: skip
_OF_CUSTOMERS = ("lost_customer", "gone_customer", "new_customer")
_NEEDED = ("category", "evidence", "low", "high")  # of the causes, to know what a measure brings


def proposed(case: Case, causes: pd.DataFrame | Unavailable) -> pd.DataFrame | Unavailable:
    """One action a cause, with an owner and a day; a cause already met names the open action.

    Parameters
    ----------
    case : Case
    causes : DataFrame
        From `kit.diagnose.causes.top`: cause, subject, effect, action, owner_role, facts.

    Returns
    -------
    DataFrame or Unavailable
        action_id (new: none on record has it), cause, subject, action (key of what to do), owner,
        owner_role, due_on, effect (money at stake: the cause's effect), facts, expected_low and
        expected_high (money a period that the best measure of a confirmed cause may win back, see
        `kit.diagnose.measures`; null for others), measure (by which it is measured), started_on
        (the working day after `as_of`), covered_by (id of the open action of the scope that meets
        the cause already; that row has its id, text, owner and days, and nothing new is proposed;
        else null). `owner` is the manager's name where the roster names one for most of the reps of
        the part that the cause lies in, the rep's own in a rep's packet, else null (the role stands
        alone). Due
        `settings.review.action_days` after `as_of`, on the next working day.
    """
    if isinstance(causes, Unavailable):
        return causes
    table = causes[causes["action"].notna() & (causes["action"] != "")].reset_index(drop=True)
    days = case.settings.review.action_days
    due = next_working_day(case, case.as_of + dt.timedelta(days=days))
    start = next_working_day(case, case.as_of + dt.timedelta(days=1))
    met = open_by_cause(case.data.frame("actions"), scope=case.scope)
    brings = _brings(case, causes)
    new = iter(free_ids(case, on_record.newest(case.data.frame("actions"))["action_id"]))
    rows = []
    for one in table.to_dict("records"):
        key = (one["cause"], one["subject"])
        low, high, measure = brings.get(key, (np.nan, np.nan, "bookings"))
        row = {name: one[name] for name in ("cause", "subject", "owner_role", "effect", "facts")}
        row |= {"expected_low": low, "expected_high": high, "measure": measure}
        open_one = cover(met, *key)
        if open_one is None:
            row |= {"action_id": next(new), "action": one["action"], "owner": _person(case, one),
                    "due_on": pd.Timestamp(due), "started_on": pd.Timestamp(start),
                    "covered_by": None}  # fmt: skip
        else:
            kept = ("action_id", "action", "owner", "due_on", "started_on")
            row |= {name: open_one[name] for name in kept}
            row["covered_by"] = open_one["action_id"]
        rows.append(row)
    found = pd.DataFrame(rows, columns=list(COLUMNS))
    days_of = {name: pd.to_datetime(found[name]) for name in ("due_on", "started_on")}
    names = {name: found[name].astype("object") for name in ("covered_by", "owner")}
    known = {name: one.where(one.notna(), None) for name, one in names.items()}
    return found.assign(**days_of, **known)


def _person(case: Case, cause: Mapping[str, Any]) -> str | None:
    """Who answers where a cause lies, else for the case's scope."""
    where = _home(case, cause) if case.scope.kind != "rep" else None
    found = owner(case, part=where) if where is not None else None
    return found or owner(case)


def _home(case: Case, cause: Mapping[str, Any]) -> Scope | None:
    """The part of the scope that a cause lies in; of a customer, where most was bought."""
    told, subject = str(cause.get("scope") or ""), cause.get("subject")
    if told.startswith(("region:", "team:")) and told != str(case.scope):
        return Scope.parse(told)
    if case.scope.kind == "company" and str(cause["cause"]) in _OF_CUSTOMERS and subject:
        bought = case.data.sales[case.data.sales["customer"] == subject]
        sums = bought.groupby("region")["amount"].sum()
        return Scope("region", str(sums.idxmax())) if len(sums) else None
    return None


def cause_cell(cause: str, subject: object) -> str:
    """How the file of actions names a cause: its key, and what it is about.

    Examples
    --------
    >>> cause_cell("lost_customer", "Clinic"), cause_cell("price", "")
    ('lost_customer: Clinic', 'price')
    """
    return f"{cause}: {subject}" if isinstance(subject, str) and subject else str(cause)


def free_ids(case: Case, taken: Iterable[str]) -> Iterable[str]:
    """Ids of new actions of the case's scope and period, counted on from those on record.

    Examples
    --------
    See `proposed`: 2025Q3-region-East-1, 2025Q3-region-East-2, …
    """
    prefix = f"{case.period.name}-{case.scope.folder}-"
    used = {one.casefold() for one in taken}
    number = 0
    while True:
        number += 1
        if f"{prefix}{number}".casefold() not in used:
            yield f"{prefix}{number}"


def next_working_day(case: Case, day: dt.date) -> dt.date:
    """The day itself if it is a working day, else the next one (within a month)."""
    for ahead in range(31):
        candidate = day + dt.timedelta(days=ahead)
        if case.calendar.is_working_day(candidate):
            return candidate
    return day


def open_by_cause(rows: pd.DataFrame, *, scope: Scope) -> dict[str, dict[str, Any]]:
    """Open actions of a scope itself by the cause they meet; of several the one due first.

    Parameters
    ----------
    rows : DataFrame
        Columns of the actions table, all rows ever recorded.
    scope : Scope

    Returns
    -------
    dict
        For `cover`: the newest row of each.
    """
    rows = on_record.newest(rows)
    own = [
        where.casefold() == str(scope).casefold()
        and on_record.read_status(status)[0] not in on_record.CLOSED
        for where, status in zip(rows["scope"], rows["status"], strict=True)
    ]
    rows = rows[np.array(own, dtype=bool)]
    rows = rows[rows["cause"].notna()].sort_values("due_on", kind="stable", na_position="last")
    found: dict[str, dict[str, Any]] = {}
    for one in rows.to_dict("records"):
        cause, _, subject = str(one["cause"]).partition(":")
        found.setdefault(_key(cause, subject), one)
    return found


def cover(
    met: Mapping[str, dict[str, Any]], cause: str, subject: object
) -> dict[str, Any] | None:
    """The open action of `open_by_cause` that meets a cause: of its subject, else of the whole."""
    return met.get(_key(cause, subject)) or met.get(_key(cause, ""))


def _key(cause: str, subject: object) -> str:
    said = subject if isinstance(subject, str) else ""
    return "\n".join(re.sub(r"\s+", " ", one).strip().casefold() for one in (cause, said))


def _brings(case: Case, causes: pd.DataFrame) -> Mapping[tuple, tuple[float, float, str]]:
    """What the best measure of each confirmed cause may bring, and by what it is measured."""
    if not set(_NEEDED) <= set(causes.columns):
        return {}
    found = measures(case, found=causes)
    if isinstance(found, Unavailable):
        return {}
    table = found.table[found.table["expected_high"].notna()]
    table = table.sort_values(["expected_high", "expected_low"], kind="stable")
    return {
        (one.cause, one.subject): (one.expected_low, one.expected_high, one.metric)
        for one in table.itertuples(index=False)
    }
