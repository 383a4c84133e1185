"""Where a scope and its parts stand: attainment, target to date, pace, gap and run rates."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd

from kit.data import measures as measured
from kit.data.case import Case
from kit.data.elapsed import elapsed, same_points, whole
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.data.targets import in_force
from kit.data.territory import children, display
from kit.errors import UnknownPeriodError
from kit.plan import schedule
from kit.scope import Scope
from kit.track.status import ratio, status

UNASSIGNED = "unassigned"
COLUMNS = ("scope", "part", "target", "target_to_date", "actual", "attainment", "pace_index", "gap",
           "required_run_rate", "run_rate", "status")  # fmt: skip

_EXACT = 1e-9
_SALES = ("order_id", "date", "rep_id", "team", "region", "customer_id", "customer_since",
          "quantity", "amount", "cost")  # fmt: skip


def target_to_date(case: Case, target: float | None, *, measure: str = "bookings") -> float:
    """The part of a target that is due by `as_of` along the schedule.

    Returns
    -------
    float
        0 before the period's start, the whole target from its last day on; NaN without a target.
    """
    if target is None or np.isnan(target):
        return float("nan")
    if case.as_of < case.period.start or target == 0:
        return 0.0
    if case.closed:
        return float(target)
    return float(schedule.due(case, target, measure=measure).loc[pd.Timestamp(case.as_of)])


@once
def standing(case: Case, *, measure: str = "bookings") -> pd.DataFrame | Unavailable:
    """Where the scope and each of its parts stand on `as_of`.

    Parameters
    ----------
    case : Case
    measure : str
        One of `kit.data.measures.MEASURES`.

    Returns
    -------
    DataFrame or Unavailable
        `COLUMNS`, amounts in the measure's unit. The first row is the scope, then its children;
        where their actuals do not add up to the scope's, a last row `unassigned` (no scope, no
        target) holds the difference, so that the rows below the first always sum to it.

    Notes
    -----
    attainment = actual ÷ target; target_to_date along `kit.plan.schedule.due`, each part by its own
    season, so that it reads as in the part's own packet; pace_index = actual ÷ target_to_date;
    gap = target − actual; required_run_rate = gap ÷ working days left, null when none is left;
    run_rate = actual ÷ working days over, null when none is. `as_of` counts as over. Status is by
    pace_index against `settings.track.red` and `amber`; without a target above zero it is
    `no_target`. Two parts may each count a customer who is new to them, the scope but one: then
    `unassigned` is negative.
    """
    own = _actual(case, measure=measure)
    if isinstance(own, Unavailable):
        return own
    name = display(case, case.scope)
    rows = [_row(case, name, measure=measure, actual=own)]
    parts, narrow = children(case), _narrow(case)
    for text, part in zip(parts["scope"], parts["part"], strict=True):
        scope = Scope.parse(text)
        child = _part(narrow, scope, measure=measure)
        got = _actual(child, measure=measure)
        got = 0.0 if isinstance(got, Unavailable) else got  # none of its lines has a cost
        goal = in_force(case, scope=scope, measure=measure)
        rows.append(_figures(child, part, target=goal, actual=got, measure=measure))
    if len(rows) > 1:
        rest = own - sum(row["actual"] for row in rows[1:])
        size = max(1.0, abs(own), *(abs(row["actual"]) for row in rows[1:]))
        if abs(rest) > _EXACT * size:
            row = _figures(case, UNASSIGNED, target=None, actual=rest, measure=measure)
            rows.append({**row, "scope": ""})
    return _framed(rows, COLUMNS)


@once
def measures(case: Case) -> pd.DataFrame:
    """Where the scope stands in each measure that has a target or data.

    Returns
    -------
    DataFrame
        The columns of `standing` and `measure`, a row for each of `settings.measures`; bookings
        always, the others where the period has a target or any amount.
    """
    rows = []
    for measure in dict.fromkeys(("bookings", *case.settings.measures)):
        found = measured.daily(
            case, measure=measure, start=case.period.start, end=case.period.end
        )
        if isinstance(found, Unavailable):
            continue
        part = display(case, case.scope)
        row = _row(case, part, measure=measure, actual=float(found.sum()))
        if measure == "bookings" or not np.isnan(row["target"]) or found.any():
            rows.append({**row, "measure": measure})
    return _framed(rows, (*COLUMNS[:2], "measure", *COLUMNS[2:]))


def curve(case: Case, *, measure: str = "bookings") -> pd.DataFrame | Unavailable:
    """Actual, target and last year, cumulated over the days of the period.

    Parameters
    ----------
    case : Case
    measure : str

    Returns
    -------
    DataFrame or Unavailable
        date (every day of the period), target (due by the end of the day; NaN without a target),
        actual (NaN after `as_of`), last_year (the same period a year ago up to the same number of
        working days, on the last day all of it; NaN where the data do not reach back so far).
    """
    period = case.period
    got = measured.daily(case, measure=measure, start=period.start, end=period.end)
    if isinstance(got, Unavailable):
        return got
    days = pd.DatetimeIndex(got.index)
    target = in_force(case, measure=measure)
    due = np.full(len(days), np.nan if target is None else 0.0)
    if target:
        due = schedule.due(case, target, measure=measure).reindex(days).to_numpy()
    return pd.DataFrame(
        {
            "date": days,
            "target": due,
            "actual": got.cumsum().where(days <= pd.Timestamp(case.as_of)).to_numpy(),
            "last_year": _last_year(case, measure=measure, days=days),
        }
    )


def first_day(case: Case, *, measure: str = "bookings") -> dt.date | None:
    """The first day of the scope's data for a measure, up to `as_of`; None where it has none.

    Returns
    -------
    date or None
        First order date, for collections the first day on which cash came.
    """
    if measure == "collections":
        days = measured.receipts(case)["received_on"]
    else:
        days = measured.sales(case)["date"]
    first = days.min()
    return None if pd.isna(first) else first.date()


def _last_year(case: Case, *, measure: str, days: pd.DatetimeIndex) -> np.ndarray:
    nothing = np.full(len(days), np.nan)
    try:
        before = case.calendar.year_ago(case.period)
    except UnknownPeriodError:
        return nothing
    first = first_day(case, measure=measure)
    if before.end > case.as_of or not whole(case.calendar, before, first=first):
        return nothing
    then = measured.daily(case, measure=measure, start=before.start, end=before.end).cumsum()
    points = same_points(case.calendar, case.period, days=days, other=before)
    return then.reindex(points).fillna(0.0).to_numpy()


def _narrow(case: Case) -> Case:
    """The case with only those columns of its sales that figures of its parts are made from."""
    frames = {**case.data.frames, "sales": case.data.sales[list(_SALES)]}
    return replace(case, data=replace(case.data, frames=frames))


def _part(case: Case, scope: Scope, *, measure: str) -> Case:
    """The case of a child, with the child's own rows of what the measure is made from."""
    frames = {**case.data.frames, "sales": measured.sales(case, scope=scope)}
    if measure == "collections":
        frames["receipts"] = measured.receipts(case, scope=scope)
    return replace(case, scope=scope, data=replace(case.data, scope=scope, frames=frames))


