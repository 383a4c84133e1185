"""What a part carries of its target within a scope, and what of it is due."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd

from kit.data.case import Case
from kit.data.targets import in_force
from kit.plan import schedule
from kit.plan.units import fine_unit, to_unit
from kit.track.changes import due_on
from kit.track.parts import Part, part_case
from kit.track.stays import on_roster


def target_of(case: Case, part: Part, *, measure: str = "bookings") -> tuple[float | None, float]:
    """A part's target within the case's scope, and what of it is due by `as_of`.

    Parameters
    ----------
    case : Case
        That of the scope.
    part : Part
    measure : str

    Returns
    -------
    (float or None, float)
        In the measure's unit; None is no target, then NaN is due.

    Notes
    -----
    Of a rep who moved within the period, each scope has what the rep's cumulated target grew by
    while the rep was there: due(last day there) − due(day before the first), each by the version
    that counted on that day, whole units as `kit.plan.transfer` parts them; the last scope has the
    rest. So the scopes' parts sum to the rep's target, and a transfer's two sides agree. Where the
    scope's own target is rolled up from its reps, it is the share of the rep's working days there
    instead, by which it was rolled up (see `kit.data.presence.presence`).
    """
    child = part_case(case, part, measure=measure)
    target = in_force(case, scope=part.scope, measure=measure)
    if target is None or not part.moved:
        return target, due_on(child, case.as_of, measure=measure)
    if _rolled_up(case, measure=measure):
        goal = target * _share(case, part)
        due = schedule.due(child, goal, measure=measure) if goal else None
        if case.as_of < case.period.start or due is None:
            return goal, 0.0
        return goal, float(due.loc[pd.Timestamp(min(case.as_of, case.period.end))])
    goal = due = 0.0
    for start, end in part.stays:
        before = _reached(child, start - dt.timedelta(1), measure=measure)
        goal += _reached(child, end, measure=measure) - before
        if start <= case.as_of:
            last = min(end, case.as_of)
            exact = due_on(child, last, measure=measure)
            over = last == end
            due += (_reached(child, end, measure=measure) if over else exact) - before
    return round(goal, 9), round(due, 9)


def _reached(case: Case, day: dt.date, *, measure: str) -> float:
    """A rep's cumulated target at the end of a day, in whole units; of the latest version ahead."""
    if day < case.period.start:
        return 0.0
    target = in_force(case, measure=measure, as_of=min(day, case.as_of)) or 0.0
    if day >= case.period.end or not target:
        return float(target)
    unit = fine_unit(target, parts=2, unit=case.settings.targets.unit)
    due = schedule.due(case, target, measure=measure).loc[[pd.Timestamp(day)]].to_numpy()
    return min(float(to_unit(due, unit)[0]), target)


def _rolled_up(case: Case, *, measure: str) -> bool:
    """Whether the scope's target is the sum of its reps'."""
    if case.scope.kind not in case.settings.targets.roll_up:
        return False
    settings = case.settings.targets.model_copy(update={"roll_up": ()})
    alone = replace(case, settings=case.settings.model_copy(update={"targets": settings}))
    return in_force(alone, measure=measure) is None


def _share(case: Case, part: Part) -> float:
    """Working days of a rep in the scope ÷ those on the roster, within the period."""
    count = case.calendar.working_days
    every = on_roster(case, part.scope)
    worked = sum(count(*one) for one in every)
    if worked:
        return sum(count(*one) for one in part.stays) / worked
    days = [sum((end - start).days + 1 for start, end in some) for some in (part.stays, every)]
    return days[0] / days[1]
