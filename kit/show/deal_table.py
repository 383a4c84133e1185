"""Tables of deals: kinds and headings of their columns, and stages by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import pandas as pd

from kit.show.table import table
from kit.show.view import View
from kit.show.words import Words

_NARROW = ("rep",)  # columns left out where they hold one value only
_KINDS = MappingProxyType(
    {
        "probability": "chance", "weighted": "money", "share": "share", "usual_share": "share",
        "commit": "money", "count": "count", "amount": "money", "gap": "money",
        "age_days": "count", "stage_days": "count", "usual_days": "count", "usual_long": "count",
        "limit_days": "count", "overdue_days": "count", "stuck": "count", "overdue": "count",
        "stuck_amount": "money", "overdue_amount": "money", "expected_close_on": "date",
        "first_close_on": "date", "days": "count", "times": "count", "slipped": "count",
        "rate": "share", "start": "money", "created": "money", "pulled_in": "money",
        "increased": "money", "decreased": "money", "pushed_out": "money", "lost": "money",
        "won": "money", "end": "money", "part": "text", "case": "text",
    }
)  # fmt: skip


def deal_table(
    frame: pd.DataFrame,
    words: Words,
    columns: Sequence[str],
    *,
    title: str,
    caption: str = "",
    headings: Mapping[str, str] | None = None,
    highlight: Sequence[bool] | None = None,
    stacked: bool = False,
) -> View:
    """A table of deals, or of stages, reps or parts; the rep is left out where there is one."""
    shown = [
        one for one in columns
        if not (one in _NARROW and one != columns[0] and frame[one].nunique() <= 1)
    ]  # fmt: skip
    if "stage" in frame and "opportunity_id" in frame:
        frame = frame.assign(stage=[stage_name(one, words) for one in frame["stage"]])
    own = {
        one: words.t(f"pipeline.heading.{one}")
        for one in shown
        if words.has(f"pipeline.heading.{one}")
    }
    return table(
        frame, words, columns=shown, title=title, caption=caption, highlight=highlight,
        headings={**own, **(headings or {})}, stacked=stacked,
        kinds={one: _KINDS[one] for one in shown if one in _KINDS},
    )  # fmt: skip


def stage_name(name: str, words: Words) -> str:
    """A stage in words; deals without a stage event have none."""
    return words.term("stage", name) if name else words.t("pipeline.no_stage")


def more(words: Words, left: int, amount: float) -> str:
    """How many deals a list does not show, and their worth; empty where it shows all."""
    return words.t("pipeline.more", n=left, amount=float(amount)) if left > 0 else ""
