"""The pipeline view: open deals that are due, weighted, and the business yet to come."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.elapsed import past_periods
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.plan.basis import Basis
from kit.plan.deals import deals, standing
from kit.plan.history import cutoff, days_before, sums
from kit.plan.season import load

_MOST = 8  # past periods that conversions are taken from
_PRIOR = 5.0  # deals that the average of all stages counts for in a stage's conversion
_LEAST = 2  # past periods without which nothing is said


@once
def pipeline(case: Case) -> Basis | Unavailable:
    """What the open deals due in the period and those still to come would bring.

    Returns
    -------
    Basis or Unavailable
        Facts: deals, open (money) and weighted (money) of the open deals due; conversion (weighted
        ÷ open); created (money of deals created and won inside), later (won, though not due),
        orders (bookings without a deal); periods (past ones that all this rests on); stages (see
        `stages`). Unavailable without the table, with fewer than two past periods of that length
        (reason `few_deals`), or where none of their deals was won.

    Notes
    -----
    Each past period of the same length is seen from as many days before it as the plan is made. Its
    deals then open stood in the stage of their last stage event by that day. conversion of a stage
    = amount won inside the period ÷ amount then open and due, over up to eight past periods; the
    average of all stages weighs in with five deals. So a conversion holds what slips and what
    shrinks, and no period counts that was not over when the plan is made. A deal is due if its
    expected close lies in the period or is overdue. To the weighted amount comes the average of the
    last year's periods, at the season of this one, of: deals created and won inside; deals won that
    were not due; bookings that never were a deal. Without stage_events all deals have one stage.
    """
    history = _history(case)
    if isinstance(history, Unavailable):
        return history
    due = _due(case, history)
    weighted = float((due["amount"] * due["conversion"]).sum())
    rest = {kind: _run_rate(case, history, kind) for kind in ("created", "later", "orders")}
    value = float(due["amount"].sum())
    facts = {
        "deals": len(due),
        "open": value,
        "weighted": weighted,
        "conversion": weighted / value if value > 0 else None,
        **rest,
        "periods": len(history),
    }
    key = "pipeline" + ("_orders" if rest["orders"] > 0 else "")
    return Basis(weighted + sum(rest.values()), key, facts)


def stages(case: Case) -> pd.DataFrame | Unavailable:
    """The open deals due in the period by stage, with the stage's conversion.

    Returns
    -------
    DataFrame or Unavailable
        stage, count, amount (money, open), conversion (see `pipeline`), weighted (money); the stage
        with most at stake first. Unavailable as `pipeline`.
    """
    history = _history(case)
    if isinstance(history, Unavailable):
        return history
    due = _due(case, history)
    found = due.groupby("stage", sort=True).agg(
        count=("amount", "size"), amount=("amount", "sum"), conversion=("conversion", "first")
    ).reset_index()  # fmt: skip
    found["weighted"] = found["amount"] * found["conversion"]
    return found.sort_values("amount", ascending=False, kind="stable", ignore_index=True)


class _Before(NamedTuple):
    """What a past period brought of the deals open before it, and beside them."""

    period: Period
    due: pd.DataFrame  # a row each deal then open and due: stage, amount, won (amount won inside)
    created: float
    later: float
    orders: float


@once
def _history(case: Case) -> tuple[_Before, ...] | Unavailable:
    if not case.data.has("opportunities"):
        return Unavailable(table="opportunities")
    known, last = deals(case), cutoff(case)
    first = known.created.min().item() if len(known.created) else None
    lead = case.period.start - last
    spans = past_periods(case.calendar, case.period, first=first, as_of=last, most=_MOST)
    found = tuple(_before(case, one, day=one.start - lead) for one in spans)
    if len(found) < _LEAST:
        return Unavailable(reason="few_deals", detail=str(len(found)))
    if not any(one.due["won"].sum() + one.created + one.later > 0 for one in found):
        return Unavailable(reason="few_deals", detail="0")
    return found


def _before(case: Case, period: Period, *, day: dt.date) -> _Before:
    known = deals(case)
    then = standing(case, day, period=period)
    won = np.where(known.won_in(period), known.amount, 0.0)
    then = then.assign(won=won[then.index])
    booked = np.nan
    days = days_before(case)
    if isinstance(days, pd.Series) and len(days) and days.index[0].date() <= period.start:
        booked = float(sums(days, [period]).iloc[0])
    return _Before(
        period,
        then.loc[then["due"], ["stage", "amount", "won"]],
        created=float(won[known.created > np.datetime64(day)].sum()),
        later=float(then.loc[~then["due"], "won"].sum()),
        orders=booked - float(won.sum()),
    )


def _due(case: Case, history: tuple[_Before, ...]) -> pd.DataFrame:
    """The open deals due in the period, each with the conversion of its stage."""
    now = standing(case, cutoff(case), period=case.period)
    due, rates = now[now["due"]], _rates(history)
    return due.assign(conversion=due["stage"].map(rates).astype(float).fillna(rates[""]))


def _rates(history: tuple[_Before, ...]) -> dict[str, float]:
    """Conversion of each stage; that of all deals under the empty name."""
    due = pd.concat([one.due for one in history], ignore_index=True)
    total = due["amount"].sum()
    usual = float(due["won"].sum() / total) if total > 0 else 0.0
    sums = due.groupby("stage", sort=True)[["amount", "won"]].agg(["sum", "size"])
    rates = {"": usual}
    for stage, row in sums.iterrows():
        many, amount = row["amount", "size"], row["amount", "sum"]
        prior = _PRIOR * amount / many
        rates[str(stage)] = float((row["won", "sum"] + prior * usual) / (amount + prior)) if (
            amount > 0
        ) else usual  # fmt: skip
    return rates


def _run_rate(case: Case, history: tuple[_Before, ...], kind: str) -> float:
    """The average of a part over the last year's periods, at the season of the case's period."""
    a_year = max(round(365 / case.period.days), 1)
    shown = [one for one in history[-a_year:] if not np.isnan(getattr(one, kind))]
    weights = [load(case, case.calendar.parts(one.period, "month")).sum() for one in shown]
    if not sum(weights) > 0:
        return 0.0
    amount = sum(getattr(one, kind) for one in shown) / sum(weights)
    return max(float(amount * load(case, case.calendar.parts(case.period, "month")).sum()), 0.0)
