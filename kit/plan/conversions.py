"""What a company's own deals do: how many pass each stage, how long they take, what is open."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from kit.data.case import Case
from kit.data.once import once
from kit.data.stages import passages
from kit.data.tables import Unavailable
from kit.plan.history import cutoff
from kit.plan.known import known, year_before

SLOW = 0.8  # share of the won deals that were as quick as the date "by" assumes


@once
def conversions(case: Case) -> pd.DataFrame | Unavailable:
    """Measure each stage on the deals of the twelve months before the plan.

    Parameters
    ----------
    case : Case
        `diagnose.stages` names the stages in order; `track.interval` is the intervals' level.

    Returns
    -------
    DataFrame or Unavailable
        stage (all but the last), left (deals that left it, onward or lost), onward, conversion =
        onward ÷ left, conversion_low and conversion_high (Jeffreys interval), cycle_days (median
        days from entering the stage to the win, of deals won) and slow_days (their 80th
        percentile), have (deals standing there at the cutoff), in_time (how many of these, were
        they won, would be won within the period).

    Notes
    -----
    Deals are counted as they leave a stage, so those still in it count in neither figure. The
    Jeffreys interval is that of Beta(onward + ½, left − onward + ½). A deal of age a in its stage
    is won in the period with the chance (F(end) − F(start)) ÷ (1 − F(a)), where F is the share of
    won deals that took so many days; one older than all of them counts 0. The chance to be won at
    all is taken to be the same at any age. Without stage_events there is one step, from the start
    to the outcome.
    """
    data, last = known(case), pd.Timestamp(cutoff(case))
    if not data.has("opportunities"):
        return Unavailable(table="opportunities")
    stages = case.settings.diagnose.stages
    events = data.frame("stage_events") if data.has("stage_events") else None
    stages = stages if events is not None else (stages[0], stages[-1])
    found = passages(data.frame("opportunities"), events, stages=stages)
    year = year_before(last.date())
    sides = 0.5 + np.array([-0.5, 0.5]) * case.settings.track.interval
    rows = []
    for stage in stages[:-1]:
        stays = found[found["stage"] == stage]
        gone = stays[stays["left_on"] >= year]
        left, onward = len(gone), int(gone["onward"].sum())
        low, high = stats.beta.ppf(sides, onward + 0.5, left - onward + 0.5)
        won = stays[stays["won_on"] >= year]
        days = np.sort((won["won_on"] - won["entered_on"]).dt.days.to_numpy(dtype=float))
        standing = stays.loc[stays["left_on"].isna(), "entered_on"]
        rows.append(
            {
                "stage": stage,
                "left": left,
                "onward": onward,
                "conversion": onward / left if left else np.nan,
                "conversion_low": low if left else np.nan,
                "conversion_high": high if left else np.nan,
                "cycle_days": float(np.median(days)) if len(days) else np.nan,
                "slow_days": float(np.quantile(days, SLOW)) if len(days) else np.nan,
                "have": len(standing),
                "in_time": float(_in_time(case, standing, days).sum()),
            }
        )
    return pd.DataFrame(rows)


def _in_time(case: Case, entered: pd.Series, days: np.ndarray) -> np.ndarray:
    """The chance of each standing deal that its win, if it comes, falls into the period."""
    if not len(days) or not len(entered):
        return np.zeros(len(entered))

    def longer(than: pd.Timestamp) -> np.ndarray:
        ages = (than - entered).dt.days.to_numpy()
        return len(days) - np.searchsorted(days, ages, side="right")

    still = longer(pd.Timestamp(cutoff(case)))
    inside = longer(pd.Timestamp(case.period.start) - pd.Timedelta(1, "D"))
    inside = inside - longer(pd.Timestamp(case.period.end))
    return np.divide(inside, still, out=np.zeros(len(entered)), where=still > 0)
