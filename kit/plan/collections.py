"""The collections plan: cash by month from the customers' own payment delays."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.errors import UnknownPeriodError
from kit.plan.history import LATE, cutoff, days_before, sums
from kit.plan.payments import Habits, habits
from kit.plan.schedule import due

_DSO = 90  # days of invoices that the receivables are laid against


@dataclass(frozen=True)
class Collections:
    """Cash that a target brings, and when; money where not said otherwise.

    Parameters
    ----------
    amount : float
        The target.
    collectible : float
        Cash that comes in the end ÷ bookings: what is invoiced of them, taxes included where the
        invoices include them, × the share of invoices that is ever paid.
    from_plan, from_before, collections : float
        Cash within the period: of its own bookings, of those before it, and both.
    beyond : float
        Cash of the period's bookings that comes after it; from_plan + beyond = amount ×
        collectible.
    before_beyond : float
        What was booked before the period and is still open at its end.
    open_now, overdue_now : float
        Invoices open at the cutoff, and those of them that are past due.
    dso : float or None
        Days sales outstanding at the cutoff: open invoices ÷ invoiced in the 90 days before it ×
        90.
    dso_end : float or None
        The same expected at the end of the period: all that is booked and not paid ÷ what the
        period's bookings come to as invoices × days of the period.
    days_median, days_slow : float
        Days from invoice to cash of half, and of four fifths, of the money that comes.
    order_days : float
        Days from order to cash of half the money that comes.
    invoices : int
        Invoices that the delays are learned from.
    months : DataFrame
        See `collections`.
    """

    amount: float
    collectible: float
    from_plan: float
    from_before: float
    collections: float
    beyond: float
    before_beyond: float
    open_now: float
    overdue_now: float
    dso: float | None
    dso_end: float | None
    days_median: float
    days_slow: float
    order_days: float
    invoices: int
    months: pd.DataFrame


@once
def collections(case: Case, amount: float | Unavailable) -> Collections | Unavailable:
    """Plan the cash of a period month by month: of what is open from before, and of the target.

    Parameters
    ----------
    case : Case
    amount : float or Unavailable
        Bookings target of the period, money; Unavailable is handed back.

    Returns
    -------
    Collections or Unavailable
        months: period, start, end, target (bookings), from_before, from_plan, collections,
        cumulative, last_year (cash of the same month a year before). Unavailable where receipts are
        missing or too few were paid to learn from (reason `few_receipts`, detail how many).

    Notes
    -----
    from_plan: the target, day by day along the schedule, × invoiced share, spread by the delays
    from order to cash. from_before: open invoices by the delays from invoice to cash of those with
    the same terms, given their age; orders not invoiced yet, given theirs; and, where the plan is
    made before the eve of the period, the bookings expected in between (last year's same days ×
    the growth of the last twelve months). Delays and their assumptions: `kit.plan.payments`. Money
    is rounded to hundredths along its running sum, so that parts sum exactly.
    """
    if isinstance(amount, Unavailable):
        return amount
    found = habits(case)
    if isinstance(found, Unavailable):
        return found
    spans = case.calendar.parts(case.period)
    ends = pd.to_datetime([one.end for one in spans])
    eve = pd.Timestamp(case.period.start) - pd.Timedelta(1, "D")
    owing = due(case, amount)
    booked = owing.diff().fillna(owing.iloc[0])
    plan = _by_end(booked, ends, found) * found.invoiced
    between = _between(case) * found.invoiced
    before = np.array([_before(found, between, day) for day in (eve, *ends)])
    owed = found.open["amount"].sum() + found.waiting["amount"].sum() + between.sum()
    collectible = found.invoiced * found.from_order.ever
    plan, before = np.round(plan, 2), np.round(before, 2)
    from_plan, from_before = np.diff(plan, prepend=0.0), np.diff(before)
    cash = from_plan + from_before
    open_now = float(found.open["amount"].sum())
    late = found.open["due_on"] <= pd.Timestamp(cutoff(case))
    recent = found.billed[found.billed.index > pd.Timestamp(cutoff(case)) - pd.Timedelta(_DSO, "D")]
    left = float(owed - before[-1]) + amount * found.invoiced - float(plan[-1])
    comes_to = amount * found.invoiced
    months = pd.DataFrame(
        {
            "period": [one.name for one in spans],
            "start": pd.to_datetime([one.start for one in spans]),
            "end": ends,
            "target": np.round(np.diff(owing.loc[ends].to_numpy(), prepend=0.0), 6),
            "from_before": np.round(from_before, 2),
            "from_plan": np.round(from_plan, 2),
            "collections": np.round(cash, 2),
            "cumulative": np.round(np.cumsum(cash), 2),
            "last_year": _last_year(case),
        }
    )
    return Collections(
        amount=float(amount),
        collectible=collectible,
        from_plan=float(plan[-1]),
        from_before=float(round(before[-1] - before[0], 2)),
        collections=float(round(plan[-1] + before[-1] - before[0], 2)),
        beyond=float(amount * collectible - plan[-1]),
        before_beyond=float(round(owed - before[-1], 2)),
        open_now=open_now,
        overdue_now=float(found.open.loc[late, "amount"].sum()),
        dso=float(open_now / recent.sum() * _DSO) if recent.sum() > 0 else None,
        dso_end=left / comes_to * case.period.days if comes_to > 0 else None,
        days_median=found.from_invoice.days(0.5),
        days_slow=found.from_invoice.days(0.8),
        order_days=found.from_order.days(0.5),
        invoices=found.count,
        months=months,
    )


def _by_end(booked: pd.Series, ends: pd.DatetimeIndex, found: Habits) -> np.ndarray:
    """What has come by each day of bookings made day by day."""
    days = booked.index.to_numpy()
    ages = (ends.to_numpy()[:, None] - days[None, :]) // np.timedelta64(1, "D")
    return found.from_order.within(ages.astype(int)) @ booked.to_numpy()


def _before(found: Habits, between: pd.Series, day: pd.Timestamp) -> float:
    """What has come by a day of what was booked before the period and not paid at the cutoff."""
    total = float(_by_end(between, pd.DatetimeIndex([day]), found)[0]) if len(between) else 0.0
    groups = [(found.waiting, found.from_order, "date")]
    for terms, rows in found.open.groupby("terms"):
        groups.append((rows, found.by_terms.get(terms, found.from_invoice), "invoiced_on"))
    for rows, delay, since in groups:
        if rows.empty:
            continue
        age = (found.last - rows[since]).dt.days.to_numpy()
        then = (day - rows[since]).dt.days.to_numpy()
        already = delay.within(age)
        share = np.divide(delay.within(then) - already, 1 - already,
                          out=np.zeros(len(rows)), where=already < 1 - 1e-9)  # fmt: skip
        total += float((share * rows["amount"].to_numpy()).sum())
    return total


def _between(case: Case) -> pd.Series:
    """Bookings expected from the cutoff to the period's eve, evenly over the working days."""
    first = cutoff(case) + dt.timedelta(1)
    last = case.period.start - dt.timedelta(1)
    days = days_before(case)
    if last < first or isinstance(days, Unavailable) or not len(days):
        return pd.Series(dtype="float64", index=pd.DatetimeIndex([]))

    def booked(start: dt.date, end: dt.date, *, years: int) -> float:
        start, end = (pd.Timestamp(one) - pd.DateOffset(years=years) for one in (start, end))
        return float(days[(days.index >= start) & (days.index <= end)].sum())

    eve = cutoff(case)
    year = (pd.Timestamp(eve) - pd.DateOffset(years=1) + pd.Timedelta(1, "D")).date()
    now, then = booked(year, eve, years=0), booked(year, eve, years=1)
    whole = days.index[0] <= pd.Timestamp(year) - pd.DateOffset(years=1) + LATE
    growth = now / then if whole and then > 0 else 1.0
    worked = case.calendar.workdays(first, last)
    worked = worked if len(worked) else pd.date_range(first, last)
    if days.index[0] <= pd.Timestamp(first) - pd.DateOffset(years=1) + LATE:
        total = booked(first, last, years=1) * growth
    else:
        total = float(days.mean()) * ((last - first).days + 1)
    return pd.Series(max(total, 0.0) / len(worked), index=worked)


def _last_year(case: Case) -> np.ndarray:
    """Cash of the same months a year before; empty where it is not known."""
    spans = case.calendar.parts(case.period)
    days = days_before(case, measure="collections")
    unknown = np.full(len(spans), np.nan)
    try:
        ago = case.calendar.parts(case.calendar.year_ago(case.period))
    except UnknownPeriodError:
        return unknown
    if isinstance(days, Unavailable) or not len(days) or len(ago) != len(spans):
        return unknown
    first, last = days.index[0].date(), cutoff(case)
    held = np.array([one.start >= first and one.end <= last for one in ago])
    return np.where(held, sums(days, ago).to_numpy(), np.nan)
