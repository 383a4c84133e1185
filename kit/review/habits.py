"""What those who lie ahead of their peers did differently, and whether that goes with results."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.review.apart import apart, discoveries, luck, others_luck
from kit.review.deeds import DOING, SHOWING, by_span
from kit.review.links import links
from kit.review.matched_peers import matched_peers

_COLUMNS = ["rep_id", "rep", "habit", "side", "periods", "value", "peers", "peer_value",
            "difference", "low", "high", "multiple", "p", "q", "differs", "link", "friend",
            "practice"]  # fmt: skip


@once
def named(case: Case) -> pd.DataFrame | Unavailable:
    """Tell who lies ahead of the matched peers, alone or together with a habit.

    Returns
    -------
    DataFrame or Unavailable
        rep_id, rep, team, region, ahead and what else `kit.review.matched_peers.MatchedPeers.frame`
        has, q (the smaller of the two below), by (`lead` or `habit`), among (how many it was tested
        among). The furthest ahead first; no rows where nobody does. Unavailable as `matched_peers`.

    Notes
    -----
    Two doors, each with its own correction for the many who are looked at. A rep is named by `lead`
    where its result alone is clear among all reps (q of `matched_peers`). It is named by `habit`
    where it does clearly more, or less, of something that goes with results here, and its lead is
    clear among those few alone who do: q by Benjamini and Hochberg over them. Who stands out in a
    habit is found without a look at anybody's lead, so that choosing whom to test in this way makes
    no more false finds; but it finds a practice whose effect is too small to show among all.
    """
    found = matched_peers(case)
    if isinstance(found, Unavailable):
        return found
    frame, limit = found.frame, case.settings.review.practices.error_share
    told = _going(case)
    stand_out = frame["rep_id"].isin(told.loc[told["practice"], "rep_id"])
    few = discoveries(frame["p"].where(stand_out))
    by_habit = frame["steady"] & (few <= limit)
    table = frame.assign(
        q=np.fmin(frame["q"], few.where(by_habit)),
        by=np.where(by_habit, "habit", "lead"),
        among=np.where(by_habit, stand_out.sum(), frame["q"].notna().sum()),
    )
    return table[frame["beats"] | by_habit].reset_index(drop=True)


@once
def habits(case: Case) -> pd.DataFrame | Unavailable:
    """Hold what each rep who lies ahead of the matched peers did beside what those peers did.

    Returns
    -------
    DataFrame or Unavailable
        rep_id, rep, habit (see `kit.review.deeds.deeds`), side (`doing`, what a rep can choose, or
        `showing`, where results show), periods, value, peers (how many are known), peer_value
        (their mean), difference, low, high (95 %), multiple = value ÷ peer_value, p, q (share of
        false finds among as small a p: of habits that go with results over all reps; of those that
        move along with them, and of all others, over the reps named), differs (`more`, `less` or
        null), link and friend (see `kit.review.links.links`; null for what shows), practice
        (whether it is named: it differs, and goes with results in that direction). The strongest
        first, rep by rep in the order of their lead; no rows where nobody is ahead. Unavailable as
        `matched_peers`.

    Notes
    -----
    Over the same periods, and with the same interval, as the result; see `kit.review.apart`. More
    and less are told where q is at the most 5 % and the difference at the least 15 % of what the
    peers do; both are settings. A practice needs both: that the rep does clearly more, or less, of
    it, and that over all reps and months here it goes with results (`goes`). What a rep does more
    of that only moves along with such a habit (`along`) is told beside it and is no practice.
    """
    best = named(case)
    if isinstance(best, Unavailable):
        return best
    going = _going(case)
    others = _compared(case, list(best["rep_id"]), goes=False)
    told = pd.concat([going[going["rep_id"].isin(best["rep_id"])], others], ignore_index=True)
    along = told["link"] == "along"
    for own in (along, ~along & (told["link"] != "goes")):
        told["q"] = told["q"].fillna(discoveries(told["p"].where(own)))
    told["differs"], told["practice"] = _differs(case, told), told["practice"].eq(True)
    order = {rep: at for at, rep in enumerate(best["rep_id"])}
    told = told.assign(at=told["rep_id"].map(order), rest=~told["practice"])
    told = told.sort_values(["at", "rest", "p", "habit"], kind="stable", ignore_index=True)
    names = best.set_index("rep_id")["rep"]
    return told.assign(rep=told["rep_id"].map(names))[_COLUMNS]


@once
def _going(case: Case) -> pd.DataFrame:
    """The habits that go with results, of every rep beside the peers: with q and practice."""
    judged = matched_peers(case).frame
    told = _compared(case, list(judged.loc[judged["p"].notna(), "rep_id"]), goes=True)
    told["q"] = discoveries(told["p"])
    like = np.sign(told["slope"].astype(float)) == np.sign(told["difference"].astype(float))
    return told.assign(practice=like & _differs(case, told).notna())


def _compared(case: Case, reps: list[str], *, goes: bool) -> pd.DataFrame:
    """Habits that go with results, or all others, of some reps beside their peers."""
    linked, values = links(case), habit_values(case)
    if isinstance(linked, Unavailable):
        linked = pd.DataFrame(columns=["habit", "link", "friend", "slope"], dtype=object)
    known = set(linked.loc[linked["link"] == "goes", "habit"])
    shown = [one for one in values.columns
             if one in (*DOING, *SHOWING) or one.startswith("step:")]  # fmt: skip
    told = _differences(case, reps, [one for one in shown if (one in known) == goes])
    told["side"] = np.where(told["habit"].isin(DOING), "doing", "showing")
    told = told.merge(linked[["habit", "link", "friend", "slope"]], on="habit", how="left")
    return told.assign(q=np.nan)


def _differs(case: Case, told: pd.DataFrame) -> pd.Series:
    """`more` or `less` where a difference is clear and large enough."""
    rules = case.settings.review.practices
    beside = (told["multiple"].astype(float) - 1).abs()
    sure = (told["q"] <= rules.error_share) & ~(beside < rules.clearly)
    found = np.where(told["difference"] > 0, "more", "less")
    return pd.Series(found, index=told.index, dtype=object).where(sure, None)


@once
def habit_values(case: Case) -> pd.DataFrame | Unavailable:
    """The habits of every comparable rep over all periods: rep_id as index, a column a habit.

    Null where nothing is known. Unavailable as `matched_peers`.
    """
    rows = _by_period(case)
    if isinstance(rows, Unavailable):
        return rows
    sums = rows.dropna(subset=["under"]).groupby(["rep_id", "habit"])[["over", "under"]].sum()
    value = sums["over"] / sums["under"].where(sums["under"] > 0)
    return value.unstack("habit")


@once
def _by_period(case: Case) -> pd.DataFrame | Unavailable:
    found = matched_peers(case)
    if isinstance(found, Unavailable):
        return found
    days = found.rows.set_index(["rep_id", "at"])["days"]
    return by_span(case, found.spans, days=days)


def _differences(case: Case, reps: list[str], shown: list[str]) -> pd.DataFrame:
    """Some habits of some reps beside their peers, with interval and chance."""
    found, rows, values = matched_peers(case), _by_period(case), habit_values(case)
    near = {rep: values.index.get_indexer(own["peer_id"])
            for rep, own in found.pairs.groupby("rep_id")}  # fmt: skip
    least, place = case.settings.diagnose.min_peers, values.index.get_indexer(reps)
    table = []
    for habit in shown:
        own = rows[rows["habit"] == habit].sort_values(["rep_id", "at"])
        parts = {rep: part["value"].to_numpy(float) for rep, part in own.groupby("rep_id")}
        others = dict(zip(parts, others_luck([luck(one) for one in parts.values()]), strict=True))
        level = values[habit].to_numpy(float)
        for rep, at in zip(reps, place, strict=True):
            theirs = level[near[rep][near[rep] >= 0]]
            theirs, value = theirs[np.isfinite(theirs)], level[at] if at >= 0 else np.nan
            if len(theirs) < least or not np.isfinite(value):
                continue
            usual = float(theirs.mean())
            span = apart(parts[rep], theirs, difference=value - usual, others=float(others[rep]))
            table.append(
                (rep, habit, int(np.isfinite(parts[rep]).sum()), float(value), len(theirs), usual,
                 float(value - usual), span.low, span.high,
                 float(value / usual) if usual > 0 else np.nan, span.p)
            )  # fmt: skip
    columns = ["rep_id", "habit", "periods", "value", "peers", "peer_value", "difference", "low",
               "high", "multiple", "p"]  # fmt: skip
    return pd.DataFrame(table, columns=columns)
