"""Where support helps a rep: the weakest capability, funnel step and habit of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose import funnel, peer_steps
from kit.diagnose.behaviour import behaviour
from kit.diagnose.capability import capability
from kit.diagnose.reference import within
from kit.review.work_levels import WEEK

LEAST_DEALS = 10  # that left a step, below which its share says nothing of a person
HABITS = ("few_poor", "few_good", "many_poor")


@dataclass(frozen=True)
class Support:
    """One thing to be helped with.

    Parameters
    ----------
    kind : str
        `capability`, `step`, `few` or `many_poor` (an activity), or `talk` where nothing stands
        out.
    subject : str
        The dimension, the step (`proposal → won`) or the activity.
    own, usual : float or None
        The score and what is required; the conversion and that of the others; the count a week and
        the others' median.
    """

    kind: str
    subject: str = ""
    own: float | None = None
    usual: float | None = None


def support(case: Case, rep_id: str) -> tuple[Support, ...]:
    """What a rep can be helped with, at most one of each kind: capability, step, habit.

    Returns
    -------
    tuple of Support
        The capability furthest below what is required (`kit.diagnose.capability`); the funnel step
        whose conversion lies below that of the others, beyond chance (`conversions`); the activity
        furthest off the others' median with a result that is short, or with few of it
        (`kit.diagnose.behaviour`). `talk` alone where none of them is known to lie low.
    """
    found = [one for one in (_capability(case, rep_id), _step(case, rep_id), _habit(case, rep_id))
             if one is not None]  # fmt: skip
    return tuple(found) or (Support("talk"),)


@once
def conversions(case: Case) -> pd.DataFrame | Unavailable:
    """Conversion of each funnel step of each rep beside that of the other reps together.

    Returns
    -------
    DataFrame or Unavailable
        rep_id, step, left (deals that left the stage in the year up to the last day seen), own
        (share that went onward), usual (the same of all others together), low (whether it lies
        below, by Fisher's or the two-proportion test at 5 % ÷ number of steps, from ten deals on).
        In a rep's own scope as `kit.diagnose.peer_steps.steps`, of the period's whole months.
        Unavailable without opportunities.
    """
    columns = ["rep_id", "step", "left", "own", "usual", "low"]
    if not case.data.has("opportunities"):
        return Unavailable(table="opportunities")
    if case.scope.kind == "rep":
        found = peer_steps.steps(case)
        if isinstance(found, Unavailable):
            return found
        low = found["distinct"] & (found["conversion"] < found["peers_conversion"])
        return found.assign(rep_id=case.scope.id, own=found["conversion"], low=low,
                            usual=found["peers_conversion"])[columns]  # fmt: skip
    deals = funnel.decided(case).set_index("opportunity_id")["rep_id"]
    _, end, _ = funnel.spans(case)
    start = (pd.Timestamp(end) - pd.DateOffset(years=1) + pd.Timedelta(1, "D")).date()
    gone = within(funnel.departures(case), start, end)
    gone = gone.assign(rep_id=gone["opportunity_id"].map(deals))
    stages = case.settings.diagnose.stages
    after = dict(zip(stages, stages[1:], strict=False))
    counts = gone.groupby(["stage", "rep_id"])["onward"].agg(["size", "sum"]).reset_index()
    counts["sum"] = counts["sum"].astype(float)
    whole = counts.groupby("stage")[["size", "sum"]].transform("sum")
    limit = funnel.ALPHA / max(counts["stage"].nunique(), 1)
    rows = []
    for one, every in zip(counts.itertuples(index=False), whole.to_numpy(), strict=True):
        left, onward = every[0] - one.size, every[1] - one.sum
        own, usual = one.sum / one.size, onward / left if left else np.nan
        clear = min(one.size, left) >= LEAST_DEALS and own < usual
        low = bool(clear and funnel.unlike(one.sum, one.size, onward, left) < limit)
        step = f"{one.stage} → {after.get(one.stage, stages[-1])}"
        rows.append((one.rep_id, step, int(one.size), own, usual, low))
    return pd.DataFrame(rows, columns=columns)


def _capability(case: Case, rep_id: str) -> Support | None:
    found = capability(case)
    if isinstance(found, Unavailable):
        return None
    rows = found.scores[(found.scores["rep_id"] == rep_id) & (found.scores["short"] > 0)]
    if rows.empty:
        return None
    worst = rows.sort_values(["short", "dimension"], ascending=[False, True]).iloc[0]
    score, required = float(worst["score"]), float(worst["required"])
    return Support("capability", worst["dimension"], score, required)


def _step(case: Case, rep_id: str) -> Support | None:
    found = conversions(case)
    if isinstance(found, Unavailable):
        return None
    rows = found[(found["rep_id"] == rep_id) & found["low"].astype(bool)]
    if rows.empty:
        return None
    worst = rows.assign(off=rows["own"] / rows["usual"]).sort_values(["off", "step"]).iloc[0]
    return Support("step", worst["step"], float(worst["own"]), float(worst["usual"]))


def _habit(case: Case, rep_id: str) -> Support | None:
    found = behaviour(case)
    if isinstance(found, Unavailable):
        return None
    rows = found[(found["rep_id"] == rep_id) & found["quadrant"].isin(HABITS)]
    if rows.empty:
        return None
    order = rows["quadrant"].map(HABITS.index)
    one: Any = rows.assign(_order=order).sort_values(["_order", "multiple"]).iloc[0]
    kind = "many_poor" if one["quadrant"] == "many_poor" else "few"
    own, usual = (float(one[name]) * WEEK for name in ("per_day", "median"))
    return Support(kind, one["behaviour"], own, usual)
