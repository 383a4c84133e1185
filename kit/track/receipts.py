"""Receipts: cash against plan, what is overdue by age, days sales outstanding, who pays late."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data import measures
from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.data.targets import in_force
from kit.track.cash_ahead import RECORD, CashAhead, cash_ahead, cash_record
from kit.track.cash_plan import cash_by_month
from kit.track.changes import due_on
from kit.track.late_payers import late_channels, year_before
from kit.track.overdue import dso, open_invoices, overdue, owed

AGES = (("days_0_30", 0, 30), ("days_31_60", 31, 60), ("days_61_90", 61, 90),
        ("over_90", 91, None))  # days past due  # fmt: skip
_DAY = dt.timedelta(1)


@dataclass(frozen=True)
class Receipts:
    """Where a scope's cash stands; amounts are money, NaN where not known.

    Parameters
    ----------
    months : DataFrame
        period, start, end, actual (cash), planned (expected when the target was set: the plan of
        `kit.plan.collections` for the target in force at the period's start), variance (actual −
        planned; null in a month that is not over), running.
    actual, target, target_to_date, attainment, pace_index, gap : float
        Cash of the period up to `as_of` against the target of the measure collections.
    planned, planned_to_date : float
        Of the plan: of the whole period; of its months that are over and, of the running one, the
        share of its working days that are over.
    ages : DataFrame
        age (not_due, days_0_30 …, over_90, no_due_day), amount, invoices, customers, share.
    open, overdue, overdue_share : float
        Open invoices; those past due; their share.
    credit : float
        Open credit notes (invoices below zero), not netted.
    dso, dso_start, dso_year_ago : float
        Open invoices ÷ invoiced in the last 90 days × 90: on `as_of`, on the eve of the period, a
        year before `as_of`.
    payers : DataFrame
        Customers with an overdue invoice: customer_id, customer, amount (overdue), invoices,
        late_days (the oldest), open (all open invoices), paid_late (days after due of what they
        paid in the last 90 days, weighted by amount), paid_late_before (the same in the 90 days
        a year earlier); the largest amount first.
    channels : DataFrame
        channel, amount (overdue), customers, invoices, paid_late, paid_late_before, open; by the
        channel of the order. Empty where no order of an invoice is known.
    ahead : CashAhead or Unavailable
    landing, landing_gap : float
        actual + expected; target − landing.
    record : DataFrame
        See `kit.track.cash_ahead.cash_record`; empty for a rep, whose few payments prove little.
    error : float
        Mean of |error| of the record; NaN without any.
    """

    months: pd.DataFrame
    actual: float
    target: float
    target_to_date: float
    attainment: float
    pace_index: float
    gap: float
    planned: float
    planned_to_date: float
    ages: pd.DataFrame
    open: float
    overdue: float
    overdue_share: float
    credit: float
    dso: float
    dso_start: float
    dso_year_ago: float
    payers: pd.DataFrame
    channels: pd.DataFrame
    ahead: CashAhead | Unavailable
    landing: float
    landing_gap: float
    record: pd.DataFrame
    error: float


@once
def receipts(case: Case) -> Receipts | Unavailable:
    """How cash stands against plan, what is overdue and who owes it, and what is still to come.

    Returns
    -------
    Receipts or Unavailable
        Unavailable without the table or without any receipt.

    Notes
    -----
    An invoice is open until a receipt of it has come; one that was paid in parts is open with the
    parts that are not. It is overdue from its due day on, if that day ends without the cash, by
    `as_of` − due day; 0 days belong to the first age. So overdue is what `kit.plan.collections`
    calls overdue_now. Credit notes are told apart. A payment before the due day counts as late by a
    negative number of days.
    """
    now, found = overdue(case), owed(case)
    if isinstance(now, Unavailable) or isinstance(found, Unavailable):
        return now
    rows, open_, late = found
    start, end = case.period.start, case.period.end
    actual = float(measures.actuals(case, measure="collections", start=start, end=end))
    goal = in_force(case, measure="collections")
    target = float("nan") if goal is None else float(goal)
    to_date = due_on(case, case.as_of, measure="collections")
    months, planned, planned_to_date = cash_by_month(case)
    ahead = cash_ahead(case)
    record = pd.DataFrame(columns=list(RECORD), dtype="float64") if case.scope.kind == "rep" else cash_record(case)
    landing = actual + ahead.total if isinstance(ahead, CashAhead) else float("nan")
    errors = record["error"].abs().dropna()
    return Receipts(
        months=months,
        actual=actual,
        target=target,
        target_to_date=to_date,
        attainment=_ratio(actual, target),
        pace_index=_ratio(actual, to_date),
        gap=target - actual,
        planned=planned,
        planned_to_date=planned_to_date,
        ages=_ages(open_),
        open=now.open,
        overdue=now.overdue,
        overdue_share=now.overdue_share,
        credit=_credit(rows, case.as_of),
        dso=now.dso,
        dso_start=dso(rows, start - _DAY),
        dso_year_ago=dso(rows, year_before(case.as_of)),
        payers=now.payers,
        channels=late_channels(case, rows, open_, late),
        ahead=ahead,
        landing=landing,
        landing_gap=target - landing,
        record=record,
        error=float(errors.mean()) if len(errors) else float("nan"),
    )


def _credit(rows: pd.DataFrame, day: dt.date) -> float:
    found = open_invoices(rows, day)
    return float(found.loc[found["amount"] < 0, "amount"].sum())


def _ages(owed: pd.DataFrame) -> pd.DataFrame:
    days = owed["late_days"].to_numpy(dtype=float)
    names = ("not_due", *(name for name, _, _ in AGES), "no_due_day")
    code = np.searchsorted([low for _, low, _ in AGES], days, side="right")
    code = np.where(np.isnan(days), len(names) - 1, code)
    each = owed.groupby(code)
    frame = pd.DataFrame(
        {
            "amount": each["amount"].sum(),
            "invoices": each["invoice_id"].nunique(),
            "customers": each["customer_id"].nunique(),
        }
    ).reindex(range(len(names)), fill_value=0)
    total = float(frame["amount"].sum())
    frame.insert(0, "age", pd.array(names, dtype="str"))
    frame["share"] = [_ratio(float(one), total) for one in frame["amount"]]
    shown = (frame["age"] != "no_due_day") | (frame["invoices"] > 0)
    return frame[shown].astype({"amount": "float64"}).reset_index(drop=True)


def _ratio(over: float, under: float) -> float:
    return over / under if under > 0 else float("nan")
