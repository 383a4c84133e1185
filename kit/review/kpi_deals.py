"""What the deals tell of a period: win rates, cycle, size, and cover of the next period."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.data.targets import in_force
from kit.diagnose.funnel import closed
from kit.diagnose.productivity import seen
from kit.diagnose.reference import within
from kit.errors import UnknownPeriodError
from kit.review.kpi_found import Found
from kit.track.deal_states import told
from kit.track.past_pipeline import due_on


def _decided(case: Case) -> pd.DataFrame | Unavailable:
    if not case.data.has("opportunities"):
        return Unavailable(table="opportunities")
    span = seen(case)
    rows = within(closed(case), span.start, span.end)
    return Unavailable(reason="no_decided_deals") if rows.empty else rows


def of_deals(measure: Callable[[pd.DataFrame], float], *, won: bool) -> Callable:
    """A figure of the deals closed in the period, or of those won alone."""
    def found(case: Case, lines: Sequence[str]) -> Found | Unavailable:
        rows = _decided(case)
        if isinstance(rows, Unavailable):
            return rows
        rows = rows[rows["status"] == "won"] if won else rows
        value = measure(rows) if len(rows) else np.nan
        if pd.isna(value):
            return Unavailable(reason="no_won_in_period" if won else "no_decided_deals")
        return Found(float(value), len(rows))

    return found


def won_amount(rows: pd.DataFrame) -> float:
    """Amount won ÷ amount won and lost."""
    total = rows["amount"].sum()
    return rows.loc[rows["status"] == "won", "amount"].sum() / total if total > 0 else np.nan


def coverage(case: Case, lines: Sequence[str]) -> Found | Unavailable:
    """Open deals due in the next period, or overdue, ÷ its target, or this one's without."""
    if not case.data.has("opportunities"):
        return Unavailable(table="opportunities")
    try:
        coming = case.calendar.next(case.period)
    except UnknownPeriodError:
        return Unavailable(reason="calendar_ends", detail=case.period.name)
    basis, goal = "next_target", in_force(case, period=coming)
    if not goal:
        basis, goal = "this_target", in_force(case)
    if not goal or goal < 0:
        return Unavailable(reason="no_target_to_cover")
    due = due_on(told(case), seen(case).end, period=coming)
    return Found(float(due["amount"].sum()) / goal, len(due), basis)
