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
    """A row each newcomer's stint with what is missing to the guaranteed pay."""
    found = []
    for stint, name, plan in held:
        least = guaranteed(case, stint, plan=plan)
        if not least:
            continue
        own = [one for one in rows if (one["rep_id"], one["start"]) == (stint.rep_id, stint.start)
               and one["kind"] not in ("clawback", *PRIZES)]  # fmt: skip
        made = blank(stint, name, "guarantee", None, kind="guarantee")
        for column in ("pay", "low", "high"):
            paid = sum((one[column] or Decimal(0) for one in own), Decimal(0))
            waiting = sum((one["held"] or Decimal(0) for one in own), Decimal(0))
            made[column] = max(least - paid - waiting, Decimal(0).quantize(unit))
        found.append(made)
    return found


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
