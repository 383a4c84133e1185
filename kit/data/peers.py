"""Anonymous monthly figures over the peers of each scope, so that no scope reads another's rows."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from kit.data import departed
from kit.data.tables import SCOPE_COLUMNS

LEAST = 3  # peers needed before anything is shown
QUARTILES = 5  # peers needed for quartiles: of three or four, these give away each one's figure

_DONE = """
WITH deals AS (SELECT o.rep_id, p.region, p.team, o.closed_on AS date, o.status AS measure,
               1 AS value FROM opportunities o LEFT JOIN places p
               ON p.rep_id = o.rep_id AND o.created_on BETWEEN p.valid_from AND p.valid_to
               WHERE o.closed_on IS NOT NULL AND o.status <> 'open'),
did AS (SELECT a.rep_id, p.region, p.team, a.date, a.kind AS measure, a.count AS value
        FROM activities a LEFT JOIN places p
        ON p.rep_id = a.rep_id AND a.date BETWEEN p.valid_from AND p.valid_to),
gone AS (SELECT rep_id, region, team, month AS date,
         unnest(['left:' || step, 'onward:' || step]) AS measure,
         unnest([departures, onward]) AS value FROM departed),
rows AS (SELECT * FROM deals UNION ALL SELECT * FROM did UNION ALL SELECT * FROM gone)
SELECT {id} AS id, date_trunc('month', date)::DATE AS month, measure, sum(value)::DOUBLE AS value
FROM rows WHERE {id} IS NOT NULL GROUP BY ALL ORDER BY ALL
"""
_BUYERS = """
SELECT id, month, unnest(['orders', 'customers']) AS measure,
    unnest([orders, customers])::DOUBLE AS value
FROM (SELECT {id} AS id, date_trunc('month', date)::DATE AS month,
      count(DISTINCT order_id) AS orders, count(DISTINCT customer_id) AS customers
      FROM bought WHERE {id} IS NOT NULL GROUP BY ALL)
