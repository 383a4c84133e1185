"""Where a scope and its parts stand: attainment, target to date, pace, gap and run rates."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from kit.data import measures as measured
from kit.data.case import Case
from kit.data.elapsed import elapsed, same_points, whole
from kit.data.measures import ACTIVITIES, KINDS
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.data.targets import in_force
from kit.errors import UnknownPeriodError
from kit.plan import schedule
from kit.track import changes, part_targets, parts
from kit.track.status import ratio, status

UNASSIGNED = "unassigned"
COLUMNS = ("scope", "part", "target", "target_to_date", "actual", "attainment", "pace_index", "gap",
           "required_run_rate", "run_rate", "rate_needed", "status", "since", "until", "moved",
           "own_quota", "vacant")  # fmt: skip

_EXACT = 1e-9
_WHO = ("since", "until", "moved", "own_quota", "vacant")
_ONLY_WITH_TARGET = ACTIVITIES  # what is done is no result: shown where somebody set a target for it


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
        `COLUMNS`, amounts in the measure's unit; since and until are days (null where the part is
        there all along), moved, own_quota and vacant are flags, see `kit.track.parts.Part`. The
        first row is the scope, then its parts; where their actuals do not add up to the scope's, a last row `unassigned` (no scope, no
        target) holds the difference, so that the rows below the first always sum to it.

    Notes
    -----
    attainment = actual ÷ target; target_to_date along `kit.plan.schedule.due`, each part by its own
    season, so that it reads as in the part's own packet; pace_index = actual ÷ target_to_date;
    gap = target − actual; required_run_rate = gap ÷ working days left, null when none is left;
    run_rate = actual ÷ working days over, null when none is; rate_needed = required_run_rate ÷
    run_rate. Working days are those on which a rep is in the scope; `as_of` counts as over. Status
    is by pace_index against `settings.track.red` and `amber`; without a target above zero it is
    `no_target`. Two parts may each count a customer who is new to them, the scope but one: then
    `unassigned` is negative.

    Target and target_to_date are of the version that counts on `as_of` (`kit.track.changes`); of a
    rep who moved each scope has its part (`kit.track.part_targets.target_of`). A manager's own quota is a
    row of the team, marked `own_quota`; the team's target is the one set for it, or what its reps'
    and the manager's quotas sum to where `targets.roll_up` says so: it is never both.
    """
    own = _actual(case, measure=measure)
    if isinstance(own, Unavailable):
        return own
    rows = [_row(case, measure=measure, actual=own)]
    narrow = parts.narrow(case)
    for part in parts.parts(case, measure=measure):
        rows.append(part_row(narrow, part, measure=measure))
    if len(rows) > 1:
        rest = own - sum(row["actual"] for row in rows[1:])
        size = max(1.0, abs(own), *(abs(row["actual"]) for row in rows[1:]))
        if abs(rest) > _EXACT * size:
            nobody = parts.Part(case.scope, UNASSIGNED)
            row = _figures(case, nobody, target=None, due=float("nan"), actual=rest)
            rows.append({**row, "scope": ""})
    return _framed(rows, COLUMNS)


def part_row(case: Case, part: parts.Part, *, measure: str = "bookings") -> dict:
    """The row of `standing` of one part of the case's scope, by column."""
    child = parts.part_case(case, part, measure=measure)
    got = _actual(child, measure=measure)
    got = 0.0 if isinstance(got, Unavailable) else got  # none of its lines has a cost
    target, due = part_targets.target_of(case, part, measure=measure)
    return _figures(child, part, target=target, due=due, actual=got)


