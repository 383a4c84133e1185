"""The history of a measure with its baseline and the target of each month."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kit.data.tables import Unavailable
from kit.show import amounts
from kit.show.figures.axes import label_ends, limits, month_axis, value_axis, value_room
from kit.show.figures.svg import Margins, draw, width
from kit.show.notes import shows, unavailable
from kit.show.palette import ACTUAL, BAND, PLAN
from kit.show.view import View
from kit.show.words import Words

_HEIGHT = 250.0
_MONTHS = 39


def history(
    outlook: Any,
    words: Words,
    *,
    schedule: pd.DataFrame | None = None,
    period: str = "",
    measure: str = "bookings",
) -> View:
    """Past months as a line, the baseline with its interval, and the target of each month.

    Parameters
    ----------
    outlook : Outlook
        `frame` with start, actual, mean, low, high, kind; `mean`, `low`, `high`, `last_year` of
        the whole period.
    words : Words
    schedule : DataFrame, optional
        start, target: the target spread over the months.
    period : str
        Name of the period the baseline is for.
    measure : str
    """
    if isinstance(outlook, Unavailable):
        return unavailable(outlook, words)
    if note := shows(outlook.frame, words):
        return note
    frame = outlook.frame.tail(_MONTHS).reset_index(drop=True)
    targets = _by_start(schedule, frame)
    facts = {
        "period": period,
        "mean": words.amount(outlook.mean, measure),
        "low": words.amount(outlook.low, measure),
        "high": words.amount(outlook.high, measure),
        "last_year": words.amount(outlook.last_year, measure),
    }
    key = "figure.history.title" + ("" if amounts.missing(outlook.last_year) else "_last_year")
    title = words.t(key, **facts)
    past = frame[frame["kind"] == "history"]
    alt = title + words.t("figure.alt_stop") + " " + words.t(
        "figure.history.alt",
        n=len(past),
        first=past["start"].iloc[0] if len(past) else None,
        last=past["start"].iloc[-1] if len(past) else None,
        low=words.amount(_least(past["actual"]), measure),
        high=words.amount(_most(past["actual"]), measure),
    )
    values = np.concatenate([frame[one].astype(float) for one in ("actual", "low", "high")])
    ends = limits([*values, *targets])
    tags = {"baseline": words.t("figure.baseline"), "target": words.t("figure.target")}
    return draw(
        lambda ax: _history(ax, frame, targets, ends=ends, tags=tags, words=words, measure=measure),
        title=title,
        alt=alt,
        height=_HEIGHT,
        margins=Margins(
            left=value_room(*ends, words=words, measure=measure),
            right=max(width(tag, bold=True) for tag in tags.values()) + 14,
        ),
        note=words.t("figure.history.note" + ("" if targets.notna().any() else "_plain")),
    )


def _history(
    ax: Axes, frame: pd.DataFrame, targets: pd.Series, *, ends, tags, words: Words, measure: str
) -> Axes:
    last = len(frame) - 1
    ax.set_xlim(-0.6, last + 0.6)
    ax.set_ylim(*ends)
    value_axis(ax, words, measure=measure)
    month_axis(ax, frame["start"], words=words)
    ahead = frame[frame["mean"].notna()]
    ax.bar(ahead.index, ahead["high"] - ahead["low"], bottom=ahead["low"], width=0.9, color=BAND)
    for at, mean in ahead["mean"].items():
        ax.plot([at - 0.45, at + 0.45], [mean, mean], color=ACTUAL, linewidth=2.2)
    known = frame[frame["actual"].notna()]
    marker = "o" if len(known) < 3 else None
    ax.plot(known.index, known["actual"], color=ACTUAL, linewidth=1.8, marker=marker, markersize=4)
    for at, target in targets.dropna().items():
        ends_at = [at - 0.45, at + 0.45]
        ax.plot(ends_at, [target, target], color=PLAN, linewidth=2.2, dashes=(1.6, 0.8))
    labels = [(tags["baseline"], frame["mean"].iloc[-1], ACTUAL)]
    labels.append((tags["target"], targets.iloc[-1], PLAN))
    label_ends(ax, labels, at=last + 0.6)
    return ax


def _by_start(schedule: pd.DataFrame | None, frame: pd.DataFrame) -> pd.Series:
    if schedule is None or isinstance(schedule, Unavailable) or schedule.empty:
        return pd.Series(np.nan, index=frame.index)
    starts = pd.to_datetime(schedule["start"])
    by_start = dict(zip(starts, schedule["target"].astype(float), strict=True))
    return pd.to_datetime(frame["start"]).map(by_start).astype(float)


def _least(values: pd.Series) -> float | None:
    return None if values.dropna().empty else float(values.min())


def _most(values: pd.Series) -> float | None:
    return None if values.dropna().empty else float(values.max())


