"""What a case has found that still holds when only some parameters of its target have changed."""

from __future__ import annotations

from kit.data.case import Case
from kit.settings import TargetSettings

_PLACE = "_remembered"  # see kit.data.once
_STAFF = frozenset({"hires", "leavers", "ramp"})
_WEIGHTS = _STAFF | {"blend", "split", "trust"}
_READS: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        (
            "kit.plan.history.days_before", "kit.plan.history.past", "kit.plan.deals.deals",
            "kit.plan.calibration.past_totals", "kit.plan.season._factors",
            "kit.plan.schedule._worked", "kit.plan.schedule.seasonality",
            "kit.plan.pipeline._history", "kit.plan.pipeline.pipeline", "kit.plan.mix._rows",
            "kit.plan.mix.last_season", "kit.plan.intramonth.course", "kit.plan.known.known",
            "kit.plan.repeat.repeat_business", "kit.plan.conversions.conversions",
            "kit.plan.required_funnel.required_funnel", "kit.plan.payments.habits",
            "kit.data.territory._active", "kit.data.territory.children", "kit.data.territory.reps",
        ),
        frozenset(),
    ),
    **dict.fromkeys(
        ("kit.plan.calibration.calibration", "kit.plan.baseline.outlook",
         "kit.plan.joint_risk.joint_risk"),
        frozenset({"trust"}),
    ),
    **dict.fromkeys(
        ("kit.plan.productivity.productivity", "kit.plan.bottom_up.bottom_up",
         "kit.plan.weights._people", "kit.plan.weights.posts_by_part",
         "kit.plan.weights.attendance", "kit.plan.open_posts.open_posts"),
        _STAFF,
    ),
    "kit.plan.weights.weighted": _WEIGHTS,
    "kit.plan.hierarchy.parts": _WEIGHTS,
    "kit.plan.hierarchy.level": _WEIGHTS,
}  # fmt: skip


def carried(before: Case, after: Case) -> Case:
    """A case with what another found that does not depend on what differs between the two.

    Parameters
    ----------
    before, after : Case
        Where they have the same rows and differ in `targets` alone, results of functions that read
        none of the parameters that differ are handed on; of other functions none is.

    Returns
    -------
    Case
        The second, which remembers them; see `kit.data.once`.
    """
    kept = vars(before).get(_PLACE)
    if not kept or not _alike(before, after):
        return after
    one, other = before.settings.targets, after.settings.targets
    names = TargetSettings.model_fields
    changed = {name for name in names if getattr(one, name) != getattr(other, name)}
    known = vars(after).setdefault(_PLACE, {})
    for key, found in kept.items():
        reads = _READS.get(f"{key[0].__module__}.{key[0].__qualname__}")
        if reads is not None and not reads & changed:
            known.setdefault(key, found)
    return after


def _alike(before: Case, after: Case) -> bool:
    same = ("scope", "period", "as_of", "snapshot_id")
    if before.data is not after.data or any(
        getattr(before, one) != getattr(after, one) for one in same
    ):
        return False
    one, other = before.settings, after.settings
    return one.model_copy(update={"targets": other.targets}) == other
