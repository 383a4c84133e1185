"""The figure of each risk: what it is now, its limits, and the money it is about."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from kit.data import measures
from kit.data.case import Case
from kit.data.elapsed import year_ago
from kit.data.tables import Unavailable
from kit.data.targets import in_force
from kit.data.territory import rep_names
from kit.diagnose import expense_return, leaving, market_share, productivity, trailing
from kit.errors import UnknownPeriodError
from kit.track import landing, slips
from kit.track import overdue as overdues
from kit.track.deal_states import told
from kit.track.past_pipeline import due_on, past_pipeline

_NAMED = 3  # customers or newcomers named in a subject
FEWEST_REPS = 2


@dataclass(frozen=True)
class Figure:
    """One risk's figure.

    Parameters
    ----------
    value : float
        A fraction.
    watch, warning : float
        The early-warning limit, and that of a warning, in the same unit.
    stake : float
        Money it is about; NaN where it cannot be computed.
    subjects : tuple of str
        Whom it is about.
    facts : mapping
        For the evidence's phrase.
    """

    value: float
    watch: float
    warning: float
    stake: float = math.nan
    subjects: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


Found = Figure | Unavailable | None


def coverage(case: Case) -> Found:
    """Open deals due in the next period ÷ its target, beside what was usual at this point."""
    if not case.data.has("opportunities"):
        return Unavailable(table="opportunities")
    coming = ahead(case)
    if isinstance(coming, Unavailable):
        return coming
    target, past = in_force(coming), past_pipeline(coming)
    if target is None or target <= 0:
        return Unavailable(reason="risk_no_next_target")
    if isinstance(past, Unavailable) or not past.cover > 0:
        return Unavailable(reason="risk_no_usual")
    cover = float(due_on(told(coming), case.as_of, period=coming.period)["amount"].sum()) / target
    own = case.settings.review.risks.usual("coverage")
    return Figure(cover, own.watch * past.cover, own.warning * past.cover,
                  max(0.0, past.cover - cover) * target,
                  facts={"usual": past.cover, "next": coming.period.name})  # fmt: skip


def forecast_quality(case: Case) -> Found:
    """Share of past results that lay in the landing's interval, beside what it is meant to hold."""
    coming = ahead(case) if case.closed else case
    if isinstance(coming, Unavailable):
        return coming
    found = landing.forecast(coming)
    if isinstance(found, Unavailable):
        return found
    if found.record is None:
        return Unavailable(reason="risk_no_record")
    own, record = case.settings.review.risks.usual("forecast_quality"), found.record
    return Figure(
        record.interval - record.coverage, own.watch, own.warning,
        facts={"coverage": record.coverage, "interval": record.interval,
               "periods": record.n_periods},
    )  # fmt: skip


def slipping_deals(case: Case) -> Found:
    """Deals moved out since the period's start ÷ deals open since then; money that left it."""
    found = slips.slips(case)
    if isinstance(found, Unavailable):
        return found
    if not found.in_period_of:
        return None
    return _plain(case, "slipping_deals", found.in_period / found.in_period_of,
                  stake=found.pushed_amount, moved=found.in_period,
                  deals=found.in_period_of)  # fmt: skip


def largest_customer(case: Case) -> Found:
    """Share of the largest customer in the last twelve months' amount."""
    money = trailing.money(case)["amount"]
    money = money[money > 0]
    if len(money) < 2:
        return Unavailable(reason="no_positive_customers")
    first = str(money.idxmax())
    return _plain(case, "largest_customer", float(money.max() / money.sum()),
                  stake=float(money.max()), subjects=(trailing.names(case).get(first, first),),
                  customers=len(money))  # fmt: skip


def silent_customers(case: Case) -> Found:
    """Value of customers silent for longer than is usual for them ÷ value of all but the gone."""
    found = leaving.leaving(case)
    if isinstance(found, Unavailable):
        return found
    states = found.states.set_index("state")
    silent = states.loc[["at_risk", "lapsed"]]
    share = float(silent["share"].sum())
    named = found.customers["customer"].head(_NAMED)
    return _plain(case, "silent_customers", share, stake=float(silent["value"].sum()),
                  subjects=tuple(map(str, named)), customers=int(silent["customers"].sum()),
                  handed=case.scope.kind in ("team", "rep"))  # fmt: skip


def one_rep(case: Case) -> Found:
    """Share of one rep in the last twelve months' bookings; of a rep's own scope none."""
    if case.scope.kind == "rep":
        return None
    end = trailing.year_end(case)
    sales = measures.sales(case)
    recent = sales[sales["date"].dt.normalize() > end - pd.DateOffset(years=1)]
    money = recent.groupby("rep_id")["amount"].sum()
    money = money[money > 0].sort_index()
    if len(money) < FEWEST_REPS:
        return None
    own, first = case.settings.review.risks.usual("one_rep"), str(money.idxmax())
    return Figure(
        float(money.max() / money.sum()), max(own.watch, 1.5 / len(money)),
        max(own.warning, 2 / len(money)), float(money.max()),
        (rep_names(case.data).get(first, first),), {"reps": len(money)},
    )  # fmt: skip


