"""Where each way of looking ahead sees a period land, beside the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from kit.data.tables import Unavailable
from kit.show import amounts, notes
from kit.show.figures.points import points
from kit.show.figures.rows import Row, number, spoken
from kit.show.palette import ACTUAL, BEFORE
from kit.show.view import View
from kit.show.words import Words


def landing(
    found: Any, words: Words, *, target: float | None = None, measure: str = "bookings"
) -> View:
    """The combined landing with its interval, and below it what each view says.

    Parameters
    ----------
    found : Landing or Unavailable
        landing, low, high, error, note, views (view, landing, error). A closed period shows
        nothing.
    words : Words
    target : float or None
    measure : str
        Unit of the amounts.
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    if found.note == "closed":
        return View("")
    if amounts.missing(found.landing):
        return notes.note(words.t(f"note.{found.note}"))
    known = found.views[found.views["landing"].notna()]
    goal = None if amounts.missing(target) else float(target)
    whole = {"view": "combined", "landing": found.landing, "error": found.error}
    rows = [_row(one, words, measure) for one in (whole, *known.to_dict("records"))]
    if not amounts.missing(found.low):
        rows[0] = replace(rows[0], low=float(found.low), high=float(found.high))
    tag = "" if goal is None else words.t("landing.target", target=words.amount(goal, measure))
    pairs = zip((row.name for row in rows), _told(rows, found, words), strict=True)
    return points(
        rows,
        goal=goal,
        tag=tag,
        title=_title(found, known["landing"], goal, words, measure),
        alt=f"{_alt(found, words, measure)} {spoken(words, pairs)}",
        note="" if amounts.missing(found.low) else words.t("landing.note"),
    )


def _row(one: dict, words: Words, measure: str) -> Row:
    strong = one["view"] == "combined"
    return Row(
        name=words.term("view", one["view"]), value=number(one["landing"]),
        label=words.amount(one["landing"], measure), colour=ACTUAL if strong else BEFORE,
        strong=strong,
    )  # fmt: skip


def _told(rows: Sequence[Row], found: Any, words: Words) -> list[str]:
    """What stands beside each name in the alternative text: the landing and its past miss."""
    errors = [found.error, *found.views.loc[found.views["landing"].notna(), "error"]]
    return [
        row.label if amounts.missing(error)
        else words.t("landing.label", landing=row.label, error=words.percent(error))
        for row, error in zip(rows, errors, strict=True)
    ]  # fmt: skip


def _title(found: Any, said: Any, goal: float | None, words: Words, measure: str) -> str:
    facts = {"landing": words.amount(found.landing, measure)}
    if len(said) < 2:
        return words.t("landing.title_one", **facts)
    facts |= {"low": words.amount(said.min(), measure), "high": words.amount(said.max(), measure)}
    if goal is None:
        return words.t("landing.title", **facts)
    return words.t("landing.title_target", target=words.amount(goal, measure), **facts)


def _alt(found: Any, words: Words, measure: str) -> str:
    names = ("landing",) if amounts.missing(found.low) else ("landing", "low", "high")
    facts = {name: words.amount(getattr(found, name), measure) for name in names}
    return words.t("landing.alt" if len(names) > 1 else "landing.alt_plain", **facts)
