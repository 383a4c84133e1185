"""What figures share: value axes, month axes, names, and labels that keep clear of each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from kit.show import amounts
from kit.show.columns import COUNTED_MEASURES
from kit.show.figures.svg import LABEL, TICK, width
from kit.show.palette import MUTED, RULE
from kit.show.words import Words


def limits(values: Sequence[float], *, zero: bool = True, pad: float = 0.06) -> tuple[float, float]:
    """Lower and upper end of a value axis that holds all values, and zero where asked.

    Examples
    --------
    >>> limits([10.0, float("nan"), 20.0], pad=0.1)
    (0.0, 22.0)
    >>> limits([])
    (0.0, 1.0)
    """
    known = [one for one in values if one is not None and not amounts.missing(float(one))]
    found = np.asarray(known, dtype=float)
    if not len(found):
        return 0.0, 1.0
    low, high = float(found.min()), float(found.max())
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    span = (high - low) or abs(high) or 1.0
    return (low if zero and low == 0 else low - pad * span), (
        high if zero and high == 0 and low < 0 else high + pad * span
    )


def ticks(low: float, high: float, *, words: Words, measure: str = "bookings", count: int = 4):
    """Round ticks between two ends and their labels, all in one unit.

    Examples
    --------
    >>> ticks(0, 3_100_000, words=Words("en", "CNY"))[1]
    ['0', '¥1M', '¥2M', '¥3M']
    >>> ticks(0, 3_100_000, words=Words("zh", "CNY"))[1]
    ['0', '100万', '200万', '300万']
    """
    places = MaxNLocator(nbins=count, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    slack = 1e-9 * (abs(low) + abs(high))
    places = [float(one) for one in places if low - slack <= one <= high + slack]
    largest = max((abs(one) for one in places), default=0.0)
    return places, [_tick(one, largest, places, words, measure) for one in places]


def value_axis(ax: Axes, words: Words, *, measure: str = "bookings", count: int = 4) -> None:
    """Ticks, labels and hairlines for a vertical value axis whose limits are set."""
    places, labels = ticks(*ax.get_ylim(), words=words, measure=measure, count=count)
    ax.set_yticks(places, labels)
    ax.tick_params(axis="both", bottom=False, left=False, pad=5)
    ax.spines["bottom"].set_visible(False)
    for place in places:
        ax.axhline(place, color=MUTED if place == 0 else RULE, linewidth=0.8, zorder=0)


def value_room(low: float, high: float, *, words: Words, measure: str = "bookings") -> float:
    """How much room the labels of a vertical value axis need, in points."""
    _, labels = ticks(low, high, words=words, measure=measure)
    return max((width(label, TICK) for label in labels), default=0.0) + 10


def month_axis(ax: Axes, days: Sequence[Any], *, words: Words, most: int = 7) -> None:
    """Label months at positions 0, 1, 2 …; the year stands below the first and each January."""
    stamps = [pd.Timestamp(day) for day in days]
    steps = (1, 2, 3, 6, 12, 24)
    step = next((one for one in steps if len(stamps) <= one * most), len(stamps) or 1)
    offset = next((at for at, day in enumerate(stamps) if (day.month - 1) % min(step, 12) == 0), 0)
    places = list(range(offset, len(stamps), step))
    ax.set_xticks(places, [amounts.month(stamps[at], words.language, year=False) for at in places])
    years: set[int] = set()
    for place in places:
        year = stamps[place].year
        if year not in years:
            ax.annotate(
                words.t("unit.year", year=year), (place, 0), xycoords=ax.get_xaxis_transform(),
                xytext=(0, -5 - 2.1 * TICK), textcoords="offset points", ha="center",
                fontsize=TICK, color=MUTED,
            )  # fmt: skip
        years.add(year)


def names(ax: Axes, labels: Sequence[str], *, bold: Sequence[bool] = ()) -> None:
    """Write the rows' names left of horizontal bars; the first row is on top."""
    ax.set_ylim(len(labels) - 0.4, -0.6)
    ax.tick_params(axis="y", left=False, labelsize=LABEL, labelcolor="#1c2733", pad=6)
    ax.set_yticks(range(len(labels)), list(labels))
    for text, heavy in zip(ax.get_yticklabels(), bold, strict=False):
        text.set_fontweight("bold" if heavy else "normal")
    ax.spines["bottom"].set_visible(False)
    ax.set_xticks([])


def line(ax: Axes, across: Sequence[float], up: Sequence[float], **style: Any) -> None:
    """A line through points on axes whose limits are set; much quicker than `Axes.plot`."""
    ax.add_artist(Line2D(across, up, **style))


