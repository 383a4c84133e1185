"""Transfer: what happens to a rep's target when the rep changes teams within the period."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.data.targets import in_force
from kit.data.territory import placed
from kit.errors import InfeasibleError, SettingsError, UnknownScopeError, nearest
from kit.plan import schedule
from kit.plan.cascade import narrowed
from kit.plan.publishing import signed
from kit.plan.revision import revised
from kit.plan.units import fine_unit, to_unit
from kit.scope import Scope

_DAY = dt.timedelta(1)


@dataclass(frozen=True)
class Transfer:
    """A transfer as decided: what moves, and the targets before and after.

    Parameters
    ----------
    rep : str
        `rep:R007`.
    left, joined : str
        The teams.
    on : date
        First day in the new team.
    due, remaining : float
        The rep's target, parted at that day along the schedule.
    moves : str
        `rep`: the remaining target goes along; `territory`: it stays with the team that was left.
    not_handed_out : float
        What no rep of the team that was left carries from then on.
    sums : DataFrame
        scope, before, after, change: every scope whose target the transfer touches.
    rows : DataFrame
        For the ledger: columns of the targets table.
    """

    rep: str
    left: str
    joined: str
    on: dt.date
    due: float
    remaining: float
    moves: str
    not_handed_out: float
    sums: pd.DataFrame
    rows: pd.DataFrame


def transfer(
    case: Case,
    rep: str,
    *,
    to: str,
    on: dt.date,
    moves: Literal["rep", "territory"],
    reason: str,
    author: str,
    successor: str = "",
    measure: str = "bookings",
) -> Transfer:
    """Move a rep to another team, and the remaining target with the rep or not.

    Parameters
    ----------
    case : Case
        Of a scope that holds both teams.
    rep : str
        The rep's id.
    to : str
        Name of the team joined.
    on : date
        First day there, within the period.
    moves : str
        `rep`: the rep keeps the whole target; the team left, and its region, are lowered by what
        remains, those joined raised by it. `territory`: all teams keep their targets; the rep keeps
        what was due until then, and the successor takes what remains.
    reason, author : str
    successor : str, optional
        Id of the rep who takes over what remains where it stays; without one, the team left shows
        it as not handed out.
    measure : str

    Returns
    -------
    Transfer

    Raises
    ------
    InfeasibleError
        Where the rep has no target in force, a team that would change has none or too small a one,
        or the day lies outside the period.
    UnknownScopeError
        Where the team is not known, or the rep is in no team on the day before.
    SettingsError
        Where reason or author is missing.

    Notes
    -----
    remaining = target − what is due by the day before, along `kit.plan.schedule.due`, rounded to
    the unit. The sums over teams, over regions and over reps (with what is not handed out) are the
    same before and after.
    """
    author, reason = signed(author, reason=reason)
    if moves not in ("rep", "territory"):
        hint = nearest(moves, ["rep", "territory"])
        raise SettingsError(f"moves: '{moves}' is not known. {hint}")
    where = Scope("rep", rep)
    if not case.period.start <= on <= case.period.end:
        raise InfeasibleError(
            "{scope}: {on} lies outside {period}, which runs from {start} to {end}. A move "
            "between periods needs no transfer: plan the next period.", key="move_outside",
            scope=where, on=on, period=case.period, start=case.period.start, end=case.period.end,
        )  # fmt: skip
    left, joined = _teams(case, rep, to=to, on=on)
    target = in_force(case, scope=where, measure=measure, as_of=on)
    if target is None:
        raise InfeasibleError(
            "{scope} has no target for {period} in force on {on}, so nothing can move. Publish "
            "one first.", key="nothing_to_move", scope=where, period=case.period, on=on,
        )  # fmt: skip
    due = _due(case, where, target, on=on, measure=measure)
    rest = round(target - due, 9)
    if moves == "rep":
        goals = _moved(case, rest, left=left, joined=joined, on=on, measure=measure)
        loose = 0.0
    else:
        goals = {str(where): due}
        loose = rest
        if successor:
            taker, loose = Scope("rep", successor), 0.0
            has = in_force(case, scope=taker, measure=measure, as_of=on) or 0.0
            if successor == rep or placed(
                case.data.frame("roster"), [successor], days=[on]
            )["team"].tolist() != [left["team"]]:
                raise UnknownScopeError(
                    f"{taker} is not in team:{left['team']} on {on}, so cannot take over there. "
                    "Name a rep of that team."
                )
            goals[str(taker)] = round(has + rest, 9)
    before = {
        one: in_force(case, scope=Scope.parse(one), measure=measure, as_of=on) for one in goals
    }
    sums = pd.DataFrame(
        {"scope": list(goals), "before": list(before.values()), "after": list(goals.values())}
    ).astype({"before": "float64", "after": "float64"})
    sums["change"] = (sums["after"] - sums["before"].fillna(0.0)).round(9)
    rows = revised(case, goals if rest else {}, measure=measure, on=on)
    return Transfer(
        rep=str(where), left=f"team:{left['team']}", joined=f"team:{joined['team']}", on=on,
        due=due, remaining=rest, moves=moves, not_handed_out=loose, sums=sums,
        rows=rows.assign(reason=reason, author=author).astype({"reason": "str", "author": "str"}),
    )  # fmt: skip


def _teams(case: Case, rep: str, *, to: str, on: dt.date) -> tuple[pd.Series, pd.Series]:
    """Team and region that are left and joined."""
    roster = case.data.frame("roster")
    left = placed(roster, [rep], days=[on - _DAY]).iloc[0]
    if pd.isna(left["team"]):
        raise UnknownScopeError(
            f"rep:{rep} is in no team on {on - _DAY}. {nearest(rep, sorted(set(roster['rep_id'])))}"
        )
    there = roster[roster["team"] == to].sort_values("valid_from", kind="stable")
    if there.empty:
        known = sorted(set(roster["team"].dropna()))
        raise UnknownScopeError(f"team:{to} is not known. {nearest(to, known, before='team:')}")
    if left["team"] == to:
        raise UnknownScopeError(f"rep:{rep} is in team:{to} already on {on - _DAY}. Name another.")
    return left, there.iloc[-1][["team", "region"]]


def _due(case: Case, rep: Scope, target: float, *, on: dt.date, measure: str) -> float:
    """What of a rep's target is due before a day, in units."""
    if on == case.period.start:
        return 0.0
    reached = schedule.due(narrowed(case, rep), target, measure=measure)
    if isinstance(reached, Unavailable):
        raise InfeasibleError(
            "{scope}: the schedule of {period} is not known.",
            key="no_schedule", scope=rep, period=case.period,
        )  # fmt: skip
    unit = fine_unit(target, parts=2, unit=case.settings.targets.unit)
    found = reached.loc[[pd.Timestamp(on - _DAY)]].to_numpy()
    return min(float(to_unit(found, unit)[0]), target)


