"""The next period's target: what is asked, carried over, relieved with evidence, and its chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.data.targets import in_force
from kit.diagnose import target_relief
from kit.plan import baseline
from kit.plan.baseline import Outlook
from kit.plan.history import last_year
from kit.plan.target import proposal
from kit.review.carry_over import carry_over
from kit.review.coming import ahead
from kit.review.forecast_feedback import feedback, widened
from kit.review.reach import Moved, moved


@dataclass(frozen=True)
class NextTarget:
    """A suggested target and how it came about; money where not said otherwise.

    Parameters
    ----------
    period : str
        The next period.
    target : float
        asked + carried − relief + raised, in the company's unit.
    asked : float or None
        What the parameters propose for the next period; None where only the baseline can say.
    last_year, baseline, low, high : float or None
        Last year's same period; seasonal forecast with its interval.
    growth : float or None
        Suggested target ÷ last year − 1.
    chance : float or None
        Chance that the period reaches the suggested target; None where it cannot be known.
    rule : str
        `kept`, `relieved`, `raised`, or `baseline` where nothing else can be asked.
    carried, relief, raised : float
        What was added from this period (below 0: taken off), lowered, and raised.
    gap : float or None
        This period's target − actual.
    carry_rule : str
        Why nothing is carried over; see `kit.review.carry_over`. Empty where something is.
    evidence : str
        What the move rests on: `cause`, `baseline` or empty.
    causes : DataFrame
        cause, subject, effect, facts: those outside the team's hands.
    within : bool or None
        Whether the chance reaches the band of `targets.achievable`; None where it is not known.
    band : tuple of float
    limit : float
        `review.relief`: the share of what is asked by which it may be moved.
    withheld : str
        Why no chance is told: `calibration`, `record`, `few`; `widened` where one is told, but
        moves nothing, as the last periods' intervals were too narrow; or empty.
    scope : str
        For whom it is.
    decided : float or None
        The target of that period that the ledger holds already on the case's day.
    """

    period: str
    target: float
    asked: float | None
    last_year: float | None
    baseline: float
    low: float | None
    high: float | None
    growth: float | None
    chance: float | None
    rule: str
    carried: float = 0.0
    relief: float = 0.0
    raised: float = 0.0
    gap: float | None = None
    carry_rule: str = "no_rule"
    evidence: str = ""
    causes: pd.DataFrame | None = None
    within: bool | None = None
    band: tuple[float, float] = (0.0, 1.0)
    limit: float = 0.0
    withheld: str = ""
    decided: float | None = None
    scope: str = "company"


@once
def suggest(case: Case) -> NextTarget | Unavailable:
    """Suggest the bookings target of the period after the case's.

    Returns
    -------
    NextTarget or Unavailable
        Unavailable where the history is too short for a baseline, where nothing can be proposed,
        or the calendar ends.

    Notes
    -----
    Asked for is what target setting proposes under the review's parameters
    (`kit.plan.target.proposal`). On it comes what is carried over (`kit.review.carry_over`).
    Relief needs evidence: a confirmed cause outside the team's hands
    (`kit.diagnose.target_relief`), or a chance below `targets.achievable` from a baseline whose
    chances have proved reliable, in its backtest and in the last periods
    (`kit.review.forecast_feedback`); see `kit.review.reach.moved`. Without evidence the asked
    amount is kept.
    """
    coming = ahead(case)
    if isinstance(coming, Unavailable):
        return coming
    outlook = baseline.outlook(coming)
    if isinstance(outlook, Unavailable):
        return outlook
    plan = proposal(coming)
    if isinstance(plan, Unavailable):
        return plan
    before, carried_from = last_year(coming), carry_over(case)
    shared = {
        "period": coming.period.name, "last_year": before, "baseline": outlook.mean,
        "low": outlook.low, "high": outlook.high, "gap": carried_from.gap,
        "band": case.settings.targets.achievable, "limit": case.settings.review.relief,
        "withheld": withheld_by(case, outlook), "carry_rule": carried_from.reason,
        "decided": in_force(case, period=coming.period, as_of=coming.period.start),
        "scope": str(case.scope),
    }  # fmt: skip
    if plan.method == "baseline" != plan.asked:
        alone, _ = moved_for(case, outlook, asked=plan.target, fixed=True)
        return NextTarget(
            target=plan.target, asked=None, growth=_growth(plan.target, before),
            chance=alone.chance, rule="baseline", within=alone.within, **shared,
        )  # fmt: skip
    outside = outside_relief(case)
    move, carried = moved_for(
        case, outlook, asked=float(plan.target), share=outside.share if outside else 0.0
    )
    return NextTarget(
        target=move.amount, asked=plan.target, growth=_growth(move.amount, before),
        chance=move.chance, rule=move.rule, carried=carried, relief=move.relief,
        raised=move.raised, evidence=move.evidence, causes=outside.causes if outside else None,
        within=move.within, **shared,
    )  # fmt: skip


def outside_relief(case: Case) -> target_relief.Relief | None:
    """Relief that confirmed causes outside the team's hands ask for; None where there are none.

    Of a period that is not over, or that was not short, nothing is asked.
    """
    gap = carry_over(case).gap
    if gap is None or gap <= 0:
        return None
    found = target_relief.relief(case)
    return found if isinstance(found, target_relief.Relief) else None


def moved_for(
    case: Case, outlook: Outlook | Unavailable, *, asked: float, share: float = 0.0,
    fixed: bool = False,
) -> tuple[Moved, float]:
    """What becomes of an amount asked of the case's scope for the next period.

    Parameters
    ----------
    case : Case
        Of the period under review: its carry-over and its parameters hold.
    outlook : Outlook or Unavailable
        Of the next period; where unavailable, no chance is told.
    asked : float
        Money.
    share : float
        Share of it that causes outside the team's hands ask to relieve.
    fixed : bool
        Whether the amount stays as it is and only its chance is told.

    Returns
    -------
    tuple of (Moved, float)
        And what was carried over, money.
    """
    wanted, rules = case.settings.targets, case.settings.review
    carried = 0.0
    if not fixed:
        carried = carry_over(case).amount(asked, most=rules.next.most, unit=wanted.unit)
    why = withheld_by(case, outlook) if isinstance(outlook, Outlook) else "few"
    told = why in ("", "widened")
    errors = np.asarray(outlook.errors, dtype="float64") if told else np.empty(0)
    if why == "widened":
        errors = widened(errors, feedback(case).widen)
    move = moved(
        asked,
        mean=outlook.mean if told else 0.0,
        errors=errors,
        band=wanted.achievable,
        limit=rules.relief,
        unit=wanted.unit,
        carried=carried,
        outside=share * asked,
        proven=not why and not fixed,
    )
    return move, carried


def withheld_by(case: Case, outlook: Outlook) -> str:
    """Why the next target's chance is not told, or only told; see `NextTarget.withheld`."""
    if not outlook.trusted:
        return "calibration"
    if outlook.chance(outlook.mean) is None:
        return "few"
    found = feedback(case)
    return {"withheld": "record", "widened": "widened"}.get(found.state, "")


def _growth(target: float, before: float | None) -> float | None:
    return None if before is None else target / before - 1


def amount(found: NextTarget | Unavailable) -> float | None:
    """The suggested target as a number; None where there is none."""
    return None if isinstance(found, Unavailable) else found.target
