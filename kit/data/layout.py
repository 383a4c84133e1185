"""How the snapshot lies on disk: which rows go to which folder, and the sales table itself."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import duckdb

from kit.scope import Scope

FORMAT = 1  # raise it whenever a snapshot of the same data would be another

# What `Snapshot.read` returns as `sales` and as `peers`: column and declared type.
SALES = MappingProxyType(
    {
        "order_id": "text", "line_no": "text", "date": "date", "rep_id": "text",
        "customer_id": "text", "product_id": "text", "channel": "text", "region": "text",
        "team": "text", "quantity": "number", "list_amount": "number", "amount": "number",
        "cost": "number", "share": "number", "currency": "text", "rep": "text", "article": "text",
        "product": "text", "line": "text", "list_price": "number", "customer": "text",
        "customer_class": "text", "customer_segment": "text", "customer_since": "date",
    }
)  # fmt: skip
PEERS = MappingProxyType(
    {
        "month": "date", "measure": "text", "peers": "integer", "mean": "number",
        "median": "number", "low": "number", "high": "number",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """How one table is laid out.

    Parameters
    ----------
    keys : tuple of str
        `region`, `rep` or `scope`: levels of folders, from the columns `_region`, `_rep`, `_scope`.
    query : str
        SQL over the gate's tables and the views of `place`.
    order : str
        Order of the rows within a file.
    """

    keys: tuple[str, ...]
    query: str
    order: str


_ON = "p.rep_id = {0}.rep_id AND {0}.{1} BETWEEN p.valid_from AND p.valid_to"
_WHERE_THEN = "p.region AS _region, p.team AS _team"

PLANS = MappingProxyType(
    {
        "sales": Plan(
            ("region", "rep"),
            "SELECT *, region AS _region, team AS _team, rep_id AS _rep FROM sales",
            "date, order_id, length(line_no), line_no, rep_id",
        ),
        "opportunities": Plan(
            ("region", "rep"),
            f"SELECT o.*, {_WHERE_THEN}, o.rep_id AS _rep FROM opportunities o "
            f"LEFT JOIN places p ON {_ON.format('o', 'created_on')}",
            "opportunity_id",
        ),
        "stage_events": Plan(
            ("region", "rep"),
            f"SELECT e.*, {_WHERE_THEN}, o.rep_id AS _rep FROM stage_events e "
            "JOIN opportunities o USING (opportunity_id) "
            f"LEFT JOIN places p ON {_ON.format('o', 'created_on')}",
            "opportunity_id, entered_on, stage",
        ),
        "activities": Plan(
            ("region", "rep"),
            f"SELECT a.*, {_WHERE_THEN}, a.rep_id AS _rep FROM activities a "
            f"LEFT JOIN places p ON {_ON.format('a', 'date')}",
            "date, rep_id, kind",
        ),
        "receipts": Plan(
            ("region", "rep"),
            "SELECT r.*, coalesce(r.place, p.region) AS _region, p.team AS _team, r.rep_id AS _rep "
            "FROM owed r "
            f"LEFT JOIN places p ON {_ON.format('r', 'invoiced_on')}",
            "received_on, invoice_id",
        ),
        "customers": Plan(
            ("region", "rep"),
            "SELECT c.*, t._region, t._team, t._rep FROM customers c "
            "LEFT JOIN touched t USING (customer_id)",
            "customer_id, _team NULLS FIRST",
        ),
        "products": Plan((), "SELECT * FROM products", "product_id"),
        "roster": Plan(
            ("rep",), "SELECT *, rep_id AS _rep FROM named_roster", "rep_id, valid_from"
        ),
        "credits": Plan(("rep",), "SELECT *, rep_id AS _rep FROM credits", "order_id, rep_id"),
        "assessments": Plan(
            ("rep",),
            "SELECT *, rep_id AS _rep FROM assessments",
            "rep_id, period, dimension, source",
        ),
        "targets": Plan(
            ("scope",),
            "SELECT *, scope AS _scope FROM targets",
            "scope, period, measure, version",
        ),
        "actions": Plan(("scope",), "SELECT *, scope AS _scope FROM actions", "action_id"),
        "market": Plan(
            ("region",), "SELECT *, region AS _region FROM market", "period, region, line"
        ),
        "expenses": Plan(
            ("region",), "SELECT *, region AS _region FROM expenses", "date, region, kind"
        ),
        "events": Plan(("region",), "SELECT *, region AS _region FROM events", "date, label"),
        "peers": Plan(("scope",), "SELECT * FROM peers", "_scope, month, measure"),
    }
)


def folder_of(kind: str, found: str | None) -> str:
    """The folder of one part of a table, safe whatever the region, rep or scope is called.

    Examples
    --------
    >>> folder_of("region", "华东"), folder_of("rep", None), folder_of("scope", "rep:R1")
    ('region_key=region-华东', 'rep_key=none', 'scope_key=rep-R1')
    >>> ".." in folder_of("region", "../../a=b")
    False
    """
    if found is None:
        return f"{kind}_key=none"
    scope = Scope.parse(found) if kind == "scope" else Scope(kind, found)
    return f"{kind}_key={scope.folder}"


def place(connection: duckdb.DuckDBPyConnection) -> None:
    """Derive, from the gate's tables in a connection, the tables that `PLANS` reads.

    `places` is the roster without overlaps (a later row ends an earlier one); `sales` is order ×
    credit, with region and team of the day; `owed` is receipts with rep and region from the order;
    `touched` says which reps deal with which customers.
    """
    connection.execute(_PLACED)


_PLACED = """
CREATE TABLE places AS
SELECT rep_id, valid_from, team, region, least(
    coalesce(valid_to, DATE '9999-12-31'),
    coalesce(lead(valid_from) OVER (PARTITION BY rep_id ORDER BY valid_from) - 1, DATE '9999-12-31')
)::DATE AS valid_to
FROM roster;

