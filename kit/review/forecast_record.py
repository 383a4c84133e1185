"""How forecasts turned out: the landings and chances that were told, against what came."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from kit.data import measures, targets
from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.elapsed import past_periods
from kit.data.frames import ScopeData
from kit.data.hindsight import seen_on
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.plan.baseline import outlook
from kit.review.part_cases import part_cases
from kit.track import landing

COLUMNS = ("period", "point", "as_of", "told", "low", "high", "chance", "target", "actual",
           "error", "inside", "reached", "brier")  # fmt: skip
_READ = ("sales", "roster", "targets", "opportunities", "stage_events", "events")
_TYPES = dict.fromkeys(("point", "told", "low", "high", "chance", "target", "actual", "error",
                        "inside", "reached", "brier"), "float64")  # fmt: skip


@dataclass(frozen=True)
class ForecastRecord:
    """Forecasts of closed periods and what came of them.

    Parameters
    ----------
    landings : DataFrame
        period, point (share of the working days over), as_of, told (landing), low, high, chance,
        target (in force on that day), actual (money), error (actual ÷ told − 1), inside (1 where
        the interval held the actual, 0 where not), reached (1 or 0), brier ((chance − reached)²);
        null where not told. One row a period and point, the latest period first.
    plans : DataFrame
        The same columns for what was known before each period began; point is 0.
    interval : float
        Share of results that the intervals are meant to hold.
    """

    landings: pd.DataFrame
    plans: pd.DataFrame
    interval: float


@once
def record(case: Case) -> ForecastRecord | Unavailable:
    """Judge the forecasts of the last closed periods at fixed points, each as it was told then.

    Returns
    -------
    ForecastRecord or Unavailable
        Of the case's period, where it is over, and the ones before, `review.next.periods` in all.
        Unavailable (reason `no_forecast_record`) where no forecast of a closed period can be made.

    Notes
    -----
    At each point of `review.next.points` the rows are taken back to that day
    (`kit.data.hindsight.seen_on`) and forecast by `kit.track.landing.forecast`; the plan's chance
    is that of `kit.plan.baseline.outlook` of the target in force on the period's first day. All
    are made by today's parameters. The results are those known on `as_of`.
    """
    spans = closed_periods(case)
    rows = [_landed(case, span, day) for span in spans for day in points(case, span)]
    plans = [_planned(case, span) for span in spans]
    told = _frame(rows), _frame(plans)
    if told[0].empty and told[1].empty:
        return Unavailable(reason="no_forecast_record", detail=case.period.name)
    return ForecastRecord(*told, interval=case.settings.track.interval)


@once
def plans(case: Case) -> pd.DataFrame:
    """The plan's forecasts of the last closed periods alone, as `ForecastRecord.plans`."""
    return _frame([_planned(case, span) for span in closed_periods(case)])


@once
def by_part(case: Case) -> pd.DataFrame | Unavailable:
    """How the landings of the period under review turned out for each part of the scope.

    Returns
    -------
    DataFrame or Unavailable
        scope, part, forecasts (number), error (mean of actual ÷ told − 1), worst (the largest by
        size), coverage (share of intervals that held the actual), brier (mean, null without
        chances). Unavailable (reason `no_parts_opened`) where the scope has no parts that can be
        opened, or (`no_forecast_record`) the period is not over.
    """
    if not case.closed:
        return Unavailable(reason="no_forecast_record", detail=case.period.name)
    found = part_cases(case)
    if not found:
        return Unavailable(reason="no_parts_opened", detail=str(case.scope))
    rows = []
    for name, part in found.items():
        one = _frame([_landed(part, part.period, day) for day in points(part, part.period)])
        if len(one):
            off = one["error"].dropna()
            worst = off.loc[off.abs().idxmax()] if len(off) else np.nan
            rows.append((str(part.scope), name, len(one), off.mean(), worst,
                         one["inside"].mean(), one["brier"].mean()))  # fmt: skip
    names = ["scope", "part", "forecasts", "error", "worst", "coverage", "brier"]
    if not rows:
        return Unavailable(reason="no_forecast_record", detail=case.period.name)
    return pd.DataFrame(rows, columns=names)


def closed_periods(case: Case) -> tuple[Period, ...]:
    """The last periods that are over on `as_of` and wholly in the data, the latest first."""
    dates = case.data.sales["date"]
    first = None if dates.empty or pd.isna(dates.min()) else dates.min().date()
    most = case.settings.review.next.periods
    own = (case.period,) if case.closed and first and case.period.end >= first else ()
    before = past_periods(case.calendar, case.period, first=first, as_of=case.as_of,
                          most=max(most - len(own), 0))  # fmt: skip
    return (*own, *reversed(before))


def points(case: Case, span: Period) -> tuple[tuple[float, dt.date], ...]:
    """Share of a period's working days and the day that ends it, for each point of the settings.

    Points that fall on the same day are one; none is the period's last working day.
    """
    days = case.calendar.workdays(span.start, span.end)
    found: dict[dt.date, float] = {}
    for share in case.settings.review.next.points:
        over = int(share * len(days) + 0.5)
        if 0 < over < len(days):
            found.setdefault(days[over - 1].date(), float(share))
    return tuple((share, day) for day, share in found.items())


def _landed(case: Case, span: Period, at: tuple[float, dt.date]) -> dict | None:
    share, day = at
    then = replace(case, period=span, as_of=day, data=seen_on(_needed(case), day,
                   calendar=case.calendar))  # fmt: skip
    found = landing.forecast(then)
    if isinstance(found, Unavailable) or found.landing is None:
        return None
    told = {"point": share, "as_of": day, "told": found.landing, "low": found.low,
            "high": found.high, "chance": found.chance, "target": targets.in_force(then)}
    return _judged(case, span, told)


@once
def _needed(case: Case) -> ScopeData:
    """The tables that a landing of bookings reads."""
    kept = {name: one for name, one in case.data.frames.items() if name in _READ}
    return ScopeData(case.data.scope, kept, case.data.missing)


def _planned(case: Case, span: Period) -> dict | None:
    found = outlook(replace(case, period=span))
    if isinstance(found, Unavailable):
        return None
    goal = targets.in_force(case, period=span, as_of=span.start)
    told = {"point": 0.0, "as_of": span.start - dt.timedelta(1), "told": found.mean,
            "low": found.low, "high": found.high, "chance": found.chance(goal), "target": goal}
    return _judged(case, span, told)


def _judged(case: Case, span: Period, told: dict) -> dict | None:
    actual = measures.actuals(case, start=span.start, end=span.end)
    if isinstance(actual, Unavailable):
        return None
    known = all(told[one] is not None and np.isfinite(told[one]) for one in ("low", "high"))
    slack = 1e-9 * abs(actual)
    goal, odds = told["target"], told["chance"]
    reached = None if not goal else float(actual >= goal - 1e-9 * goal)
    return {
        "period": span.name, **told, "actual": actual,
        "error": actual / told["told"] - 1 if told["told"] > 0 else None,
        "inside": float(told["low"] - slack <= actual <= told["high"] + slack) if known else None,
        "reached": reached,
        "brier": None if odds is None or reached is None else (odds - reached) ** 2,
    }  # fmt: skip


def _frame(rows: list[dict | None]) -> pd.DataFrame:
    found = pd.DataFrame([one for one in rows if one], columns=list(COLUMNS)).astype(_TYPES)
    return found.assign(as_of=pd.to_datetime(found["as_of"]))
