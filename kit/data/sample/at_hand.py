"""The sample company as a case at once, without files and snapshot: for many companies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from kit.data.calendar import FiscalCalendar
from kit.data.case import Case
from kit.data.frames import ScopeData
from kit.data.hindsight import seen_on
from kit.data.once import once
from kit.data.sample.company import Sample
from kit.data.territory import names, placed
from kit.errors import UnknownScopeError
from kit.parameters import nested, validate
from kit.scope import Scope


def at_hand(
    sample: Sample, *, period: str, as_of: str, settings: Mapping[str, Any] | None = None,
    scope: str = "company",
) -> Case:  # fmt: skip
    """The case of the company, or of one region, of a period on a day.

    Parameters
    ----------
    sample : Sample
    period, as_of : str
    settings : mapping, optional
        Dotted keys that differ from the defaults.
    scope : str
        `company` or `region:NAME`.

    Returns
    -------
    Case
        Its sales carry shares of orders, team, names and product lines as those of a snapshot do;
        it has no peers. A region sees the rows that a snapshot gives to it.

    Raises
    ------
    UnknownScopeError
        For any other scope.

    Examples
    --------
    >>> from kit.data.sample.company import make
    >>> case = at_hand(make(planted=False), period="2025Q3", as_of="2025-08-20")
    >>> str(case.scope), case.data.sales["date"].max() <= pd.Timestamp("2025-08-20")
    ('company', True)
    """
    given = {"company": "sample", "data_dir": ".", **(settings or {})}
    model = validate(nested(given), origin="sample")
    calendar = FiscalCalendar(model.calendar)
    frames = {name: frame for name, frame in sample.frames.items() if name != "orders"}
    where = Scope.parse(scope)
    frames["stage_events"] = frames["stage_events"].sort_values(
        ["opportunity_id", "stage", "entered_on"], ignore_index=True
    )
    frames = _seen({**frames, "sales": _sales(sample)}, where)
    data = ScopeData(where, frames)
    day = dt.date.fromisoformat(as_of)
    return Case(
        model, calendar, where, calendar.period(period), day,
        seen_on(data, day, calendar=calendar),
    )  # fmt: skip


def _seen(frames: Mapping[str, pd.DataFrame], where: Scope) -> dict[str, pd.DataFrame]:
    """The rows that a scope sees of every table."""
    if where.kind == "company":
        return dict(frames)
    roster, region = frames["roster"], where.id
    if where.kind != "region" or region not in set(roster["region"]):
        raise UnknownScopeError(f"Scope '{where}': allowed are company and region:NAME.")
    found = dict(frames)
    for name, day in (("opportunities", "created_on"), ("activities", "date")):
        places = placed(roster, found[name]["rep_id"], days=found[name][day])["region"]
        found[name] = found[name][(places == region).to_numpy()]
    deals, events = found["opportunities"], found["stage_events"]
    found["stage_events"] = events[events["opportunity_id"].isin(deals["opportunity_id"])]
    sales = found["sales"]
    placed_at = sales.drop_duplicates("order_id").set_index("order_id")["region"]
    owed = found["receipts"]
    found["receipts"] = owed[(owed["order_id"].map(placed_at) == region).to_numpy()]
    found["sales"] = sales = sales[sales["region"] == region]
    touched = {*sales["customer_id"], *deals["customer_id"], *found["receipts"]["customer_id"]}
    found["customers"] = frames["customers"][frames["customers"]["customer_id"].isin(touched)]
    here = {*roster.loc[roster["region"] == region, "rep_id"], *sales["rep_id"]}
    for name in ("roster", "credits", "assessments"):
        found[name] = frames[name][frames[name]["rep_id"].isin(here)]
    teams = set(roster.loc[roster["region"] == region, "team"])
    below = {str(where), *(f"team:{one}" for one in teams), *(f"rep:{one}" for one in here)}
    for name in ("targets", "actions"):
        found[name] = frames[name][frames[name]["scope"].isin(below)]
    for name in ("market", "expenses"):
        found[name] = frames[name][frames[name]["region"] == region]
    events = frames["events"]
    found["events"] = events[(events["region"] == region) | events["region"].isna()]
    return {name: frame.reset_index(drop=True) for name, frame in found.items()}


@once
def _sales(sample: Sample) -> pd.DataFrame:
    """Order lines, each credited to who shares the order."""
    orders, credits = sample.frames["orders"], sample.frames["credits"]
    shared = orders["order_id"].isin(credits["order_id"])
    split = orders[shared].drop(columns="rep_id").merge(credits, on="order_id")
    for name in ("quantity", "list_amount", "amount", "cost"):
        split[name] = split[name] * split["share"]
    lines = pd.concat([orders[~shared].assign(share=1.0), split], ignore_index=True)
    lines = lines.sort_values(["date", "order_id", "line_no", "rep_id"], kind="stable")
    lines = lines.reset_index(drop=True)
    products = sample.frames["products"].set_index("product_id")
    customers = sample.frames["customers"].set_index("customer_id")
    roster = sample.frames["roster"]
    sold = lines["product_id"]
    bought = lines["customer_id"]
    return lines.assign(
        team=placed(roster, lines["rep_id"], days=lines["date"])["team"].to_numpy(),
        rep=lines["rep_id"].map(names(roster)),
        article=sold.map(products["article"]),
        product=sold.map(products["name"]),
        line=sold.map(products["line"]),
        list_price=sold.map(products["list_price"]),
        customer=bought.map(customers["name"]),
        customer_class=bought.map(customers["class"]),
        customer_segment=bought.map(customers["segment"]),
        customer_since=bought.map(customers["since"]),
    )
