"""What the sales tell of a period: revenue, growth, margin, high-margin lines, new customers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from kit.data.case import Case
from kit.data.elapsed import whole, year_ago
from kit.data.frames import kept
from kit.data.tables import Unavailable
from kit.diagnose.productivity import seen
from kit.diagnose.reference import within
from kit.review.kpi_found import Found
from kit.review.score_rates import margins


def high_margin_lines(case: Case) -> tuple[str, ...]:
    """The product lines whose margin rate over the last twelve months lies above the scope's.

    Those that `review.scorecard.high_margin_lines` names, where it names any. None where no line
    has a cost, or there is one line alone.
    """
    given = case.settings.review.scorecard.high_margin_lines
    if given:
        return given
    end = min(case.as_of, case.period.end)
    start = (pd.Timestamp(end) - pd.DateOffset(years=1) + pd.Timedelta(1, "D")).date()
    rows = within(case.data.sales, start, end)
    rows = kept(rows, rows["cost"].notna() & rows["line"].notna())
    sums = rows.groupby("line")[["amount", "cost"]].sum()
    sums, total = sums[sums["amount"] > 0], rows[["amount", "cost"]].sum()
    if len(sums) < 2 or not total["amount"] > 0:
        return ()
    rate = 1 - sums["cost"] / sums["amount"]
    return tuple(sorted(rate.index[rate > 1 - total["cost"] / total["amount"] + 1e-12]))


def _now(case: Case) -> pd.DataFrame:
    span = seen(case)
    return within(case.data.sales, span.start, span.end)


def revenue(case: Case, lines: Sequence[str]) -> Found:
    """Σ amount of the period so far."""
    rows = _now(case)
    return Found(float(rows["amount"].sum()))


def growth(case: Case, lines: Sequence[str]) -> Found | Unavailable:
    """Revenue ÷ that of last year's same working days − 1."""
    past, days = year_ago(case.calendar, case.period, as_of=case.as_of), case.data.sales["date"]
    first = None if days.empty else days.min().date()
    if past is None or not whole(case.calendar, past, first=first):
        return Unavailable(reason="no_last_year")
    before = float(within(case.data.sales, past.start, past.end)["amount"].sum())
    if not before > 0:
        return Unavailable(reason="no_last_year")
    return Found(float(_now(case)["amount"].sum()) / before - 1)


def margin(case: Case, lines: Sequence[str]) -> Found | Unavailable:
    """Σ (amount − cost) ÷ Σ amount of the lines with a cost."""
    rows, span = _now(case), seen(case)
    if not rows["cost"].notna().any():
        return Unavailable(reason="no_cost")
    found = margins(case, "", start=span.start, end=span.end)
    return Found(float(found[""])) if len(found) else Unavailable(reason="no_positive_sum")


def high_margin(case: Case, lines: Sequence[str]) -> Found | Unavailable:
    """Amount of the high-margin lines ÷ amount of all lines that name one."""
    if not lines:
        return Unavailable(reason="no_high_margin_lines")
    rows = _now(case)
    named = rows[rows["line"].notna()]
    whole_sum = float(named["amount"].sum())
    if not whole_sum > 0:
        return Unavailable(reason="no_positive_sum")
    return Found(float(named.loc[named["line"].isin(lines), "amount"].sum()) / whole_sum)


def new_customers(case: Case, lines: Sequence[str]) -> Found | Unavailable:
    """Amount of the customers who came in the period ÷ amount of all named customers."""
    span, sales = seen(case), case.data.sales
    named = kept(sales, sales["customer_id"].notna())
    rows = within(named, span.start, span.end)
    total = float(rows["amount"].sum())
    if not total > 0:
        return Unavailable(reason="no_customer_orders")
    each = named.groupby("customer_id")
    since = each["customer_since"].min().fillna(each["date"].min())
    if sales["customer_since"].isna().all() and not _known(case, span.start):
        return Unavailable(reason="first_orders_unknown")
    new = set(since.index[since >= pd.Timestamp(span.start)])
    mask = rows["customer_id"].isin(new)
    return Found(float(rows.loc[mask, "amount"].sum()) / total, int(rows["customer_id"].nunique()))


def _known(case: Case, start: dt.date) -> bool:
    """Whether the orders begin a year before a day, so that a first order can be told."""
    return case.data.sales["date"].min() <= pd.Timestamp(start) - pd.DateOffset(years=1)
