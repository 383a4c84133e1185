"""The training plan: which gaps to close with whom, in which form, by when, and how it shows."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose.capability import capability
from kit.diagnose.shortfalls import shortfalls
from kit.review.actions import next_working_day

FORMATS = ("coaching", "workshop", "ride_along")
ABOVE = 1.0  # points above what is required, from which on a colleague can teach
LINKED = {"goes": 2.0, "candidate": 1.5}  # how much more a gap weighs that goes with poor results
_COLUMNS = ["dimension", "reps", "people", "gap", "score", "required", "result", "link", "format",
            "trainer", "by_when", "weight", "priority"]  # fmt: skip


@once
def plan(case: Case) -> pd.DataFrame | Unavailable:
    """One row for each capability in which somebody lies below what is required.

    Returns
    -------
    DataFrame or Unavailable
        dimension, reps (names, the largest gap first), people (how many), gap (their mean shortfall
        in points), score (their mean), required, result (the one it goes with) and link (`goes`,
        `candidate`; null where it goes with none or was not asked), format (`coaching`, `workshop`,
        `ride_along`), trainer (who scores highest and is no newcomer, or null), by_when (day),
        weight = Σ gaps × 2 where the link is proven, × 1.5 where it is a candidate, priority (1 =
        first). No rows where everything required is met. Unavailable as
        `kit.diagnose.capability.capability`.

    Notes
    -----
    Scores and links are those of `kit.diagnose.capability` and `kit.diagnose.shortfalls`. The form
    is `settings.review.people.training_formats` of the dimension; else a workshop from
    `workshop_from` people on, a ride-along where a colleague scores a point above what is required,
    else coaching by the manager. Whether the training worked shows in the score of the
    next assessment and, where there is one, in the result it goes with.
    """
    found = capability(case)
    if isinstance(found, Unavailable):
        return found
    rules = case.settings.review.people
    due = next_working_day(case, case.as_of + dt.timedelta(days=rules.training_days))
    links, rows = _links(case), []
    for dimension, scores in found.scores.groupby("dimension", sort=True):
        short = scores[scores["short"] > 0]
        if short.empty:
            continue
        short = short.sort_values(["short", "rep"], ascending=[False, True])
        trainer = _trainer(case, scores)
        result, link = links.get(dimension, (None, None))
        total = float(short["short"].sum())
        rows.append(
            {
                "dimension": dimension, "reps": tuple(short["rep"]), "people": len(short),
                "gap": total / len(short), "score": float(short["score"].mean()),
                "required": float(short["required"].iloc[0]), "result": result, "link": link,
                "format": form(
                    rules.training_formats.get(dimension), len(short), trainer=trainer,
                    workshop_from=rules.workshop_from,
                ),
                "trainer": trainer, "by_when": due, "weight": total * LINKED.get(link, 1.0),
            }
        )  # fmt: skip
    table = pd.DataFrame(rows, columns=_COLUMNS[:-1])
    order = {"by": ["weight", "dimension"], "ascending": [False, True]}
    table = table.sort_values(**order, ignore_index=True)
    return table.assign(priority=range(1, len(table) + 1))[_COLUMNS]


def form(chosen: str | None, people: int, *, trainer: str | None, workshop_from: int) -> str:
    """The form of a training: the one that was chosen, else by who needs it and who can teach.

    Examples
    --------
    >>> form(None, 4, trainer=None, workshop_from=3), form(None, 1, trainer="Li", workshop_from=3)
    ('workshop', 'ride_along')
    >>> form(None, 1, trainer=None, workshop_from=3)
    'coaching'
    >>> form("coaching", 9, trainer=None, workshop_from=3)
    'coaching'
    """
    if chosen:
        return chosen
    if people >= workshop_from:
        return "workshop"
    return "ride_along" if trainer else "coaching"


def _trainer(case: Case, scores: pd.DataFrame) -> str | None:
    """Who scores highest, a point above what is required, and of those who has been there longest.

    Nobody who came lately, and nobody in a rep's own scope.
    """
    if case.scope.kind == "rep":
        return None
    able = scores[scores["score"] >= scores["required"] + ABOVE - 1e-9]
    hired = case.data.frame("roster").groupby("rep_id")["hired_on"].max()
    able = able.assign(hired=able["rep_id"].map(hired).fillna(pd.Timestamp.min))
    months = case.settings.review.people.probation_months
    able = able[able["hired"] + pd.DateOffset(months=months) <= pd.Timestamp(case.period.start)]
    if able.empty:
        return None
    order = {"by": ["score", "hired", "rep"], "ascending": [False, True, True]}
    return str(able.sort_values(**order)["rep"].iloc[0])


def _links(case: Case) -> dict[str, tuple[str, str]]:
    """The result each dimension goes with most clearly, and how sure that is."""
    found = shortfalls(case)
    if isinstance(found, Unavailable):
        return {}
    rows = found[found["verdict"].isin(list(LINKED))].drop_duplicates("dimension")
    return {one.dimension: (one.result, one.verdict) for one in rows.itertuples(index=False)}
