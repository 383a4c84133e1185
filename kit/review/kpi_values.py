"""The figures a scope is led by, each of one case: its value and basis, or why it is not known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose.capability import scores
from kit.diagnose.expense_return import expense_return
from kit.diagnose.productivity import productivity, seen
from kit.diagnose.retention import retention
from kit.review import kpi_deals, kpi_sales
from kit.review.kpi_found import Found
from kit.review.score_rates import paid_shares


class Kpi(NamedTuple):
    """How a figure is written and which way is better (`up` or `down`)."""

    kind: str
    better: str


KPIS = MappingProxyType(
    {
        "revenue": Kpi("money", "up"),
        "growth": Kpi("signed_percent", "up"),
        "margin_rate": Kpi("percent", "up"),
        "high_margin_share": Kpi("percent", "up"),
        "win_rate_count": Kpi("percent", "up"),
        "win_rate_amount": Kpi("percent", "up"),
        "cycle_days": Kpi("days", "down"),
        "deal_size": Kpi("money", "up"),
        "new_customer_share": Kpi("percent", "up"),
        "repeat_rate": Kpi("percent", "up"),
        "customers_kept": Kpi("percent", "up"),
        "productivity": Kpi("money", "up"),
        "collections_rate": Kpi("percent", "up"),
        "satisfaction": Kpi("number", "up"),
        "expense_ratio": Kpi("percent", "down"),
        "coverage_next": Kpi("multiple", "up"),
    }
)


@once
def values(case: Case, lines: tuple[str, ...] = ()) -> dict[str, Found | Unavailable]:
    """Every KPI of a case in its period up to `as_of`.

    Parameters
    ----------
    case : Case
    lines : tuple of str
        Those that count as high-margin; see `kit.review.kpi_sales.high_margin_lines`.

    Returns
    -------
    dict of str to Found or Unavailable
        By the keys of `KPIS`, in their order:

        - revenue = Σ amount; growth = revenue ÷ last year's (same working days) − 1;
        - margin_rate = Σ (amount − cost) ÷ Σ amount of the lines with a cost; high_margin_share =
          amount of the high-margin lines ÷ amount of all lines that name one;
        - win_rate_count = won ÷ (won + lost), win_rate_amount the same by amount, of the deals
          closed in the period; cycle_days = median of closed_on − created_on, deal_size = mean
          amount, of those won;
        - new_customer_share = amount of customers who came in the period (`customer_since`, else
          their first order) ÷ amount of all named customers;
        - repeat_rate, customers_kept = views `repeat` and `kept` of `kit.diagnose.retention`, over
          the twelve months up to now; productivity = revenue ÷ full posts;
        - collections_rate = received by now ÷ due in the period (`kit.review.score_rates`);
        - satisfaction = mean score by customers, points of 1 to 5, of the newest closed period;
        - expense_ratio = expenses ÷ bookings of the complete months;
        - coverage_next = open deals due in the next period, or overdue, ÷ that period's target, or
          this period's where it has none (basis `next_target` or `this_target`).
    """
    if seen(case) is None:
        return dict.fromkeys(KPIS, Unavailable(reason="not_started", detail=str(case.as_of)))
    return {name: _MEASURED[name](case, lines) for name in KPIS}


def _of_retention(view: str) -> Callable:
    def found(case: Case, lines: Sequence[str]) -> Found | Unavailable:
        made = retention(case)
        if isinstance(made, Unavailable):
            return made
        value = made.measures.set_index("view").at[view, "value"]
        part = made.bridge.set_index("part")["customers"]
        if pd.isna(value):
            return Unavailable(reason="no_customer_orders")
        return Found(float(value), int(part["before" if view == "kept" else "now"]))

    return found


def _productivity(case: Case, lines: Sequence[str]) -> Found | Unavailable:
    found = productivity(case)
    return found if isinstance(found, Unavailable) else Found(found.productivity)


def _collections(case: Case, lines: Sequence[str]) -> Found | Unavailable:
    if not case.data.has("receipts"):
        return Unavailable(table="receipts")
    span = seen(case)
    found = paid_shares(case, "", start=span.start, end=span.end)
    return Found(float(found[""])) if len(found) else Unavailable(reason="no_invoice_due")


def _satisfaction(case: Case, lines: Sequence[str]) -> Found | Unavailable:
    rows = scores(case)
    if isinstance(rows, Unavailable):
        return rows
    rows = rows[rows["source"] == "customer"]
    if rows.empty:
        return Unavailable(reason="no_customer_scores")
    return Found(float(rows["score"].mean()))


def _expenses(case: Case, lines: Sequence[str]) -> Found | Unavailable:
    found = expense_return(case)
    if isinstance(found, Unavailable):
        return found
    rate = found.whole["per_100"]
    return Unavailable(reason="no_positive_sum") if pd.isna(rate) else Found(float(rate) / 100)


_MEASURED: dict[str, Callable[[Case, Sequence[str]], Found | Unavailable]] = {
    "revenue": kpi_sales.revenue,
    "growth": kpi_sales.growth,
    "margin_rate": kpi_sales.margin,
    "high_margin_share": kpi_sales.high_margin,
    "win_rate_count": kpi_deals.of_deals(lambda rows: (rows["status"] == "won").mean(), won=False),
    "win_rate_amount": kpi_deals.of_deals(kpi_deals.won_amount, won=False),
    "cycle_days": kpi_deals.of_deals(
        lambda rows: (rows["closed_on"] - rows["created_on"]).dt.days.median(), won=True
    ),
    "deal_size": kpi_deals.of_deals(lambda rows: rows["amount"].mean(), won=True),
    "new_customer_share": kpi_sales.new_customers,
    "repeat_rate": _of_retention("repeat"),
    "customers_kept": _of_retention("kept"),
    "productivity": _productivity,
    "collections_rate": _collections,
    "satisfaction": _satisfaction,
    "expense_ratio": _expenses,
    "coverage_next": kpi_deals.coverage,
}
