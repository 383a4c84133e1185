"""Anonymous monthly figures over the peers of each scope, so that no scope reads another's rows."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np
import pandas as pd

LEAST = 3  # peers needed before anything is shown

_MONTHLY = """
WITH deals AS (SELECT o.rep_id, p.region, p.team, o.closed_on AS date, o.status AS measure,
               1 AS value FROM opportunities o LEFT JOIN places p
               ON p.rep_id = o.rep_id AND o.created_on BETWEEN p.valid_from AND p.valid_to
               WHERE o.closed_on IS NOT NULL AND o.status <> 'open'),
did AS (SELECT a.rep_id, p.region, p.team, a.date, a.kind AS measure, a.count AS value
        FROM activities a LEFT JOIN places p
        ON p.rep_id = a.rep_id AND a.date BETWEEN p.valid_from AND p.valid_to),
rows AS (SELECT * FROM deals UNION ALL SELECT * FROM did)
SELECT {id} AS id, date_trunc('month', date)::DATE AS month, measure, sum(value)::DOUBLE AS value
FROM rows WHERE {id} IS NOT NULL GROUP BY ALL
UNION ALL
SELECT id, month, unnest(['bookings', 'quantity', 'margin', 'orders', 'customers']),
    unnest([bookings, quantity, margin, orders, customers])
FROM (SELECT {id} AS id, date_trunc('month', date)::DATE AS month, sum(amount) AS bookings,
    sum(quantity) AS quantity, coalesce(sum(amount - cost), 0) AS margin,
    count(DISTINCT order_id)::DOUBLE AS orders, count(DISTINCT customer_id)::DOUBLE AS customers
    FROM sales WHERE {id} IS NOT NULL GROUP BY ALL)
ORDER BY ALL
"""

_FIGURES = ["mean", "median", "low", "high"]
_IDS = {"region": "region", "team": "team", "rep": "rep_id"}


def around(values: np.ndarray) -> np.ndarray:
    """Mean, median, lower and upper quartile of all values but one, for each one.

    Parameters
    ----------
    values : array of n numbers, n ≥ 2

    Returns
    -------
    array of n × 4
        Row i tells of the values without value i; quantiles are interpolated linearly.

    Examples
    --------
    >>> around(np.array([1.0, 2.0, 3.0, 100.0])).tolist()[3]
    [2.0, 2.0, 1.5, 2.5]
    """
    order = np.argsort(values, kind="stable")
    ranked, left = values[order], values.size - 1
    places = np.empty(values.size, dtype=int)
    places[order] = np.arange(values.size)

    def at(rank: int) -> np.ndarray:
        return ranked[rank + (places <= rank)]

    def quantile(share: float) -> np.ndarray:
        rank = share * (left - 1)
        low = int(np.floor(rank))
        below, above = at(low), at(min(low + 1, left - 1))
        return below + (rank - low) * (above - below)

    mean = (values.sum() - values) / left
    return np.column_stack([mean, quantile(0.5), quantile(0.25), quantile(0.75)])


def compute(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The peers' figures of every region, team and rep.

    Parameters
    ----------
    connection : DuckDBPyConnection
        With the tables of `kit.data.layout.place`.

    Returns
    -------
    DataFrame
        _scope, month (first day), measure, peers (how many others), mean, median, low (lower
        quartile), high (upper quartile) over them. Measures: bookings, quantity, margin, orders,
        customers, won, lost (deals closed in the month) and each kind of activity.

    Notes
    -----
    A rep's peers are the other reps of the region in that month, or all other reps where that makes
    fewer than three; a region's or a team's are all others. A peer without rows counts 0. Months
    with fewer than three peers are left out. Figures are of whole calendar months.
    """
    found: list[tuple] = []
    for kind, column in _IDS.items():
        rows = connection.execute(_MONTHLY.format(id=column)).df()
        if rows.empty:
            continue
        members = _members(connection, kind, rows)
        wide = rows.pivot(index=["month", "id"], columns="measure", values="value")
        full = members.set_index(["month", "id"]).join(wide, how="left").fillna(
            dict.fromkeys(wide.columns, 0.0)
        )
        found += _figures(full.reset_index(), list(wide.columns), kind=kind)
    columns = ["_scope", "month", "measure", "peers", *_FIGURES]
    frame = pd.DataFrame(found, columns=columns)
    return frame.sort_values(["_scope", "month", "measure"], kind="stable", ignore_index=True)


def _figures(full: pd.DataFrame, measures: list[str], *, kind: str) -> Iterator[tuple]:
    """One row a scope, month and measure: scope, month, measure, peers and the four figures."""
    for month, rows in full.groupby("month", sort=True):
        ids, near = rows["id"].tolist(), rows["near"].to_numpy(dtype=object)
        values = rows[measures].to_numpy(dtype="float64")
        groups = [np.arange(len(ids))]
        if kind == "rep":
            groups = [*(np.flatnonzero(near == one) for one in sorted(set(near) - {""})), *groups]
        told: set[str] = set()
        for group in (one for one in groups if one.size > LEAST):
            new = [n for n, place in enumerate(group) if ids[place] not in told]
            told.update(ids[group[n]] for n in new)
            for column, measure in enumerate(measures):
                figures = around(values[group, column])
                for n in new:
                    scope = f"{kind}:{ids[group[n]]}"
                    yield scope, month, measure, group.size - 1, *figures[n].tolist()


def _members(
    connection: duckdb.DuckDBPyConnection, kind: str, rows: pd.DataFrame
) -> pd.DataFrame:
    """Which scopes are there in which month: id, month and, for reps, `near`, the region."""
    column = _IDS[kind]
    months = pd.DataFrame({"month": sorted(rows["month"].unique())})
    connection.register("months_asked", months)
    there = connection.execute(
        f"SELECT m.month, p.{column} AS id, "
        "arg_max(coalesce(p.region, ''), p.valid_from) AS near "
        "FROM months_asked m JOIN places p ON p.valid_from <= last_day(m.month::DATE) "
        f"AND p.valid_to >= m.month WHERE p.{column} IS NOT NULL GROUP BY ALL ORDER BY ALL"
    ).df()
    connection.unregister("months_asked")
    if kind != "rep":
        there = pd.concat([there, rows[["month", "id"]]]).drop_duplicates(["month", "id"])
    return there.sort_values(["month", "id"], kind="stable", ignore_index=True)
