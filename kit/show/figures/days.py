"""Day by day: what each day brought, beside its part of the target."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kit.data.tables import Unavailable
from kit.show import amounts
from kit.show.figures.axes import block, day_axis, limits, line, value_axis, value_room
from kit.show.figures.svg import Margins, draw
from kit.show.notes import shows
from kit.show.palette import ACTUAL, PLAN
from kit.show.view import View
from kit.show.words import Words

MOST = 92  # days of one figure, the latest


def days(frame: pd.DataFrame | Unavailable, words: Words, *, measure: str = "bookings") -> View:
    """Days as bars and the target of each working day as a line across.

    Parameters
    ----------
    frame : DataFrame
        start, working_days, target, actual (null for days to come).
    words : Words
    measure : str
    """
    if note := shows(frame, words):
        return note
    begun = int(frame["actual"].notna().sum())
    last = max(begun, min(MOST, len(frame)))
    frame = frame.iloc[max(0, last - MOST) : last].reset_index(drop=True)
    ends = limits(np.concatenate([frame[one].astype(float) for one in ("actual", "target")]))
    title = _title(frame, words, measure)
    weeks = frame.groupby(frame["start"].dt.to_period("W"), sort=True)
    pairs = words.t("figure.alt_joint").join(
        words.t("figure.days.alt_row", start=part["start"].iloc[0],
                actual=words.amount(float(part["actual"].sum()), measure))
        for _, part in weeks
        if part["actual"].notna().any()
    )  # fmt: skip
    aimed = frame["target"].notna().any()
    return draw(
        lambda ax: _paint(ax, frame, ends=ends, words=words, measure=measure),
        title=title,
        alt=f"{title}{words.t('figure.alt_stop')} {words.t('figure.days.alt')} {pairs}"
        + words.t("figure.alt_stop"),
        height=200.0,
        margins=Margins(left=value_room(*ends, words=words, measure=measure), right=10, bottom=30),
        note=words.t("figure.days.note" + ("" if aimed else "_plain")),
    )


def _paint(ax: Axes, frame: pd.DataFrame, *, ends, words: Words, measure: str) -> Axes:
    ax.set_xlim(-0.6, len(frame) - 0.4)
    ax.set_ylim(*ends)
    value_axis(ax, words, measure=measure)
    day_axis(ax, frame["start"], words=words)
    for at, one in enumerate(frame.itertuples()):
        if not amounts.missing(float(one.actual)) and one.actual:
            block(ax, (at - 0.36, 0.72), (0.0, one.actual), colour=ACTUAL)
    for start, end, level in _levels(frame):
        line(ax, [start - 0.5, end + 0.5], [level, level], color=PLAN, linewidth=2.0)
    return ax


def _levels(frame: pd.DataFrame) -> list[tuple[int, int, float]]:
    """Runs of working days with one target; days off do not break them."""
    found: list[tuple[int, int, float]] = []
    for at, (target, worked) in enumerate(zip(frame["target"], frame["working_days"], strict=True)):
        if not worked or pd.isna(target):
            continue
        if found and abs(found[-1][2] - target) <= 1e-6 * max(1.0, abs(target)):
            found[-1] = (found[-1][0], at, found[-1][2])
        else:
            found.append((at, at, float(target)))
    return found


def _title(frame: pd.DataFrame, words: Words, measure: str) -> str:
    over = frame[frame["actual"].notna() & (frame["working_days"] > 0)]
    if over.empty:
        return words.t("figure.days.title_none")
    best = over.sort_values("actual", ascending=False, kind="stable").iloc[0]
    facts = {"day": best["start"], "actual": words.amount(float(best["actual"]), measure)}
    if over["target"].isna().any():
        return words.t("figure.days.title_plain", **facts)
    reached = int((over["actual"] >= over["target"]).sum())
    return words.t("figure.days.title", n=reached, all=len(over), **facts)
