"""Expenses by kind: spent against budget, for each 100 booked, and the margin beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.elapsed import year_ago
from kit.data.frames import kept
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose.spend_effect import spend_effect

_COLUMNS = ["kind", "spend", "budget", "of_budget", "spend_before", "growth", "per_100",
            "per_100_before"]  # fmt: skip


@dataclass(frozen=True)
class ExpenseReturn:
    """What was spent by kind, and what came in beside it.

    Parameters
    ----------
    kinds : DataFrame
        kind, spend, budget (money), of_budget = spend ÷ budget, spend_before (the same months a
        year before), growth, per_100 = 100 × spend ÷ bookings, per_100_before. Largest spend first.
    whole : Series
        The same of all kinds together, and margin_each = margin ÷ spend, margin_each_before: the
        whole margin belongs to no kind alone.
    bookings, bookings_before, margin : float
        Money in the months; margin is null without costs.
    months : tuple of Timestamp
        The complete months of the period with spending on record.
    effect : DataFrame or Unavailable
        `kit.diagnose.spend_effect`: what went with spending once enough region-months are there.
    """

    kinds: pd.DataFrame
    whole: pd.Series
    bookings: float
    bookings_before: float
    margin: float
    months: tuple[pd.Timestamp, ...]
    effect: pd.DataFrame | Unavailable


@once
def expense_return(case: Case) -> ExpenseReturn | Unavailable:
    """Lay expenses beside bookings and margin, in the complete months of the period so far.

    Returns
    -------
    ExpenseReturn or Unavailable
        Unavailable without expenses, in a team's or a rep's scope (`expenses_by_region`), or
        where no complete month of the period has spending on record (`no_expense_months`).

    Notes
    -----
    Expenses are known by the month, so a running month is left out on both sides, and so are months
    that the table does not reach or has a row of that is not filled in yet. Ratios of two sums that
    move together say what was spent beside what was earned. They do not say what one more unit
    would bring: that is asked of `kit.diagnose.spend_effect` alone.
    """
    if not case.data.has("expenses"):
        return Unavailable(table="expenses")
    if case.scope.kind not in ("company", "region"):
        return Unavailable(reason="expenses_by_region")
    table = by_month(case)
    start, end = pd.Timestamp(case.period.start), pd.Timestamp(min(case.as_of, case.period.end))
    spent = set(table["month"]) - set(table.loc[table["amount"].isna(), "month"])
    months = _whole_months(start, end, spent)
    if not months:
        return Unavailable(reason="no_expense_months")
    before = _year_before(case, months, spent)
    now = table[table["month"].isin(months)].groupby("kind")[["amount", "budget"]].sum(min_count=1)
    past = table[table["month"].isin(before)].groupby("kind")["amount"].sum(min_count=1)
    earned, held = _earned(case, months), _earned(case, before)
    rows = pd.DataFrame({"spend": now["amount"], "budget": now["budget"], "spend_before": past})
    whole = rows.sum(min_count=1).to_frame().T
    rows = rows.sort_values("spend", ascending=False, kind="stable").rename_axis("kind")
    return ExpenseReturn(
        _ratios(rows.reset_index(), earned, held).reindex(columns=_COLUMNS),
        _ratios(whole, earned, held).iloc[0],
        earned[0], held[0], earned[1], tuple(months), spend_effect(case),
    )  # fmt: skip


def by_month(case: Case) -> pd.DataFrame:
    """Expenses of complete months: month (first day), region, kind, amount, budget."""
    rows = case.data.frame("expenses")
    month = rows["date"].dt.to_period("M").dt.to_timestamp()
    over = month + pd.offsets.MonthEnd(0) <= pd.Timestamp(case.as_of)
    rows = kept(rows.assign(month=month), over)
    return rows[["month", "region", "kind", "amount", "budget"]].reset_index(drop=True)


def _whole_months(start: pd.Timestamp, end: pd.Timestamp, spent: set) -> list[pd.Timestamp]:
    firsts = pd.date_range(start, end, freq="MS")
    return [one for one in firsts if one + pd.offsets.MonthEnd(0) <= end and one in spent]


def _year_before(
    case: Case, months: Sequence[pd.Timestamp], spent: set
) -> list[pd.Timestamp]:
    """The same months a year before; none where the table or the orders lack one of them."""
    if year_ago(case.calendar, case.period, as_of=case.as_of) is None:
        return []
    before = [one - pd.DateOffset(years=1) for one in months]
    days = case.data.sales["date"]
    known = len(days) and days.min() <= before[0] + pd.offsets.MonthEnd(0)
    return before if known and set(before) <= spent else []


def _earned(case: Case, months: Sequence[pd.Timestamp]) -> tuple[float, float]:
    """Bookings and margin in months; the margin is null where a line has no cost."""
    if not len(months):
        return np.nan, np.nan
    sales = case.data.sales
    rows = kept(sales, sales["date"].dt.to_period("M").dt.to_timestamp().isin(months))
    costs = rows["cost"].astype(float)
    margin = float((rows["amount"] - costs).sum()) if costs.notna().all() else np.nan
    return float(rows["amount"].sum()), margin if len(rows) else np.nan


def _ratios(
    rows: pd.DataFrame, earned: tuple[float, float], held: tuple[float, float]
) -> pd.DataFrame:
    def over(above, below):
        return above / below.where(below > 0)

    def of(amount: float) -> float:
        return amount if amount > 0 else np.nan

    rows = rows.astype({name: float for name in ("spend", "budget", "spend_before")})
    return rows.assign(
        of_budget=over(rows["spend"], rows["budget"]),
        growth=over(rows["spend"], rows["spend_before"]) - 1,
        per_100=100 * rows["spend"] / of(earned[0]),
        per_100_before=100 * rows["spend_before"] / of(held[0]),
        margin_each=over(earned[1], rows["spend"]),
        margin_each_before=over(held[1], rows["spend_before"]),
    )
