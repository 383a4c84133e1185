"""Bridges on the page: which waterfalls lie open, which are folded, and how they were made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show.figures.bridge import waterfall
from kit.show.folded import folded
from kit.show.notes import shows, unavailable
from kit.show.table import table
from kit.show.view import View, together
from kit.show.words import Words

Found = Mapping[str, "pd.DataFrame | Unavailable"]

# Of each group the first dimension that has parts lies open.
OPEN = (("region", "team", "rep"), ("line", "article", "class", "customer", "channel"))
_BY_ARTICLE = {"new": "new_article", "lost": "lost_article"}


def bridge(
    frame: pd.DataFrame | Unavailable, words: Words, *, by: str, measure: str = "bookings"
) -> View:
    """One bridge as a waterfall whose line below says how it was made.

    Parameters
    ----------
    frame : DataFrame or Unavailable
        part, reference, actual, effect, basis (key).
    words : Words
    by : str
        The dimension, such as `region`.
    measure : str
    """
    basis = _basis(frame)
    return waterfall(
        frame, words, by=by, measure=measure, start_label=_start(basis, words),
        method=words.t(f"bridges.method.{basis}") if basis else "",
    )  # fmt: skip


def every(found: Found, words: Words, *, measure: str = "bookings") -> View:
    """Bridges by dimension: one by place or people and one by what was sold open, others folded.

    Parameters
    ----------
    found : mapping of str to DataFrame or Unavailable
        The bridges by dimension. One with a single part says no more than the totals and is left
        out; where no bridge can be made, one line says why.
    words : Words
    measure : str
    """
    told, missing = _told(found)
    if not told:
        return unavailable(missing[0], words) if missing else View("")
    first = _open(told)
    rest = [one for one in told if one not in first]
    lying_open = [bridge(found[one], words, by=one, measure=measure) for one in first]
    views = [together(lying_open, side_by_side=True)]
    if rest:
        inside = [bridge(found[one], words, by=one, measure=measure) for one in rest]
        names = [words.term("by", one) for one in rest]
        beside = together(inside, side_by_side=True)
        views.append(folded([beside], words.t("bridges.more", by=names)))
    views += [unavailable(one, words) for one in dict.fromkeys(missing)]
    return together(views)


def against(found: Found, words: Words, *, measure: str = "bookings") -> View:
    """The bridges from one more reference, such as last year, folded behind their difference.

    Parameters
    ----------
    found : mapping of str to DataFrame or Unavailable
        The bridges by dimension, all from the same reference. The two that would lie open are
        drawn. Where none can be made, one line says why.
    words : Words
    measure : str
    """
    frames = [one for one in found.values() if isinstance(one, pd.DataFrame) and len(one)]
    if not frames:
        return every(found, words, measure=measure)
    start, end = (float(frames[0][name].sum()) for name in ("reference", "actual"))
    basis = _basis(frames[0])
    head = words.t(
        f"bridges.against.{'target' if basis.endswith('target') else basis}",
        effect=words.signed_amount(end - start, measure),
        reference=words.amount(start, measure),
        actual=words.amount(end, measure),
    )
    inside = [bridge(found[one], words, by=one, measure=measure) for one in _open(_told(found)[0])]
    if not inside:
        alone = frames[0].assign(part="total").iloc[:1].assign(
            reference=start, actual=end, effect=end - start
        )  # fmt: skip
        inside = [table(alone, words, columns=("part", "reference", "actual", "effect"))]
    return folded([together(inside, side_by_side=True)], head)


def effects(found: Any, words: Words) -> View:
    """Price, volume, mix and the other effects as a waterfall, the largest articles folded.

    Parameters
    ----------
    found : ArticleEffects or Unavailable
        against, reference, actual, effects (effect, amount) and articles (part and a column for
        each effect).
    words : Words
    """
    if note := shows(found, words):
        return note
    keys = found.effects["effect"].replace(_BY_ARTICLE)
    moved = found.effects["amount"].abs() > 0
    method = words.t("bridges.effects.method")
    if found.against == "target":
        method += ("" if words.language == "zh" else " ") + words.t("bridges.effects.scaled")
    drawn = waterfall(
        found.effects.assign(effect=keys)[moved | ~moved.any()], words, start=found.reference,
        end=found.actual, start_label=_start(found.against, words), method=method,
    )  # fmt: skip
    if found.articles.empty:
        return drawn
    names = [one for one in found.articles if one != "part"]
    headings = {one: words.term("effect", _BY_ARTICLE.get(one, one)) for one in names[:-1]}
    told = [one for one in names if found.articles[one].abs().max() > 0]
    listed = table(
        found.articles, words, columns=["part", *told],
        headings={"part": words.t("heading.article"), **headings},
        kinds=dict.fromkeys(names, "signed_money"),
    )  # fmt: skip
    return together([drawn, folded([listed], words.t("bridges.effects.articles"))])


def _told(found: Found) -> tuple[list[str], list[Unavailable]]:
    """The dimensions with more than one part, and what the others lack."""
    frames = {one: frame for one, frame in found.items() if isinstance(frame, pd.DataFrame)}
    missing = [frame for frame in found.values() if isinstance(frame, Unavailable)]
    return [one for one, frame in frames.items() if len(frame) > 1], missing


def _open(told: list[str]) -> list[str]:
    first = [next((one for one in group if one in told), "") for group in OPEN]
    return [one for one in first if one]


def _basis(frame: pd.DataFrame | Unavailable) -> str:
    known = isinstance(frame, pd.DataFrame) and "basis" in frame and len(frame)
    return str(frame["basis"].iloc[0]) if known else ""


def _start(basis: str, words: Words) -> str:
    key = f"bridges.start.{basis}"
    return words.t(key) if words.has(key) else ""
