"""What a rep's or a team's result is heading for, as pay is worked out from it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kit.data import measures, targets
from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.review.credited import Stint
from kit.review.incentives import exact, minor_unit, rounded
from kit.scope import Scope
from kit.track.landing import Landing, forecast
from kit.track.parts import part_case


@dataclass(frozen=True)
class Outlook:
    """A result against its quota, in whole minor units; None where it is not known.

    Parameters
    ----------
    quota, amount, low, high : Decimal or None
    note : str
        Why something is missing, or empty.
    """

    quota: Decimal | None
    amount: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None
    note: str = ""


def outlook(
    case: Case, stint: Stint, *, measure: str, goal: Decimal | None, done: Decimal
) -> Outlook:
    """Where a running stint lands: the rep's landing less what earlier stints have brought.

    Parameters
    ----------
    case : Case
    stint : Stint
        One that is not over on the case's day.
    measure : str
    goal, done : Decimal
        The stint's quota and credit so far.
    """
    if measure == "cash_on_orders":
        return Outlook(goal, None, note="no_landing")
    found = landing_of(case, stint.scope, measure=measure)
    if found is None or found.landing is None:
        return Outlook(goal, None, note="no_landing")
    own = credited_so_far(case, stint, measure=measure)
    low, high = (
        None if end is None else _cents(case, end) - own + done for end in (found.low, found.high)
    )
    return Outlook(goal, _cents(case, found.landing) - own + done, low, high)


def credited_so_far(case: Case, stint: Stint, *, measure: str) -> Decimal:
    """What the rep has brought in the whole period by the case's day."""
    found = measures.actuals(
        case, measure=measure, start=case.period.start, end=case.period.end, scope=stint.scope
    )
    return Decimal(0) if isinstance(found, Unavailable) else _cents(case, found)


def team_result(case: Case, stint: Stint, *, measure: str, at: str) -> Outlook:
    """The team's target and result of the whole period; unknown in a rep's own case."""
    if case.scope.kind == "rep":
        return Outlook(None, None, note="others_needed")
    if not stint.team:
        return Outlook(None, None, note="no_team")
    scope = Scope("team", stint.team)
    goal = targets.in_force(case, scope=scope, measure=measure)
    if goal is None:
        return Outlook(None, None, note="no_team_target")
    aim = _cents(case, goal)
    if at == "target":
        return Outlook(aim, aim)
    last = min(case.as_of, case.period.end)
    done = measures.actuals(case, measure=measure, start=case.period.start, end=last, scope=scope)
    if isinstance(done, Unavailable):
        return Outlook(aim, None, note="no_measure")
    if at == "actual" or case.closed:
        amount = _cents(case, done)
        return Outlook(aim, amount, amount, amount)
    found = landing_of(case, scope, measure=measure)
    if found is None or found.landing is None:
        return Outlook(aim, None, note="no_landing")
    low, high = (None if one is None else _cents(case, one) for one in (found.low, found.high))
    return Outlook(aim, _cents(case, found.landing), low, high)


@once
def landing_of(case: Case, scope: Scope, *, measure: str) -> Landing | None:
    """The landing forecast of a rep or team of the case's scope, or of the scope itself."""
    part = case if scope == case.scope else part_case(case, scope, measure=measure)
    found = forecast(part, measure=measure)
    return None if isinstance(found, Unavailable) else found


def _cents(case: Case, amount: float) -> Decimal:
    return rounded(exact(amount), unit=minor_unit(case.settings.currency))
