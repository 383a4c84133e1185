"""The rows of a payout that are no commission: prizes, clawback and guarantee."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kit.data.case import Case
from kit.review.clawbacks import clawback
from kit.review.credited import Stint
from kit.review.guarantee import guaranteed
from kit.review.prizes import Entry, places
from kit.settings.incentives import PRIZES, Component

_NOT_SET = ("no_quota", "no_team", "no_team_target")  # nothing to earn it by, so nothing is earned

COLUMNS = ["rep_id", "rep", "plan", "component", "kind", "measure", "team", "region", "start",
           "end", "quota", "credited", "attainment", "tier", "rate", "by_rate", "pay", "low",
           "high", "held", "place", "note"]  # fmt: skip


def prizes(case: Case, held: tuple) -> list[dict[str, Any]]:
    """A row each stint and prize of its plan."""
    entries = [
        Entry(stint, name, plan, part, component)
        for stint, name, plan in held
        for part, component in plan.components.items() if component.kind in PRIZES
    ]  # fmt: skip
    found = places(case, entries)
    return [
        blank(one.stint, one.plan_name, one.name, one.component)
        | {
            "attainment": None if found[one].attainment is None else float(found[one].attainment),
            "pay": found[one].pay, "low": found[one].pay, "high": found[one].pay,
            "place": found[one].place, "note": found[one].note,
        }
        for one in entries
    ]  # fmt: skip


def taken_back(case: Case, held: tuple) -> list[dict[str, Any]]:
    """A row each rep from whom something is taken back, under the plan of the last stint."""
    last = {stint.rep_id: (stint, name, plan) for stint, name, plan in held}
    found = []
    for stint, name, _ in last.values():
        back = clawback(case, stint.rep_id, plan=name)
        if not back.credit and back.known:
            continue
        pay = -back.amount if back.known else None
        note = "no_earlier_quota" if not back.known else "restored" if back.amount < 0 else ""
        found.append(blank(stint, name, "clawback", None, kind="clawback")
                     | {"credited": -back.credit, "pay": pay, "low": pay, "high": pay,
                        "note": note})  # fmt: skip
    return found


def topped_up(
    case: Case, held: tuple, rows: list[dict[str, Any]], *, unit: Decimal
) -> list[dict[str, Any]]:
    """A row each newcomer's stint with what is missing to the guaranteed pay.

    A part for which no quota or target is set earns nothing, so that it is topped up in full. Of
    any other part that is not known the top-up is not known either (its note says why), but 0 where
    what is known reaches the guarantee alone: no part is below 0.
    """
    found = []
    for stint, name, plan in held:
        least = guaranteed(case, stint, plan=plan)
        if not least:
            continue
        own = [one for one in rows if (one["rep_id"], one["start"]) == (stint.rep_id, stint.start)
               and one["kind"] not in ("clawback", *PRIZES)]  # fmt: skip
        made = blank(stint, name, "guarantee", None, kind="guarantee")
        earns = [one for one in own if one["note"] not in _NOT_SET]
        waiting = sum((one["held"] or Decimal(0) for one in earns), Decimal(0))
        for column in ("pay", "low", "high"):
            known = [one[column] for one in earns if one[column] is not None]
            lacking = max(least - sum(known, Decimal(0)) - waiting, Decimal(0).quantize(unit))
            made[column] = lacking if len(known) == len(earns) or not lacking else None
        if made["pay"] is None:
            made["note"] = next(one["note"] for one in earns if one["pay"] is None)
        found.append(made)
    return found


def of_other_periods(held: tuple) -> list[dict[str, Any]]:
    """A row, with nothing known, each stint and component of plans for another kind of period."""
    return [
        blank(stint, name, part, component) | {"note": "other_pay_period"}
        for stint, name, plan in held for part, component in plan.components.items()
    ]  # fmt: skip


def blank(
    stint: Stint, name: str, part: str, component: Component | None, *, kind: str = ""
) -> dict[str, Any]:
    """A row that says whose it is and what it is for, with nothing known yet."""
    return dict.fromkeys(COLUMNS) | {
        "rep_id": stint.rep_id, "rep": stint.rep, "plan": name, "component": part,
        "kind": component.kind if component else kind,
        "measure": component.measure if component else None, "team": stint.team,
        "region": stint.region,
        "by_rate": bool(component and component.paid_by_rate), "start": stint.start,
        "end": stint.end, "note": "",
    }  # fmt: skip
