"""The curve of pay: what the plan costs as attainment rises."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from kit.data.tables import Unavailable
from kit.show.figures.axes import limits, line, value_axis, value_room
from kit.show.figures.rows import spoken
from kit.show.figures.svg import TICK, Margins, draw
from kit.show.palette import ACTUAL, INK, MUTED
from kit.show.pay_words import small_percent
from kit.show.view import View
from kit.show.words import Words

_TICKS = (0.6, 0.8, 1.0, 1.2, 1.4)


def pay_curve(found: Any, words: Words) -> View:
    """Pay if everybody reaches the same attainment, from 60 % to 150 %.

    Parameters
    ----------
    found : PayoutCost or Unavailable
    words : Words

    Returns
    -------
    View
        Empty where there is no plan, no quota or no pay at any attainment: the text beside it says
        why.
    """
    if isinstance(found, Unavailable) or found.curve.empty or not found.curve["pay"].any():
        return View("")
    curve = found.curve
    steps = curve[curve["step"]]
    cost = {round(one.attainment, 2): one.cost for one in steps.itertuples(index=False)}
    title = words.t(
        "rewards.figure.curve", at_full=small_percent(cost[1.0], words),
        beyond=small_percent(cost[1.2], words),
    )  # fmt: skip
    named = [one for one in steps.itertuples(index=False) if round(one.attainment, 2) in _TICKS]
    told = spoken(words, [
        (words.share(one.attainment),
         words.t("rewards.figure.curve_point", pay=one.pay, cost=small_percent(one.cost, words)))
        for one in named
    ])  # fmt: skip
    low, high = limits(curve["pay"].tolist())

    def paint(ax: Axes) -> None:
        ax.set_xlim(float(curve["attainment"].min()), float(curve["attainment"].max()))
        ax.set_ylim(low, high)
        value_axis(ax, words)
        ax.axvline(1.0, color=MUTED, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1)
        line(ax, curve["attainment"].tolist(), curve["pay"].tolist(), color=ACTUAL, linewidth=2.2)
        line(ax, [one.attainment for one in named], [one.pay for one in named], color=INK,
             linestyle="none", marker="o", markersize=5)  # fmt: skip
        ax.set_xticks(_TICKS, [words.share(one) for one in _TICKS], fontsize=TICK)
        ax.set_xlabel(words.t("rewards.figure.curve_axis"))

    return draw(
        paint, title=title, alt=f"{words.t('rewards.figure.curve_alt')} {told}", height=240.0,
        margins=Margins(left=value_room(low, high, words=words), right=18.0, bottom=46.0),
        note=words.t("rewards.figure.curve_note"),
    )  # fmt: skip
