"""Where a gap comes from, in words: step by step, by field, inside and outside, by obstacle."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts, notes
from kit.show.folded import folded
from kit.show.notes import points, sentence
from kit.show.table import table
from kit.show.view import View, together
from kit.show.words import Words

_QUADRANTS = ("strength", "weakness", "opportunity", "threat")
_END = "。.；; "
_GROSS = ("funnel_step", "loss_reason", "loss_reason_event")  # statements of money of lost deals
_LIMITS = {"tracking": "share", "tracking_reasons": "share", "market_entry": "fewer",
           "market_share": "market", "customer_loss": "held",
           "customer_gone": "held"}  # fmt: skip


def why(found: Any, words: Words) -> View:
    """The walk down to the parts that stand out, how they are chosen, and the question at its end.

    Parameters
    ----------
    found : Chain or Unavailable
        steps: step, statement, effect, section, facts; question (key) and its facts; among
        (dimensions that each part was chosen among).
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    shown = table(
        found.steps, words, columns=("statement", "effect", "section"),
        headings={"statement": words.t("root.step"), "section": words.t("root.shown_in")},
        stacked=True,
    )  # fmt: skip
    lines = []
    if found.among:
        lines.append(words.t("root.chosen", among=_among(found.among, words)))
    if len(found.steps) > 1:
        lines.append(words.t("root.views"))
    if found.steps["statement"].isin(_GROSS).any():
        lines.append(words.t("root.gross"))
    views = [shown, *([notes.note(_joined(lines, words))] if lines else [])]
    asked = words.t(f"ask.{found.question}", **found.facts)
    return together([*views, sentence(words.t("root.question", question=asked))])


def _among(tried: Iterable[Iterable[str]], words: Words) -> str:
    """By what each part was chosen: first by region and channel, then by team."""
    told = []
    for dimensions in tried:
        named = [words.t(f"by.{one}") for one in dimensions]
        told.append(words.t("root.chosen_then" if told else "root.chosen_first", dimensions=named))
    return ("，" if words.language == "zh" else ", ").join(told)


def bones(found: Any, words: Words) -> View:
    """The fishbone as a table: what each field holds, and where nothing could be seen.

    Parameters
    ----------
    found : Fishbone or Unavailable
        bones: category, state, cause, subject, effect, share, evidence, count, missing, facts.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    rows = [
        {"category": one["category"], "found": bone(one, words), "effect": one["effect"],
         "evidence": words.term("evidence", one["evidence"], {"subject": one["subject"],
                                                              **one["facts"]})
         if one["evidence"] else amounts.NONE}
        for one in found.bones.to_dict("records")
    ]  # fmt: skip
    headings = {"category": words.t("root.bone"), "found": words.t("root.found")}
    shown = table(
        pd.DataFrame(rows), words, columns=("category", "found", "effect", "evidence"),
        headings=headings, stacked=True,
    )  # fmt: skip
    return folded([shown], words.t("title.fishbone_list"))


def bone(one: Mapping[str, Any], words: Words) -> str:
    """What a row of a fishbone names: a cause, several gathered, or why there is none."""
    if one["cause"]:
        told = words.term("cause", one["cause"], {"subject": one["subject"], **one["facts"]})
        open_ = one["confidence"] and one["confidence"] != "confirmed"
        return words.t("root.unconfirmed", told=told) if open_ else told
    if one["count"]:
        return words.t("root.unnamed", n=one["count"])
    state = words.t("root.nothing" if one["state"] == "nothing" else "root.no_data")
    if one["missing"] and one["state"] == "no_data":
        tables = [words.term("table", name) for name in one["missing"]]
        return words.t("root.missing", state=state, tables=tables)
    return state


def swot(found: Any, words: Words) -> View:
    """Strengths, weaknesses, opportunities and threats, and where inside and outside meet.

    Parameters
    ----------
    found : Swot or Unavailable
        entries: quadrant, finding, subject, effect, facts; pairs: pair, where, inside, outside;
        missing (tables); market (why the market could not be compared, or None).
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    told = [entry(one, words) for one in found.entries.to_dict("records")]
    lists = []
    for quadrant in _QUADRANTS:
        own = found.entries.index[found.entries["quadrant"] == quadrant]
        lines = [told[at] for at in own] or [words.t("swot.none")]
        lists.append(points(lines, title=words.t(f"swot.{quadrant}")))
    views = [together(lists, side_by_side=True)]
    lines = [
        words.t(f"swot.{one['pair']}", where=words.list(_touch(two, words) for two in one["where"]),
                inside=told[one["inside"]].rstrip(_END), outside=told[one["outside"]].rstrip(_END))
        for one in found.pairs.to_dict("records")
    ]  # fmt: skip
    title = words.t("swot.crossing")
    views.append(points(lines or [words.t("swot.no_crossing")], title=title))
    if found.missing:
        tables = [words.term("table", name) for name in found.missing]
        views.append(notes.note(words.t("swot.missing", tables=tables)))
    if found.market is not None:
        views.append(notes.unavailable(found.market, words))
    return together(views)