ORDER BY ALL
"""

_FIGURES = ["mean", "median", "low", "high"]
_SCHEMA = pa.schema(
    [("_scope", "string"), ("month", "date32"), ("measure", "string"), ("peers", "int64")]
    + [(name, "float64") for name in _FIGURES]
)


def around(values: np.ndarray) -> np.ndarray:
    """Mean, median, lower and upper quartile of all values but one, for each one.

    Parameters
    ----------
    values : array of n × m numbers, n ≥ 2
        m columns of n values each.

    Returns
    -------
    array of n × m × 4
        Row i tells of each column without its value i; quantiles are interpolated linearly.

    Examples
    --------
    >>> around(np.array([[1.0], [2.0], [3.0], [100.0]])).tolist()[3]
    [[2.0, 2.0, 1.5, 2.5]]
    """
    count, left = len(values), len(values) - 1
    order = np.argsort(values, axis=0, kind="stable")
    ranked = np.take_along_axis(values, order, axis=0)
    places = np.empty_like(order)
    np.put_along_axis(places, order, np.arange(count)[:, None], axis=0)

    def at(rank: int) -> np.ndarray:
        return np.where(places <= rank, ranked[rank + 1], ranked[rank])

    def quantile(share: float) -> np.ndarray:
        rank = share * (left - 1)
        low = int(np.floor(rank))
        below, above = at(low), at(min(low + 1, left - 1))
        return below + (rank - low) * (above - below)

    mean = (values.sum(axis=0) - values) / left
    return np.stack([mean, quantile(0.5), quantile(0.25), quantile(0.75)], axis=-1)


def compute(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """The peers' figures of every region, team and rep.

    Parameters
    ----------
    connection : DuckDBPyConnection
        With the gate's tables, those of `kit.data.derived.place` and the views of
        `kit.data.gathered`.

    Returns
    -------
    Table
        _scope, month (first day), measure, peers (how many others), mean, median, low (lower
        quartile), high (upper quartile) over them; no quartiles of fewer than five. Measures: bookings, quantity, margin, orders,
        customers, won, lost (deals closed in the month), each kind of activity, and of each step
        of the funnel `left:lead>qualified` and `onward:lead>qualified` (departures of the month
        from the first stage, and those onward; see `kit.data.departed`).

    Notes
    -----
    A rep's peers are the other reps of the region in that month, or all other reps where that makes
    fewer than three; a region's or a team's are all others. A peer without rows counts 0. Months
    with fewer than three peers are left out. Figures are of whole calendar months.
    """
    departed.derive(connection)
    found = [_SCHEMA.empty_table()]
    monthly = connection.execute("SELECT * FROM monthly ORDER BY ALL").df()
    threads = connection.execute("SELECT current_setting('threads')").fetchall()[0][0]
    for kind, column in SCOPE_COLUMNS.items():
        connection.execute("SET threads = 1")  # sums of the same rows are then the same
        done = connection.execute(_DONE.format(id=column)).df()
        connection.execute(f"SET threads = {threads}")
        buyers = connection.execute(_BUYERS.format(id=column)).df()
        rows = pd.concat([done, _summed(monthly, column), buyers])
        if rows.empty:
            continue
        members = _members(connection, kind, rows)
        wide = rows.pivot(index=["month", "id"], columns="measure", values="value")
        full = members.set_index(["month", "id"]).join(wide, how="left").fillna(
            dict.fromkeys(wide.columns, 0.0)
        )
        found.append(_figures(full.reset_index(), list(wide.columns), kind=kind))
    connection.execute("DROP TABLE departed")
    return pa.concat_tables(found)


def _summed(monthly: pd.DataFrame, column: str) -> pd.DataFrame:
    """The sums of each scope of a kind: id, month, measure, value."""
    sums = monthly.groupby([column, "month"], sort=True)[["bookings", "quantity", "margin"]].sum()
    rows = sums.rename_axis(["id", "month"]).rename_axis("measure", axis=1).stack()
    return rows.rename("value").reset_index()


def _figures(full: pd.DataFrame, measures: list[str], *, kind: str) -> pa.Table:
    """The figures of all scopes of a kind: a row each scope, month and measure."""
    codes, ids = pd.factorize(full["id"])
    near, values = pd.factorize(full["near"])[0], full[measures].to_numpy(dtype="float64")
    nameless = (full["near"] == "").to_numpy()
    months = full["month"].to_numpy()
    places, peers, figures = [], [], []
    cuts = np.flatnonzero(months[1:] != months[:-1]) + 1
    for month in np.split(np.arange(len(months)), cuts):
        groups = [month]
        if kind == "rep":
            order = month[np.argsort(near[month], kind="stable")]
            parts = np.split(order, np.flatnonzero(near[order][1:] != near[order][:-1]) + 1)
            groups = [*(one for one in parts if one.size and not nameless[one[0]]), month]
        told = np.zeros(len(months), dtype=bool)
        for group in (one for one in groups if one.size > LEAST):
            new = ~told[group]
            told[group] = True
            if new.any():
                places.append(group[new])
                peers.append(np.full(int(new.sum()), group.size - 1))
                made = around(values[group])[new]
                if group.size - 1 < QUARTILES:
                    made[..., 2:] = np.nan
                figures.append(made)
    if not places:
        return _SCHEMA.empty_table()
    at, shown = np.concatenate(places), np.concatenate(figures).reshape(-1, len(_FIGURES))
    scopes = pa.array([f"{kind}:{one}" for one in ids], "string")
    count = len(measures)
    return pa.table(
        {
            "_scope": scopes.take(pa.array(np.repeat(codes[at], count))),
            "month": pa.array(np.repeat(months[at], count)).cast("date32"),
            "measure": pa.array(measures, "string").take(
                pa.array(np.tile(np.arange(count), len(at)))
            ),
            "peers": np.repeat(np.concatenate(peers), count),
            **{name: np.ascontiguousarray(shown[:, k]) for k, name in enumerate(_FIGURES)},
        }
    ).cast(_SCHEMA)


def _members(
    connection: duckdb.DuckDBPyConnection, kind: str, rows: pd.DataFrame
) -> pd.DataFrame:
    """Which scopes are there in which month: id, month and, for reps, `near`, the region."""
    column = SCOPE_COLUMNS[kind]
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
