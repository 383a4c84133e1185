"""Improvement plans: for whom one is proposed, what speaks against it, support, and how it ends."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from kit.data import targets
from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.data.territory import rep_names
from kit.errors import UnknownPeriodError
from kit.review import circumstances, misses, support, work_levels
from kit.review.actions import next_working_day
from kit.review.posts_held import held
from kit.scope import Scope

ROLE = "sales_manager"
_COLUMNS = ["scope", "rep_id", "rep", "in_row", "since", "attainment", "shortfall", "proposed",
            "speaks_against", "unseen", "start", "end", "checks", "support", "exit", "owner",
            "owner_role"]  # fmt: skip
_ACTIONS = ["action_id", "cause", "subject", "action", "owner", "owner_role", "due_on", "effect",
            "facts"]  # fmt: skip


@once
def plans(case: Case) -> pd.DataFrame | Unavailable:
    """One row for each rep with as many misses in a row as `settings.review.people.pip_after`.

    Returns
    -------
    DataFrame or Unavailable
        scope, rep_id, rep, in_row, since (first period missed), attainment, shortfall (money over
        the row), proposed (no strong circumstance that is known here speaks against it),
        speaks_against (tuple of `kit.review.circumstances.Circumstance`, the strong first), unseen
        (circumstances this scope cannot know of; only in a rep's own), start, end (of the plan),
        checks (tuple of days on which it is talked about, the last at the end), support (tuple of
        `kit.review.support.Support`), exit (tuple of dict; see `criteria`), owner (the manager's
        name, null where the roster names none), owner_role. The longest row first; no rows where
        nobody is concerned. Unavailable as `kit.review.misses.misses`.

    Notes
    -----
    The plan begins on the next working day after `as_of` and takes `pip_days`, with a talk every
    `pip_check_days`. It is a proposal for a talk: what the data do not know is said there, and
    people decide.
    """
    found = misses.misses(case)
    if isinstance(found, Unavailable):
        return found
    rules = case.settings.review.people
    each = misses.summary(found)
    each = each[each["in_row"] >= rules.pip_after]
    rows = [_plan(case, found, one) for one in each.to_dict("records")]
    return pd.DataFrame(rows, columns=_COLUMNS)


def actions(case: Case) -> pd.DataFrame | Unavailable:
    """The plans as actions, as `kit.review.actions.proposed` gives them.

    Returns
    -------
    DataFrame or Unavailable
        action_id, cause (`misses_in_row`), subject (the rep's name), action (`agree_plan`, or
        `look_together` where something strong speaks against a plan), owner, owner_role, due_on
        (the plan's first day), effect (minus the money short over the row), facts (in_row, since,
        end).
    """
    found = plans(case)
    if isinstance(found, Unavailable):
        return found
    prefix = f"{case.period.name}-{case.scope.folder}-people"
    rows = [
        {
            "action_id": f"{prefix}-{number}", "cause": "misses_in_row", "subject": one.rep,
            "action": "agree_plan" if one.proposed and not one.unseen else "look_together",
            "owner": one.owner, "owner_role": one.owner_role,
            "due_on": pd.Timestamp(one.start), "effect": -one.shortfall,
            "facts": {"in_row": one.in_row, "since": one.since, "end": one.end},
        }
        for number, one in enumerate(found.itertuples(index=False), start=1)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=_ACTIONS)


def criteria(case: Case, rep_id: str, *, start: dt.date, end: dt.date) -> tuple[dict, ...]:
    """With what a plan ends well: the result, and what leads to it.

    Returns
    -------
    tuple of dict
        measure (`attainment`, or a kind of `kit.review.work_levels`), goal, own, usual, money,
        until. Attainment: goal = `exit_attainment` of the target over the plan, money = that share
        of the targets set from its start on, by working days, which go as far as `until`; null
        where none is set. Visits, quotes and new deals
        in five working days: goal = what is usual, at most `stretch` above the own level of the
        last twelve months; a rep who does more than usual keeps it. Those are left out of which
        neither the own level nor the usual one is known.
    """
    rules = case.settings.review.people
    due, until = due_within(case, rep_id, start=start, end=end)
    money = None if due is None else due * rules.exit_attainment
    made = [{"measure": "attainment", "goal": rules.exit_attainment, "own": None, "usual": None,
             "money": money, "until": until}]  # fmt: skip
    found = work_levels.levels(case)
    if isinstance(found, Unavailable):
        return tuple(made)
    for one in found[found["rep_id"] == rep_id].itertuples(index=False):
        goal = work_levels.goal(one.own, one.usual, stretch=rules.stretch)
        if not np.isnan(goal) and goal > 0:
            made.append({"measure": one.work, "goal": goal, "own": _known(one.own),
                         "usual": _known(one.usual), "money": None, "until": None})  # fmt: skip
    return tuple(made)


def manager(case: Case, rep_id: str) -> str | None:
    """The name of the manager a rep reports to on the day; none where the roster does not say."""
    rows = held(case, rep_id, start=case.as_of, end=case.as_of)
    above = rows[-1].manager_id if rows else None
    return None if above is None else rep_names(case.data).get(above)


def _plan(case: Case, found: pd.DataFrame, one: dict) -> dict:
    rules, rep_id = case.settings.review.people, one["rep_id"]
    start = next_working_day(case, case.as_of + dt.timedelta(days=1))
    end = next_working_day(case, start + dt.timedelta(days=rules.pip_days - 1))
    against = circumstances.against(case, found, rep_id)
    unseen = circumstances.UNSEEN if case.scope.kind == "rep" else ()
    return {
        **one,
        "proposed": not any(each.strong for each in against),
        "speaks_against": against,
        "unseen": tuple(key for key in unseen if key not in {each.key for each in against}),
        "start": start,
        "end": end,
        "checks": checks(case, start, end, every=rules.pip_check_days),
        "support": support.support(case, rep_id),
        "exit": criteria(case, rep_id, start=start, end=end),
        "owner": manager(case, rep_id),
        "owner_role": ROLE,
    }


def checks(case: Case, start: dt.date, end: dt.date, *, every: int) -> tuple[dt.date, ...]:
    """Working days on which to talk: every so many days after the start, and at the end."""
    days, day = [], start + dt.timedelta(days=every)
    while day + dt.timedelta(days=every // 2) < end:
        days.append(next_working_day(case, day))
        day += dt.timedelta(days=every)
    return (*days, end)


def due_within(
    case: Case, rep_id: str, *, start: dt.date, end: dt.date
) -> tuple[float | None, dt.date | None]:
    """A rep's targets that fall into a span, by working days, and the day up to which they are set.

    Returns
    -------
    tuple of (float or None, date or None)
        None where the period of the first day has no target.
    """
    scope, total, until, day = Scope("rep", rep_id), None, None, start
    while day <= end:
        try:
            period = case.calendar.containing(day, case.period.kind)
        except (UnknownPeriodError, ValueError):
            break
        target = targets.in_force(case, scope=scope, period=period)
        whole = case.calendar.working_days(period.start, period.end)
        if target is None or not whole:
            break
        until = min(period.end, end)
        total = (total or 0.0) + target * case.calendar.working_days(day, until) / whole
        day = until + dt.timedelta(days=1)
    return total, until


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
