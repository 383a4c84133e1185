"""Mix: what last year's same season was made of, by product line, customer class and channel."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.frames import kept
from kit.data.measures import sales
from kit.data.once import once
from kit.data.tables import SCOPE_COLUMNS, Unavailable
from kit.plan.history import cutoff, earlier
from kit.scope import Scope

DIMENSIONS = ("line", "customer_class", "channel")
UNSTATED, OTHERS = "", "*"  # names that stand for what the sales do not say, and for all the rest

_TRACE = 1e-9  # taken only where rounded margins leave no other way
_MOST = 12  # product lines that are told apart, largest first


class Mix(NamedTuple):
    """Sales by month, line, class and channel.

    Parameters
    ----------
    names : tuple of lists
        Lines, classes and channels.
    amounts : array, months × lines × classes × channels
        Money; below 0 counts as 0.
    counts : array
        Order lines.
    sold : array of bool, lines × classes × channels
        Whether there was an order line at any time before.
    """

    names: tuple[list[str], ...]
    amounts: np.ndarray
    counts: np.ndarray
    sold: np.ndarray

    @property
    def seed(self) -> np.ndarray:
        """Shares of lines × classes × channels, shrunk; next to none where never sold before."""
        found = shrunk(self.amounts.sum(axis=0), self.counts.sum(axis=0))
        return np.where(self.sold, found, _TRACE * found)


@once
def last_season(case: Case) -> Mix | Unavailable:
    """The mix of the same period a year before.

    Returns
    -------
    Mix or Unavailable
        Unavailable where no line, class or channel is known (table `products`), or the same period
        last year is not over or has no sales (reason `no_same_season`).

    Notes
    -----
    Months are those of the same season, as a share of the year would charge a line for its season.
    A line that came since counts with its sales of the period just before, at the others' ratio of
    last year's to it.
    """
    found = _rows(case)
    if isinstance(found, Unavailable):
        return found
    names = tuple(sorted(found[one].unique()) for one in DIMENSIONS)
    if all(some == [UNSTATED] for some in names):
        return Unavailable(table="products")
    shape = (len(case.calendar.parts(case.period)), *(len(some) for some in names))
    places = _places(found, names)
    amounts, counts = np.zeros(shape), np.zeros(shape)
    np.add.at(amounts, places, found["amount"].to_numpy())
    np.add.at(counts, places, 1.0)
    amounts = np.maximum(amounts, 0.0)
    if amounts.sum() <= 0:
        return Unavailable(reason="no_same_season", detail=case.period.name)
    return Mix(names, amounts, counts, _sold(case, names))


def shrunk(amounts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Shares of the cells of a table, drawn towards those of independent dimensions.

    Parameters
    ----------
    amounts : array
        Money, 0 or more, something in all.
    counts : array
        Order lines.

    Returns
    -------
    array
        Sums to 1; its margins of one dimension are those of the amounts.

    Notes
    -----
    share = (n × observed + k × independent) ÷ (n + k), with n order lines in all and k cells: the
    mean of a Dirichlet prior that is worth one order line a cell. Cells of few lines lean on their
    row, column and layer, those of many stay as they are.

    Examples
    --------
    >>> amounts, counts = np.diag([3.0, 1.0]), np.diag([2.0, 2.0])
    >>> shrunk(amounts, counts).round(3).tolist()
    [[0.656, 0.094], [0.094, 0.156]]
    """
    observed = amounts / amounts.sum()
    independent = np.ones_like(observed)
    for axis in range(observed.ndim):
        others = tuple(one for one in range(observed.ndim) if one != axis)
        independent = independent * observed.sum(axis=others, keepdims=True)
    many, cells = counts.sum(), observed.size
    return (many * observed + cells * independent) / (many + cells)


def lines_of_parts(case: Case, scopes: tuple[str, ...]) -> np.ndarray:
    """Shares of the product lines in each part's own sales, drawn towards the scope's.

    Returns
    -------
    array, parts × lines
        Each row sums to 1, by the rule of `shrunk`.
    """
    whole, rows = last_season(case), _rows(case)
    known = whole.amounts.sum(axis=(0, 2, 3))
    size = len(known)
    found = []
    for name in scopes:
        scope = Scope.parse(name)
        own = rows[rows[SCOPE_COLUMNS[scope.kind]] == scope.id]
        at = pd.Index(whole.names[0]).get_indexer(own["line"])
        amounts = np.maximum(np.bincount(at, own["amount"], minlength=size), 0.0)
        found.append(_towards(amounts, len(own), known))
    return np.array(found)


