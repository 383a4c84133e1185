"""The course of scores: a small line each part over up to four periods, readable in grey."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes

from kit.data.tables import Unavailable
from kit.show import amounts
from kit.show.figures.axes import limits
from kit.show.figures.rows import spoken
from kit.show.figures.svg import LABEL, TICK, WIDTH, Margins, draw, shorten, width
from kit.show.palette import ACTUAL, BEFORE, INK, MUTED, RULE
from kit.show.view import View
from kit.show.words import Words

_MOST = 10  # parts that are drawn
_ROW, _TALL = 34.0, 56.0  # points; of a few lines
_NAME_ROOM = 0.34 * WIDTH
_FLAT = 0.005  # a change of the score that two decimals do not show


@dataclass(frozen=True)
class _Line:
    name: str
    scores: tuple[float, ...]

    @property
    def known(self) -> list[tuple[int, float]]:
        return [(at, one) for at, one in enumerate(self.scores) if one == one]

    @property
    def change(self) -> float:
        return self.known[-1][1] - self.known[0][1] if len(self.known) > 1 else 0.0


def trend(found: pd.DataFrame | Unavailable, words: Words, *, kind: str = "") -> View:
    """Each part's score over the periods, the last one as a number; 1.00 is the light line.

    Parameters
    ----------
    found : DataFrame or Unavailable
        From `kit.review.scored_trend.scored_trend`.
    words : Words
    kind : str
        `region`, `team` or `rep`; empty: the largest parts there are.

    Returns
    -------
    View
        Nothing where no part has a score in two periods. Of more than ten parts the ten with the
        largest change are drawn.
    """
    if isinstance(found, Unavailable) or found.empty:
        return View("")
    rows = found[found["kind"] == (kind or found["kind"].iloc[0])]
    periods = rows.drop_duplicates("period").sort_values("start")
    lines = [
        _Line(str(each["part"].iloc[0]), tuple(each.sort_values("start")["score"].astype(float)))
        for _, each in rows.groupby("scope", sort=False)
    ]
    lines = [one for one in lines if len(one.known) > 1]
    if not lines:
        return View("")
    left_out = len(lines) - _MOST
    if left_out > 0:
        kept = sorted(lines, key=lambda one: -abs(one.change))[:_MOST]
        lines = [one for one in lines if one in kept]
    labels = [words.period(one.period) + ("*" if one.running else "")
              for one in periods.itertuples(index=False)]
    running = bool(periods["running"].any())
    note = [words.t("scorecards.figure.note" + ("_running" if running else ""))]
    if left_out > 0:
        note.append(words.t("scorecards.figure.left_out", n=left_out))
    told = [(one.name, words.list(_number(value, words) for value in one.scores)) for one in lines]
    names = [shorten(one.name, _NAME_ROOM) for one in lines]
    half = max(width(one, TICK) for one in labels) / 2
    left = max(26 + max(width(name) for name in names), half + 4)
    right = max(58.0, half + 4)
    shown = _fitting(labels, WIDTH - left - right)
    alt = words.t("scorecards.figure.alt", periods=labels)
    return draw(
        lambda ax: _paint(ax, lines, names=names, labels=shown, words=words),
        title=_title(lines, words),
        alt=alt + ("" if words.language == "zh" else " ") + spoken(words, told),
        height=16 + 1.6 * TICK + (_ROW if len(lines) > 3 else _TALL) * len(lines),
        margins=Margins(left=left, right=right, top=8 + 1.6 * TICK, bottom=8),
        note=("" if words.language == "zh" else " ").join(note),
    )


def _paint(ax: Axes, lines: list[_Line], *, names: list[str], labels: list[str], words: Words):
    many = len(labels)
    low, high = limits([1.0, *(v for one in lines for _, v in one.known)], zero=False, pad=0.0)
    span = (high - low) or 1.0
    ax.set_xlim(0, max(many - 1, 1))
    ax.set_ylim(len(lines), 0)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines["bottom"].set_visible(False)

    def up(row: int, score: float) -> float:
        return row + 0.86 - 0.72 * (score - low) / span

    for at, label in enumerate(labels):
        ax.annotate(
            label, (at, 1), xycoords=ax.get_xaxis_transform(), xytext=(0, 6),
            textcoords="offset points", ha="center", fontsize=TICK, color=MUTED,
        )  # fmt: skip
    for row, one in enumerate(lines):
        ax.axhline(row, color=RULE, linewidth=0.8)
        ax.plot([0, many - 1], [up(row, 1.0)] * 2, color=BEFORE, linewidth=1.0, linestyle=":")
        across, scores = zip(*one.known, strict=True)
        places = [up(row, score) for score in scores]
        ax.plot(across, places, color=ACTUAL, linewidth=2.0)
        ax.plot(across[-1:], places[-1:], marker="o", markersize=6, color=INK)
        ax.annotate(
            names[row], (0, row + 0.5), xycoords=ax.get_yaxis_transform(), xytext=(-12, 0),
            textcoords="offset points", ha="right", va="center_baseline", fontsize=LABEL,
        )  # fmt: skip
        ax.annotate(
            _number(scores[-1], words), (1, row + 0.5), xycoords=ax.get_yaxis_transform(),
            xytext=(12, 0), textcoords="offset points", va="center_baseline", fontsize=LABEL,
            fontweight="bold",
        )  # fmt: skip
    return ax


def _title(lines: list[_Line], words: Words) -> str:
    one = max(lines, key=lambda line: abs(line.change))
    first, last = one.known[0][1], one.known[-1][1]
    key = "flat" if abs(one.change) < _FLAT else "rose" if one.change > 0 else "fell"
    key += "_one" if len(lines) == 1 else ""
    return words.t(
        f"scorecards.figure.{key}", part=one.name, first=_number(first, words),
        last=_number(last, words),
    )  # fmt: skip


def _fitting(labels: list[str], room: float) -> list[str]:
    """All labels where each has room, else the first and the last."""
    if max(width(one, TICK) for one in labels) + 8 <= room / max(len(labels) - 1, 1):
        return labels
    return [one if at in (0, len(labels) - 1) else "" for at, one in enumerate(labels)]


def _number(score: float, words: Words) -> str:
    return amounts.NONE if score != score else amounts.decimal(score, words.language, digits=2)
