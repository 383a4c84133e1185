"""The eight usual obstacles: which the data confirm, which refute, which they cannot see."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import pandas as pd

from kit.data import targets, territory
from kit.data.case import Case
from kit.data.measures import daily
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose import deal_obstacles, effects, verdicts
from kit.diagnose.reference import reference, within
from kit.diagnose.verdicts import CONFIRMED, REFUTED, UNDECIDED, Measured, Row
from kit.scope import Scope

COLUMNS = ("obstacle", "verdict", "value", "low", "high", "threshold", "power", "needed", "unit",
           "rule", "doubt", "why", "section", "facts")  # fmt: skip
_PERIOD = 366.0  # days of orders before last year's span without which a customer may not be new


@once
def obstacles(case: Case) -> pd.DataFrame:
    """Confirm or refute each of the eight usual obstacles, or say that the data cannot.

    Returns
    -------
    DataFrame
        obstacle (unclear_need, slow_process, competition, missing_tracking, uneven_team,
        customer_loss, supply, market_entry), verdict (`confirmed`, `refuted`, `too_few` or
        `no_data`), value with low and high (null where it is a count of all, or not known),
        threshold, power (chance that a change as large as the threshold would have been seen; null
        where nothing is sampled), needed (the power below which nothing is refuted), unit
        (`points`, `percent` or `multiple`), rule (key of the sentence that says what decides),
        doubt (where it is `too_few`: as `kit.diagnose.verdicts.doubt`, or `handed_over`), why (key
        of the reason where there is no data, or name of the missing table), section, facts.

    Notes
    -----
    A rise is held against the twelve months before the period (new customers: last year's same
    span). `kit.diagnose.verdicts.decide` says what an interval decides: nothing is refuted that so
    little data could not have shown. Customers lost are counted in full and have no interval.
    Loss reasons speak only where reasons of the kind were ever recorded. All thresholds are
    `settings.diagnose.obstacles`.
    """
    rows = [{"obstacle": name, **judge(case)} for name, judge in _JUDGES.items()]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _uneven_team(case: Case) -> Row:
    if case.scope.kind == "rep":
        return verdicts.no_data("uneven", "own_rows_only")
    roster, end = territory.reps(case), min(case.as_of, case.period.end)
    whole = roster["active_from"] <= pd.Timestamp(case.period.start)
    roster = roster[whole & (roster["active_to"] >= pd.Timestamp(end))]
    goals = [targets.in_force(case, scope=Scope("rep", one)) for one in roster["rep_id"]]
    goal = pd.Series(goals, index=roster["rep_id"].astype(object), dtype=float)
    rows = within(case.data.sales, case.period.start, end)
    sold = rows.groupby(rows["rep_id"].astype(object))["amount"].sum().reindex(goal.index)
    known = goal > 0
    shares = (sold.fillna(0.0) / goal)[known].sort_index().to_numpy()
    options = case.settings.diagnose.obstacles
    if not known.any():
        return verdicts.no_data("uneven", "no_rep_targets")
    if len(shares) < options.fewest_reps:
        return verdicts.row(None, UNDECIDED, "uneven", "standing", threshold=options.uneven,
                    unit="multiple", facts={"reps": len(shares)})  # fmt: skip
    found = verdicts.uneven(shares, level=options.level, seed=case.settings.seed)
    verdict = verdicts.decide(found, options.uneven, nothing=1.0)
    facts = {"reps": len(shares)}
    return verdicts.row(found, verdict, "uneven", "standing", threshold=options.uneven,
                unit="multiple", nothing=1.0, facts=facts)  # fmt: skip


def _customer_loss(case: Case) -> Row:
    found = reference(case)
    if isinstance(found, Unavailable) or found.factor is None or found.total <= 0:
        return verdicts.no_data("customer_loss", "no_last_year_to_compare")
    held = found.before.groupby("customer_id")["amount"].sum() * found.factor
    if held.empty:
        return verdicts.no_data("customer_loss", "no_customers_named")
    table = effects.statuses(case)
    lost = table.index[table["status"] == "lost"]
    gone = held.reindex(lost).fillna(0.0)
    options = case.settings.diagnose.obstacles
    value = float(gone.sum()) / found.total
    facts = {"count": len(lost), "customers": len(held), "money": -float(gone.sum())}
    enough = len(held) >= options.fewest_customers
    wide = case.scope.kind in ("company", "region")
    verdict = REFUTED if enough else UNDECIDED
    if value >= options.customers_lost:
        verdict = CONFIRMED if wide else UNDECIDED  # a team's or a rep's may have been handed over
    handed = verdict == UNDECIDED and value >= options.customers_lost
    return verdicts.row(Measured(value, math.nan, math.nan), verdict,
                "customer_loss" if wide else "customer_gone", "causes",
                threshold=options.customers_lost, unit="percent", facts=facts,
                **({"doubt": "handed_over"} if handed else {}))  # fmt: skip


def _market_entry(case: Case) -> Row:
    found = reference(case)
    if isinstance(found, Unavailable) or found.before_start is None:
        return verdicts.no_data("market_entry", "no_last_year_to_compare")
    sales = case.data.sales
    first = sales["date"].min() if len(sales) else pd.NaT
    known = sales["customer_since"].notna().any()
    early = (pd.Timestamp(found.before_start) - first).days if not pd.isna(first) else 0
    if not known and early < _PERIOD:
        return verdicts.no_data("market_entry", "new_customers_unknown")
    spans = (found.start, found.end), (found.before_start, found.before_end)
    counts = [
        int(daily(case, measure="new_customers", start=start, end=end).sum())
        for start, end in spans
    ]
    options = case.settings.diagnose.obstacles
    fell = verdicts.fewer(*counts, level=options.level, threshold=options.fewer_new)
    verdict = verdicts.decide(fell, options.fewer_new)
    facts = {"new": counts[0], "new_before": counts[1]}
    return verdicts.row(fell, verdict, "market_entry", "causes", threshold=options.fewer_new,
                unit="percent", facts=facts)  # fmt: skip


_JUDGES: Mapping[str, Callable[[Case], Row]] = MappingProxyType(
    {
        "unclear_need": deal_obstacles.unclear_need,
        "slow_process": deal_obstacles.slow_process,
        "competition": deal_obstacles.competition,
        "missing_tracking": deal_obstacles.missing_tracking,
        "uneven_team": _uneven_team,
        "customer_loss": _customer_loss,
        "supply": deal_obstacles.supply,
        "market_entry": _market_entry,
    }
)
