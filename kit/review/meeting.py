"""The page for the meeting: goal, result, gap and cause, what went how, what is to be decided."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.diagnose import causes
from kit.errors import SettingsError, nearest
from kit.review.carried import carried
from kit.review.decisions import Decision, decisions
from kit.review.kpis import kpis
from kit.review.part_causes import part_causes
from kit.review.proposed import proposed
from kit.review.score import scorecard
from kit.review.went import went
from kit.settings.cadence import ROLES
from kit.statement import Statement

_USUAL = {"company": "executive", "region": "manager", "team": "manager", "rep": "rep"}
_WEIGHTY = ("growth", "margin_rate", "win_rate_count", "productivity", "collections_rate",
            "expense_ratio", "coverage_next")  # fmt: skip
_PERSON = "rep"  # kind of the scopes whose scorecards stand on a manager's page


@dataclass(frozen=True)
class Meeting:
    """What the meeting has on its page.

    Parameters
    ----------
    role : str
        For whom: `executive`, `manager` or `rep`.
    closed : bool
        Whether the period is over.
    parts : DataFrame or Unavailable
        See `kit.review.part_causes.part_causes`.
    well, poorly : tuple of Statement
        The first of `kit.review.went.went`, as many as there is room for.
    reasons : DataFrame or Unavailable
        The first causes: see `kit.diagnose.causes.top`.
    actions : DataFrame or Unavailable
        Who does what by when: see `kit.review.proposed.proposed`.
    decisions : tuple of Decision
        The first of `kit.review.decisions.decisions`.
    left_out : int
        Decisions for which there was no room.
    before : DataFrame or None
        Actions decided before that are not closed (see `kit.review.carried`), for a manager.
    people : DataFrame or None
        Scorecards of the reps (see `kit.review.score.scorecard`), for a manager.
    figures : DataFrame or None
        See `kit.review.kpis.kpis`: all for a manager, the weightiest for an executive.
    """

    role: str
    closed: bool
    parts: pd.DataFrame | Unavailable
    well: tuple[Statement, ...]
    poorly: tuple[Statement, ...]
    reasons: pd.DataFrame | Unavailable
    actions: pd.DataFrame | Unavailable
    decisions: tuple[Decision, ...]
    left_out: int = 0
    before: pd.DataFrame | None = None
    people: pd.DataFrame | None = None
    figures: pd.DataFrame | None = None


def meeting(case: Case, *, role: str = "") -> Meeting:
    """Put on one page what the meeting needs, from what the review found.

    Parameters
    ----------
    case : Case
    role : str
        `executive`, `manager` or `rep`; empty: the company's page is an executive's, a region's or
        a team's a manager's, a rep's the rep's.

    Returns
    -------
    Meeting
        Every page is made from the same findings; a role has more or less room
        (`settings.review.meeting`).

    Raises
    ------
    SettingsError
        Where there is no such role.
    """
    if role and role not in ROLES:
        raise SettingsError(f"role '{role}' is not known. {nearest(role, ROLES)}")
    reader = role or _USUAL[case.scope.kind]
    room = case.settings.review.meeting.lines[reader]  # type: ignore[index]
    told, wanted, reasons = went(case), decisions(case), causes.top(case)
    found = Meeting(
        role=reader,
        closed=case.closed,
        parts=part_causes(case),
        well=tuple(one for one in told if one.tone == "good")[:room],
        poorly=tuple(one for one in told if one.tone == "bad")[:room],
        reasons=reasons,
        actions=proposed(case, reasons),
        decisions=wanted[:room],
        left_out=max(len(wanted) - room, 0),
    )
    if reader == "manager":
        return _for_manager(case, found)
    return replace(found, figures=_weighty(case)) if reader == "executive" else found


def _for_manager(case: Case, found: Meeting) -> Meeting:
    """The second page: what was decided before, the people, the key figures."""
    before, people, figures = carried(case), scorecard(case), kpis(case)
    if isinstance(before, pd.DataFrame):
        before = before[before["outcome"] == "carried"]
    if isinstance(people, pd.DataFrame):
        people = people[people["kind"] == _PERSON]
    room = case.settings.review.meeting.parts
    second = {"before": before, "people": people, "figures": figures}
    return replace(found, **{
        name: one.head(room) if name != "figures" else one
        for name, one in second.items() if isinstance(one, pd.DataFrame) and len(one)
    })  # fmt: skip


def _weighty(case: Case) -> pd.DataFrame | None:
    """The key figures that an executive asks for first."""
    found = kpis(case)
    if isinstance(found, Unavailable):
        return None
    return found[found["kpi"].isin(_WEIGHTY) & found["value"].notna()].reset_index(drop=True)


def said(found: Meeting) -> tuple[Statement, ...]:
    """All statements of the page, in the order in which they stand on it."""
    return (*found.well, *found.poorly, *(one.said for one in found.decisions))
