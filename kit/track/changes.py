"""Targets that change within a period: which one counts on which day, and what is due then."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.measures import daily
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.data.targets import in_force
from kit.plan import schedule
from kit.scope import Scope
from kit.track.status import ratio, status

STEPS = ("start", "end", "target", "change", "reason", "author")


@once
def steps(case: Case, *, measure: str = "bookings", scope: Scope | None = None) -> pd.DataFrame:
    """The targets that counted within the period, one after another, as seen on `as_of`.

    Parameters
    ----------
    case : Case
    measure : str
        One of `kit.data.measures.MEASURES`.
    scope : Scope, optional
        The case's scope or a part of it.

    Returns
    -------
    DataFrame
        start, end (first and last day on which the target counts; the first row starts with the
        period, the last ends with it), target (of the whole period; NaN: none), change (against the
        row before; NaN where one of them is none), reason, author (of the version that begins on
        that day; empty where the period has none of its own, such as where its months have). One
        row where nothing changed.

    Notes
    -----
    A version holds the whole period's amount and counts from its `valid_from` on, until a later
    version does; see `kit.data.targets.in_force`.
    """
    scope = scope or case.scope
    rows = case.data.frame("targets")
    mine = rows["scope"] == str(scope)
    if scope.kind in case.settings.targets.roll_up:
        mine |= rows["scope"].str.startswith("rep:")
    rows = rows[mine & (rows["measure"] == measure)]
    start, end = pd.Timestamp(case.period.start), pd.Timestamp(case.period.end)
    days = rows["valid_from"].dropna().drop_duplicates().sort_values()
    days = days[(days > start) & (days <= min(end, pd.Timestamp(case.as_of)))]
    found: list[dict] = []
    for day in [start, *days]:
        target = in_force(case, scope=scope, measure=measure, as_of=day.date())
        goal = np.nan if target is None else float(target)
        before = found[-1]["target"] if found else None
        if found and (goal == before or np.isnan(goal) and np.isnan(before)):
            continue
        if found and len(found) == 1 and np.isnan(found[0]["target"]):
            found.clear()  # set late for the whole period: no change
        change = goal - found[-1]["target"] if found else np.nan
        told = _told(rows, day) if found else {"reason": "", "author": ""}
        begins = day if found else start
        found.append({"start": begins, "target": goal, "change": change, **told})
    ends = [one["start"] - pd.Timedelta(1, "D") for one in found[1:]] + [end]
    frame = pd.DataFrame(found).assign(end=ends)[list(STEPS)]
    return frame.astype(
        {"start": "datetime64[us]", "end": "datetime64[us]", "target": "float64",
         "change": "float64", "reason": "str", "author": "str"}
    )  # fmt: skip


@once
def due_by_day(case: Case, *, measure: str = "bookings") -> pd.Series:
    """What of the scope's target is due by the end of each day, by the version valid on that day.

    Returns
    -------
    Series
        Index: every day of the period, in the measure's unit; NaN where no target counts. On the
        day of a change it steps to where the new target would have been. After `as_of` the target
        in force on `as_of` goes on.

    Notes
    -----
    due(d) = the target that counts on d × the share of the schedule that is over on d; see
    `kit.plan.schedule.due`.
    """
    days = pd.date_range(case.period.start, case.period.end, unit="us")
    found = pd.Series(np.nan, index=days, name="target")
    for one in steps(case, measure=measure).itertuples(index=False):
        there = (days >= one.start) & (days <= one.end)
        if one.target == 0:
            found[there] = 0.0
        elif not np.isnan(one.target):
            due = schedule.due(case, one.target, measure=measure).reindex(days)
            found[there] = due.to_numpy()[there]
    return found


def due_on(case: Case, day: dt.date, *, measure: str = "bookings") -> float:
    """The target to date as it was seen on a day: by the version that counted then.

    Parameters
    ----------
    case : Case
        `kit.track.parts.part_case` gives that of a part.
    day : date
        Up to `as_of`; a later one is taken for `as_of`.
    measure : str

    Returns
    -------
    float
        0 before the period's start, the whole target from its last day on; NaN without a target.
    """
    day = min(day, case.as_of)
    target = in_force(case, measure=measure, as_of=day)
    if target is None:
        return float("nan")
    if day < case.period.start or target == 0:
        return 0.0
    if day >= case.period.end:
        return float(target)
    return float(schedule.due(case, target, measure=measure).loc[pd.Timestamp(day)])


def paces(case: Case, *, measure: str = "bookings") -> pd.DataFrame | Unavailable:
    """The pace day by day, each day as it was seen then: for "since when".

    Parameters
    ----------
    case : Case
        `kit.track.parts.part_case` gives that of a part.
    measure : str

    Returns
    -------
    DataFrame or Unavailable
        date (days of the period up to `as_of`), target (that counted on the day), target_to_date,
        actual (cumulated), pace_index, status.

    Notes
    -----
    The target is that of the version valid on the day; the season is what is known on `as_of`,
    which does not change within the period.
    """
    got = daily(case, measure=measure, start=case.period.start, end=case.period.end)
    if isinstance(got, Unavailable):
        return got
    got = got.loc[: pd.Timestamp(case.as_of)].cumsum()
    due = due_by_day(case, measure=measure).reindex(got.index)
    goals = pd.Series(np.nan, index=got.index)
    for one in steps(case, measure=measure).itertuples(index=False):
        goals.loc[one.start : one.end] = one.target
    pace = [ratio(*one) for one in zip(got, due, strict=True)]
    limits = {"red": case.settings.track.red, "amber": case.settings.track.amber}
    lights = [status(at, target=goal, **limits) for at, goal in zip(pace, goals, strict=True)]
    return pd.DataFrame(
        {
            "date": got.index, "target": goals.to_numpy(), "target_to_date": due.to_numpy(),
            "actual": got.to_numpy(), "pace_index": np.array(pace, dtype=float),
            "status": pd.array(lights, dtype="str"),
        }
    )  # fmt: skip


def _told(rows: pd.DataFrame, day: pd.Timestamp) -> dict[str, str]:
    """Reasons and authors of the versions that begin on a day, each once."""
    there = rows[rows["valid_from"] == day].sort_values("version", kind="stable")
    return {
        name: "; ".join(dict.fromkeys(there[name].dropna().astype(str)))
        for name in ("reason", "author")
    }
