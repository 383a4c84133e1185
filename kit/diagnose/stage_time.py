"""Time in stage: how long deals stay, against the year before, and what longer stays cost."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose import cohorts, funnel
from kit.diagnose.cohorts import workday
from kit.diagnose.incidence import Staying, log_rank, staying

LOW, HIGH = 0.1, 0.9  # ends of the range that holds 80 % of the stays
_COLUMNS = ["stage", "left", "standing", "days", "low", "high", "days_before", "low_before",
            "high_before", "left_before", "p", "distinct", "wins", "effect"]  # fmt: skip


@dataclass(frozen=True)
class _Window:
    """The stays in one stage as far as they lie in a span of days."""

    since: np.ndarray  # age when the span began, or 0
    days: np.ndarray  # age when the deal left, or when the span ended
    left: np.ndarray  # whether it left in the span
    until: np.ndarray  # age it would have at the span's end

    def course(self) -> Staying:
        """The share still there after each day."""
        return staying(self.days, self.left, since=self.since)


@once
def stage_times(case: Case) -> pd.DataFrame | Unavailable:
    """How long deals stay in each stage, against the year before.

    Returns
    -------
    DataFrame or Unavailable
        stage, left (deals that left it in the period up to `as_of`, onward or lost), standing
        (still there), days (median stay), low and high (10th and 90th percentile: 80 % of stays
        lie between), days_before, low_before, high_before, left_before (twelve months before the
        period), p (chance of as different a pace where nothing changed), distinct (p below 5 % ÷
        number of stages that can be compared), wins (deals that last year's times would have
        closed by now, more than the period's own times), effect (money; negative: held up).
        Unavailable without opportunities, or where no deal stood in a stage in the period
        (`no_stays`). Days are working days, so that holidays make no stay longer; null where they
        cannot be told.

    Notes
    -----
    A stay counts with the days of it that lie in the span. Those who were there when it began come
    in at the age they had, those still there at its end go out at the age they have: neither makes
    stays look shorter or longer. Medians and ranges are read off the Kaplan-Meier share still in
    the stage; the test is the log-rank test, from five deals that left on either side.

    The cost is an estimate, and of deals that come later, not of deals lost. For a stay seen from
    age a on that could reach age b in the period,

        wins = reference conversion × Σ over days d in (a, b] of
               (S(d − 1) − S(d)) ÷ S(a) × W(b − d)

    where S is the share still in the stage and W(r) the share of deals entering the next stage that
    are won within r days, of the year before (1 for the last stage). It is worked out with S of
    the year before and with S of the period; the difference, summed over the stays whose age a
    both know, is `wins`, and

        effect = −wins × mean value of the deals won in the year before
    """
    found = cohorts.stays(case)
    if isinstance(found, Unavailable):
        return found
    start, end, before = funnel.spans(case)
    stages = [stage for stage, _ in cohorts.steps(case)]
    eve = start - dt.timedelta(days=1)
    now = {one: _window(case, found, one, start, end) for one in stages}
    year = {one: _window(case, found, one, before, eve) for one in stages}
    if not any(len(one.days) for one in now.values()):
        return Unavailable(reason="no_stays")
    value, shares = funnel.won_value(case), _shares(case)
    rows = []
    for at, stage in enumerate(stages):
        one, other = now[stage], year[stage]
        after = None if at + 1 == len(stages) else _won_within(case, found, stages[at + 1])
        wins = shares.get(stage, math.nan) * _held_up(one, other, after)
        rows.append(
            {"stage": stage, "left": int(one.left.sum()), "standing": int((~one.left).sum()),
             **_spread(one), **{f"{name}_before": days for name, days in _spread(other).items()},
             "left_before": int(other.left.sum()), "wins": wins, "effect": -wins * value,
             "p": log_rank(one.days, one.left, other.days, other.left, since=one.since,
                           other_since=other.since)}
        )  # fmt: skip
    table = pd.DataFrame(rows)
    limit = funnel.ALPHA / max(int(table["p"].notna().sum()), 1)
    return table.assign(distinct=table["p"] < limit)[_COLUMNS]


def _window(
    case: Case, found: pd.DataFrame, stage: str, start: dt.date, end: dt.date
) -> _Window:
    """The stays in a stage that lie in a span, both days included."""
    some = found[found["stage"] == stage]
    came = workday(case, some["entered_on"])
    eve, last = workday(case, pd.Series([start - dt.timedelta(days=1), end]))
    since, until = eve - came, last - came
    days, gone = some["days"].to_numpy(), some["ended"].to_numpy() > 0
    inside = (some["entered_on"] >= pd.Timestamp(start)).to_numpy()
    since = np.where(inside, -1.0, since)  # a deal may leave on the day it came
    begun = some["entered_on"] < pd.Timestamp(end) + pd.Timedelta(days=1)
    there = begun.to_numpy() & (days > since)
    left = gone & (days <= until)
    return _Window(since[there], np.minimum(days, until)[there], left[there], until[there])


def _spread(one: _Window) -> dict[str, float]:
    if not one.left.any():
        return dict.fromkeys(("days", "low", "high"), math.nan)
    course, shares = one.course(), {"days": 0.5, "low": LOW, "high": HIGH}
    return {name: course.quantile(share) for name, share in shares.items()}


def _held_up(one: _Window, other: _Window, after: np.ndarray | None) -> float:
    """Deals leaving in time to be won: by the other window's times less by the window's own."""
    if not (one.left.any() and other.left.any()):
        return math.nan
    own, usual = one.course(), other.course()
    known = (own.at(one.since) > 0) & (usual.at(one.since) > 0)
    if not known.any():
        return math.nan
    ages = np.stack([one.since, one.until])[:, known]
    ages, many = np.unique(ages, axis=1, return_counts=True)
    return _closing(usual, ages, many, after) - _closing(own, ages, many, after)


def _closing(
    course: Staying, ages: np.ndarray, many: np.ndarray, after: np.ndarray | None
) -> float:
    """Stays, each counted with its chance to leave and to be won within its days."""
    share = course.at(np.arange(-1, int(ages[1].max()) + 1, dtype=float))  # of ages −1, 0, 1 …
    total = 0.0
    for since, until, count in zip(*ages.astype(int), many, strict=True):
        leaving = share[since + 1 : until + 1] - share[since + 2 : until + 2]
        left = until - np.arange(since + 1, until + 1)
        won = 1.0 if after is None else after[np.minimum(left, len(after) - 1)]
        total += count * float((leaving * won).sum()) / share[since + 1]
    return total


def _won_within(case: Case, found: pd.DataFrame, stage: str) -> np.ndarray:
    """Share of the deals entering a stage in the year before that were won within 0, 1 … days."""
    start, _, before = funnel.spans(case)
    some = cohorts.entering(found, (before, start - dt.timedelta(days=1)))
    some = some[some["stage"] == stage]
    deals = funnel.decided(case).set_index("opportunity_id")
    ends = some["opportunity_id"].map(deals["closed_on"].where(deals["status"] != "open"))
    over = ends.notna().to_numpy()
    last = workday(case, ends.fillna(pd.Timestamp(case.as_of)))
    days = np.maximum(last - workday(case, some["entered_on"]), 0)
    won = over & some["won_on"].notna().to_numpy()
    if not won.any():
        return np.zeros(1)
    still = staying(days, over)
    at = np.arange(int(days[won].max()) + 1, dtype=float)
    risk = len(days) - np.searchsorted(np.sort(days), at, side="left")
    many = np.bincount(days[won].astype(int), minlength=len(at))
    return np.cumsum(still.at(at - 1) * many / np.maximum(risk, 1))


def _shares(case: Case) -> dict[str, float]:
    """Conversion of each stage in the year before, of the deals that left it."""
    table = funnel.measured(case)
    if isinstance(table, Unavailable):
        return {}
    return dict(zip(table["stage"], table["reference_conversion"], strict=True))
