"""What is seen of a plan: the proposed target, who carries it, by when, and the file it is in."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts, notes, origin, tables
from kit.show.cards import next_sentence
from kit.show.view import View, together
from kit.show.words import Words


def proposal(found: Any, words: Words) -> View:
    """The proposed target in a sentence, beside the target in force.

    Parameters
    ----------
    found : Proposal or Unavailable
        target, reserve, handed_out, growth, chance, in_force, chance_in_force, method, fallback.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    lines = [
        _sentence("plan.proposed", found, words, target=found.target, chance=found.chance,
                  method=words.term("view", found.method))
    ]  # fmt: skip
    if found.fallback:
        lines.append(words.t("plan.fallback", reason=words.term("fallback", found.fallback)))
    if found.in_force is not None:
        lines.append(
            _sentence("plan.in_force", found, words, target=found.in_force,
                      chance=found.chance_in_force)
        )  # fmt: skip
    lines.append(
        words.t("plan.handed_out", handed_out=found.handed_out, reserve=found.reserve)
        if found.reserve
        else words.t("plan.no_reserve")
    )
    return notes.points(lines)


def views(found: Any, words: Words) -> View:
    """The amounts the target was chosen from, and how each came about; see `kit.show.origin`."""
    return origin.views(found, words)


def cascade(found: pd.DataFrame | Unavailable, words: Words) -> View:
    """Who carries how much down to the reps: each part in bold above its own parts, and the blend."""
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    first = found["above"] == found["above"].iloc[0]
    told = [
        f"{words.term('blend', kind)} {words.share(size)}"
        for kind, size in (found.attrs.get("blend") or {}).items()
    ]
    caption = words.t("plan.blend", blend=words.list(told)) if told else ""
    return tables.table(
        found,
        words,
        columns=("part", "last_year", "target", "share"),
        caption=caption,
        highlight=None if first.all() else list(first),
    )


def schedule(months: pd.DataFrame | Unavailable, words: Words, *, title: str = "") -> View:
    """What is due by when; first and last day only where they are not those of a month."""
    whole = isinstance(months, pd.DataFrame) and (
        months["start"].dt.is_month_start & months["end"].dt.is_month_end
    ).all()
    days = () if whole else ("start", "end")
    columns = ("period", *days, "working_days", "seasonality", "target", "cumulative")
    return tables.table(months, words, columns=columns, title=title)


def grid(found: pd.DataFrame | Unavailable, words: Words) -> View:
    """Parts down, sub-periods across."""
    if isinstance(found, Unavailable):
        return View("")  # the split above has said why
    wide = found.pivot_table(
        index=["scope", "part"], columns="period", values="target", sort=False
    )
    kinds = dict.fromkeys(wide.columns, "money")
    wide = wide.reset_index(level="part").reset_index(drop=True)
    return tables.table(wide, words, kinds=kinds, title=words.t("title.grid"))


def milestones(found: pd.DataFrame | Unavailable, words: Words) -> View:
    """Milestones within each sub-period."""
    columns = ("period", "date", "share", "target")
    return tables.table(found, words, columns=columns, title=words.t("title.milestones"))


def saved(found: Any, words: Words) -> View:
    """The file a plan was written to, and how many rows it holds.

    Parameters
    ----------
    found : Saved or Unavailable
        path and rows.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    return notes.sentence(words.t("plan.saved", n=found.rows, path=found.path.name))


def next_target(found: Any, words: Words) -> View:
    """The suggested target, the rule behind it, and the figures it rests on."""
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    figures = pd.DataFrame(
        [
            {"view": name, "amount": amount}
            for name, amount in (
                ("last_year", found.last_year),
                ("asked", found.asked),
                ("baseline", found.baseline),
                ("low", found.low),
                ("high", found.high),
                ("suggested", found.target),
            )
            if not amounts.missing(amount)
        ]
    )
    lines = [next_sentence(found, words), words.t(f"next.{found.rule}")]
    suggested = [view == "suggested" for view in figures["view"]]
    told = [notes.points(lines), tables.table(figures, words, highlight=suggested)]
    return together(told, side_by_side=True)


def _sentence(key: str, found: Any, words: Words, **facts: Any) -> str:
    known = "" if amounts.missing(facts.get("chance")) else "_chance"
    return words.t(key + known, **facts)
