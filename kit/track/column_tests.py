"""The tests that show, one column at a time, that it was filled in after a deal had ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from kit.track.column_values import area, days, parted_by_value, rates, read, typed

SEPARATES = 0.85  # area under the ROC curve, won against lost, that one honest column hardly has
APART = 0.95  # the same, closed against open deals of the same age
FILLED, EMPTY = 0.9, 0.1  # share from which a column is filled, up to which it is empty
CYCLE = 0.95  # share of closed deals in which a column follows from closed_on
PURE, PURE_LEAST = 0.99, 30  # share of one outcome, and deals, that make a value one-sided
_SAME_AGE = 15  # closed and open deals created in the same months, at least, to compare them
_EXPECTED = 5  # open deals that a value should have, to be called rare among them
_NEAR = 1.0  # days (or weeks) that rounding may cost

Finding = dict[str, Any]


@dataclass(frozen=True)
class Outcomes:
    """How deals ended, in the order of their rows.

    Parameters
    ----------
    won, lost : array of bool
        A deal that is neither is open.
    created, closed_at : array
        Days since 1970; closed_at is only read of closed deals.
    """

    won: np.ndarray
    lost: np.ndarray
    created: np.ndarray
    closed_at: np.ndarray

    @classmethod
    def of(cls, status: pd.Series, *, created_on: pd.Series, closed_on: pd.Series) -> Outcomes:
        """From the columns of a table."""
        found = status.to_numpy()
        return cls(found == "won", found == "lost", days(created_on), days(closed_on))

    @cached_property
    def closed(self) -> np.ndarray:
        """Which deals are won or lost."""
        return self.won | self.lost

    @cached_property
    def weights(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Weights of closed and of open deals that give both the same months of creation.

        None where fewer than fifteen of either were created in the same months.
        """
        month = np.floor(np.nan_to_num(self.created) / 30.4375).astype(int)
        month -= month.min()
        closed = np.bincount(month[self.closed], minlength=month.max() + 1)
        alive = np.bincount(month[~self.closed], minlength=month.max() + 1)
        both = np.minimum(closed, alive)
        if both.sum() < _SAME_AGE:
            return None
        zero = np.zeros(len(month))
        to_closed = np.where(self.closed, (both / np.maximum(closed, 1))[month], zero)
        to_open = np.where(self.closed, zero, (both / np.maximum(alive, 1))[month])
        return to_closed, to_open


def found_in(column: pd.Series, outcomes: Outcomes) -> Iterator[Finding]:
    """Each rule that one column breaks: rule, statistic, detail, outcome, other and count.

    `filled` and `overwritten` are told before the others, and then alone: where a column is empty
    or constant among closed deals, the rest follows from it.
    """
    values, empty = read(column)
    parted = parted_by_value(values, empty)
    first = [*_filled(empty, outcomes), *_overwritten(column, parted, empty, outcomes)]
    if first:
        yield from first
        return
    if values.dtype.kind == "f":
        yield from _cycle(values, outcomes, dated=typed(column).dtype.kind == "M")
    yield from _separates(values, parted, outcomes)
    yield from _one_sided(column, parted, outcomes)
    yield from _apart(parted, outcomes)


def _filled(empty: np.ndarray, outcomes: Outcomes) -> Iterator[Finding]:
    """Filled of closed deals and empty of open ones of the same age, or the other way round."""
    if outcomes.weights is None:
        return
    closed, alive = (float(np.average(~empty, weights=one)) for one in outcomes.weights)
    if max(closed, alive) >= FILLED and min(closed, alive) <= EMPTY:
        yield _finding("filled", closed, outcomes, other=alive)


def _overwritten(
    column: pd.Series, parted: np.ndarray, empty: np.ndarray, outcomes: Outcomes
) -> Iterator[Finding]:
    """One value of all closed deals that open ones of the same age hardly have."""
    if outcomes.weights is None or empty[outcomes.closed].all():
        return
    value = column[outcomes.closed & ~empty].mode()
    same = (column == value.iloc[0]).to_numpy(dtype=bool)
    share = float(same[outcomes.closed].mean())
    if share < CYCLE:
        return
    alive = float(np.average(same, weights=outcomes.weights[1]))
    if alive <= EMPTY:
        yield _finding("overwritten", share, outcomes, detail=str(value.iloc[0]), other=alive)


