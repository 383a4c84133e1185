"""Cash by month beside the plan that was made of the bookings target when the period began."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from kit.data import measures
from kit.data.case import Case
from kit.data.elapsed import elapsed
from kit.data.targets import in_force
from kit.plan.collections import Collections, collections


def cash_by_month(case: Case) -> tuple[pd.DataFrame, float, float]:
    """Cash by month beside what the plan expected when the period began.

    Returns
    -------
    (DataFrame, float, float)
        period, start, end, actual (NaN in months to come), planned (NaN throughout without a
        bookings target, without orders before the period, or with too few payments to learn
        from), variance (actual − planned; NaN in a
        month that is not over), running; the plan's total; what of it was to come by `as_of`: its
        months that are over and, of the running one, the share of its working days that are over.

    Notes
    -----
    The plan is that of `kit.plan.collections` for the bookings target in force on the period's
    first day, from what was known on its eve.
    """
    spans = case.calendar.parts(case.period)
    days = measures.daily(
        case, measure="collections", start=case.period.start, end=case.period.end
    )
    day = min(case.as_of, case.period.end)
    eve = min(case.as_of, case.period.start)
    goal = in_force(case, as_of=eve)
    ordered = (case.data.sales["date"] < pd.Timestamp(case.period.start)).any()
    plan = None if goal is None or not ordered else collections(_without_deals(case), float(goal))
    planned = np.full(len(spans), np.nan)
    if isinstance(plan, Collections) and len(plan.months) == len(spans):
        planned = plan.months["collections"].to_numpy(dtype=float)
    cash = [
        float(days.loc[pd.Timestamp(one.start) : pd.Timestamp(one.end)].sum()) for one in spans
    ]
    begun, over = (np.array(there) for there in
                   ([one.start <= day for one in spans], [one.end <= day for one in spans]))  # fmt: skip
    shares = np.zeros(len(spans))
    for at, one in enumerate(spans):
        done, left = elapsed(case.calendar, one, as_of=day)
        shares[at] = done / (done + left) if done + left else float(one.end <= day)
    actual = np.where(begun, cash, np.nan)
    frame = pd.DataFrame(
        {
            "period": pd.array([one.name for one in spans], dtype="str"),
            "start": pd.to_datetime([one.start for one in spans]),
            "end": pd.to_datetime([one.end for one in spans]),
            "actual": actual,
            "planned": planned,
            "variance": np.where(over, actual - planned, np.nan),
            "running": begun & ~over,
        }
    )
    return frame, float(planned.sum()), float((planned * shares).sum())


def _without_deals(case: Case) -> Case:
    """The case without deals, which no plan of cash needs and which take time to look back on."""
    frames = {
        name: frame for name, frame in case.data.frames.items()
        if name not in ("opportunities", "stage_events")
    }  # fmt: skip
    return replace(case, data=replace(case.data, frames=frames))