def entry(one: Mapping[str, Any], words: Words) -> str:
    """A finding of a SWOT as a phrase."""
    facts = dict(one["facts"])
    if "dimension" in facts:
        facts["by"] = words.t(f"by.{facts['dimension']}")
    if one["finding"] in ("cause_helped", "cause_cost", "win_back"):
        told = words.term("cause", facts["cause"], facts)
        open_ = facts.get("confidence") not in (None, "", "confirmed")
        facts["told"] = words.t("root.unconfirmed", told=told) if open_ else told
        return words.t("swot.win_back" if one["finding"] == "win_back" else "swot.cause", **facts)
    return words.t(f"swot.{one['finding']}", **facts)


def _touch(touch: str, words: Words) -> str:
    _, colon, name = touch.partition(":")
    return name if colon else words.t("swot.whole")


def obstacles(frame: pd.DataFrame | Unavailable, words: Words) -> View:
    """The usual obstacles with their verdict, the figure and the rule that decides.

    Parameters
    ----------
    frame : DataFrame
        obstacle, verdict, value, low, high, threshold, power, needed, unit, rule, doubt, why,
        facts.
    words : Words
    """
    if isinstance(frame, Unavailable):
        return notes.unavailable(frame, words)
    rows = [
        {"obstacle": words.term("obstacle", one["obstacle"]),
         "judged": words.term("obstacle_verdict", one["verdict"]),
         "told": _joined(_rests_on(one, words), words)}
        for one in frame.to_dict("records")
    ]  # fmt: skip
    headings = {"obstacle": words.t("root.obstacle"), "judged": words.t("root.verdict"),
                "told": words.t("root.rests_on")}  # fmt: skip
    return table(
        pd.DataFrame(rows), words,
        columns=("obstacle", "judged", "told"), headings=headings, stacked=True,
        highlight=[one == "confirmed" for one in frame["verdict"]],
        caption=words.t("root.obstacle_rule", needed=frame["needed"].max()),
    )  # fmt: skip


def _rests_on(one: Mapping[str, Any], words: Words) -> list[str]:
    if one["verdict"] == "no_data":
        key = f"obstacle_why.{one['why']}"
        if words.has(key):
            return [words.t(key)]
        return [notes.unavailable(Unavailable(table=one["why"]), words).title]
    names = ("value", "low", "high", "threshold", "power", "needed")
    facts = {**one["facts"], **{name: one[name] for name in names}}
    if one["rule"] == "uneven" and math.isnan(one["value"]):
        return [words.t("obstacle_rule.uneven_few", **facts)]
    told = [words.t(f"obstacle_rule.{one['rule']}", **facts)]
    known = one["low"] > -1 and math.isfinite(one["high"])
    told.append(words.t(f"obstacle_limit.{_limit(one, known=known)}", **facts))
    if one["doubt"]:
        told.append(words.t(_doubt(one, words), **facts))
    elif not math.isnan(one["power"]) and one["verdict"] != "confirmed":
        told.append(words.t("obstacle_limit.power", **facts))
    return told


def _doubt(one: Mapping[str, Any], words: Words) -> str:
    key = f"obstacle_doubt.{one['doubt']}"
    own = f"{key}_{_LIMITS.get(one['rule'], one['unit'])}"
    return own if words.has(own) else key


def _limit(one: Mapping[str, Any], *, known: bool) -> str:
    kind = _LIMITS.get(one["rule"], str(one["unit"]))
    return f"between_{kind}" if known else kind


def _joined(lines: Iterable[str], words: Words) -> str:
    return ("" if words.language == "zh" else " ").join(lines)
