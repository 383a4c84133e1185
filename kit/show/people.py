"""People: what they bring for a full post, what they can, what they do and what they carry."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts, notes
from kit.show.folded import folded
from kit.show.people_table import headings_of, named_reps, table_of, terms
from kit.show.table import table
from kit.show.view import View, together
from kit.show.words import Words

_FEW = 8  # people up to whom a table lies open
_QUADRANTS = ("many_good", "many_poor", "few_good", "few_poor")


def tiers(found: Any, words: Words) -> View:
    """The tiers with their people and bookings; below, folded, each rep.

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
    summary = found.summary.assign(tier=terms(found.summary["tier"], "people.tier", words))
    first = table_of(summary, words, "tier people amount share", title="tiers", lines=lines)
    rows = found.reps.assign(
        rep=named_reps(found.reps, words),
        tier=terms(found.reps["tier"].fillna("too_new"), "people.tier", words),
    )
    columns = "rep tier amount share posts productivity"
    each = table_of(rows, words, columns)
    return together([first, folded([each], words.t("people.head.reps", n=len(rows)))])


def productivity(found: Any, words: Words) -> View:
    """Bookings for each full post, of the scope as a sentence and of each rep as a table.

    Parameters
    ----------
    found : Productivity or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    key = "people.productivity" + ("" if amounts.missing(found.growth) else "_growth")
    key += "_one" if found.posts == 1 else ""
    names = ("posts", "posts_before", "productivity", "growth")
    facts = {name: getattr(found, name) for name in names}
    lines = [words.t("people.productivity_note")]
    if found.elsewhere:
        lines.append(words.t("people.elsewhere_posts", amount=found.elsewhere))
    peers = found.reps["peers"].dropna()
    if len(found.reps) == 1 and len(peers):
        lines.append(words.t("people.productivity_peers", n=int(peers.iloc[0])))
    rows = found.reps.assign(rep=named_reps(found.reps, words))
    columns = "rep posts amount productivity productivity_before growth beside"
    shown = table_of(rows, words, columns, lines=lines)
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
        return table_of(found.dimensions, words, columns, title="capability", lines=[note])
    columns += " reps_short people"
    first = table_of(found.dimensions, words, columns, title="capability", lines=[note])
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
    sides = {side: terms(found[side], "people.source", words) for side in ("source", "other")}
    return table_of(
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
    named = found.assign(rep=named_reps(found, words))
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
            headings=headings_of(words, names), stacked=True,
            caption=words.t("people.behaviour_note", good=float(found["good_from"].iloc[0])),
        ))  # fmt: skip
    told = [
        words.t(f"people.quadrant.{one}") if isinstance(one, str) else amounts.NONE
        for one in named["quadrant"]
    ]
    named = named.assign(quadrant=told, multiple=[_times(one, words) for one in named["multiple"]])
    if found["rep_id"].nunique() > _FEW:
        named = named[found["quadrant"].isin(_QUADRANTS)]
    if named.empty:
        return together(views)
    columns = "rep behaviour per_day multiple attainment quadrant"
    counts = table_of(named, words, columns, kinds={"multiple": "text"})
    return together([*views, folded([counts], words.t("people.head.counts"))])


def load(found: Any, words: Words) -> View:
    """Who carries more than the limit for a full post, against whom; below, folded, each rep.

    Parameters
    ----------
    found : DataFrame or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    rep, limit = named_reps(found, words), float(found["limit"].iloc[0])
    over = found["over"].map(bool)
    line = words.t("people.load_none", limit=limit) if found["highest"].notna().any() else ""
    if over.any():
        key = "people.load_over" + ("_one" if over.sum() == 1 else "")
        line = words.t(key, n=int(over.sum()), limit=limit, who=rep[over])
    cells = {
        kind: [_loaded(*one, words) for one in zip(found[kind], found[f"{kind}_load"], strict=True)]
        for kind in ("deals", "customers", "orders")
    }
    told = [
        words.list(words.t(f"people.load.{one}") for one in row) if row else None
        for row in found["over"]
    ]
    shown = table_of(
        found.assign(rep=rep, over=told, **cells), words,
        "rep posts deals customers orders over", kinds=dict.fromkeys(cells, "text"),
        lines=[words.t("people.load_note")], stacked=True,
    )  # fmt: skip
    shown = _people(shown, len(found), words, told=bool(over.any()) or len(found) == 1)
    lines = [line] if line else []
    if line and len(found) > 1:
        lines.append(words.t("people.load_within"))
    head = notes.points(lines, title=words.t("people.title.load"))
    return together([head, shown])


def _times(multiple: Any, words: Words) -> str | None:
    """A multiple with the two decimals it was judged by."""
    if amounts.missing(multiple):
        return None
    return words.t("unit.multiple", n=amounts.decimal(multiple, words.language, digits=2))


def _loaded(count: Any, multiple: Any, words: Words) -> str:
    if pd.isna(count):
        return amounts.NONE
    if pd.isna(multiple):
        return words.count(count)
    frame = "{}（{}）" if words.language == "zh" else "{} ({})"
    return frame.format(words.count(count), _times(multiple, words))


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


def _people(view: View, many: int, words: Words, *, told: bool = True) -> View:
    """A table of few people as it is; of many, or that tells nothing, behind one line."""
    if many <= _FEW and told:
        return view
    return folded([view], words.t("people.head.reps", n=many))
