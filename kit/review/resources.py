"""What the causes ask for in the next period: posts, budget, training and time, and its effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose import measures as remedies
from kit.plan.budget import Budget, budget
from kit.plan.headcount import Headcount, headcount
from kit.review.coming import ahead
from kit.review.next_target import suggest

KINDS = ("heads", "budget", "training", "time")
COLUMNS = ("resource", "cause", "subject", "measure", "text", "owner_role", "days_low",
           "days_high", "cost_low", "cost_high", "expected_low", "expected_high", "due_on",
           "facts")  # fmt: skip


@dataclass(frozen=True)
class Resources:
    """What is asked for; money where not said otherwise.

    Parameters
    ----------
    table : DataFrame
        resource (`heads`, `budget`, `training` or `time`), cause, subject, measure (key), text (the
        company's own words; may be empty), owner_role, days_low, days_high (person-days), cost_low,
        cost_high (of those days; null without `review.next.day_cost`), expected_low, expected_high
        (a period), due_on, facts. One row a confirmed cause, with the measure thought to bring
        most; by resource, then by expected effect.
    kinds : DataFrame
        resource, measures (number) and the sums of the days, costs and effects; one row a resource.
    expected_low, expected_high : float
        Of all together.
    open : int
        Causes that are not confirmed, for which nothing is asked yet.
    hires : float or None
        Full posts that must join in the first month still possible, so that the people there and
        they bring the suggested target; None where it is not known.
    posts_short : float or None
        Full posts missing over the whole period.
    hires_cost : float or None
        hires × `review.next.post_cost`.
    planned, budgeted, over : float or None
        Expenses that go with the suggested target, what is budgeted for them, and how far the plan
        lies above it in the months with a budget; None without expenses, or a budget.
    """

    table: pd.DataFrame
    kinds: pd.DataFrame
    expected_low: float
    expected_high: float
    open: int
    hires: float | None = None
    posts_short: float | None = None
    hires_cost: float | None = None
    planned: float | None = None
    budgeted: float | None = None
    over: float | None = None


@once
def asked(case: Case) -> Resources | Unavailable:
    """Gather what the confirmed causes and the suggested target ask for.

    Returns
    -------
    Resources or Unavailable
        Unavailable as `kit.diagnose.causes`, if the next target asks for nothing either.

    Notes
    -----
    The measures are those of `kit.diagnose.measures`; of alternatives against one cause only the
    one that may bring most is asked, for they win back the same money. A measure named in
    `review.next.heads` asks for posts, one in `review.next.budget` for a budget, one of the kind
    training for training days, and all others for people's time. Money is told only where the
    parameters or the expenses give it.
    """
    found = remedies.measures(case)
    needs = _needs(case)
    if isinstance(found, Unavailable):
        if not needs:
            return found
        return Resources(pd.DataFrame(columns=list(COLUMNS)), _summed(()), 0.0, 0.0, 0, **needs)
    rows = [_row(case, one) for one in best(found.table).to_dict("records")]
    rows.sort(key=lambda one: (KINDS.index(one["resource"]), -one["expected_high"], one["cause"]))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return Resources(table, _summed(rows), found.low, found.high, found.open, **needs)


def best(table: pd.DataFrame) -> pd.DataFrame:
    """Of the measures against each confirmed cause the one that may bring most."""
    known = table[table["expected_high"].notna()]
    order = known.sort_values(["expected_high", "expected_low"], ascending=False, kind="stable")
    kept = order.drop_duplicates(["cause", "subject"])
    return table.loc[[one for one in table.index if one in kept.index]]


def resource_of(case: Case, measure: str, kind: str) -> str:
    """The resource that a measure asks for, by its name or its kind."""
    rules = case.settings.review.next
    if measure in rules.heads:
        return "heads"
    if measure in rules.budget:
        return "budget"
    return "training" if kind == "training" else "time"


def _row(case: Case, one: Mapping[str, Any]) -> dict[str, Any]:
    day = case.settings.review.next.day_cost
    row = {name: one.get(name) for name in COLUMNS}
    return row | {
        "resource": resource_of(case, one["measure"], one["kind"]),
        "cost_low": None if day is None else day * one["days_low"],
        "cost_high": None if day is None else day * one["days_high"],
    }


def _summed(rows: Any) -> pd.DataFrame:
    names = ["days_low", "days_high", "cost_low", "cost_high", "expected_low", "expected_high"]
    frame = pd.DataFrame(list(rows), columns=["resource", *names])
    frame = frame.astype(dict.fromkeys(names, "float64"))
    each = frame.groupby("resource", sort=False)
    found = each[names].sum(min_count=1)
    found.insert(0, "measures", each.size())
    order = [one for one in KINDS if one in found.index]
    return found.loc[order].rename_axis("resource").reset_index()


def _needs(case: Case) -> dict[str, float | None]:
    """Posts and expenses that the suggested target itself asks for."""
    target, coming = suggest(case), ahead(case)
    if isinstance(target, Unavailable) or isinstance(coming, Unavailable):
        return {}
    found: dict[str, float | None] = {}
    staff = headcount(coming, target.target)
    if isinstance(staff, Headcount):
        hires = _known(staff.hires)
        cost = case.settings.review.next.post_cost
        known = hires is not None and cost is not None
        found |= {"hires": hires, "posts_short": _known(staff.gap),
                  "hires_cost": hires * cost if known else None}  # fmt: skip
    spent = budget(coming, target.target)
    if isinstance(spent, Budget):
        found |= {"planned": spent.planned, "budgeted": spent.budget, "over": spent.over}
    return {name: one for name, one in found.items() if one is not None}


def _known(value: float | None) -> float | None:
    return None if value is None or value != value else float(value)
