"""Customers won and lost: who left beyond the ordinary coming and going."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.diagnose import bridges, customers, effects
from kit.diagnose.catalogue import CONFIRMED, LIKELY, Cause
from kit.diagnose.reference import reference
from kit.diagnose.usual_change import FEWEST, ceiling, earlier

FLOOR = 0.02  # share of the reference, where too few came or went before to say what is usual


@dataclass(frozen=True)
class Turnover:
    """Customers lost, or new, of a period.

    Parameters
    ----------
    moved : Series
        Money by customer_id, as a share of the reference: above zero also for those lost.
    past : tuple of Series
        The same of earlier periods, the latest first; shares of their own year before.
    """

    moved: pd.Series
    past: tuple[pd.Series, ...]


def beyond(found: Turnover) -> tuple[list[str], list[str], bool]:
    """Which customers are more than what usually comes and goes.

    Parameters
    ----------
    found : Turnover

    Returns
    -------
    tuple
        Customers who are unusual each by themselves, largest first; all others, if their sum is
        unusual, else none; and whether there is a past of four periods to judge by.

    Notes
    -----
    A customer is unusual beyond what the largest one of a period reaches with a chance of 1 %
    (`kit.diagnose.usual_change.ceiling` of the earlier periods' largest, in which the customers in
    question are left out, for a loss of last quarter is the same loss). Where fewer than four
    earlier periods had any, it must also be 2 % of the reference. Of the others the sum is held
    against the sums of the earlier periods in the same way. Without a past all are named.

    Examples
    --------
    >>> sizes = (0.01, 0.012, 0.008, 0.01)
    >>> past = tuple(pd.Series({f"old{n}": size}) for n, size in enumerate(sizes))
    >>> beyond(Turnover(pd.Series({"big": 0.06, "small": 0.009}), past))
    (['big'], [], True)
    """
    ordered = found.moved.sort_values(ascending=False, kind="stable")
    if len(found.past) < FEWEST:
        return list(ordered.index), [], False
    others = [one.drop(found.moved.index, errors="ignore") for one in found.past]
    level = ceiling([float(one.max()) if len(one) else 0.0 for one in others])
    if sum(len(one) > 0 for one in others) < FEWEST:
        level = max(level, FLOOR)
    single = list(ordered.index[ordered > level])
    rest = ordered.drop(single)
    sums = [float(one.drop(single, errors="ignore").sum()) for one in found.past]
    unusual = len(rest) > 0 and float(rest.sum()) > max(ceiling(sums), level)
    return single, list(rest.index) if unusual else [], True


def named(case: Case, *, least: float) -> tuple[list[Cause], set[str]]:
    """Causes of customers lost and new beyond the usual, and the ids of all that stand in them.

    Parameters
    ----------
    case : Case
        With a last year.
    least : float
        Money below which a customer is not named.

    Notes
    -----
    The `settings.diagnose.largest` largest stand by name, the rest are gathered, also those who are
    unusual only together. In a team or a rep's scope a lost one is `gone_customer`, for a colleague
    may have taken it over, and no more than likely; beside them stand, as `arrived_customers`,
    those who bought elsewhere before. Of a rep who moved, those who last ordered before the move
    stay behind: they are gathered as `handed_over`.
    """
    found = reference(case)
    names = bridges.customer_names(found)
    wide = case.scope.kind in ("company", "region")
    keys = {"lost": "lost_customer" if wide else "gone_customer", "new": "new_customer"}
    table, made, apart = effects.statuses(case), [], set()
    before = bridges.sums(found.before, "customer_id") * found.factor
    now = bridges.sums(found.now, "customer_id")
    behind, move = _behind(case, table)
    effect = float(sum(now.get(one, 0.0) - before.get(one, 0.0) for one in behind))
    if -effect >= least:
        made.append(Cause("handed_over", "", effect, move | {"count": len(behind)}))
        apart |= behind
    for status, cause in keys.items():
        sign = -1 if status == "lost" else 1
        single, together, tested = beyond(_turnover(case, status))
        single, together = ([one for one in some if one not in apart]
                            for some in (single, together))  # fmt: skip
        known = LIKELY if not tested or cause == "gone_customer" else CONFIRMED
        singles = []
        for one in single:
            held, brought = float(before.get(one, 0.0)), float(now.get(one, 0.0))
            if (brought - held) * sign < least:
                continue
            name, row = names.get(one, one), table.loc[one]
            facts = {"customer_id": one, "customer": name, "reference": held, "actual": brought,
                     "when": row["last"] if status == "lost" else row["first"]}  # fmt: skip
            singles.append(Cause(cause, name, brought - held, facts, confidence=known))
        singles.sort(key=lambda one: (-abs(one.effect), one.facts["customer_id"]))
        most = case.settings.diagnose.largest
        rest = [one.facts["customer_id"] for one in singles[most:]] + together
        effect = sum(float(now.get(one, 0.0) - before.get(one, 0.0)) for one in rest)
        made += singles[:most]
        apart |= {one.facts["customer_id"] for one in singles[:most]}
        if rest and effect * sign >= least:
            evidence = f"{cause}s" if singles else f"{cause}s_together"
            facts = {"count": len(rest)}
            made.append(Cause(f"{cause}s", "", effect, facts, evidence, confidence=known))
            apart |= set(rest)
    arrived = [] if wide else _arrived(case, set(table.index[table["status"] == "new"]))
    effect = float(sum(now.get(one, 0.0) for one in arrived))
    if effect >= least:
        facts = {"count": len(arrived)}
        made.append(Cause("arrived_customers", "", effect, facts, confidence=LIKELY))
        apart |= set(arrived)
    return made, apart


def _behind(case: Case, table: pd.DataFrame) -> tuple[set[str], dict[str, Any]]:
    """Customers of a rep who moved that last ordered before the move, and the move itself."""
    if case.scope.kind != "rep":
        return set(), {}
    roster = case.data.frame("roster")
    rows = roster[(roster["rep_id"] == case.scope.id)
                  & (roster["valid_from"] <= pd.Timestamp(case.as_of))]  # fmt: skip
    places = rows.sort_values("valid_from")[["valid_from", "region", "team"]]
    if len(places) < 2:
        return set(), {}
    last, former = places.iloc[-1], places.iloc[-2]
    kind = "region" if last["region"] != former["region"] else "team"
    if last[kind] == former[kind] or pd.isna(last[kind]) or pd.isna(former[kind]):
        return set(), {}
    lost = table.index[(table["status"] == "lost") & (table["last"] < last["valid_from"])]
    return set(lost), {"when": last["valid_from"], "from": former[kind], "to": last[kind]}


def _arrived(case: Case, new: set[str]) -> list[str]:
    """Customers of the period who first bought in the scope after last year's span, and not new."""
    found, sales = reference(case), case.data.sales
    first = sales.loc[sales["amount"] > 0].groupby("customer_id")["date"].min()
    late = first.index[first > pd.Timestamp(found.before_end) + pd.Timedelta(days=1)]
    return sorted(set(late) & set(found.now["customer_id"].dropna()) - new)