def _cycle(values: np.ndarray, outcomes: Outcomes, *, dated: bool) -> Iterator[Finding]:
    """The day a deal closed, or the days, weeks or months it took, exactly or in rank."""
    there = outcomes.closed & ~np.isnan(values) & ~np.isnan(outcomes.closed_at)
    if there.sum() < PURE_LEAST:
        return
    many, created = int(there.sum()), outcomes.created[there]
    took = outcomes.closed_at[there] - created
    found = values[there] - created if dated else values[there]
    if not np.ptp(found) or np.ptp(took) < 4 * _NEAR:
        return  # nearly the same for all: any number would be near
    units = {"closed_on": 1.0} if dated else {"days": 1.0, "weeks": 7.0, "months": 30.4375}
    for unit, length in units.items():
        near = 0.0 if dated else min(_NEAR, np.ptp(took) / length / 4)
        share = float((np.abs(found - took / length) <= near).mean())
        if share >= CYCLE:
            yield _finding("cycle", share, outcomes, detail=unit, count=many)
            return
    tied = float(np.corrcoef(rankdata(found), rankdata(took))[0, 1])
    if abs(tied) >= CYCLE:
        yield _finding("cycle", tied, outcomes, detail="rank", count=many)


def _separates(values: np.ndarray, parted: np.ndarray, outcomes: Outcomes) -> Iterator[Finding]:
    """Tells won from lost alone: by its order where it is a number, and by its values."""
    closed = outcomes.closed
    won = outcomes.won[closed]
    areas = [area(rates(parted[closed], won), won)]
    if values.dtype.kind == "f":
        known = ~np.isnan(values[closed])
        if min(won[known].sum(), (~won[known]).sum()) >= PURE_LEAST:
            ordered = area(values[closed][known], won[known])
            areas.append(max(ordered, 1 - ordered))
    if max(areas) >= SEPARATES:
        yield _finding("separates", max(areas), outcomes)


def _one_sided(column: pd.Series, parted: np.ndarray, outcomes: Outcomes) -> Iterator[Finding]:
    """A value of one outcome only, ten times rarer among open deals of the same age."""
    if outcomes.weights is None:
        return
    size = parted.max() + 1
    won = np.bincount(parted[outcomes.won], minlength=size)
    lost = np.bincount(parted[outcomes.lost], minlength=size)
    alive = np.bincount(parted, weights=outcomes.weights[1], minlength=size)
    ended = won + lost
    share = ended / ended.sum()
    one = np.maximum(won, lost) >= np.maximum(PURE * ended, PURE_LEAST)
    base = won.sum() / ended.sum()
    likely = np.where(won > lost, base, 1 - base) ** ended  # so pure by chance alone
    rare = (alive <= EMPTY * share * alive.sum()) & (share * alive.sum() >= _EXPECTED)
    for at in np.flatnonzero(one & rare & (likely * size < 1e-4)):
        name = column.iloc[int(np.flatnonzero(parted == at)[0])]
        yield _finding(
            "one_sided", share[at], outcomes, detail="" if pd.isna(name) else str(name),
            outcome="won" if won[at] > lost[at] else "lost", count=int(ended[at]),
        )  # fmt: skip
        return


def _apart(parted: np.ndarray, outcomes: Outcomes) -> Iterator[Finding]:
    """Tells closed from open deals of the same age."""
    if outcomes.weights is None:
        return
    weight = outcomes.weights[0] + outcomes.weights[1]
    there = weight > 0
    closed = outcomes.closed[there]
    score = rates(parted[there], closed, weight[there])
    found = area(score, closed, weight[there])
    if found >= APART:
        yield _finding("apart", found, outcomes, count=int(there.sum()))


def _finding(
    rule: str, statistic: float, outcomes: Outcomes, *, detail: str = "", outcome: str = "",
    other: float = np.nan, count: int | None = None,
) -> Finding:  # fmt: skip
    return {
        "rule": rule,
        "statistic": float(statistic),
        "detail": detail,
        "outcome": outcome,
        "other": float(other),
        "count": int(outcomes.closed.sum()) if count is None else count,
    }
