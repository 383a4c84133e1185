"""Practices worth copying: cards to hand on, who lies ahead of comparable peers, and how known."""

from __future__ import annotations

import html
from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts, notes
from kit.show.folded import folded
from kit.show.table import table
from kit.show.view import View, together
from kit.show.words import Words

_PERCENT = ("class_a", "discount", "win_rate", "new_customers", "gained", "reached")
_DAYS = ("stage_days", "cycle_days")


def cards(found: Any, words: Words, *, most: int = 3) -> View:
    """A card for each rep who lies ahead: where, by how much, what differs, whom to hand it on to.

    Parameters
    ----------
    found : Cards or Unavailable
        Of `kit.review.practices.cards`.
    words : Words
    most : int
        Habits that a card names; others that differ are left to the figures.
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    facts = {"judged": found.judged, "periods": len(found.peers.spans), "n": len(found.table)}
    if found.table.empty:
        key = "practices.none" + ("_one" if found.judged == 1 else "")
        return notes.sentence(words.t(key, **facts))
    rows = found.table.to_dict("records")
    who = [words.t("practices.ahead_by", rep=one["rep"], ahead=one["ahead"]) for one in rows]
    key = "practices.some" + ("_one" if len(rows) == 1 else "")
    head = notes.sentence(words.t(key, who=who, **facts))
    told = [words.t("practices.caution")]
    if "potential" not in found.peers.basis:
        told.append(words.t("practices.no_potential"))
    caution = notes.note(("" if words.language == "zh" else " ").join(told))
    return together([head, *(_card(one, found, words, most=most) for one in rows), caution])


def peers(found: Any, words: Words) -> View:
    """Who lies ahead of comparable peers; folded, everybody and who could not be compared.

    Parameters
    ----------
    found : Cards or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return View("")
    frame = found.peers.frame
    frame = frame[frame["ahead"].notna()]
    rest, views = frame[~frame["rep_id"].isin(found.table["rep_id"])], []
    if len(found.table):
        views.append(_beside(found.table, words, risk=True))
    if len(rest):
        key = "practices.fold.rest" if len(found.table) else "practices.fold.all"
        views.append(folded([_beside(rest, words)], words.t(key, n=len(rest))))
    left = found.peers.left_out
    if len(left):
        told = left.assign(reason=[words.t(f"practices.reason.{one}") for one in left["reason"]])
        why = table(told, words, columns=("rep", "reason"), kinds={"reason": "text"},
                    headings=_headings(words, "rep", "reason"))  # fmt: skip
        views.append(folded([why], words.t("practices.fold.left", n=len(left))))
    return together(views) if views else View("")


def method(
    found: Any, words: Words, *, error: float = 0.05, lead: float = 0.05, months: int = 24
) -> View:
    """How it was found, folded.

    Parameters
    ----------
    found : Cards or Unavailable
    words : Words
    error, lead, months
        `error_share`, `lead` and `link_months` of `settings.review.practices`.
    """
    if isinstance(found, Unavailable):
        return View("")
    basis = [words.t(f"practices.basis.{one}") for one in found.peers.basis]
    lines = [words.t("practices.method.peers", basis=basis)] if basis else []
    lines += [
        words.t("practices.method.expected"),
        words.t("practices.method.interval", error=error, lead=lead),
        words.t("practices.method.habits", months=months),
    ]
    return folded([notes.points(lines)], words.t("practices.fold.method"))


def habit(name: str, words: Words) -> str:
    """A habit in words, such as visits a day or the share that goes on from a stage."""
    step, _, stage = name.partition(":")
    return words.t(f"practices.habit.{step}", **({"stage": stage} if stage else {}))


def value(name: str, found: Any, words: Words, *, signed: bool = False) -> str:
    """A figure of a habit in its own unit; signed, as a difference."""
    if amounts.missing(found):
        return amounts.NONE
    if name in _PERCENT or name.startswith("step:"):
        return words.points(found) if signed else words.percent(found)
    if name == "deal_size":
        return words.signed_money(found) if signed else words.money(found)
    digits = 1 if name in _DAYS or abs(found) >= 10 else 2
    return amounts.decimal(found, words.language, digits=digits, signed=signed)


def _beside(frame: pd.DataFrame, words: Words, *, risk: bool = False) -> View:
    """Results beside what peers would bring; where asked, the risk of a false find."""
    ranges = [
        words.t("practices.range", low=words.signed_percent(low), high=words.signed_percent(high))
        if pd.notna(low) else None
        for low, high in zip(frame["low"], frame["high"], strict=True)
    ]  # fmt: skip
    names = ["rep", "region", "result", "expected", "ahead", "range", *(["q"] if risk else [])]
    kinds = {"result": "money", "expected": "money", "ahead": "signed_percent", "range": "text",
             "q": "chance"}  # fmt: skip
    headings = _headings(words, *names)
    shown = frame.assign(range=ranges)
    return table(shown, words, columns=names, headings=headings, kinds=kinds)


