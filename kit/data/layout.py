"""How the snapshot lies on disk: which rows go to which file, and how sales come about."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import duckdb

from kit.scope import Scope

FORMAT = 2  # raise it whenever a snapshot of the same data would be another

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
        `region`, `rep` or `scope`: levels of folders, the last one files, by the columns `_region`,
        `_rep`, `_scope`.
    query : str
        SQL over the gate's tables and those of `place` and `relate`.
    order : str
        Order of the rows within a file: that in which `Snapshot.read` returns them.
    team : str
        Column that says in which team a row counts, where rows of several teams lie together.
    written : tuple of str
        Names under which the keys' columns are written; empty: they are not.
    """

    keys: tuple[str, ...]
    query: str
    order: str
    team: str = ""
    written: tuple[str, ...] = ()

    @property
    def marks(self) -> tuple[str, ...]:
        """The columns that hold the keys."""
        return tuple(f"_{key}" for key in self.keys)


_BOTH = ("region", "rep")
_ON = "p.rep_id = {0}.rep_id AND {0}.{1} BETWEEN p.valid_from AND p.valid_to"
_WHERE_THEN = "p.region AS _region, p.team AS _team"

# The orders come first: what the rest needs of them is gathered while they are written.
PLANS = MappingProxyType(
    {
        "sales": Plan(
            _BOTH,
            "SELECT * EXCLUDE (region, rep_id) REPLACE (team::a_team AS team, "
            "channel::a_channel AS channel, currency::a_currency AS currency), "
            "region::a_region AS _region, rep_id::a_rep AS _rep FROM sales",
            "date, order_id, line_no",
            team="team",
            written=("region", "rep_id"),
        ),
        "opportunities": Plan(
            _BOTH,
            f"SELECT o.*, {_WHERE_THEN}, o.rep_id AS _rep FROM opportunities o "
            f"LEFT JOIN places p ON {_ON.format('o', 'created_on')}",
            "opportunity_id",
            team="_team",
        ),
        "stage_events": Plan(
            _BOTH,
            f"SELECT e.*, {_WHERE_THEN}, o.rep_id AS _rep FROM stage_events e "
            "JOIN opportunities o USING (opportunity_id) "
            f"LEFT JOIN places p ON {_ON.format('o', 'created_on')}",
            "opportunity_id, stage, entered_on",
            team="_team",
        ),
        "activities": Plan(
            _BOTH,
            f"SELECT a.*, {_WHERE_THEN}, a.rep_id AS _rep FROM activities a "
            f"LEFT JOIN places p ON {_ON.format('a', 'date')}",
            "date, rep_id, kind",
            team="_team",
        ),
        "receipts": Plan(
            _BOTH,
            "SELECT r.*, coalesce(r.place, p.region) AS _region, p.team AS _team, r.rep_id AS _rep "
            "FROM owed r "
            f"LEFT JOIN places p ON {_ON.format('r', 'invoiced_on')}",
            "invoice_id, received_on",
            team="_team",
        ),
        "own_customers": Plan(
            _BOTH,
            "SELECT c.*, t._region, t._team, t._rep FROM customers c "
            "JOIN touched t USING (customer_id)",
            "customer_id, _team NULLS FIRST",
            team="_team",
        ),
        "own_products": Plan(
            ("rep",),
            "SELECT g.*, h._rep FROM products g JOIN handled h USING (product_id)",
            "product_id",
        ),
        "customers": Plan((), "SELECT * FROM customers", "customer_id"),
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
        "peers": Plan(("scope",), "SELECT * FROM peers", "month, measure"),
    }
)


def part_of(kind: str, found: str | None) -> str:
    """The name of one part of a table, safe whatever the region, rep or scope is called.

    Examples
    --------
    >>> part_of("region", "华东"), part_of("rep", None), part_of("scope", "rep:R1")
    ('region_key=region-华东', 'rep_key=none', 'scope_key=rep-R1')
    >>> ".." in part_of("region", "../../a=b")
    False
    """
    if found is None:
        return f"{kind}_key=none"
    scope = Scope.parse(found) if kind == "scope" else Scope(kind, found)
    return f"{kind}_key={scope.folder}"


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


def relate(connection: duckdb.DuckDBPyConnection) -> None:
    """Derive what the other tables need of the sales, once those are written.

    `owed` is receipts with rep and region from the order; `touched` says which reps deal with which
    customers, `handled` with which products. Reads `bought` and `sold`, as
    `kit.data.gathered.register` makes them.
    """
    connection.execute(_RELATED)


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
    {part} AS share, o.currency
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
