"""From what was expected to what happened: the parts of a difference as a waterfall."""

from __future__ import annotations

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts
from kit.show.figures.bars import signed_row
from kit.show.figures.rows import Row, bars, number, spoken
from kit.show.notes import shows
from kit.show.palette import PLAN
from kit.show.view import View
from kit.show.words import Words


def waterfall(
    frame: pd.DataFrame | Unavailable,
    words: Words,
    *,
    by: str = "",
    start: float | None = None,
    end: float | None = None,
    start_label: str = "",
    end_label: str = "",
    measure: str = "bookings",
    method: str = "",
) -> View:
    """Parts that lead from one total to another, each bar starting where the last ended.

    A single part says no more than the totals do: nothing is drawn.

    Parameters
    ----------
    frame : DataFrame
        part (or effect) and effect (or amount, beside the key `effect`); reference and actual give
        the totals where `start` and `end` are not given.
    words : Words
    by : str
        What the parts are, such as `team`; the title names it.
    start, end : float, optional
        Totals before and after.
    start_label, end_label : str
        Their names; empty: target and actual.
    measure : str
    method : str
        How the parts were worked out; stands in the line below.
    """
    if note := shows(frame, words):
        return note
    by_part = "part" in frame.columns
    if by_part and len(frame) == 1:
        return View("")
    labels, family = (frame["part"], "part") if by_part else (frame["effect"], "effect")
    parts = (frame["effect"] if by_part else frame["amount"]).astype(float)
    start = float(frame["reference"].sum()) if start is None and "reference" in frame else start
    end = float(frame["actual"].sum()) if end is None and "actual" in frame else end
    running = 0.0 if start is None else float(start)
    rows = []
    for label, effect in zip(labels, parts, strict=True):
        rows.append(
            signed_row(
                words.term(family, label), effect, words=words, start=running, measure=measure
            )
        )
        running += 0.0 if amounts.missing(effect) else effect
    if start is not None:
        name = start_label or words.t("figure.waterfall.start")
        rows.insert(0, _total(name, start, words, measure))
    if end is not None:
        name = end_label or words.t("figure.waterfall.end")
        rows.append(_total(name, end, words, measure))
    told = spoken(words, ((row.name, row.label) for row in rows))
    return bars(
        rows,
        words,
        title=_title(frame, labels, parts, family, words, measure, by=by),
        alt=words.t("figure.waterfall.alt") + " " + told,
        note=_joined(words.t("figure.waterfall.note"), method, words),
        zero=False,
        linked=True,
    )


def _title(frame, labels, parts, family, words: Words, measure: str, *, by: str) -> str:
    known = parts.dropna()
    total = float(known.sum())
    side = known.sort_values(ascending=total <= 0, kind="stable")
    rest = ("others", "unassigned", "unexplained")
    named = [at for at in side.index if labels.loc[at] not in rest]
    at = (named or list(side.index))[0] if len(side) else frame.index[0]
    key = "figure.waterfall.lost" if parts.loc[at] < 0 else "figure.waterfall.won"
    return words.t(
        f"{key}_by" if by else key,
        by=words.term("by", by),
        total=words.signed_amount(total, measure),
        part=words.term(family, labels.loc[at]),
        effect=words.signed_amount(number(parts.loc[at]), measure),
    )


def _joined(note: str, method: str, words: Words) -> str:
    return (("" if words.language == "zh" else " ").join((note, method))) if method else note


def _total(name: str, value: float, words: Words, measure: str) -> Row:
    return Row(
        name=name,
        value=0.0,
        start=float(value),
        target=float(value),
        label=words.amount(value, measure),
        colour=PLAN,
        strong=True,
    )
