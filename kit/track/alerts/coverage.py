"""The alert that open deals cover less of the gap than is usual at this point of the period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pandas as pd

from kit.data import measures
from kit.data.case import Case
from kit.data.elapsed import past_periods, same_point
from kit.data.tables import Unavailable
from kit.data.territory import display
from kit.track import changes
from kit.track.alerts.landing import short_by
from kit.track.alerts.rules import EXACT, Alert, fixed, limits, raised
from kit.track.booked import booked
from kit.track.deal_states import told
from kit.track.past_pipeline import MOST, PastPipeline, due_on, past_pipeline

_DAY = dt.timedelta(1)
_DAILY = 60  # days back to which is looked day by day, beyond week by week


def coverage(case: Case, *, gap: float) -> Iterator[Alert]:
    """Open deals due in the period ÷ gap is under what was usual at this point of past periods.

    While the period runs and is short of its target, see `kit.track.pipeline`. Half of all past
    periods had less than is usual, so that alone is none: the landing must be short of the target
    too or, where there is no landing, the coverage less than in any of the past periods. Where past
    periods tell nothing, it is raised under `track.coverage`; an amber limit that the parameters
    set counts as it stands.

    Red under 1, where that is less than usual too and no landing says that the target is reached.
    It is about the part of the gap that is short of the coverage. It holds since the coverage fell
    below what was usual at the point of that day.
    """
    running = case.period.start <= case.as_of and not case.closed
    if not (running and gap > 0 and case.data.has("opportunities")) or not raised(
        case, "coverage", case.scope
    ):
        return
    usual, least = _usual(case)
    tells = not np.isnan(usual)
    limit, red = limits(
        case, "coverage", amber=usual if tells else case.settings.track.coverage, red=1.0
    )
    own = case.settings.alerts.rule("coverage").amber is not None
    value = _open(case, case.as_of) / gap
    if not value < limit - EXACT:
        return
    short = short_by(case)
    if tells and not own and not (short > 0 if short is not None else value < least):
        return
    grave = value < red - EXACT and not value >= usual and (short is None or short > 0)
    yield Alert(
        fixed(case, "coverage", "red" if grave else "amber"), "coverage", case.scope,
        display(case, case.scope), value, limit, "percent",
        stake=gap * max(1 - value / limit, 0.0) if limit > 0 else gap,
        since=_since(case, limit if own or not tells else None),
        facts={"coverage": value, "gap": gap, "usual": usual if tells else None,
               "told": "usual" if tells else ""},
    )  # fmt: skip


def _usual(case: Case) -> tuple[float, float]:
    """The cover that past periods had at this point, together and the least; NaN: not known."""
    past = past_pipeline(case)
    if not isinstance(past, PastPipeline):
        return float("nan"), float("nan")
    rows = past.periods[past.periods["booked"] > 0]
    return past.cover, float((rows["amount"] / rows["booked"]).min())


def _open(case: Case, day: dt.date) -> float:
    """The amount of the deals that were open and due in the period, as told by that day."""
    return float(due_on(told(case), day, period=case.period)["amount"].sum())


def _usual_on(case: Case, day: dt.date) -> float:
    """The cover that past periods had at the point of an earlier day; NaN where not known."""
    seen, got = told(case), booked(case)
    first = seen.known.created.min().item()
    due = later = 0.0
    for one in past_periods(
        case.calendar, case.period, first=first, as_of=case.as_of, most=MOST
    ):
        point = same_point(case.calendar, case.period, as_of=day, other=one)
        if first <= point:
            due += float(due_on(seen, point, period=one)["amount"].sum())
            later += got.between(point + _DAY, one.end)
    return due / later if later > 0 else float("nan")


def _since(case: Case, limit: float | None) -> dt.date:
    """The first day from which on the coverage was under the limit, or under that day's usual."""
    paces = changes.paces(case)
    got = measures.daily(case, start=case.period.start, end=case.as_of)
    if isinstance(paces, Unavailable) or isinstance(got, Unavailable):
        return case.as_of
    targets = paces.set_index("date")["target"]
    cumulated = got.cumsum()
    day, found = case.as_of, case.as_of
    while day > case.period.start:
        day -= dt.timedelta(1 if (case.as_of - day).days < _DAILY else 7)
        if day < case.period.start:
            break
        gap = float(targets.get(pd.Timestamp(day), np.nan) - cumulated.loc[pd.Timestamp(day)])
        enough = _usual_on(case, day) if limit is None else limit
        if not gap > 0 or not _open(case, day) / gap < enough - EXACT:
            break
        found = day
    return found
