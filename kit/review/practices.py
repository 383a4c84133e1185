"""Practices worth copying: a card each, with its evidence, its worth and whom to hand it on to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.review.beside import beside_peers
from kit.review.deeds import A_DAY
from kit.review.habits import habit_values, habits, named
from kit.review.links import links, won_a_day
from kit.review.matched_peers import MatchedPeers, matched_peers

__all__ = ("Cards", "beside_peers", "cards", "worth_copying")

_LINES = 2  # product lines that a card names
_CARDS = ["rep_id", "rep", "team", "region", "kind", "habit", "direction", "value", "peer_value",
          "multiple", "ahead", "low", "high", "q", "by", "among", "result", "expected", "peers",
          "periods", "ahead_in", "start", "end", "since", "lines", "line_share", "others", "worth",
          "worth_low", "worth_high", "uptake", "check_on"]  # fmt: skip
_PARTNERS = ["rep_id", "habit", "partner_id", "partner", "region", "team", "same_region", "value",
             "aim"]  # fmt: skip
_WORTH = ("others", "worth", "worth_low", "worth_high")


@dataclass(frozen=True)
class Cards:
    """What to copy from whom, and to whom to hand it on.

    Parameters
    ----------
    table : DataFrame
        A row a card. Who and where: rep_id, rep, team, region. What: kind (`practice`, or `ask`
        where the data do not show by what the rep is ahead), habit (the strongest), direction
        (`more`, `less`), value, peer_value, multiple (see `kit.review.habits.habits`). By how much:
        ahead, low, high, result, expected, peers, periods, ahead_in, since (see
        `kit.review.matched_peers.MatchedPeers`), q, by and among (see `kit.review.habits.named`).
        Under which conditions: start, end (first and last day), lines (tuple, the product lines
        sold most), line_share (theirs of the bookings). What it may be worth: others (comparable
        reps who would take it up), worth, worth_low, worth_high (money of deals won a period, see
        `cards`), uptake (share of the difference taken up, assumed). check_on: day on which it is
        looked at again. Null where not known.
    habits : DataFrame
        See `kit.review.habits.habits`: those of each card that differ clearly.
    partners : DataFrame
        rep_id and habit of the card; partner_id, partner, region, team, same_region (as the rep),
        value (own), aim (after taking over `uptake` of the difference).
    peers : MatchedPeers
    judged : int
        Reps who were held beside peers.
    """

    table: pd.DataFrame
    habits: pd.DataFrame
    partners: pd.DataFrame
    peers: MatchedPeers
    judged: int


@once
def cards(case: Case) -> Cards | Unavailable:
    """Write a card for each rep who lies ahead of the matched peers.

    Returns
    -------
    Cards or Unavailable
        Unavailable as `kit.review.matched_peers.matched_peers`: in a rep's own scope
        (`others_needed`), without a whole period (`no_periods`), with too few peers (`few_peers`).
        No rows where nobody beats the peers by more than chance does.

    Notes
    -----
    A practice is named only where the rep does clearly more, or less, of it than the peers and it
    goes with results in this scope; else the card says that the data do not show it: ask. It is an
    association in this company's past, not a proof of cause, and so is what it may be worth:

        worth = Σ over other reps who do less
                uptake × (value − theirs) ÷ theirs × slope × money they win in a period

    slope is the share more that is won where a share more is done (`kit.review.links.links`), with
    its interval by jackknife over reps; the uptake is assumed (one half). It is null where the
    interval holds 0, and for habits that are no number a day.

    It is handed on to those of the comparable reps who do clearly less: of the same region first,
    then those who do least.
    """
    found = matched_peers(case)
    if isinstance(found, Unavailable):
        return found
    told, rows, near = habits(case), [], []
    for person in named(case).to_dict("records"):
        own = told[(told["rep_id"] == person["rep_id"]) & told["practice"]]
        card = {**person, **_conditions(case, found, person["rep_id"]), **_nothing(case)}
        if len(own):
            first = own.iloc[0].to_dict()
            others = _others(case, found, first)
            near.append(_partners(case, found, first, others))
            card |= {name: first[name] for name in ("habit", "value", "peer_value", "multiple")}
            card |= {"kind": "practice", "direction": first["differs"]}
            card |= _worth(case, found, first, others)
        rows.append(card)
    partners = pd.concat(near, ignore_index=True) if near else pd.DataFrame(columns=_PARTNERS)
    return Cards(
        pd.DataFrame(rows, columns=_CARDS), told[told["differs"].notna()].reset_index(drop=True),
        partners, found, int(found.frame["q"].notna().sum()),
    )  # fmt: skip


def worth_copying(
    case: Case, scorecard: pd.DataFrame | Unavailable | None = None
) -> pd.DataFrame | Unavailable:
    """The practices of `cards` in short, as findings: what each rep does more of, habit by habit.

    Parameters
    ----------
    case : Case
    scorecard : DataFrame, optional
        From `kit.review.scorecard.reps`, for the attainment.

    Returns
    -------
    DataFrame or Unavailable
        rep, attainment (null without a scorecard), behaviour (the habit), value, median (the mean
        of the matched peers), multiple; of habits that go with results here or move along with one
        that does. Unavailable as `cards`.
    """
    found = cards(case)
    if isinstance(found, Unavailable):
        return found
    named = set(found.table.loc[found.table["kind"] == "practice", "rep_id"])
    rows = found.habits[found.habits["rep_id"].isin(named)]
    rows = rows[rows["practice"] | ((rows["link"] == "along") & (rows["differs"] == "more"))]
    reached: dict[str, float] = {}
    if isinstance(scorecard, pd.DataFrame):
        reached = dict(zip(scorecard["scope"], scorecard["attainment"], strict=True))
    rows = rows.assign(attainment=("rep:" + rows["rep_id"]).map(reached).astype(float))
    rows = rows.rename(columns={"habit": "behaviour", "peer_value": "median"})
    columns = ["rep", "attainment", "behaviour", "value", "median", "multiple"]
    return rows[columns].reset_index(drop=True)


def _nothing(case: Case) -> dict[str, Any]:
    rules = case.settings.review.practices
    day = case.as_of + dt.timedelta(days=rules.check_days)
    worked = case.calendar.workdays(day, day + dt.timedelta(days=31))
    unknown = dict.fromkeys(("value", "peer_value", "multiple", *_WORTH), np.nan)
    return {"kind": "ask", "habit": None, "direction": None, **unknown, "uptake": rules.uptake,
            "check_on": worked[0] if len(worked) else pd.Timestamp(day)}  # fmt: skip


def _conditions(case: Case, found: MatchedPeers, rep: str) -> dict[str, Any]:
    """From when to when a rep was seen, and in which product lines."""
    at = found.rows.loc[found.rows["rep_id"] == rep, "at"]
    start, end = found.spans[at.min()].start, found.spans[at.max()].end
    sales = case.data.sales
    days = (sales["date"] >= pd.Timestamp(start)) & (sales["date"] <= pd.Timestamp(end))
    own = sales[days & (sales["rep_id"] == rep)]
    sums = own.groupby("line")["amount"].sum().sort_values(ascending=False, kind="stable")
    first = sums[sums > 0].head(_LINES)
    share = first.sum() / sums.sum() if len(first) and sums.sum() > 0 else np.nan
    return {"start": pd.Timestamp(start), "end": pd.Timestamp(end), "lines": tuple(first.index),
            "line_share": float(share)}  # fmt: skip


def _others(case: Case, found: MatchedPeers, card: dict[str, Any]) -> pd.Series:
    """What the other comparable reps who fall behind a habit do, furthest behind first."""
    values = habit_values(case)[card["habit"]].reindex(found.frame["rep_id"])
    values = values.drop(card["rep_id"]).dropna()
    more = card["differs"] == "more"
    behind = values[values < card["value"]] if more else values[values > card["value"]]
    return behind.sort_values(ascending=more, kind="stable")


def _partners(
    case: Case, found: MatchedPeers, card: dict[str, Any], others: pd.Series
) -> pd.DataFrame:
    rules = case.settings.review.practices
    near = found.frame.set_index("rep_id").loc[others.index, ["rep", "region", "team"]]
    home = found.frame.set_index("rep_id").at[card["rep_id"], "region"]
    table = near.rename(columns={"rep": "partner"}).assign(value=others)
    gap = (card["value"] - table["value"]).abs()
    table = table[gap >= rules.clearly * table["value"].abs()]
    table["same_region"] = (table["region"] == home).fillna(False).astype(bool)
    table["aim"] = table["value"] + rules.uptake * (card["value"] - table["value"])
    table = table.sort_values("same_region", ascending=False, kind="stable").head(rules.partners)
    table = table.reset_index(names="partner_id")
    return table.assign(rep_id=card["rep_id"], habit=card["habit"])[_PARTNERS]


def _worth(
    case: Case, found: MatchedPeers, card: dict[str, Any], others: pd.Series
) -> dict[str, float]:
    told = dict.fromkeys(_WORTH, np.nan)
    link = links(case)
    if isinstance(link, Unavailable) or card["habit"] not in A_DAY or others.empty:
        return told
    slope = link.set_index("habit").loc[card["habit"], ["slope", "slope_low", "slope_high"]]
    days = found.rows.groupby("rep_id")["days"].mean().reindex(others.index)
    won = won_a_day(case).reindex(others.index).clip(lower=0.0) * days
    further = (card["value"] - others) / others.where(others > 0)
    more = case.settings.review.practices.uptake * float((further * won).sum())
    low, high = sorted((more * slope["slope_low"], more * slope["slope_high"]))
    if not low > 0:
        return told | {"others": float(len(others))}
    return dict(zip(_WORTH, (float(len(others)), float(more * slope["slope"]), float(low),
                             float(high)), strict=True))  # fmt: skip