CREATE TABLE rep_names AS
WITH latest AS (SELECT rep_id, coalesce(arg_max(name, valid_from), rep_id) AS name
                FROM roster GROUP BY rep_id)
SELECT rep_id, CASE WHEN count(*) OVER (PARTITION BY name) > 1
                    THEN name || ' (' || rep_id || ')' ELSE name END AS name
FROM latest;

CREATE VIEW named_roster AS
SELECT r.* REPLACE (n.name AS name) FROM roster r JOIN rep_names n USING (rep_id);

CREATE TABLE sales AS
SELECT o.order_id, o.line_no, o.date, coalesce(c.rep_id, o.rep_id) AS rep_id, o.customer_id,
    o.product_id, o.channel, coalesce(o.region, p.region) AS region, p.team,
    o.quantity * coalesce(c.share, 1) AS quantity,
    o.list_amount * coalesce(c.share, 1) AS list_amount,
    o.amount * coalesce(c.share, 1) AS amount,
    o.cost * coalesce(c.share, 1) AS cost,
    coalesce(c.share, 1)::DOUBLE AS share, o.currency, n.name AS rep,
    coalesce(g.article, o.product_id) AS article,
    coalesce(g.name, g.article, o.product_id) AS product, g.line, g.list_price,
    coalesce(k.name, o.customer_id) AS customer, k.class AS customer_class,
    k.segment AS customer_segment, k.since AS customer_since
FROM orders o
LEFT JOIN credits c ON c.order_id = o.order_id
LEFT JOIN places p ON p.rep_id = coalesce(c.rep_id, o.rep_id)
    AND o.date BETWEEN p.valid_from AND p.valid_to
LEFT JOIN rep_names n ON n.rep_id = coalesce(c.rep_id, o.rep_id)
LEFT JOIN products g ON g.product_id = o.product_id
LEFT JOIN customers k ON k.customer_id = o.customer_id;

CREATE TABLE owed AS
WITH bought AS (SELECT order_id, min(rep_id) AS rep_id, min(region) AS region
                FROM sales GROUP BY order_id)
SELECT r.* REPLACE (coalesce(r.rep_id, b.rep_id) AS rep_id), b.region AS place
FROM receipts r LEFT JOIN bought b ON b.order_id = r.order_id;

CREATE TABLE touched AS
SELECT customer_id, region AS _region, team AS _team, rep_id AS _rep FROM sales
UNION SELECT o.customer_id, p.region, p.team, o.rep_id FROM opportunities o LEFT JOIN places p
    ON p.rep_id = o.rep_id AND o.created_on BETWEEN p.valid_from AND p.valid_to
UNION SELECT r.customer_id, coalesce(r.place, p.region), p.team, r.rep_id FROM owed r
    LEFT JOIN places p
    ON p.rep_id = r.rep_id AND r.invoiced_on BETWEEN p.valid_from AND p.valid_to;
"""
