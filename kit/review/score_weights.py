"""What each part of a score weighs: the scorecard's own weights, or those of the scope's goals."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kit.data.case import Case
from kit.data.measures import MEASURES
from kit.data.tables import Unavailable
from kit.diagnose.capability import scores
from kit.errors import SettingsError

COMPONENTS = ("bookings", "margin", "collections", "new_customers", "activity", "assessment",
              "satisfaction", "retention")  # fmt: skip
_OF_MEASURE = {
    "bookings": "bookings", "margin": "margin", "collections": "collections",
    "new_customers": "new_customers", "activities": "activity", "visit": "activity",
    "call": "activity", "quote": "activity", "demo": "activity",
}  # fmt: skip
UNMEASURED = "other"  # goals that no part of a score measures
_CLOSE = 1e-6


def weights(case: Case) -> Mapping[str, float]:
    """The weight of each component; they sum to 1.

    With `review.scorecard.weigh_by: goals`, those of `targets.goals` that hold for the scope: a
    goal's weight goes to the component that measures it, a goal scored by the assessments to
    `assessment`, one that nothing here measures to `other`, and what the goals leave (or
    `targets.weight`) to bookings.

    Raises
    ------
    SettingsError
        Where the weights of the goals and of bookings do not add up to 1.
    """
    card = case.settings.review.scorecard
    if card.weigh_by == "weights":
        return {name: float(card.weights.get(name, 0.0)) for name in COMPONENTS}
    goals = _goals(case)
    given = sum(one.weight for one in goals)
    own = case.settings.targets.weight
    own = max(1 - given, 0.0) if own is None else own
    if abs(own + given - 1) > _CLOSE:
        raise SettingsError(
            f"targets.goals: bookings {own:g} and the goals of {case.scope} {given:g} add up to "
            f"{own + given:g}. They must add up to 1: change targets.weight or a goal's weight."
        )
    found = dict.fromkeys((*COMPONENTS, UNMEASURED), 0.0)
    found["bookings"] += own
    for one in goals:
        scored = one.measure not in MEASURES
        found["assessment" if scored else _OF_MEASURE.get(one.measure, UNMEASURED)] += one.weight
    return found


def of_goals(case: Case) -> pd.Series | None:
    """Mean of score ÷ goal by rep over the goals that assessments score, by the goals' weights.

    Returns
    -------
    Series or None
        By rep_id; self-assessments do not count. None where scores are not weighed by goals, or no
        goal is scored.
    """
    if case.settings.review.scorecard.weigh_by == "weights":
        return None
    goals = {one.measure: one for one in _goals(case) if one.measure not in MEASURES}
    goals = {name: one for name, one in goals.items() if one.target and one.weight > 0}
    rows = scores(case)
    if not goals or isinstance(rows, Unavailable):
        return None
    rows = rows[rows["dimension"].isin(list(goals)) & (rows["source"] != "self")]
    each = rows.groupby(["rep_id", "dimension"])["score"].mean().reset_index()
    asked = [goals[one] for one in each["dimension"]]
    each["weight"] = [one.weight for one in asked]
    each["value"] = each["weight"] * each["score"] / [one.target for one in asked]
    sums = each.groupby("rep_id")[["value", "weight"]].sum()
    return sums["value"] / sums["weight"]


def _goals(case: Case) -> list:
    return [one for one in case.settings.targets.goals if one.scope in ("", str(case.scope))]


def weighted(
    ratios: pd.DataFrame, weights: Mapping[str, float], *, cap: float = float("inf")
) -> pd.DataFrame:
    """Weighted mean of the ratios that are known, each held between 0 and the cap.

    Parameters
    ----------
    ratios : DataFrame
        A column a component; null where it is not known.
    weights : mapping
        By component; one that has no column is not known.
    cap : float

    Returns
    -------
    DataFrame
        score = Σ weight × ratio ÷ Σ weight over what is known, and known = the share of the weight
        that is known.

    Examples
    --------
    >>> table = pd.DataFrame({"bookings": [1.0, 9.0], "margin": [2.0, None]})
    >>> weighted(table, {"bookings": 0.6, "margin": 0.2, "activity": 0.2}, cap=1.5).round(3)
       score  known
    0  1.125    0.8
    1  1.500    0.6
    """
    table = ratios.reindex(columns=list(weights)).astype("float64")
    share = table.notna() * pd.Series(weights, dtype="float64")
    known, whole = share.sum(axis="columns"), sum(weights.values())
    points = (table.clip(0.0, cap).fillna(0.0) * share).sum(axis="columns")
    return pd.DataFrame({"score": points / known.where(known > 0), "known": known / whole})
