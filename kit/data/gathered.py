"""What is gathered of the sales while they are written: sums by month, buyers and products."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kit.data.sql import path_literal

_FULL = 500_000  # rows kept in memory before they go to a file

_DAILY = pa.schema(
    [("region", "string"), ("team", "string"), ("rep_id", "string"), ("date", "date32")]
)
_MONTHLY = pa.schema(
    [("region", "string"), ("team", "string"), ("rep_id", "string"), ("month", "date32"),
     ("bookings", "float64"), ("quantity", "float64"), ("margin", "float64")]
)  # fmt: skip
_BOUGHT = pa.schema(
    [("region", "string"), ("team", "string"), ("rep_id", "string"), ("date", "date32"),
     ("order_id", "string"), ("customer_id", "string")]
)  # fmt: skip
_SOLD = pa.schema([("rep_id", "string"), ("product_id", "string")])
_SCHEMAS = {"daily": _DAILY, "monthly": _MONTHLY, "bought": _BOUGHT, "sold": _SOLD}


def gather(rows: pa.Table) -> dict[str, pa.Table]:
    """Gather what the lines of some reps in some regions say.

    Parameters
    ----------
    rows : Table
        Sorted by region, rep, date and order; the team depends on rep and day only.

    Returns
    -------
    dict of Table
        `daily`: region, team, rep_id and the dates with lines. `monthly`: region, team, rep_id,
        month (first day) and its bookings, quantity and margin (lines without a cost left out).
        `bought`: region, team, rep_id, date, order_id, customer_id. `sold`: rep_id, product_id.
        All but `monthly` say each thing at least once.

    Notes
    -----
    Sums are formed in the order of the rows, so that they are the same each time.
    """
    reps = _changes(rows, "region") | _changes(rows, "rep_id")
    days = reps | _changes(rows, "date")
    months = rows["date"].to_numpy().astype("datetime64[M]")
    begins = reps | _changes(rows, "team")
    begins[1:] |= months[1:] != months[:-1]
    starts = np.flatnonzero(begins)
    amount, quantity, cost = (rows[name].to_numpy() for name in ("amount", "quantity", "cost"))
    sums = {"bookings": amount, "quantity": quantity, "margin": np.nan_to_num(amount - cost)}
    monthly = rows.select(["region", "team", "rep_id"]).take(pa.array(starts))
    monthly = monthly.append_column("month", pa.array(months[starts].astype("datetime64[D]")))
    for name, values in sums.items():
        monthly = monthly.append_column(name, pa.array(np.add.reduceat(values, starts)))
    orders = days | _changes(rows, "order_id") | _changes(rows, "customer_id")
    sold = rows.select(_SOLD.names).group_by(_SOLD.names).aggregate([])
    return {
        "daily": rows.select(_DAILY.names).filter(pa.array(days)).cast(_DAILY),
        "monthly": monthly.cast(_MONTHLY),
        "bought": rows.select(_BOUGHT.names).filter(pa.array(orders)).cast(_BOUGHT),
        "sold": sold.select(_SOLD.names).cast(_SOLD),
    }


def _changes(rows: pa.Table, name: str) -> np.ndarray:
    """Where a column differs from the row before; the first row does."""
    found = rows[name].combine_chunks()
    differs = pc.not_equal(found[1:], found[:-1])
    if found.null_count:
        empty = found.is_null()
        differs = pc.coalesce(differs, pc.not_equal(empty[1:], empty[:-1]))
    return np.r_[True, differs.to_numpy(zero_copy_only=False)]


class Gathered:
    """Keeps what `gather` found, in files once there is much of it."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._held: dict[str, list[pa.Table]] = {name: [] for name in _SCHEMAS}
        self._rows = dict.fromkeys(_SCHEMAS, 0)
        self._files: dict[str, list[Path]] = {name: [] for name in _SCHEMAS}

    def add(self, found: dict[str, pa.Table]) -> None:
        """Take what some rows said; they must come in the same order each time."""
        for name, rows in found.items():
            self._held[name].append(rows)
            self._rows[name] += rows.num_rows
            if self._rows[name] >= _FULL:
                self._flush(name)

    def register(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the views `daily`, `monthly`, `bought` and `sold` in a connection."""
        for name in _SCHEMAS:
            self._flush(name)
            files = ", ".join(path_literal(one) for one in self._files[name])
            connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet([{files}])")

    def _flush(self, name: str) -> None:
        rows = pa.concat_tables([_SCHEMAS[name].empty_table(), *self._held[name]])
        path = self._folder / f"{name}-{len(self._files[name]):06d}.parquet"
        pq.write_table(rows.combine_chunks(), path, compression="none", write_statistics=False)
        self._files[name].append(path)
        self._held[name], self._rows[name] = [], 0
