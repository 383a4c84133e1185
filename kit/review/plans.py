"""Which incentive plan holds for whom."""

from __future__ import annotations

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.errors import SettingsError
from kit.review.credited import Stint, quota, stints
from kit.settings.incentives import Plan

_EVERY = ("month", "quarter", "half", "year")
_AS_SET = ("explicit", "range")  # kinds of period that are taken to be the plan's own


@once
def held_plans(case: Case) -> tuple[tuple[Stint, str, Plan], ...]:
    """The scope's stints that fall under a plan, with its name and the plan, by rep and day.

    Under a plan that names nobody fall only reps who carry a quota. Stints whose plan is for
    another kind of period than the case's are left out, see `other_period_plans`.
    """
    return tuple(one for one in _all_plans(case) if _fits(case, one[2]))


@once
def other_period_plans(case: Case) -> tuple[tuple[Stint, str, Plan], ...]:
    """The scope's stints whose plan is for another kind of period (`every`) than the case's."""
    return tuple(one for one in _all_plans(case) if not _fits(case, one[2]))


def no_pay(case: Case) -> Unavailable | None:
    """Why no pay can be worked out in the case; None where a plan holds for its period.

    Returns
    -------
    Unavailable or None
        Without a plan `no_incentives`; where no rep falls under one `no_plan_holds`; where those
        that hold are for another kind of period `other_pay_period`, with that kind as the detail
        (`month`, `quarter`, `half`, `year`; several joined by a comma, the shortest first).
    """
    if not case.settings.review.incentives.plans:
        return Unavailable(reason="no_incentives")
    if held_plans(case):
        return None
    others = {plan.every for _, _, plan in other_period_plans(case)}
    if not others:
        return Unavailable(reason="no_plan_holds")
    detail = ", ".join(sorted(others, key=_EVERY.index))
    return Unavailable(reason="other_pay_period", detail=detail)


def _fits(case: Case, plan: Plan) -> bool:
    return case.period.kind in (plan.every, *_AS_SET)


@once
def _all_plans(case: Case) -> tuple[tuple[Stint, str, Plan], ...]:
    found = []
    for stint in stints(case):
        held = plan_of(case, stint)
        if held is None:
            continue
        named = any((held[1].levels, held[1].teams, held[1].regions, held[1].reps))
        measured = {one.measure for one in held[1].components.values() if one.kind != "team"}
        if named or any(
            quota(case, stint, measure=one) is not None for one in sorted({"bookings", *measured})
        ):
            found.append((stint, *held))
    return tuple(found)


def plan_of(case: Case, stint: Stint) -> tuple[str, Plan] | None:
    """The plan that a stint falls under, with its name; none where no plan holds for it.

    All that a plan names must fit. One that names the rep goes before one that names the team, then
    the region, then the level, then one for everybody. A plan does not hold for a stint that ends
    before it began (`since`).

    Raises
    ------
    SettingsError
        Where two plans that name the rep equally closely hold.
    """
    found: list[tuple[int, str, Plan]] = []
    for name, plan in case.settings.review.incentives.plans.items():
        close = _closeness(plan, stint)
        if close is not None and (plan.since is None or stint.end >= plan.since):
            found.append((close, name, plan))
    if not found:
        return None
    best = max(close for close, _, _ in found)
    held = [(name, plan) for close, name, plan in found if close == best]
    if len(held) > 1:
        raise SettingsError(
            f"review.incentives.plans: {' and '.join(name for name, _ in held)} both hold for rep "
            f"{stint.rep_id} from {stint.start} on. Name the rep, team, region or level in one of "
            "them alone."
        )
    return held[0]


def _closeness(plan: Plan, stint: Stint) -> int | None:
    named = (
        (4, plan.reps, stint.rep_id), (3, plan.teams, stint.team),
        (2, plan.regions, stint.region), (1, plan.levels, stint.level),
    )  # fmt: skip
    given = [(close, one in those) for close, those, one in named if those]
    return sum(2**close for close, _ in given) if all(held for _, held in given) else None
