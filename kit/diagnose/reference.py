"""The reference: the target with last year's prices and mix, last year, or the last period."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from kit.data import targets
from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.elapsed import last_period, year_ago
from kit.data.frames import kept
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.errors import SettingsError, nearest
from kit.plan import schedule

MEASURES = ("bookings", "quantity", "margin")
AGAINST = ("target", "last_year", "last_period")
_PATIENCE = pd.Timedelta(days=31)


@dataclass(frozen=True)
class Reference:
    """A result and what it is held against.

    Every cell (article × customer) of the span before, which is last year's same span or, against
    the last period, that of the period before, multiplied by

        factor = target to date ÷ last year

    so that the cells sum to the target to date. Without a target, and against last year or the last
    period, the factor is 1 and the reference is that span itself.

    Parameters
    ----------
    actual : float
        Result from the period's start to `end`.
    total : float
        The reference for the same days: target to date, or the span before.
    target : float or None
        Target of the whole period; None where the reference is no target.
    factor : float or None
        None where last year holds nothing to scale (no sales, or a sum that is not above zero).
    now, before : DataFrame
        Sales of the span and of the span before, as `Case.data.sales` has them.
    start, end, before_start, before_end : date
        The two spans; `before_*` are None where the calendar knows no such period.
    against : str
        What the result is held against in the end: `target`, `last_year` (also where a target was
        asked for and there is none) or `last_period`.
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
    against: str = "target"

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
def reference(
    case: Case, *, measure: str = "bookings", against: str = "target"
) -> Reference | Unavailable:
    """Build the reference of a case for bookings, quantity or margin.

    Parameters
    ----------
    case : Case
    measure : str
    against : str
        `target` (last year, where no target is set), `last_year` or `last_period`.

    Returns
    -------
    Reference or Unavailable
        Unavailable where the measure is no sum of order lines (`measure_not_split`), no line has a
        cost (`no_cost`), the period has not begun (`not_started`), or there is nothing to compare:
        neither target nor last year (`no_reference`), last year's span (`no_last_year`) or the last
        period's (`no_last_period`) without sales, or begun more than 31 days (half of a shorter
        span) before the scope's first sale, so that it is not whole.

    Raises
    ------
    SettingsError
        Where `against` is none of the three.

    Notes
    -----
    A running period counts up to `as_of`: its target is what was due by then along the schedule,
    and the span before has the same number of working days. The last period is taken as it was:
    what the season makes of the difference stays in it.
    """
    if against not in AGAINST:
        raise SettingsError(f"against: '{against}' is not known. {nearest(against, AGAINST)}")
    if measure not in MEASURES:
        return Unavailable(reason="measure_not_split", detail=measure)
    end = min(case.as_of, case.period.end)
    if end < case.period.start:
        return Unavailable(reason="not_started", detail=str(case.as_of))
    sales = case.data.sales
    if measure == "margin" and len(sales) and sales["cost"].isna().all():
        return Unavailable(reason="no_cost")
    now = within(sales, case.period.start, end)
    find = last_period if against == "last_period" else year_ago
    past = find(case.calendar, case.period, as_of=case.as_of)
    before = sales.iloc[:0] if past is None else within(sales, past.start, past.end)
    held = float(values(before, measure).sum())
    target = targets.in_force(case, measure=measure) if against == "target" else None
    due = target_to_date(case, target, measure=measure)
    if due is None and (before.empty or not _covered(sales, past)):
        return Unavailable(reason="no_reference" if against == "target" else f"no_{against}")
    factor = 1.0 if due is None else due / held if held > 0 else None
    return Reference(
        actual=float(values(now, measure).sum()),
        total=held if due is None else due,
        target=target,
        factor=factor,
        now=now,
        before=before,
        start=case.period.start,
        end=end,
        before_start=None if past is None else past.start,
        before_end=None if past is None else past.end,
        against="last_year" if against == "target" and due is None else against,
    )


def _covered(sales: pd.DataFrame, span: Period) -> bool:
    """Whether a span is not cut by the beginning of the data."""
    first = pd.Timestamp(span.start)
    patience = min(_PATIENCE, (pd.Timestamp(span.end) - first) / 2)
    return bool(sales["date"].min() <= first + patience)


def target_to_date(
    case: Case, target: float | None, *, measure: str = "bookings"
) -> float | None:
    """The part of a target due by `as_of`: all of it once the period is over."""
    if target is None or case.closed:
        return target
    return float(schedule.due(case, target, measure=measure).loc[pd.Timestamp(case.as_of)])


def _after(day: dt.date) -> pd.Timestamp:
    return pd.Timestamp(day) + pd.Timedelta(days=1)
