"""The funnel: what share of deals each step lets through, against the year before, in money."""

from __future__ import annotations

import datetime as dt
import math
from statistics import NormalDist

import pandas as pd
from scipy.stats import fisher_exact

from kit.data.case import Case
from kit.data.frames import kept
from kit.data.once import once
from kit.data.stages import passages
from kit.data.tables import Unavailable
from kit.diagnose.reference import within

ALPHA = 0.05
FEWEST_EXPECTED = 5
NORMAL = NormalDist()
_COLUMNS = ["step", "entered", "reached", "conversion", "low", "high", "reference_conversion",
            "effect", "bottleneck"]  # fmt: skip


def steps(case: Case) -> pd.DataFrame | Unavailable:
    """Measure each step of the funnel and find the one that costs most.

    Returns
    -------
    DataFrame or Unavailable
        step (`proposal → won`), entered (deals that left the stage in the period, onward or lost),
        reached (those that went onward), conversion = reached ÷ entered, low and high (95 % Wilson
        interval), reference_conversion, effect (money), bottleneck (at most one).

    Notes
    -----
    Deals still in a stage count in neither, so a running period does not look worse than it is for
    that alone. It does where lost deals leave sooner than others and many new ones came in;
    `kit.diagnose.cohorts` is free of that. The reference is the twelve months before the period:
    four times the deals of one quarter, so that chance moves it less than last year's same quarter
    would. With v the mean value of the deals won in those months (of all decided, where none was
    won),

        effect = entered × (conversion − reference) × v × reference conversions of the later steps

    The bottleneck is the most negative effect whose conversion differs from the reference by a
    two-proportion test (Fisher's exact one for few deals) at 5 % ÷ number of steps. Where no deal
    left any stage in the period the result is Unavailable("no_deals"). Without stage_events there
    is one step, from the start to the outcome, by the status of opportunities.
    """
    found = measured(case)
    return found if isinstance(found, Unavailable) else found[_COLUMNS]


@once
def measured(case: Case) -> pd.DataFrame | Unavailable:
    """The frame of `steps` with stage, next and distinct (whether the test tells them apart)."""
    if not case.data.has("opportunities"):
        return Unavailable(table="opportunities")
    left = departures(case)
    start, end, before = spans(case)
    now = within(left, start, end)
    year = within(left, before, start - dt.timedelta(days=1))
    value = won_value(case)
    rows = []
    stages = _stages(case)
    for stage, after in zip(stages, stages[1:], strict=False):
        one, zero = (side.loc[side["stage"] == stage, "onward"] for side in (now, year))
        rows.append({"stage": stage, "next": after, "entered": len(one), "reached": int(one.sum()),
                     "_n0": len(zero), "_k0": int(zero.sum())})  # fmt: skip
    table = pd.DataFrame(rows)
    if not table["entered"].sum():
        return Unavailable(reason="no_deals")
    table["step"] = table["stage"] + " → " + table["next"]
    table["conversion"] = table["reached"] / table["entered"].where(table["entered"] > 0)
    table["reference_conversion"] = table["_k0"] / table["_n0"].where(table["_n0"] > 0)
    counts = table[["reached", "entered"]].itertuples(index=False)
    table[["low", "high"]] = [wilson(reached, entered) for reached, entered in counts]
    later = table["reference_conversion"][::-1].cumprod()[::-1].shift(-1, fill_value=1.0)
    change = table["conversion"] - table["reference_conversion"]
    table["effect"] = table["entered"] * change * value * later
    counts = table[["reached", "entered", "_k0", "_n0"]].itertuples(index=False)
    limit = ALPHA / len(table)
    table["distinct"] = [unlike(*four) < limit for four in counts]
    worst = table["effect"].where(table["distinct"] & (table["effect"] < 0))
    table["bottleneck"] = worst.notna() & (worst == worst.min())
    return table.drop(columns=["_n0", "_k0"])


def loss_reasons(case: Case) -> pd.DataFrame | Unavailable:
    """Rank why deals were lost in the period.

    Returns
    -------
    DataFrame or Unavailable
        reason (`unknown` where none is given), count, amount (money of the deals lost), share (of
        the money; of the count where no deal has an amount), the costliest first.
        Unavailable("no_losses") where no deal was lost in the period.
    """
    if not case.data.has("opportunities"):
        return Unavailable(table="opportunities")
    start, end, _ = spans(case)
    deals = within(closed(case), start, end)
    deals = deals[deals["status"] == "lost"]
    if deals.empty:
        return Unavailable(reason="no_losses")
    reason = deals["loss_reason"].fillna("unknown").astype(object)
    table = deals.groupby(reason.rename("reason"))["amount"].agg(count="size", amount="sum")
    of = "amount" if table["amount"].sum() > 0 else "count"
    table["share"] = table[of] / (table[of].sum() or math.nan)
    order = {"by": ["amount", "count", "reason"], "ascending": [False, False, True]}
    return table.reset_index().sort_values(**order).reset_index(drop=True)


