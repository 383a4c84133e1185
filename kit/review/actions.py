"""Actions: what was decided before and where it stands, and what is proposed for each cause."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.errors import UnknownPeriodError

OPEN = ("open", "in progress")


def carried(case: Case) -> pd.DataFrame | Unavailable:
    """Actions on record for the scope up to `as_of`, the open ones first.

    Returns
    -------
    DataFrame or Unavailable
        action_id, period, cause, action, owner, due_on, status (`overdue` where an open action's due
        day lies before `as_of`), expected_effect, measured_effect. Nothing that is open is left out;
        done and dropped ones are shown for the period before and this one.
    """
    if not case.data.has("actions"):
        return Unavailable(table="actions")
    table = case.data.frame("actions")
    table = table[(table["scope"] == str(case.scope)) & (table["period"] != case.period.name)]
    status = table["status"].fillna("open").str.strip().str.lower()
    is_open = status.isin(OPEN)
    late = is_open & (table["due_on"] < pd.Timestamp(case.as_of))
    recent = table["period"].isin(_recent(case))
    table = table.assign(status=status.mask(late, "overdue"), _open=is_open)[is_open | recent]
    table = table.sort_values(["_open", "due_on", "action_id"], ascending=[False, True, True])
    return table[
        ["action_id", "period", "cause", "action", "owner", "due_on", "status", "expected_effect",
         "measured_effect"]
    ].reset_index(drop=True)  # fmt: skip


def proposed(case: Case, causes: pd.DataFrame | Unavailable) -> pd.DataFrame | Unavailable:
    """One action a cause, with an owner and a day, for the meeting to accept or change.

    Parameters
    ----------
    case : Case
    causes : DataFrame
        From `kit.diagnose.causes.top`: cause, subject, effect, action, owner_role, facts.

    Returns
    -------
    DataFrame or Unavailable
        action_id, cause, subject, action (key of the measure), owner, owner_role, due_on, effect (money
        at stake: the cause's effect), facts. `owner` is the manager's name where the roster names one
        for most of the scope's reps, the rep's own in a rep's packet, else null (the role stands
        alone). Due `settings.review.action_days` after `as_of`, on the next working day.
    """
    if isinstance(causes, Unavailable):
        return causes
    table = causes[causes["action"].notna() & (causes["action"] != "")].reset_index(drop=True)
    due = next_working_day(case, case.as_of + dt.timedelta(days=case.settings.review.action_days))
    prefix = f"{case.period.name}-{case.scope.folder}"
    return pd.DataFrame(
        {
            "action_id": [f"{prefix}-{number}" for number in range(1, len(table) + 1)],
            "cause": table["cause"],
            "subject": table["subject"],
            "action": table["action"],
            "owner": owner(case),
            "owner_role": table["owner_role"],
            "due_on": pd.Timestamp(due),
            "effect": table["effect"],
            "facts": table["facts"],
        }
    )


def next_working_day(case: Case, day: dt.date) -> dt.date:
    """The day itself if it is a working day, else the next one (within a month)."""
    for ahead in range(31):
        candidate = day + dt.timedelta(days=ahead)
        if case.calendar.is_working_day(candidate):
            return candidate
    return day


def owner(case: Case) -> str | None:
    """Who answers for the scope: the manager of most of its reps, or the rep alone."""
    roster = case.data.frame("roster")
    day = pd.Timestamp(case.as_of)
    now = roster[
        (roster["valid_from"] <= day) & (roster["valid_to"].isna() | (roster["valid_to"] >= day))
    ].sort_values("rep_id")
    if case.scope.kind == "rep":
        own = now[now["rep_id"] == case.scope.id]
        return None if own.empty else str(own["name"].iloc[0])
    managers = now["manager_id"].dropna()
    if managers.empty:
        return None
    most = managers.value_counts().sort_index().idxmax()
    names = roster.loc[roster["rep_id"] == most, "name"]
    return None if names.empty else str(names.iloc[-1])


def _recent(case: Case) -> list[str]:
    try:
        before = case.calendar.previous(case.period)
    except UnknownPeriodError:
        return []
    return [before.name]
