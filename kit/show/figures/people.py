"""Figures about people: tiers, bookings for each full post, capabilities beside the required.

Where a result is unavailable nothing is drawn: the table beside it says why.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show.figures.rows import Row, bars, number, spoken
from kit.show.palette import ACTUAL, BEFORE, MUTED
from kit.show.view import View
from kit.show.words import Words

_ENDS = 6  # of the highest, and of the lowest, that are drawn
_SHADES = {"core": ACTUAL, "steady": BEFORE, "to_lift": MUTED, "too_new": MUTED}


def tiers(found: Any, words: Words) -> View:
    """The share of bookings that each tier brings, with its people.

    Parameters
    ----------
    found : Tiers or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return View("")
    rows = [
        Row(
            words.t(f"people.tier.{one.tier}"), float(one.share),
            words.t("people.figure.tiers_label", people=one.people, share=one.share),
            colour=_SHADES[one.tier], hatch="////" if one.tier == "to_lift" else "",
            strong=one.tier == "core",
        )
        for one in found.summary.itertuples(index=False)
    ]  # fmt: skip
    core = found.summary.iloc[0]
    key = "people.figure.tiers" + ("_one" if core["people"] == 1 else "")
    title = words.t(key, core=core["people"], all=len(found.reps), share=core["share"])
    return bars(
        rows, words, title=title, alt=_alt("tiers", rows, words),
        note=words.t("people.figure.tiers_note"),
    )  # fmt: skip


def productivity(found: Any, words: Words) -> View:
    """Bookings for each full post, rep by rep, beside last year's; nothing below three reps.

    Parameters
    ----------
    found : Productivity or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return View("")
    known = found.reps[found.reps["productivity"].notna()]
    if len(known) < 4:
        return View("")
    first, between = known.iloc[0], len(known) - 2 * _ENDS
    if between > 0:
        known = pd.concat([known.iloc[:_ENDS], known.iloc[-_ENDS:]])
    rows = [
        Row(
            one.rep, float(one.productivity), words.money(one.productivity),
            before=number(one.productivity_before),
        )
        for one in known.itertuples(index=False)
    ]  # fmt: skip
    note = words.t("people.figure.productivity_note")
    if between > 0:
        key = "people.figure.between" + ("_one" if between == 1 else "")
        note += ("" if words.language == "zh" else " ") + words.t(key, n=between)
    title = words.t("people.figure.productivity", rep=first["rep"], amount=first["productivity"],
                    beside=first["beside"])  # fmt: skip
    return bars(
        rows, words, title=title, alt=_alt("productivity", rows, words), note=note
    )  # fmt: skip


def capability(found: Any, words: Words) -> View:
    """The mean score of each capability beside what is required; nothing below three reps.

    Parameters
    ----------
    found : Capability or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return View("")
    if found.scores["rep_id"].nunique() < 3:
        return View("")
    rows = [
        Row(
            str(one.dimension), float(one.score),
            words.t("people.figure.capability_label", score=words.number(one.score),
                    short=one.reps_short),
            target=float(one.required),
        )
        for one in found.dimensions.itertuples(index=False)
    ]  # fmt: skip
    worst = found.dimensions.iloc[0]
    if worst["score"] < worst["required"]:
        title = words.t("people.figure.capability", dimension=worst["dimension"],
                        short=worst["reps_short"], all=worst["people"])  # fmt: skip
    else:
        title = words.t("people.figure.capability_met")
    return bars(
        rows, words, title=title, alt=_alt("capability", rows, words),
        note=words.t("people.figure.capability_note"),
    )  # fmt: skip


def _alt(name: str, rows: list[Row], words: Words) -> str:
    told = spoken(words, [(row.name, row.label) for row in rows])
    return words.t(f"people.figure.{name}_alt") + " " + told