@once
def departures(case: Case) -> pd.DataFrame:
    """Every departure of a deal from a stage up to `as_of`: opportunity_id, stage, date, onward.

    A deal leaves a stage onward on the first day it enters a later one (or is won), and is lost
    from the furthest stage it had reached. Stages that `settings.diagnose.stages` does not name are
    passed over; a deal that skips a stage does not count in it.
    """
    events = None
    if case.data.has("stage_events"):
        events = case.data.frame("stage_events")
        events = events[events["entered_on"] < _after(case.as_of)]
    found = passages(decided(case), events, stages=_stages(case))
    found = found[found["left_on"].notna()].rename(columns={"left_on": "date"})
    return found[["opportunity_id", "stage", "date", "onward"]].reset_index(drop=True)


def spans(case: Case) -> tuple[dt.date, dt.date, dt.date]:
    """Start and last seen day of the period, and the day a year before its start."""
    start = case.period.start
    before = (pd.Timestamp(start) - pd.DateOffset(years=1)).date()
    return start, min(case.as_of, case.period.end), before


def wilson(reached: float, entered: float, *, level: float = 0.95) -> tuple[float, float]:
    """Wilson interval of a share; NaN where nothing entered.

    Examples
    --------
    >>> [round(one, 3) for one in wilson(5, 10)]
    [0.237, 0.763]
    """
    if not entered:
        return math.nan, math.nan
    z = NORMAL.inv_cdf(0.5 + level / 2)
    share, weight = reached / entered, z * z / entered
    middle = (share + weight / 2) / (1 + weight)
    half = z / (1 + weight) * math.sqrt(share * (1 - share) / entered + weight / (4 * entered))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def differ(
    reached: float, entered: float, reached_before: float, entered_before: float
) -> float:
    """p-value that two shares are the same (two-sided, pooled normal test); 1 where it cannot tell.

    Examples
    --------
    >>> round(differ(30, 100, 50, 100), 4)
    0.0039
    """
    if not entered or not entered_before:
        return 1.0
    pooled = (reached + reached_before) / (entered + entered_before)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / entered + 1 / entered_before))
    if not spread:
        return 1.0
    z = abs(reached / entered - reached_before / entered_before) / spread
    return 2 * (1 - NORMAL.cdf(z))


def unlike(reached: float, entered: float, reached_before: float, entered_before: float) -> float:
    """p-value as `differ`; Fisher's exact test where fewer than five are expected in any cell.

    Parameters
    ----------
    reached, entered, reached_before, entered_before : float
        Numbers of deals, whole or worth so many; rounded for the exact test.

    Examples
    --------
    >>> round(differ(3, 3, 0, 3), 2), round(unlike(3, 3, 0, 3), 2)
    (0.01, 0.1)
    """
    if not entered or not entered_before:
        return 1.0
    pooled = (reached + reached_before) / (entered + entered_before)
    if min(entered, entered_before) * min(pooled, 1 - pooled) >= FEWEST_EXPECTED:
        return differ(reached, entered, reached_before, entered_before)
    one, two = round(reached), round(reached_before)
    rest, others = round(entered) - one, round(entered_before) - two
    return float(fisher_exact([[one, rest], [two, others]]).pvalue)


@once
def decided(case: Case) -> pd.DataFrame:
    """Opportunities as seen on `as_of`: those closed later, or with no day of closing, are open."""
    deals, day = case.data.frame("opportunities"), _after(case.as_of)
    deals = kept(deals, deals["created_on"] < day)
    closed = deals["closed_on"].notna() & (deals["closed_on"] < day)
    return deals.assign(status=deals["status"].where(closed, "open"))


@once
def closed(case: Case) -> pd.DataFrame:
    """Opportunities won and lost as seen on `as_of`, with the day of closing as `date`."""
    deals = decided(case)
    deals = kept(deals, deals["status"] != "open")
    return deals.assign(date=deals["closed_on"])


def _after(day: dt.date) -> pd.Timestamp:
    return pd.Timestamp(day) + pd.Timedelta(days=1)


def _stages(case: Case) -> tuple[str, ...]:
    stages = case.settings.diagnose.stages
    return stages if case.data.has("stage_events") else (stages[0], stages[-1])


def won_value(case: Case) -> float:
    """Mean value of the deals won in the year before the period; of all decided, if none was."""
    start, _, before = spans(case)
    year = within(closed(case), before, start - dt.timedelta(days=1))
    won = year.loc[year["status"] == "won", "amount"].mean()
    return float(year["amount"].mean() if pd.isna(won) else won)
