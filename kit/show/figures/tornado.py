"""The tornado: how far each lever moves the chance of target, the strongest on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from kit.data.tables import Unavailable
from kit.show.figures.axes import block, limits, line, names
from kit.show.figures.rows import spoken
from kit.show.figures.svg import LABEL, WIDTH, Margins, draw, shorten, width
from kit.show.notes import shows
from kit.show.palette import ACTUAL, INK, MUTED, PLAN
from kit.show.view import View
from kit.show.words import Words

MOST = 10  # levers of one figure
_WAYS = {
    "growth": "signed_percent", "value": "money", "market_share": "percent", "posts": "number",
    "productivity": "money", "conversion": "percent", "deal_size": "money",
}  # fmt: skip
_NAME_ROOM = 0.46 * WIDTH
_ROW = 42.0  # points: a name of two lines


@dataclass(frozen=True)
class _Bar:
    name: str
    step: str
    low: float
    high: float
    low_label: str
    high_label: str


def tornado(found: pd.DataFrame | Unavailable, words: Words) -> View:
    """Bars left and right of the chance as planned, each end labelled with its chance.

    Parameters
    ----------
    found : DataFrame
        lever, low, present, high, chance_low, chance, chance_high; the strongest lever first, as
        `kit.plan.tornado.levers` has it. The first ten are drawn.
    words : Words
    """
    if note := shows(found, words):
        return note
    rows = [_bar(one, words) for one in found.head(MOST).itertuples(index=False)]
    first, present = found.iloc[0], float(found["chance"].iloc[0])
    facts = {
        "lever": words.t(f"lever.{first['lever']}"),
        "low": _written(first["lever"], first["low"], words),
        "high": _written(first["lever"], first["high"], words),
        "chance_low": first["chance_low"],
        "chance_high": first["chance_high"],
        "chance": present,
    }
    told = spoken(
        words,
        (
            (
                row.name,
                words.t(
                    "figure.tornado.alt_row",
                    step=row.step, chance_low=row.low, chance_high=row.high,
                ),
            )
            for row in rows
        ),
    )  # fmt: skip
    ends = [width(label) for row in rows for label in (row.low_label, row.high_label)]
    names_room = max(min(max(width(row.name), width(row.step)), _NAME_ROOM) for row in rows)
    return draw(
        lambda ax: paint(ax, rows, present=present),
        title=words.t("figure.tornado.title", **facts),
        alt=words.t("figure.tornado.alt", chance=present) + " " + told,
        height=12 + _ROW * len(rows),
        margins=Margins(left=16 + names_room + max(ends), right=14 + max(ends), top=6, bottom=6),
        note=words.t("figure.tornado.note", chance=present),
    )


def paint(ax: Axes, rows: Sequence[_Bar], *, present: float) -> Axes:
    """Draw the bars on given axes."""
    room = max(width(one) for row in rows for one in (row.low_label, row.high_label))
    names(ax, [""] * len(rows))
    ax.set_yticks([])
    ends = [end for row in rows for end in (row.low, row.high)]
    ax.set_xlim(*limits([*ends, present], zero=False, pad=0.0))
    for at, row in enumerate(rows):
        for end, hatch in ((row.low, "////"), (row.high, "")):
            block(ax, (present, end - present), (at - 0.26, 0.52), colour=ACTUAL, hatch=hatch)
        _labels(ax, row, at)
        for text, down, colour in ((row.name, -4.0, INK), (row.step, 13.0, MUTED)):
            ax.annotate(
                shorten(text, _NAME_ROOM), (0, at), xycoords=ax.get_yaxis_transform(),
                xytext=(-10 - room, -down), textcoords="offset points", ha="right",
                fontsize=LABEL, color=colour,
            )  # fmt: skip
    line(ax, [present, present], [-0.5, len(rows) - 0.5], color=PLAN, linewidth=1.4)
    return ax


def _labels(ax: Axes, row: _Bar, at: int) -> None:
    """The chance at each end, outside the bar."""
    pairs = sorted([(row.low, row.low_label), (row.high, row.high_label)], key=lambda one: one[0])
    for (place, label), (shift, side) in zip(pairs, ((-5, "right"), (5, "left")), strict=True):
        ax.annotate(
            label, (place, at), xytext=(shift, 0), textcoords="offset points", ha=side,
            va="center_baseline", fontsize=LABEL,
        )  # fmt: skip


def _bar(one: Any, words: Words) -> _Bar:
    low, high = (_written(one.lever, end, words) for end in (one.low, one.high))
    return _Bar(
        name=words.t(f"lever.{one.lever}"),
        step=words.t("figure.tornado.step", low=low, high=high),
        low=float(one.chance_low),
        high=float(one.chance_high),
        low_label=words.chance(one.chance_low),
        high_label=words.chance(one.chance_high),
    )


def _written(lever: str, setting: Any, words: Words) -> str:
    if lever == "ramp":
        return words.counted("ramp_months", setting)
    return getattr(words, _WAYS[lever])(setting)
