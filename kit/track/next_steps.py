"""The next step that is suggested for an open deal, by rule: a person decides."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from kit.data.case import Case
from kit.track.cadence import on_or_after

_DAY = dt.timedelta(1)


def open_step(case: Case, deal: Any) -> tuple[str, dt.date]:
    """What is suggested for an open deal, and by when.

    Parameters
    ----------
    case : Case
    deal : row
        Of `kit.track.open_deals.open_deals`.

    Returns
    -------
    (str, date)
        `new_date` for a deal past its date, on the next working day; `unstick` for a stuck one and
        `set_date` for one without a date, by the week's Friday; else what leads out of its stage:
        `qualify` from the first, `decide` from the last before the won one, `offer` between, by the
        expected close or, where that is earlier, the day on which the deal would be stuck. Never
        before the next working day; a day that is off moves on to the next one worked.
    """
    tomorrow = on_or_after(case.calendar, case.as_of + _DAY)
    if deal.reason == "overdue":
        return "new_date", tomorrow
    if deal.reason in ("stuck", "no_date"):
        friday = case.calendar.containing(case.as_of, "week").start + 4 * _DAY
        step = "unstick" if deal.reason == "stuck" else "set_date"
        return step, max(tomorrow, on_or_after(case.calendar, friday))
    last = len(case.settings.diagnose.stages) - 1
    step = "decide" if deal.place >= last else "qualify" if deal.place <= 1 else "offer"
    days = [deal.expected_close_on]
    if deal.limit_days == deal.limit_days:
        days.append(deal.entered_on + pd.Timedelta(int(deal.limit_days), "D"))
    return step, max(on_or_after(case.calendar, min(days).date()), tomorrow)
