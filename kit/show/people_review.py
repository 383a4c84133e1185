"""People in the review: targets missed in a row, probation, training and the next level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts, notes
from kit.show.folded import folded
from kit.show.notes import sentence
from kit.show.people_table import terms
from kit.show.table import table
from kit.show.view import View, together
from kit.show.words import Words

_FEW = 8  # people up to whom a table lies open
_LAST = 4  # periods that have a column
_WORTH = 2  # misses in a row from which on a rep stands in the open table of many


def misses(found: Any, words: Words) -> View:
    """Attainment of each rep in the last periods, and the misses in a row.

    Parameters
    ----------
    found : DataFrame or Unavailable
        From `kit.review.misses.misses`.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    names = list(dict.fromkeys(found["period"]))[-_LAST:]
    rows = []
    for _, each in found.groupby("rep_id", sort=True):
        cells = {one["period"]: _reached(one, words) for one in each.to_dict("records")}
        rows.append({"rep": each["rep"].iloc[0], **{name: cells[name] for name in names},
                     "in_row": int(each["in_row"].iloc[-1])})  # fmt: skip
    frame = pd.DataFrame(rows).sort_values("in_row", ascending=False, kind="stable")
    caption = words.t("people_review.misses_note", limit=float(found["limit"].iloc[0]))
    views = [_table(frame, words, list(frame.columns), caption=caption)]
    if len(frame) > _FEW:
        first = frame[frame["in_row"] >= _WORTH]
        rest = folded([_table(frame, words, list(frame.columns))],
                      words.t("people.head.reps", n=len(frame)))  # fmt: skip
        line = sentence(words.t("people_review.no_row"))
        views = [_table(first, words, list(frame.columns), caption=caption) if len(first) else line]
        views.append(rest)
    return together(views)


def probation(found: Any, words: Words) -> View:
    """Newcomers: where they stand, what is agreed month by month, activity and learning.

    Parameters
    ----------
    found : Probation or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    rows = [
        {
            **one, "state": words.t(f"people_review.state.{one['state']}", ends=one["ends"]),
            "learning": _listed([_learned(each, words) for each in one["learning"]], words),
            "reviews": _listed([words.date(day) for day in one["reviews"]], words),
        }
        for one in found.people.to_dict("records")
    ]  # fmt: skip
    people = _table(
        pd.DataFrame(rows), words,
        ["rep", "state", "target", "actual", "attainment", "learning", "reviews"],
        caption=words.t("people_review.probation_note"), stacked=True,
    )  # fmt: skip
    basis = terms(found.months["basis"], "people_review.basis", words)
    months = _table(
        found.months.assign(basis=basis), words,
        ["rep", "month", "ramp", "target", "actual", "attainment", "basis"],
        kinds={"ramp": "share"},
    )  # fmt: skip
    views = [people, folded([months], words.t("people_review.head.months"))]
    if len(found.work):
        work = found.work.assign(
            now=found.work["now"].astype(float).round(1), goal=found.work["goal"].round(1),
            work=terms(found.work["work"], "people_review.work", words),
            basis=terms(found.work["basis"], "people_review.work_basis", words),
        )
        shown = _table(work, words, ["rep", "work", "now", "goal", "basis"], kinds=_WEEKLY,
                       caption=words.t("people_review.week_note"))  # fmt: skip
        views.append(folded([shown], words.t("people_review.head.work")))
    return together(views)


def training(found: Any, words: Words) -> View:
    """The gaps to close, the most pressing first: who, in which form, with whom, until when.

    Parameters
    ----------
    found : DataFrame or Unavailable
        From `kit.review.training.plan`.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    if found.empty:
        return sentence(words.t("people_review.no_gap"))
    rows = [
        {
            "dimension": one["dimension"], "who": words.list(one["reps"]), "gap": one["gap"],
            "form": words.t(f"people_review.form.{one['format']}"),
            "trainer": one["trainer"], "by_when": one["by_when"],
            "metric": words.t(
                "people_review.metric" + ("" if amounts.missing(one["link"]) else "_linked"),
                required=one["required"], result=_result(one["result"], words),
            ),
        }
        for one in found.to_dict("records")
    ]  # fmt: skip
    taught = "_taught" if found["trainer"].notna().any() else ""
    return _table(
        pd.DataFrame(rows), words,
        ["dimension", "who", "gap", "form", "trainer", "by_when", "metric"],
        kinds={"gap": "number", "by_when": "date"},
        caption=words.t(f"people_review.training_note{taught}"), stacked=True,
    )  # fmt: skip


def promotion(found: Any, words: Words) -> View:
    """Hints for the next level, with what is met and what is missing.

    Parameters
    ----------
    found : DataFrame or Unavailable
        From `kit.review.promotion.hints`.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    if found.empty:
        return sentence(words.t("people_review.no_hint"))
    rows = [
        {
            "rep": one["rep"],
            "level": one["level"] if amounts.missing(one["next_level"])
            else words.t("people_review.levels", own=one["level"], following=one["next_level"]),
            **{side: _listed([_criterion(key, one, words) for key in one[side]], words)
               for side in ("met", "missing", "unknown")},
        }
        for one in found.to_dict("records")
    ]  # fmt: skip
    return _table(
        pd.DataFrame(rows), words, ["rep", "level", "met", "missing", "unknown"],
        caption=words.t("people_review.promotion_note"), stacked=True,
    )  # fmt: skip


_WEEKLY = {"now": "number", "goal": "number"}


def _table(
    frame: pd.DataFrame, words: Words, columns: Sequence[str], *, caption: str = "",
    stacked: bool = False, kinds: Mapping[str, str] | None = None,
) -> View:  # fmt: skip
    known = [name for name in columns if words.has(f"people_review.heading.{name}")]
    headings = {name: words.t(f"people_review.heading.{name}") for name in known}
    return table(
        frame[list(columns)], words, columns=columns, headings=headings, caption=caption,
        kinds={"in_row": "count", **(kinds or {})}, stacked=stacked,
    )  # fmt: skip


def _reached(one: Mapping[str, Any], words: Words) -> str:
    if one["basis"] != "counted":
        return words.t(f"people_review.not_counted.{one['basis']}")
    return words.percent(one["attainment"]) + (" ↓" if one["missed"] else "")


def _criterion(key: str, one: Mapping[str, Any], words: Words) -> str:
    known = "_of" if key == "productivity" and not amounts.missing(one["place"]) else ""
    scored = key == "capability" and not amounts.missing(one["score"])
    known = f"_{one['basis']}" if scored else known
    return words.t(f"people_review.promoted.{key}{known}", **one)


def _learned(one: tuple, words: Words) -> str:
    return words.t("people_review.learn", dimension=one[0], score=one[1], required=one[2])


def _result(key: str | None, words: Words) -> str:
    return amounts.NONE if amounts.missing(key) else words.t(f"people.result.{key}")


def _listed(lines: Sequence[str], words: Words) -> str | None:
    return words.list(lines) if lines else None
