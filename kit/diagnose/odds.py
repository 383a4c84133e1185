"""How likely effort turns into an order: how often customers order or come back, and win rates."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd

from kit.data import territory
from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.diagnose import funnel
from kit.diagnose.leaving_record import record
from kit.diagnose.reference import within
from kit.diagnose.silence import standing

_RECENT = 4  # spans by which it is told how often a customer orders
_FEWEST = 20  # lapsed customers on past dates, below which nothing is known of coming back


def ordering(sums: pd.DataFrame) -> pd.Series:
    """Chance that a customer orders in a span: (spans with an order + 1) ÷ (spans + 2), of four.

    Parameters
    ----------
    sums : DataFrame
        Money by customer and span, the newest span first.

    Examples
    --------
    >>> ordering(pd.DataFrame({0: [5.0, 0.0], 1: [5.0, 0.0]})).tolist()
    [0.75, 0.25]
    """
    recent = sums.iloc[:, :_RECENT]
    return ((recent > 0).sum(axis=1) + 1) / (recent.shape[1] + 2)


def silent(case: Case, ids: pd.Index) -> pd.Series:
    """`lapsed` or `gone` of those of the customers who are; see `kit.diagnose.silence`."""
    state = standing(case)["state"].reindex(ids)
    return state[state.isin(["lapsed", "gone"])]


def coming_back(case: Case) -> float:
    """Share of lapsed customers of past dates who ordered again in the half year after.

    (came back + 1) ÷ (lapsed + 2), by `kit.diagnose.leaving_record`, which counts a customer anew
    on each date; null where fewer than twenty are known.
    """
    known = record(case).states.set_index("state")
    if "lapsed" not in known.index or known.loc["lapsed", "customers"] < _FEWEST:
        return math.nan
    lapsed, away = (float(known.loc["lapsed", one]) for one in ("customers", "stayed_away"))
    return (lapsed - away + 1) / (lapsed + 2)


def win_rates(case: Case, column: str, ids: pd.Index) -> tuple[pd.Series, str]:
    """Win rates by id, shrunk to the scope's as if `focus.weight` deals of the scope were added.

    Parameters
    ----------
    case : Case
    column : str
        `customer_id`, `region` or `team`.
    ids : Index

    Returns
    -------
    (Series, str)
        The rates, and of which deals: `period`, those of a region or a team decided in the period;
        `year`, those of a customer, who has few, decided in the twelve months up to `as_of`; empty
        with rates of 1 where none was decided.
    """
    deals = pd.DataFrame() if not case.data.has("opportunities") else funnel.closed(case)
    window = "year" if column == "customer_id" else "period"
    if len(deals):
        start, end, _ = funnel.spans(case)
        if window == "year":
            year = pd.Timestamp(case.as_of) - pd.DateOffset(years=1)
            start, end = year.date() + dt.timedelta(days=1), case.as_of
        deals = within(deals, start, end)
    if deals.empty:
        return pd.Series(1.0, index=ids), ""
    if column in ("region", "team"):
        place = territory.placed(case.data.frame("roster"), deals["rep_id"],
                                 days=deals["created_on"])  # fmt: skip
        deals = deals.assign(**{column: place[column].to_numpy()})
    won = deals["status"] == "won"
    counts = pd.DataFrame({"won": won, "one": 1}).groupby(deals[column].astype(object)).sum()
    counts = counts.reindex(ids, fill_value=0)
    weight = case.settings.diagnose.focus.weight
    top = counts["won"] + weight * won.mean()
    rates = top / (counts["one"] + weight).where(lambda one: one > 0)
    return rates.fillna(float(won.mean())), window


def few(count: int, kind: str) -> Unavailable:
    """That there are too few to rank: `focus_few_customer`, `focus_few_region` or the like."""
    return Unavailable(reason=f"focus_few_{kind}", detail=str(count))
