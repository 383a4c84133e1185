"""Proposals to hand open deals over to colleagues with free capacity: a person decides."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.track.open_deals import open_deals
from kit.track.workload import effort, workload

_YEAR = pd.Timedelta(365, "D")
_PRIOR = 20  # decided deals of the line that weigh as much as the usual win rate
_BETTER = 0.05  # of win rate that is worth telling
_LEAVES = ("gone", "leaving", "absent")
COLUMNS = (
    "opportunity_id", "customer", "amount", "stage", "from_id", "from_rep", "why", "last_day",
    "trouble", "days", "to_id", "to_rep", "because", "work", "from_load", "from_load_after",
    "to_load", "to_load_after", "from_rate", "to_rate", "line",
)  # fmt: skip


@dataclass(frozen=True)
class Reassignment:
    """Who has how much work, and which deals could change hands.

    Parameters
    ----------
    loads : DataFrame
        As `kit.track.workload.workload`.
    proposals : DataFrame
        opportunity_id, customer, amount (money), stage, from_id, from_rep, why (`gone`, `leaving`,
        `absent` or `overloaded`), last_day (of who leaves), trouble (`overdue`, `stuck`, `no_date`
        or `running`) and days, to_id and to_rep (null where nobody is free), because (`customer`:
        takes over another deal of the customer; `rate`: wins more in that line and class of
        customer; `team`: of the same team; `free`: of the region or the company; `nobody`), work,
        loads before and after (work ÷ posts; null without posts), from_rate and to_rate (win rates
        in the line and class, null where too few deals were decided), line. Those who are gone or
        leave first, then those who are absent or overloaded; by amount.
    kept : int
        Deals of overloaded or absent reps that are in trouble and stay, for the customer is theirs.
    """

    loads: pd.DataFrame
    proposals: pd.DataFrame
    kept: int


@dataclass
class _Desk:
    """The work on each rep's desk while deals are handed out."""

    work: dict[str, float]
    loads: dict[str, Any] = field(repr=False)
    taken: dict[tuple[str, str], str] = field(default_factory=dict)  # giver and customer: taker

    def load(self, rep: str, change: float = 0.0) -> float:
        posts = self.loads[rep].posts if self.loads[rep].state in ("here", "overloaded") else 0.0
        return (self.work[rep] + change) / posts if posts > 0 else np.nan

    def room(self, rep: str, work: float) -> bool:
        one = self.loads[rep]
        return one.state == "here" and self.load(rep, work) <= one.usual + 1e-9


@once
def reassignment(case: Case) -> Reassignment | Unavailable:
    """Propose which open deals could go to whom.

    Returns
    -------
    Reassignment or Unavailable
        Unavailable as `kit.track.workload.workload`.

    Notes
    -----
    All open deals of who is gone or leaving are named, with or without somebody to take them. Of
    who is absent or overloaded at the most `track.cadence.work.most` are, the largest first: only
    deals that are stuck, past their date or without one, and of customers who did not order from
    the rep on `tie_orders` occasions in the last twelve months; and of the overloaded only as many
    as bring the load down to 1 + `overload` times the usual one.

    A deal goes to a colleague who is here and whose load stays at or below the usual one with it:
    to the one who takes over another deal of the same customer; else to one of the same team before
    one of the same region (`within` says how far it may go). Among them to the one who won clearly
    more (5 points) than the giver of the deals in the same line and class of customer in the last
    twelve months, if at least `known_deals` were decided on both sides, the shares steadied by
    twenty deals at the scope's own rate; else to the one with the least load. Each proposal counts
    the ones before it as accepted.
    """
    loads = workload(case)
    if isinstance(loads, Unavailable):
        return loads
    deals = open_deals(case)
    deals = deals.assign(work=effort(case, deals), trouble=deals["reason"])
    rates = _Rates(case)
    ties = _ties(case)
    settings = case.settings.track.cadence.work
    people = {one.rep_id: one for one in loads.itertuples(index=False)}
    desk = _Desk({rep: one.work for rep, one in people.items()}, people)
    rows, kept, handed = [], 0, 0
    order = {"gone": 0, "leaving": 1, "absent": 2, "overloaded": 3}
    for deal in sorted(
        (one for one in deals.itertuples(index=False) if people[one.rep_id].state in order),
        key=lambda one: (order[people[one.rep_id].state], -one.amount if one.amount == one.amount
                         else 0.0, one.opportunity_id),
    ):  # fmt: skip
        giver = people[deal.rep_id]
        if giver.state in ("absent", "overloaded"):
            if deal.trouble == "running":
                continue
            if giver.state == "overloaded" and desk.load(giver.rep_id) <= giver.usual * (
                1 + settings.overload
            ):
                continue
            if ties.get((giver.rep_id, deal.customer_id), 0) >= settings.tie_orders:
                kept += 1
                continue
            if handed >= settings.most:
                continue
            handed += 1
        rows.append(_proposal(case, deal, giver, desk, rates))
    return Reassignment(loads, pd.DataFrame(rows, columns=list(COLUMNS)), kept)


