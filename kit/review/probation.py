"""Probation goals for newcomers: a ramped target by month, activity, learning, review days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data import targets
from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.measures import actuals
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.data.territory import reps
from kit.diagnose.capability import capability
from kit.diagnose.productivity import peers_of, productivity
from kit.errors import UnknownPeriodError
from kit.plan.capacity import ramped
from kit.review import work_levels
from kit.review.actions import next_working_day
from kit.review.improvement_plan import ROLE, manager
from kit.scope import Scope

_MONTHS_OF_PEERS = 3
_PEOPLE = ["scope", "rep_id", "rep", "hired_on", "ends", "state", "target", "actual", "attainment",
           "learning", "reviews", "owner", "owner_role"]  # fmt: skip
_MONTHS = ["rep_id", "rep", "month", "name", "tenure", "ramp", "target", "basis", "actual",
           "attainment"]  # fmt: skip
_WORK = ["rep_id", "rep", "work", "now", "usual", "ramp", "basis", "goal"]


@dataclass(frozen=True)
class Probation:
    """The newcomers of a scope and what is agreed with them until their probation ends.

    Parameters
    ----------
    people : DataFrame
        scope, rep_id, rep, hired_on, ends (last day of probation), state (`running`, or `over`
        where it ended within the period), target and actual (money, over the months of probation
        that are over and have one), attainment, learning (tuple
        of (dimension, score, required) below what is required), reviews (tuple of days ahead),
        owner (the manager's name or null), owner_role. Latest hire first.
    months : DataFrame
        rep_id, rep, month (first day), name, tenure (1 = month of hire), ramp (share of a full
        quota), target (money), basis (`target`: the rep's own; `level`: at the rate of the rep's
        latest target, in months to come; `peers`: at what others usually bring for a full post;
        null where none is known), actual (of the running month so far; null in months to come),
        attainment (of months that are over).
    work : DataFrame
        rep_id, rep, work, now (a week, in the period so far), usual (the others' median), ramp
        (share of the month of the day), basis (`same_tenure`, `ramp`), goal (what colleagues did at
        the same tenure; else usual × ramp). As `kit.review.work_levels.levels`.
    """

    people: pd.DataFrame
    months: pd.DataFrame
    work: pd.DataFrame


@once
def goals(case: Case) -> Probation | Unavailable:
    """What newcomers are asked for, month by month, beside what they have reached.

    Returns
    -------
    Probation or Unavailable
        Unavailable without reps on the day (`no_reps`) or where nobody was on probation on a day of
        the period (`no_newcomers`).

    Notes
    -----
    Newcomers are those within `probation_months` of their hire, or within the ramp where that is
    longer, on a day of the period so far. A rep's target of a period is spread over its months by
    ramp × working days from the day of hire; the ramp is `settings.targets.ramp`. A month without a
    target takes the rate of the rep's latest one for a working day × ramp, else that of the
    bookings that the others bring for a full post. Activity goals are what three or more colleagues
    did at the same tenure (`kit.review.work_levels.at_tenure`), else what is usual × ramp. They are
    a start for a talk.
    """
    last = pd.Timestamp(min(case.as_of, case.period.end))
    people = reps(case)
    people = people[(people["active_from"] <= last) & (people["active_to"] >= last)]
    if people.empty:
        return Unavailable(reason="no_reps")
    rules = case.settings.review.people
    length = max(rules.probation_months, len(case.settings.targets.ramp))
    ends = people["hired_on"] + pd.DateOffset(months=length) - pd.Timedelta(1, "D")
    people = people.assign(ends=ends)
    fresh = people[(ends >= pd.Timestamp(case.period.start)) & (people["hired_on"] <= last)]
    if fresh.empty:
        return Unavailable(reason="no_newcomers", detail=str(length))
    fresh = fresh.sort_values(["hired_on", "rep_id"], ascending=[False, True])
    months, rows, work = [], [], []
    for one in fresh.to_dict("records"):
        each = _months(case, one)
        months.append(each)
        rows.append(_person(case, one, each))
        work.append(_work(case, one))
    return Probation(
        pd.DataFrame(rows, columns=_PEOPLE),
        pd.concat(months, ignore_index=True),
        pd.concat(work, ignore_index=True),
    )


def _person(case: Case, one: dict, months: pd.DataFrame) -> dict:
    done = months[months["attainment"].notna()]
    target, actual = (float(done[name].sum()) if len(done) else np.nan
                      for name in ("target", "actual"))  # fmt: skip
    rules = case.settings.review.people
    after = (one["hired_on"] + pd.DateOffset(months=n) for n in rules.probation_reviews)
    days = [next_working_day(case, day.date()) for day in after if day <= one["ends"]]
    return {
        "scope": f"rep:{one['rep_id']}", "rep_id": one["rep_id"], "rep": one["rep"],
        "hired_on": one["hired_on"], "ends": one["ends"],
        "state": "over" if one["ends"] <= pd.Timestamp(case.as_of) else "running",
        "target": target, "actual": actual,
        "attainment": actual / target if target > 0 else np.nan,
        "learning": _learning(case, one["rep_id"]),
        "reviews": tuple(day for day in days if day > case.as_of),
        "owner": manager(case, one["rep_id"]), "owner_role": ROLE,
    }  # fmt: skip


def _months(case: Case, one: dict) -> pd.DataFrame:
    firsts = pd.date_range(one["hired_on"].replace(day=1), one["ends"], freq="MS")
    own = [_full_day(case, one, first) for first in firsts]
    latest = next((rate for rate in reversed(own) if rate is not None), None)
    usual, rows = _usual_a_day(case) * one["capacity"], []
    for tenure, (first, rate) in enumerate(zip(firsts, own, strict=True), start=1):
        last = first + pd.offsets.MonthEnd(0)
        ramp = _ramp(case, one["hired_on"], last)
        basis = "target" if rate is not None else "level" if latest is not None else "peers"
        gone = last <= pd.Timestamp(case.as_of)
        a_day = {"target": rate, "level": np.nan if gone else latest, "peers": usual}[basis]
        start = max(first, one["hired_on"])
        target = a_day * ramp * case.calendar.working_days(start, last)
        actual = float(actuals(case, scope=Scope("rep", one["rep_id"]), start=first, end=last))
        rows.append(
            {"rep_id": one["rep_id"], "rep": one["rep"], "month": first,
             "name": f"{first:%Y-%m}", "tenure": tenure, "ramp": ramp, "target": target,
             "basis": basis if target > 0 else None,
             "actual": actual if first <= pd.Timestamp(case.as_of) else np.nan,
             "attainment": actual / target if gone and target > 0 else np.nan}
        )  # fmt: skip
    return pd.DataFrame(rows, columns=_MONTHS)


def _full_day(case: Case, one: dict, first: pd.Timestamp) -> float | None:
    """The rep's own target of the month's period for a working day at a full quota; None if unset.

    Target ÷ Σ over the months of the period of ramp × working days from the day of hire.
    """
    try:
        period = case.calendar.containing(first.date(), case.period.kind)
    except (UnknownPeriodError, ValueError):
        return None
    goal = targets.in_force(case, scope=Scope("rep", one["rep_id"]), period=period)
    if goal is None or not goal > 0:
        return None
    whole = 0.0
    for start in pd.date_range(pd.Timestamp(period.start).replace(day=1), period.end, freq="MS"):
        end = start + pd.offsets.MonthEnd(0)
        begin = max(start, pd.Timestamp(period.start), one["hired_on"])
        stop = min(end, pd.Timestamp(period.end))
        if begin <= stop:
            days = case.calendar.working_days(begin, stop)
            whole += _ramp(case, one["hired_on"], end) * days
    return goal / whole if whole > 0 else None


def _ramp(case: Case, hired_on: pd.Timestamp, day: pd.Timestamp) -> float:
    one = Period(day.date(), day.date(), "", "day")
    return float(ramped(pd.Series([hired_on]), one, ramp=case.settings.targets.ramp)[0])


@once
def _usual_a_day(case: Case) -> float:
    """Bookings for a full post and working day that are usual; null where nobody else is known.

    The others' median of the period so far; in a rep's own scope the anonymous peers' of the last
    three whole months.
    """
    if case.scope.kind == "rep":
        known = pd.DatetimeIndex(case.data.frame("peers")["month"].unique()).sort_values()
        months = [one for one in known if one + pd.offsets.MonthEnd(0) <= pd.Timestamp(case.as_of)]
        months = months[-_MONTHS_OF_PEERS:]
        _, middle = peers_of(case, "bookings", months)
        ends = [one + pd.offsets.MonthEnd(0) for one in months]
        days = sum(map(case.calendar.working_days, months, ends))
        return middle / days if days else np.nan
    found = productivity(case)
    if isinstance(found, Unavailable):
        return np.nan
    settled = found.reps[~found.reps["marks"].map(lambda marks: "newcomer" in marks)]
    known = settled["productivity"].dropna()
    days = case.calendar.working_days(found.start, found.end)
    enough = len(known) >= case.settings.diagnose.min_peers and days
    return float(known.median()) / days if enough else np.nan


def _learning(case: Case, rep_id: str) -> tuple[tuple[str, float, float], ...]:
    found = capability(case)
    if isinstance(found, Unavailable):
        return ()
    rows = found.scores[(found.scores["rep_id"] == rep_id) & (found.scores["short"] > 0)]
    rows = rows.sort_values(["short", "dimension"], ascending=[False, True])
    return tuple(zip(rows["dimension"], rows["score"], rows["required"], strict=True))


def _work(case: Case, one: dict) -> pd.DataFrame:
    found = work_levels.levels(case)
    if isinstance(found, Unavailable):
        return pd.DataFrame(columns=_WORK)
    ramp = _ramp(case, one["hired_on"], pd.Timestamp(case.as_of))
    rows = found[(found["rep_id"] == one["rep_id"]) & found["usual"].notna()]
    then = pd.Series(
        [work_levels.at_tenure(case, one["rep_id"], kind=kind) for kind in rows["work"]],
        index=rows.index, dtype=float,
    )  # fmt: skip
    return rows.assign(
        ramp=ramp, basis=np.where(then.notna(), "same_tenure", "ramp"),
        goal=then.where(then.notna(), rows["usual"] * ramp),
    )[_WORK]  # fmt: skip
