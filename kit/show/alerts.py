"""Alerts in words: the table of a packet, and the rows that its findings and alerts.csv hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from kit.show import notes
from kit.show.table import table
from kit.show.view import View
from kit.show.words import Words

_MOST = 6  # names in a sentence of the page; alerts.csv has all
ROW = (
    "alert_id", "scope", "owner", "severity", "rule", "part", "subject", "value", "threshold",
    "unit", "signal", "q", "since", "evidence", "advice", "eased", "seen_by", "owner_name",
)  # fmt: skip


def alerts(
    frame: pd.DataFrame, words: Words, *, title: str = "", names: Mapping[str, str] | None = None
) -> View:
    """What needs attention, the gravest first: the matter, what it rests on, whose it is.

    Parameters
    ----------
    frame : DataFrame
        As `kit.track.alerts.alerts` returns it.
    words : Words
    title : str
    names : mapping of rep_id to str, optional
        Names to show for owners.
    """
    if not frame.empty:
        rows = frame.to_dict("records")
        frame = pd.DataFrame(
            {
                "matter": [matter(one, words) for one in rows],
                "severity": [one["severity"] for one in rows],
                "says": [says(one, words, most=_MOST) for one in rows],
                "since_when": [_since(one["since"], words) for one in rows],
                "owner": [owner(one["owner"], words, names=names) for one in rows],
                "advice": [one["advice"] for one in rows],
            }
        )  # fmt: skip
    return table(frame, words, title=title, empty="unavailable.no_alerts", stacked=True,
                 columns=("matter", "severity", "says", "since_when", "owner", "advice"))  # fmt: skip


def urgent(frame: pd.DataFrame, words: Words) -> View:
    """One sentence: how many matters are urgent, how many to watch, and which comes first.

    Parameters
    ----------
    frame : DataFrame
        As `kit.track.alerts.alerts` returns it; severity, part and rule are read.
    words : Words

    Examples
    --------
    >>> frame = pd.DataFrame({"severity": ["red", "amber", "amber"], "part": ["East"] * 3,
    ...                       "rule": ["conversion_fall", "coverage", "pays_later"]})
    >>> urgent(frame, Words("en")).title
    '1 urgent matter and 2 to watch. First: East: fewer deals are won than usual.'
    >>> urgent(frame.iloc[:0], Words("zh")).title
    '暂无需要关注的事项。'
    """
    red = int((frame["severity"] == "red").sum())
    rest = len(frame) - red
    if frame.empty:
        return notes.sentence(words.t("alert.calm"))
    kind = "both" if red and rest else "urgent" if red else "watch"
    part, rule = (words.term(name, frame[name].iloc[0]) for name in ("part", "rule"))
    first = words.t("alert.first", part=part, rule=rule[:1].lower() + rule[1:])
    line = words.t(f"alert.count_{kind}", red=red, amber=rest)
    return notes.sentence(line + ("" if words.language == "zh" else " ") + first)


def rows(
    frame: pd.DataFrame, words: Words, *, names: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """The alerts as plain rows with their sentences, for findings and alerts.csv.

    Returns
    -------
    list of dict
        Keys `ROW`; evidence and advice are sentences, since is a day in ISO form, what is not known
        is None.
    """
    return [
        {
            **{name: _plain(one[name]) for name in ROW if name in one},
            "unit": "multiple" if one["rule"] == "coverage" else one["kind"],
            "part": words.term("part", one["part"]),
            "since": None if pd.isna(one["since"]) else one["since"].date().isoformat(),
            "evidence": says(one, words),
            "advice": words.term("advice", one["advice"]),
            "owner_name": owner(one["owner"], words, names=names),
        }
        for one in frame.to_dict("records")
    ]


def matter(one: Mapping[str, Any], words: Words) -> str:
    """What is wrong with whom.

    Examples
    --------
    >>> matter({"part": "East", "rule": "pace"}, Words("en"))
    'East: Behind the target due to date'
    """
    part, rule = words.term("part", one["part"]), words.term("rule", one["rule"])
    return words.t("figure.alt_pair", name=part, label=rule)


def says(one: Mapping[str, Any], words: Words, *, most: int | None = None) -> str:
    """What an alert rests on, the judgement, and what is told beside it.

    Parameters
    ----------
    one : mapping
        A row of `kit.track.alerts.alerts`.
    words : Words
    most : int, optional
        Names that are listed at the most; None: all.
    """
    facts = {**one["facts"], **_deals(one["facts"], words)}
    facts = {name: _some(found, words, most) for name, found in facts.items()}
    told = facts.get("told")
    key = f"evidence.{one['evidence']}" + (f"_{told}" if told else "")
    lines = [words.t(key, **{"days": one["value"], **facts})]
    if one["signal"] == "yes" and one["q"] == one["q"]:
        lines.append(words.t("alert.signal"))
    elif one["signal"] == "no" and told != "explained":
        lines.append(words.t("alert.within"))
    if facts.get("part"):
        lines.append(words.t("alert.because_pace", part=facts["part"], pace=facts["part_pace"]))
    elif one["because"]:
        lines.append(words.t("alert.parts", parts=one["because"]))
    if one["also"]:
        also = [words.term("rule", rule) for rule in one["also"]]
        lines.append(words.t("alert.also", rules=also))
    if one["eased"]:
        lines.append(words.t("alert.eased"))
    return ("" if words.language == "zh" else " ").join(lines)


def owner(text: str, words: Words, *, names: Mapping[str, str] | None = None) -> str:
    """An owner in words: a person by name, a role with the scope it is of.

    Examples
    --------
    >>> owner("regional_manager:East", Words("en")), owner("rep:R2", Words("en"), names={"R2": "Li"})
    ('Manager of East', 'Li')
    """
    role, _, name = text.partition(":")
    if role == "rep" and names and name in names:
        return names[name]
    key = f"alert.owner_{role}"
    return words.t(key, name=name) if words.has(key) else text


def _deals(facts: Mapping[str, Any], words: Words) -> dict[str, list[str]]:
    """Deals by number and customer, where both are told."""
    if not ("deals" in facts and "customers" in facts):
        return {}
    pairs = zip(facts["deals"], facts["customers"], strict=True)
    return {"deals": [words.t("alert.deal", deal=deal, customer=customer) if customer else deal
                      for deal, customer in pairs]}  # fmt: skip


def _some(found: Any, words: Words, most: int | None) -> Any:
    """A list with its first names and how many there are besides; anything else as it is."""
    if not most or not isinstance(found, (list, tuple)) or len(found) <= most + 1:
        return found
    chinese = words.language == "zh"
    names = ("、" if chinese else ", ").join(map(str, found[:most]))
    many = len(found) if chinese else len(found) - most  # 等 counts all, "more" those not named
    return [words.t("alert.and_more", names=names, n=many)]


def _since(day: Any, words: Words) -> str:
    return "" if pd.isna(day) else words.date(day).replace(" ", "\u00a0")


def _plain(found: Any) -> Any:
    if isinstance(found, float) and found != found:
        return None
    return found
