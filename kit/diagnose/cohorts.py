"""Conversion by cohort: of the deals that entered a stage, the share that reached the next."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.elapsed import last_period, year_ago
from kit.data.frames import kept
from kit.data.once import once
from kit.data.stages import passages
from kit.data.tables import Unavailable
from kit.diagnose import funnel
from kit.diagnose.incidence import Incidence, incidence

USUAL = 0.9  # of the deals that went on in the year before had done so within the horizon
FOLLOWED, FEWEST = 0.2, 10  # share and number of a cohort's deals that must be as old as that
AGAINST = ("last_period", "last_year")


@once
def conversions(case: Case) -> pd.DataFrame | Unavailable:
    """Conversion of the cohorts that entered each stage in the period, against earlier cohorts.

    Returns
    -------
    DataFrame or Unavailable
        stage, next, step (`proposal → won`), days (the horizon, working days), entered (deals that
        entered the stage in the period up to `as_of`), conversion (share of them that reached the
        next stage within that many days), low, high (95 % interval), and for the cohorts of
        `last_period` and `last_year` (the same working days): the share by that name, `_entered`,
        `_p` (chance of as large a difference where nothing changed) and `_distinct` (p below 5 % ÷
        number of steps that can be compared). Unavailable without opportunities, or where no deal
        entered a stage in the period (`no_cohort`).

    Notes
    -----
    Cohorts are compared at one age, so that a young one does not look worse: the horizon of a step
    is the time within which 90 % of the deals that went on in the year before had done so or, if
    that is less, the age that a fifth of the period's cohort has reached by `as_of` (ten deals at
    least; half of a cohort of fewer than twenty). Deals younger than that count for as long as they
    were seen; see `kit.diagnose.incidence`. Null where that is less than the time half of them
    took, for then the cohort is too young to tell. Without stage_events there is one step, from the
    start to the outcome.

    The conversion is of those who entered, `kit.diagnose.funnel.steps` tells of those who left; the
    bottleneck is named there alone.
    """
    found = stays(case)
    if isinstance(found, Unavailable):
        return found
    spans = windows(case)
    cohorts = {name: entering(found, span) for name, span in spans.items()}
    if cohorts["now"].empty:
        return Unavailable(reason="no_cohort")
    rows = []
    for stage, after in steps(case):
        days = _horizon(case, found, cohorts["now"], stage=stage)
        sides = {name: _at(one, stage, days) for name, one in cohorts.items()}
        now = sides.pop("now")
        row = {
            "stage": stage, "next": after, "step": f"{stage} → {after}", "days": days,
            "entered": now.entered, "conversion": now.share, "low": now.low, "high": now.high,
        }  # fmt: skip
        for name, one in sides.items():
            row |= {name: one.share, f"{name}_entered": one.entered, f"{name}_p": alike(now, one)}
        rows.append(row)
    table = pd.DataFrame(rows)
    for name in AGAINST:
        limit = funnel.ALPHA / max(int(table[f"{name}_p"].notna().sum()), 1)
        table[f"{name}_distinct"] = table[f"{name}_p"] < limit
    return table


@once
def course(case: Case, *, kind: str = "month", most: int = 12) -> pd.DataFrame | Unavailable:
    """Conversions cohort by cohort, up to the period's.

    Parameters
    ----------
    case : Case
    kind : str
        `month` or `quarter`: of the days on which deals entered.
    most : int
        Cohorts, the latest.

    Returns
    -------
    DataFrame or Unavailable
        cohort (name of the month or quarter), start, end, step, days, entered, conversion, low and
        high: a row each cohort and step, at the horizon of `conversions`. Shares are null where the
        cohort is too young for it (where the period's is, the 90 % time counts). Cohorts that began
        before the first deal are left out. Unavailable as `conversions`.
    """
    table = conversions(case)
    if isinstance(table, Unavailable):
        return table
    found = stays(case)
    end = min(case.as_of, case.period.end)
    first = max(found["entered_on"].min().date(), end - dt.timedelta(days=1200))
    known = [one for one in case.calendar.between(first, end, kind) if one.start >= first]
    rows = []
    for span in known[-most:]:
        some = entering(found, (span.start, min(span.end, end)))
        for one in table[["stage", "step", "days"]].itertuples(index=False):
            days = one.days
            if math.isnan(days):
                days = _usual(case, found, stage=one.stage)[1]
            share = _at(some, one.stage, days)
            young = not days <= _reach(some.loc[some["stage"] == one.stage, "age"])
            low, high = (math.nan, math.nan) if young else (share.low, share.high)
            rows.append(
                {"cohort": span.name, "start": span.start, "end": span.end, "step": one.step,
                 "days": days, "entered": share.entered, "low": low, "high": high,
                 "conversion": math.nan if young else share.share}
            )  # fmt: skip
    return pd.DataFrame(rows) if rows else Unavailable(reason="no_cohort")


@once
def stays(case: Case) -> pd.DataFrame | Unavailable:
    """Every stay in a stage as seen on `as_of`.

    Returns
    -------
    DataFrame or Unavailable
        opportunity_id, stage, entered_on, left_on, onward, won_on as `kit.data.stages.passages`
        gives them, days (working days in the stage, up to leaving it or to `as_of`), ended (1 went
        on, 2 lost, 0 still there) and age (working days from entering to `as_of`).
    """
    if not case.data.has("opportunities"):
        return Unavailable(table="opportunities")
    today, events = pd.Timestamp(case.as_of), None
    if case.data.has("stage_events"):
        events = case.data.frame("stage_events")
        events = kept(events, events["entered_on"] < today + pd.Timedelta(days=1))
    names = tuple(one for one, _ in steps(case)) + (case.settings.diagnose.stages[-1],)
    found = passages(funnel.decided(case), events, stages=names)
    came, gone = workday(case, found["entered_on"]), found["left_on"].notna()
    age = workday(case, pd.Series([today]))[0] - came
    days = np.where(gone, workday(case, found["left_on"].fillna(today)) - came, age)
    ended = np.where(found["onward"].astype(bool) & gone, 1, np.where(gone, 2, 0))
    return found.assign(days=days, ended=ended, age=age)


def workday(case: Case, days: pd.Series) -> np.ndarray:
    """The number of each day's working day; a day off has that of the working day before it."""
    if days.empty:
        return np.zeros(0)
    created = funnel.decided(case)["created_on"].min()
    first = dt.date((days.min() if pd.isna(created) else created).year - 1, 1, 1)
    worked = case.calendar.workdays(first, case.as_of).to_numpy().astype("datetime64[D]")
    there = days.to_numpy().astype("datetime64[D]")
    return np.searchsorted(worked, there, side="right").astype(float)


def steps(case: Case) -> list[tuple[str, str]]:
    """Each stage and the next; without stage_events one step from the start to the outcome."""
    stages = case.settings.diagnose.stages
    stages = stages if case.data.has("stage_events") else (stages[0], stages[-1])
    return list(zip(stages, stages[1:], strict=False))


def windows(case: Case) -> dict[str, tuple[dt.date, dt.date] | None]:
    """First and last day of the cohorts: `now`, `last_period` and `last_year`, None if unknown."""
    found: dict[str, Period | None] = {
        "last_period": last_period(case.calendar, case.period, as_of=case.as_of),
        "last_year": year_ago(case.calendar, case.period, as_of=case.as_of),
    }
    past = {name: None if one is None else (one.start, one.end) for name, one in found.items()}
    return {"now": (case.period.start, min(case.as_of, case.period.end)), **past}


def entering(found: pd.DataFrame, span: tuple[dt.date, dt.date] | None) -> pd.DataFrame:
    """The stays that began from the first to the last day of a span; none without a span."""
    if span is None:
        return found.iloc[:0]
    after = pd.Timestamp(span[1]) + pd.Timedelta(days=1)
    return found[(found["entered_on"] >= pd.Timestamp(span[0])) & (found["entered_on"] < after)]


def _at(cohort: pd.DataFrame, stage: str, days: float) -> Incidence:
    some = cohort[cohort["stage"] == stage]
    if math.isnan(days):
        return Incidence(math.nan, math.nan, math.nan, len(some), 0.0)
    return incidence(some["days"].to_numpy(), some["ended"].to_numpy(), horizon=days)


def _usual(case: Case, found: pd.DataFrame, *, stage: str) -> tuple[float, float]:
    """Days within which half, and 90 %, of the deals that went on in the year before did so."""
    start, end, before = funnel.spans(case)
    some = found[(found["stage"] == stage) & (found["ended"] == 1)]
    year = entering(some, (before, start - dt.timedelta(days=1)))
    year = entering(some, (start, end)) if year.empty else year
    if year.empty:
        return math.nan, math.nan
    half, most = np.quantile(year["days"], [0.5, USUAL], method="higher")
    return float(half), max(float(most), 1.0)


def _horizon(case: Case, found: pd.DataFrame, cohort: pd.DataFrame, *, stage: str) -> float:
    """Days at which the cohorts of a stage are compared; NaN where there is no such age."""
    half, usual = _usual(case, found, stage=stage)
    days = min(usual, _reach(cohort.loc[cohort["stage"] == stage, "age"]))
    return days if days >= max(half, 1.0) else math.nan


def _reach(age: pd.Series) -> float:
    """The age that enough deals of a cohort have reached; NaN for an empty one."""
    many = len(age)
    if not many:
        return math.nan
    enough = math.ceil(many / 2) if many < 2 * FEWEST else max(FEWEST, math.ceil(FOLLOWED * many))
    return float(np.sort(age.to_numpy())[-enough])


def alike(one: Incidence, other: Incidence) -> float:
    """p-value that two cohorts convert alike, by their sizes; NaN where one says nothing."""
    if not (one.size and other.size) or math.isnan(one.share) or math.isnan(other.share):
        return math.nan
    return funnel.unlike(one.share * one.size, one.size, other.share * other.size, other.size)
