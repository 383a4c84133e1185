"""Sub-period by sub-period: target, actual, deviation, cumulated, last year and forecast."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.elapsed import same_points
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.errors import SettingsError, UnknownPeriodError, nearest
from kit.plan import schedule
from kit.plan.history import past
from kit.plan.seasonal import fit
from kit.track import changes, goals
from kit.track.booked import Booked, booked
from kit.track.status import ratio

KINDS = ("day", "week", "month", "quarter")
COLUMNS = ("period", "start", "end", "working_days", "target", "actual", "variance",
           "variance_share", "rolling_gap", "cumulated_actual", "cumulated_target", "last_year",
           "yoy", "mom", "moving_average", "forecast", "running")  # fmt: skip

_DAY = dt.timedelta(1)
_TIME = "datetime64[us]"


@once
def periods(
    case: Case, *, kind: str = "month", measure: str = "bookings"
) -> pd.DataFrame | Unavailable:
    """The sub-periods of the case's period, one row each; months also of the year before.

    Parameters
    ----------
    case : Case
    kind : str
        `day`, `week`, `month` or `quarter` (in a calendar of explicit starts: the explicit period).
    measure : str
        One of `kit.data.measures.MEASURES`.

    Returns
    -------
    DataFrame or Unavailable
        `COLUMNS`; amounts in the measure's unit, working_days a number, `running` (bool) where the
        sub-period has begun and is not over. Days, weeks and quarters are clipped to the period;
        months are whole, from the first month of the same period last year as far as there are
        data. Of a sub-period that has not begun, actual and what follows from it is null.

    Raises
    ------
    SettingsError
        Where the kind is not known.

    Notes
    -----
    - target: by the version valid on each day, see `kit.track.goals.by_day`; of a running
      sub-period the whole.
    - variance = actual − target, variance_share = variance ÷ target.
    - rolling_gap: Σ (target − actual) over the last `settings.track.rolling` closed sub-periods,
      moving_average: mean actual of the last `settings.track.moving_average`; null in a running one
      and where the window is not full. Windows of months reach back before the period.
    - cumulated_actual, cumulated_target: from the period's start to the sub-period's end, of a
      running one to `as_of`; null outside the period. What is due by then goes by the version valid
      then (`kit.track.changes.due_by_day`): where the target changed it steps to the new schedule,
      and is no longer the sum of the sub-periods' targets.
    - last_year: of a month or quarter, the one a year before (of a running one up to the same
      number of working days); of a day or week, the working days with the same numbers in the same
      period last year; of one that has not begun all of it. yoy = actual ÷ last_year − 1.
    - mom (months only) = actual ÷ actual of the month before − 1, a running month again by the same
      number of working days.
    - forecast: what `kit.plan.baseline.outlook` said before the period began, within its months by
      working days; null outside the period.
    - A sub-period that the data hold only in part is compared with nothing, nor counted in an
      average; a ratio to zero or less is null.
    """
    if kind not in KINDS:
        raise SettingsError(f"kind '{kind}' is not known. {nearest(kind, KINDS)}")
    found = booked(case, measure=measure)
    if isinstance(found, Unavailable):
        return found
    spans = _months(case, found) if kind == "month" else case.calendar.parts(case.period, kind)
    daily = goals.by_day(case, measure=measure, **_reach(case, found))
    target = goals.of_spans(case, spans, daily, measure=measure)
    begun = np.array([one.start <= case.as_of for one in spans], dtype=bool)
    closed = np.array([one.end <= case.as_of for one in spans], dtype=bool)
    whole = np.array([found.whole(one) for one in spans], dtype=bool)
    actual = np.array([found.upto(one, case.as_of) for one in spans], dtype=float)
    actual = np.where(begun, actual, np.nan)
    last_year = _last_year(case, found, spans, kind=kind)
    mom = [_mom(found, one) if kind == "month" else np.nan for one in spans]
    due = _due(case, daily, measure=measure)
    counted = pd.Series(np.where(closed & whole, actual, np.nan), dtype="float64")
    track = case.settings.track
    frame = pd.DataFrame(
        {
            "period": pd.Series([one.name for one in spans], dtype="str"),
            "start": pd.Series([pd.Timestamp(one.start) for one in spans], dtype=_TIME),
            "end": pd.Series([pd.Timestamp(one.end) for one in spans], dtype=_TIME),
            "working_days": [float(case.calendar.working_days(one.start, one.end))
                             for one in spans],
            "target": target,
            "actual": actual,
            "variance": actual - target,
            "variance_share": _ratios(actual - target, target),
            "rolling_gap": (pd.Series(target, dtype="float64") - counted)
            .rolling(track.rolling).sum(),
            "cumulated_actual": [_inside(case, one, found.between) for one in spans],
            "cumulated_target": [_inside(case, one, due) for one in spans],
            "last_year": last_year,
            "yoy": np.where(whole, _ratios(actual, last_year) - 1, np.nan),
            "mom": np.where(whole, np.array(mom, dtype=float), np.nan),
            "moving_average": counted.rolling(track.moving_average).mean(),
            "forecast": _forecast(case, spans, measure=measure),
            "running": begun & ~closed,
        },
        columns=list(COLUMNS),
    )  # fmt: skip
    numbers = {one: "float64" for one in COLUMNS[3:-1]}
    frame = frame.astype(numbers)
    if kind == "month":
        frame = frame[frame["start"] >= pd.Timestamp(_from(case))].reset_index(drop=True)
    return frame


def _months(case: Case, found: Booked) -> tuple[Period, ...]:
    """The months looked at: those shown, and those before that windows reach back to."""
    start = max(_reach(case, found)["start"], found.first or case.period.start)
    return case.calendar.between(start, case.period.end, "month")


def _reach(case: Case, found: Booked) -> dict[str, dt.date]:
    """First and last day that targets are asked for, whatever the kind."""
    track = case.settings.track
    start = case.calendar.containing(_from(case), "month")
    for _ in range(max(track.rolling, track.moving_average)):
        start = case.calendar.previous(start)
    start = case.calendar.containing(
        max(start.start, min(found.first or case.period.start, case.period.start)), "month"
    )
    end = case.calendar.containing(case.period.end, "month").end
    return {"start": start.start, "end": end}


def _from(case: Case) -> dt.date:
    """First day of the first month shown: the period's first month, a year ago."""
    try:
        start = case.calendar.year_ago(case.period).start
    except UnknownPeriodError:
        start = case.period.start - dt.timedelta(364)
    return case.calendar.containing(start, "month").start


