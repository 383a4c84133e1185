"""The KPI table of a scope: each figure against target, last period, last year and the best."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.data.targets import in_force
from kit.diagnose.capability import scores
from kit.diagnose.expense_return import expense_return
from kit.diagnose.productivity import productivity, seen
from kit.diagnose.reference import target_to_date
from kit.review import kpi_peers
from kit.review.kpi_found import Found
from kit.review.kpi_parts import earlier, of_children
from kit.review.kpi_sales import high_margin_lines
from kit.review.kpi_values import KPIS, values

_COLUMNS = ["kpi", "kind", "better", "value", "target", "last_period", "last_year", "best",
            "best_name", "best_of", "peers", "basis", "reason", "table", "detail"]  # fmt: skip
_SUMS = ("revenue",)
_OF_CUSTOMERS = ("repeat_rate", "customers_kept")
_FLOATS = ["value", "target", "last_period", "last_year", "best", "peers"]


@once
def kpis(case: Case) -> pd.DataFrame | Unavailable:
    """Every KPI of the scope in the period so far, beside what it can be held against.

    Returns
    -------
    DataFrame or Unavailable
        - kpi (key), kind (money, percent, signed_percent, days, number, multiple), better (`up` or
          `down`), value; `kit.review.kpi_values.values` says how each is made;
        - target: revenue due by now; growth, margin rate and productivity that the targets imply;
          of satisfaction the goal or the required score; of the cover `track.coverage`; of the
          expense ratio the budget ÷ the target of a period that is over; null for the others;
        - last_period, last_year: at the same point, after as many working days, with what was known
          then;
        - best, best_of, best_name: of the scope's direct parts the best one (`part`) where two or
          more have the figure; else of anonymous peers the upper quartile (`upper_quartile`, five
          or more) or the figure of all together (`peers_mean`, three or more), without a name;
          peers (how many of them);
        - basis (of the cover: `next_target` or `this_target`), and of a figure that cannot be known
          reason with detail, or the table that is missing; detail of the share of high-margin lines
          is the tuple of these lines.

        Unavailable before the period begins (`not_started`).

    Notes
    -----
    A part competes for the best with a rate of `review.scorecard.least_rows` deals or customers or
    more. Where parts share customers, who buys from a colleague is lost to one of them alone: of
    the customers kept and the repeat rate no best is named that lies below the whole's. High-margin
    lines are those of the scope today, for its parts and earlier periods too.
    """
    if seen(case) is None:
        return Unavailable(reason="not_started", detail=str(case.as_of))
    lines = high_margin_lines(case)
    now = values(case, lines)
    past = {
        name: {} if one is None else values(one, lines) for name, one in earlier(case).items()
    }
    parts = {name: values(one, lines) for name, one in of_children(case).items()}
    goals = _targets(case, now)
    rows = []
    for name, kpi in KPIS.items():
        found = now[name]
        known = isinstance(found, Found)
        best, best_name, best_of, peers = _best(case, name, parts, _value(found))
        rows.append(
            {
                "kpi": name, "kind": kpi.kind, "better": kpi.better, "value": _value(found),
                "target": goals.get(name), "best": best, "best_name": best_name,
                "best_of": best_of, "peers": peers,
                "basis": found.basis or None if known else None,
                "reason": None if known or found.table else found.reason,
                "table": None if known else found.table or None,
                "detail": _detail(name, found, lines),
                **{when: _value(one.get(name)) for when, one in past.items()},
            }
        )  # fmt: skip
    table = pd.DataFrame(rows, columns=_COLUMNS)
    return table.astype(dict.fromkeys(_FLOATS, "float64"))


def _detail(name: str, found: object, lines: tuple[str, ...]) -> object:
    if isinstance(found, Found):
        return lines if name == "high_margin_share" else None
    return found.detail or None


def _value(found: object) -> float:
    value = found.value if isinstance(found, Found) else np.nan
    return value if np.isfinite(value) else np.nan


def _best(
    case: Case, name: str, parts: dict, whole: float
) -> tuple[float, str | None, str | None, float]:
    least = case.settings.review.scorecard.least_rows
    told = [
        (one[name].value, part)
        for part, one in parts.items()
        if isinstance(one[name], Found) and np.isfinite(one[name].value)
        and (one[name].rows is None or one[name].rows >= least)
    ]  # fmt: skip
    if len(told) >= 2:
        sign = 1 if KPIS[name].better == "up" else -1
        value, part = max(told, key=lambda one: sign * one[0])
        if name in _SUMS or value == 0:  # the largest part is not the best one
            return np.nan, None, None, np.nan
        if name in _OF_CUSTOMERS and sign * value < sign * whole:
            return np.nan, None, None, np.nan
        return value, part, "part", np.nan
    if len(parts) >= 2:
        return np.nan, None, None, np.nan
    return _anonymous(case, name)


def _anonymous(case: Case, name: str) -> tuple[float, None, str | None, float]:
    peers = kpi_peers.sums(case)
    many = float(peers["peers"].min()) if len(peers) else np.nan
    if name == "revenue" and "bookings" in peers.index:
        high = peers.at["bookings", "high"]
        if pd.notna(high):
            return float(high), None, "upper_quartile", many
        return float(peers.at["bookings", "mean"]), None, "peers_mean", many
    rates = {"margin_rate": kpi_peers.margin_rate, "win_rate_count": kpi_peers.win_rate}
    value = rates[name](case) if name in rates else np.nan
    return (value, None, "peers_mean", many) if np.isfinite(value) else (np.nan, None, None, np.nan)


def _targets(case: Case, now: dict) -> dict[str, float]:
    """The targets of those KPIs that have one, or that the targets imply."""
    found = {"coverage_next": case.settings.track.coverage, "satisfaction": _wanted_score(case)}
    goal, margin = in_force(case), in_force(case, measure="margin")
    due = target_to_date(case, goal)
    if goal is None or due is None:
        return found
    found["revenue"] = due
    growth, revenue = now["growth"], now["revenue"]
    if isinstance(growth, Found) and revenue.value > 0 and growth.value > -1:
        found["growth"] = due / (revenue.value / (1 + growth.value)) - 1
    if margin is not None and goal > 0:
        found["margin_rate"] = margin / goal
    full = productivity(case)
    if not isinstance(full, Unavailable) and full.posts > 0:
        found["productivity"] = due / full.posts
    spent = expense_return(case)
    if case.closed and goal > 0 and not isinstance(spent, Unavailable):
        months = len(case.calendar.parts(case.period, "month"))
        if len(spent.months) == months:
            found["expense_ratio"] = float(spent.whole["budget"]) / goal
    return found


def _wanted_score(case: Case) -> float:
    """The goal or the required score of the dimensions that customers score; null without any."""
    rows = scores(case)
    if isinstance(rows, Unavailable):
        return np.nan
    asked = sorted(set(rows.loc[rows["source"] == "customer", "dimension"]))
    people = case.settings.diagnose.people
    goals = {
        one.measure: one.target
        for one in case.settings.targets.goals
        if one.scope in ("", str(case.scope)) and one.target is not None
    }
    wanted = [
        goals.get(one, people.required_scores.get(one, people.required_score)) for one in asked
    ]
    return float(np.mean(wanted)) if wanted else np.nan
