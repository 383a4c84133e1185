"""What the snapshot derives from the gate's tables: the sales, and who deals with whom."""

from __future__ import annotations

import duckdb

from kit.data.report import Report


def place(connection: duckdb.DuckDBPyConnection) -> None:
    """Derive, from the gate's tables in a connection, what the sales need.

    `places` is the roster without overlaps (a later row ends an earlier one); `sales` is order ×
    credit, with region and team of the day; the names of reps, products and customers are joined
    when a scope is read.
    """
    connection.execute(_PLACED)
    shared = connection.execute("SELECT count(*) FROM credits").fetchall()[0][0]
    connection.execute(_SALES.format(**(_SHARED if shared else _UNSHARED)))
    for name, tables in _REPEATED.items():
        found = " UNION ".join(f"SELECT {name}::VARCHAR AS found FROM {one}" for one in tables)
        connection.execute(  # numbers in place of texts make the sales quicker to sort
            f"CREATE TYPE a_{name.removesuffix('_id')} AS ENUM (SELECT coalesce(found, '') "
            f"FROM ({found} UNION SELECT '') GROUP BY 1 ORDER BY 1)"
        )


def exclude(connection: duckdb.DuckDBPyConnection, report: Report) -> None:
    """Derive from the gate's report what it refused, where that was, and the files' totals.

    `excluded` has the region and team in which each refused row would have counted, null where it
    does not say so; `source_days` what the files hold by day.
    """
    connection.register("found_losses", report.losses)
    connection.register("found_sources", report.sources)
    connection.execute(_EXCLUDED)
    connection.unregister("found_losses")
    connection.unregister("found_sources")


def relate(connection: duckdb.DuckDBPyConnection) -> None:
    """Derive what the other tables need of the sales, once those are written.

    `owed` is receipts with rep and region from the order; `touched` says which reps deal with which
    customers, `handled` with which products. Reads `bought` and `sold`, as
    `kit.data.gathered.register` makes them.
    """
    connection.execute(_RELATED)


# Columns of the sales whose texts repeat, as the plan names them, and their types in DuckDB.
ENUMS = {"_region": "a_region", "_rep": "a_rep", "team": "a_team", "channel": "a_channel",
         "currency": "a_currency"}  # fmt: skip

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
"""

_SALES = """
CREATE VIEW sales AS
SELECT o.order_id, o.line_no, o.date, {rep} AS rep_id, o.customer_id, o.product_id, o.channel,
    coalesce(o.region, p.region) AS region, p.team, o.quantity{share} AS quantity,
    o.list_amount{share} AS list_amount, o.amount{share} AS amount, o.cost{share} AS cost,
    {part} AS share, o.currency, o.rate
FROM orders o {credits}
LEFT JOIN places p ON p.rep_id = {rep} AND o.date BETWEEN p.valid_from AND p.valid_to
"""
_REPEATED = {
    "region": ("orders", "places"), "team": ("places",), "rep_id": ("orders", "credits"),
    "channel": ("orders",), "currency": ("orders",),
}  # fmt: skip
_UNSHARED = {"rep": "o.rep_id", "share": "", "part": "1::DOUBLE", "credits": ""}
_SHARED = {
    "rep": "coalesce(c.rep_id, o.rep_id)",
    "share": " * coalesce(c.share, 1)",
    "part": "coalesce(c.share, 1)::DOUBLE",
    "credits": "LEFT JOIN credits c ON c.order_id = o.order_id",
}

_RELATED = """
CREATE TABLE owed AS
WITH buyers AS (SELECT order_id, min(rep_id) AS rep_id, min(region) AS region
                FROM bought WHERE order_id IN (SELECT order_id FROM receipts) GROUP BY order_id)
SELECT r.* REPLACE (coalesce(r.rep_id, b.rep_id) AS rep_id), b.region AS place
FROM receipts r LEFT JOIN buyers b ON b.order_id = r.order_id;

CREATE TABLE touched AS
SELECT customer_id, region AS _region, team AS _team, rep_id AS _rep FROM bought
    WHERE customer_id IN (SELECT customer_id FROM customers)
UNION SELECT o.customer_id, p.region, p.team, o.rep_id FROM opportunities o LEFT JOIN places p
    ON p.rep_id = o.rep_id AND o.created_on BETWEEN p.valid_from AND p.valid_to
UNION SELECT r.customer_id, coalesce(r.place, p.region), p.team, r.rep_id FROM owed r
    LEFT JOIN places p
    ON p.rep_id = r.rep_id AND r.invoiced_on BETWEEN p.valid_from AND p.valid_to;

CREATE TABLE handled AS
SELECT product_id, rep_id AS _rep FROM sold
    WHERE product_id IN (SELECT product_id FROM products)
UNION SELECT product_id, rep_id FROM opportunities;
"""

_EXCLUDED = """
CREATE TABLE excluded AS
WITH buyers AS (SELECT order_id, min(region) AS region FROM bought
                WHERE order_id IN (SELECT order_id FROM found_losses) GROUP BY order_id)
SELECT l.* EXCLUDE (region, order_id, placed_on), p.team,
    coalesce(l.region, b.region, p.region) AS region
FROM found_losses l LEFT JOIN buyers b ON b.order_id = l.order_id
LEFT JOIN places p ON p.rep_id = l.rep_id AND l.placed_on BETWEEN p.valid_from AND p.valid_to;

CREATE TABLE source_days AS SELECT * FROM found_sources;
"""
