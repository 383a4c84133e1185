"""What each pair of dimensions of a scope booked: now, a year ago, and week by week before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.territory import rep_names

COLUMNS = {"region": "region", "team": "team", "rep": "rep_id", "line": "line",
           "class": "customer_class", "channel": "channel"}  # fmt: skip
WIDEST = 24  # values of a dimension in a table; the smallest beyond them are put together
OTHERS, UNKNOWN = "others", "unknown"


@dataclass(frozen=True)
class Sums:
    """What one pair of dimensions booked.

    Parameters
    ----------
    rows, columns : list of str
        Values to show.
    now, before : array, rows × columns
        Amounts of the span and of last year's.
    weeks : array, weeks × rows × columns
        Amounts of the whole weeks before the span.
    orders : array, rows × columns
        Orders of both spans.
    """

    rows: list[str]
    columns: list[str]
    now: np.ndarray
    before: np.ndarray
    weeks: np.ndarray
    orders: np.ndarray


class Places:
    """Which order lines lie in the span, in last year's, and in which week before the span."""

    def __init__(
        self, days: np.ndarray, start: dt.date, first: dt.date, last: dt.date, weeks: int
    ) -> None:
        self.now = days >= np.datetime64(start)
        self.before = (days >= np.datetime64(first)) & (days <= np.datetime64(last))
        back = (np.datetime64(start) - days).astype(int)  # 1 on the day before
        self.week = weeks - 1 - (back - 1) // 7
        self.weeks = weeks
        self.past = (back >= 1) & (self.week >= 0)


def values_of(
    case: Case, rows: pd.DataFrame, dimensions: Sequence[str]
) -> dict[str, tuple[list[str], np.ndarray]]:
    """Values to show and the place of each order line among them, for the dimensions that differ.

    Returns
    -------
    dict
        dimension → values in order (`unknown` for none; beyond 24 the smallest as `others`), and
        the place of each row's value.
    """
    found = {}
    for dimension in dimensions:
        ids = rows[COLUMNS[dimension]].astype(object).where(lambda one: one.notna(), "")
        codes, names = ids.factorize(sort=True)
        if dimension == "rep" and case.scope.kind == "company" and len(names) > WIDEST:
            continue
        size = np.bincount(codes, np.abs(rows["amount"].to_numpy()), minlength=len(names))
        shown = rep_names(case.data) if dimension == "rep" else {}
        texts = [shown.get(one, str(one)) if one else UNKNOWN for one in names]
        if len(names) > WIDEST:
            large = np.sort(np.argsort(-size, kind="stable")[: WIDEST - 1])
            new = np.full(len(names), len(large))
            new[large] = np.arange(len(large))
            codes, texts = new[codes], [*(texts[one] for one in large), OTHERS]
        if len(texts) > 1:
            found[dimension] = (texts, codes)
    return found


def sums_of(
    values: dict, pair: tuple[str, str], place: Places, amounts: np.ndarray, orders: np.ndarray
) -> Sums:
    """Sum the order lines of a pair of dimensions.

    Parameters
    ----------
    values : dict
        As `values_of` gives it.
    pair : (str, str)
    place : Places
    amounts, orders : array
        Amount and number of the order of each line.
    """
    (left, down), (top, across) = values[pair[0]], values[pair[1]]
    shape = (len(left), len(top))
    size = shape[0] * shape[1]
    cell = down * shape[1] + across

    def sums(mask: np.ndarray) -> np.ndarray:
        return np.bincount(cell[mask], amounts[mask], minlength=size).reshape(shape)

    week = place.week[place.past] * size + cell[place.past]
    weeks = np.bincount(week, amounts[place.past], minlength=place.weeks * size)
    either = place.now | place.before
    many = int(orders.max()) + 1
    each = np.unique(cell[either].astype(np.int64) * many + orders[either])
    return Sums(
        left, top, sums(place.now), sums(place.before),
        weeks.reshape(place.weeks, *shape),
        np.bincount(each // many, minlength=size).reshape(shape).astype(float),
    )  # fmt: skip
