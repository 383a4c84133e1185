"""What a target takes: the required funnel as bars, and the cash of the period by month."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from kit.data.tables import Unavailable
from kit.show import amounts
from kit.show.figures.axes import (
    beside,
    block,
    limits,
    month_axis,
    value_axis,
    value_room,
)
from kit.show.figures.rows import Row, bars, number, spoken
from kit.show.figures.svg import Margins, draw, width
from kit.show.notes import unavailable
from kit.show.palette import ACTUAL, MUTED
from kit.show.view import View
from kit.show.words import Words


def funnel(found: Any, words: Words) -> View:
    """Needed at each step as a bar with its range, what open deals cover as a tick.

    Parameters
    ----------
    found : RequiredFunnel or Unavailable
        steps: step, needed, low, high, by, covered, have (empty for activities).
    words : Words
    """
    if isinstance(found, Unavailable):
        return unavailable(found, words)
    steps = found.steps[found.steps["needed"].notna()]
    rows = [
        Row(
            name=words.step(one.step),
            value=number(one.needed),
            label=words.count(one.needed),
            low=number(one.low),
            high=number(one.high),
            before=number(one.covered),
        )
        for one in steps.iloc[::-1].itertuples()
    ]
    stages = steps[steps["have"].notna() & steps["by"].notna()]
    needed = steps["needed"].iloc[0] if len(steps) else None
    if len(stages):
        first = stages.iloc[-1]
        title = words.t("needs.figure.funnel", needed=needed, first=first["needed"],
                        step=first["step"], by=first["by"])  # fmt: skip
    else:
        title = words.t("needs.figure.funnel_alone", needed=needed)
    told = spoken(words, ((row.name, row.label) for row in rows))
    alt = words.t("needs.figure.funnel_alt") + " " + told
    return bars(rows, words, title=title, alt=alt, note=words.t("needs.figure.funnel_note"))


def cash(found: Any, words: Words) -> View:
    """Cash of each month: from before hatched below, from the target above it.

    Parameters
    ----------
    found : Collections or Unavailable
        months: start, from_before, from_plan, collections; from_before, collections, beyond.
    words : Words
    """
    if isinstance(found, Unavailable):
        return unavailable(found, words)
    frame = found.months
    share = found.from_before / found.collections if found.collections else None
    title = words.t("needs.figure.cash", share=share, beyond=found.beyond)
    rows = words.t("figure.alt_joint").join(
        words.t("needs.figure.cash_row", month=one.start, total=one.collections,
                before=one.from_before, plan=one.from_plan)
        for one in frame.itertuples()
    )  # fmt: skip
    ends = limits([*frame["collections"].astype(float), 0.0], pad=0.12)
    tags = [words.t("needs.figure.before"), words.t("needs.figure.plan")]
    return draw(
        lambda ax: _cash(ax, frame, ends=ends, tags=tags, words=words),
        title=title,
        alt=f"{words.t('needs.figure.cash_alt')} {rows}{words.t('figure.alt_stop')}",
        margins=Margins(
            left=value_room(*ends, words=words), right=1.15 * max(width(tag) for tag in tags) + 16
        ),
    )


def _cash(
    ax: Axes, frame: pd.DataFrame, *, ends: tuple[float, float], tags: list[str], words: Words
) -> Axes:
    ax.set_xlim(-0.6, len(frame) - 0.4)
    ax.set_ylim(*ends)
    value_axis(ax, words)
    month_axis(ax, frame["start"], words=words)
    for at, one in enumerate(frame.itertuples()):
        if amounts.missing(float(one.collections)):
            continue
        block(ax, (at - 0.33, 0.66), (0.0, one.from_before), colour=MUTED, hatch="////")
        block(ax, (at - 0.33, 0.66), (one.from_before, one.from_plan), colour=ACTUAL)
    last = frame.iloc[-1]
    gap = 0.09 * (ends[1] - ends[0])
    low = last["from_before"] / 2
    high = max(last["from_before"] + last["from_plan"] / 2, low + gap)
    for tag, place, colour in zip(tags, (low, high), (MUTED, ACTUAL), strict=True):
        beside(ax, tag, (len(frame) - 0.4, place), colour=colour, weight="bold")
    return ax
