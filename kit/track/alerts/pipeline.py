"""Alerts about open deals: too few of them for the gap, stuck in their stage, or overdue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pandas as pd

from kit.data import measures
from kit.data.case import Case
from kit.data.elapsed import past_periods, same_point
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.data.territory import display
from kit.plan.deals import deals, standing
from kit.track import changes
from kit.track.alerts.levels import stays
from kit.track.alerts.rules import EXACT, Alert, fixed, limits, raised

LONG = 0.95  # share of past stays in a stage that were over by then
_FEWEST = 20  # past stays without which nothing is known to be long
_MOST = 8  # past periods that the usual conversion comes from
_LEAST = 2


def coverage(case: Case, *, gap: float) -> Iterator[Alert]:
    """Open pipeline expected to close within the period ÷ gap is under `track.coverage`.

    While the period runs and is short of its target. Where past periods tell what was needed at
    this point of them (see `needed`), it is red when there is less than that and less than the gap;
    where they do not, when there is less than the gap. It is about the part of the gap that is
    short of the coverage.
    """
    running = case.period.start <= case.as_of and not case.closed
    if not (running and gap > 0 and case.data.has("opportunities")) or not raised(
        case, "coverage", case.scope
    ):
        return
    limit, red = limits(case, "coverage", amber=case.settings.track.coverage, red=1.0)
    value = _open_due(case, case.as_of) / gap
    if not value < limit - EXACT:
        return
    enough = needed(case)
    need = float("nan") if isinstance(enough, Unavailable) else enough
    grave = value < red - EXACT and not value >= need
    yield Alert(
        fixed(case, "coverage", "red" if grave else "amber"), "coverage", case.scope,
        display(case, case.scope), value, limit, "percent",
        stake=gap * max(1 - value / limit, 0.0) if limit > 0 else gap,
        since=_coverage_since(case, limit),
        facts={"coverage": value, "needed": None if np.isnan(need) else need, "gap": gap},
    )  # fmt: skip


@once
def needed(case: Case) -> float | Unavailable:
    """How many times the gap open deals had to cover at this point of the period.

    Returns
    -------
    float or Unavailable
        1 ÷ conversion: of past periods at the same point, the amount of the deals then open and due
        that was won before their end ÷ their amount then open. Unavailable (reason `few_deals`) with
        fewer than two past periods, or where nothing was won.
    """
    first = deals(case).created
    if not len(first):
        return Unavailable(reason="few_deals", detail="0")
    spans = past_periods(
        case.calendar, case.period, first=first.min().item(), as_of=case.as_of, most=_MOST
    )
    won, known = 0.0, deals(case)
    due = 0.0
    for one in spans:
        day = same_point(case.calendar, case.period, as_of=case.as_of, other=one)
        then = standing(case, day, period=one)
        then = then[then["due"]]
        ended = known.won_in(one)[then.index]
        won += float(np.where(ended, known.amount[then.index], 0.0).sum())
        due += float(then["amount"].sum())
    if len(spans) < _LEAST or won <= 0:
        return Unavailable(reason="few_deals", detail=str(len(spans)))
    return due / won


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
    person = named["rep_id"].iloc[0] if found["rep_id"].nunique() == 1 else ""
    return Alert(
        fixed(case, rule, "amber"), rule, case.scope, display(case, case.scope),
        float(worst[column]), float(worst["limit"]), "days", stake=float(found["amount"].sum()),
        since=since, person=person if isinstance(person, str) else "",
        facts={"n": len(found), "amount": float(found["amount"].sum()),
               "days": float(worst[column]), "deals": named["opportunity_id"].tolist()},
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


def _open_due(case: Case, day: dt.date) -> float:
    """The amount open on a day of the deals whose close was then expected within the period."""
    if day == case.as_of:
        today, end = pd.Timestamp(day), pd.Timestamp(case.period.end)
        rows = case.data.frame("opportunities")
        known = rows["created_on"] <= today
        still = rows["closed_on"].isna() & (rows["status"] == "open") | (rows["closed_on"] > today)
        due = rows["expected_close_on"].between(pd.Timestamp(case.period.start), end)
        return float(rows.loc[known & still & due, "amount"].sum())
    known, now = deals(case), np.datetime64(day)
    there = (known.created <= now) & ~(known.closed <= now)
    amount, expected = known.amount.copy(), known.expected.copy()
    told = slice(0, int(np.searchsorted(known.moved, now, side="right")))
    deal, money, close = known.deal[told], known.moved_amount[told], known.moved_expected[told]
    amount[deal[~np.isnan(money)]] = money[~np.isnan(money)]
    expected[deal[~np.isnat(close)]] = close[~np.isnat(close)]
    start, end = np.datetime64(case.period.start), np.datetime64(case.period.end)
    return float(amount[there & (expected >= start) & (expected <= end)].sum())


def _coverage_since(case: Case, limit: float) -> dt.date:
    """The first day from which on the coverage was too low, as each day was seen then."""
    paces = changes.paces(case)
    got = measures.daily(case, start=case.period.start, end=case.as_of)
    if isinstance(paces, Unavailable) or isinstance(got, Unavailable):
        return case.as_of
    targets = paces.set_index("date")["target"]
    booked = got.cumsum()
    day, found = case.as_of, case.as_of
    while day > case.period.start:
        day -= dt.timedelta(1 if (case.as_of - day).days < 60 else 7)
        if day < case.period.start:
            break
        gap = float(targets.get(pd.Timestamp(day), np.nan) - booked.loc[pd.Timestamp(day)])
        if not gap > 0 or not _open_due(case, day) / gap < limit - EXACT:
            break
        found = day
    return found
