"""What the tables of people share: kinds, headings and names."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from kit.show.table import table
from kit.show.view import View
from kit.show.words import Words

_KINDS = {
    "people": "count", "posts": "number", "productivity": "money", "growth": "signed_percent",
    "productivity_before": "money", "beside": "signed_percent", "share": "percent",
    "per_day": "number", "highest": "multiple", "required": "number",
    "reps_short": "count", "difference": "number", "other_score": "number", "score": "number",
    "deals": "count", "count": "count",
}  # fmt: skip


def named_reps(rows: pd.DataFrame, words: Words) -> pd.Series:
    """Names with what marks them out: on the ramp, part-time, not there all the time."""

    def named(rep: str, marks: tuple[str, ...]) -> str:
        told = words.list(words.t(f"people.mark.{one}") for one in marks)
        return words.t("people.marked", rep=rep, marks=told) if marks else rep

    told = [named(*one) for one in zip(rows["rep"], rows["marks"], strict=True)]
    return pd.Series(told, index=rows.index, dtype=object)


def terms(values: pd.Series, family: str, words: Words) -> list[str]:
    """Keys in words."""
    return [words.term(family, one) for one in values]


def headings_of(words: Words, columns: Sequence[str]) -> dict[str, str]:
    """The headings of people, of those columns that have one of their own."""
    known = [name for name in columns if words.has(f"people.heading.{name}")]
    return {name: words.t(f"people.heading.{name}") for name in known}


def table_of(
    frame: pd.DataFrame,
    words: Words,
    columns: str,
    *,
    title: str = "",
    lines: Sequence[str] = (),
    kinds: dict[str, str] | None = None,
    stacked: bool = False,
) -> View:
    """A frame with the kinds and headings of people; `title` is the key of its title."""
    names = columns.split()
    caption = ("" if words.language == "zh" else " ").join(lines)
    return table(
        frame[names], words, title=words.t(f"people.title.{title}") if title else "",
        columns=names, headings=headings_of(words, names), kinds={**_KINDS, **(kinds or {})},
        caption=caption, stacked=stacked,
    )  # fmt: skip
