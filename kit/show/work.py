"""What is seen of the work ahead: who looks at what when, reminders, and deals to hand over."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts, notes
from kit.show.table import table
from kit.show.view import View, together
from kit.show.words import Words

_MOST = 30  # reminders that the page lists
_NAMED = 40  # deals to hand over that the page lists
_OFTEN = ("daily", "twice_weekly", "weekly", "fortnightly", "monthly", "quarterly")
_KINDS = ("close_date", "invoice", "milestone", "action", "review")


def cadence(found: pd.DataFrame, words: Words, *, role: str = "") -> View:
    """Who looks at what how often, and when next.

    Parameters
    ----------
    found : DataFrame
        From `kit.track.cadence.cadence`.
    words : Words
    role : str
        Only this one; empty: all.
    """
    found = found[found["role"] == role] if role else found
    roles = {one: at for at, one in enumerate(dict.fromkeys(found["role"]))}
    order = found.assign(_role=found["role"].map(roles), _at=found["every"].map(_OFTEN.index))
    found = order.sort_values(["_role", "_at"], kind="stable")
    rows = []
    for (who, every, usual, day, shifted, why), own in found.groupby(
        ["role", "every", "usual", "next_on", "shifted", "why"], sort=False
    ):
        often = words.t(f"cadence.every.{every}")
        if every != usual:
            often = words.t("cadence.instead", often=often, usual=words.t(f"cadence.every.{usual}"))
        rows.append(
            {"who": words.t(f"role.{who}"), "often": often, "next_on": day,
             "sections": words.list(words.t(f"section.{one}") for one in own["section"]),
             "shifted": bool(shifted), "why": why}
        )  # fmt: skip
    frame = pd.DataFrame(rows, columns=["who", "often", "next_on", "sections", "shifted", "why"])
    lines = [words.t("cadence.note")]
    if frame["shifted"].any():
        lines.append(words.t("cadence.shifted"))
    lines += [words.t(f"cadence.{why}") for why in ("peak_named", "peak_found")
              if (frame["why"] == why).any()]  # fmt: skip
    shown = ("who", "often", "next_on", "sections")
    return table(
        frame[list(shown)], words, columns=shown, caption=" ".join(lines), stacked=True,
        kinds={"who": "text", "often": "text", "next_on": "date", "sections": "text"},
        headings={name: words.t(f"cadence.column.{name}") for name in shown},
    )  # fmt: skip


def reminders(found: pd.DataFrame, words: Words, *, owners: pd.DataFrame | None = None) -> View:
    """What is due this week; for more than one owner the sums by owner, and what is nobody's deal.

    Parameters
    ----------
    found : DataFrame
        From `kit.track.reminders.reminders`.
    words : Words
    owners : DataFrame, optional
        From `kit.track.reminders.per_owner`: shown above, and the list then holds milestones,
        actions, reviews and the largest others.
    """
    if found.empty:
        return notes.nothing(words, key="unavailable.no_reminders")
    views = []
    if owners is not None and len(owners) > 1:
        shown = owners.assign(owner=[_owner(one, words) for one in owners["owner"]])
        names = ("owner", *_KINDS, "late", "amount")
        kinds = {"owner": "text", **dict.fromkeys((*_KINDS, "late"), "count"), "amount": "money"}
        headings = {name: words.t(f"remind.column.{name}") for name in (*_KINDS, "late", "amount")}
        views.append(table(shown, words, columns=names, kinds=kinds, headings=headings,
                                  title=words.t("remind.title.owners")))  # fmt: skip
    own = ~found["kind"].isin(["close_date", "invoice"])
    ranked = found.assign(_own=own, _size=found["amount"].fillna(0.0))
    ranked = ranked.sort_values(["_own", "_size"], ascending=False, kind="stable").head(_MOST)
    listed = found.loc[sorted(ranked.index)]
    frame = pd.DataFrame(
        {
            "due_on": listed["due_on"].to_numpy(),
            "what": [_reminder(one, words) for one in listed.itertuples(index=False)],
            "owner": [_owner(one, words) for one in listed["owner"]],
            "amount": listed["amount"].to_numpy(),
            "late": listed["late"].to_numpy(dtype=bool),
        }
    )
    more = len(found) - len(listed)
    names = ("due_on", "what", "owner", "amount", "late")
    views.append(table(
        frame, words, columns=names, stacked=True, title=words.t("remind.title.list"),
        kinds={"due_on": "date", "what": "text", "owner": "text", "amount": "money"},
        headings={name: words.t(f"remind.column.{name}") for name in ("what", "late", "amount")},
        caption=words.t("remind.more", n=more) if more else "",
    ))  # fmt: skip
    return together(views)


def reassignment(found: Any, words: Words) -> View:
    """Who carries how much, and which deals could go to whom.

    Parameters
    ----------
    found : Reassignment or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    loads, proposals = found.loads, found.proposals
    shown = loads.assign(state=[words.t(f"handover.state.{one}") for one in loads["state"]])
    names = ("rep", "team", "state", "last_day", "posts", "deals", "amount", "work", "load", "free")
    kinds = {"rep": "text", "team": "text", "state": "text", "last_day": "date", "posts": "number",
             "deals": "count", "amount": "money", "work": "number", "load": "number",
             "free": "number"}  # fmt: skip
    views = [_lead(found, words)]
    if len(proposals):
        views.append(_proposals(proposals, words))
    views.append(table(
        shown, words, columns=names, kinds=kinds, title=words.t("handover.title.loads"),
        headings={name: words.t(f"handover.column.{name}") for name in
                  ("state", "last_day", "deals", "work", "load", "free")},
        caption=words.t("handover.loads_note", usual=float(loads["usual"].iloc[0])),
    ))  # fmt: skip
    return together(views)


