"""All deals of a case with what was known of them on any past day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.plan.deals import Deals
from kit.track.deal_rows import Rows

_PRIOR = 10.0  # deals that the average of all weighs in with, in a rep's or customer's past
_LARGE = 20.0  # how much larger or smaller than usual an amount counts at most
_FAR = 180.0  # days from which on an expected close is simply far


@dataclass(frozen=True)
class History:
    """All deals with what of them holds on any day."""

    known: Deals
    told: bool
    use_amount: bool
    rep: np.ndarray
    customer: np.ndarray
    slips: np.ndarray  # of each stage event, how often its deal had slipped by then
    entered: np.ndarray  # of each stage event, the day its deal had entered the stage

    @classmethod
    def of(cls, case: Case, known: Deals, *, told: bool, use_amount: bool) -> History:
        rows = case.data.frame("opportunities")
        rep, _ = pd.factorize(rows["rep_id"], sort=True)
        customer, _ = pd.factorize(rows["customer_id"], sort=True)
        slips, entered = _moves(known)
        return cls(known, told, use_amount, rep, customer, slips, entered)

    def open_on(self, day: np.datetime64) -> np.ndarray:
        """Places of the deals open at the end of a day."""
        known = self.known
        return np.flatnonzero((known.created <= day) & ~(known.closed <= day))

    def on(self, day: np.datetime64, there: np.ndarray, described: dict[str, np.ndarray]) -> Rows:
        """The deals of some places as they stood at the end of a day."""
        known = self.known
        age = _between(known.created[there], day)
        ended = known.closed <= day
        took = np.sort(_between(known.created, known.closed)[ended & known.won])
        usual, long = np.quantile(took, [0.5, 0.8]) if len(took) else (90.0, 150.0)
        columns = {
            "age": age,
            "old": np.maximum(age - usual, 0),
            "very_old": np.maximum(age - long, 0),
            "rep": self._past(self.rep, ended, there),
            "customer": self._past(self.customer, ended, there),
            "known": self._bought(ended, there),
        }
        amount, stage = known.amount[there], np.zeros(len(there), dtype=int)
        if self.told:
            last, seen = self._last(day, there)
            stage[seen] = known.stage[last[seen]]
            then = known.moved_amount[last]
            amount = np.where(seen & ~np.isnan(then), then, amount)
            entered = np.where(seen, self.entered[last], known.created[there])
            expected = np.where(seen, known.moved_expected[last], np.datetime64("NaT"))
            due_in = np.nan_to_num(np.clip(_between(day, expected), -_FAR, _FAR), nan=0.0)
            columns["standing"] = np.log1p(_between(entered, day))
            columns["due_in"] = due_in
            columns["overdue"] = (due_in < 0).astype(float)
            columns["slips"] = np.minimum(np.where(seen, self.slips[last], 0), 5).astype(float)
        if self.use_amount:
            columns["size"] = self._size(amount, day)
        return Rows(
            deal=there,
            day=np.full(len(there), day),
            stage=stage,
            numbers=np.column_stack(list(columns.values())).astype(float),
            groups=np.column_stack([one[there] for one in described.values()])
            if described else np.zeros((len(there), 0), dtype=int),
            closed=known.closed[there],
            won=known.won[there],
            names=tuple(columns),
            kinds=tuple(described),
            stages=known.stages,
        )  # fmt: skip

    def _last(self, day: np.datetime64, there: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The last stage event of each deal by a day, and which deals have one."""
        told = int(np.searchsorted(self.known.moved, day, side="right"))
        last = np.full(len(self.known.created), -1)
        last[self.known.deal[:told]] = np.arange(told)
        return np.maximum(last[there], 0), last[there] >= 0

    def _past(self, owner: np.ndarray, ended: np.ndarray, there: np.ndarray) -> np.ndarray:
        """Log odds of the deals that an owner had closed, against those of all."""
        size = int(owner.max()) + 2 if len(owner) else 1
        many = np.bincount(owner[ended] + 1, minlength=size).astype(float)
        wins = np.bincount(owner[ended & self.known.won] + 1, minlength=size).astype(float)
        many[0] = wins[0] = 0.0  # who has no owner has no past
        base = (wins.sum() + 1) / (many.sum() + 2)
        rate = (wins + _PRIOR * base) / (many + _PRIOR)
        return (np.log(rate / (1 - rate)) - np.log(base / (1 - base)))[owner[there] + 1]

    def _bought(self, ended: np.ndarray, there: np.ndarray) -> np.ndarray:
        size = int(self.customer.max(initial=-1)) + 2
        buyers = np.bincount(self.customer[ended & self.known.won] + 1, minlength=size)
        buyers[0] = 0
        return (buyers[self.customer[there] + 1] > 0).astype(float)

    def _size(self, amount: np.ndarray, day: np.datetime64) -> np.ndarray:
        there = self.known.amount[(self.known.created <= day) & (self.known.amount > 0)]
        usual = float(np.median(there)) if len(there) else 1.0
        return np.log(np.clip(np.where(amount > 0, amount, usual) / usual, 1 / _LARGE, _LARGE))


def _moves(known: Deals) -> tuple[np.ndarray, np.ndarray]:
    """For each stage event its deal's slips so far and the day it entered the stage."""
    many = len(known.moved)
    order = np.argsort(known.deal, kind="stable")  # a deal's events stand together, in time
    deal, expected = known.deal[order], known.moved_expected[order]
    first = np.ones(many, dtype=bool)
    first[1:] = deal[1:] != deal[:-1]
    later = np.zeros(many, dtype=bool)
    later[1:] = (expected[1:] > expected[:-1]) & ~first[1:]
    total = np.cumsum(later)
    start = np.maximum.accumulate(np.where(first, np.arange(many), 0))
    slips = np.empty(many, dtype=int)
    slips[order] = total - total[start] if many else total
    changed = first.copy()
    changed[1:] |= known.stage[order][1:] != known.stage[order][:-1]
    entry = np.maximum.accumulate(np.where(changed, np.arange(many), 0))
    entered = np.empty(many, dtype=known.moved.dtype)
    entered[order] = known.moved[order][entry] if many else known.moved
    return slips, entered


def _between(start: np.ndarray | np.datetime64, end: np.ndarray | np.datetime64) -> np.ndarray:
    days = np.asarray(end - start, dtype="timedelta64[D]")
    return np.where(np.isnat(days), np.nan, days.astype("int64").astype(float))
