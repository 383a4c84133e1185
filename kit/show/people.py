"""People: what they bring for a full post, what they can, what they do and what they carry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts, notes
from kit.show.folded import folded
from kit.show.table import table
from kit.show.view import View, together
from kit.show.words import Words

_KINDS = {
    "people": "count", "posts": "number", "productivity": "money", "growth": "signed_percent",
    "productivity_before": "money", "beside": "signed_percent", "share": "percent",
    "per_day": "number", "multiple": "multiple", "highest": "multiple", "required": "number",
    "reps_short": "count", "difference": "number", "other_score": "number", "score": "number",
    "deals": "count", "count": "count",
}  # fmt: skip
_FEW = 8  # people up to whom a table lies open
_QUADRANTS = ("many_good", "many_poor", "few_good", "few_poor")


def tiers(found: Any, words: Words) -> View:
    """The tiers with their people and revenue; below, folded, each rep.

    Parameters
    ----------
    found : Tiers or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    lines = [words.t("people.tiers_note", core=found.limits[0], steady=found.limits[1])]
    if found.elsewhere:
        lines.append(words.t("people.elsewhere", amount=found.elsewhere))
    summary = found.summary.assign(tier=_told(found.summary["tier"], "people.tier", words))
    first = _table(summary, words, "tier people amount share", title="tiers", lines=lines)
    rows = found.reps.assign(
        rep=_named(found.reps, words),
        tier=_told(found.reps["tier"].fillna("too_new"), "people.tier", words),
    )
    columns = "rep tier amount share posts productivity"
    each = _table(rows, words, columns)
    return together([first, folded([each], words.t("people.head.reps", n=len(rows)))])


def productivity(found: Any, words: Words) -> View:
    """Revenue for each full post, of the scope as a sentence and of each rep as a table.

    Parameters
    ----------
    found : Productivity or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    key = "people.productivity" + ("" if amounts.missing(found.growth) else "_growth")
    key += "_one" if found.posts == 1 else ""
    facts = {"posts": found.posts, "productivity": found.productivity, "growth": found.growth}
    lines = [words.t("people.productivity_note")]
    if found.elsewhere:
        lines.append(words.t("people.elsewhere_posts", amount=found.elsewhere))
    peers = found.reps["peers"].dropna()
    if len(found.reps) == 1 and len(peers):
        lines.append(words.t("people.productivity_peers", n=int(peers.iloc[0])))
    rows = found.reps.assign(rep=_named(found.reps, words))
    columns = "rep posts amount productivity productivity_before growth beside"
    shown = _table(rows, words, columns, lines=lines)
    return together([notes.sentence(words.t(key, **facts)), _people(shown, len(rows), words)])


def capability(found: Any, words: Words) -> View:
    """Each capability beside what is required; below, folded, the score of each rep.

    Parameters
    ----------
    found : Capability or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    note, columns = words.t("people.required_note"), "dimension score required"
    if found.scores["rep_id"].nunique() == 1:
        return _table(found.dimensions, words, columns, title="capability", lines=[note])
    columns += " reps_short people"
    first = _table(found.dimensions, words, columns, title="capability", lines=[note])
    return together([first, folded([_grid(found.scores, words)], words.t("people.head.matrix"))])


def disagreements(found: Any, words: Words) -> View:
    """Scores on which two sources lie far apart.

    Parameters
    ----------
    found : DataFrame or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    sides = {side: _told(found[side], "people.source", words) for side in ("source", "other")}
    return _table(
        found.assign(**sides), words, "rep dimension source score other other_score difference",
        title="disagreements",
    )  # fmt: skip


def behaviour(found: Any, words: Words) -> View:
    """Who does clearly more or less than the others, with what comes of it, and what to ask.

    Parameters
    ----------
    found : DataFrame or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    named = found.assign(rep=_named(found, words))
    views, rows = [], []
    for kind, group in named.groupby("behaviour", sort=False):
        clear = {one: group.loc[group["quadrant"] == one, "rep"] for one in _QUADRANTS}
        rows += [
            {
                "behaviour": kind, "quadrant": words.t(f"people.quadrant.{one}"),
                "who": words.list(who), "question": words.t(f"people.question.{one}"),
            }
            for one, who in clear.items() if len(who)
        ]  # fmt: skip
        if not any(len(who) for who in clear.values()):
            views.append(notes.sentence(words.t("people.behaviour_none", behaviour=kind)))
    if rows:
        names = ("quadrant", "behaviour", "who", "question")
        views.insert(0, table(
            pd.DataFrame(rows), words, title=words.t("people.title.behaviour"), columns=names,
            headings=_headings(words, names), stacked=True, caption=words.t("people.behaviour_note")
        ))  # fmt: skip
    told = [
        words.t(f"people.quadrant.{one}") if isinstance(one, str) else amounts.NONE
        for one in named["quadrant"]
    ]
    named = named.assign(quadrant=told)
    if found["rep_id"].nunique() > _FEW:
        named = named[found["quadrant"].isin(_QUADRANTS)]
    if named.empty:
        return together(views)
    counts = _table(named, words, "rep behaviour per_day multiple attainment quadrant")
    return together([*views, folded([counts], words.t("people.head.counts"))])