def lines_of_months(case: Case) -> np.ndarray:
    """What each month's mix of lines is against the period's.

    Returns
    -------
    array, months × lines
        Month's share of a line ÷ the period's; 1 for a line without sales.
    """
    whole = last_season(case)
    amounts, counts = whole.amounts.sum(axis=(2, 3)), whole.counts.sum(axis=(1, 2, 3))
    known = amounts.sum(axis=0)
    shares = np.array(
        [_towards(one, many, known) for one, many in zip(amounts, counts, strict=True)]
    )
    overall = known / known.sum()
    return np.divide(shares, overall, out=np.ones_like(shares), where=overall > 0)


def _towards(amounts: np.ndarray, many: float, known: np.ndarray) -> np.ndarray:
    overall = known / known.sum()
    own = amounts / amounts.sum() if amounts.sum() > 0 else overall
    return (many * own + len(known) * overall) / (many + len(known))


@once
def _rows(case: Case) -> pd.DataFrame | Unavailable:
    """Last year's order lines of the same season, with month (0, 1, …) and full names."""
    lacking = Unavailable(reason="no_same_season", detail=case.period.name)
    before = earlier(case, case.calendar.year_ago)
    if before is None:
        return lacking
    columns = ["date", "amount", *DIMENSIONS, *SCOPE_COLUMNS.values()]
    every = sales(case)[columns]
    every = kept(every, every["date"] <= pd.Timestamp(cutoff(case)))
    every = every.assign(**{one: _stated(every[one]) for one in DIMENSIONS})
    found = _within(case, every, before)
    if found.empty:
        return lacking
    found = pd.concat([found, _newer(case, every, found, before)], ignore_index=True)
    size = found.groupby("line")["amount"].sum().sort_values(ascending=False, kind="stable")
    large = size.index[:_MOST]
    return found.assign(line=found["line"].where(found["line"].isin(large), OTHERS))


def _newer(case: Case, every: pd.DataFrame, found: pd.DataFrame, before: Period) -> pd.DataFrame:
    """Stand-in rows of lines that were not sold yet a year ago."""
    first = every.groupby("line")["date"].min()
    new = set(first.index[first > pd.Timestamp(before.end)])
    previous = earlier(case, case.calendar.previous)
    if not new or previous is None:
        return found.iloc[:0]
    lately = _within(case, every, previous)
    came = lately["line"].isin(new)
    others = lately.loc[~came, "amount"].sum()
    if others <= 0:
        return found.iloc[:0]
    grown = max(found["amount"].sum(), 0.0) / others
    return lately[came].assign(amount=lately.loc[came, "amount"] * grown)


def _within(case: Case, every: pd.DataFrame, span: Period) -> pd.DataFrame:
    """The rows of a period, with the number of their month."""
    rows = kept(every, every["date"].between(pd.Timestamp(span.start), pd.Timestamp(span.end)))
    starts = [np.datetime64(one.start) for one in case.calendar.parts(span)]
    dates = rows["date"].to_numpy().astype("datetime64[D]")
    month = np.searchsorted(np.array(starts), dates, side="right") - 1
    last = len(case.calendar.parts(case.period)) - 1
    return rows.assign(month=np.minimum(month, last))


def _sold(case: Case, names: tuple[list[str], ...]) -> np.ndarray:
    """Which lines, classes and channels met in an order line before the period."""
    every = sales(case)[["date", *DIMENSIONS]]
    every = kept(every, every["date"] <= pd.Timestamp(cutoff(case)))[list(DIMENSIONS)]
    cells = every.drop_duplicates()
    cells = cells.assign(**{one: _stated(cells[one]) for one in DIMENSIONS})
    line = cells["line"].where(cells["line"].isin(names[0]), OTHERS)
    at = [
        pd.Index(some).get_indexer(values)
        for some, values in zip(
            names, (line, cells["customer_class"], cells["channel"]), strict=True
        )
    ]
    inside = np.all([one >= 0 for one in at], axis=0)
    found = np.zeros(tuple(len(some) for some in names), dtype=bool)
    found[tuple(one[inside] for one in at)] = True
    return found


def _stated(values: pd.Series) -> pd.Series:
    return values.astype("object").where(values.notna(), UNSTATED).astype("str")


def _places(found: pd.DataFrame, names: tuple[list[str], ...]) -> tuple[np.ndarray, ...]:
    cells = [
        pd.Index(some).get_indexer(found[one])
        for one, some in zip(DIMENSIONS, names, strict=True)
    ]
    return (found["month"].to_numpy(), *cells)