def _turnover(case: Case, status: str) -> Turnover:
    found = reference(case)
    held = bridges.sums(found.before, "customer_id") * found.factor
    now = bridges.sums(found.now, "customer_id")
    labels = effects.statuses(case)["status"]
    moved = _moved(labels, now, held, status=status, whole=found.total)
    past = [
        _moved(labels, now, held, status=status, whole=whole)
        for labels, now, held, whole in _earlier(case)
    ]
    return Turnover(moved, tuple(past))


def _moved(
    labels: pd.Series, now: pd.Series, held: pd.Series, *, status: str, whole: float
) -> pd.Series:
    some = labels.index[labels == status]
    moved = (now.reindex(some).fillna(0.0) - held.reindex(some).fillna(0.0)) / (abs(whole) or 1.0)
    moved = moved.astype(float) * (-1 if status == "lost" else 1)
    return moved[moved > 0]


@once
def _earlier(case: Case) -> Sequence[tuple[pd.Series, pd.Series, pd.Series, float]]:
    """Of each earlier period: status by customer, money then and in its year before, and whole."""
    sales = case.data.sales
    sales = sales[sales["date"] < pd.Timestamp(case.period.start)]
    made, one = [], case.period
    for now, before in earlier(case, sales["date"]):
        one = case.calendar.previous(one)
        sides = [bridges.sums(sales.iloc[rows], "customer_id") for rows in (now, before)]
        table = customers.status(
            sales, sides[1], end=one.end, before_end=case.calendar.year_ago(one).end
        )
        whole = float(sales["amount"].to_numpy()[before].sum())
        made.append((table["status"], *sides, whole))
    return tuple(made) if np.all([len(one[1]) for one in made]) else ()
