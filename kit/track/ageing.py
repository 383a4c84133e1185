"""How long open deals have stood, beside what is usual, and which are stuck or past their date."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.track.deal_states import Told, described, told

LEAST = 20  # stays over without which a stage has no usual time
LONG = 0.9  # of the time that won deals took
_NEVER = np.datetime64("NaT", "D")


@dataclass(frozen=True)
class Ageing:
    """The open deals with their age; amounts are money, times are days.

    Parameters
    ----------
    deals : DataFrame
        opportunity_id, rep, customer, stage, amount, age_days, stage_days (in the stage; null
        without stage_events), limit_days, expected_close_on, overdue_days (past the expected close;
        null where it is not), stuck, overdue, next_stage, ask (what to do next, a key: date_stage,
        date, stage, or empty); the largest amounts first.
    stages : DataFrame
        stage, count, amount, age_days and stage_days (medians of the open deals), usual_days and
        usual_long (median and 90th percentile of the stays in the stage of deals that were won),
        limit_days (beyond which a deal is stuck), learnt (stays of won deals), stuck, stuck_amount,
        overdue, overdue_amount. Without stage_events one row, whose stays are whole deals.
    count, amount : int, float
        Open deals.
    stuck, stuck_amount, overdue, overdue_amount : int, float
        Too long in the stage; past their expected close.
    slow_count, slow_amount : int, float
        Either of the two.
    history : bool
        Whether stage_events tell the time in the stage.
    level : float
        Share of the deals that moved on by limit_days.
    """

    deals: pd.DataFrame
    stages: pd.DataFrame
    count: int
    amount: float
    stuck: int
    stuck_amount: float
    overdue: int
    overdue_amount: float
    slow_count: int
    slow_amount: float
    history: bool
    level: float

    @property
    def slow(self) -> pd.DataFrame:
        """The deals that are stuck or overdue, the largest amounts first."""
        deals = self.deals
        return deals[deals["stuck"] | deals["overdue"]].reset_index(drop=True)


@once
def ageing(case: Case) -> Ageing | Unavailable:
    """How old the open deals are and how long they have stood in their stage, beside the usual.

    Returns
    -------
    Ageing or Unavailable
        Unavailable without opportunities.

    Notes
    -----
    A stay in a stage begins when the deal first enters it (or a later one) and ends when it enters
    a later one, or is won or lost. Usual are the stays of the scope's own deals won by `as_of`, at
    least twenty in the stage, else null. A deal is stuck when it stands in its stage for more than
    the share `track.stuck` of the stays from which deals moved on (from the last stage: were won), at
    least twenty likewise, and overdue when its expected close is before `as_of`.

    Without stage_events a stay is the whole deal, from the day it was created.
    """
    if not case.data.has("opportunities"):
        return Unavailable(table="opportunities")
    seen = told(case)
    stages = tuple(one for one in case.settings.diagnose.stages[:-1]) if seen.history else ("",)
    level = case.settings.track.stuck
    usual = _usual(seen, stages, stuck=level)
    deals = _deals(case, seen, usual)
    either = deals["stuck"] | deals["overdue"]
    totals = {
        name: (int(there.sum()), float(deals.loc[there, "amount"].sum()))
        for name, there in (("stuck", deals["stuck"]), ("overdue", deals["overdue"]), ("slow", either))
    }  # fmt: skip
    return Ageing(
        deals=deals,
        stages=_stages(deals, usual, seen),
        count=len(deals),
        amount=float(deals["amount"].sum()),
        stuck=totals["stuck"][0],
        stuck_amount=totals["stuck"][1],
        overdue=totals["overdue"][0],
        overdue_amount=totals["overdue"][1],
        slow_count=totals["slow"][0],
        slow_amount=totals["slow"][1],
        history=seen.history,
        level=level,
    )


def _usual(seen: Told, stages: tuple[str, ...], *, stuck: float) -> pd.DataFrame:
    """usual_days, usual_long, limit_days and learnt by stage."""
    known = seen.known
    entered = _entries(seen, stages)
    rows = []
    for at, stage in enumerate(stages):
        after = _earliest(entered[:, at + 1 :])
        after = np.where(np.isnat(after) & known.won, known.closed, after)
        stay = after - entered[:, at]
        onward = ~np.isnat(stay)
        won = onward & known.won & ~np.isnat(known.closed)
        took, on = (stay[one].astype("int64").astype(float) for one in (won, onward))
        enough, moved = len(took) >= LEAST, len(on) >= LEAST
        rows.append(
            {
                "stage": stage,
                "usual_days": float(np.median(took)) if enough else np.nan,
                "usual_long": float(np.quantile(took, LONG)) if enough else np.nan,
                "limit_days": float(np.quantile(on, stuck)) if moved else np.nan,
                "learnt": len(took),
            }
        )
    return pd.DataFrame(rows).set_index("stage")


def _entries(seen: Told, stages: tuple[str, ...]) -> np.ndarray:
    """The day each deal first entered each stage or a later one; NaT where it skipped it."""
    known = seen.known
    if not seen.history:
        return known.created[:, None]
    found = np.full((len(known.created), len(stages)), _NEVER)
    places = {stage: at for at, stage in enumerate(known.stages)}
    for at, stage in enumerate(stages):
        there = np.flatnonzero(known.stage == places[stage])[::-1]
        found[known.deal[there], at] = known.moved[there]  # the first in time is written last
    for at in range(len(stages) - 2, -1, -1):
        later = _earliest(found[:, at + 1 :])
        found[:, at] = np.where(later < found[:, at], later, found[:, at])
    return found


def _earliest(days: np.ndarray) -> np.ndarray:
    """The first of the days of each row; NaT where there is none."""
    if not days.shape[1]:
        return np.full(len(days), _NEVER)
    return np.fmin.reduce(days, axis=1)


def _deals(case: Case, seen: Told, usual: pd.DataFrame) -> pd.DataFrame:
    now, today = seen.on(case.as_of), np.datetime64(case.as_of)
    at = np.flatnonzero(now.open)
    names = np.array(seen.known.stages, dtype=object)[now.stage[at]]
    age = _days(seen.known.created[at], today)
    stay = _days(now.entered[at], today) if seen.history else age
    limits = usual["limit_days"].reindex(names if seen.history else [""] * len(at)).to_numpy()
    late = _days(now.expected[at], today)
    with np.errstate(invalid="ignore"):
        stuck, overdue = stay > limits, late > 0
    following = dict(zip(case.settings.diagnose.stages, case.settings.diagnose.stages[1:], strict=False))
    frame = described(case).iloc[at].reset_index(drop=True)
    frame = frame.assign(
        stage=names,
        amount=now.amount[at],
        age_days=age,
        stage_days=stay if seen.history else np.full(len(at), np.nan),
        limit_days=limits,
        expected_close_on=now.expected[at].astype("datetime64[us]"),
        overdue_days=np.where(overdue, late, np.nan),
        stuck=stuck,
        overdue=overdue,
        next_stage=[following.get(one) for one in names],
        ask=np.select([stuck & overdue, overdue, stuck], ["date_stage", "date", "stage"], ""),
    )
    order = ["amount", "opportunity_id"]
    return frame.sort_values(order, ascending=[False, True], kind="stable", ignore_index=True)


def _stages(deals: pd.DataFrame, usual: pd.DataFrame, seen: Told) -> pd.DataFrame:
    rows = deals if seen.history else deals.assign(stage="")
    rows = rows.assign(
        stuck_amount=rows["amount"].where(rows["stuck"], 0.0),
        overdue_amount=rows["amount"].where(rows["overdue"], 0.0),
    )
    each = rows.groupby("stage")
    shown = [one for one in seen.known.stages if one in usual.index or one in set(rows["stage"])]
    sums = each[["amount", "stuck", "stuck_amount", "overdue", "overdue_amount"]].sum()
    frame = sums.reindex(shown).fillna(0.0)
    frame.insert(0, "count", each.size().reindex(shown).fillna(0))
    frame = frame.astype({name: "int64" for name in ("count", "stuck", "overdue")})
    middle = each[["age_days", "stage_days"]].median().reindex(shown)
    frame = frame.join(middle).join(usual.reindex(shown))
    columns = ["stage", "count", "amount", "age_days", "stage_days", "usual_days", "usual_long",
               "limit_days", "learnt", "stuck", "stuck_amount", "overdue", "overdue_amount"]  # fmt: skip
    frame = frame.rename_axis("stage").reset_index().assign(
        learnt=lambda one: one["learnt"].fillna(0).astype("int64")
    )
    return frame[columns]


def _days(since: np.ndarray, until: np.datetime64) -> np.ndarray:
    found = (until - since).astype("timedelta64[D]")
    return np.where(np.isnat(found), np.nan, found.astype("int64").astype(float))