def load(found: Any, words: Words) -> View:
    """Who carries more than the limit for a full post; below, folded, each rep.

    Parameters
    ----------
    found : DataFrame or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    rep, limit = _named(found, words), float(found["limit"].iloc[0])
    over = found["over"].map(bool)
    line = words.t("people.load_none", limit=limit) if found["highest"].notna().any() else ""
    if over.any():
        key = "people.load_over" + ("_one" if over.sum() == 1 else "")
        line = words.t(key, n=int(over.sum()), limit=limit, who=rep[over])
    cells = {
        kind: [_loaded(*one, words) for one in zip(found[kind], found[f"{kind}_load"], strict=True)]
        for kind in ("deals", "customers", "orders")
    }
    told = [words.list(words.t(f"people.load.{one}") for one in row) for row in found["over"]]
    shown = _table(
        found.assign(rep=rep, over=told, **cells), words,
        "rep posts deals customers orders over", kinds=dict.fromkeys(cells, "text"),
        lines=[words.t("people.load_note")],
    )  # fmt: skip
    shown = _people(shown, len(found), words)
    head = notes.points([line] if line else [], title=words.t("people.title.load"))
    return together([head, shown])


def _loaded(count: Any, multiple: Any, words: Words) -> str:
    if pd.isna(count):
        return amounts.NONE
    if pd.isna(multiple):
        return words.count(count)
    frame = "{}（{}）" if words.language == "zh" else "{} ({})"
    return frame.format(words.count(count), words.multiple(multiple))


def _grid(found: pd.DataFrame, words: Words) -> View:
    """Reps as rows, capabilities as columns; an arrow where a score is below what is required."""
    told = [
        words.number(one.score) + (" ↓" if one.short > 0 else "")
        for one in found.itertuples(index=False)
    ]
    wide = found.assign(_told=told).pivot(index="rep", columns="dimension", values="_told")
    wide = wide.fillna(amounts.NONE)
    names = {f"d{at}": name for at, name in enumerate(wide.columns)}
    frame = wide.set_axis(list(names), axis=1).reset_index()
    return table(
        frame, words, columns=["rep", *names], headings=names, kinds=dict.fromkeys(names, "text")
    )


def _people(view: View, many: int, words: Words) -> View:
    """A table of few people as it is, of many behind one line."""
    return view if many <= _FEW else folded([view], words.t("people.head.reps", n=many))


def _named(rows: pd.DataFrame, words: Words) -> pd.Series:
    """Names with what marks them out: on the ramp, part-time, not there all the time."""

    def named(rep: str, marks: tuple[str, ...]) -> str:
        told = words.list(words.t(f"people.mark.{one}") for one in marks)
        return words.t("people.marked", rep=rep, marks=told) if marks else rep

    told = [named(*one) for one in zip(rows["rep"], rows["marks"], strict=True)]
    return pd.Series(told, index=rows.index, dtype=object)


def _told(values: pd.Series, family: str, words: Words) -> list[str]:
    return [words.term(family, one) for one in values]


def _headings(words: Words, columns: Sequence[str]) -> dict[str, str]:
    known = [name for name in columns if words.has(f"people.heading.{name}")]
    return {name: words.t(f"people.heading.{name}") for name in known}


def _table(
    frame: pd.DataFrame,
    words: Words,
    columns: str,
    *,
    title: str = "",
    lines: Sequence[str] = (),
    kinds: dict[str, str] | None = None,
) -> View:
    names = columns.split()
    caption = ("" if words.language == "zh" else " ").join(lines)
    return table(
        frame[names], words, title=words.t(f"people.title.{title}") if title else "",
        columns=names, headings=_headings(words, names), kinds={**_KINDS, **(kinds or {})},
        caption=caption,
    )  # fmt: skip
