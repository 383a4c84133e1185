"""What reps did, as ratios that can be summed over any days: visits a day, discounts, win rates."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.frames import kept
from kit.data.once import once
from kit.data.tables import SCOPE_COLUMNS, Unavailable
from kit.diagnose import cohorts, funnel
from kit.diagnose.circumstance import places

KINDS = ("visit", "call", "quote", "demo")
A_DAY = (*KINDS, "new_deals")  # over working days × share of a full post
DOING = (*KINDS, "quotes_a_deal", "class_a", "discount", "stage_days")  # what a rep can choose
SHOWING = ("new_deals", "win_rate", "deal_size", "cycle_days", "new_customers", "gained", "reached",
           "breadth")  # fmt: skip
_HISTORY = 364  # days before a period whose customers are those to be reached


@once
def deeds(case: Case) -> pd.DataFrame:
    """Lay out what each rep did, day by day, up to `as_of`.

    Returns
    -------
    DataFrame
        rep_id, date, habit, over, under: a habit over any days is Σ over ÷ Σ under; of those in
        `A_DAY`, Σ over ÷ working days × share of a full post, and `under` is null. Habits:

        - visit, call, quote, demo: activities a day;
        - quotes_a_deal: quotes ÷ new deals;
        - class_a: share of new deals with customers of class A, of those whose class is known;
        - discount: (list amount − amount) ÷ list amount of the lines that have one;
        - stage_days: working days that deals stayed in a stage which they left;
        - new_deals: deals created a day;
        - win_rate: won ÷ decided deals; and step:STAGE, the share that went on from each stage;
        - deal_size: money of a won deal; cycle_days: days from creation to the win;
        - new_customers: share of bookings with customers who are new
          (`settings.diagnose.customers.new_days`).

        A habit whose table is missing has no rows.
    """
    parts = [*_activities(case), *_deals(case), *_sold(case)]
    found = [one for one in parts if len(one)]
    if not found:
        return pd.DataFrame(columns=["rep_id", "date", "habit", "over", "under"])
    table = pd.concat(found, ignore_index=True)
    return kept(table, table["rep_id"].notna() & (table["date"] <= pd.Timestamp(case.as_of)))


def by_span(
    case: Case, spans: Sequence[Period], *, days: pd.Series, only: Collection[str] = ()
) -> pd.DataFrame:
    """The habits of each rep in each span.

    Parameters
    ----------
    case : Case
    spans : sequence of Period
        In order and apart.
    days : Series
        Working days × share of a full post, by rep_id and `at` (number of the span): the rows.
    only : collection of str
        Habits that are asked for; empty: all.

    Returns
    -------
    DataFrame
        rep_id, at, habit, over, under, value = over ÷ under (null where nothing is below); for
        every row of `days` and every habit that the data have, `reached` (share of the customers of
        the 364 days before a span who bought in it), `breadth` (product lines that a buying
        customer bought) and `gained` (share of bookings with customers who had not ordered before
        the first span) among them.
    """
    rows = deeds(case)
    rows = rows[rows["habit"].isin(only)] if only else rows
    rows = rows.assign(at=places(rows["date"], spans).to_numpy() if len(rows) else -1)
    rows = rows[rows["at"] >= 0]
    sums = rows.groupby(["habit", "rep_id", "at"])[["over", "under"]].sum()
    parts = []
    for habit in sorted(rows["habit"].unique()):
        one = sums.loc[habit].reindex(days.index)
        if habit in A_DAY:
            told = rows.loc[rows["habit"] == habit, "at"].unique()
            known = days.index.get_level_values("at").isin(told)
            one = one.fillna(0.0).assign(under=days.where(known))
        parts.append(one.assign(habit=habit))
    counted = {} if only and not {"reached", "breadth", "gained"} & set(only) else (
        _customers(case, spans)
    )
    parts += [one.reindex(days.index).assign(habit=name) for name, one in counted.items()]
    if not parts:
        return pd.DataFrame(columns=["rep_id", "at", "habit", "over", "under", "value"])
    table = pd.concat(parts).reset_index()
    value = table["over"] / table["under"].where(table["under"] > 0)
    return table.assign(value=value)[["rep_id", "at", "habit", "over", "under", "value"]]


def post_days(case: Case, spans: Sequence[Period], *, full: bool = False) -> pd.Series:
    """Working days of each rep in the scope × share of a full post, by rep_id and `at`.

    Parameters
    ----------
    case : Case
    spans : sequence of Period
    full : bool
        Whether every post counts as a full one.
    """
    rows = case.data.frame("roster").sort_values(["rep_id", "valid_from"], kind="stable")
    if case.scope.kind != "company":
        rows = rows[(rows[SCOPE_COLUMNS[case.scope.kind]] == case.scope.id).fillna(False)]
    parts = []
    for number, span in enumerate(spans):
        start, end = pd.Timestamp(span.start), pd.Timestamp(span.end)
        worked = case.calendar.workdays(span.start, span.end)
        here = rows[(rows["valid_from"] <= end) & ~(rows["valid_to"] < start)]
        first = worked.searchsorted(here["valid_from"].clip(lower=start))
        last = worked.searchsorted(here["valid_to"].fillna(end).clip(upper=end), side="right")
        days = (last - first) * (1.0 if full else here["capacity"].fillna(1.0))
        parts.append(pd.DataFrame({"rep_id": here["rep_id"], "at": number, "days": days}))
    found = pd.concat(parts).groupby(["rep_id", "at"])["days"].sum().astype(float)
    return found[found > 0]


def _rows(habit: str, rep, date, over, under=np.nan) -> pd.DataFrame:
    columns = {"rep_id": rep, "date": date, "habit": habit, "over": over, "under": under}
    found = pd.DataFrame({name: np.asarray(one) if isinstance(one, pd.Series) else one
                          for name, one in columns.items()})  # fmt: skip
    return found.astype({"over": float, "under": float})


def _activities(case: Case) -> list[pd.DataFrame]:
    done = case.data.frame("activities")
    done = done[done["kind"].isin(KINDS)]
    return [
        _rows(kind, own["rep_id"], own["date"], own["count"])
        for kind, own in done.groupby("kind", sort=True)
    ]


def _deals(case: Case) -> list[pd.DataFrame]:
    if not case.data.has("opportunities"):
        return []
    deals = funnel.decided(case)
    rep, created = deals["rep_id"], deals["created_on"]
    parts = [_rows("new_deals", rep, created, 1.0)]
    quotes = case.data.frame("activities")
    quotes = quotes[quotes["kind"] == "quote"]
    if len(quotes):
        parts.append(_rows("quotes_a_deal", quotes["rep_id"], quotes["date"], quotes["count"], 0.0))
        parts.append(_rows("quotes_a_deal", rep, created, 0.0, 1.0))
    customers = case.data.frame("customers")
    level = deals["customer_id"].map(customers.set_index("customer_id")["class"])
    some = level.notna()
    top = (level[some] == "A").astype(float)
    parts.append(_rows("class_a", rep[some], created[some], top, 1.0))
    ended = funnel.closed(case)
    won = ended[ended["status"] == "won"]
    day = won["closed_on"]
    parts += [
        _rows("win_rate", ended["rep_id"], ended["closed_on"],
              (ended["status"] == "won").astype(float), 1.0),
        _rows("deal_size", won["rep_id"], day, won["amount"].fillna(0.0), 1.0),
        _rows("cycle_days", won["rep_id"], day, (day - won["created_on"]).dt.days, 1.0),
    ]  # fmt: skip
    return parts + _stages(case, deals)


def _stages(case: Case, deals: pd.DataFrame) -> list[pd.DataFrame]:
    stays = cohorts.stays(case)
    if isinstance(stays, Unavailable) or not case.data.has("stage_events"):
        return []
    stays = stays[stays["left_on"].notna()]
    owner = stays["opportunity_id"].map(deals.set_index("opportunity_id")["rep_id"])
    stays = stays.assign(rep_id=owner.to_numpy())
    steps = [
        _rows(f"step:{stage}", own["rep_id"], own["left_on"], own["onward"].astype(float), 1.0)
        for stage, own in stays.groupby("stage", sort=False)
    ]
    return [_rows("stage_days", stays["rep_id"], stays["left_on"], stays["days"], 1.0), *steps]


def _sold(case: Case) -> list[pd.DataFrame]:
    sales = case.data.sales
    listed = sales[sales["list_amount"] > 0]
    given = listed["list_amount"] - listed["amount"]
    parts = [_rows("discount", listed["rep_id"], listed["date"], given, listed["list_amount"])]
    known = sales[sales["customer_id"].notna() & (sales["amount"] > 0)]
    if known.empty:
        return parts
    first = known.groupby("customer_id")["date"].transform("min")
    since = known["customer_since"].where(~(known["customer_since"] > first), first)
    since = pd.to_datetime(since.fillna(first))
    fresh = (known["date"] - since).dt.days < case.settings.diagnose.customers.new_days
    start = sales["date"].min() + pd.Timedelta(_HISTORY, "D")
    told = known["customer_since"].notna() | (known["date"] >= start)
    over = known["amount"] * fresh
    parts.append(_rows("new_customers", known["rep_id"][told], known["date"][told], over[told],
                       known["amount"][told]))  # fmt: skip
    return parts


def _customers(case: Case, spans: Sequence[Period]) -> dict[str, pd.DataFrame]:
    """`reached`, `breadth` and `gained`, which look at customers and so are no sums of days."""
    sales = case.data.sales
    sales = sales[sales["customer_id"].notna() & sales["rep_id"].notna() & (sales["amount"] > 0)]
    if sales.empty:
        return {}
    first, found = sales["date"].min(), {"reached": [], "breadth": [], "gained": []}
    since = sales.groupby("customer_id")["date"].transform("min")
    begun = pd.Timestamp(spans[0].start)
    told = begun - pd.Timedelta(_HISTORY, "D") >= first
    fresh = sales["amount"] * (since >= begun)
    for number, span in enumerate(spans):
        start, end = pd.Timestamp(span.start), pd.Timestamp(span.end)
        now = sales[(sales["date"] >= start) & (sales["date"] <= end)]
        if told:
            over = fresh[now.index].groupby(now["rep_id"]).sum()
            under = now.groupby("rep_id")["amount"].sum()
            found["gained"].append(_numbered(over, under, number))
        if start - pd.Timedelta(_HISTORY / 2, "D") >= first:
            year = sales[(sales["date"] < start)
                         & (sales["date"] >= start - pd.Timedelta(_HISTORY, "D"))]  # fmt: skip
            theirs = year[["rep_id", "customer_id"]].drop_duplicates()
            again = theirs["customer_id"].isin(now["customer_id"])
            found["reached"].append(_counted(again, theirs["rep_id"], number))
        lines = now.drop_duplicates(["rep_id", "customer_id", "line"])
        lines = lines[lines["line"].notna()]
        if len(lines):
            each = lines.groupby(["rep_id", "customer_id"]).size().reset_index(name="n")
            found["breadth"].append(_counted(each["n"], each["rep_id"], number))
    return {name: pd.concat(one) for name, one in found.items() if one}


def _counted(over: pd.Series, rep: pd.Series, number: int) -> pd.DataFrame:
    each = over.astype(float).groupby(rep.to_numpy())
    return _numbered(each.sum(), each.size().astype(float), number)


def _numbered(over: pd.Series, under: pd.Series, number: int) -> pd.DataFrame:
    table = pd.DataFrame({"over": over, "under": under})
    index = pd.MultiIndex.from_product([table.index, [number]], names=["rep_id", "at"])
    return table.set_axis(index)
