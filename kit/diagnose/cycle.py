"""A longer cycle: deals take more time, so that fewer close in the period."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import pandas as pd

from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.diagnose import stage_time
from kit.diagnose.catalogue import CONFIRMED, Cause
from kit.diagnose.funnel import NORMAL
from kit.errors import UnknownPeriodError

LIMIT = 0.01


def cycle(case: Case) -> Cause | None:
    """Deals that last year's times would have closed in the period, and did not.

    Notes
    -----
    The pace of each stage is that of all who leave it, won or lost (`kit.diagnose.stage_time`): a
    slower pace is not a lower conversion, which is the share of those who left that went on, nor
    fewer deals, which are counted as they come in. A cause is named where a stage's pace differs by
    the log-rank test at 1 % ÷ number of stages, and its effect is that of all stages together, for
    a deal that is held up in one comes later to the next. Deals that were held up already in the
    period before come in late: what that period lost in the same way is a gain of this one, and is
    taken off. The interval is the effect ± 1.96 × effect ÷ z, with z of the stages' log-rank tests
    together (the sum of their signed z by the root of their number): as wide as the test is unsure.
    """
    table = stage_time.stage_times(case)
    if isinstance(table, Unavailable):
        return None
    known = table[table["p"].notna() & table["effect"].notna() & (table["effect"] != 0)]
    tested = known[known["p"] < LIMIT / max(len(known), 1)]
    effect = float(known["effect"].sum())
    tested = tested[tested["effect"] * effect > 0]
    if tested.empty or not effect:
        return None
    signed = [
        math.copysign(NORMAL.inv_cdf(1 - max(row.p, 1e-12) / 2), row.effect * effect)
        for row in known.itertuples()
    ]
    whole, effect = effect, effect - _came_in(case, effect)
    z = max(sum(signed) / math.sqrt(len(signed)), 1.0)
    half = 1.96 * abs(effect) / z
    main = tested.loc[tested["effect"].abs().idxmax()]
    facts = {
        "stage": main["stage"], "days": main["days"], "days_before": main["days_before"],
        "wins": abs(float(known["wins"].sum())) * effect / whole,
    }  # fmt: skip
    longer = effect < 0
    plain = pd.isna(main["days"]) or pd.isna(main["days_before"])
    evidence = "cycle_plain" if plain else "cycle" if longer else "cycle_shorter"
    return Cause("cycle", "", effect, facts, evidence, low=effect - half, high=effect + half,
                 confidence=CONFIRMED)  # fmt: skip


def _came_in(case: Case, effect: float) -> float:
    """What the same change of pace did to the period before, and gives back in this one."""
    try:
        before = case.calendar.previous(case.period)
    except UnknownPeriodError:
        return 0.0
    eve = case.period.start - dt.timedelta(days=1)
    table = stage_time.stage_times(replace(case, period=before, as_of=eve))
    if isinstance(table, Unavailable):
        return 0.0
    past = float(table["effect"].fillna(0.0).sum())
    return past if past * effect > 0 and abs(past) < abs(effect) else 0.0
