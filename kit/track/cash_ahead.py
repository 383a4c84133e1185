"""Cash expected from a day to a period's end, from the customers' own payment delays."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.elapsed import past_periods
from kit.data.frames import ScopeData
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.plan.delays import Delays
from kit.plan.payments import Habits, habits
from kit.track.past_pipeline import point

PAST = 4  # past periods on which the expectation is tried
RECORD = ("period", "day", "expected", "actual", "error")
_YEAR = 365
_DAY = dt.timedelta(1)


@dataclass(frozen=True)
class CashAhead:
    """Cash expected from the day after one to another; amounts are money.

    Parameters
    ----------
    overdue, running, waiting, coming : float
        Expected in time of: open invoices past due; those not yet due (or without a due day);
        orders not yet invoiced; orders expected to be booked until then.
    total : float
        Their sum.
    beyond : float
        Of what is owed today (invoices and orders not invoiced), the part not expected in time.
    owed : float
        Open invoices and orders not invoiced, as they will be.
    """

    overdue: float
    running: float
    waiting: float
    coming: float
    total: float
    beyond: float
    owed: float


@once
def cash_ahead(case: Case) -> CashAhead | Unavailable:
    """The cash expected from `as_of` to the period's end.

    Returns
    -------
    CashAhead or Unavailable
        All 0 but what is owed once the period is over. Unavailable without receipts, or where fewer
        than 30 were ever paid (reason `few_receipts`) or no order is known (`no_orders_yet`).

    Notes
    -----
    Delays are those of `kit.plan.payments`, learnt by `as_of`: an invoice of age a is paid by age b
    with the chance (F(b) − F(a)) ÷ (1 − F(a)), F being the share of money paid within so many days
    among invoices of the same terms. Orders to come: the average a working day of the last year ×
    the working days left, spread over these, × invoiced share, by the delays from order to cash.
    """
    return _ahead(case, case.as_of, case.period.end)


@once
def cash_record(case: Case) -> pd.DataFrame | Unavailable:
    """What the same expectation would have been at the same point of past periods, and what came.

    Returns
    -------
    DataFrame or Unavailable
        period, day, expected, actual (cash after the day, by the period's end), error (expected ÷
        actual − 1; NaN where nothing came); up to four periods that are over on `as_of`, the
        earliest first; those too early to learn from are left out. Unavailable without receipts.
    """
    if not case.data.has("receipts"):
        return Unavailable(table="receipts")
    rows = case.data.frame("receipts")
    first = rows["invoiced_on"].min()
    spans = past_periods(
        case.calendar, case.period, first=None if pd.isna(first) else first.date(),
        as_of=case.as_of, most=PAST,
    )  # fmt: skip
    found = []
    for one in spans:
        day = point(case, one)
        ahead = _ahead(case, day, one.end)
        if isinstance(ahead, Unavailable) or day >= one.end:
            continue
        came = rows["received_on"].between(pd.Timestamp(day + _DAY), pd.Timestamp(one.end))
        actual = float(rows.loc[came, "amount"].sum())
        found.append((one.name, pd.Timestamp(day), ahead.total, actual))
    frame = pd.DataFrame(found, columns=["period", "day", "expected", "actual"])
    error = frame["expected"] / frame["actual"].where(frame["actual"] > 0) - 1
    return frame.assign(error=error.astype("float64"))


def _ahead(case: Case, day: dt.date, end: dt.date) -> CashAhead | Unavailable:
    if case.data.has("receipts") and not (case.data.sales["date"] <= pd.Timestamp(day)).any():
        return Unavailable(reason="no_orders_yet")
    known = habits(_seen_from(case, day, end))
    if isinstance(known, Unavailable):
        return known
    last = pd.Timestamp(day)
    late = (known.open["due_on"] <= last).to_numpy()
    owed = known.open["amount"].to_numpy()
    in_time = np.zeros(len(known.open))
    for terms in sorted(set(known.open["terms"])):
        there = (known.open["terms"] == terms).to_numpy()
        delay = known.by_terms.get(terms, known.from_invoice)
        in_time[there] = _shares(delay, known.open.loc[there, "invoiced_on"], last, end)
    paid = in_time * owed
    waits = known.waiting["amount"].to_numpy()
    waiting = float((_shares(known.from_order, known.waiting["date"], last, end) * waits).sum())
    coming = _coming(case, known, day, end)
    overdue, running = float(paid[late].sum()), float(paid[~late].sum())
    total_owed = float(owed.sum() + waits.sum())
    return CashAhead(
        overdue=overdue,
        running=running,
        waiting=waiting,
        coming=coming,
        total=overdue + running + waiting + coming,
        beyond=total_owed - overdue - running - waiting,
        owed=total_owed,
    )


def _seen_from(case: Case, day: dt.date, end: dt.date) -> Case:
    """The case with what its customers' habits are learnt from, seen at the end of a day."""
    ahead = Period(day + _DAY, max(end, day + _DAY), f"{day}..{end}", "range")
    return replace(case, as_of=day, period=ahead, data=_narrow(case.data))


@once
def _narrow(data: ScopeData) -> ScopeData:
    """What habits are learnt from: an order's amount by day, and receipts without their owners."""
    lines = data.sales[["order_id", "date", "amount"]]
    sales = lines.groupby(["order_id", "date"], sort=False, as_index=False)["amount"].sum()
    columns = ["received_on", "order_id", "invoiced_on", "due_on", "amount"]
    frames = {"sales": sales, "receipts": data.frame("receipts")[columns]}
    return ScopeData(data.scope, frames, data.missing)


def _shares(delay: Delays, since: pd.Series, last: pd.Timestamp, end: dt.date) -> np.ndarray:
    """The share of what is open at the end of one day that is paid by the end of another."""
    age = (last - since).dt.days.to_numpy()
    then = (max(pd.Timestamp(end), last) - since).dt.days.to_numpy()
    already = delay.within(age)
    return np.divide(
        delay.within(then) - already, 1 - already,
        out=np.zeros(len(age)), where=already < 1 - 1e-9,
    )  # fmt: skip


def _coming(case: Case, known: Habits, day: dt.date, end: dt.date) -> float:
    """Cash by the end of what will be booked after the day, at last year's daily average."""
    worked = case.calendar.workdays(day + _DAY, end) if end > day else []
    if not len(worked):
        return 0.0
    sales = case.data.sales
    dates = sales["date"]
    first = max(pd.Timestamp(day - dt.timedelta(_YEAR - 1)), dates.min())
    year = sales.loc[(dates >= first) & (dates <= pd.Timestamp(day)), "amount"].sum()
    days = case.calendar.working_days(first.date(), day) if first == first else 0
    rate = float(year) / days if days else 0.0
    ages = (np.datetime64(end) - worked.to_numpy().astype("datetime64[D]")).astype(int)
    return max(rate, 0.0) * known.invoiced * float(known.from_order.within(ages).sum())
