"""Hints for a promotion: on target for long, among the best, able for the next level."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose.capability import capability
from kit.diagnose.productivity import productivity
from kit.review import misses
from kit.review.posts_held import held

LEAST = 3  # people of the next level, and others to be compared with
CRITERIA = ("in_row", "productivity", "capability")
_COLUMNS = ["scope", "rep_id", "rep", "level", "next_level", "in_row", "needed", "place", "of",
            "beside", "score", "usual", "basis", "met", "missing", "unknown", "hint"]  # fmt: skip


@once
def hints(case: Case) -> pd.DataFrame | Unavailable:
    """Who might be ready for the next level, with what is met and what is missing.

    Returns
    -------
    DataFrame or Unavailable
        scope, rep_id, rep, level, next_level (null where `settings.review.people.levels` does not
        tell), in_row (periods in a row on target), needed (`promotion_after`), place and of (rank
        by bookings per full post among the comparable), beside (that against the others' median),
        score (mean of the capabilities), usual (of the next level, else what is required), basis
        (`next_level`, `required`), met, missing and unknown (tuples of `in_row`, `productivity`,
        `capability`), hint (all met). Hints first, then those who lack one thing, or whose
        place is not known; of the periods in a row no more than one may be missing.
        Unavailable as `kit.review.misses.misses`.

    Notes
    -----
    On target is an attainment of 1 or more in a counted period. The comparable are the reps of the
    scope who are not on the ramp and have a figure for a full post, four or more; the best
    `promotion_share` of them meet it. Capability is met where each dimension reaches the median of
    the people of the next level (three or more with a score), else what is required. In a rep's own
    scope the place among others is not known, and is unknown there. Who stands on the highest level
    is left out. A hint is no promise: there may be no post, and a level asks for more than figures.
    """
    found = misses.misses(case)
    if isinstance(found, Unavailable):
        return found
    needed = case.settings.review.people.promotion_after
    known = case.settings.review.people.levels
    places, scores = _places(case), _scores(case)
    levels = {one: level(case, one) for one in found["rep_id"].unique()}
    rows = []
    for rep_id, each in found.groupby("rep_id", sort=True):
        following = above(levels[rep_id], known=known, present=_present(case))
        if following is None and any(levels[rep_id] in one.split("/") for one in known):
            continue
        on_target = each.assign(missed=each["attainment"] < 1)
        row = {
            "scope": f"rep:{rep_id}", "rep_id": rep_id, "rep": each["rep"].iloc[0],
            "level": levels[rep_id], "next_level": following,
            "in_row": len(misses.run(on_target, rep_id, missed=False)), "needed": needed,
            **places.get(rep_id, {"place": np.nan, "of": np.nan, "beside": np.nan}),
        }  # fmt: skip
        able = _able(scores, rep_id, levels, following)
        best = None
        if not math.isnan(row["place"]):
            share = case.settings.review.people.promotion_share
            best = row["place"] <= max(math.floor(row["of"] * share + 1e-9), 1)
        judged = dict(zip(CRITERIA, (row["in_row"] >= needed, best, able.pop("able")), strict=True))
        rows.append(
            {
                **row, **able,
                "met": tuple(key for key, one in judged.items() if one),
                "missing": tuple(key for key, one in judged.items() if one is False),
                "unknown": tuple(key for key, one in judged.items() if one is None),
                "hint": all(judged.values()),
            }
        )  # fmt: skip
    table = pd.DataFrame(rows, columns=_COLUMNS)
    near = table["met"].map(len) >= len(CRITERIA) - 1
    near &= table["in_row"] >= needed - 1
    order = {"by": ["hint", "in_row", "rep_id"], "ascending": [False, False, True]}
    return table[near].sort_values(**order, ignore_index=True)


def above(own: str | None, *, known: Sequence[str], present: frozenset[str] | None) -> str | None:
    """The next higher level of the roster; None where the own is not known or the highest.

    Parameters
    ----------
    own : str or None
    known : sequence of str
        Levels, the lowest first; names of one level with `/` between.
    present : frozenset of str or None
        Names that the roster has; None where that is not known, and any may be there.

    Examples
    --------
    >>> known = ("junior", "rep/agent", "senior/expert", "lead")
    >>> above("rep", known=known, present=frozenset({"rep", "lead"}))
    'lead'
    >>> above("agent", known=known, present=None)
    'expert'
    """
    ladder = [one.split("/") for one in known]
    step = next((at for at, names in enumerate(ladder) if own in names), None)
    if step is None:
        return None
    for names in ladder[step + 1 :]:
        if present is None:
            return names[min(ladder[step].index(own), len(names) - 1)]
        here = [one for one in names if one in present]
        if here:
            return here[0]
    return None


def level(case: Case, rep_id: str) -> str | None:
    """The level of a rep on the day; none where the roster does not say."""
    rows = held(case, rep_id, start=case.as_of, end=case.as_of)
    return rows[-1].level if rows else None


@once
def _present(case: Case) -> frozenset[str] | None:
    """Levels of the roster; not known in a rep's own scope."""
    if case.scope.kind == "rep":
        return None
    return frozenset(case.data.frame("roster")["level"].dropna())


@once
def _places(case: Case) -> dict[str, dict[str, float]]:
    found = productivity(case)
    if isinstance(found, Unavailable) or case.scope.kind == "rep":
        return {}
    rows = found.reps[found.reps["productivity"].notna()]
    rows = rows[~rows["marks"].map(lambda marks: "newcomer" in marks)]
    if len(rows) <= LEAST:
        return {}
    place = rows["productivity"].rank(ascending=False, method="min")
    return {
        one.rep_id: {"place": float(at), "of": float(len(rows)), "beside": float(one.beside)}
        for one, at in zip(rows.itertuples(index=False), place, strict=True)
    }


@once
def _scores(case: Case) -> pd.DataFrame:
    found = capability(case)
    columns = ["rep_id", "dimension", "score", "required"]
    if isinstance(found, Unavailable):
        return pd.DataFrame(columns=columns)
    return found.scores[columns]


def _able(
    scores: pd.DataFrame, rep_id: str, levels: dict[str, str | None], following: str | None
) -> dict:
    """The mean score, what is usual or required, and whether each dimension reaches it."""
    own = scores[scores["rep_id"] == rep_id].set_index("dimension")
    if own.empty:
        return {"score": np.nan, "usual": np.nan, "basis": None, "able": None}
    theirs = scores[scores["rep_id"].map(levels) == following] if following else scores.iloc[:0]
    each = theirs.groupby("dimension")["score"].agg(["median", "size"]).reindex(own.index)
    known = each["size"] >= LEAST
    usual = each["median"].where(known, own["required"])
    return {
        "score": float(own["score"].mean()), "usual": float(usual.mean()),
        "basis": "next_level" if bool(known.all()) else "required",
        "able": bool((own["score"] >= usual - 1e-9).all()),
    }  # fmt: skip
