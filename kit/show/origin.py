"""Where a target comes from, as it is read: its views, its people, its deals, and the gaps."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import notes, tables
from kit.show.view import View, together
from kit.show.words import Words


def views(found: Any, words: Words) -> View:
    """The views beside one another, how each came about, and those the data cannot give.

    Parameters
    ----------
    found : Proposal or Unavailable
        method, views (view, amount, growth, low, high, chance_of_target, origin, facts), absent.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    columns = ("view", "amount", "growth", "low", "high", "chance_of_target")
    chosen = [view == found.method for view in found.views["view"]]
    shown = [tables.table(found.views, words, columns=columns, highlight=chosen)]
    if "origin" in found.views:
        told = [
            _line(one.view, words.term("origin", one.origin, one.facts), words)
            for one in found.views.itertuples()
        ]
        shown.append(notes.points(told, title=words.t("origin.title")))
    absent = [_line(view, notes.unavailable(why, words).title, words) for view, why in found.absent]
    if absent:
        shown.append(notes.points(absent, title=words.t("origin.absent")))
    return together(shown)


def people(found: Any, words: Words) -> View:
    """The capacity view rep by rep: full posts by month, productivity and amount.

    Parameters
    ----------
    found : BottomUp or Unavailable
        frame (rep, team, months, productivity, amount, hire) and months.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    named = found.frame["rep"].mask(found.frame["hire"], words.t("origin.planned_hire"))
    frame = found.frame.assign(rep=named)
    return tables.table(
        frame,
        words,
        columns=("rep", "team", *found.months, "productivity", "amount"),
        kinds=dict.fromkeys(found.months, "number"),
        title=words.t("origin.people"),
        caption=words.t("origin.people_note"),
    )


def stages(found: pd.DataFrame | Unavailable, words: Words) -> View:
    """The open deals due in the period by stage, with what they were worth in the past.

    Parameters
    ----------
    found : DataFrame or Unavailable
        stage, count, amount, conversion, weighted.
    words : Words
    """
    columns = ("stage", "count", "amount", "conversion", "weighted")
    return tables.table(
        found, words, columns=columns, title=words.t("origin.stages"),
        caption=words.t("origin.stages_note"),
    )  # fmt: skip


def gap(found: pd.DataFrame | Unavailable, words: Words) -> View:
    """Top-down against bottom-up by part; the total is in bold.

    Parameters
    ----------
    found : DataFrame or Unavailable
        part, top_down, bottom_up, shortfall, shortfall_share.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    return tables.table(
        found,
        words,
        columns=("part", "top_down", "bottom_up", "shortfall", "shortfall_share"),
        highlight=[part == "total" for part in found["part"]],
        title=words.t("origin.gap"),
        caption=words.t("origin.gap_note"),
    )


def street(found: pd.DataFrame | Unavailable, words: Words) -> View:
    """The way from the target to the reps' quotas.

    Parameters
    ----------
    found : DataFrame or Unavailable
        measure, amount, share.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    nothing = found["measure"].isin(["not_handed_out", "over_assigned"]) & (found["amount"] == 0)
    found = found[~nothing]
    named = [words.t(f"street.{one}") for one in found["measure"]]
    return tables.table(
        found.assign(street=named),
        words,
        columns=("street", "amount", "share"),
        title=words.t("origin.street"),
        caption=words.t("origin.street_note"),
        highlight=[one in ("target", "street_quota") for one in found["measure"]],
    )


def _line(view: str, told: str, words: Words) -> str:
    return words.t("figure.alt_pair", name=words.term("view", view), label=told)
