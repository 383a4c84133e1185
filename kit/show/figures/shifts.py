"""A line without its season, the levels it lay on, and the events beside them."""

from __future__ import annotations

import string
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from kit.data.tables import Unavailable
from kit.show import notes
from kit.show.figures.axes import limits, line, month_axis, value_axis, value_room
from kit.show.figures.svg import LABEL, TICK, Margins, draw, width
from kit.show.palette import ACTUAL, INK, MUTED, RULE
from kit.show.shifts import RATES, event_line, title, unit, written
from kit.show.view import View
from kit.show.words import Words

_EVENTS = 8  # named at the most, the latest


def shifts(found: Any, words: Words) -> View:
    """The adjusted months, their levels as steps, change points with their month, and events.

    Parameters
    ----------
    found : Shifts or Unavailable
        measure, months (start, adjusted, level), points (start, change, p), events (date, label),
        growth, logs.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    months = found.months.reset_index(drop=True)
    ends = limits(np.concatenate([months["adjusted"], months["level"]]), pad=0.12)
    events = found.events.tail(_EVENTS).reset_index(drop=True)
    head = title(found, words)
    steps = words.t("figure.alt_joint").join(
        words.t(
            "figure.shifts.alt_row", month=months["start"].iloc[at],
            level=written(months["level"].iloc[at], found.measure, words),
        )
        for at in _turns(found)
    )  # fmt: skip
    named = [
        words.t("figure.shifts.event", letter=letter, event=event_line(one, words))
        for letter, one in zip(string.ascii_uppercase, events.to_dict("records"), strict=False)
    ]
    tail = [words.t("figure.shifts.note"), *named]
    stop = words.t("figure.alt_stop")
    return draw(
        lambda ax: _paint(ax, found, months, events, ends=ends, words=words),
        title=head,
        alt=" ".join([f"{head}{stop}", words.t("figure.shifts.alt", levels=steps), *named]),
        height=250.0,
        margins=Margins(left=_room(ends, found.measure, words), top=26.0, right=14.0),
        note=" ".join(tail),
    )


def _turns(found: Any) -> list[int]:
    """The first month, those of the change points, and the last."""
    starts = found.months["start"].tolist()
    places = {starts.index(day) for day in found.points["start"]}
    return sorted({0, *places, len(starts) - 1})


def _room(ends: tuple[float, float], measure: str, words: Words) -> float:
    if measure in RATES:
        return max(width(one, TICK) for one in _shares(ends, words)[1]) + 10
    return value_room(*ends, words=words, measure=unit(measure))


def _shares(ends: tuple[float, float], words: Words) -> tuple[list[float], list[str]]:
    places = MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]).tick_values(*ends)
    places = [float(one) for one in places if ends[0] - 1e-9 <= one <= ends[1] + 1e-9]
    whole = all(abs(one * 100 - round(one * 100)) < 1e-6 for one in places)
    return places, [(words.share if whole else words.percent)(one) for one in places]


def _paint(
    ax: Axes, found: Any, months: pd.DataFrame, events: pd.DataFrame, *, ends, words: Words
) -> Axes:
    ax.set_xlim(-0.6, len(months) - 0.4)
    ax.set_ylim(*ends)
    if found.measure in RATES:
        ax.set_yticks(*_shares(ends, words))
        ax.tick_params(axis="both", bottom=False, left=False, pad=5)
        ax.spines["bottom"].set_visible(False)
        for place in ax.get_yticks():
            line(ax, (-0.6, len(months) - 0.4), (place, place), color=RULE, linewidth=0.8, zorder=0)
    else:
        value_axis(ax, words, measure=unit(found.measure))
    month_axis(ax, months["start"], words=words)
    across = np.arange(len(months))
    line(ax, across, months["adjusted"], color=ACTUAL, linewidth=1.6)
    edges = [0, *(months["start"].tolist().index(one) for one in found.points["start"]),
             len(months)]  # fmt: skip
    for start, end in zip(edges, edges[1:], strict=False):
        ends_at = (start - 0.4, end - 0.6)
        level = months["level"].iloc[[start, end - 1]]
        line(ax, ends_at, level, color=INK, linewidth=3.0, solid_capstyle="butt")
    taken = -np.inf  # right end of the label before, in points
    wide = ax.get_position().width * ax.figure.get_size_inches()[0] * 72 / len(months)
    for at, one in zip(edges[1:-1], found.points.to_dict("records"), strict=True):
        line(ax, (at - 0.5, at - 0.5), ends, color=INK, linewidth=1.0, dashes=(2.2, 1.4))
        text = words.period(one["period"])
        half = width(text, bold=True) / 2
        middle = min(max(at * wide, half), len(months) * wide - half)
        if middle - half > taken:
            ax.annotate(
                text, (middle / wide - 0.6, 1.0), xycoords=ax.get_xaxis_transform(), xytext=(0, 7),
                textcoords="offset points", ha="center", fontsize=LABEL, fontweight="bold",
                color=INK,
            )  # fmt: skip
            taken = middle + half + 4
    _events(ax, months, events, ends, wide=wide)
    return ax


def _events(ax: Axes, months: pd.DataFrame, events: pd.DataFrame, ends, *, wide: float) -> None:
    """A tick and a letter each, on the lower end; where letters would meet, one row higher."""
    starts = pd.DatetimeIndex(months["start"])
    seen: dict[int, str] = {}
    for letter, day in zip(string.ascii_uppercase, events["date"], strict=False):
        at = int(starts.searchsorted(pd.Timestamp(day), side="right")) - 1
        seen[at] = seen.get(at, "") + letter
    low, high = ends
    top = low + 0.07 * (high - low)
    taken: list[float] = []  # right end of the label before, row by row, in points
    for at in sorted(seen):
        letters = ", ".join(seen[at])
        line(ax, (at, at), (low, top), color=INK, linewidth=1.6)
        half = width(letters, TICK, bold=True) / 2 + 2
        free = (row for row, end in enumerate(taken) if at * wide - half >= end)
        row = next(free, len(taken))
        taken[row : row + 1] = [at * wide + half]
        ax.annotate(
            letters, (at, top), xytext=(0, 3 + 11 * row), textcoords="offset points",
            ha="center", fontsize=TICK, fontweight="bold", color=MUTED,
        )  # fmt: skip
