"""The best against the rest: what the top quarter of reps does otherwise, without a name."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose.driver_doubts import CLEAR, holm
from kit.diagnose.panel import BEHAVIOUR, panel

LEAST_GROUP = 3  # people of whom a mean names nobody
_YEAR = 330  # days: four quarters, or as many explicit periods as make about a year
_PRESENCE = 1 / 3  # of the year in full posts
_COLUMNS = ["regressor", "group", "best", "rest", "difference", "low", "high", "relative", "p",
            "p_adjusted", "distinct"]  # fmt: skip


@dataclass(frozen=True)
class BestAndRest:
    """What the best did and were given, beside the others.

    Parameters
    ----------
    frame : DataFrame
        regressor (the result first; it and potential are money a period of a full post), group
        (`result`, `behaviour`, `circumstance`), best, rest (means over people), difference, low,
        high (95 % by bootstrap within each group), relative (difference ÷ rest), p (random groups
        of the same sizes), p_adjusted (Holm, over all but the result), distinct (p_adjusted < 5 %).
        The result, which makes the groups, has no p.
    best, rest : int
        People in each group.
    quarter : bool
        Whether the best are a quarter of all, rather than three of fewer than twelve.
    start, end : date
        The year that is looked at.
    kind : str
        Kind of the periods; see `Panel`.
    fair : bool
        Whether the best are those with the best result for their potential.
    """

    frame: pd.DataFrame
    best: int
    rest: int
    quarter: bool
    start: dt.date
    end: dt.date
    kind: str
    fair: bool = False


@once
def best_and_rest(
    case: Case, *, fair: bool = False, times: int = 2000, seed: int = 1980
) -> BestAndRest | Unavailable:
    """Compare the quarter of the reps with the best results for a full post with the others.

    Parameters
    ----------
    case : Case
    fair : bool
        Whether people are ranked by what their result lies above or below a straight line on the
        potential of their accounts, rather than by the result, which rich accounts alone can make.
    times, seed : int
        Of the bootstrap and of the random groups.

    Returns
    -------
    BestAndRest or Unavailable
        Unavailable as `kit.diagnose.panel.panel`, or with fewer than three people in a group
        (`few_people`): a mean of two would tell one of them of the other; where `fair`, with no
        potential known (`no_potential`). No row names a person.

    Notes
    -----
    Over the last year of whole periods up to `as_of`; each person's figures are means of the
    periods, weighted by days at work. Those with less than a third of a full post in that year are
    left out. What the best do otherwise goes with results; it need not be why.
    """
    found = panel(case)
    if isinstance(found, Unavailable):
        return found
    starts = np.sort(found.frame["start"].unique())
    recent = found.frame[found.frame["start"] >= starts[-1] - pd.Timedelta(_YEAR, "D")]
    count = recent["start"].nunique()
    names = [one for one in found.regressors if recent[one].notna().any()]
    people = _people(recent, ["result", *names])
    people = people[people["days"] >= _PRESENCE * found.worked * count]
    top = max(LEAST_GROUP, len(people) // 4)
    if len(people) < 2 * LEAST_GROUP:
        return Unavailable(reason="few_people")
    if fair and "potential" not in names:
        return Unavailable(reason="no_potential")
    for one in {"result", "potential"} & set(people):
        people[one] *= found.worked
    mark = _beyond(people) if fair else people["result"]
    order = people.loc[mark.sort_values(ascending=False, kind="stable").index]
    values = order[["result", *names]].to_numpy(dtype=float)
    rng = np.random.default_rng(seed)
    table = _compared(values, top, times=times, rng=rng)
    table.insert(0, "regressor", ["result", *names])
    table.insert(1, "group", ["result", *(_group(one) for one in names)])
    table.loc[0, "p"] = np.nan
    table["p_adjusted"] = holm(table["p"].to_numpy())
    table["distinct"] = table["p_adjusted"] < CLEAR
    last = case.calendar.containing(recent["start"].max(), "")
    return BestAndRest(
        table[_COLUMNS], top, len(people) - top, len(people) >= 4 * LEAST_GROUP,
        recent["start"].min().date(), last.end, found.kind, fair,
    )  # fmt: skip


def _group(name: str) -> str:
    return "behaviour" if name in BEHAVIOUR else "circumstance"


def _beyond(people: pd.DataFrame) -> pd.Series:
    """Results less a straight line on the potential; those without one are at the end."""
    known = people["potential"].notna()
    line = np.column_stack([np.ones(int(known.sum())), people.loc[known, "potential"]])
    result = people.loc[known, "result"].to_numpy()
    left = result - line @ np.linalg.lstsq(line, result, rcond=None)[0]
    return pd.Series(left, index=people.index[known]).reindex(people.index)


def _people(rows: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Means of each rep, weighted by days; of activities and discounts, the period's own figure."""
    own = [f"{one}_same" if f"{one}_same" in rows else one for one in names]
    values = rows[own].set_axis(names, axis=1)
    weights = values.notna().mul(rows["days"], axis=0)
    sums = values.mul(rows["days"], axis=0).groupby(rows["rep_id"]).sum()
    means = sums / weights.groupby(rows["rep_id"]).sum()
    days = rows.groupby("rep_id")["days"].sum()
    return means.where(np.isfinite(means)).assign(days=days)


def _compared(values: np.ndarray, top: int, *, times: int, rng) -> pd.DataFrame:
    """Means of the first rows and of the others, with intervals and chance, column by column."""
    count = len(values)
    best, rest = _means(values[:top][None])[0], _means(values[top:][None])[0]
    difference = best - rest
    drawn = _means(values[rng.integers(0, top, (times, top))]) - _means(
        values[rng.integers(top, count, (times, count - top))]
    )
    low, high = np.nanquantile(drawn, [0.025, 0.975], axis=0)
    mixed = values[rng.permuted(np.tile(np.arange(count), (times, 1)), axis=1)]
    moved = np.abs(_means(mixed[:, :top]) - _means(mixed[:, top:]))
    reached = moved >= np.abs(difference) * (1 - 1e-9)
    known = np.isfinite(difference)
    return pd.DataFrame(
        {
            "best": best, "rest": rest, "difference": difference,
            "low": np.where(known, low, np.nan), "high": np.where(known, high, np.nan),
            "relative": np.where(rest > 0, difference / np.where(rest > 0, rest, 1.0), np.nan),
            "p": np.where(known, (reached.sum(axis=0) + 1) / (times + 1), np.nan),
        }
    )  # fmt: skip


def _means(values: np.ndarray) -> np.ndarray:
    """Means over the second axis, of what is known of at least three people; else null."""
    known = np.isfinite(values)
    count = known.sum(axis=1)
    sums = np.where(known, values, 0.0).sum(axis=1)
    return np.where(count >= LEAST_GROUP, sums / np.maximum(count, 1), np.nan)
