"""How the snapshot lies on disk: which rows go to which piece, in which order."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

FORMAT = 9  # raise it whenever a snapshot of the same data would be another

# What `Snapshot.read` returns as `sales` and as `peers`: column and declared type.
SALES = MappingProxyType(
    {
        "order_id": "text", "line_no": "text", "date": "date", "rep_id": "text",
        "customer_id": "text", "product_id": "text", "channel": "text", "region": "text",
        "team": "text", "quantity": "number", "list_amount": "number", "amount": "number",
        "cost": "number", "share": "number", "currency": "text", "rate": "number", "rep": "text",
        "article": "text", "product": "text", "line": "text", "list_price": "number",
        "customer": "text", "customer_class": "text", "customer_segment": "text",
        "customer_since": "date",
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
        `region`, `rep` or `scope`: a piece for each of their values, in the columns `_region`,
        `_rep`, `_scope`.
    query : str
        SQL over the gate's tables and those of `kit.data.derived`.
    order : str
        Order of the rows within a piece: that in which `Snapshot.read` returns them.
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
# Scopes by their lower-case name: what people write as region:east is East's to read.
_SCOPES = (
    "SELECT lower(scope) AS low, min(scope) AS scope FROM ("
    + " UNION ".join(
        f"SELECT '{kind}:' || {column} AS scope FROM places WHERE {column} IS NOT NULL"
        for kind, column in (("region", "region"), ("team", "team"), ("rep", "rep_id"))
    )
    + ") GROUP BY 1 HAVING count(*) = 1"
)

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
        "actions": Plan(
            ("scope",),
            "SELECT a.*, coalesce(k.scope, a.scope) AS _scope FROM actions a "
            f"LEFT JOIN ({_SCOPES}) k ON lower(a.scope) = k.low",
            "action_id, recorded_on NULLS FIRST",
        ),
        "market": Plan(
            ("region",), "SELECT *, region AS _region FROM market", "period, region, line"
        ),
        "expenses": Plan(
            ("region",), "SELECT *, region AS _region FROM expenses", "date, region, kind"
        ),
        "events": Plan(("region",), "SELECT *, region AS _region FROM events", "date, label"),
        "peers": Plan(("scope",), "SELECT * FROM peers", "month, measure"),
        "excluded": Plan(
            _BOTH,
            "SELECT * EXCLUDE (region, team), region AS _region, team AS _team, rep_id AS _rep "
            "FROM excluded",
            '"table", date NULLS LAST, rep_id NULLS LAST, rule, amount NULLS LAST, quantity',
            team="_team",
        ),
        "source_days": Plan((), "SELECT * FROM source_days", '"table", date'),
    }
)
