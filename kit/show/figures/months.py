"""Month by month: actual against target, with the moving average."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kit.data.tables import Unavailable
from kit.show import amounts
from kit.show.figures.axes import (
    beside,
    block,
    limits,
    line,
    month_axis,
    value_axis,
    value_room,
)
from kit.show.figures.svg import Margins, draw, width
from kit.show.notes import shows
from kit.show.palette import ACTUAL, MUTED, PLAN
from kit.show.view import View
from kit.show.words import Words


def trend(frame: pd.DataFrame | Unavailable, words: Words, *, measure: str = "bookings") -> View:
    """Months as bars, their targets as ticks, the moving average as a line.

    Parameters
    ----------
    frame : DataFrame
        start, target, actual, variance_share, moving_average, mom, yoy, running (whether the month
        is not over yet: its bar is hatched).
    words : Words
    measure : str
    """
    if note := shows(frame, words):
        return note
    frame = frame.tail(18).reset_index(drop=True)
    columns = ("actual", "target", "moving_average")
    ends = limits(np.concatenate([frame[one].astype(float) for one in columns]))
    title = _title(frame, words, measure)
    aimed = frame["target"].notna()
    pairs = words.t("figure.alt_joint").join(
        words.t(
            "figure.trend.alt_plain" if pd.isna(one.target) else "figure.trend.alt_row",
            month=one.start,
            actual=words.amount(one.actual, measure),
            target=words.amount(one.target, measure),
        )
        for one in frame.itertuples()
    )
    tag = words.t("figure.trend.average")
    return draw(
        lambda ax: _trend(ax, frame, ends=ends, tag=tag, words=words, measure=measure),
        title=title,
        alt=f"{title}{words.t('figure.alt_stop')} {pairs}{words.t('figure.alt_stop')}",
        height=250.0,
        margins=Margins(
            left=value_room(*ends, words=words, measure=measure),
            right=max(width(line) for line in tag.split("\n")) + 14,
        ),
        note=words.t(
            "figure.trend.note"
            + ("" if aimed.any() else "_plain")
            + ("_running" if frame["running"].any() else "")
        ),
    )


def _trend(ax: Axes, frame: pd.DataFrame, *, ends, tag: str, words: Words, measure: str) -> Axes:
    ax.set_xlim(-0.6, len(frame) - 0.4)
    ax.set_ylim(*ends)
    value_axis(ax, words, measure=measure)
    month_axis(ax, frame["start"], words=words)
    for at, one in enumerate(frame.itertuples()):
        if not amounts.missing(float(one.actual)):
            hatch = "////" if one.running else ""
            block(ax, (at - 0.33, 0.66), (0.0, one.actual), colour=ACTUAL, hatch=hatch)
        if not amounts.missing(float(one.target)):
            line(ax, [at - 0.42, at + 0.42], [one.target] * 2, color=PLAN, linewidth=3.0)
    average = frame["moving_average"].astype(float)
    ax.plot(frame.index, average, color="white", linewidth=4.0)
    ax.plot(frame.index, average, color=MUTED, linewidth=2.0)
    if average.notna().any():
        at = int(average.last_valid_index())
        beside(ax, tag, (len(frame) - 0.4, average[at]), colour=MUTED, weight="normal")
    return ax


def _title(frame: pd.DataFrame, words: Words, measure: str) -> str:
    closed = frame[~frame["running"].astype(bool) & frame["actual"].notna()]
    one = (closed if len(closed) else frame).iloc[-1]
    share = one["variance_share"]
    key = "no_target" if pd.isna(share) else "below" if share < 0 else "above"
    title = words.t(
        f"figure.trend.title_{key}",
        month=one["start"],
        actual=words.amount(one["actual"], measure),
        share=None if pd.isna(share) else abs(float(share)),
    )
    if not pd.isna(one["yoy"]):
        title += words.t("figure.trend.title_yoy", yoy=float(one["yoy"]))
    return title
