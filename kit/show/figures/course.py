"""The course of a period: cumulated actual against schedule, last year and landing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kit.data.tables import Unavailable
from kit.show import amounts
from kit.show.figures.axes import day_axis, label_ends, limits, value_axis, value_room
from kit.show.figures.svg import Margins, draw, width
from kit.show.notes import shows
from kit.show.palette import ACTUAL, BEFORE, MUTED, PLAN
from kit.show.view import View
from kit.show.words import Words

_HEIGHT = 250.0
_MONTHS = 39


def curve(
    frame: pd.DataFrame | Unavailable,
    words: Words,
    *,
    landing: Any = None,
    measure: str = "bookings",
) -> View:
    """Cumulated actual against the schedule and last year, with the landing where it is known.

    Parameters
    ----------
    frame : DataFrame
        date, target, actual (missing after `as_of`), last_year: cumulated, one row a day.
    words : Words
    landing : Landing, optional
        `landing`, `low`, `high` at the period's end.
    measure : str
    """
    if note := shows(frame, words):
        return note
    landing = None if isinstance(landing, Unavailable) else landing
    frame = frame.reset_index(drop=True)
    actual, target = frame["actual"].astype(float), frame["target"].astype(float)
    now = int(actual.last_valid_index()) if actual.notna().any() else None
    open_period = now is not None and now < len(frame) - 1
    title = _curve_title(frame, now, words, measure)
    shown = landing if landing is not None and open_period else None
    alt = _curve_alt(title, frame, shown, words, measure)
    extra = [] if shown is None else [shown.landing, shown.low, shown.high]
    ends = limits([*actual, *target, *frame["last_year"].astype(float), *extra])
    labels = _curve_labels(frame, now, shown, words, measure)
    return draw(
        lambda ax: _curve(
            ax, frame, now, shown, ends=ends, labels=labels, words=words, measure=measure
        ),
        title=title,
        alt=alt,
        height=_HEIGHT,
        margins=Margins(
            left=value_room(*ends, words=words, measure=measure),
            right=14 + max((_wide(text) for text, *_ in labels), default=0.0),
            bottom=24,
        ),
    )


def _curve(
    ax: Axes, frame: pd.DataFrame, now: int | None, landing, *, ends, labels, words, measure
) -> Axes:
    last = len(frame) - 1
    ax.set_xlim(0, max(last, 1))
    ax.set_ylim(*ends)
    value_axis(ax, words, measure=measure)
    day_axis(ax, frame["date"], words=words)
    days = np.arange(len(frame))
    actual, target, before = (
        frame[name].astype(float) for name in ("actual", "target", "last_year")
    )
    ax.plot(days, before, color=BEFORE, linewidth=1.6, linestyle=(0, (1, 1.4)))
    ax.plot(days, target, color=PLAN, linewidth=1.6, linestyle=(0, (5, 2)))
    ax.plot(days, actual, color=ACTUAL, linewidth=3.0)
    if now is not None:
        ax.plot([now], [actual[now]], "o", color=ACTUAL, markersize=7)
    if landing is not None and not amounts.missing(landing.landing):
        way = [actual[now], landing.landing]
        ax.plot([now, last], way, color=ACTUAL, linewidth=1.4, linestyle=(0, (2, 2)))
        if not amounts.missing(landing.low) and not amounts.missing(landing.high):
            ax.plot(
                [last, last], [landing.low, landing.high], color=ACTUAL, linewidth=7, alpha=0.35,
                solid_capstyle="butt",
            )  # fmt: skip
        ax.plot([last], [landing.landing], "D", color="white", markeredgecolor=ACTUAL, markersize=7)
    label_ends(ax, [one for one in labels if one[1] is not None], at=max(last, 1))
    return ax


def _curve_labels(
    frame: pd.DataFrame, now: int | None, landing, words: Words, measure: str
) -> list[tuple[str, float, str]]:
    labels = []
    for name, colour in (("target", PLAN), ("last_year", MUTED)):
        end = frame[name].astype(float).iloc[-1]
        if not amounts.missing(float(end)):
            text = words.t(f"figure.curve.{name}") + "\n" + words.amount(end, measure)
            labels.append((text, end, colour))
    if landing is not None and not amounts.missing(landing.landing):
        text = words.t("figure.curve.landing") + "\n" + words.amount(landing.landing, measure)
        labels.append((text, landing.landing, ACTUAL))
    elif now is not None:
        end = float(frame["actual"].astype(float)[now])
        text = words.t("figure.curve.actual") + "\n" + words.amount(end, measure)
        labels.append((text, end, ACTUAL))
    return labels


def _curve_title(frame: pd.DataFrame, now: int | None, words: Words, measure: str) -> str:
    if now is None:
        return words.t("figure.curve.title_nothing")
    actual, due = float(frame["actual"][now]), float(frame["target"].astype(float)[now])
    closed = now == len(frame) - 1
    facts = {"actual": words.amount(actual, measure), "when": frame["date"][now]}
    if amounts.missing(due):
        return words.t("figure.curve.title_no_target", **facts)
    side = "behind" if actual < due else "ahead"
    key = f"figure.curve.title_{side}" + ("_closed" if closed else "")
    gap = words.amount(abs(due - actual), measure)
    return words.t(key, **facts, due=words.amount(due, measure), gap=gap)


def _curve_alt(title: str, frame: pd.DataFrame, landing, words: Words, measure: str) -> str:
    alt = title + words.t("figure.alt_stop") + " " + words.t(
        "figure.curve.alt", start=frame["date"].iloc[0], end=frame["date"].iloc[-1]
    )  # fmt: skip
    for name in ("target", "last_year"):
        end = float(frame[name].astype(float).iloc[-1])
        if not amounts.missing(end):
            found = {name: words.amount(end, measure)}
            alt += " " + words.t(f"figure.curve.alt_{name}", **found)
    if landing is not None and not amounts.missing(landing.landing):
        alt += " " + words.t(
            "figure.curve.alt_landing",
            landing=words.amount(landing.landing, measure),
            low=words.amount(landing.low, measure),
            high=words.amount(landing.high, measure),
        )
    return alt


def _wide(text: str) -> float:
    return max(width(line, bold=True) for line in text.split("\n"))


