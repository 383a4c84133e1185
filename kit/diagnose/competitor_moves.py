"""Competitors' moves beside what changed at about the same time: a coincidence, never a proof."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.frames import kept
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.data.territory import placed
from kit.diagnose.funnel import closed, differ
from kit.errors import UnknownPeriodError

ALPHA = 0.05
LEAST_DECIDED = 10  # deals on a side without which win rates are not compared
PERIODS = 4  # of the market table, before a move
_COLUMNS = ["date", "label", "region", "share_before", "share_after", "points", "rival_before",
            "rival_after", "decided_before", "decided", "win_rate_before", "win_rate", "change",
            "p_value", "elsewhere", "days", "distinct", "also"]  # fmt: skip


@once
def competitor_moves(case: Case) -> pd.DataFrame | Unavailable:
    """Lay each event of kind competitor beside own share and win rate before and after it.

    Returns
    -------
    DataFrame or Unavailable
        date, label, region (null: all), share_before and share_after (own share of the market:
        same seasons where the table has them, see below), points (their difference), rival_before
        and rival_after (largest competitor's share), decided_before and decided (deals closed on
        each side), win_rate_before, win_rate, change (in points, a fraction), p_value
        (two-proportion test), elsewhere (change of the win rate in the other regions; null where
        there are none to see), days (on each side), distinct (whether the change stands out at 5 %
        ÷ number of events with deals), also (tuple of the other events in those days that touch the
        region). Newest first. Unavailable without events, or where none is a competitor's in the
        two years up to `as_of` (`no_competitor_events`).

    Notes
    -----
    Days are `settings.diagnose.market.competitor_days`, or fewer where fewer have passed; both
    sides are equally long. The market's after is the newest period that began on or after the move
    and is over; its before is the same period a year earlier, where the table has it and it lies
    before the move, else the mean of up to four periods that were over before. A deal counts on the
    day it closed, in the region its rep had when it was created.
    """
    if not case.data.has("events"):
        return Unavailable(table="events")
    last = pd.Timestamp(min(case.as_of, case.period.end))
    events = case.data.frame("events")
    events = kept(events, events["date"] <= last)
    moves = events[
        (events["kind"] == "competitor") & (events["date"] > last - pd.DateOffset(years=2))
    ]
    if moves.empty:
        return Unavailable(reason="no_competitor_events")
    deals = _deals(case, last)
    rows = [
        {**_of_deals(case, deals, one, last), **_of_market(case, one, last),
         "date": one.date, "label": one.label, "region": one.region}
        for one in moves.sort_values("date", ascending=False).itertuples(index=False)
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    table["also"] = pd.Series(
        [_also(events, one) for one in table.itertuples(index=False)], dtype=object
    )
    tests = int(table["p_value"].notna().sum())
    table["distinct"] = (table["p_value"] < ALPHA / max(tests, 1)).fillna(False)
    return table[_COLUMNS]


def _deals(case: Case, last: pd.Timestamp) -> pd.DataFrame:
    if not case.data.has("opportunities"):
        return pd.DataFrame({"date": pd.to_datetime([]), "won": [], "region": []})
    deals = closed(case)
    deals = deals[deals["date"] <= last]
    where = placed(case.data.frame("roster"), deals["rep_id"], days=deals["created_on"])
    return pd.DataFrame(
        {
            "date": deals["date"].to_numpy(), "won": (deals["status"] == "won").to_numpy(),
            "region": where["region"].to_numpy(dtype=object),
        }
    )  # fmt: skip


def _of_deals(case: Case, deals: pd.DataFrame, event, last: pd.Timestamp) -> dict:
    passed = (last - event.date).days + 1
    days = min(case.settings.diagnose.market.competitor_days, passed)
    wide = pd.Timedelta(days, "D")
    sides = {
        "before": deals[(deals["date"] >= event.date - wide) & (deals["date"] < event.date)],
        "after": deals[(deals["date"] >= event.date) & (deals["date"] < event.date + wide)],
    }
    everywhere = pd.isna(event.region)
    here = {
        side: rows if everywhere or case.scope.kind in ("team", "rep")
        else rows[rows["region"] == event.region]
        for side, rows in sides.items()
    }  # fmt: skip
    many, few = len(here["after"]), len(here["before"])
    now, before = _rate(here["after"]), _rate(here["before"])
    known = not np.isnan(now - before)
    elsewhere = np.nan
    if not everywhere and case.scope.kind == "company":
        rest = {side: rows[rows["region"] != event.region] for side, rows in sides.items()}
        elsewhere = _rate(rest["after"]) - _rate(rest["before"])
    chance = differ(
        int(here["after"]["won"].sum()), many, int(here["before"]["won"].sum()), few
    )
    return {
        "days": days, "decided_before": few, "decided": many, "win_rate_before": before,
        "win_rate": now, "change": now - before, "p_value": chance if known else np.nan,
        "elsewhere": elsewhere,
    }  # fmt: skip


def _rate(rows: pd.DataFrame) -> float:
    return float(rows["won"].mean()) if len(rows) >= LEAST_DECIDED else np.nan


def _of_market(case: Case, event, last: pd.Timestamp) -> dict[str, float]:
    names = ("share_before", "share_after", "points", "rival_before", "rival_after")
    found = dict.fromkeys(names, np.nan)
    table = case.data.frame("market")
    if not pd.isna(event.region):
        table = table[table["region"] == event.region]
    spans = {}
    for name in table["period"].unique():
        try:
            spans[name] = case.calendar.period(name)
        except UnknownPeriodError:
            continue
    day = event.date.date()
    after = [one for one in spans.values() if one.start >= day and one.end <= last.date()]
    over = sorted((one for one in spans.values() if one.end < day), key=lambda one: one.end)
    if not after or not over:
        return found
    newest = max(after, key=lambda one: (one.end, one.name))
    ago = case.calendar.year_ago(newest)
    base = [ago.name] if ago.name in {one.name for one in over} else []
    base = base or [one.name for one in over[-PERIODS:]]
    for when, chosen in (("before", base), ("after", [newest.name])):
        rows = table[table["period"].isin(chosen)]
        rows = rows[rows["own_share"].notna() & (rows["market_size"] > 0)]
        size = rows["market_size"]
        if len(rows):
            found[f"share_{when}"] = float((rows["own_share"] * size).sum() / size.sum())
            rival = rows["competitor_share"]
            if rival.notna().all():
                found[f"rival_{when}"] = float((rival * size).sum() / size.sum())
    found["points"] = found["share_after"] - found["share_before"]
    return found


def _also(events: pd.DataFrame, move) -> tuple[str, ...]:
    near = (events["date"] - move.date).abs() < pd.Timedelta(move.days, "D")
    touched = events["region"].isna() | (events["region"] == move.region)
    if pd.isna(move.region):
        touched = pd.Series(True, index=events.index)
    same = (events["date"] == move.date) & (events["label"] == move.label)
    return tuple(events.loc[near & touched & ~same, "label"])
