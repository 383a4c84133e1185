"""Deals as they stood on a day: which were open, in which stage, worth how much, due or not."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.once import once


class Deals(NamedTuple):
    """All deals of a scope and their moves, as arrays.

    Parameters
    ----------
    created, closed, expected : array of days
        One a deal; expected is the close expected last.
    won : array of bool
    amount : array
        Money, the last one known.
    deal, moved, stage, moved_amount, moved_expected : array
        One a stage event, in order of time: the deal's place, the day, the stage's place in
        `stages`, and what was told that day. Empty without stage_events.
    stages : tuple of str
        Names of stages; the first is the empty one of deals without an event.
    """

    created: np.ndarray
    closed: np.ndarray
    expected: np.ndarray
    won: np.ndarray
    amount: np.ndarray
    deal: np.ndarray
    moved: np.ndarray
    stage: np.ndarray
    moved_amount: np.ndarray
    moved_expected: np.ndarray
    stages: tuple[str, ...]

    def won_in(self, period: Period) -> np.ndarray:
        """Which deals were won in a period."""
        start, end = np.datetime64(period.start), np.datetime64(period.end)
        return self.won & (self.closed >= start) & (self.closed <= end)


@once
def deals(case: Case) -> Deals:
    """The opportunities of the case's scope with their stage events, whatever their day.

    What is to be known on a day is for `standing` to pick.
    """
    rows = case.data.frame("opportunities")
    events = case.data.frame("stage_events")
    place = pd.Index(rows["opportunity_id"]).get_indexer(events["opportunity_id"])
    named = case.settings.diagnose.stages
    others = sorted(set(events["stage"].dropna()) - set(named))
    order = {stage: number for number, stage in enumerate(("", *named, *others))}
    stage = events["stage"].map(order).fillna(0).to_numpy(dtype=int)
    moved = _days(events["entered_on"])
    by_time = np.lexsort((stage, moved))
    by_time = by_time[place[by_time] >= 0]
    return Deals(
        created=_days(rows["created_on"]),
        closed=_days(rows["closed_on"]),
        expected=_days(rows["expected_close_on"]),
        won=(rows["status"] == "won").to_numpy(dtype=bool),
        amount=rows["amount"].fillna(0.0).to_numpy(dtype=float),
        deal=place[by_time],
        moved=moved[by_time],
        stage=stage[by_time],
        moved_amount=events["amount"].to_numpy(dtype=float, na_value=np.nan)[by_time],
        moved_expected=_days(events["expected_close_on"])[by_time],
        stages=tuple(order),
    )


def standing(case: Case, day: dt.date, *, period: Period) -> pd.DataFrame:
    """The deals that were open at the end of a day, as they stood then.

    Parameters
    ----------
    case : Case
    day : date
    period : Period
        For which a deal may be due.

    Returns
    -------
    DataFrame
        Index: place of the deal in `deals`; stage (empty where no event tells), amount (money, 0
        where not known), due (whether its expected close lies in the period or is overdue).

    Notes
    -----
    Stage, amount and expected close are those of the deal's last stage event by that day; without
    one, the amount and the expected close are the last known. Of two events on one day that of the
    later stage counts.
    """
    found, now = deals(case), np.datetime64(day)
    there = np.flatnonzero((found.created <= now) & ~(found.closed <= now))
    told = int(np.searchsorted(found.moved, now, side="right"))
    last = np.full(len(found.created), -1)
    last[found.deal[:told]] = np.arange(told)
    last = last[there]
    amount, expected = found.amount[there].copy(), found.expected[there].copy()
    stage = np.zeros(len(there), dtype=int)
    seen = last >= 0
    stage[seen] = found.stage[last[seen]]
    amount_then, expected_then = found.moved_amount[last[seen]], found.moved_expected[last[seen]]
    amount[seen] = np.where(np.isnan(amount_then), amount[seen], amount_then)
    expected[seen] = np.where(np.isnat(expected_then), expected[seen], expected_then)
    start, end = np.datetime64(period.start), np.datetime64(period.end)
    due = (expected <= end) & ~((expected > now) & (expected < start))
    names = np.array(found.stages, dtype=object)[stage]
    return pd.DataFrame({"stage": names, "amount": amount, "due": due}, index=there)


def _days(values: pd.Series) -> np.ndarray:
    return values.to_numpy().astype("datetime64[D]")
