"""The course of scores: every part's score and attainment over up to four periods."""

from __future__ import annotations

import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.review.score import before, scored

_COLUMNS = ["kind", "scope", "part", "period", "start", "score", "attainment", "rank", "running"]


@once
def scored_trend(case: Case) -> pd.DataFrame | Unavailable:
    """Score and attainment of each part of the scope, period by period.

    Returns
    -------
    DataFrame or Unavailable
        kind, scope, part (as today), period, start, score, attainment = actual ÷ target, rank
        (among its kind in that period; null in a rep's own scope), running (whether the period is
        not over: its score is of what was due so far). A row each part of today's scorecard and
        period, in the order of the scorecard, periods rising; null where the part had no score
        then. Unavailable as the scorecard.

    Notes
    -----
    A past period is seen from its last day, with today's weights. A part is held against those who
    were there then, so a score can move because the others did.
    """
    now = scored(case)
    if isinstance(now, Unavailable):
        return now
    rows = []
    for one in (*before(case), case):
        found = scored(one)
        known = {} if isinstance(found, Unavailable) else found.set_index("scope").to_dict("index")
        for at, part in enumerate(now.itertuples(index=False)):
            then = known.get(part.scope, {})
            rows.append(
                (at, part.kind, part.scope, part.part, one.period.name,
                 pd.Timestamp(one.period.start), then.get("score"), then.get("attainment"),
                 then.get("rank"), not one.closed)
            )  # fmt: skip
    table = pd.DataFrame(rows, columns=["_at", *_COLUMNS])
    table = table.sort_values(["_at", "start"], kind="stable", ignore_index=True)[_COLUMNS]
    return table.astype({"score": "float64", "attainment": "float64", "rank": "float64"})
