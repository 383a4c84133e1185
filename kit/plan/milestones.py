"""Milestones: how much of a month's target is due by which day, and plans that come too late."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.data.targets import in_force
from kit.plan.intramonth import course, reached
from kit.plan.schedule import parts, seasonality
from kit.plan.units import fine_unit, to_unit

LATE = 0.05  # share of the period by which a plan may lag behind its season


def milestones(
    case: Case, amount: float | Unavailable, *, measure: str = "bookings"
) -> pd.DataFrame | Unavailable:
    """What is due by which day within each month, set by policy or learned from past months.

    Parameters
    ----------
    case : Case
        `targets.milestones` names the days, and with `targets.milestones_from` at `policy` the
        shares too; at `history` the shares are those of the company's own course.
    amount : float or Unavailable
        The target of the whole period; Unavailable is handed back.
    measure : str

    Returns
    -------
    DataFrame
        period, date, share (of the month's target, cumulated), target (money, cumulated within the
        month), usual (share that had usually come by then), usual_low (what nine of ten months
        had passed; both NaN where no course is known), late (whether less is planned than
        `usual_low`: the plan leaves to the month's end what has never come so late). Days are
        counted from the month's first; each month ends with its whole target. Milestones that a
        clipped month does not reach are left out.
    """
    if isinstance(amount, Unavailable):
        return amount
    known = course(case, measure=measure)
    learned = case.settings.targets.milestones_from == "history"
    policy = sorted(case.settings.targets.milestones.items())
    rows = []
    for month in parts(case, amount, measure=measure).itertuples(index=False):
        unit = fine_unit(month.target, parts=len(policy) + 1, unit=case.settings.targets.unit)
        for day, share in policy:
            date = month.start + pd.Timedelta(day - 1, "D")
            if date >= month.end:
                continue
            usual, low = _usual(case, known, month, date)
            if learned and not np.isnan(usual):
                share = round(min(max(usual, 0.0), 1.0), 2)
            owed = float(to_unit(np.array([share * month.target]), unit)[0])
            rows.append((month.period, date, share, owed, usual, low, share < low))
        rows.append((month.period, month.end, 1.0, month.target, 1.0, 1.0, False))
    names = ["period", "date", "share", "target", "usual", "usual_low", "late"]
    return pd.DataFrame(rows, columns=names)


def too_late(case: Case, *, measure: str = "bookings") -> pd.DataFrame | Unavailable:
    """Where the decided targets of the months lag behind the season that the past has shown.

    Returns
    -------
    DataFrame or Unavailable
        period, end, planned (share of the period's target due by the month's end, by the months'
        own targets), usual (by season and working days), late (whether `planned` is more than five
        points behind). Unavailable (reason `no_month_targets`) where not every month has a target.

    Notes
    -----
    The targets are those in force on `as_of`. The season is that of `kit.plan.schedule`.
    """
    months = case.calendar.parts(case.period)
    goals = [in_force(case, measure=measure, period=one) for one in months]
    if len(months) < 2 or any(one is None for one in goals) or sum(goals) <= 0:
        return Unavailable(reason="no_month_targets", detail=case.period.name)
    planned = np.cumsum(goals) / sum(goals)
    usual = seasonality(case, measure=measure).cumsum().to_numpy()
    return pd.DataFrame(
        {
            "period": [one.name for one in months],
            "end": pd.to_datetime([one.end for one in months]),
            "planned": planned,
            "usual": usual,
            "late": usual - planned > LATE,
        }
    )


def _usual(
    case: Case, known: pd.DataFrame | Unavailable, month: Period, date: pd.Timestamp
) -> tuple[float, float]:
    """What has usually come by a day of a month, and what nine of ten months had passed."""
    start, end = _day(month.start), _day(month.end)
    worked = case.calendar.working_days(start, end)
    if isinstance(known, Unavailable) or not worked:
        return np.nan, np.nan
    passed = case.calendar.working_days(start, date.date()) / worked
    return reached(known, passed), reached(known, passed, column="low")


def _day(found: dt.date | pd.Timestamp) -> dt.date:
    return found.date() if isinstance(found, pd.Timestamp) else found
