"""Expected close dates that moved out: how often, how far, and what left the period by it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.track.deal_states import Told, described, told
from kit.track.movement import Movement, movement


@dataclass(frozen=True)
class Slips:
    """Close dates that moved out; amounts are money, times are days.

    Parameters
    ----------
    deals : DataFrame
        Open deals whose date lies later than first told: opportunity_id, rep, customer, stage,
        amount, first_close_on, expected_close_on, days (later than first told), times (how often it
        was moved out), days_in_period (moved since the period's start; negative: brought forward),
        pushed_out (whether it left the period by that); the largest amounts first.
    reps : DataFrame
        rep, count (deals open at some time since the period's start with a date), slipped (moved
        out since then), rate (slipped ÷ count), days (median of those moved), amount (of them),
        pushed_out (money that left the period); the largest amount first.
    open, dated : int
        Open deals; those with a date now and a date first told.
    since_created : int
        Of these, moved out since they were created.
    days, times : float
        Medians of the days and of how often, of these; NaN where there are none.
    amount : float
        Of these.
    in_period, in_period_of : int
        Deals moved out since the period's start, of all open at some time since then.
    pushed, pushed_amount : int, float
        Open deals that were due in the period on its eve and now lie beyond it; as the movement
        bridge has them.
    """

    deals: pd.DataFrame
    reps: pd.DataFrame
    open: int
    dated: int
    since_created: int
    days: float
    times: float
    amount: float
    in_period: int
    in_period_of: int
    pushed: int
    pushed_amount: float


@once
def slips(case: Case) -> Slips | Unavailable:
    """How often and how far expected close dates were moved out, from stage_events.

    Returns
    -------
    Slips or Unavailable
        Unavailable without opportunities or stage_events, and before the period begins (reason
        `not_started`).

    Notes
    -----
    A date moves where an event tells another than the one told before it; events of the day a deal
    closed on do not count, as they tell the outcome. Since the period's start: the date told last
    (before the deal closed, or by now) against that of the eve of the period, or the first one of a
    deal that came later. The rate by rep counts each deal once and says nothing of why.
    """
    for table in ("opportunities", "stage_events"):
        if not case.data.has(table):
            return Unavailable(table=table)
    moved = movement(case)
    if isinstance(moved, Unavailable):
        return moved
    seen = told(case)
    if not seen.history:
        return Unavailable(reason="no_stage_events")
    known = seen.known
    eve, until = case.period.start - dt.timedelta(1), min(case.as_of, case.period.end)
    before, now, sight = seen.on(eve), seen.on(until), seen.last_seen()
    last = np.where(now.open, now.expected, sight.expected)
    base = np.where(known.created <= np.datetime64(eve), before.expected, seen.first_expected)
    late, total = _days(base, last), _days(seen.first_expected, last)
    fresh = (known.created > np.datetime64(eve)) & (known.created <= np.datetime64(until))
    around = (before.open | (fresh & seen.closable)) & ~np.isnan(late)
    open_now = now.open & ~np.isnan(total)
    out = open_now & (total > 0)
    pushed = _pushed(case, moved)
    return Slips(
        deals=_deals(case, seen, out, late=late, total=total, now=now, pushed=pushed),
        reps=_reps(case, around, late, amount=np.where(now.open, now.amount, known.amount),
                   pushed=pushed),
        open=int(now.open.sum()),
        dated=int(open_now.sum()),
        since_created=int(out.sum()),
        days=_median(total[out]),
        times=_median(_times(seen, until)[out]),
        amount=float(now.amount[out].sum()),
        in_period=int((around & (late > 0)).sum()),
        in_period_of=int(around.sum()),
        pushed=int(pushed.sum()),
        pushed_amount=float(now.amount[pushed].sum()),
    )  # fmt: skip


def _pushed(case: Case, moved: Movement) -> np.ndarray:
    """Which deals the movement bridge has as pushed out."""
    gone = moved.deals.loc[moved.deals["left"] == "pushed_out", "opportunity_id"]
    ids = case.data.frame("opportunities")["opportunity_id"]
    return np.isin(ids.to_numpy(dtype=object), gone.to_numpy(dtype=object))


def _times(seen: Told, until: dt.date) -> np.ndarray:
    """How often each deal's date was moved out by a day."""
    known = seen.known
    order = np.argsort(known.deal, kind="stable")
    order = order[known.moved[order] <= np.datetime64(until)]
    deal, expected = known.deal[order], seen.expected[order]
    later = (expected[1:] > expected[:-1]) & (deal[1:] == deal[:-1])
    return np.bincount(deal[1:][later], minlength=len(known.created)).astype(float)


def _deals(
    case: Case, seen: Told, out: np.ndarray, *, late, total, now, pushed: np.ndarray
) -> pd.DataFrame:
    at = np.flatnonzero(out)
    frame = described(case).iloc[at].reset_index(drop=True)
    frame = frame.assign(
        stage=np.array(seen.known.stages, dtype=object)[now.stage[at]],
        amount=now.amount[at],
        first_close_on=seen.first_expected[at].astype("datetime64[us]"),
        expected_close_on=now.expected[at].astype("datetime64[us]"),
        days=total[at],
        times=_times(seen, min(case.as_of, case.period.end))[at],
        days_in_period=late[at],
        pushed_out=pushed[at],
    )
    order = ["amount", "opportunity_id"]
    return frame.sort_values(order, ascending=[False, True], kind="stable", ignore_index=True)


def _reps(
    case: Case, around: np.ndarray, late: np.ndarray, *, amount: np.ndarray, pushed: np.ndarray
) -> pd.DataFrame:
    slipped = around & (late > 0)
    frame = pd.DataFrame(
        {
            "rep": described(case)["rep"].to_numpy(),
            "count": around.astype(int),
            "slipped": slipped.astype(int),
            "days": np.where(slipped, late, np.nan),
            "amount": np.where(slipped, amount, 0.0),
            "pushed_out": np.where(pushed, amount, 0.0),
        }
    )[around | pushed]
    each = frame.groupby("rep", sort=True)
    found = each[["count", "slipped", "amount", "pushed_out"]].sum().join(each["days"].median())
    found = found.assign(rate=found["slipped"] / found["count"].where(found["count"] > 0))
    found = found.sort_values(["amount", "count"], ascending=False, kind="stable").reset_index()
    return found[["rep", "count", "slipped", "rate", "days", "amount", "pushed_out"]]


def _days(since: np.ndarray, until: np.ndarray) -> np.ndarray:
    found = (until - since).astype("timedelta64[D]")
    return np.where(np.isnat(found), np.nan, found.astype("int64").astype(float))


def _median(values: np.ndarray) -> float:
    return float(np.median(values)) if len(values) else float("nan")
