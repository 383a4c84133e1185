"""Alerts about the data: stale, with holes, with odd amounts, doubled or refused rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import stats

from kit.data import measures
from kit.data.case import Case
from kit.data.territory import children, display
from kit.scope import Scope
from kit.track.alerts.rules import Alert, fixed, raised, severity

SHORTEST_SILENCE = 5  # working days without an order that are never an alert
BACK = 60  # days that are looked through for holes
_ACCIDENT = 0.001  # chance below which something is no accident
_LARGE = 5.0  # times the largest order of a year from which on an amount is odd
_FEWEST_ORDERS = 200
_FEWEST_DAYS = 120  # working days of a past without which no day is usual


def silence(case: Case) -> Iterator[Alert]:
    """More working days without an order than twice the longest usual silence and than 5.

    The longest usual silence is the 95th percentile of the last year; red from twice the limit. A
    part of the scope that is silent while the scope is not is a hole in the data: `data_hole`. Both
    stand before all others of their severity, for they put them in doubt.
    """
    if case.scope.kind == "rep" and not _employed(case):
        return
    own = _silence(case, measures.sales(case), case.scope, "stale_data", display(case, case.scope))
    if own is not None:
        yield own
        return
    for scope, part in children(case).itertuples(index=False):
        where = Scope.parse(scope)
        if where.kind == "rep":  # a rep may have left; nobody sells every day
            continue
        found = _silence(case, measures.sales(case, scope=where), where, "data_hole", part)
        if found is not None:
            yield found


def holes(case: Case) -> Iterator[Alert]:
    """More working days without any order, among the last 60 days, than chance explains.

    Only where days without an order are rare: the chance of so many, by the share of such days in
    the year before, is under 1 in 1000. It puts the figures in doubt.
    """
    if not raised(case, "data_hole", case.scope):
        return
    days = _order_days(measures.sales(case))
    if not len(days):
        return
    last, first = days[-1], days[0]
    worked = _workdays(case, first, last)
    start = last - np.timedelta64(BACK, "D")
    recent, past = worked[worked > start], worked[worked <= start]
    past = past[past > start - np.timedelta64(365, "D")]
    if len(past) < _FEWEST_DAYS or not len(recent):
        return
    missing = recent[~np.isin(recent, days)]
    share = (float((~np.isin(past, days)).sum()) + 0.5) / (len(past) + 1)
    if len(missing) and stats.binom.sf(len(missing) - 1, len(recent), share) < _ACCIDENT:
        yield Alert(
            fixed(case, "data_hole", "amber"), "data_hole", case.scope,
            display(case, case.scope), float(len(missing)), 0.0, "days", stake=np.inf,
            subject="days", since=missing[0].item(),
            facts={"days": float(len(missing)), "first": missing[0].item()},
        )  # fmt: skip


def odd_rows(case: Case) -> Iterator[Alert]:
    """An order far larger than any of the year before, and more doubled orders than usual.

    An order of more than five times the year's largest (of 200 orders at least) may be in the wrong
    unit. Orders are doubled where customer, product, day, quantity and amount are the same on two
    order numbers; told where at least three in the period, and more than the year before explains
    (Poisson, 1 in 1000).
    """
    sales = measures.sales(case)
    start = pd.Timestamp(case.period.start)
    year = sales[(sales["date"] < start) & (sales["date"] >= start - pd.Timedelta(365, "D"))]
    now = sales[(sales["date"] >= start) & (sales["date"] <= pd.Timestamp(case.period.end))]
    part = display(case, case.scope)
    before = year.groupby("order_id")["amount"].sum()
    if raised(case, "amount_jump", case.scope) and len(before) >= _FEWEST_ORDERS and len(now):
        orders = now.groupby("order_id", sort=True).agg(amount=("amount", "sum"), date=("date", "min"))
        limit = _LARGE * float(before.max())
        large = orders[orders["amount"] > limit].sort_values("amount", ascending=False)
        if len(large) and limit > 0:
            yield Alert(
                fixed(case, "amount_jump", "amber"), "amount_jump", case.scope, part,
                float(large["amount"].iloc[0]), limit, "money", stake=np.inf, subject="amount",
                since=large["date"].min().date(),
                facts={"orders": [str(one) for one in large.index[:5]], "n": len(large)},
            )  # fmt: skip
    if raised(case, "duplicates", case.scope) and len(now):
        here, then = _doubled(now), _doubled(year)
        usual = (len(then) + 0.5) / max(len(year), 1) * len(now)
        if len(here) >= 3 and stats.poisson.sf(len(here) - 1, usual) < _ACCIDENT:
            yield Alert(
                fixed(case, "duplicates", "amber"), "duplicates", case.scope, part,
                float(len(here)), usual, "count", stake=np.inf, subject="doubled",
                since=here["date"].min().date(),
                facts={"orders": [str(one) for one in here["order_id"].head(5)], "n": len(here)},
            )  # fmt: skip


def refused(case: Case) -> Iterator[Alert]:
    """The gate refused nearly as many of the period's order rows as it may: half of `gate.max_loss`.

    Red from `gate.max_loss` on.
    """
    if "excluded" not in case.data.frames or not raised(case, "refused_rows", case.scope):
        return
    rows = case.data.frame("excluded")
    start, end = pd.Timestamp(case.period.start), pd.Timestamp(case.as_of)
    rows = rows[(rows["table"] == "orders") & rows["date"].between(start, end)]
    lost = float(rows["rows"].sum())
    kept = int(measures.sales(case)["date"].between(start, end).sum())
    if not lost:
        return
    value, most = lost / (lost + kept), case.settings.gate.max_loss
    grave, limit = severity(case, "refused_rows", value, amber=most / 2, red=most, below=False)
    if grave:
        yield Alert(
            grave, "refused_rows", case.scope, display(case, case.scope), value, limit, "percent",
            stake=np.inf, subject="refused", since=rows["date"].max().date(),
            facts={"n": int(lost), "share": value},
        )  # fmt: skip


def _silence(
    case: Case, sales: pd.DataFrame, scope: Scope, rule: str, part: str
) -> Alert | None:
    days = _order_days(sales)
    if not len(days) or not raised(case, rule, scope):
        return None
    last = days[-1].item()
    worked = _workdays(case, days[0], np.datetime64(case.as_of))
    year = days[days > days[-1] - np.timedelta64(365, "D")]
    places = np.searchsorted(worked, year, side="right")
    usual = float(np.quantile(np.diff(places), 0.95)) if len(places) > 1 else 0.0
    limit = max(float(SHORTEST_SILENCE), 2 * usual)
    silent = float(len(worked) - places[-1])
    grave, threshold = severity(case, rule, silent, amber=limit, red=2 * limit, below=False)
    if not grave:
        return None
    since = worked[min(places[-1] + int(np.floor(limit)), len(worked) - 1)].item()
    return Alert(
        grave, rule, scope, part, silent, limit if threshold != limit else threshold, "days",
        stake=np.inf, subject="silence", since=since, facts={"days": silent, "last": last},
    )  # fmt: skip


def _employed(case: Case) -> bool:
    """Whether a rep is on the roster on `as_of`: who has left is silent for good."""
    rows, today = case.data.frame("roster"), pd.Timestamp(case.as_of)
    rows = rows[rows["rep_id"] == case.scope.id]
    return bool(((rows["valid_from"] <= today) & ~(rows["valid_to"] < today)).any())


def _order_days(sales: pd.DataFrame) -> np.ndarray:
    return np.unique(sales["date"].to_numpy().astype("datetime64[D]"))


def _workdays(case: Case, first: np.datetime64, last: np.datetime64) -> np.ndarray:
    found = case.calendar.workdays(first.item(), last.item())
    return found.to_numpy().astype("datetime64[D]")


def _doubled(rows: pd.DataFrame) -> pd.DataFrame:
    keys = ["customer_id", "product_id", "date", "quantity", "amount"]
    each = rows[["order_id", *keys]].drop_duplicates()
    return each[each.duplicated(keys, keep="first")].sort_values(["date", "order_id"])

