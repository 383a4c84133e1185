"""Who beat comparable peers, by how much, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.data.territory import rep_names
from kit.review.apart import apart, discoveries, luck, others_luck
from kit.review.comparable import Comparable, comparable

_PRIOR = 6.0  # reps that the slopes taken for granted weigh beside those seen
_COLUMNS = ["rep_id", "rep", "team", "region", "peers", "periods", "ahead_in", "since", "result",
            "expected", "ahead", "low", "high", "p", "q", "steady", "beats"]  # fmt: skip


@dataclass(frozen=True)
class MatchedPeers:
    """Reps beside their matched peers.

    Parameters
    ----------
    frame : DataFrame
        rep_id, rep, team, region, peers (how many), periods (that count), ahead_in (those of them
        above expectation), since (name of the period since which the rep is ahead without a break;
        null if not in the last), result, expected (money a period of a full post, means over the
        periods), ahead = result ÷ expected − 1, low, high (95 %), p (chance of as much by luck),
        q (share of false finds among all with as small a p, Benjamini and Hochberg), steady (a lead
        large enough, in most of the periods and in the last), beats (steady and q small enough).
        The furthest ahead first; nulls where nothing can be told.
    pairs : DataFrame
        rep_id, peer_id, distance: who is held beside whom, nearest first.
    rows : DataFrame
        rep_id, at, period, days, result, expected (money a day of a full post).
    spans : tuple of Period
    basis : tuple of str
        What peers are matched by: potential, market, tenure, capacity, region, line.
    left_out : DataFrame
        rep_id, rep, reason: `ramp`, `absent`, `few_periods` or `few_peers`.
    """

    frame: pd.DataFrame
    pairs: pd.DataFrame
    rows: pd.DataFrame
    spans: tuple[Period, ...]
    basis: tuple[str, ...]
    left_out: pd.DataFrame


@once
def matched_peers(case: Case) -> MatchedPeers | Unavailable:
    """Hold each rep of a scope beside the nearest comparable colleagues of the scope.

    Returns
    -------
    MatchedPeers or Unavailable
        Unavailable as `kit.review.comparable.comparable`, or where nobody has enough peers
        (`few_peers`).

    Notes
    -----
    The peers are the nearest ones (`settings.review.practices.peers`, six) of those whose potential
    is at the most twice or at the least half the rep's own; `settings.diagnose.min_peers` of them
    are needed in a period. With y a rep's money a day of a full post, x the potential, z the tenure
    and m the scope's mean of the period,

        expected = mean over peers of  y_peer + m × (b (x − x_peer) ÷ mean x + c (z − z_peer))

    The slopes b and c come of a ridge regression over all other reps of the scope, drawn towards
    b = 1 (twice the potential, twice the result) and c = 0 as if six reps had shown just that: with
    few reps the simple ratio holds, with many what the data say. The interval takes the rep's luck
    from quarter to quarter and the difference between the peers (see `kit.review.apart`). As many
    reps are looked at, it is q that decides: a rep beats its peers where q is at the most 5 %, the
    lead at the least 5 % and most of the periods, the last among them, lie above expectation. Those
    who stand out in a habit are looked at once more in `kit.review.habits.named`.
    """
    found = comparable(case)
    if isinstance(found, Unavailable):
        return found
    rules = case.settings.review.practices
    pairs = _pairs(found, count=rules.peers, widest=rules.widest)
    enough = pairs.groupby("rep_id").size()
    least = case.settings.diagnose.min_peers
    able = enough[enough >= least].index
    pairs = pairs[pairs["rep_id"].isin(able)].reset_index(drop=True)
    wide = found.rows.pivot(index="rep_id", columns="at", values="result")
    if pairs.empty:
        return Unavailable(reason="few_peers", detail=str(len(wide)))
    single = _expectations(found, pairs, wide)
    told = single.groupby(["rep_id", "at"])["expected"].agg(["mean", "size"])
    told = told.loc[told["size"] >= least, "mean"].rename("expected")
    rows = found.rows.join(told, on=["rep_id", "at"]).dropna(subset=["expected"])
    rows = rows[["rep_id", "at", "period", "days", "result", "expected"]].reset_index(drop=True)
    worked = np.mean([case.calendar.working_days(one.start, one.end) for one in found.spans])
    frame = _judged(found, rows, single, pairs, worked=float(worked))
    shown = rep_names(case.data)
    frame.insert(1, "rep", [shown.get(one, one) for one in frame["rep_id"]])
    frame["q"] = discoveries(frame["p"])
    most = frame["ahead_in"] > frame["periods"] / 2
    frame["steady"] = (frame["ahead"] >= rules.lead) & most & frame["since"].notna()
    frame["beats"] = frame["steady"] & (frame["q"] <= rules.error_share)
    frame = frame.sort_values(["ahead", "rep_id"], ascending=[False, True], na_position="last")
    alone = sorted(set(wide.index) - set(frame["rep_id"]))
    lacking = pd.DataFrame({"rep_id": alone, "rep": [shown.get(one, one) for one in alone],
                            "reason": "few_peers"}, dtype=object)  # fmt: skip
    left = pd.concat([found.left_out, lacking], ignore_index=True)
    return MatchedPeers(
        frame.reset_index(drop=True)[_COLUMNS], pairs, rows, found.spans, found.basis, left
    )


def _pairs(found: Comparable, *, count: int, widest: float) -> pd.DataFrame:
    """The nearest of the comparable ones of each rep."""
    matrix = found.distances.to_numpy().copy()
    np.fill_diagonal(matrix, np.inf)
    value = found.rows.groupby("rep_id")["potential"].mean().reindex(found.distances.index)
    worth = value.to_numpy(float)
    if np.isfinite(worth).any():
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = worth[:, None] / worth[None, :]
        matrix[~((ratio <= widest) & (ratio >= 1 / widest))] = np.inf
    order = np.argsort(matrix, axis=1, kind="stable")[:, :count]
    reps = found.distances.index.to_numpy()
    near = np.take_along_axis(matrix, order, axis=1)
    own = np.repeat(reps, order.shape[1])
    table = pd.DataFrame({"rep_id": own, "peer_id": reps[order.ravel()], "distance": near.ravel()})
    return table[np.isfinite(table["distance"])].reset_index(drop=True)


def _expectations(found: Comparable, pairs: pd.DataFrame, wide: pd.DataFrame) -> pd.DataFrame:
    """What each single peer's result would be in the rep's place: rep_id, peer_id, at, expected."""
    reps = wide.index
    mean = wide.mean()
    level = wide / mean.where(mean > 0)
    worth = found.rows.pivot(index="rep_id", columns="at", values="potential")
    base = worth.mean()
    worth = worth / base.where(base > 0)
    age = np.log1p(found.rows.groupby("rep_id")["tenure"].mean()).reindex(reps)
    slopes = _slopes(level.mean(axis=1), worth.mean(axis=1), age)
    at = {one: n for n, one in enumerate(reps)}
    own, peer = pairs["rep_id"].map(at).to_numpy(), pairs["peer_id"].map(at).to_numpy()
    potential, months = worth.to_numpy(), age.to_numpy(float)
    gap = np.nan_to_num(potential[own] - potential[peer]) * slopes[own, 0][:, None]
    gap += np.nan_to_num((months[own] - months[peer]) * slopes[own, 1])[:, None]
    values = wide.to_numpy()[peer] + np.nan_to_num(mean.where(mean > 0).to_numpy()) * gap
    values = np.where(np.isfinite(wide.to_numpy()[own]), values, np.nan)
    table = pd.DataFrame(values, columns=wide.columns).assign(
        rep_id=pairs["rep_id"].to_numpy(), peer_id=pairs["peer_id"].to_numpy()
    )
    return table.melt(["rep_id", "peer_id"], var_name="at", value_name="expected").dropna()


def _slopes(level: pd.Series, worth: pd.Series, age: pd.Series) -> np.ndarray:
    """Slopes on potential and tenure for each rep, of all the others, drawn towards 1 and 0."""
    x = np.column_stack([worth.to_numpy(float), age.to_numpy(float)])
    y, prior = level.to_numpy(float), np.array([1.0, 0.0])
    rows = np.isfinite(y)
    spread = np.array([np.nanstd(one) if np.isfinite(one).any() else 0.0 for one in x.T])
    middle = [one[np.isfinite(one)].mean() if np.isfinite(one).any() else 0.0 for one in x.T]
    x = np.where(np.isfinite(x), x, middle)
    found = np.tile(np.where(spread > 0, prior, 0.0), (len(y), 1))
    live = spread > 1e-9
    for place in range(len(y)) if live.any() else ():
        others = rows & (np.arange(len(y)) != place)
        if others.sum() < 3:
            continue
        z = (x[others][:, live] - x[others][:, live].mean(axis=0)) / spread[live]
        left = y[others] - y[others].mean() - z @ (prior[live] * spread[live])
        solved = np.linalg.solve(z.T @ z + _PRIOR * np.eye(z.shape[1]), z.T @ left)
        found[place, live] = prior[live] + solved / spread[live]
    return found


def _judged(
    found: Comparable, rows: pd.DataFrame, single: pd.DataFrame, pairs: pd.DataFrame, *,
    worked: float,
) -> pd.DataFrame:  # fmt: skip
    """Each rep over all periods: how far ahead, with interval and chance."""
    home = found.rows.groupby("rep_id")[["team", "region"]].last()
    names = [one.name for one in found.spans]
    rows = rows.assign(over=rows["days"] * rows["result"], under=rows["days"] * rows["expected"])
    each = rows.groupby("rep_id", sort=True)
    sums = each[["over", "under", "days"]].sum()
    base = (sums["under"] / sums["days"]).where(lambda one: one > 0)
    rows["beside"] = (rows["result"] - rows["expected"]) / rows["rep_id"].map(base)
    parts = {rep: part for rep, part in rows.groupby("rep_id", sort=True)}
    lucks = [luck(part["beside"].to_numpy()) for part in parts.values()]
    others = dict(zip(parts, others_luck(lucks), strict=True))
    told = single.merge(rows[["rep_id", "at", "days"]], on=["rep_id", "at"])
    told["money"] = told["expected"] * told["days"]
    by_peer = told.groupby(["rep_id", "peer_id"])[["money", "days"]].sum()
    by_peer = by_peer["money"] / by_peer["days"]
    table = []
    for rep, part in parts.items():
        usual, ahead = base[rep], np.nan
        if np.isfinite(usual):
            ahead = float(sums.at[rep, "over"] / sums.at[rep, "under"] - 1)
        range_ = apart(part["beside"].to_numpy(), (by_peer[rep] / usual).to_numpy(),
                       difference=ahead, others=others[rep])  # fmt: skip
        table.append(
            {"rep_id": rep, "team": home.at[rep, "team"], "region": home.at[rep, "region"],
             "peers": int((pairs["rep_id"] == rep).sum()), "periods": len(part),
             "ahead_in": int((part["beside"] > 0).sum()), "since": _since(part, names),
             "result": sums.at[rep, "over"] / sums.at[rep, "days"] * worked,
             "expected": sums.at[rep, "under"] / sums.at[rep, "days"] * worked,
             "ahead": ahead, "low": range_.low, "high": range_.high, "p": range_.p_more}
        )  # fmt: skip
    return pd.DataFrame(table)


def _since(part: pd.DataFrame, names: list[str]) -> str | None:
    """Name of the first of the last periods that are all above expectation."""
    run = None
    for row in part.sort_values("at", ascending=False).itertuples(index=False):
        if not row.beside > 0:
            break
        run = names[row.at]
    return run
