"""The budget: what a target costs in expenses by kind, against what is budgeted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.errors import UnknownPeriodError
from kit.plan.history import cutoff, days_before, sums
from kit.plan.known import known
from kit.plan.schedule import parts

_MONTHS = 36  # of history for the variable part
_LEAST = 12  # months without which the ratio stands for it


@dataclass(frozen=True)
class Budget:
    """Expenses at the planned level; money where not said otherwise.

    Parameters
    ----------
    amount : float
        The target.
    last_year : float or None
        Bookings of the same period a year before.
    expenses_last_year : float or None
        What was spent then.
    planned, low, high : float
        Expenses of all kinds, and their interval at `track.interval`.
    share : float or None
        planned ÷ amount.
    budget : float or None
        Budgeted in those months of the period that have a budget; None where none has.
    compared : float or None
        Planned in the same months.
    over : float or None
        compared − budget: above 0 where the plan costs more than is budgeted.
    budgeted_months, months : int
        Months of the period with a budget, and all.
    unbudgeted : tuple of str
        The months of the period that have none.
    kinds : DataFrame
        See `budget`.
    """

    amount: float
    last_year: float | None
    expenses_last_year: float | None
    planned: float
    low: float
    high: float
    share: float | None
    budget: float | None
    compared: float | None
    over: float | None
    budgeted_months: int
    months: int
    unbudgeted: tuple[str, ...]
    kinds: pd.DataFrame


@once
def budget(case: Case, amount: float | Unavailable) -> Budget | Unavailable:
    """Plan the expenses that go with a target, kind by kind, and lay the budget beside them.

    Parameters
    ----------
    case : Case
        The company or a region.
    amount : float or Unavailable
        Bookings target of the period, money; Unavailable is handed back.

    Returns
    -------
    Budget or Unavailable
        kinds, the costliest first: expense (the kind), last_year (spent in the same period), ratio
        (÷ bookings of that period), variable (expenses that one unit of bookings more brings),
        from_regression (whether it was measured; else it is the ratio), planned, low, high, share
        (planned ÷ amount), compared (planned in the months that have a budget), budget, over =
        compared − budget. Unavailable for a team or rep (reason `no_expenses_of_scope`), where the
        table is missing or nothing was spent (reason `no_expenses`).

    Notes
    -----
    planned of a month = spent in the same month of last year + variable × (target of the month −
    bookings of that month last year), not below 0; where last year is not held, the mean of the
    months known + variable × (target − their mean bookings). variable is the slope of the monthly
    expenses on bookings, with a straight line over time beside it, by least squares over up to 36
    months; it is held between 0 and the ratio, for a fixed part cannot be negative. With fewer than
    twelve months it is the ratio: all of it varies. The variance of a period of n months is
    2·n·s² + (amount − last year)²·e², with s the residual spread and e the slope's standard error.
    Prices are taken as last year's. The budget is a decision, not a result, so that of the period
    is used where `as_of` has it already.
    """
    if isinstance(amount, Unavailable):
        return amount
    if case.scope.kind not in ("company", "region"):
        return Unavailable(reason="no_expenses_of_scope", detail=str(case.scope))
    if not case.data.has("expenses"):
        return Unavailable(table="expenses")
    spent, sold = _history(case)
    if spent.empty or not (spent.to_numpy() > 0).any():
        return Unavailable(reason="no_expenses", detail=str(case.scope))
    spans = case.calendar.parts(case.period)
    targets = parts(case, amount)["target"].to_numpy(dtype=float)
    before, bookings = _year_ago(case, spent)
    budgets = _budgets(case, spent.columns)
    z = NormalDist().inv_cdf(0.5 + case.settings.track.interval / 2)
    rows, variances = [], []
    for kind in spent.columns:
        ratio, variable, noise, error = _variable(spent[kind], sold)
        then, base = np.full(len(spans), spent[kind].mean()), np.full(len(spans), sold.mean())
        if before is not None:
            then, base = before[kind].to_numpy(), bookings
        monthly = np.maximum(then + variable * (targets - base), 0.0)
        change = float(targets.sum() - base.sum())
        variance = 2 * len(spans) * noise**2 + (change * error) ** 2
        planned, given = float(monthly.sum()), budgets[kind].to_numpy()
        held = ~np.isnan(given)
        compared = float(monthly[held].sum()) if held.any() else np.nan
        allowed = float(given[held].sum()) if held.any() else np.nan
        spread = z * math.sqrt(variance)
        last = float(then.sum()) if before is not None else np.nan
        rows.append(
            {
                "expense": kind,
                "last_year": last,
                "ratio": last / base.sum() if before is not None and base.sum() > 0 else ratio,
                "variable": variable,
                "from_regression": len(sold) >= _LEAST,
                "planned": planned,
                "low": max(planned - spread, 0.0),
                "high": planned + spread,
                "share": planned / amount if amount else np.nan,
                "compared": compared,
                "budget": allowed,
                "over": compared - allowed,
            }
        )
        variances.append(variance)
    kinds = pd.DataFrame(rows).sort_values(["planned", "expense"], ascending=[False, True])
    planned, spread = float(kinds["planned"].sum()), z * math.sqrt(sum(variances))
    allowed = kinds["budget"].notna()
    months = int(budgets.notna().any(axis=1).sum())
    total = {one: float(kinds.loc[allowed, one].sum()) if months else None
             for one in ("budget", "compared", "over")}  # fmt: skip
    return Budget(
        amount=float(amount),
        last_year=float(bookings.sum()) if before is not None else None,
        expenses_last_year=float(kinds["last_year"].sum()) if before is not None else None,
        planned=planned,
        low=max(planned - spread, 0.0),
        high=planned + spread,
        share=planned / amount if amount else None,
        budgeted_months=months,
        months=len(spans),
        unbudgeted=tuple(budgets.index[budgets.isna().all(axis=1)]),
        kinds=kinds.reset_index(drop=True),
        **total,
    )


def _history(case: Case) -> tuple[pd.DataFrame, pd.Series]:
    """Expenses by month and kind, and bookings, of the whole months known, at most 36."""
    last, rows = cutoff(case), known(case).frame("expenses")
    days = days_before(case)
    if rows.empty or isinstance(days, Unavailable) or not len(days):
        return pd.DataFrame(), pd.Series(dtype="float64")
    first = max(rows["date"].min(), days.index[0])
    spans = [one for one in case.calendar.between(first, last) if one.end <= last]
    if spans and pd.Timestamp(spans[0].start) + pd.Timedelta(15, "D") < first:
        spans = spans[1:]
    spans = spans[-_MONTHS:]
    if not spans:
        return pd.DataFrame(), pd.Series(dtype="float64")
    return _by_month(rows, spans, "amount").fillna(0.0), sums(days, spans)


def _year_ago(case: Case, spent: pd.DataFrame) -> tuple[pd.DataFrame | None, np.ndarray]:
    """Expenses and bookings of the same months of last year; None where they are not held."""
    days, spans = days_before(case), []
    try:
        ago = case.calendar.parts(case.calendar.year_ago(case.period))
    except UnknownPeriodError:
        ago = ()
    if len(ago) == len(case.calendar.parts(case.period)):
        spans = [one for one in ago if one.name in spent.index]
    if not spans or len(spans) < len(ago):
        return None, np.array([])
    return spent.loc[[one.name for one in ago]], sums(days, ago).to_numpy()


def _budgets(case: Case, kinds: pd.Index) -> pd.DataFrame:
    """Budget by month of the period and kind; empty where none is given."""
    return _by_month(
        case.data.frame("expenses"), case.calendar.parts(case.period), "budget"
    ).reindex(columns=kinds)


def _by_month(rows: pd.DataFrame, spans: Sequence[Period], column: str) -> pd.DataFrame:
    """Sums by span of days and kind; empty where there is no figure."""
    ends = np.array([one.end for one in spans], dtype="datetime64[D]")
    starts = np.array([one.start for one in spans], dtype="datetime64[D]")
    days = rows["date"].to_numpy().astype("datetime64[D]")
    place = np.searchsorted(ends, days)
    inside = (place < len(spans)) & (days >= starts[np.minimum(place, len(spans) - 1)])
    kinds = sorted(rows["kind"].dropna().unique())
    sums = rows[inside].groupby([place[inside], "kind"])[column].sum(min_count=1).unstack()
    found = sums.reindex(index=range(len(spans)), columns=kinds).astype("float64")
    return found.set_axis([one.name for one in spans])


def _variable(spent: pd.Series, sold: pd.Series) -> tuple[float, float, float, float]:
    """Ratio to bookings, slope on bookings held to it, residual spread, standard error."""
    costs, bookings = spent.to_numpy(dtype=float), sold.to_numpy(dtype=float)
    total = bookings.sum()
    ratio = float(costs.sum() / total) if total > 0 else 0.0
    if len(costs) < _LEAST or np.ptp(bookings) == 0:
        spread = float(costs.std(ddof=1)) if len(costs) > 1 else 0.0
        return ratio, ratio if len(costs) < _LEAST else 0.0, spread, 0.0
    design = np.column_stack([np.ones(len(costs)), np.arange(len(costs)), bookings])
    found, *_ = np.linalg.lstsq(design, costs, rcond=None)
    left = costs - design @ found
    noise = math.sqrt(float(left @ left) / (len(costs) - 3))
    error = noise * math.sqrt(float(np.linalg.pinv(design.T @ design)[2, 2]))
    return ratio, float(np.clip(found[2], 0.0, max(ratio, 0.0))), noise, error
