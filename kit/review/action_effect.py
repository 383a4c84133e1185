"""What an action brought: before and after its start, and against others."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from kit.data import measures
from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.data.territory import children
from kit.diagnose.before_after import BeforeAfter, before_after
from kit.diagnose.monthly import RATES, SERIES, monthly
from kit.diagnose.placebo import LEAST_SIDE, place
from kit.errors import UnknownPeriodError
from kit.review.action_verdict import verdict
from kit.scope import Scope

BY_WORD = {
    "": "bookings", "conversion": "win_rate", "deals": "created", "visits": "visit",
    "calls": "call", "quotes": "quote", "demos": "demo",
}  # fmt: skip
LESS_IS_BETTER = frozenset(("discount",))
MONEY = frozenset(("bookings", "margin", "collections"))
LEVELS = frozenset((*RATES, "visits_per_post"))  # a mean level, not a sum of months
_WHOLE_SCOPE = frozenset(("created", "win_rate", "visits_per_post"))  # not known of a part


@dataclass(frozen=True)
class Effect:
    """What an action brought, as far as it can be known.

    Parameters
    ----------
    measure : str
        A measure of `kit.diagnose.monthly`; as written where it is none.
    unit : str
        `money`, `count` (both a period) or `rate` (difference of the level).
    start : date or None
        From when it is done.
    effect, low, high : float
        Change from before the start to after it, with its 95 % interval; NaN where not known.
    months : int
        Compared on each side.
    against : str
        `own` (its own months before alone), `parts` (also the scope's other parts) or `peers`
        (also the mean of the peers), empty where nothing was compared.
    verdict : str
        As `kit.review.action_verdict.verdict`; `too_early`, `not_started`, `dropped`, or `unknown`.
    why : str
        Why it is unknown: `no_start`, `measure_unknown`, `before_short`, `elsewhere`, `no_noise`,
        `not_looked_at`, or a reason of `Unavailable`.
    detail : str
        For the phrase of `why`.
    known_on : date or None
        Too early: the day from which on there are three months.
    """

    measure: str
    unit: str
    start: dt.date | None
    effect: float = math.nan
    low: float = math.nan
    high: float = math.nan
    months: int = 0
    against: str = ""
    verdict: str = "unknown"
    why: str = ""
    detail: str = ""
    known_on: dt.date | None = None


def effect(case: Case, action: Mapping[str, Any]) -> Effect:
    """Measure an action by the months before and after its start.

    Parameters
    ----------
    case : Case
    action : mapping
        A row of `kit.data.actions.current`.

    Returns
    -------
    Effect

    Notes
    -----
    `kit.diagnose.before_after` compares the months after the start with as many before, season
    taken out, and subtracts what others went through at the same time where they are known: the
    scope's other parts for an action of a part, the peers' mean for one of the scope itself. Sums
    are scaled to the case's period: change a month × months of the period, the interval likewise.
    Needs three months on each side. The change is the start's only where nothing else changed then;
    see `kit.review.action_surroundings`.
    """
    name = measure_of(action.get("measure"))
    start = started(action)
    found = {"measure": name, "unit": unit_of(name), "start": start}
    if action["state"] == "dropped":
        return Effect(**found, verdict="dropped")
    if start is None or (start > case.as_of and action["state"] == "done"):
        return Effect(**found, why="no_start")
    if start > case.as_of:
        return Effect(**found, verdict="not_started", known_on=known_on(case, start))
    if name not in (*measures.MEASURES, *SERIES):
        return Effect(**found, why="measure_unknown", detail=name)
    ready = known_on(case, start)
    if ready is not None and ready > case.as_of:
        return Effect(**found, verdict="too_early", known_on=ready)
    part = part_of(case, action["scope"])
    if isinstance(part, Unavailable) or (part is not None and name in _WHOLE_SCOPE):
        return Effect(**found, why="elsewhere", detail=action["scope"])
    series = monthly(case, measure=name, scope=part)
    if isinstance(series, Unavailable):
        return Effect(**found, why=series.reason, detail=series.table or series.detail)
    at = place(series.months, start)
    if len(series.points) - at < LEAST_SIDE:
        return Effect(**found, verdict="too_early", known_on=known_on(case, start))
    compared = before_after(
        case, start, measure=name, part=part, months=case.settings.review.actions.months
    )
    if isinstance(compared, Unavailable):
        return Effect(**found, why="before_short", detail=str(at))
    return _told(case, action, compared, found)


def measure_of(said: object) -> str:
    """The measure of `kit.diagnose.monthly` that a word stands for; the word itself where none.

    Examples
    --------
    >>> measure_of(None), measure_of("Visits"), measure_of("win rate"), measure_of("smiles")
    ('bookings', 'visit', 'win_rate', 'smiles')
    """
    plain = "_".join(str(said).casefold().split()) if isinstance(said, str) else ""
    return BY_WORD.get(plain, plain)


def unit_of(measure: str) -> str:
    """`money`, `rate` or `count`."""
    return "money" if measure in MONEY else "rate" if measure in RATES else "count"


def started(action: Mapping[str, Any]) -> dt.date | None:
    """From when an action is done; of a done one without a start the day it was due or closed.

    Of these two the earlier one counts. None where nothing is stated.

    Examples
    --------
    >>> due = pd.Timestamp("2025-05-31")
    >>> str(started({"started_on": pd.NaT, "state": "done", "due_on": due}))
    '2025-05-31'
    >>> started({"started_on": pd.NaT, "state": "open", "due_on": due})
    """
    for names in (("started_on",), ("due_on", "recorded_on")):
        days = [action.get(name) for name in names]
        known = [pd.Timestamp(one).date() for one in days if one is not None and not pd.isna(one)]
        if known:
            return min(known)
        if action["state"] != "done":
            break
    return None


def part_of(case: Case, scope: str) -> Scope | None | Unavailable:
    """The direct part of the case's scope that an action is for; None for the scope itself."""
    if scope.casefold() == str(case.scope).casefold():
        return None
    for one in children(case)["scope"]:
        if one.casefold() == scope.casefold():
            return Scope.parse(one)
    return Unavailable(reason="action_elsewhere", detail=scope)


def known_on(case: Case, start: dt.date) -> dt.date | None:
    """The end of the third month that counts as after a day; None beyond the calendar."""
    try:
        first = case.calendar.containing(start, "month")
        months = case.calendar.between(first.start, first.start + dt.timedelta(190), "month")
    except UnknownPeriodError:
        return None
    spans = pd.DataFrame({"start": pd.to_datetime([one.start for one in months]),
                          "end": pd.to_datetime([one.end for one in months])})  # fmt: skip
    last = place(spans, start) + LEAST_SIDE - 1
    return months[last].end if last < len(months) else None


def _told(
    case: Case, action: Mapping[str, Any], compared: BeforeAfter, found: dict[str, Any]
) -> Effect:
    views = compared.frame.set_index("view")
    row = views.loc["against" if compared.group else "own"]
    change, low, high = (float(row[one]) for one in ("change", "low", "high"))
    base = 1.0
    if compared.logs:  # what a share of the level is worth
        after = float(views.loc["own", "after"])
        base = after / (1 + change) if compared.group else float(row["before"])
    if found["measure"] not in LEVELS:
        base *= max(len(case.calendar.between(case.period.start, case.period.end, "month")), 1)
    change, low, high = (base * one for one in (change, low, high))
    shared = {**found, "effect": change, "months": compared.months,
              "against": compared.group or "own"}  # fmt: skip
    if math.isnan(low) or math.isnan(high):
        return Effect(**shared, why="no_noise")
    expected = action.get("expected_effect")
    comparable = found["unit"] == "money" and expected is not None and not pd.isna(expected)
    said = verdict(low, high, expected=float(expected) if comparable else None,
                   less_is_better=found["measure"] in LESS_IS_BETTER)  # fmt: skip
    return Effect(**shared, low=low, high=high, verdict=said)
