"""Actions in words: what is open and closed, what each brought, and what is proposed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts, notes, told
from kit.show.folded import folded
from kit.show.notes import sentence
from kit.show.table import table
from kit.show.tables import actions
from kit.show.view import View, together
from kit.show.words import Words

_SHOWN = 6  # actions that lie open
_KEY = "action_review"
_CLOSED = ("closed", "dropped")
_JUDGED = ("as_expected", "less", "seen", "nothing_seen", "adverse")


def carried(found: pd.DataFrame | Unavailable, words: Words, *, shown: int = _SHOWN) -> View:
    """What is carried over, closed and dropped, with the effect of each.

    Parameters
    ----------
    found : DataFrame or Unavailable
        From `kit.review.actions.carried`.
    words : Words
    shown : int
        Actions that lie open, of those not closed and of those closed; others are folded.
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    if found.empty:
        return notes.nothing(words, key="unavailable.no_actions")
    closed = found["outcome"].isin(_CLOSED)
    views = [sentence(_summary(found, words))]
    for kind, rows in (("open", found[~closed]), ("closed", found[closed])):
        if len(rows):
            views += _table(rows, words, title=words.t(f"{_KEY}.title.{kind}"), shown=shown)
    if (found["months"] > 0).any():
        views.append(View(f'<p class="kit-note">{words.t(f"{_KEY}.note")}</p>'))
    return together(views)


