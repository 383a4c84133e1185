"""Points with their intervals on one scale, a row each, and a goal as a line across them."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from kit.show.figures.axes import limits, line, names
from kit.show.figures.rows import Row
from kit.show.figures.svg import LABEL, Margins, draw, width
from kit.show.palette import INK, PLAN, RULE
from kit.show.view import View


def points(
    rows: Sequence[Row], *, goal: float | None, tag: str, title: str, alt: str, note: str
) -> View:
    """Draw each row's value as a point, its interval as a thin line, its label to the right.

    Parameters
    ----------
    rows : sequence of Row
        From the top; a strong one is larger and bold.
    goal : float or None
        Drawn as a dashed line across all rows.
    tag : str
        Stands above that line; empty where there is none.
    title, alt, note : str
        See `kit.show.figures.svg.draw`.
    """
    return draw(
        lambda ax: _paint(ax, rows, goal=goal, tag=tag),
        title=title,
        alt=alt,
        height=12 + LABEL * 1.6 + 30.0 * len(rows),
        margins=Margins(
            left=14 + max(width(row.name, bold=row.strong) for row in rows),
            right=14 + max(width(row.label, bold=row.strong) for row in rows),
            top=6 + (LABEL * 1.6 if tag else 0),
            bottom=6,
        ),
        note=note,
    )


def _paint(ax: Axes, rows: Sequence[Row], *, goal: float | None, tag: str) -> Axes:
    names(ax, [row.name for row in rows], bold=[row.strong for row in rows])
    ends = [end for row in rows for end in (row.value, row.low, row.high) if end is not None]
    low, high = limits(ends if goal is None else [*ends, goal], zero=False, pad=0.08)
    ax.set_xlim(low, high)
    if goal is not None:
        bottom, top = ax.get_ylim()
        line(ax, [goal, goal], [bottom, top], color=PLAN, linewidth=2.0, dashes=(1.8, 1.0))
        ax.annotate(
            tag, (goal, 1), xycoords=ax.get_xaxis_transform(), xytext=(0, 5),
            textcoords="offset points", ha="right" if goal > (low + high) / 2 else "left",
            fontsize=LABEL, fontweight="bold", color=PLAN,
        )  # fmt: skip
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
    return ax
