"""Where a change of conversion lies: in one part of the scope alone, or in the whole of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import SCOPE_COLUMNS
from kit.data.territory import children
from kit.diagnose import cohort_parts, funnel
from kit.diagnose.reference import within
from kit.scope import Scope


@dataclass(frozen=True)
class StepPlace:
    """The one part in which a step's conversion changed.

    Parameters
    ----------
    scope : str
        Such as `region:East`.
    part : str
        To show.
    share, share_before : float
        Conversion there in the period and in the year before it.
    elsewhere, elsewhere_before : float
        The same of all other parts together.
    """

    scope: str
    part: str
    share: float
    share_before: float
    elsewhere: float
    elsewhere_before: float


@once
def step_place(case: Case, *, stage: str) -> StepPlace | None:
    """The part in which the conversion from a stage changed while it did not elsewhere.

    Parameters
    ----------
    case : Case
    stage : str
        The stage that deals left, as `kit.diagnose.funnel.measured` has it.

    Returns
    -------
    StepPlace or None
        None where no part, or more than one, differs from its own year before (5 % ÷ number of
        parts, two-sided), where the others together do too (5 %), and for scopes without parts.

    Notes
    -----
    Deals are counted as in `kit.diagnose.funnel.steps`: those that left the stage in the period,
    against the twelve months before it; each belongs to where its rep was when it was created.
    """
    below = children(case)
    if len(below) < 2 or not case.data.has("opportunities"):
        return None
    start, end, before = funnel.spans(case)
    left = funnel.departures(case)
    left = left[left["stage"] == stage]
    column = SCOPE_COLUMNS[Scope.parse(below["scope"].iloc[0]).kind]
    left = left.assign(place=left["opportunity_id"].map(cohort_parts.places(case, column)))
    spans = within(left, start, end), within(left, before, start - dt.timedelta(days=1))
    limit = funnel.ALPHA / len(below)
    found = []
    for one in below.itertuples(index=False):
        inside = [side["place"] == Scope.parse(one.scope).id for side in spans]
        own = _counts(side[there] for side, there in zip(spans, inside, strict=True))
        others = _counts(side[~there] for side, there in zip(spans, inside, strict=True))
        if funnel.unlike(*own) < limit:
            found.append((one, own, others))
    if len(found) != 1 or funnel.unlike(*found[0][2]) < funnel.ALPHA:
        return None
    one, own, others = found[0]
    if not others[1] or not others[3]:
        return None
    shares = (reached / entered for reached, entered in
              (own[:2], own[2:], others[:2], others[2:]))  # fmt: skip
    return StepPlace(one.scope, one.part, *shares)


def _counts(sides: Iterable[pd.DataFrame]) -> tuple[int, int, int, int]:
    """Reached and entered of the period, then of the year before."""
    counts: list[int] = []
    for side in sides:
        onward: pd.Series = side["onward"]
        counts += [int(onward.sum()), len(onward)]
    return tuple(counts)
