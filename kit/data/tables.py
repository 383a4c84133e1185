"""The canonical tables, declared once: reading, checking, the docs and the tests all use these."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

DTYPES = MappingProxyType(
    {"text": "str", "date": "datetime64[us]", "number": "float64", "integer": "Int64"}
)
# The column by which the rows of sales and roster belong to a scope of each kind.
SCOPE_COLUMNS = MappingProxyType({"region": "region", "team": "team", "rep": "rep_id"})


@dataclass(frozen=True)
class Column:
    """One column of a canonical table.

    Parameters
    ----------
    name : str
    type : str
        `text`, `date`, `number` or `integer`.
    meaning : str
    unit : str
        Unit of a number, empty where it has none.
    nullable : bool
        Whether a row may leave it empty.
    allowed : tuple of str
        The only values allowed, empty for any.
    refers : str
        Table whose key this column holds, empty for none.
    """

    name: str
    type: str
    meaning: str
    unit: str = ""
    nullable: bool = False
    allowed: tuple[str, ...] = ()
    refers: str = ""


@dataclass(frozen=True)
class Table:
    """One canonical table: its key, its columns and what the kit can tell only with it."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    adds: str
    required: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name.

        Raises
        ------
        KeyError
            Where the table has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def empty(self) -> pd.DataFrame:
        """A frame with the table's columns and types and no row."""
        return pd.DataFrame(
            {column.name: pd.Series(dtype=DTYPES[column.type]) for column in self.columns}
        )


@dataclass(frozen=True)
class Unavailable:
    """What a function returns in place of a result that the data cannot give.

    Parameters
    ----------
    table : str
        The missing table, empty where something else is missing.
    reason : str
        Key of the phrase that says why, in `kit.show.words`.
    detail : str
        Plain text to put into the phrase, such as a count.
    """

    table: str = ""
    reason: str = "missing_table"
    detail: str = ""


def _text(name: str, meaning: str, **more) -> Column:
    return Column(name, "text", meaning, **more)


def _date(name: str, meaning: str, **more) -> Column:
    return Column(name, "date", meaning, **more)


def _number(name: str, meaning: str, **more) -> Column:
    return Column(name, "number", meaning, **more)


def _integer(name: str, meaning: str, **more) -> Column:
    return Column(name, "integer", meaning, **more)


_MEASURES = ("bookings", "quantity", "margin", "new_customers", "collections", "activities",
             "visit", "call", "quote", "demo")  # fmt: skip

