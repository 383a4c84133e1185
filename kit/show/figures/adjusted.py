"""Months as they were and without their season."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kit.data.tables import Unavailable
from kit.show import amounts
from kit.show.figures.axes import (
    block,
    label_ends,
    limits,
    month_axis,
    value_axis,
    value_room,
)
from kit.show.figures.svg import Margins, draw, width
from kit.show.notes import shows
from kit.show.palette import ACTUAL, BAND, BEFORE, MUTED
from kit.show.view import View
from kit.show.words import Words

_MONTHS = 18


def adjusted(frame: pd.DataFrame | Unavailable, words: Words, *, measure: str = "bookings") -> View:
    """Months as bars, the line without the season, and the moving average dashed.

    Parameters
    ----------
    frame : DataFrame
        start, actual, adjusted, moving_average, mom, mom_adjusted, running (its bar is hatched).
    words : Words
    measure : str
    """
    if note := shows(frame, words):
        return note
    frame = frame.tail(_MONTHS).reset_index(drop=True)
    columns = ("actual", "adjusted", "moving_average")
    ends = limits(np.concatenate([frame[one].astype(float) for one in columns]))
    tags = {
        "adjusted": words.t("figure.adjusted.line"),
        "moving_average": words.t("figure.adjusted.average"),
    }
    pairs = words.t("figure.alt_joint").join(
        words.t(
            "figure.adjusted.alt_row",
            month=one.start,
            actual=words.amount(one.actual, measure),
            adjusted=words.amount(float(one.adjusted), measure),
        )
        for one in frame.itertuples()
    )
    title = _title(frame, words)
    running = "_running" if frame["running"].any() else ""
    return draw(
        lambda ax: _paint(ax, frame, ends=ends, tags=tags, words=words, measure=measure),
        title=title,
        alt=f"{title}{words.t('figure.alt_stop')} {pairs}{words.t('figure.alt_stop')}",
        height=250.0,
        margins=Margins(
            left=value_room(*ends, words=words, measure=measure),
            right=max(width(part, bold=True) for tag in tags.values() for part in tag.split("\n"))
            + 14,
        ),
        note=words.t(f"figure.adjusted.note{running}"),
    )


def _paint(ax: Axes, frame: pd.DataFrame, *, ends, tags, words: Words, measure: str) -> Axes:
    ax.set_xlim(-0.6, len(frame) - 0.4)
    ax.set_ylim(*ends)
    value_axis(ax, words, measure=measure)
    month_axis(ax, frame["start"], words=words)
    for at, one in enumerate(frame.itertuples()):
        if not amounts.missing(float(one.actual)):
            hatch = "////" if one.running else ""
            block(ax, (at - 0.33, 0.66), (0.0, one.actual), colour=BEFORE if hatch else BAND,
                  hatch=hatch)  # fmt: skip
    line, average = (frame[one].astype(float) for one in ("adjusted", "moving_average"))
    ax.plot(frame.index, average, color=MUTED, linewidth=1.6, dashes=(2.2, 1.4))
    ax.plot(frame.index, line, color=ACTUAL, linewidth=2.6)
    labels = [
        (tags[name], float(points.dropna().iloc[-1]), colour)
        for name, points, colour in (("adjusted", line, ACTUAL), ("moving_average", average, MUTED))
        if points.notna().any()
    ]
    label_ends(ax, labels, at=len(frame) - 0.4)
    return ax


def _title(frame: pd.DataFrame, words: Words) -> str:
    known = frame[frame["adjusted"].notna() & frame["mom_adjusted"].notna() & frame["mom"].notna()]
    if known.empty:
        return words.t("figure.adjusted.title_plain")
    last = known.iloc[-1]
    raw, plain = float(last["mom"]), float(last["mom_adjusted"])
    key = "same" if raw * plain >= 0 else "up" if plain > 0 else "down"
    return words.t(f"figure.adjusted.title_{key}", month=last["start"], mom=raw, adjusted=plain)
