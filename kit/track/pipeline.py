"""The pipeline of today: does it cover the gap, what is committed, what is the best case."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data import measures
from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.data.targets import in_force
from kit.track.deal_states import described, told
from kit.track.past_pipeline import PastPipeline, due_on, past_pipeline
from kit.track.win_probability import WinProbability, win_probability


@dataclass(frozen=True)
class PipelineNow:
    """Open deals due in the period, beside the target; amounts are money, NaN where not known.

    Parameters
    ----------
    target, booked, gap : float
        Bookings; gap = target − booked, positive when short.
    count, open : int, float
        Open deals due in the period (overdue ones too) and their amount.
    coverage : float
        open ÷ gap; NaN where the target is reached or missing.
    coverage_of_target : float
        open ÷ target.
    conversion, needed : float
        Of the open deals due at this point of past periods, the share of the amount won by the
        period's end; needed = 1 ÷ conversion: the coverage with which these deals alone close the
        gap. NaN where the target is reached or the past is not known.
    usual : float
        The cover that past periods had at this point: open and due ÷ all that was still booked.
        Below it, the deals that come later and the orders without a deal have to bring more than
        they usually do.
    past : PastPipeline or Unavailable
    weighted : float
        Σ amount × chance to be won by the period's end.
    commit, commit_count, best : float
        Amount of the deals in the last stage, or with a chance of `level` or more; of all due.
    level : float
    landings : DataFrame
        case (booked, weighted, commit, best), amount (booked + what is open), gap (target − amount),
        attainment.
    stages : DataFrame
        stage, count, amount, probability (weighted ÷ amount), weighted, share (of the open amount),
        usual_share (at this point of past periods), commit (money).
    deals : DataFrame
        opportunity_id, rep, customer, stage, amount, probability, weighted, committed; the largest
        weighted first.
    basis : str
        What the chances are: `model`, `stage` or `base` (see `kit.track.win_score`), `past` (the
        stage's conversion at this point of past periods) or empty.
    later, later_amount : int, float
        Open deals not due in the period.
    reached, closed : bool
        Whether the target is reached; whether the period is over.
    """

    target: float
    booked: float
    gap: float
    count: int
    open: float
    coverage: float
    coverage_of_target: float
    conversion: float
    needed: float
    usual: float
    past: PastPipeline | Unavailable
    weighted: float
    commit: float
    commit_count: int
    best: float
    level: float
    landings: pd.DataFrame
    stages: pd.DataFrame
    deals: pd.DataFrame
    basis: str
    later: int
    later_amount: float
    reached: bool
    closed: bool


@once
def pipeline_now(case: Case) -> PipelineNow | Unavailable:
    """What the open deals due in the period are worth beside the gap.

    Returns
    -------
    PipelineNow or Unavailable
        Unavailable without opportunities.

    Notes
    -----
    Chances are those of `kit.track.win_probability` to be won by the period's end. Where it has
    none (few deals have closed), the conversion that the deal's stage had at this point of past
    periods stands in; without that, nothing is weighted.

    The last stage is the one before the last of `diagnose.stages`, the won deal. What is committed
    is open: it is not certain, but what people would name if asked what will come.
    """
    if not case.data.has("opportunities"):
        return Unavailable(table="opportunities")
    seen, past = told(case), past_pipeline(case)
    due = due_on(seen, case.as_of, period=case.period)
    deals, basis = _deals(case, due, past)
    goal = in_force(case)
    target = float("nan") if goal is None else float(goal)
    booked = measures.actuals(case, start=case.period.start, end=case.period.end)
    gap = target - booked
    amount = float(due["amount"].sum())
    short = gap > 0 and not case.closed
    known = isinstance(past, PastPipeline)
    conversion = past.conversion if known else float("nan")
    now = seen.on(case.as_of)
    later = now.open.copy()
    later[due.index] = False
    commit = deals.loc[deals["committed"], "amount"]
    weighted = float(deals["weighted"].sum(skipna=False)) if len(deals) else 0.0
    found = {"booked": 0.0, "weighted": weighted, "commit": float(commit.sum()), "best": amount}
    return PipelineNow(
        target=target,
        booked=float(booked),
        gap=gap,
        count=len(due),
        open=amount,
        coverage=amount / gap if short else float("nan"),
        coverage_of_target=amount / target if target > 0 else float("nan"),
        conversion=conversion,
        needed=1 / conversion if short and conversion > 0 else float("nan"),
        usual=past.cover if short and known else float("nan"),
        past=past,
        weighted=weighted,
        commit=found["commit"],
        commit_count=len(commit),
        best=amount,
        level=case.settings.track.commit,
        landings=_landings(found, booked=float(booked), target=target),
        stages=_stages(seen.known.stages, deals, past),
        deals=deals,
        basis=basis,
        later=int(later.sum()),
        later_amount=float(now.amount[later].sum()),
        reached=bool(gap <= 0),
        closed=case.closed,
    )


def _deals(
    case: Case, due: pd.DataFrame, past: PastPipeline | Unavailable
) -> tuple[pd.DataFrame, str]:
    """The deals due with their chances, and what these are."""
    frame = described(case).iloc[due.index].reset_index(drop=True)
    frame = frame.assign(stage=due["stage"].to_numpy(), amount=due["amount"].to_numpy())
    chances = win_probability(case)
    probability, basis = np.full(len(frame), np.nan), ""
    if isinstance(chances, WinProbability) and chances.score_by_end is not None:
        known = chances.deals.set_index("opportunity_id")["by_end"]
        probability = known.reindex(frame["opportunity_id"]).to_numpy(dtype=float)
        basis = chances.score_by_end.method
    if case.closed:
        probability, basis = np.zeros(len(frame)), ""
    unknown = np.isnan(probability)
    if unknown.any() and isinstance(past, PastPipeline):
        rates = {stage: past.rate(stage) for stage in set(frame["stage"])}
        told_by_past = frame["stage"].map(rates).to_numpy(dtype=float)
        basis = basis if not unknown.all() else "past"
        probability = np.where(unknown, told_by_past, probability)
    stages, level = case.settings.diagnose.stages, case.settings.track.commit
    frame = frame.assign(
        probability=probability,
        weighted=frame["amount"] * probability,
        committed=(frame["stage"] == stages[-2]).to_numpy(dtype=bool) | (probability >= level),
    )
    order = ["weighted", "amount", "opportunity_id"]
    frame = frame.sort_values(
        order, ascending=[False, False, True], kind="stable", ignore_index=True
    )
    return frame, basis


def _landings(found: dict[str, float], *, booked: float, target: float) -> pd.DataFrame:
    amount = np.array([booked + one for one in found.values()])
    return pd.DataFrame(
        {
            "case": pd.array(list(found), dtype="str"),
            "amount": amount,
            "gap": target - amount,
            "attainment": amount / target if target > 0 else amount * np.nan,
        }
    )


def _stages(
    names: tuple[str, ...], deals: pd.DataFrame, past: PastPipeline | Unavailable
) -> pd.DataFrame:
    each = deals.assign(commit=deals["amount"].where(deals["committed"], 0.0)).groupby("stage")
    sums = each[["amount", "weighted", "commit"]].sum(min_count=1)
    usual = past.stages.set_index("stage")["share"] if isinstance(past, PastPipeline) else None
    shown = [one for one in names if one in sums.index or (usual is not None and one in usual.index)]
    sums = sums.reindex(shown)
    amount = sums["amount"].fillna(0.0)
    total = float(amount.sum())
    return pd.DataFrame(
        {
            "stage": pd.array(shown, dtype="str"),
            "count": each.size().reindex(shown).fillna(0).astype("int64").to_numpy(),
            "amount": amount.to_numpy(),
            "probability": (sums["weighted"] / amount.where(amount > 0)).to_numpy(),
            "weighted": sums["weighted"].where(amount > 0, 0.0).to_numpy(),
            "share": (amount / total if total > 0 else amount * np.nan).to_numpy(),
            "usual_share": np.full(len(shown), np.nan) if usual is None
            else usual.reindex(shown).fillna(0.0).to_numpy(),
            "commit": sums["commit"].fillna(0.0).to_numpy(),
        }
    )  # fmt: skip