_DECLARED = (
    Table(
        "orders",
        ("order_id", "line_no"),
        (
            _text("order_id", "number of the order"),
            _text("line_no", "line within the order"),
            _date("date", "day the order was booked"),
            _text("rep_id", "rep who booked it", refers="roster"),
            _text("customer_id", "customer who ordered", nullable=True),
            _text("product_id", "article ordered, as the order names it", nullable=True),
            _text("channel", "way of selling", nullable=True),
            _text("region", "region of the order; empty: the rep's on that day", nullable=True),
            _number("quantity", "pieces; negative for a return", unit="pieces"),
            _number("list_amount", "quantity at list price", unit="money", nullable=True),
            _number("amount", "net amount booked, after discount", unit="money"),
            _number("cost", "cost of the goods", unit="money", nullable=True),
            _text("currency", "the company's, or with a rate the order's own", nullable=True),
            _number("rate", "company currency for one unit of the order's own, which the amounts "
                    "were multiplied by; empty: 1", unit="money", nullable=True),
        ),
        "everything the kit tells",
        required=True,
    ),
    Table(
        "credits",
        ("order_id", "rep_id"),
        (
            _text("order_id", "order that is shared"),
            _text("rep_id", "rep who has a share", refers="roster"),
            _number("share", "share of the order; the shares of an order sum to 1", unit="share"),
        ),
        "orders shared between reps",
    ),
    Table(
        "roster",
        ("rep_id", "valid_from"),
        (
            _text("rep_id", "rep"),
            _date("valid_from", "first day of this row"),
            _date("valid_to", "last day of this row; empty: still valid", nullable=True),
            _text("name", "the rep's name"),
            _text("team", "team on those days", nullable=True),
            _text("region", "region on those days", nullable=True),
            _text("manager_id", "whom the rep reports to", nullable=True),
            _text("level", "grade or post", nullable=True),
            _date("hired_on", "first day in the company", nullable=True),
            _number("capacity", "share of a full post; empty: 1", unit="share", nullable=True),
        ),
        "teams, regions and reps",
        required=True,
    ),
    Table(
        "targets",
        ("scope", "period", "measure", "version"),
        (
            _text("scope", "company, region:NAME, team:NAME or rep:ID"),
            _text("period", "period as the calendar names it, or the day it starts"),
            _text("measure", "what the target is for", allowed=_MEASURES),
            _integer("version", "1 for the first, one more for each change"),
            _number("target", "the target, 0 or more; empty: not set", unit="of the measure", nullable=True),
            _date("valid_from", "first day this version counts; empty: from the start", nullable=True),
            _text("reason", "why it was set or changed", nullable=True),
            _text("author", "who decided", nullable=True),
        ),
        "attainment, gap, pace and the chance of target",
    ),
    Table(
        "opportunities",
        ("opportunity_id",),
        (
            _text("opportunity_id", "the opportunity"),
            _text("rep_id", "rep who works on it", refers="roster"),
            _text("customer_id", "customer", nullable=True),
            _text("product_id", "article or product group", nullable=True),
            _text("source", "where the lead came from", nullable=True),
            _date("created_on", "day it was created"),
            _date("expected_close_on", "day it is expected to close", nullable=True),
            _date("closed_on", "day it was won or lost", nullable=True),
            _text("stage", "stage it stands in, or stood in when it closed"),
            _text("status", "open, won or lost", allowed=("open", "won", "lost")),
            _number("amount", "value of the deal", unit="money", nullable=True),
            _text("loss_reason", "why it was lost", nullable=True),
            _text("competitor", "to whom it was lost", nullable=True),
        ),
        "the funnel, win rates, coverage and cycle time",
    ),
    Table(
        "stage_events",
        ("opportunity_id", "stage", "entered_on"),
        (
            _text("opportunity_id", "the opportunity", refers="opportunities"),
            _date("entered_on", "day it entered the stage"),
            _text("stage", "stage entered"),
            _number("amount", "value on that day", unit="money", nullable=True),
            _date("expected_close_on", "expected close on that day", nullable=True),
        ),
        "conversion by step, time in stage and pipeline movement",
    ),
    Table(
        "activities",
        ("date", "rep_id", "kind"),
        (
            _date("date", "day of the activity"),
            _text("rep_id", "rep", refers="roster"),
            _text("kind", "visit, call, quote or demo"),
            _number("count", "how many", unit="pieces"),
        ),
        "what reps do beside what they sell",
    ),
    Table(
        "receipts",
        ("invoice_id", "received_on"),
        (
            _text("invoice_id", "invoice"),
            _date("received_on", "day the cash came; empty: not yet", nullable=True),
            _text("order_id", "order invoiced", nullable=True),
            _text("customer_id", "customer who pays", nullable=True),
            _text("rep_id", "rep", nullable=True, refers="roster"),
            _date("invoiced_on", "day of the invoice"),
            _date("due_on", "day it is due", nullable=True),
            _number("amount", "amount of cash, or still open where none came", unit="money"),
        ),
        "collections and payment delays",
    ),
    Table(
        "customers",
        ("customer_id",),
        (
            _text("customer_id", "customer"),
            _text("name", "the customer's name", nullable=True),
            _text("class", "A, B or C", nullable=True),
            _text("segment", "kind of customer", nullable=True),
            _text("industry", "industry", nullable=True),
            _date("since", "customer since", nullable=True),
        ),
        "customers' names and classes",
    ),
    Table(
        "products",
        ("product_id",),
        (
            _text("product_id", "product as orders name it"),
            _text("article", "article, the same through price changes; empty: the product", nullable=True),
            _text("name", "the product's name", nullable=True),
            _text("line", "product line", nullable=True),
            _number("list_price", "list price of a piece", unit="money", nullable=True),
            _number("unit_cost", "cost of a piece", unit="money", nullable=True),
        ),
        "product lines and articles",
    ),
    Table(
        "market",
        ("period", "region", "line"),
        (
            _text("period", "period"),
            _text("region", "region"),
            _text("line", "product line"),
            _number("market_size", "what all suppliers sell", unit="money"),
            _number("own_share", "own share of it", unit="share", nullable=True),
            _number("competitor_share", "the largest competitor's share", unit="share", nullable=True),
        ),
        "market size and share",
    ),
    Table(
        "expenses",
        ("date", "region", "kind"),
        (
            _date("date", "day, or first day of the month"),
            _text("region", "region"),
            _text("kind", "travel, marketing, training and the like"),
            _number("amount", "spent; empty: not yet", unit="money", nullable=True),
            _number("budget", "planned", unit="money", nullable=True),
        ),
        "expenses against budget",
    ),
    Table(
        "assessments",
        ("rep_id", "period", "dimension", "source"),
        (
            _text("rep_id", "rep", refers="roster"),
            _text("period", "period"),
            _text("dimension", "skill or qualitative goal"),
            _number("score", "1 to 5", unit="points"),
            _text("source", "manager, self or customer", nullable=True),
        ),
        "the capability matrix and qualitative goals",
    ),
    Table(
        "events",
        ("date", "label"),
        (
            _date("date", "day of the event"),
            _text("label", "what happened"),
            _text("kind", "policy, competitor, promotion or internal", nullable=True),
            _text("region", "region it touched; empty: all", nullable=True),
        ),
        "events to lay beside the figures",
    ),
    Table(
        "actions",
        ("action_id", "recorded_on"),
        (
            _text("action_id", "action"),
            _text("scope", "scope it is for"),
            _text("period", "period it was decided in"),
            _text("cause", "cause it is meant to mend", nullable=True),
            _text("action", "what is done"),
            _text("owner", "who answers for it", nullable=True),
            _date("due_on", "until when", nullable=True),
            _text("status", "open, in progress, done, dropped; empty: open", nullable=True),
            _number("expected_effect", "expected effect a period", unit="money", nullable=True),
            _number("measured_effect", "measured effect a period", unit="money", nullable=True),
            _date("recorded_on", "day this row was written; an action's newest counts", nullable=True),
            _date("started_on", "from when it is done; empty: not stated", nullable=True),
            _text("measure", "what its effect is measured by; empty: bookings", nullable=True),
            _text("reason", "why it was dropped, closed or carried over", nullable=True),
        ),
        "the actions carried over from the period before",
    ),
)

TABLES = MappingProxyType({table.name: table for table in _DECLARED})
