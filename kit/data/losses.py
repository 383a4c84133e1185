"""What the gate refused, in amounts: by day, rep and region, and what the files hold in all."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

import pandas as pd

from kit.data.rules import was
from kit.data.sql import identifier, literal
from kit.data.tables import DTYPES, Table

# Columns and declared types of the two frames.
EXCLUDED = MappingProxyType(
    {
        "table": "text", "date": "date", "rep_id": "text", "rule": "text", "rows": "integer",
        "unread": "integer", "amount": "number", "quantity": "number", "margin": "number",
    }
)  # fmt: skip
SOURCES = MappingProxyType(
    {"table": "text", "date": "date", "rows": "integer", "amount": "number", "quantity": "number"}
)
LOSSES = MappingProxyType(
    {**EXCLUDED, "region": "text", "order_id": "text", "placed_on": "date"}
)

# Of each table that is counted: the day it counts on, the day that tells team and region, and what
# is summed. The first that is not empty is the one a row is counted by.
_COUNTED = {
    "orders": ("date", "date", {"amount": "amount", "quantity": "quantity",
                                "margin": "coalesce(amount - cost, amount * 0)"}),
    "receipts": ("received_on", "invoiced_on", {"amount": "amount"}),
    "activities": ("date", "date", {"quantity": '"count"'}),
}  # fmt: skip
_SUMS = ("amount", "quantity", "margin")
_PLACES = ("date", "received_on", "invoiced_on", "rep_id", "region", "order_id")
_FIGURES = ("amount", "quantity", "cost", "count", "currency", "rate")
_UNLESS = "CASE WHEN __ragged IS NULL THEN"
_FINE = "1e6"  # sums are made in whole millionths, so that their order does not matter


def queries(
    table: Table, *, refused: str, plain: str, odd: Sequence[str], currency: str
) -> dict[str, str]:
    """SQL of what a table's refused rows come to, and of what its files hold in all.

    Parameters
    ----------
    table : Table
    refused : str
        Relation of the refused rows, with `__rule`, `__ragged` and the raw texts.
    plain : str
        SELECT of the plain rows.
    odd : sequence of str
        SELECTs of all others.
    currency : str
        The company's; amounts in another without a rate cannot be added and count as unread.

    Returns
    -------
    dict of str
        `losses` (columns `LOSSES`) and `sources` (columns `SOURCES`), a SELECT each; none for a
        table that nothing is measured by.

    Notes
    -----
    A refused row counts on its day if that can be read; else its date is null. Of a line with too
    few or too many fields nothing is read, for they may stand in the wrong columns. `unread` counts the
    rows whose amount (of activities, count) cannot be read. The margin of a line without a cost is
    0. Receipts of which no cash came are left out. `sources` counts every row that has a day, kept
    or refused.
    """
    if table.name not in _COUNTED:
        return {}
    day, placed, sums = _COUNTED[table.name]
    sums = {name: _own(table, found, currency) for name, found in sums.items()}
    main = next(iter(sums.values()))
    name = literal(table.name)
    region = "region" if table.name == "orders" else "CAST(NULL AS VARCHAR)"
    order = "order_id" if table.name == "receipts" else "CAST(NULL AS VARCHAR)"
    cash = f"WHERE {day} IS NOT NULL OR {was(day)} IS NOT NULL OR __ragged IS NOT NULL"
    totals = ", ".join(f"{_sum(sums.get(one))} AS {one}" for one in _SUMS)
    needed = sorted({day, *(one for one in ("amount", "quantity", "count", "currency", "rate")
                            if one in table.names)})  # fmt: skip
    columns = ", ".join(identifier(one) for one in needed)
    rows = " UNION ALL ".join(
        [f"SELECT {columns} FROM ({plain})"]
        + [f"SELECT {columns} FROM ({one}) WHERE __ragged IS NULL" for one in odd]
    )
    names = ", ".join(f"{_UNLESS} {identifier(one)} END AS {identifier(one)}"
                      for one in table.names if one in (*_PLACES, *_FIGURES))  # fmt: skip
    readable = f"(SELECT * REPLACE ({names}) FROM {refused})"
    every = ", ".join(f"{_sum(sums.get(one))} AS {one}" for one in _SUMS[:2])
    return {
        "losses": f'SELECT {name} AS "table", {day} AS date, rep_id, __rule AS rule, '
        f"count(*) AS rows, count(*) FILTER (({main}) IS NULL) AS unread, {totals}, "
        f"{region} AS region, {order} AS order_id, {placed} AS placed_on FROM {readable} "
        f"{cash if table.name == 'receipts' else ''} "
        "GROUP BY ALL ORDER BY date, rep_id, rule, region, order_id, placed_on",
        "sources": f'SELECT {name} AS "table", {day} AS date, count(*) AS rows, {every} '
        f"FROM ({rows}) WHERE {day} IS NOT NULL GROUP BY ALL ORDER BY date",
    }


def framed(frames: Sequence[pd.DataFrame], kind: str) -> pd.DataFrame:
    """The frames of all tables as one, with the declared columns and types."""
    types = {"losses": LOSSES, "sources": SOURCES}[kind]
    empty = pd.DataFrame({name: pd.Series(dtype=DTYPES[one]) for name, one in types.items()})
    found = [one for one in frames if len(one)]
    if not found:
        return empty
    joined = pd.concat(found, ignore_index=True)[list(types)]
    return joined.astype({name: DTYPES[one] for name, one in types.items()})


def _own(table: Table, found: str, currency: str) -> str:
    """A figure; null where it is in another currency and was not brought into this one."""
    if "currency" not in table.names or found == "quantity":
        return found
    own = literal(currency.lower())
    held = f"currency IS NULL OR lower(currency) = {own} OR rate > 0"
    return f"CASE WHEN {held} THEN {found} END"


def _sum(found: str | None) -> str:
    if found is None:
        return "CAST(NULL AS DOUBLE)"
    return f"CAST(sum(TRY_CAST(({found}) * {_FINE} AS BIGINT)) AS DOUBLE) / {_FINE}"
