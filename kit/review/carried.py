"""Actions on record: what is carried over, closed or dropped, and what each brought."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from kit.data import actions as on_record
from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.errors import UnknownPeriodError
from kit.review import action_surroundings as surroundings
from kit.review.action_effect import Effect, effect, measure_of, started, unit_of

COLUMNS = (
    "action_id", "scope", "period", "cause", "action", "owner", "due_on", "status", "outcome",
    "stage", "reason", "expected_effect", "measured_effect", "measure", "unit", "started_on",
    "effect", "low", "high", "months", "against", "verdict", "why", "detail", "known_on", "shared",
    "events", "causes", "said",
)  # fmt: skip
_OUTCOMES = {"done": "closed", "dropped": "dropped"}
_RUNNING = ("too_early", "not_started", "unknown")


@once
def carried(case: Case) -> pd.DataFrame | Unavailable:
    """Actions on record of the scope and of the scopes below it, with what each brought.

    Returns
    -------
    DataFrame or Unavailable
        action_id, scope, period, cause, action, owner, due_on; status (`open`, `in progress`,
        `overdue` where it is not closed and its due day lies before `as_of`, `done`, `dropped`);
        outcome (`carried`: not closed, so it goes on; `closed`; `dropped`); stage (`plan`: not
        begun; `do`: begun; `check`: done or begun long enough ago to be measured; `act`: measured
        and done, or dropped: decide what follows); reason; expected_effect and measured_effect
        (money a period, as people gave them); measure, unit, started_on, effect, low, high, months,
        against, verdict, why, detail, known_on (see `kit.review.action_effect.Effect`); shared
        (ids that share the same effect), events and causes (what else went on, see
        `kit.review.action_surroundings`); said (the status as written, where it is no known
        word). Those not closed first, by due day. Nothing that is not done or dropped is left out,
        whatever its period, owner or day; done and dropped ones are shown where they were decided,
        due or closed in the period before or this one. Unavailable without the table.

    Notes
    -----
    A rep sees the own actions; a team also its reps', a region its teams' and reps' (of a rep who
    moved see `kit.data.actions.shown`), the company all. The newest row of an action known on
    `as_of` counts (`kit.data.actions`). Effects are computed for the
    `settings.review.actions.measured` actions that began last; those of scopes further below stand
    in their own packets.
    """
    if not case.data.has("actions"):
        return Unavailable(table="actions")
    table = on_record.shown(case)
    is_open = ~table["state"].isin(on_record.CLOSED)
    table = table[is_open | _recent(case, table)]
    rows = table.to_dict("records")
    effects = _effects(case, rows)
    shared = surroundings.sharing(
        effects, {one["action_id"]: one["scope"] for one in rows}, own=case.scope
    )
    told = [
        _row(case, one, effects[one["action_id"]], shared.get(one["action_id"], ()))
        for one in rows
    ]
    found = pd.DataFrame(told, columns=[*COLUMNS, "_closed"])
    for name in ("due_on", "started_on", "known_on"):
        found[name] = pd.to_datetime(found[name])
    order = ["_closed", "due_on", "action_id"]
    found = found.sort_values(order, kind="stable", na_position="last")
    return found[list(COLUMNS)].reset_index(drop=True)


def _effects(case: Case, rows: list[dict[str, Any]]) -> dict[str, Effect]:
    """The effect of each action; of those that began long ago, that it was not looked at."""
    begun = {one["action_id"]: started(one) for one in rows}
    known = [name for name, day in begun.items() if day is not None and day <= case.as_of]
    known.sort(key=lambda name: (begun[name], name), reverse=True)
    looked = set(known[: case.settings.review.actions.measured])
    found = {}
    for one in rows:
        name = one["action_id"]
        if name in known and name not in looked and one["state"] != "dropped":
            measure = measure_of(one["measure"])
            found[name] = Effect(measure, unit_of(measure), begun[name], why="not_looked_at")
        else:
            found[name] = effect(case, one)
    return found


def _row(
    case: Case, one: dict[str, Any], found: Effect, shared: tuple[str, ...]
) -> dict[str, Any]:
    state, due = one["state"], one["due_on"]
    closed = state in on_record.CLOSED
    late = not closed and not pd.isna(due) and due < pd.Timestamp(case.as_of)
    measured = bool(found.months)
    return {
        **one,
        "status": "overdue" if late else state,
        "outcome": _OUTCOMES.get(state, "carried"),
        "stage": _stage(one, found, case),
        "measure": found.measure, "unit": found.unit, "started_on": found.start,
        "effect": found.effect, "low": found.low, "high": found.high, "months": found.months,
        "against": found.against, "verdict": found.verdict, "why": found.why,
        "detail": found.detail, "known_on": found.known_on, "shared": shared,
        "events": surroundings.events(case, found, scope=one["scope"]) if measured else (),
        "causes": surroundings.reasons(case, found, one) if measured else (),
        "said": None if one["known"] else one["status"],
        "_closed": closed,
    }  # fmt: skip


def _stage(one: dict[str, Any], found: Effect, case: Case) -> str:
    """Where an action stands in plan, do, check, act."""
    judged = found.verdict not in _RUNNING or not pd.isna(one["measured_effect"])
    if one["state"] == "dropped" or (one["state"] == "done" and judged):
        return "act"
    if one["state"] == "done" or judged:
        return "check"
    begun = found.start is not None and found.start <= case.as_of
    return "do" if begun or one["state"] == "in progress" else "plan"


def _recent(case: Case, table: pd.DataFrame) -> np.ndarray:
    """Whether an action was decided, due or recorded in the period before, or later."""
    names, since = {case.period.name}, pd.Timestamp(case.period.start)
    try:
        before = case.calendar.previous(case.period)
        names, since = names | {before.name}, pd.Timestamp(before.start)
    except UnknownPeriodError:
        pass
    found = table["period"].isin(names)
    for name in ("due_on", "recorded_on"):
        found |= table[name] >= since
    return found.to_numpy(dtype=bool)
