"""The capability matrix: reps against dimensions, what is required, and sources that disagree."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose.productivity import beside_others, workers
from kit.errors import UnknownPeriodError

_COLUMNS = ["rep_id", "rep", "dimension", "score", "required", "short", "sources", "period",
            "peers", "median"]  # fmt: skip
_APART = ["rep_id", "rep", "dimension", "period", "source", "score", "other", "other_score",
          "difference"]  # fmt: skip


@dataclass(frozen=True)
class Capability:
    """The capability matrix of a scope.

    Parameters
    ----------
    scores : DataFrame
        rep_id, rep, dimension, score (mean of the sources, points of 1 to 5), required, short
        (points below it; 0 where it is met), sources (how many), period (of the score), peers (how
        many others of the scope have a score) and median (theirs; null below three). By dimension,
        then by rep.
    dimensions : DataFrame
        dimension, score (mean of the reps), required, reps_short (below it), people (with a score);
        the furthest below what is required first.
    """

    scores: pd.DataFrame
    dimensions: pd.DataFrame


@once
def capability(case: Case) -> Capability | Unavailable:
    """The newest closed score of each rep of the scope in each dimension, beside what is required.

    Returns
    -------
    Capability or Unavailable
        Unavailable without assessments, without reps in the period (`no_reps`), or where none of
        them has a score of a period that is over (`no_scores`).

    Notes
    -----
    Of each rep and dimension the latest period counts that is over on `as_of` and ends no later
    than the case's period, of those that end together the shortest; its sources are averaged, so
    that an old score is not mixed with a new one. Of a running period the scores are still being
    given. A period that the calendar does not know is left out.
    Required is `settings.diagnose.people.required_scores` of the dimension, else `required_score`.
    """
    found = scores(case)
    if isinstance(found, Unavailable):
        return found
    wanted = case.settings.diagnose.people
    keys = ["rep_id", "rep", "dimension", "period"]
    table = found.groupby(keys, sort=True)["score"].agg(score="mean", sources="size").reset_index()
    table["required"] = [
        wanted.required_scores.get(one, wanted.required_score) for one in table["dimension"]
    ]
    table["short"] = (table["required"] - table["score"]).clip(lower=0.0)
    table = table.sort_values(["dimension", "rep_id"], ignore_index=True)
    parts = [beside_others(rows) for _, rows in table.groupby("dimension", sort=True)["score"]]
    return Capability(table.join(pd.concat(parts))[_COLUMNS], _summed(table))


@once
def disagreements(case: Case) -> pd.DataFrame | Unavailable:
    """Scores of the same rep, dimension and period on which two sources lie far apart.

    Returns
    -------
    DataFrame or Unavailable
        rep_id, rep, dimension, period, source, score, other, other_score, difference (score −
        other_score, points): pairs at least `settings.diagnose.people.disagreement` apart, the
        widest first; of two sources the one that scores higher comes first. Unavailable as
        `capability`, and where no score has two sources (`one_source`).
    """
    found = scores(case)
    if isinstance(found, Unavailable):
        return found
    limit = case.settings.diagnose.people.disagreement
    rows, pairs = [], 0
    for key, group in found.groupby(["rep_id", "rep", "dimension", "period"], sort=True):
        by_source = group.groupby("source", sort=True)["score"].mean()
        for one, other in combinations(by_source.index, 2):
            pairs += 1
            if by_source[one] < by_source[other]:
                one, other = other, one
            apart = float(by_source[one] - by_source[other])
            if apart >= limit - 1e-9:
                rows.append((*key, one, by_source[one], other, by_source[other], apart))
    if not pairs:
        return Unavailable(reason="one_source")
    table = pd.DataFrame(rows, columns=_APART)
    return table.sort_values(
        ["difference", "rep_id", "dimension"], ascending=[False, True, True], ignore_index=True
    )


@once
def scores(case: Case) -> pd.DataFrame | Unavailable:
    """The newest scores of the scope's reps of periods that are over, source by source.

    Returns
    -------
    DataFrame or Unavailable
        rep_id, rep, dimension, source (`unknown` where none is named), score, period.
    """
    if not case.data.has("assessments"):
        return Unavailable(table="assessments")
    people = workers(case)
    if people.empty:
        return Unavailable(reason="no_reps")
    rows = case.data.frame("assessments")
    spans = {name: _span(case, name) for name in rows["period"].unique()}
    rows = rows.assign(
        start=pd.to_datetime(rows["period"].map({name: one[0] for name, one in spans.items()})),
        end=pd.to_datetime(rows["period"].map({name: one[1] for name, one in spans.items()})),
        source=rows["source"].fillna("unknown"),
        rep=rows["rep_id"].map(dict(zip(people["rep_id"], people["rep"], strict=True))),
    )
    last = pd.Timestamp(min(case.as_of, case.period.end))
    rows = rows[(rows["end"] <= last) & rows["rep"].notna() & rows["score"].notna()]
    if rows.empty:
        return Unavailable(reason="no_scores")
    rows = rows.sort_values(["end", "start", "period"], kind="stable")
    newest = rows.groupby(["rep_id", "dimension"])["period"].transform("last")
    rows = rows[rows["period"] == newest]
    columns = ["rep_id", "rep", "dimension", "source", "score", "period"]
    return rows[columns].sort_values(columns[:4], ignore_index=True)


def _summed(table: pd.DataFrame) -> pd.DataFrame:
    found = table.groupby("dimension", sort=True).agg(
        score=("score", "mean"), required=("required", "first"),
        reps_short=("short", lambda one: int((one > 0).sum())), people=("rep_id", "size"),
    )  # fmt: skip
    order = (found["score"] - found["required"]).sort_values(kind="stable").index
    return found.loc[order].reset_index()


def _span(case: Case, name: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    try:
        found = case.calendar.period(name)
    except UnknownPeriodError:
        return pd.NaT, pd.NaT
    return pd.Timestamp(found.start), pd.Timestamp(found.end)
