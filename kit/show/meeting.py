"""The page for the meeting: goals and gaps, what went how, reasons, who does what, decisions."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts, cards, scorecards, told
from kit.show.outcome import outcome
from kit.show.story import spans
from kit.show.table import table
from kit.show.view import View
from kit.show.words import Words

CHAPTER = "meeting"
_LINE = "________"


def meeting(found: Any, words: Words) -> View:
    """The page for the meeting.

    Parameters
    ----------
    found : Meeting
        Of `kit.review.meeting.meeting`.
    words : Words

    Returns
    -------
    View
        Sentences have the ids of their records in `findings.json`; see `kit.show.story.records`
        with the statements of `kit.review.meeting.said` and the chapter `CHAPTER`.
    """
    well, poorly, wanted = found.well, found.poorly, [one.said for one in found.decisions]
    starts = (1, 1 + len(well), 1 + len(well) + len(poorly))
    told_well, told_poorly, told_wanted = (
        spans(some, words, chapter=CHAPTER, start=start)
        for some, start in zip((well, poorly, wanted), starts, strict=True)
    )
    blocks = [
        _goals(found, words),
        '<div class="kit-columns">'
        + _list("well", told_well, words, empty="meeting.nothing_well")
        + _list("poorly", told_poorly, words, empty="meeting.nothing_poorly")
        + "</div>",
        cards.reasons(found.reasons, words).html,
        _actions(found.actions, words),
        _decisions(found, told_wanted, words),
        _before(found, words),
        _people(found, words),
        "" if found.figures is None else scorecards.kpis(found.figures, words).html,
    ]
    page = f'<section class="kit-meeting kit-meeting-{html.escape(found.role)}">'
    return View(page + "".join(blocks) + "</section>", title=words.t("meeting.title"))


def _goals(found: Any, words: Words) -> str:
    """Goal, result, gap and the largest cause of the scope and its parts."""
    if isinstance(found.parts, Unavailable):
        return ""
    frame = found.parts.assign(
        why=[_cause(one, words) for one in found.parts.to_dict("records")]
    )
    columns = ["part", "status", "target", "actual", "pace_index", "gap", "why"]
    headings = {"why": words.t("meeting.cause")}
    if found.closed:
        ended = [outcome(*one) for one in zip(frame["status"], frame["attainment"], strict=True)]
        frame = frame.assign(outcome=ended)
        columns = ["part", "outcome", "target", "actual", "attainment", "gap", "why"]
    else:
        headings["gap"] = words.t("card.to_go")
    own = [number == 0 for number in range(len(frame))]
    return table(frame, words, title=words.t("meeting.goals"), columns=columns, headings=headings,
                 kinds={"why": "text"}, highlight=own if len(own) > 1 else None,
                 stacked=True).html  # fmt: skip


def _cause(one: dict[str, Any], words: Words) -> str | None:
    """The largest cause of a part with its money; none where none is named."""
    if amounts.missing(one["cause"]):
        return None
    cause = words.term("cause", one["cause"], {"subject": one["subject"], **one["facts"]})
    return words.t("meeting.cause_of", cause=cause, effect=one["effect"])


def _list(name: str, sentences: Sequence[str], words: Words, *, empty: str) -> str:
    title = html.escape(words.t(f"meeting.{name}"))
    body = "".join(f"<li>{one}</li>" for one in sentences)
    body = f"<ul>{body}</ul>" if body else f'<p class="kit-quiet">{html.escape(words.t(empty))}</p>'
    return f'<div class="kit-{name}"><p class="kit-title">{title}</p>{body}</div>'


def _actions(found: pd.DataFrame | Unavailable, words: Words) -> str:
    """Who does what by when, with a place to sign for what is new."""
    if isinstance(found, Unavailable) or found.empty:
        return ""
    items = []
    for one in found.to_dict("records"):
        due = words.t("card.owner_due", owner=told.owner(one, words), due=one["due_on"])
        going = "" if amounts.missing(one.get("covered_by")) else words.t("meeting.already")
        items.append(
            f"<li><strong>{html.escape(told.action(one, words))}</strong> "
            f'<span class="kit-quiet">{html.escape(" ".join(filter(None, (due, going))))}</span></li>'
        )
    title = html.escape(words.t("meeting.actions"))
    return f'<div class="kit-doing"><p class="kit-title">{title}</p><ol>{"".join(items)}</ol></div>'


def _decisions(found: Any, sentences: Sequence[str], words: Words) -> str:
    """What has to be decided; owner and day where they are known, else a line to fill in."""
    title = html.escape(words.t("meeting.decisions"))
    if not sentences:
        nothing = html.escape(words.t("meeting.nothing_to_decide"))
        return f'<div class="kit-wanted"><p class="kit-title">{title}</p><p>{nothing}</p></div>'
    items = []
    for one, said in zip(found.decisions, sentences, strict=True):
        role = words.term("owner_role", one.owner_role) if one.owner_role else _LINE
        due = _LINE if one.due_on is None else words.date(one.due_on)
        line = words.t("meeting.owner_due", owner=one.owner or role, due=due)
        items.append(
            f'<li><span aria-hidden="true">☐</span> {said} '
            f'<span class="kit-quiet">{html.escape(line)}</span></li>'
        )
    more = words.t("meeting.more", n=found.left_out) if found.left_out else ""
    more = f'<p class="kit-quiet">{html.escape(more)}</p>' if more else ""
    return (
        f'<div class="kit-wanted"><p class="kit-title">{title}</p><ul>{"".join(items)}</ul>'
        f"{more}</div>"
    )


def _before(found: Any, words: Words) -> str:
    """What was decided before and is not closed."""
    if found.before is None:
        return ""
    columns = ("action", "status", "owner", "due_on", "expected_effect")
    return table(found.before, words, title=words.t("meeting.before"), columns=columns,
                 stacked=True).html  # fmt: skip


def _people(found: Any, words: Words) -> str:
    """The scorecards of a manager's people, briefly."""
    if found.people is None or len(found.people) < 2:
        return ""
    columns = ("part", "attainment", "gap", "yoy", "score")
    frame = found.people.assign(gap=found.people["target"] - found.people["actual"])
    return table(frame, words, title=words.t("meeting.people"), columns=columns,
                 headings={"part": words.heading("rep")}, kinds={"score": "number"}).html  # fmt: skip