def _proposal(case: Case, deal: Any, giver: Any, desk: _Desk, rates: _Rates) -> dict[str, Any]:
    """One deal with who could take it, and put on that one's desk."""
    taker, because = _taker(case, deal, giver, desk, rates)
    row = {
        "opportunity_id": deal.opportunity_id, "customer": deal.customer, "amount": deal.amount,
        "stage": deal.stage, "from_id": giver.rep_id, "from_rep": giver.rep, "why": giver.state,
        "last_day": giver.last_day, "trouble": deal.trouble, "days": deal.reason_days,
        "to_id": None, "to_rep": None, "because": because, "work": deal.work, "line": deal.line,
        "from_load": desk.load(giver.rep_id), "from_load_after": np.nan,
        "to_load": np.nan, "to_load_after": np.nan,
        "from_rate": rates.told(giver.rep_id, deal), "to_rate": np.nan,
    }  # fmt: skip
    if taker is None:
        return row
    row |= {"to_id": taker.rep_id, "to_rep": taker.rep, "to_load": desk.load(taker.rep_id),
            "to_rate": rates.told(taker.rep_id, deal)}  # fmt: skip
    desk.taken.setdefault((giver.rep_id, deal.customer_id), taker.rep_id)
    desk.work[giver.rep_id] -= deal.work
    desk.work[taker.rep_id] += deal.work
    return row | {
        "from_load_after": desk.load(giver.rep_id), "to_load_after": desk.load(taker.rep_id)
    }


def _taker(
    case: Case, deal: Any, giver: Any, desk: _Desk, rates: _Rates
) -> tuple[Any, str]:
    """Who could take a deal over and why that one; nobody where no colleague is free."""
    within = case.settings.track.cadence.work.within
    free = [one for one in desk.loads.values() if one.rep_id != giver.rep_id
            and desk.room(one.rep_id, deal.work)]  # fmt: skip
    before = desk.taken.get((giver.rep_id, deal.customer_id))
    for one in free:
        if one.rep_id == before:
            return one, "customer"
    for near in ("team", "region", "company"):
        some = [one for one in free if near == "company" or _same(one, giver, near)]
        if some:
            least = rates.told(giver.rep_id, deal) + _BETTER
            better = [
                one for one in some
                if rates.told(one.rep_id, deal) >= least  # false where either is unknown
            ]  # fmt: skip
            if better:
                best = max(better, key=lambda one: (rates.told(one.rep_id, deal), one.rep_id))
                return best, "rate"
            best = min(some, key=lambda one: (desk.load(one.rep_id), one.rep_id))
            return best, "team" if near == "team" else "free"
        if near == within:
            break
    return None, "nobody"


def _same(one: Any, other: Any, near: str) -> bool:
    found = getattr(one, near)
    return found is not None and found == getattr(other, near)


class _Rates:
    """How often each rep won in a line and class of customer, as known on `as_of`."""

    def __init__(self, case: Case) -> None:
        now = pd.Timestamp(case.as_of)
        rows = case.data.frame("opportunities")
        rows = rows[rows["status"].isin(["won", "lost"]) & (rows["closed_on"] > now - _YEAR)]
        rows = rows[rows["closed_on"] <= now]
        products = case.data.frame("products").drop_duplicates("product_id").set_index("product_id")
        customers = case.data.frame("customers").drop_duplicates("customer_id")
        line = rows["product_id"].map(products["line"]).fillna("")
        known = rows["customer_id"].map(customers.set_index("customer_id")["class"]).fillna("")
        won = rows["status"] == "won"
        self.usual = float(won.mean()) if len(rows) else np.nan
        each = won.groupby([rows["rep_id"], line, known]).agg(["sum", "size"])
        self.counts = {key: (int(one[0]), int(one[1])) for key, one in
                       zip(each.index, each.to_numpy(), strict=True)}  # fmt: skip
        self.fewest = case.settings.track.cadence.work.known_deals

    def told(self, rep: str, deal: Any) -> float:
        """The steadied share won; NaN where too few deals were decided."""
        line = deal.line if deal.line == deal.line else ""
        known = deal.customer_class if deal.customer_class == deal.customer_class else ""
        won, decided = self.counts.get((rep, line, known), (0, 0))
        if decided < self.fewest:
            return np.nan
        return (won + _PRIOR * self.usual) / (decided + _PRIOR)


def _ties(case: Case) -> dict[tuple[str, str], int]:
    """How many orders each customer has placed with each rep in the last twelve months."""
    sales, now = case.data.sales, pd.Timestamp(case.as_of)
    rows = sales[(sales["date"] > now - _YEAR) & (sales["date"] <= now)]
    return rows.groupby(["rep_id", "customer_id"])["order_id"].nunique().to_dict()
