"""What the next period asks for, as people see it: posts, budget, training and time."""

from __future__ import annotations

from typing import Any

from kit.data.tables import Unavailable
from kit.show import amounts, notes
from kit.show.next_period import measure
from kit.show.table import table
from kit.show.view import View, together
from kit.show.words import Words


def resources(found: Any, words: Words) -> View:
    """What the causes ask for, with the effect to be expected, and what the target itself needs.

    Parameters
    ----------
    found : Resources or Unavailable
        See `kit.review.resources.Resources`.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    views = []
    if len(found.table):
        rows = found.table.assign(
            resource=[words.t(f"next_period.resource.{one}") for one in found.table["resource"]],
            what=[measure(one, words) for one in found.table.to_dict("records")],
            days=[_days(one, words) for one in found.table.to_dict("records")],
            effect=[words.t("next_period.range", low=low, high=high) for low, high in
                    zip(found.table["expected_low"], found.table["expected_high"], strict=True)],
            cost=[_cost(one, words) for one in found.table.to_dict("records")],
        )  # fmt: skip
        names = ("what", "resource", "days", "cost", "effect")
        views.append(table(
            rows, words, columns=names, kinds=dict.fromkeys(names, "text"),
            headings={name: words.t(f"next_period.heading.{name}") for name in names},
            caption=words.t("next_period.resources_note"), stacked=True,
        ))  # fmt: skip
    lines = _needs(found, words)
    if not views and not lines:
        return notes.sentence(words.t("next_period.nothing_asked"))
    return together([*views, *([notes.points(lines)] if lines else [])])


def _days(one: Any, words: Words) -> str:
    low, high = one["days_low"], one["days_high"]
    if low == high:
        return words.number(low)
    return words.t("next_period.days", low=low, high=high)


def _cost(one: Any, words: Words) -> str | None:
    if amounts.missing(one["cost_low"]):
        return None
    return words.t("next_period.range", low=one["cost_low"], high=one["cost_high"])


def _needs(found: Any, words: Words) -> list[str]:
    lines = []
    if len(found.table):
        lines.append(words.t("next_period.together", low=found.expected_low,
                             high=found.expected_high))  # fmt: skip
    if found.open:
        lines.append(words.t("next_period.open_one" if found.open == 1 else "next_period.open",
                             n=found.open))  # fmt: skip
    if found.hires is not None:
        if found.hires > 0:
            key = "hires_one" if found.hires == 1 else "hires"
            key += "" if found.hires_cost is None else "_cost"
            lines.append(words.t(f"next_period.{key}", n=int(found.hires),
                                 cost=found.hires_cost))  # fmt: skip
        else:
            lines.append(words.t("next_period.no_hires"))
    if found.planned is not None:
        key = "planned"
        if found.over is not None:
            key = "planned_over" if found.over > 0 else "planned_within"
        lines.append(words.t(f"next_period.{key}", planned=found.planned,
                             over=None if found.over is None else abs(found.over)))  # fmt: skip
    return lines