def block(ax: Axes, across: tuple[float, float], up: tuple[float, float], *, colour: str,
          hatch: str = "") -> None:  # fmt: skip
    """A bar from one point by so much across and up; a hatched one is white with an edge.

    On axes whose limits are set; much quicker than `Axes.bar`.
    """
    (left, wide), (bottom, high) = across, up
    # As `Axes.bar` does, the hatch is a NumPy text: its id in the SVG is a hash of its repr.
    ax.add_artist(
        Rectangle((left, bottom), wide, high, facecolor="white" if hatch else colour,
                  edgecolor=colour, linewidth=1.0 if hatch else 0,
                  hatch=np.str_(hatch) if hatch else None)
    )  # fmt: skip


def apart(places: Sequence[float], gap: float, *, low: float, high: float) -> list[float]:
    """Move places apart until each two are at least `gap` from one another, within the ends.

    Examples
    --------
    >>> apart([1.0, 1.2, 5.0], 1.0, low=0.0, high=6.0)
    [0.6, 1.6, 5.0]
    """
    order = sorted(range(len(places)), key=lambda at: (places[at], at))
    groups: list[list] = []  # [centre, members]
    for at in order:
        groups.append([places[at], [at]])
        while len(groups) > 1 and _close(groups[-2], groups[-1], gap):
            later = groups.pop()
            both = groups[-1][1] + later[1]
            groups[-1] = [sum(places[one] for one in both) / len(both), both]
    moved = [0.0] * len(places)
    for centre, members in groups:
        half = gap * (len(members) - 1) / 2
        centre = min(max(centre, low + half), high - half) if high - low >= 2 * half else centre
        for rank, at in enumerate(members):
            moved[at] = round(centre - half + rank * gap, 9)
    return moved


def label_ends(ax: Axes, labels, *, at: float) -> None:
    """Labels right of the axes at the height of the lines' ends, kept apart from one another."""
    labels = [one for one in labels if not amounts.missing(float(one[1]))]
    low, high = ax.get_ylim()
    height = ax.figure.get_size_inches()[1] * 72 * ax.get_position().height
    lines = max((text.count("\n") + 1 for text, *_ in labels), default=1)
    gap = (high - low) * (LABEL * 1.25 * lines + 3) / height
    places = apart([float(one[1]) for one in labels], gap, low=low + gap / 2, high=high - gap / 2)
    for (text, _, colour), place in zip(labels, places, strict=True):
        beside(ax, text, (at, place), colour=colour, weight="bold")


def beside(ax: Axes, text: str, point: tuple[float, float], *, colour: str, weight: str) -> None:
    """Write lines of text right of a point, centred on its height."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        down = LABEL * (0.36 + 1.15 * (number - (len(lines) - 1) / 2))
        ax.annotate(
            line, point, xytext=(9, -down), textcoords="offset points", fontsize=LABEL,
            fontweight=weight, color=colour,
        )  # fmt: skip


def day_axis(ax: Axes, days: pd.Series, *, words: Words) -> None:
    """A tick on the first day of each month, labelled with the month, few enough to be read."""
    stamps = pd.DatetimeIndex(days)
    firsts = [at for at, day in enumerate(stamps) if day.day == 1]
    step = 1 + (len(firsts) - 1) // 6
    if not firsts:
        ax.set_xticks([0], [words.date(stamps[0])], ha="left", fontsize=TICK)
        return
    for at in firsts:
        ax.axvline(at, ymax=0.02, color=MUTED, linewidth=0.8)
    places = firsts[::step]
    labels = [amounts.month(stamps[at], words.language, year=False) for at in places]
    ax.set_xticks(places, labels, ha="left", fontsize=TICK)


def _close(before: list, after: list, gap: float) -> bool:
    reach = gap * (len(before[1]) + len(after[1])) / 2
    return after[0] - before[0] < reach - 1e-12


def _tick(value: float, largest: float, places: list[float], words: Words, measure: str) -> str:
    if value == 0:
        return "0"
    counted = measure in COUNTED_MEASURES
    if words.language == "zh":
        units = ((1e8, "亿"), (1e4, "万"), (1.0, ""))
    else:
        units = ((1e9, "B"), (1e6, "M"), (1e3, "K"), (1.0, ""))
    size, unit = next(
        (one for one in units if largest >= one[0] * (1 if one[0] > 1 else 0)), units[-1]
    )
    step = min(np.diff(places)) / size if len(places) > 1 else abs(value) / size
    digits = next((one for one in (0, 1, 2) if abs(round(step, one) - step) < 1e-9), 2)
    number = amounts.decimal(abs(value) / size, words.language, digits=digits)
    sign = amounts.MINUS if value < 0 else ""
    front = "" if counted or words.language == "zh" else amounts.symbol(words.currency, "en")
    return sign + front + number + unit
