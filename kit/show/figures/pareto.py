"""What makes up a whole, the largest first: bars, and the cumulated share as a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
from matplotlib.axes import Axes

from kit.data.tables import Unavailable
from kit.show.figures.axes import line
from kit.show.figures.rows import MOST, Row, number, paint, spoken
from kit.show.figures.svg import TICK, WIDTH, Margins, draw, shorten, width
from kit.show.notes import shows
from kit.show.palette import ACTUAL, BAD, INK, MUTED
from kit.show.view import View
from kit.show.words import Words

_NAME_ROOM = 0.36 * WIDTH
_UNKNOWN = "unknown"  # the key of what is not recorded
_MOSTLY = 0.8  # of the whole: what the title counts


def pareto(frame: pd.DataFrame | Unavailable, words: Words, *, names: Sequence[str]) -> View:
    """Share of each reason as a bar, the cumulated share as points on a line, both from 0 to 100 %.

    A reason that grew beyond chance is hatched and bold.

    Parameters
    ----------
    frame : DataFrame
        count, amount, share, cumulated, grew, in the order in which they are drawn; as
        `kit.diagnose.loss_pareto.reasons` has them.
    words : Words
    names : sequence of str
        What to call each row.
    """
    if said := shows(frame, words):
        return said
    shown = frame.head(MOST)
    rows = [
        Row(
            name=name,
            value=number(one.share),
            label=words.t("pareto.label", share=one.share, n=one.lost),
            colour=BAD if one.grew else ACTUAL,
            hatch="////" if one.grew else "",
            strong=bool(one.grew),
        )
        for name, one in zip(
            names, shown.rename(columns={"count": "lost"}).itertuples(index=False), strict=False
        )
    ]
    told = [
        words.t("pareto.alt_row", label=row.label, cumulated=cumulated)
        for row, cumulated in zip(rows, shown["cumulated"], strict=True)
    ]
    notes = [words.t("pareto.note_money" if frame["amount"].sum() > 0 else "pareto.note_count")]
    if frame["grew"].any():
        notes.append(words.t("pareto.note_grew"))
    if len(frame) > MOST:
        notes.append(words.t("figure.more", n=len(frame) - MOST))
    gap = "" if words.language == "zh" else " "
    labels = [row.label for row in rows]
    return draw(
        lambda ax: _paint(ax, rows, labels=labels, cumulated=list(shown["cumulated"]), words=words),
        title=_title(frame, list(names), words),
        alt=words.t("pareto.alt")
        + gap
        + spoken(words, zip((row.name for row in rows), told, strict=True)),
        height=16 + 1.6 * TICK + 30.0 * len(rows),
        margins=Margins(
            left=14 + max(min(width(row.name, bold=row.strong), _NAME_ROOM) for row in rows),
            right=14 + max(width(row.label, bold=row.strong) for row in rows),
            top=10 + 1.6 * TICK,
            bottom=6,
        ),
        note=gap.join(notes),
    )


def _paint(
    ax: Axes, rows: Sequence[Row], *, labels: Sequence[str], cumulated: Sequence[float],
    words: Words,
) -> Axes:  # fmt: skip
    paint(ax, [replace(row, name=shorten(row.name, _NAME_ROOM)) for row in rows], labels=labels)
    ax.set_xlim(0, 1.03)
    for place in (0.0, 0.5, 1.0):
        ax.annotate(
            words.share(place), (place, 1), xycoords=ax.get_xaxis_transform(), xytext=(0, 4),
            textcoords="offset points", ha="center", fontsize=TICK, color=MUTED,
        )  # fmt: skip
    at = list(range(len(rows)))
    line(ax, cumulated, at, color=INK, linewidth=1.4, marker="o", markersize=6.0, zorder=3)
    return ax


def _title(frame: pd.DataFrame, names: Sequence[str], words: Words) -> str:
    if frame["grew"].any():
        rise = (frame["rate"] - frame["rate_before"]).where(frame["grew"], -1.0)
        at = int(rise.to_numpy().argmax())
        one = frame.iloc[at]
        return words.t(
            "pareto.title_grew", name=names[at], rate=one["rate"], before=one["rate_before"]
        )
    needed = int((frame["cumulated"] < _MOSTLY - 1e-9).sum()) + 1
    first = frame.iloc[0]
    if len(frame) == 1 and first.iloc[0] == _UNKNOWN:
        return words.t("pareto.title_unknown")
    if len(frame) == 1:
        return words.t("pareto.title_one", name=names[0])
    return words.t(
        "pareto.title", name=names[0], share=first["share"], n=min(needed, len(frame)),
        cumulated=frame["cumulated"].iloc[min(needed, len(frame)) - 1], of=len(frame),
    )  # fmt: skip
