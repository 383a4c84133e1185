"""How few customers bring how much: the cumulated share from the largest down."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from kit.data.tables import Unavailable
from kit.show import notes
from kit.show.figures.axes import line
from kit.show.figures.svg import LABEL, TICK, Margins, draw
from kit.show.palette import ACTUAL, BEFORE, INK, MUTED, RULE
from kit.show.view import View
from kit.show.words import Words

_FEWEST = 5  # customers, below which a curve says less than a table
_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def concentration(found: Any, words: Words) -> View:
    """The curve of cumulated shares with the largest 20 % marked, beside that of equal customers.

    Parameters
    ----------
    found : Concentration or Unavailable
        `measures` (view, value), `curve` (rank, share), `count`. Below five customers nothing is
        drawn.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    if found.count < _FEWEST:
        return View("")
    facts = dict(zip(found.measures["view"], found.measures["value"], strict=True))
    few = -(-found.count // 5)
    told = {"n": found.count, "few": few, "share": facts["fifth"]}
    return draw(
        lambda ax: paint(ax, found, few=few, words=words),
        title=words.t("customers.figure.title", **told),
        alt=words.t("customers.figure.alt", first=facts["first"], five=facts["five"], **told),
        height=250.0,
        margins=Margins(left=50, right=18, top=12, bottom=46),
        note=words.t("customers.figure.note"),
    )


def paint(ax: Axes, found: Any, *, few: int, words: Words) -> Axes:
    """Draw the curve on given axes."""
    rank, share = found.curve["rank"].to_numpy(), found.curve["share"].to_numpy()
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1.02)
    ax.set_xticks(_TICKS, [words.share(one) for one in _TICKS], fontsize=TICK)
    ax.set_yticks(_TICKS, [words.share(one) for one in _TICKS], fontsize=TICK)
    ax.tick_params(axis="both", bottom=False, left=False, pad=5)
    ax.spines["bottom"].set_visible(False)
    for place in _TICKS:
        ax.axhline(place, color=RULE if place else MUTED, linewidth=0.8, zorder=0)
    ax.set_xlabel(words.t("customers.figure.across"), fontsize=TICK)
    line(ax, [0, 1], [0, 1], color=BEFORE, linewidth=1.6, linestyle=(0, (2, 2)))
    line(ax, rank, share, color=ACTUAL, linewidth=2.4)
    point = (few / found.count, float(np.interp(few / found.count, rank, share)))
    line(ax, [point[0]] * 2, [0, point[1]], color=INK, linewidth=1.0)
    line(ax, [point[0]], [point[1]], color=INK, marker="o", markersize=6, linewidth=0)
    ax.annotate(
        words.t("customers.figure.label", few=few, share=point[1]), (point[0], 0.0),
        xytext=(9, 7), textcoords="offset points", fontsize=LABEL, fontweight="bold",
    )  # fmt: skip
    ax.annotate(
        words.t("customers.figure.equal"), (0.6, 0.6), xytext=(8, -12),
        textcoords="offset points", fontsize=TICK, color=MUTED,
    )  # fmt: skip
    return ax