def newcomers(case: Case) -> Found:
    """Bookings of newcomers for a full post, with the ramp, ÷ the median of the others."""
    found = productivity.productivity(case)
    if isinstance(found, Unavailable):
        return found
    reps = found.reps
    fresh = reps[[("newcomer" in marks) for marks in reps["marks"]]]
    if fresh.empty:
        return None
    known = fresh[fresh["beside"].notna()]
    expected = known["posts"] * known["median"]
    if known.empty or expected.sum() <= 0:
        return Unavailable(reason="few_peers", detail="3")
    value = float((expected * (1 + known["beside"])).sum() / expected.sum())
    return _plain(case, "newcomers", value, stake=float(expected.sum()) * max(0.0, 1 - value),
                  subjects=tuple(map(str, known["rep"].head(_NAMED))), reps=len(known))  # fmt: skip


def discount(case: Case) -> Found:
    """Discount of list in the period so far, less that of last year's same days."""
    before = year_ago(case.calendar, case.period, as_of=case.as_of)
    if before is None:
        return Unavailable(reason="risk_no_year")
    lines = measures.sales(case)
    lines = lines[(lines["list_amount"] > 0) & lines["amount"].notna()]
    now = _discount(lines, case.period.start, case.period.end)
    past = _discount(lines, before.start, before.end)
    if now is None or past is None:
        return Unavailable(reason="no_list_price")
    rise = now[0] - past[0]
    return _plain(case, "discount", rise, stake=max(0.0, rise) * now[1], now=now[0], past=past[0])


def share_loss(case: Case) -> Found:
    """Points of market share lost against last year, in the newest period of the market table."""
    found = market_share.market_share(case)
    if isinstance(found, Unavailable):
        return found
    whole = found.whole
    return _plain(case, "share_loss", -float(whole["points"]),
                  stake=max(0.0, -float(whole["by_share"])), share=float(whole["share"]),
                  past=float(whole["share_before"]), rival=float(whole["competitor_points"]),
                  of=found.period)  # fmt: skip


def overdue(case: Case) -> Found:
    """Overdue invoices ÷ open invoices."""
    found = overdues.overdue(case)
    if isinstance(found, Unavailable):
        return found
    if math.isnan(found.overdue_share):
        return None
    named = found.payers["customer"].head(_NAMED)
    return _plain(case, "overdue", found.overdue_share, stake=found.overdue,
                  subjects=tuple(one for one in map(str, named) if one), dso=found.dso)  # fmt: skip


def expense(case: Case) -> Found:
    """Expenses of the period's complete months ÷ their budget."""
    found = expense_return.expense_return(case)
    if isinstance(found, Unavailable):
        return found
    spent = float(found.whole["spend"]), float(found.whole["budget"])
    if math.isnan(spent[1]) or spent[1] <= 0:
        return Unavailable(reason="risk_no_budget")
    return _plain(case, "expense", spent[0] / spent[1], stake=max(0.0, spent[0] - spent[1]),
                  spend=spent[0], budget=spent[1])  # fmt: skip


FIGURES = {
    "coverage": coverage, "forecast_quality": forecast_quality, "slipping_deals": slipping_deals,
    "largest_customer": largest_customer, "silent_customers": silent_customers,
    "one_rep": one_rep, "newcomers": newcomers, "discount": discount, "share_loss": share_loss,
    "overdue": overdue, "expense": expense,
}  # fmt: skip


def ahead(case: Case) -> Case | Unavailable:
    """The case of the next period, seen on the same day."""
    try:
        return replace(case, period=case.calendar.next(case.period))
    except UnknownPeriodError:
        return Unavailable(reason="risk_no_next")


def _plain(
    case: Case, name: str, value: float, *, stake: float, subjects: tuple[str, ...] = (),
    **facts: Any,
) -> Figure:  # fmt: skip
    own = case.settings.review.risks.usual(name)
    return Figure(value, own.watch, own.warning, stake, subjects, facts)


def _discount(lines: pd.DataFrame, start: Any, end: Any) -> tuple[float, float] | None:
    """Discount of list, and the list amount, of a span."""
    inside = lines["date"].dt.normalize().between(pd.Timestamp(start), pd.Timestamp(end))
    full, net = (float(lines.loc[inside, one].sum()) for one in ("list_amount", "amount"))
    return (1 - net / full, full) if full > 0 else None
