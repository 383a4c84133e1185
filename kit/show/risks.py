"""The risk register in words: what is beyond its limit, and who controls it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import notes, told
from kit.show.folded import folded
from kit.show.notes import points, sentence
from kit.show.table import table
from kit.show.view import View, together
from kit.show.words import Words

_POINTS = {"discount": 1.0, "share_loss": -1.0}  # told in points, a loss as a minus


def risks(found: Any, words: Words) -> View:
    """The risks beyond a limit as a table, the quiet ones folded, and what cannot be told.

    Parameters
    ----------
    found : Risks or Unavailable
        table: risk, subjects, value, watch, before, trend, state, stake, owner_role, owner,
        section, facts; missing, unknown.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    views = [sentence(_summary(found.table, words))]
    rows = found.table.to_dict("records")
    grave = [one for one in rows if one["state"] != "quiet"]
    if grave:
        views.append(_table(grave, words))
    quiet = [one for one in rows if one["state"] == "quiet"]
    if quiet:
        lines = [_quiet(one, words) for one in quiet]
        views.append(folded([points(lines)], words.t("risk.quiet", n=len(quiet))))
    views += [
        notes.note(words.t("risk.missing", table=f"`{name}`", risks=_kinds(keys, words)))
        for name, keys in found.missing.items()
    ]
    if found.unknown:
        lines = [_unknown(name, why, words) for name, why in found.unknown]
        views.append(notes.note(_joined(lines, words)))
    return together(views)


def says(one: Mapping[str, Any], words: Words) -> str:
    """A risk's figure, its limit, and how it has moved, in sentences.

    Parameters
    ----------
    one : mapping
        A row of the table of risks.
    words : Words
    """
    name, facts = one["risk"], {**one["facts"], "value": one["value"]}
    key = f"risk.says.{name}"
    if name == "silent_customers" and facts.get("handed"):
        key += "_handed"
    if name == "overdue" and math.isnan(facts.get("dso", math.nan)):
        key += "_no_dso"
    watch, before = one["watch"], one["before"]
    if name == "forecast_quality":  # told as the share that the intervals held
        watch, before = (facts["interval"] - shortfall for shortfall in (watch, before))
    if name in _POINTS:
        value, watch, before = (_POINTS[name] * two for two in (one["value"], watch, before))
        facts["value"], limit = value, words.t("risk.limit.points", watch=watch)
        then = words.points(before)
    else:
        limit, then = words.t("risk.limit.share", watch=watch), words.percent(before)
    trend = one["trend"] if isinstance(one["trend"], str) else "none"
    moved = words.t(f"risk.trend.{trend}", limit=limit, before=then)
    return _joined([words.t(key, **facts), moved], words)


def _summary(frame: pd.DataFrame, words: Words) -> str:
    if frame.empty:
        return words.t("risk.sum.none")
    many = Counter(frame["state"])
    grave = [name for name in ("warning", "watch") if many[name]]
    key = "both" if len(grave) == 2 else (grave or ["quiet"])[0]
    facts = {name: many[name] for name in ("warning", "watch", "quiet")}
    return words.t(f"risk.sum.{key}", **facts)


def _table(rows: list[dict[str, Any]], words: Words) -> View:
    frame = pd.DataFrame(
        {
            "what": [_named(one, words) for one in rows],
            "figure": [says(one, words) for one in rows],
            "about": [_about(one, words) for one in rows],
            "control": [words.t(f"risk.control.{one['risk']}") for one in rows],
            "who": [told.owner(one, words) for one in rows],
            "section": [one["section"] for one in rows],
        }
    )
    names = ("what", "figure", "about", "control", "who")
    headings = {name: words.t(f"risk.head.{name}") for name in names}
    headings["section"] = words.t("risk.evidence")
    return table(frame, words, title=words.t("risk.title"), columns=(*names, "section"),
                 headings=headings, kinds=dict.fromkeys(names, "text"),
                 caption=words.t("risk.note"), stacked=True)  # fmt: skip


def _named(one: Mapping[str, Any], words: Words) -> str:
    facts = {"state": words.t(f"risk.state.{one['state']}"),
             "risk": words.t(f"risk.kind.{one['risk']}")}  # fmt: skip
    if one["subjects"]:
        return words.t("risk.named", **facts, subjects=list(one["subjects"]))
    return words.t("risk.name", **facts)


def _about(one: Mapping[str, Any], words: Words) -> str:
    stake = one["stake"]
    if pd.isna(stake) or stake <= 0:
        return words.t("risk.about_none")
    return words.t("risk.about", stake=stake)


def _quiet(one: Mapping[str, Any], words: Words) -> str:
    return words.t("risk.quiet_line", risk=_capital(f"risk.kind.{one['risk']}", words),
                   says=says(one, words))  # fmt: skip


def _unknown(name: str, why: Unavailable, words: Words) -> str:
    return words.t("risk.unknown", risk=_capital(f"risk.kind.{name}", words),
                   why=notes.unavailable(why, words).title)  # fmt: skip


def _kinds(names: tuple[str, ...], words: Words) -> list[str]:
    return [words.t(f"risk.kind.{name}") for name in names]


def _capital(key: str, words: Words) -> str:
    text = words.t(key)
    return text[:1].upper() + text[1:]


def _joined(lines: list[str], words: Words) -> str:
    return ("" if words.language == "zh" else " ").join(lines)
