"""The views a target can be taken from, beside one another and beside the target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from kit.data.tables import Unavailable
from kit.show.figures.axes import limits, line, names
from kit.show.figures.rows import Row, number, spoken
from kit.show.figures.svg import LABEL, Margins, draw, width
from kit.show.notes import nothing, unavailable
from kit.show.palette import ACTUAL, BEFORE, INK, PLAN, RULE
from kit.show.view import View
from kit.show.words import Words

_OTHERS = frozenset(("last_year", "in_force", "strategy", "given"))  # shown, but no views


def views(found: Any, words: Words) -> View:
    """Each view as a point with its interval, and the target as a line across them.

    Parameters
    ----------
    found : Proposal or Unavailable
        target, method, views (view, amount, growth, low, high).
    words : Words
    """
    if isinstance(found, Unavailable):
        return unavailable(found, words)
    if found.views.empty:
        return nothing(words)
    frame, target = found.views, float(found.target)
    rows = [
        Row(
            name=words.term("view", one.view),
            value=number(one.amount),
            label=_label(one, words),
            low=number(one.low),
            high=number(one.high),
            colour=_colour(one.view, found.method),
            strong=one.view == found.method,
        )
        for one in frame.itertuples()
    ]
    told = spoken(words, zip((row.name for row in rows), _told(rows, words), strict=True))
    tag = words.t("figure.views.target", target=target)
    return draw(
        lambda ax: _views(ax, rows, target=target, tag=tag),
        title=_title(frame, target, found.method, words),
        alt=words.t("figure.views.alt", target=target) + " " + told,
        height=12 + LABEL * 1.6 + 30.0 * len(rows),
        margins=Margins(
            left=14 + max(width(row.name, bold=row.strong) for row in rows),
            right=14 + max(width(row.label, bold=row.strong) for row in rows),
            top=6 + LABEL * 1.6,
            bottom=6,
        ),
        note=words.t("figure.views.note"),
    )


def _views(ax: Axes, rows: Sequence[Row], *, target: float, tag: str) -> Axes:
    names(ax, [row.name for row in rows], bold=[row.strong for row in rows])
    ends = [end for row in rows for end in (row.value, row.low, row.high) if end is not None]
    low, high = limits([*ends, target], zero=False, pad=0.08)
    ax.set_xlim(low, high)
    bottom, top = ax.get_ylim()
    line(ax, [target, target], [bottom, top], color=PLAN, linewidth=2.0, dashes=(1.8, 1.0))
    for at, row in enumerate(rows):
        line(ax, [low, high], [at, at], color=RULE, linewidth=0.8)
        if row.low is not None and row.high is not None:
            line(ax, [row.low, row.high], [at, at], color=INK, linewidth=1.6)
        size = 11.0 if row.strong else 9.0
        line(ax, [row.value], [at], color=row.colour, marker="o", markersize=size, zorder=3)
        ax.annotate(
            row.label, (1, at), xycoords=ax.get_yaxis_transform(), xytext=(8, 0),
            textcoords="offset points", va="center_baseline", fontsize=LABEL,
            fontweight="bold" if row.strong else "normal",
        )  # fmt: skip
    side = "right" if target > (low + high) / 2 else "left"
    ax.annotate(
        tag, (target, 1), xycoords=ax.get_xaxis_transform(), xytext=(0, 5),
        textcoords="offset points", ha=side, fontsize=LABEL, fontweight="bold", color=PLAN,
    )  # fmt: skip
    return ax


def _colour(view: str, method: str) -> str:
    return BEFORE if view in _OTHERS and view != method else ACTUAL


def _label(one: Any, words: Words) -> str:
    if number(one.growth) is None or one.view == "last_year":
        return words.money(one.amount)
    return words.t("figure.views.label", amount=one.amount, growth=one.growth)


def _told(rows: Sequence[Row], words: Words) -> list[str]:
    return [
        row.label if row.low is None or row.high is None
        else words.t("figure.views.alt_range", label=row.label, low=row.low, high=row.high)
        for row in rows
    ]  # fmt: skip


def _title(frame: pd.DataFrame, target: float, method: str, words: Words) -> str:
    others = frame[~frame["view"].isin([*_OTHERS, method])]
    names = {
        side: words.list([words.term("view", one) for one in rows["view"]])
        for side, rows in (
            ("above", others[others["amount"] >= target]),
            ("below", others[others["amount"] < target]),
        )
        if len(rows)
    }
    key = "alone" if not names else "mixed" if len(names) == 2 else next(iter(names))
    facts: dict[str, Any] = {**names, "target": target}
    if key in ("above", "below"):
        away = (others["amount"] - target).abs()
        facts["nearest"] = words.term("view", others["view"][away.idxmin()])
        facts["away"] = away.min() / target if target else None
    return words.t(f"figure.views.{key}", **facts)
