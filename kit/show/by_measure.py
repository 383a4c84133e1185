"""Every part in every measure: one table of attainments, and each measure's own table on request."""

from __future__ import annotations

import html
from collections.abc import Sequence

import pandas as pd

from kit.show import amounts, html_table
from kit.show.folded import folded
from kit.show.outcome import closed, outcome
from kit.show.palette import STATUS
from kit.show.standing import closing, named
from kit.show.tables import standing
from kit.show.view import View, together
from kit.show.words import Words

_FIRST = "bookings"  # has its table above


def by_measure(found: Sequence, words: Words) -> View:
    """How the parts of a scope stand in all measures.

    Parameters
    ----------
    found : sequence of MeasureStanding
        Of `kit.track.by_measure.by_measure`.
    words : Words

    Returns
    -------
    View
        Parts × measures, where at least two measures have targets of parts; then a line for each
        measure but bookings, which opens its table with the line that closes it. Empty for a scope
        without parts.
    """
    with_parts = [one for one in found if len(one.standing) > 1]
    targeted = [one for one in with_parts if one.parts_have_targets]
    views = [matrix(targeted, words)] if len(targeted) > 1 else []
    views += [_in_full(one, words) for one in with_parts if one.measure != _FIRST]
    return together(views) if views else View("")


def matrix(found: Sequence, words: Words) -> View:
    """Attainment of each part in each measure, with the sign of its status.

    A part that one measure knows and another does not (somebody who only has a target for visits)
    has its row in all of them.
    """
    by_part: dict[str, str] = {}
    cells = {}
    for one in found:
        over = closed(one.standing)
        for row in named(one.standing[one.standing["scope"] != ""], words).to_dict("records"):
            by_part.setdefault(row["scope"], row["part"])
            cells[row["scope"], one.measure] = _cell(row, words, over=over)
    measures = [one.measure for one in found]
    frame = pd.DataFrame(
        [
            [html.escape(name), *(cells.get((scope, one), amounts.NONE) for one in measures)]
            for scope, name in by_part.items()
        ]
    )
    frame.iloc[0] = [f"<strong>{cell}</strong>" for cell in frame.iloc[0]]
    return html_table.view(
        frame,
        [words.t("heading.part"), *(words.t(f"measure.{one}") for one in measures)],
        right=[False, *(True for _ in measures)],
        title=words.t("standing.matrix"),
        lines=[_legend(found, words)],
        label=words.t("standing.matrix"),
    )


def _cell(row: dict, words: Words, *, over: bool) -> str:
    if amounts.missing(row["attainment"]):
        return amounts.NONE
    status = outcome(row["status"], row["attainment"]) if over else row["status"]
    sign, _ = STATUS[status]
    meaning = html.escape(words.term("outcome" if over else "status", status))
    share = html.escape(words.percent(row["attainment"]))
    return f'<span class="kit-status kit-{status}" title="{meaning}">{sign} {share}</span>'


def _legend(found: Sequence, words: Words) -> str:
    over = all(closed(one.standing) for one in found)
    family, best = ("outcome", "reached") if over else ("status", "green")
    signs = words.t("figure.alt_joint").join(
        f"{STATUS[key][0]} {words.term(family, key)}" for key in (best, "amber", "red")
    )
    return words.t("standing.matrix_note" + ("_closed" if over else ""), signs=signs)


def _in_full(one, words: Words) -> View:
    head = words.t("standing.in_full", measure=words.t(f"measure.{one.measure}"))
    return folded([standing(one.standing, words, measure=one.measure),
                   closing(one.closing, words)], head)  # fmt: skip