def _actual(case: Case, *, measure: str) -> float | Unavailable:
    return measured.actuals(case, measure=measure, start=case.period.start, end=case.period.end)


def _row(case: Case, part: str, *, measure: str, actual: float) -> dict:
    target = in_force(case, measure=measure)
    return _figures(case, part, target=target, actual=actual, measure=measure)


def _figures(
    case: Case, part: str, *, target: float | None, actual: float, measure: str
) -> dict:
    done, left = elapsed(case.calendar, case.period, as_of=case.as_of)
    due = target_to_date(case, target, measure=measure)
    goal = float("nan") if target is None else float(target)
    limits = {"red": case.settings.track.red, "amber": case.settings.track.amber}
    pace = ratio(actual, due)
    return {
        "scope": str(case.scope),
        "part": part,
        "target": goal,
        "target_to_date": due,
        "actual": float(actual),
        "attainment": ratio(actual, goal),
        "pace_index": pace,
        "gap": goal - actual,
        "required_run_rate": ratio(goal - actual, left),
        "run_rate": ratio(actual, done),
        "status": status(pace, target=target, **limits),
    }


def _framed(rows: list[dict], columns: tuple[str, ...]) -> pd.DataFrame:
    texts = {"scope", "part", "measure", "status"}
    kinds = {name: "str" if name in texts else "float64" for name in columns}
    return pd.DataFrame(rows, columns=list(columns)).astype(kinds)
