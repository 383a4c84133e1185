"""Horizontal bars, one row a name: the frame that several figures fill."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from kit.show import amounts
from kit.show.figures.axes import block, limits, line, names
from kit.show.figures.svg import LABEL, WIDTH, Margins, draw, shorten, width
from kit.show.palette import ACTUAL, BEFORE, INK, MUTED, PLAN
from kit.show.view import View
from kit.show.words import Words

MOST = 24  # rows of one figure
_NAME_ROOM = 0.4 * WIDTH
_LABEL_ROOM = 0.42 * WIDTH


@dataclass(frozen=True)
class Row:
    """One row: a bar from `start` to `start + value`, marks across it and a label right of it.

    Parameters
    ----------
    name : str
    value : float or None
        Length of the bar; none draws no bar.
    label : str
        Written right of the axes.
    start : float
    target, before : float or None
        A heavy tick and a light one.
    low, high : float or None
        Ends of a whisker.
    colour, hatch : str
    strong : bool
        Whether name and label are bold.
    """

    name: str
    value: float | None
    label: str
    start: float = 0.0
    target: float | None = None
    before: float | None = None
    low: float | None = None
    high: float | None = None
    colour: str = ACTUAL
    hatch: str = ""
    strong: bool = False


def bars(
    rows: Sequence[Row],
    words: Words,
    *,
    title: str,
    alt: str,
    note: str = "",
    zero: bool = True,
    linked: bool = False,
) -> View:
    """Draw rows of horizontal bars.

    Parameters
    ----------
    rows : sequence of Row
        The first is on top; only the first 24 are drawn, and the note says how many were not.
    words : Words
    title, alt, note : str
    zero : bool
        Whether the axis must hold zero.
    linked : bool
        Whether each bar's end is linked to the next bar's start, as in a waterfall.
    """
    shown = list(rows[:MOST])
    if len(rows) > MOST:
        note = " ".join(filter(None, (note, words.t("figure.more", n=len(rows) - MOST))))
    labels = [shorten(row.label, _LABEL_ROOM) for row in shown]
    margins = Margins(
        left=14
        + max(
            (min(width(row.name, bold=row.strong), _NAME_ROOM) for row in shown),
            default=0.0,
        ),
        right=14
        + max(
            (width(label, bold=row.strong) for row, label in zip(shown, labels, strict=True)),
            default=0.0,
        ),
        top=6,
        bottom=6,
    )
    return draw(
        lambda ax: paint(ax, shown, labels=labels, zero=zero, linked=linked),
        title=title,
        alt=alt,
        height=12 + 30.0 * max(len(shown), 1),
        margins=margins,
        note=note,
    )


def paint(
    ax: Axes, rows: Sequence[Row], *, labels: Sequence[str], zero: bool = True, linked: bool = False
) -> Axes:
    """Draw the rows on given axes."""
    names(
        ax,
        [shorten(row.name, _NAME_ROOM) for row in rows],
        bold=[row.strong for row in rows],
    )
    ends = [
        end
        for row in rows
        for end in (
            None if absent(row.value) else row.start,
            None if absent(row.value) else row.start + row.value,
            row.target,
            row.before,
            row.low,
            row.high,
        )
        if not absent(end)
    ]
    low, high = limits(ends, zero=zero, pad=0.03)
    ax.set_xlim(low, high)
    if low <= 0 <= high and zero:
        ax.axvline(0, color=MUTED, linewidth=0.8)
    for at, row in enumerate(rows):
        if not absent(row.value):
            across = (row.start, row.value)
            block(ax, across, (at - 0.29, 0.58), colour=row.colour, hatch=row.hatch)
        if not absent(row.low) and not absent(row.high):
            line(ax, [row.low, row.high], [at, at], color=INK, linewidth=1.2)
        if not absent(row.before):
            line(ax, [row.before] * 2, [at - 0.4, at + 0.4], color=BEFORE, linewidth=2.2)
        if not absent(row.target):
            line(ax, [row.target] * 2, [at - 0.42, at + 0.42], color=PLAN, linewidth=3.0)
        ax.annotate(
            labels[at], (1, at), xycoords=ax.get_yaxis_transform(), xytext=(8, 0),
            textcoords="offset points", va="center_baseline", fontsize=LABEL,
            fontweight="bold" if row.strong else "normal",
        )  # fmt: skip
        if linked and at + 1 < len(rows) and not absent(row.value):
            end = row.start + row.value
            line(ax, [end, end], [at + 0.29, at + 0.71], color=MUTED, linewidth=0.8)
    return ax


def absent(value: float | None) -> bool:
    """Whether there is no number to draw."""
    return value is None or amounts.missing(float(value))


def number(value: Any) -> float | None:
    """A cell as a float, None where it is missing."""
    return None if pd.isna(value) else float(value)


def spoken(words: Words, pairs: Iterable[tuple[str, str]]) -> str:
    """Names with their labels as one sentence, for the alternative text.

    Examples
    --------
    >>> spoken(Words("en"), [("East", "82%"), ("West", "97%")])
    'East: 82%; West: 97%.'
    """
    told = [words.t("figure.alt_pair", name=name, label=label) for name, label in pairs]
    return words.t("figure.alt_joint").join(told) + words.t("figure.alt_stop")
