"""Improvement plans as proposals for a talk: facts, what speaks against, support, dates, end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kit.data.tables import Unavailable
from kit.show import amounts, notes
from kit.show.folded import folded
from kit.show.notes import points, sentence
from kit.show.told import owner as told_owner
from kit.show.view import View, together
from kit.show.words import Words

_OPEN = 3  # plans that lie open


def plans(found: Any, words: Words) -> View:
    """Each rep for whom a plan is to be talked about: facts, what speaks against it, support, end.

    Parameters
    ----------
    found : DataFrame or Unavailable
        From `kit.review.improvement_plan.plans`.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    if found.empty:
        return sentence(words.t("people_review.no_plan"))
    views = [_plan(one, words) for one in found.to_dict("records")]
    first, rest = views[:_OPEN], views[_OPEN:]
    if rest:
        first.append(folded(rest, words.t("people_review.head.plans", n=len(rest))))
    return together([*first, notes.note(words.t("people_review.plan_note"))])


def _plan(one: Mapping[str, Any], words: Words) -> View:
    own = "_own" if one["unseen"] else ""
    head = "proposed" if one["proposed"] else "together"
    told = {"rep": one["rep"], "n": one["in_row"], "since": one["since"]}
    facts = {name: one[name] for name in ("attainment", "shortfall", "start", "end")}
    lines = [words.t("people_review.missed", **told, **facts)]
    strong = [circumstance(each, words) for each in one["speaks_against"] if each.strong]
    weak = [circumstance(each, words) for each in one["speaks_against"] if not each.strong]
    if strong:
        lines.append(words.t("people_review.against", what=_clauses(strong, words)))
    if weak:
        lines.append(words.t("people_review.beside", what=_clauses(weak, words)))
    if own:
        unseen = [words.t(f"people_review.unseen.{key}") for key in one["unseen"]]
        lines.append(words.t("people_review.not_seen", what=words.list(unseen)))
    support = [_supported(each, words) for each in one["support"]]
    lines.append(words.t("people_review.support", what=_clauses(support, words)))
    owner = told_owner(one, words)
    if not one["proposed"]:
        lines.append(words.t("people_review.talk", start=one["start"], owner=owner))
    else:
        ends = [_criterion_of_plan(each, words) for each in one["exit"]]
        days = [words.date(day) for day in one["checks"]]
        days = {"days": words.list(days), "owner": owner}
        lines.append(words.t(f"people_review.period{own}", **facts, **days))
        lines.append(words.t("people_review.exit", what=_clauses(ends, words)))
    return points(lines, title=words.t(f"people_review.title_{head}{own}", **told))


def _clauses(lines: Sequence[str], words: Words) -> str:
    """Clauses one after the other; they hold commas of their own."""
    return ("；" if words.language == "zh" else "; ").join(lines)


def circumstance(one: Any, words: Words) -> str:
    """A circumstance in words, with its facts.

    Parameters
    ----------
    one : Circumstance
        Of `kit.review.circumstances`.
    words : Words
    """
    key = f"people_review.circumstance.{one.key}"
    if one.key == "quota_far" and amounts.missing(one.facts["usual"]):
        key += "_alone"
    if one.facts.get("group") == "scope":
        key += "_all"
    return words.t(key, **one.facts)


def _supported(one: Any, words: Words) -> str:
    ways = {"subject": one.subject, "own": one.own, "usual": one.usual}
    if one.kind in ("few", "many_poor"):
        ways = {"subject": words.t(f"people_review.works.{one.subject}"),
                "own": round(one.own, 1), "usual": round(one.usual, 1)}  # fmt: skip
    return words.t(f"people_review.supported.{one.kind}", **ways)


def _criterion_of_plan(one: Mapping[str, Any], words: Words) -> str:
    if one["measure"] != "attainment":
        unknown = amounts.missing(one["own"]) or amounts.missing(one["usual"])
        known = "" if unknown else "_beside"
        work = words.t(f"people_review.works.{one['measure']}")
        facts = {name: one[name] for name in ("goal", "own", "usual")}
        facts = {name: None if value is None else round(value, 1) for name, value in facts.items()}
        return words.t(f"people_review.criterion.work{known}", work=work, **facts)
    known = "" if one["money"] is None else "_money"
    facts = {name: one[name] for name in ("goal", "money", "until")}
    return words.t(f"people_review.criterion.attainment{known}", **facts)
