"""The sample company as a case at once, without files and snapshot: for trials of many companies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from kit.data.calendar import FiscalCalendar
from kit.data.case import Case
from kit.data.frames import ScopeData
from kit.data.hindsight import seen_on
from kit.data.sample.company import Sample
from kit.data.territory import names, placed
from kit.parameters import nested, validate
from kit.scope import Scope


def at_hand(
    sample: Sample, *, period: str, as_of: str, settings: Mapping[str, Any] | None = None
) -> Case:
    """The company's case of a period on a day.

    Parameters
    ----------
    sample : Sample
    period, as_of : str
    settings : mapping, optional
        Dotted keys that differ from the defaults.

    Returns
    -------
    Case
        Its sales carry shares of orders, team, names and product lines as those of a snapshot do;
        it has no peers.

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
    company = Scope("company")
    data = ScopeData(company, {**frames, "sales": _sales(sample)})
    day = dt.date.fromisoformat(as_of)
    return Case(
        model, calendar, company, calendar.period(period), day,
        seen_on(data, day, calendar=calendar),
    )  # fmt: skip


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