def _mom(found: Booked, month: Period) -> float:
    before = found.same_part(month, found.case.calendar.previous(month))
    return ratio(found.upto(month, found.case.as_of), before) - 1


def _last_year(case: Case, found: Booked, spans: tuple[Period, ...], *, kind: str) -> np.ndarray:
    calendar = case.calendar
    if kind in ("month", "quarter") and all(
        calendar.containing(one.start, one.kind) == one for one in spans
    ):
        return np.array([_year_before(found, one) for one in spans], dtype=float)
    nothing = np.full(len(spans), np.nan)
    try:
        before = calendar.year_ago(case.period)
    except UnknownPeriodError:
        return nothing
    if not spans or before.end > case.as_of or not found.whole(before):
        return nothing
    ends = [one.start - _DAY for one in spans]
    ends += [min(one.end, case.as_of) if one.start <= case.as_of else one.end for one in spans]
    days = pd.DatetimeIndex(ends)
    points = same_points(calendar, case.period, days=days, other=before)
    amounts = np.array([found.upto(before, one.date()) for one in points])
    return amounts[len(spans) :] - amounts[: len(spans)]


def _year_before(found: Booked, span: Period) -> float:
    try:
        before = found.case.calendar.year_ago(span)
    except UnknownPeriodError:
        return float("nan")
    if span.start > found.case.as_of:
        return found.upto(before, before.end) if found.whole(before) else float("nan")
    return found.same_part(span, before)


def _forecast(case: Case, spans: tuple[Period, ...], *, measure: str) -> np.ndarray:
    """The forecast made before the period, by sub-period of it; NaN where there is none."""
    nothing = np.full(len(spans), np.nan)
    known = past(case, measure=measure)
    if isinstance(known, Unavailable):
        return nothing
    points = known.frame[[0]].to_numpy()
    logs = bool((points > 0).all())
    ahead = fit(np.log(points) if logs else points, horizon=len(known.ahead), cycle=known.cycle)
    means = (np.exp(ahead.ahead) if logs else ahead.ahead)[-known.inside :, 0]
    daily = pd.Series(0.0, index=pd.date_range(case.period.start, case.period.end, unit="us"))
    for span, mean in zip(known.ahead[-known.inside :], means, strict=True):
        if span.kind == "month":
            worked = case.calendar.workdays(span.start, span.end)
            worked = worked if len(worked) else pd.date_range(span.start, span.end, unit="us")
            part = pd.Series(mean / len(worked), index=worked)
        else:
            due = schedule.due(case, mean, measure=measure)
            part = due.diff().fillna(due.iloc[0])
        daily = daily.add(part.reindex(daily.index).fillna(0.0))
    total = _sum_of(daily)
    inside = [one.start >= case.period.start and one.end <= case.period.end for one in spans]
    return np.array([total(one.start, one.end) if ok else np.nan
                     for one, ok in zip(spans, inside, strict=True)], dtype=float)  # fmt: skip


def _due(case: Case, daily: pd.Series, *, measure: str) -> Callable[[dt.date, dt.date], float]:
    """A function that says what of the period's target is due by a day."""
    found = changes.due_by_day(case, measure=measure)
    if found.isna().all():  # only the period it lies in has a target
        return _sum_of(daily)
    return lambda start, end: float(found.loc[pd.Timestamp(end)])


def _inside(
    case: Case, span: Period, amount: Callable[[dt.date, dt.date], float]
) -> float:
    """A sum from the period's start to a span's end, or `as_of`; NaN outside the period."""
    if span.end < case.period.start or span.start > min(case.as_of, case.period.end):
        return float("nan")
    return amount(case.period.start, min(span.end, case.as_of, case.period.end))


def _sum_of(daily: pd.Series) -> Callable[[dt.date, dt.date], float]:
    """A function that sums a daily series from a day to another; NaN where any day has none."""
    amounts = daily.to_numpy()
    origin = daily.index[0].date()

    def total(start: dt.date, end: dt.date) -> float:
        part = amounts[max((start - origin).days, 0) : (end - origin).days + 1]
        return float(part.sum()) if len(part) else float("nan")

    return total


def _ratios(over: np.ndarray, under: np.ndarray) -> np.ndarray:
    return np.array([ratio(*one) for one in zip(over, under, strict=True)], dtype=float)
