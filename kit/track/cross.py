"""Cross tables of two dimensions, and the cells that left the path of their row and column."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.elapsed import year_ago
from kit.data.frames import kept
from kit.data.measures import sales
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.track import unusual
from kit.track.cross_sums import COLUMNS, Places, Sums, sums_of, values_of

DIMENSIONS = {
    "company": ("region", "team", "rep", "line", "class", "channel"),
    "region": ("team", "rep", "line", "class", "channel"),
    "team": ("rep", "line", "class", "channel"),
    "rep": ("line", "class"),
}
FEWEST = 6  # cells that can be tested, without which nothing is told
CELLS = ("rows", "columns", "row", "column", "last_year", "actual", "expected", "deviation",
         "noise", "orders", "p", "named")  # fmt: skip

_ROUNDS = 20  # until a cell that is put back hardly moves
_LIKELY, _CANDIDATES = 0.05, 6  # which cells may explain what was found in a table
_NESTED = frozenset(("region", "team", "rep"))  # one lies within the other


@dataclass(frozen=True)
class Cross:
    """The cross tables of a scope.

    Parameters
    ----------
    cells : DataFrame
        rows, columns (the two dimensions), row, column (values to show; `others`, `unknown`),
        last_year, actual, expected, deviation (actual − expected), noise (its standard deviation;
        NaN where not tested), orders (of both years), p, named (bool: stands out).
    pairs : tuple of (str, str)
        The pairs of dimensions, the one with the most unlikely cell first.
    named : DataFrame
        The rows of `cells` that stand out, the most unlikely first.
    tested : int
        How many cells of all tables were tested.
    weeks : int
        Whole weeks before the period that the noise was learned from.
    start, end, before_start, before_end : date
        The span looked at and the one of last year it is compared with.
    """

    cells: pd.DataFrame
    pairs: tuple[tuple[str, str], ...]
    named: pd.DataFrame
    tested: int
    weeks: int
    start: dt.date
    end: dt.date
    before_start: dt.date
    before_end: dt.date

    def table(self, pair: tuple[str, str]) -> pd.DataFrame:
        """The cells of one pair of dimensions."""
        same = (self.cells["rows"] == pair[0]) & (self.cells["columns"] == pair[1])
        return self.cells[same].reset_index(drop=True)


@once
def cross(
    case: Case, *, dimensions: tuple[str, ...] = (), rate: float = unusual.FALSE
) -> Cross | Unavailable:
    """Cross each two dimensions, bookings of the period so far against what was to be expected.

    Parameters
    ----------
    case : Case
    dimensions : tuple of str
        Out of region, team, rep, line, class and channel; empty: all that the scope has. Region,
        team and rep are not crossed with one another, for one lies within the other; the reps of a
        company are left out where there are more than 24.
    rate : float
        False-discovery rate over all cells of all tables.

    Returns
    -------
    Cross or Unavailable
        Unavailable before the period (reason `trend_early`), without the same span last year and
        half a year of weeks before the period (reason `cross_no_year`), with fewer than two dimensions
        that differ (reason `cross_one`), or with fewer than six cells that have orders enough to
        be tested (reason `cross_few`, detail the number of orders).

    Notes
    -----
    Expected is last year's table of the same number of working days, scaled to this year's row and
    column sums (`kit.track.unusual.expected`), so that a deviation is what neither the row nor the
    column explains. How unlikely it is comes from the cell's own weeks, see
    `kit.track.unusual.judge`; Benjamini and Hochberg at `rate` over all cells of all tables, shown
    or not, decide what stands out. A cell that stands out pulls its row and column with it: the
    next cell of the same table has to stand out as well once the first is put back to what the
    others make expect. In a table of two rows or columns deviations come in pairs; of two equally
    unlikely cells the one that is further off in proportion is named.
    """
    end = min(case.as_of, case.period.end)
    if end < case.period.start:
        return Unavailable(reason="trend_early")
    past = year_ago(case.calendar, case.period, as_of=case.as_of)
    rows = sales(case)
    first = rows["date"].min()
    if past is None or pd.isna(first) or first.date() > past.start + dt.timedelta(7):
        return Unavailable(reason="cross_no_year")
    weeks = (case.period.start - first.date()).days // 7
    if weeks < unusual.FEWEST_WEEKS:
        return Unavailable(reason="cross_no_year")
    rows = rows[["date", "order_id", "amount", *COLUMNS.values()]]
    rows = kept(rows, rows["date"] <= pd.Timestamp(end))
    values = values_of(case, rows, dimensions or DIMENSIONS[case.scope.kind])
    pairs = [one for one in combinations(values, 2) if not set(one) <= _NESTED]
    if not pairs:
        return Unavailable(reason="cross_one")
    days = rows["date"].to_numpy().astype("datetime64[D]")
    span = max(1, round(((end - case.period.start).days + 1) / 7))
    place = Places(days, case.period.start, past.start, past.end, weeks)
    amounts, orders = rows["amount"].to_numpy(), rows["order_id"].factorize()[0]
    tables = {one: sums_of(values, one, place, amounts, orders) for one in pairs}
    judged = {
        pair: unusual.judge(
            one.now, one.before, weeks=one.weeks, orders=one.orders, span=span
        )
        for pair, one in tables.items()
    }
    tested = int(sum((~np.isnan(one.p)).sum() for one in judged.values()))
    if tested < FEWEST:
        either = place.now | place.before
        return Unavailable(reason="cross_few", detail=str(len(np.unique(orders[either]))))
    found = unusual.discoveries(np.concatenate([judged[one].p.ravel() for one in pairs]), rate=rate)
    parts, at = [], 0
    for pair in pairs:
        one, told = tables[pair], judged[pair]
        marks = found[at : at + told.p.size].reshape(told.p.shape)
        at += told.p.size
        parts.append(_cells(pair, one, told, _first_hand(one, told, marks, span=span)))
    cells = pd.concat(parts, ignore_index=True)
    least = {pair: float(np.nanmin([*judged[pair].p.ravel(), 2.0])) for pair in pairs}
    named = cells[cells["named"]].sort_values("p", kind="stable").reset_index(drop=True)
    return Cross(
        cells=cells,
        pairs=tuple(sorted(pairs, key=least.__getitem__)),
        named=named,
        tested=tested,
        weeks=min(weeks, unusual.YEAR),
        start=case.period.start,
        end=end,
        before_start=past.start,
        before_end=past.end,
    )


def _first_hand(
    table: Sums, told: unusual.Judged, found: np.ndarray, *, span: int
) -> np.ndarray:
    """The p-value of each cell that explains what was found in a table; NaN for all others."""
    named = np.full(found.shape, np.nan)
    now, current, left = table.now.astype(float), told, found.copy()
    limit = told.p[found].max() if found.any() else 0.0
    while left.any() and np.isfinite(named).sum() < max(1, min(named.shape) - 1):
        least = current.p[left].min()
        likely = np.isnan(named) & (current.p <= max(_LIKELY, least))
        order = np.argsort(current.p[likely], kind="stable")[:_CANDIDATES]
        tried = []
        for at in map(tuple, np.argwhere(likely)[order]):
            mask = np.isfinite(named)
            mask[at] = True
            back = _put_back(now, table.before, mask)
            rest = (back - unusual.expected(back, table.before)) / told.noise
            far = abs(current.deviation[at]) / max(current.expected[at], 1e-9)
            tried.append((round(float(np.nansum(rest**2)), 6), -far, at, back))
        _, _, at, now = min(tried, key=lambda one: one[:3])
        named[at] = min(least, current.p[at])
        current = unusual.judge(
            now, table.before, weeks=table.weeks, orders=table.orders, span=span
        )
        left = found & np.isnan(named) & (current.p <= limit)
    return named


def _put_back(now: np.ndarray, before: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """A table with some cells as the others make expect them."""
    for _ in range(_ROUNDS):
        now = np.where(cells, unusual.expected(now, before), now)
    return now


def _cells(
    pair: tuple[str, str], table: Sums, told: unusual.Judged, named: np.ndarray
) -> pd.DataFrame:
    known = np.isfinite(named)
    rows, columns = np.meshgrid(table.rows, table.columns, indexing="ij")
    frame = pd.DataFrame(
        {
            "rows": pair[0], "columns": pair[1], "row": rows.ravel(), "column": columns.ravel(),
            "last_year": table.before.ravel(), "actual": table.now.ravel(),
            "expected": told.expected.ravel(), "deviation": told.deviation.ravel(),
            "noise": told.noise.ravel(), "orders": table.orders.ravel(),
            "p": np.where(known, named, told.p).ravel(), "named": known.ravel(),
        }
    )  # fmt: skip
    return frame.astype(dict.fromkeys(("rows", "columns", "row", "column"), "str"))[list(CELLS)]
