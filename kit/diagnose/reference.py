"""The reference: what the period would have brought on target, with last year's prices and mix."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from kit.data import targets
from kit.data.case import Case
from kit.data.elapsed import year_ago
from kit.data.frames import kept
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.plan import schedule

MEASURES = ("bookings", "quantity", "margin")


@dataclass(frozen=True)
class Reference:
    """A result and what it is held against.

    Every cell (article × customer) of last year's same span, multiplied by

        factor = target to date ÷ last year

    so that the cells sum to the target to date. Without a target the factor is 1 and the reference
    is last year itself.

    Parameters
    ----------
    actual : float
        Result from the period's start to `end`.
    total : float
        The reference for the same days: target to date, or last year.
    target : float or None
        Target of the whole period.
    factor : float or None
        None where last year holds nothing to scale (no sales, or a sum that is not above zero).
    now, before : DataFrame
        Sales of the span and of last year's same span, as `Case.data.sales` has them.
    start, end, before_start, before_end : date
        The two spans; `before_*` are None where the calendar knows no such period.
    """

    actual: float
    total: float
    target: float | None
    factor: float | None
    now: pd.DataFrame
    before: pd.DataFrame
    start: dt.date
    end: dt.date
    before_start: dt.date | None
    before_end: dt.date | None

    @property
    def variance(self) -> float:
        """Actual minus reference."""
        return self.actual - self.total


def values(sales: pd.DataFrame, measure: str) -> pd.Series:
    """The column of `sales` that a measure sums: amount, quantity, or amount − cost.

    Examples
    --------
    >>> rows = pd.DataFrame({"amount": [10.0], "quantity": [2.0], "cost": [6.0]})
    >>> float(values(rows, "margin").sum())
    4.0
    """
    if measure == "margin":
        return (sales["amount"] - sales["cost"]).fillna(0.0).astype(float)
    column = {"bookings": "amount", "quantity": "quantity"}[measure]
    return sales[column].fillna(0.0).astype(float)


def within(sales: pd.DataFrame, start: dt.date, end: dt.date) -> pd.DataFrame:
    """The rows dated from start to end, both included."""
    return kept(sales, (sales["date"] >= pd.Timestamp(start)) & (sales["date"] < _after(end)))


@once
def reference(case: Case, *, measure: str = "bookings") -> Reference | Unavailable:
    """Build the reference of a case for bookings, quantity or margin.

    Returns
    -------
    Reference or Unavailable
        Unavailable where the measure is no sum of order lines (`measure_not_split`), no line has a
        cost (`no_cost`), the period has not begun (`not_started`), or there is neither target nor
        last year (`no_reference`).

    Notes
    -----
    A running period counts up to `as_of`: its target is what was due by then along the schedule,
    and last year's span has the same number of working days.
    """
    if measure not in MEASURES:
        return Unavailable(reason="measure_not_split", detail=measure)
    end = min(case.as_of, case.period.end)
    if end < case.period.start:
        return Unavailable(reason="not_started", detail=str(case.as_of))
    sales = case.data.sales
    if measure == "margin" and len(sales) and sales["cost"].isna().all():
        return Unavailable(reason="no_cost")
    now = within(sales, case.period.start, end)
    past = year_ago(case.calendar, case.period, as_of=case.as_of)
    before = sales.iloc[:0] if past is None else within(sales, past.start, past.end)
    last_year = float(values(before, measure).sum())
    target = targets.in_force(case, measure=measure)
    due = target_to_date(case, target, measure=measure)
    if due is None and before.empty:
        return Unavailable(reason="no_reference")
    factor = 1.0 if due is None else due / last_year if last_year > 0 else None
    return Reference(
        actual=float(values(now, measure).sum()),
        total=last_year if due is None else due,
        target=target,
        factor=factor,
        now=now,
        before=before,
        start=case.period.start,
        end=end,
        before_start=None if past is None else past.start,
        before_end=None if past is None else past.end,
    )


def target_to_date(
    case: Case, target: float | None, *, measure: str = "bookings"
) -> float | None:
    """The part of a target due by `as_of`: all of it once the period is over."""
    if target is None or case.closed:
        return target
    return float(schedule.due(case, target, measure=measure).loc[pd.Timestamp(case.as_of)])


def _after(day: dt.date) -> pd.Timestamp:
    return pd.Timestamp(day) + pd.Timedelta(days=1)
