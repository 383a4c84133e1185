"""Alerts about open deals that are stuck in their stage, or past their expected close."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.territory import display
from kit.plan.deals import deals
from kit.track.alerts.levels import stays
from kit.track.alerts.rules import Alert, fixed, raised

LONG = 0.95  # share of past stays in a stage that were over by then
_FEWEST = 20  # past stays without which nothing is known to be long


def stuck(case: Case) -> Iterator[Alert]:
    """Open deals longer in their stage than 95 % of past deals were, and those past their close.

    Stuck: days in the stage above what 95 % of the stays took that ended in the last twelve months
    (of 20 at least). Overdue: the expected close is more than `alerts.grace` working days ago, and
    by more days than 95 % of the deals won in the last twelve months were late. One line a rule; it
    is about the deals' amount.
    """
    if not case.data.has("opportunities") or case.closed and case.as_of > case.period.end:
        return
    rows = _open(case)
    if not len(rows):
        return
    for rule, column, usual in (
        ("deal_overdue", "late", _usual_lateness(case)), ("deal_stuck", "age", None)
    ):  # fmt: skip
        if not raised(case, rule, case.scope):
            continue
        limit = rows["usual"] if usual is None else pd.Series(usual, index=rows.index)
        amber = case.settings.alerts.rule(rule).amber
        if amber is not None:
            limit = pd.Series(float(amber), index=rows.index)
        beyond = rows[column] > limit
        found = rows[beyond].assign(over=(rows[column] - limit)[beyond], limit=limit[beyond])
        if len(found):
            yield _deals_alert(case, rule, found, column)


def _deals_alert(case: Case, rule: str, found: pd.DataFrame, column: str) -> Alert:
    found = found.sort_values(
        ["amount", "opportunity_id"], ascending=[False, True], kind="stable"
    )
    worst = found.loc[found[column].idxmax()]
    back = int(np.ceil(found["over"].max())) - 1
    since = case.as_of - dt.timedelta(max(back, 0))
    named = found.head(case.settings.alerts.most)
    known = case.data.frame("customers").dropna(subset=["name"])
    names = dict(zip(known["customer_id"], known["name"], strict=True))
    customers = [
        str(names.get(one, one)) if isinstance(one, str) else "" for one in named["customer_id"]
    ]
    person = named["rep_id"].iloc[0] if found["rep_id"].nunique() == 1 else ""
    return Alert(
        fixed(case, rule, "amber"), rule, case.scope, display(case, case.scope),
        float(worst[column]), float(worst["limit"]), "days", stake=float(found["amount"].sum()),
        since=since, person=person if isinstance(person, str) else "",
        facts={"n": len(found), "amount": float(found["amount"].sum()),
               "days": float(worst[column]), "deals": named["opportunity_id"].tolist(), "customers": customers},
    )  # fmt: skip


def _open(case: Case) -> pd.DataFrame:
    """Deals open on `as_of`: days in their stage, what is usual there, and days past their close."""
    today = pd.Timestamp(case.as_of)
    rows = case.data.frame("opportunities")
    known = stays(case)
    last = known.sort_values("entered_on", kind="stable").drop_duplicates("opportunity_id", keep="last")
    rows = rows[rows["created_on"] <= today]
    rows = rows[(rows["status"] == "open") | (rows["closed_on"] > today)]
    rows = rows.merge(last[["opportunity_id", "entered_on"]].assign(at=last["stage"]),
                      on="opportunity_id", how="left")  # fmt: skip
    entered = rows["entered_on"].fillna(rows["created_on"])
    over = known[known["left_on"].between(today - pd.Timedelta(365, "D"), today)]
    took = (over["left_on"] - over["entered_on"]).dt.days.groupby(over["stage"])
    usual = took.quantile(LONG).where(took.size() >= _FEWEST)
    return rows.assign(
        age=(today - entered).dt.days.astype(float),
        usual=rows["at"].map(usual).astype(float),
        late=(today - rows["expected_close_on"]).dt.days.astype(float),
        amount=rows["amount"].fillna(0.0),
    )


def _usual_lateness(case: Case) -> float:
    """By how many days won deals were late at the most usual, and the days of grace."""
    today, known = np.datetime64(case.as_of), deals(case)
    grace = 7.0 * case.settings.alerts.grace / 5.0
    recent = known.won & (known.closed <= today) & (known.closed > today - np.timedelta64(365, "D"))
    # What was last expected before the deal was won: an event on the day of the win restates it.
    before = known.moved < known.closed[known.deal]
    expected = known.expected.copy()
    expected[known.deal[before]] = known.moved_expected[before]
    late = (known.closed - expected)[recent]
    late = late[~np.isnat(late)] / np.timedelta64(1, "D")
    return max(grace, float(np.quantile(late, LONG)) if len(late) >= _FEWEST else 0.0)
