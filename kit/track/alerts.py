"""What needs attention on the day: figures beyond the thresholds of the parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from kit.data import measures
from kit.data.case import Case
from kit.data.territory import display
from kit.track import trend
from kit.track.pacing import UNASSIGNED, standing

COLUMNS = ("severity", "rule", "part", "value", "threshold", "kind", "advice")
LATE_PAYERS = 5  # customers named at the most
SHORTEST_SILENCE = 5  # working days without an order that are never an alert

_SEVERITIES = ("red", "amber")
_EXACT = 1e-9


class Alert(NamedTuple):
    """One alert; `rule` is also the key of its advice."""

    severity: str
    rule: str
    part: str
    value: float
    threshold: float
    kind: str  # percent, money or days
    stake: float  # money it is about


def alerts(case: Case) -> pd.DataFrame:
    """List what is beyond its threshold on `as_of`, the gravest first.

    Parameters
    ----------
    case : Case

    Returns
    -------
    DataFrame
        severity (red, amber), rule, part (name, or customer), value, threshold, kind (percent,
        money, days: the unit of value and threshold), advice (key). Sorted by severity, then by how
        much money it is about; equals stay in the order below.

    Notes
    -----
    - pace: pace_index of the scope or a child under `track.red` or `track.amber`; once the period
      is closed the same as attainment. It is about target_to_date − actual.
    - mom_drop: the last closed month of the period is down by more than `track.mom_drop` on the
      month before; red from twice that. It is about the difference.
    - rolling_gap: positive in the last closed month of the period and larger than a month before,
      which is the threshold. It is about the gap.
    - receipts_overdue: a customer's oldest open invoice is overdue by more than
      `track.overdue_days`; red from three times that. The customers with the largest amounts
      overdue that long, and about these.
    - coverage: open pipeline expected to close within the period ÷ gap is under `track.coverage`,
      while the period runs and is short of its target; red where winning all of it would not do. It
      is about the part of the gap that is short of that coverage.
    - stale_data: more working days without an order than twice the longest usual silence (the 95th
      percentile of the last year) and than 5; red from twice that. It stands before all others of
      its severity, for it puts them in doubt.

    Rules whose tables are missing are left out.
    """
    table = standing(case)
    found = [
        *_paces(case, table),
        *_months(case),
        *_late_payers(case),
        *_coverage(case, gap=table["gap"].iloc[0]),
        *_silence(case),
    ]
    found.sort(key=lambda one: (_SEVERITIES.index(one.severity), -one.stake))
    rows = [(*one[: len(COLUMNS) - 1], one.rule) for one in found]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    kinds = {name: "float64" if name in ("value", "threshold") else "str" for name in COLUMNS}
    return frame.astype(kinds)


def _paces(case: Case, table: pd.DataFrame) -> Iterator[Alert]:
    limits = {"red": case.settings.track.red, "amber": case.settings.track.amber}
    for row in table.itertuples(index=False):
        if row.status in limits and row.part != UNASSIGNED:
            rule = "attainment" if case.closed else "pace"
            limit = limits[row.status]
            stake = row.target_to_date - row.actual
            yield Alert(row.status, rule, row.part, row.pace_index, limit, "percent", stake)


def _months(case: Case) -> Iterator[Alert]:
    frame = trend.months(case)
    place = np.flatnonzero(~frame["running"] & (frame["start"] >= pd.Timestamp(case.period.start)))
    if not len(place):
        return
    last = frame.iloc[place[-1]]
    part, limit = display(case, case.scope), -case.settings.track.mom_drop
    if last["mom"] < limit - _EXACT:
        severity = "red" if last["mom"] <= 2 * limit else "amber"
        lost = frame["actual"].iloc[place[-1] - 1] - last["actual"]
        yield Alert(severity, "mom_drop", part, last["mom"], limit, "percent", lost)
    before = frame["rolling_gap"].iloc[place[-1] - 1] if place[-1] else np.nan
    growing = last["rolling_gap"] > before + _EXACT * abs(before)
    if growing and last["rolling_gap"] > 0:
        gap = last["rolling_gap"]
        yield Alert("amber", "rolling_gap", part, gap, before, "money", gap)


def _late_payers(case: Case) -> Iterator[Alert]:
    if not case.data.has("receipts"):
        return
    today, limit = pd.Timestamp(case.as_of), case.settings.track.overdue_days
    rows = case.data.frame("receipts")
    unpaid = rows["received_on"].isna() | (rows["received_on"] > today)
    rows = rows[unpaid & (rows["invoiced_on"] <= today)]
    rows = rows.assign(days=(today - rows["due_on"]).dt.days)
    rows = rows[(rows["days"] > limit) & (rows["amount"] > 0)]
    payers = rows["customer_id"].astype("str").fillna("")
    owed = rows.groupby(payers, sort=True).agg(amount=("amount", "sum"), days=("days", "max"))
    owed = owed.sort_values("amount", ascending=False, kind="stable").head(LATE_PAYERS)
    sales = case.data.sales[["customer_id", "customer"]].dropna()
    sales = sales.drop_duplicates("customer_id", keep="last")
    shown = dict(zip(sales["customer_id"], sales["customer"], strict=True))
    for payer, amount, days in owed.itertuples():
        part = shown.get(payer, payer) or display(case, case.scope)
        severity = "red" if days >= 3 * max(limit, 1) else "amber"
        limits = (float(days), float(limit), "days")
        yield Alert(severity, "receipts_overdue", part, *limits, float(amount))


def _coverage(case: Case, *, gap: float) -> Iterator[Alert]:
    running = case.period.start <= case.as_of and not case.closed
    if not (running and gap > 0 and case.data.has("opportunities")):
        return
    today, end = pd.Timestamp(case.as_of), pd.Timestamp(case.period.end)
    rows = case.data.frame("opportunities")
    known = rows["created_on"] <= today
    still_open = rows["closed_on"].isna() & (rows["status"] == "open") | (rows["closed_on"] > today)
    due = rows["expected_close_on"].between(pd.Timestamp(case.period.start), end)
    value = float(rows.loc[known & still_open & due, "amount"].sum()) / gap
    limit = case.settings.track.coverage
    if value < limit - _EXACT:
        severity = "red" if value < 1 else "amber"
        short = gap * (1 - value / limit)
        yield Alert(severity, "coverage", display(case, case.scope), value, limit, "percent", short)


def _silence(case: Case) -> Iterator[Alert]:
    days = measures.sales(case)["date"].drop_duplicates().sort_values()
    if not len(days):
        return
    last, calendar = days.iloc[-1].date(), case.calendar
    worked = calendar.workdays(days.iloc[0].date(), case.as_of)
    year = days[days > pd.Timestamp(last) - pd.Timedelta(365, "D")]
    places = np.searchsorted(worked, year.to_numpy(), side="right")
    usual = float(np.quantile(np.diff(places), 0.95)) if len(places) > 1 else 0.0
    limit = max(float(SHORTEST_SILENCE), 2 * usual)
    silent = float(len(worked) - places[-1])
    if silent > limit:
        severity = "red" if silent > 2 * limit else "amber"
        part = display(case, case.scope)
        yield Alert(severity, "stale_data", part, silent, limit, "days", np.inf)
