"""What lies behind an effect in one branch: customers, prices, deals, reasons, time, activity."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.diagnose import bridges, customers, effects, funnel, losses, volume
from kit.diagnose.branch import Branch
from kit.diagnose.reference import within

LIMIT = 0.01  # of the tests of the steps


@dataclass(frozen=True)
class Step:
    """One measured statement.

    Parameters
    ----------
    statement : str
        Key.
    effect : float
        Money, negative costs; NaN where there are figures but no money.
    section : str
        Of the packet, that shows the evidence.
    facts : mapping
        The figures.
    question : str
        Key of the question to ask where the walk ends here.
    """

    statement: str
    effect: float
    section: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    question: str = ""


def steps(branch: Branch, kind: str) -> list[Step]:
    """The further steps behind the effect of a kind, each only where its figures are there."""
    if kind in ("lost", "gone"):
        return list(_lost(branch))
    if kind == "price":
        return list(_price(branch))
    if kind in ("volume", "mix"):
        return list(_volume(branch))
    return []


def _lost(branch: Branch) -> Iterator[Step]:
    found = branch.found
    held = found.before.groupby("customer_id")["amount"].sum() * found.factor
    table = customers.status(
        branch.case.data.sales, held, end=found.end, before_end=found.before_end or found.start
    )
    lost = table[table["status"] == "lost"]
    now = bridges.sums(found.now, "customer_id").reindex(lost.index).fillna(0.0)
    effect = (now - held.reindex(lost.index).fillna(0.0)).sort_index()
    if effect.empty or effect.min() >= 0:
        return
    largest = str(effect.idxmin())
    name = bridges.customer_names(found).get(largest, largest)
    share = float(effect[largest] / effect.sum())
    facts = {"customer": name, "when": lost.loc[largest, "last"].date(), "count": len(lost),
             "reference": float(held[largest]), "share": share}  # fmt: skip
    key = "lost" if branch.wide else "gone"
    yield Step(f"largest_{key}", float(effect[largest]), "causes", facts, f"{key}_customer")
    case = branch.case
    if case.data.has("opportunities"):
        deals = funnel.closed(case)
        year = pd.Timestamp(found.end) - pd.DateOffset(years=1)
        own = within(deals[deals["customer_id"] == largest], year.date(), found.end)
        gone = own[own["status"] == "lost"]
        if len(gone):
            facts = {"customer": name, "lost": len(gone), "decided": len(own),
                     "amount": float(gone["amount"].sum())}  # fmt: skip
            yield Step("deals_lost_with", math.nan, "funnel", facts, f"{key}_customer")


def _price(branch: Branch) -> Iterator[Step]:
    found = branch.found
    table = effects.decompose(found.now, found.before, factor=found.factor)
    main = table["price"].idxmin()
    row = table.loc[main]
    line = str(main) or bridges.UNKNOWN
    if row["price"] >= 0 or not row["listed"] > 0 or not row["listed_before"] > 0:
        return
    facts = {"line": line, "discount": float(1 - row["net"] / row["listed"]),
             "reference_discount": float(1 - row["net_before"] / row["listed_before"])}  # fmt: skip
    yield Step("line_price", float(row["price"]), "effects", facts, "price")
    sides = (_discounts(side, main) for side in (found.now, found.before))
    both = pd.concat(dict(zip(("now", "before"), sides, strict=True)), axis=1).dropna()
    if len(both):
        more = int((both["now"] > both["before"]).sum())
        facts = {"line": line, "more": more, "customers": len(both)}
        yield Step("discounts_spread", math.nan, "effects", facts,
                   "price_all" if more > len(both) / 2 else "price_some")  # fmt: skip


def _discounts(sales: pd.DataFrame, line: str) -> pd.Series:
    rows = sales[(sales["line"].fillna("") == line) & (sales["list_amount"] > 0)]
    sums = rows.groupby("customer_id")[["amount", "list_amount"]].sum()
    return 1 - sums["amount"] / sums["list_amount"].where(sums["list_amount"] > 0)


def _volume(branch: Branch) -> Iterator[Step]:
    drivers = _drivers(branch)
    if not drivers:
        yield from _orders(branch)
        return
    first = min(drivers, key=lambda one: (one.effect, one.statement))
    yield first
    if first.statement == "funnel_step":
        reason = losses.risen(branch, first.facts)
        if reason is not None:
            yield Step(reason.statement, reason.effect, "funnel", reason.facts, "loss_reason")
        slower = losses.slower(branch, first.facts["stage"], limit=LIMIT)
        if slower is not None:
            yield Step("time_in_stage", math.nan, "funnel", slower, "time_in_stage")
    if first.statement == "deals_entered":
        yield from _activity(branch)


def _drivers(branch: Branch) -> list[Step]:
    """What passes its own test of funnel step, deals entered, size of deals won and posts."""
    case, found = branch.case, branch.found
    made = []
    table = funnel.measured(case)
    if not isinstance(table, Unavailable) and table["bottleneck"].any():
        row = table[table["bottleneck"]].iloc[0]
        names = ("stage", "next", "conversion", "reference_conversion")
        facts = {one: row[one] for one in names}
        facts |= {one: int(row[one]) for one in ("entered", "reached")}
        facts["part"] = branch.name
        made.append(Step("funnel_step", float(row["effect"]), "funnel", facts, "funnel_step"))
    others = {
        "deals_entered": volume.deals(case, found),
        "deal_size": volume.deal_size(case) if case.data.has("opportunities") else None,
        "posts": volume.capacity(case, found),
    }
    for key, cause in others.items():
        if cause is not None and cause.effect < 0:
            facts = {"part": branch.name, **cause.facts}
            made.append(Step(key, float(cause.effect), "causes", facts, key))
    return made


def _orders(branch: Branch) -> Iterator[Step]:
    """Fewer orders, or smaller ones: which of the two costs more.

    With n orders of mean value v, 1 for now and 0 for the reference, the number costs
    (n1 − n0) × (v0 + v1) ÷ 2 and the size (v1 − v0) × (n0 + n1) ÷ 2; they sum to the variance.
    """
    found = branch.found
    counts = [side["order_id"].nunique() for side in (found.now, found.before)]
    if not all(counts) or found.factor is None:
        return
    now, before = counts[0], counts[1] * found.factor
    value, value_before = found.actual / now, found.total / before
    number = (now - before) * (value + value_before) / 2
    size = (value - value_before) * (now + before) / 2
    facts = {"part": branch.name, "orders": now, "orders_before": before, "value": value,
             "value_before": value_before}  # fmt: skip
    key = "fewer_orders" if number <= size else "smaller_orders"
    yield Step(key, min(number, size), "difference", facts, key)
    if key == "fewer_orders":
        yield from _activity(branch)


def _activity(branch: Branch) -> Iterator[Step]:
    """Fewer activities than in last year's same span: by a tenth at least and beyond chance."""
    case, found = branch.case, branch.found
    if not case.data.has("activities") or found.before_start is None:
        return
    done = case.data.frame("activities")
    now = float(within(done, found.start, found.end)["count"].sum())
    before = float(within(done, found.before_start, found.before_end)["count"].sum())
    if before <= 0 or now > 0.9 * before:
        return
    if 2 * (1 - funnel.NORMAL.cdf((before - now) / math.sqrt(before + now))) >= LIMIT:
        return
    facts = {"part": branch.name, "done": now, "done_before": before, "change": now / before - 1}
    yield Step("fewer_activities", math.nan, "causes", facts, "fewer_activities")