def _moved(
    case: Case, rest: float, *, left: pd.Series, joined: pd.Series, on: dt.date, measure: str
) -> dict[str, float]:
    """The new targets of the teams, and of their regions where these differ."""
    goals = {}
    for kind in ("team", "region"):
        if pd.isna(left[kind]) or pd.isna(joined[kind]) or left[kind] == joined[kind]:
            continue
        pair = {Scope(kind, left[kind]): -rest, Scope(kind, joined[kind]): rest}
        has = {one: in_force(case, scope=one, measure=measure, as_of=on) for one in pair}
        if kind == "region" and None in has.values() and set(has.values()) == {None}:
            continue
        for scope, change in pair.items():
            if has[scope] is None:
                raise InfeasibleError(
                    "{scope} has no target for {period} in force on {on}: with {rest:,.2f} "
                    "moving, the sum over both would change. Publish one first.",
                    key="no_target_beside", scope=scope, period=case.period, on=on, rest=rest,
                )  # fmt: skip
            if has[scope] + change < 0:
                raise InfeasibleError(
                    "{scope} stands at {standing:,.2f}: {rest:,.2f} cannot leave it. Correct its "
                    "target, or let the rest stay with the territory.", key="cannot_leave",
                    scope=scope, standing=has[scope], rest=rest,
                )  # fmt: skip
            goals[str(scope)] = round(has[scope] + change, 9)
    return goals
