"""What the tables of customers share: kinds, headings and names."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kit.show.table import table
from kit.show.view import View
from kit.show.words import Words

_KINDS = {
    "customers": "count", "by_margin": "count", "margin_share": "percent", "value": "money",
    "amount_share": "percent", "silence": "days", "usual": "days", "ratio": "multiple",
    "precision": "percent", "recall": "percent", "stayed_away": "count", "reference": "money",
    "actual": "money", "effect": "signed_money", "d90": "percent", "d180": "percent",
    "d365": "percent", "orders": "count", "alive": "count", "last_year": "money",
}  # fmt: skip


def table_of(
    frame: pd.DataFrame, words: Words, name: str, columns: list[str], **more: Any
) -> View:
    """A frame with the kinds and headings of customers; `name` is the key of its title."""
    kinds = _KINDS | more.pop("kinds", {})
    title = words.t(f"customers.title.{name}") if name else ""
    keys = {one: f"customers.heading.{one}" for one in columns}
    headings = {one: words.t(key) for one, key in keys.items() if words.has(key)}
    return table(frame, words, title=title, columns=columns, kinds=kinds, headings=headings, **more)


def measures(
    rows: pd.DataFrame, words: Words, name: str, *, family: str, kinds: dict, caption: str
) -> View:
    """Measures beside the year before, each row in its own unit; a percentage where not said."""
    frame = rows.rename(columns={"before": "threshold"}).assign(  # a column with the row's unit
        view=[words.t(f"customers.{family}.{one}") for one in rows["view"]],
        kind=[kinds.get(one, "percent") for one in rows["view"]],
    )
    own = {"view": "view", "value": "value_now", "threshold": "before"}
    headings = {one: words.t(f"customers.heading.{key}") for one, key in own.items()}
    return table(frame, words, title=words.t(f"customers.title.{name}"), columns=tuple(own),
                 headings=headings, caption=caption)  # fmt: skip


def class_name(one: str, words: Words) -> str:
    """A, B and C as they are, the others in words."""
    return words.t(f"customers.class.{one}") if one in ("none", "total") else one


def joined(lines: list[str], words: Words) -> str:
    """Sentences as one text."""
    return ("" if words.language == "zh" else " ").join(lines)


def elsewhere(scope: str, words: Words) -> list[str]:
    """What to bear in mind within a part of the company: whoever is silent may order elsewhere."""
    return [] if scope == "company" else [words.t("customers.elsewhere")]
