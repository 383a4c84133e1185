"""The views a target can be taken from, beside one another and beside the target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show.figures.points import points
from kit.show.figures.rows import Row, number, spoken
from kit.show.notes import nothing, unavailable
from kit.show.palette import ACTUAL, BEFORE
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
    return points(
        rows,
        goal=target,
        tag=tag,
        title=_title(frame, target, found.method, words),
        alt=words.t("figure.views.alt", target=target) + " " + told,
        note=words.t("figure.views.note"),
    )


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