@once
def measures(case: Case) -> pd.DataFrame:
    """Where the scope stands in each measure that has a target or data.

    Returns
    -------
    DataFrame
        The columns of `standing` and `measure`, a row for each of `settings.measures` and for each
        kind of activity that has a target; bookings always, activities where the period has a
        target, the others where it has a target or any amount.
    """
    rows = []
    for measure in dict.fromkeys(("bookings", *case.settings.measures, *_targeted(case))):
        found = measured.daily(
            case, measure=measure, start=case.period.start, end=case.period.end
        )
        if isinstance(found, Unavailable):
            continue
        row = _row(case, measure=measure, actual=float(found.sum()))
        counts = found.any() and measure not in _ONLY_WITH_TARGET
        if measure == "bookings" or not np.isnan(row["target"]) or counts:
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
        date (every day of the period), target (due by the end of the day by the version that
        counts on it, see `kit.track.changes.due_by_day`; NaN without a target),
        actual (NaN after `as_of`), last_year (the same period a year ago up to the same number of
        working days, on the last day all of it; NaN where the data do not reach back so far).
    """
    period = case.period
    got = measured.daily(case, measure=measure, start=period.start, end=period.end)
    if isinstance(got, Unavailable):
        return got
    days = pd.DatetimeIndex(got.index)
    return pd.DataFrame(
        {
            "date": days,
            "target": changes.due_by_day(case, measure=measure).to_numpy(),
            "actual": got.cumsum().where(days <= pd.Timestamp(case.as_of)).to_numpy(),
            "last_year": _last_year(case, measure=measure, days=days),
        }
    )


def first_day(case: Case, *, measure: str = "bookings") -> dt.date | None:
    """The first day of the scope's data for a measure, up to `as_of`; None where it has none.

    Returns
    -------
    date or None
        First order date, for collections the first day on which cash came, for activities that
        of the first one.
    """
    if measure == "collections":
        days = measured.receipts(case)["received_on"]
    elif measure in ACTIVITIES:
        days = measured.activities(case)["date"]
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


def _targeted(case: Case) -> list[str]:
    """Kinds of activity that have a target of the scope's own or of a rep's."""
    found = set(case.data.frame("targets")["measure"])
    return [one for one in KINDS if one in found]


def _actual(case: Case, *, measure: str) -> float | Unavailable:
    return measured.actuals(case, measure=measure, start=case.period.start, end=case.period.end)


def _row(case: Case, *, measure: str, actual: float) -> dict:
    target = in_force(case, measure=measure)
    due = target_to_date(case, target, measure=measure)
    return _figures(case, parts.itself(case), target=target, due=due, actual=actual)


def _figures(
    case: Case, part: parts.Part, *, target: float | None, due: float, actual: float
) -> dict:
    done, left = _days(case, part)
    goal = float("nan") if target is None else float(target)
    limits = {"red": case.settings.track.red, "amber": case.settings.track.amber}
    pace, required, so_far = ratio(actual, due), ratio(goal - actual, left), ratio(actual, done)
    return {
        "scope": str(case.scope),
        "part": part.name,
        "target": goal,
        "target_to_date": due,
        "actual": float(actual),
        "attainment": ratio(actual, goal),
        "pace_index": pace,
        "gap": goal - actual,
        "required_run_rate": required,
        "run_rate": so_far,
        "rate_needed": ratio(required, so_far),
        "status": status(pace, target=target, **limits),
        **{name: getattr(part, name) for name in _WHO},
    }


def _days(case: Case, part: parts.Part) -> tuple[int, int]:
    """Working days of a part in the period that are over, and that are left."""
    if part.since is None and part.until is None:
        return elapsed(case.calendar, case.period, as_of=case.as_of)
    count, tomorrow = case.calendar.working_days, case.as_of + dt.timedelta(1)
    done = sum(count(start, min(end, case.as_of)) for start, end in part.stays)
    return done, sum(count(max(start, tomorrow), end) for start, end in part.stays)


def _framed(rows: list[dict], columns: tuple[str, ...]) -> pd.DataFrame:
    texts = {"scope", "part", "measure", "status"}
    kinds = {name: "str" if name in texts else "float64" for name in columns}
    kinds |= dict.fromkeys(("since", "until"), "datetime64[us]")
    kinds |= dict.fromkeys(("moved", "own_quota", "vacant"), "bool")
    return pd.DataFrame(rows, columns=list(columns)).astype(kinds)