def proposed(found: pd.DataFrame | Unavailable, words: Words) -> View:
    """One action a cause: what is done, by whom, until when, and what it may bring.

    Parameters
    ----------
    found : DataFrame or Unavailable
        From `kit.review.actions.proposed`.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    if found.empty:
        return notes.nothing(words, key=f"{_KEY}.proposed.none")
    rows = [_proposal(one, words) for one in found.to_dict("records")]
    return _written(pd.DataFrame(rows), words, "what who due brings")


def talks(found: pd.DataFrame | Unavailable, words: Words) -> View:
    """Talks about improvement plans as actions; nothing where none is due.

    Parameters
    ----------
    found : DataFrame or Unavailable
        From `kit.review.improvement_plan.actions`.
    words : Words
    """
    if isinstance(found, Unavailable) or found.empty:
        return View("")
    return actions(found, words)


def effect_of(one: Mapping[str, Any], words: Words) -> str:
    """What an action brought, in sentences.

    Parameters
    ----------
    one : mapping
        A row of `kit.review.actions.carried`.
    words : Words
    """
    lines = [_given(one, words)]
    if one["months"]:
        lines.append(_measured(one, words))
    lines.append(_verdict(one, words))
    if one["shared"]:
        lines.append(words.t(f"{_KEY}.shared", ids=list(one["shared"])))
    if one["events"]:
        told_of = [words.t(f"{_KEY}.event", **event) for event in one["events"]]
        lines.append(words.t(f"{_KEY}.events", events=told_of))
    if one["causes"]:
        facts = [{"subject": row["subject"], **row["facts"]} for row in one["causes"]]
        names = [
            words.term("cause", row["cause"], fact)
            for row, fact in zip(one["causes"], facts, strict=True)
        ]
        lines.append(words.t(f"{_KEY}.causes", causes=names))
    return _joined([line for line in lines if line], words)


def cause_of(cell: Any, words: Words) -> str:
    """The cause of an action: a key of the kit with its subject in words, other texts as they are.

    Examples
    --------
    >>> cause_of("lost_customer: Clinic", Words("en")), cause_of("late trucks", Words("en"))
    ('Customer lost: Clinic', 'late trucks')
    """
    if amounts.missing(cell):
        return ""
    key, _, subject = (part.strip() for part in str(cell).partition(":"))
    if words.has(f"cause.{key}"):
        return words.term("cause", key, {"subject": subject})
    return str(cell)


def _summary(found: pd.DataFrame, words: Words) -> str:
    many = Counter(found["outcome"])
    late = int((found["status"] == "overdue").sum())
    key = "open" if late else "open_calm"
    lines = [words.t(f"{_KEY}.sum.{key if many['carried'] else 'none'}",
                     open=many["carried"], late=late)]  # fmt: skip
    closed, dropped = many["closed"], many["dropped"]
    if closed or dropped:
        key = "closed" if closed and dropped else "closed_only" if closed else "dropped_only"
        lines.append(words.t(f"{_KEY}.sum.{key}", closed=closed, dropped=dropped))
    verdicts = Counter(one for one in found["verdict"] if one in _JUDGED)
    if verdicts:
        told_of = [one for one in _JUDGED if verdicts[one]]
        kinds = [words.t(f"{_KEY}.short.{one}", n=verdicts[one]) for one in told_of]
        lines.append(words.t(f"{_KEY}.sum.measured", kinds=kinds))
    return _joined(lines, words)


def _table(rows: pd.DataFrame, words: Words, *, title: str, shown: int) -> list[View]:
    frame = pd.DataFrame([_row(one, words) for one in rows.to_dict("records")])
    columns = "what stands who check"
    views = [_written(frame.iloc[:shown], words, columns, title=title)]
    if len(frame) > shown:
        rest = _written(frame.iloc[shown:], words, columns)
        views.append(folded([rest], words.t(f"{_KEY}.more", n=len(frame) - shown)))
    return views


def _row(one: Mapping[str, Any], words: Words) -> dict[str, str]:
    status = words.t(f"{_KEY}.status.{one['status'].replace(' ', '_')}")
    stage = words.t(f"{_KEY}.stage.{one['stage']}")
    due = "stands" if pd.isna(one["due_on"]) else "stands_due"
    lines = [_ended(words.t(f"{_KEY}.{due}", status=status, stage=stage, due=one["due_on"]), words)]
    if not amounts.missing(one["said"]):
        lines.append(words.t(f"{_KEY}.said", said=one["said"]))
    if not amounts.missing(one["reason"]):
        lines.append(words.t(f"{_KEY}.reason", reason=str(one["reason"]).rstrip(".。")))
    cause = cause_of(one["cause"], words)
    name = words.t(f"{_KEY}.what_cause" if cause else f"{_KEY}.what", action=one["action"],
                   id=one["action_id"], scope=one["scope"], cause=cause)  # fmt: skip
    nobody = amounts.missing(one["owner"]) or not str(one["owner"]).strip()
    return {
        "what": name,
        "stands": _joined(lines, words),
        "who": words.t(f"{_KEY}.no_owner") if nobody else str(one["owner"]),
        "check": effect_of(one, words),
    }


def _proposal(one: Mapping[str, Any], words: Words) -> dict[str, str]:
    facts = {"subject": one["subject"], **(one["facts"] or {})}
    cause, due = words.term("cause", one["cause"], facts), words.date(one["due_on"])
    if not amounts.missing(one["covered_by"]):
        return {
            "what": words.t(f"{_KEY}.proposed.covered", id=one["covered_by"], action=one["action"]),
            "who": told.owner(one, words), "due": due,
            "brings": words.t(f"{_KEY}.proposed.covered_brings"),
        }  # fmt: skip
    key = "brings" if one["expected_low"] > 0 else "up_to"
    key = "unknown" if pd.isna(one["expected_high"]) else key
    brings = words.t(
        f"{_KEY}.proposed.{key}", low=one["expected_low"],
        high=one["expected_high"], measure=_measure(one["measure"], words),
    )  # fmt: skip
    return {
        "what": words.t(f"{_KEY}.proposed.new", action=told.action(one, words),
                        id=one["action_id"], cause=cause),
        "who": told.owner(one, words), "due": due, "brings": brings,
    }  # fmt: skip


def _given(one: Mapping[str, Any], words: Words) -> str:
    expected, measured = (one[name] for name in ("expected_effect", "measured_effect"))
    known = (not pd.isna(expected), not pd.isna(measured))
    key = {(True, True): "given", (True, False): "expected", (False, True): "measured_only"}
    if known == (False, False):
        return ""
    return words.t(f"{_KEY}.{key[known]}", expected=expected, measured=measured)


def _measured(one: Mapping[str, Any], words: Words) -> str:
    unit = one["unit"]
    write = {"money": words.signed_money, "rate": words.points}.get(unit, words.signed_count)
    key = "level" if unit == "rate" or one["measure"] == "visits_per_post" else "effect"
    if math.isnan(one["low"]):
        key = "effect_alone"
    against = words.t(f"{_KEY}.against.{one['against']}")
    return words.t(
        f"{_KEY}.{key}", measure=_measure(one["measure"], words), effect=write(one["effect"]),
        low=write(one["low"]), high=write(one["high"]), against=against, months=one["months"],
        start=one["started_on"],
    )  # fmt: skip


def _verdict(one: Mapping[str, Any], words: Words) -> str:
    verdict = one["verdict"]
    if verdict == "unknown":
        key = f"{_KEY}.why.{one['why']}"
        return words.t(key if words.has(key) else f"{_KEY}.why.other", detail=one["detail"])
    if verdict == "too_early" and pd.isna(one["known_on"]):
        verdict = "too_early_open"
    return words.t(f"{_KEY}.verdict.{verdict}", known_on=one["known_on"], start=one["started_on"])


def _measure(name: str, words: Words) -> str:
    key = f"{_KEY}.measure.{name}"
    return words.t(key) if words.has(key) else name


def _written(frame: pd.DataFrame, words: Words, columns: str, *, title: str = "") -> View:
    names = columns.split()
    headings = {name: words.t(f"{_KEY}.head.{name}") for name in names}
    return table(frame, words, title=title, columns=names, headings=headings,
                 kinds=dict.fromkeys(names, "text"), stacked=True)  # fmt: skip


def _ended(line: str, words: Words) -> str:
    return line + ("。" if words.language == "zh" else ".")


def _joined(lines: list[str], words: Words) -> str:
    return ("" if words.language == "zh" else " ").join(lines)
