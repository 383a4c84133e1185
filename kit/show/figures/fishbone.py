"""The fishbone: a spine with six bones, as thick as the money found on them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from kit.data.tables import Unavailable
from kit.show import amounts
from kit.show.figures.axes import line
from kit.show.figures.rows import spoken
from kit.show.figures.svg import LABEL, TICK, WIDTH, Margins, draw, shorten, width
from kit.show.notes import unavailable
from kit.show.palette import BAD, BEFORE, GOOD, INK, MUTED
from kit.show.root_causes import bone
from kit.show.view import View
from kit.show.words import Words

_LINE, _HEAD, _GAP = 17.0, 34.0, 14.0  # points: a line of text, the head, between two bones
_SPINE = WIDTH / 2
_REACH = 15.0  # how far a bone rises from the spine to its name
_ROOM = _SPINE - 20
_THIN, _THICK = 1.6, 8.0


def fishbone(found: Any, words: Words) -> View:
    """Six bones on a spine that ends in the difference; three on either side, texts in full size.

    Parameters
    ----------
    found : Fishbone or Unavailable
        bones: category, state, cause, subject, effect, weight, confidence, count, missing, facts;
        variance.
    words : Words

    Notes
    -----
    The spine runs downwards, so that each side has half the width for its texts and these stay
    legible on a phone. A bone with money is solid and as thick as its money; one without evidence
    is thin and dashed.
    """
    if isinstance(found, Unavailable):
        return unavailable(found, words)
    groups = found.bones.groupby("category", sort=False)
    fields = [(name, rows.to_dict("records")) for name, rows in groups]
    pairs = [fields[at : at + 2] for at in range(0, len(fields), 2)]
    texts = {name: _texts(rows, words) for name, rows in fields}
    rises = [max(1 + len(texts[name]) for name, _ in pair) * _LINE + _GAP for pair in pairs]
    height = _HEAD + sum(rises) + 4
    told = spoken(
        words,
        ((words.term("category", name), words.list(text for text, _ in texts[name]))
         for name, _ in fields),
    )  # fmt: skip
    return draw(
        lambda ax: paint(ax, pairs, texts=texts, rises=rises, variance=found.variance, words=words),
        title=_title(found, words),
        alt=words.t("figure.fishbone.alt", gap=found.variance) + " " + told,
        height=height,
        margins=Margins(left=0, right=0, top=0, bottom=0),
        note=words.t("figure.fishbone.note"),
    )


def paint(
    ax: Axes, pairs: Sequence[Sequence[tuple[str, list[dict]]]], *, texts: dict, rises: list[float],
    variance: float, words: Words,
) -> Axes:  # fmt: skip
    """Draw head, spine and bones on given axes, in points from the upper left."""
    height = _HEAD + sum(rises) + 4
    ax.set_xlim(0, WIDTH)
    ax.set_ylim(height, 0)
    ax.set_axis_off()
    colour = BAD if variance < 0 else GOOD
    ax.annotate(
        words.t("figure.fishbone.head", gap=variance), (_SPINE, _HEAD / 2), ha="center",
        va="center_baseline", fontsize=LABEL + 2, fontweight="bold", color=colour,
    )  # fmt: skip
    line(ax, [_SPINE, _SPINE], [_HEAD - 4, height - 4], color=INK, linewidth=2.4)
    top = _HEAD
    for pair, rise in zip(pairs, rises, strict=True):
        for side, (name, rows) in zip((-1, 1), pair, strict=False):
            _bone(ax, side, top, name, rows, texts[name], colour=colour, words=words)
        top += rise
    return ax


def _bone(
    ax: Axes, side: int, top: float, name: str, rows: list[dict], lines: list[tuple[str, bool]], *,
    colour: str, words: Words,
) -> None:  # fmt: skip
    weight = max(float(one["weight"]) for one in rows)
    held = any(one["state"] == "found" for one in rows)
    at = top + _LINE + 4
    style = (
        {"color": colour, "linewidth": _THIN + (_THICK - _THIN) * weight}
        if held
        else {"color": BEFORE, "linewidth": _THIN, "linestyle": (0, (4, 3))}
    )
    line(ax, [_SPINE + side * 1.5, _SPINE + side * _REACH], [at + _REACH * 0.7, at], **style)
    line(ax, [_SPINE + side * _REACH, _SPINE + side * (_SPINE - 6)], [at, at], **style)
    place = {"ha": "right" if side < 0 else "left", "va": "baseline"}
    across = _SPINE + side * (_REACH + 5)
    ax.annotate(
        words.term("category", name), (across, at - 7), fontsize=LABEL, fontweight="bold",
        color=INK if held else MUTED, **place,
    )  # fmt: skip
    for number, (text, strong) in enumerate(lines, start=1):
        ax.annotate(
            text, (across, at + 3 + number * _LINE - 2), fontsize=TICK,
            fontweight="bold" if strong else "normal", color=INK if held else MUTED, **place,
        )  # fmt: skip


def _texts(rows: list[dict], words: Words) -> list[tuple[str, bool]]:
    """The lines below a bone: each cause, and its money where it has any."""
    found = []
    for one in rows:
        told = bone({**one, "missing": ()}, words)
        found += [(text, False) for text in _wrapped(told, words)]
        if not amounts.missing(float(one["effect"])):
            found.append((words.signed_money(one["effect"]), True))
    return found


def _wrapped(text: str, words: Words) -> list[str]:
    """A text on at most two lines that fit beside the spine."""
    if width(text, TICK) <= _ROOM:
        return [text]
    gap = "" if words.language == "zh" else " "
    pieces = list(text) if words.language == "zh" else text.split(" ")
    first = 1
    while first < len(pieces) and width(gap.join(pieces[: first + 1]), TICK) <= _ROOM:
        first += 1
    rest = gap.join(pieces[first:]).strip()
    lines = [gap.join(pieces[:first]), rest] if rest else [gap.join(pieces[:first])]
    return [shorten(one, _ROOM, TICK) for one in lines]


def _title(found: Any, words: Words) -> str:
    sums = found.bones.groupby("category", sort=False)["effect"].sum()
    sums = sums.drop("data", errors="ignore")
    gap = {"gap": found.variance}
    if sums.empty or not math.isfinite(found.variance) or not sums.abs().max() > 0:
        return words.t("figure.fishbone.title_none", **gap)
    most = str(sums.abs().idxmax())
    facts = {"category": words.term("category", most), "effect": abs(float(sums[most])),
             "gap": abs(found.variance)}  # fmt: skip
    side = "" if found.variance < 0 else "_over"
    whole = "" if facts["effect"] <= facts["gap"] else "_alone"  # other things made up for some
    return words.t(f"figure.fishbone.title{side}{whole}", **facts)