def _lead(found: Any, words: Words) -> View:
    proposals = found.proposals
    leaves = int(proposals["why"].isin(["gone", "leaving"]).sum())
    lines = []
    if leaves:
        lines.append(words.t("handover.leaves", n=leaves))
    if len(proposals) > leaves:
        lines.append(words.t("handover.others", n=len(proposals) - leaves))
    if proposals.empty:
        lines.append(words.t("handover.none"))
    if found.kept:
        lines.append(words.t("handover.kept", n=found.kept))
    lines.append(words.t("handover.decide"))
    return notes.points(lines)


def _proposals(found: pd.DataFrame, words: Words) -> View:
    rows = list(found.head(_NAMED).itertuples(index=False))
    frame = pd.DataFrame(
        {
            "deal": [f"{one.customer} · {one.opportunity_id}" for one in rows],
            "amount": [one.amount for one in rows],
            "reason": [_why(one, words) for one in rows],
            "taker": [_because(one, words) for one in rows],
            "loads": [_loads(one, words) for one in rows],
        }
    )  # fmt: skip
    more = len(found) - len(rows)
    names = tuple(frame.columns)
    return table(
        frame, words, columns=names, stacked=True, title=words.t("handover.title.deals"),
        kinds={**dict.fromkeys(names, "text"), "amount": "money"},
        headings={name: words.t(f"handover.column.{name}") for name in names if name != "amount"},
        caption=words.t("handover.more", n=more) if more else "",
    )  # fmt: skip


def _why(one: Any, words: Words) -> str:
    why = words.t(f"handover.why.{one.why}", day=one.last_day)
    trouble = words.t(f"handover.trouble.{one.trouble}", days=one.days)
    return words.t("handover.both", name=one.from_rep, one=why, other=trouble)


def _because(one: Any, words: Words) -> str:
    because = words.t(f"handover.because.{one.because}", before=one.from_rate, after=one.to_rate,
                      line=words.text(one.line))  # fmt: skip
    if amounts.missing(one.to_rep):
        return because
    return words.t("handover.to", name=one.to_rep, because=because)


def _loads(one: Any, words: Words) -> str:
    told = []
    for name, before, after in ((one.from_rep, one.from_load, one.from_load_after),
                                (one.to_rep, one.to_load, one.to_load_after)):  # fmt: skip
        if before == before and after == after:
            told.append(words.t("handover.load", name=name, before=before, after=after))
    return words.list(told) if told else ""


def _owner(owner: str, words: Words) -> str:
    key = f"role.{owner}"
    return words.t(key) if words.has(key) else str(owner)


def _reminder(one: Any, words: Words) -> str:
    facts = {"subject": one.subject, "number": one.number, "amount": one.amount, "done": one.done}
    if one.kind == "invoice":
        return words.t("remind.what.invoice", subject=one.subject, n=int(one.number))
    if one.kind == "milestone":
        return words.t("remind.what.milestone", **facts, share=float(one.number))
    if one.kind == "review":
        sections = words.list(words.t(f"section.{name}") for name in one.sections)
        often = words.t(f"cadence.every.{one.subject}")
        return words.t("remind.what.review", often=often, sections=sections)
    return words.t(f"remind.what.{one.kind}", **facts)