def _headings(words: Words, *names: str) -> dict[str, str]:
    return {name: words.t(f"practices.heading.{name}") for name in names}


def _card(one: dict[str, Any], found: Any, words: Words, *, most: int) -> View:
    ask = one["kind"] == "ask"
    own = found.habits[found.habits["rep_id"] == one["rep_id"]]
    if ask:
        head = words.t("practices.card.head_ask", rep=one["rep"])
    else:
        named = f"{habit(one['habit'], words)}"
        head = words.t("practices.card.head", rep=one["rep"], habit=named)
    where = words.text(one["region"]) if not amounts.missing(one["region"]) else one["rep"]
    lead = words.t("practices.card.lead", where=where,
                   **{name: one[name] for name in ("ahead", "peers", "low", "high")})  # fmt: skip
    lines = [*_differs(own, words, most=most), _seen(one, words)]
    lines += _asked(one, words) if ask else _handed(one, found, words)
    label = words.t("practices.card.ask" if ask else "practices.card.practice")
    items = "".join(f"<li>{html.escape(line)}</li>" for line in lines if line)
    return View(
        '<section class="kit-reasons"><div class="kit-card">'
        f'<p class="kit-label">{html.escape(label)}</p>'
        f'<p class="kit-title">{html.escape(head)}</p><p>{html.escape(lead)}</p>'
        f'<ul class="kit-points">{items}</ul></div></section>',
        title=head,
        alt=" ".join([head, lead, *lines]),
    )


def _differs(own: pd.DataFrame, words: Words, *, most: int) -> list[str]:
    """What differs, practices first; then, in one line, where results show it."""
    lines, shows = [], []
    for row in own.to_dict("records"):
        name = row["habit"]
        told = {"habit": habit(name, words), "value": value(name, row["value"], words),
                "peer_value": value(name, row["peer_value"], words)}  # fmt: skip
        if row["side"] == "showing":
            shows.append(words.t("practices.card.shown", **told))
        elif row["practice"]:
            ends = (value(name, row[end], words, signed=True) for end in ("low", "high"))
            range_ = words.t("practices.range", **dict(zip(("low", "high"), ends, strict=True)))
            lines.append(words.t("practices.card.practice_line", range=range_, **told))
        elif row["link"] == "along":
            friend = habit(row["friend"], words)
            lines.append(words.t("practices.card.also", friend=friend, **told))
        else:
            known = row["link"] in ("goes", "none")
            lines.append(
                words.t("practices.card.also_only" if known else "practices.card.also_unknown",
                        **told)
            )  # fmt: skip
    lines = [line[:1].upper() + line[1:] for line in lines[:most]]
    return [*lines, words.t("practices.card.shows", what=shows[:most])] if shows else lines


def _seen(one: dict[str, Any], words: Words) -> str:
    since = ""
    if not amounts.missing(one["since"]) and one["ahead_in"] > 1:
        since = words.t("practices.card.seen_since", since=one["since"])
    facts = {name: one[name] for name in ("start", "end", "ahead_in", "periods")}
    told = [words.t("practices.card.seen", since=since, **facts)]
    if one["lines"] and not amounts.missing(one["line_share"]):
        told.append(words.t("practices.card.seen_lines", lines=one["lines"],
                            line_share=one["line_share"]))  # fmt: skip
    return ("" if words.language == "zh" else " ").join(told)


def _asked(one: dict[str, Any], words: Words) -> list[str]:
    return [
        words.t("practices.card.questions"),
        words.t("practices.card.check_ask", day=one["check_on"]),
    ]


def _handed(one: dict[str, Any], found: Any, words: Words) -> list[str]:
    """What it may be worth, whom to hand it on to, and when to look again."""
    lines = [words.t("practices.card.worth_unknown")]
    if not amounts.missing(one["worth"]):
        key = "practices.card.worth" + ("_one" if one["others"] == 1 else "")
        lines = [words.t(key, others=one["others"], uptake=one["uptake"], worth=one["worth"],
                         low=one["worth_low"], high=one["worth_high"])]  # fmt: skip
    near = found.partners[found.partners["rep_id"] == one["rep_id"]]
    if near.empty:
        return [*lines, words.t("practices.card.no_partner")]
    who = []
    for row in near.to_dict("records"):
        now, aim = (value(row["habit"], row[one], words) for one in ("value", "aim"))
        nowhere = "_nowhere" if amounts.missing(row["region"]) else ""
        who.append(
            words.t(f"practices.card.partner{nowhere}", partner=row["partner"],
                    region=row["region"], value=now, aim=aim)
        )  # fmt: skip
    key = "practices.card.check" + ("_one" if len(near) == 1 else "")
    check = words.t(key, day=one["check_on"], who=list(near["partner"]))
    return [*lines, words.t("practices.card.pair", who=who), check]
