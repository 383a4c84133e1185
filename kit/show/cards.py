"""The first screen of a packet: are we on target, where will we land, why, and what do we do."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts
from kit.show import told as phrases
from kit.show.answer import answer, heading, meter
from kit.show.notes import unavailable
from kit.show.outcome import outcome
from kit.show.palette import STATUS
from kit.show.view import View
from kit.show.words import Words

_ALL, _MOST = 1.005, 2.0  # shares of the difference: the whole of it, and what is worth telling


def headline(found: Any, words: Words) -> View:
    """The answer of a `kit.track.position.Position`; see `position`."""
    if isinstance(found, Unavailable):
        return unavailable(found, words)
    return position(
        found.row,
        found.landing,
        words,
        scope_title=found.scope,
        period_title=words.period(found.period),
        as_of=found.as_of,
        closed=found.closed,
        missing=found.missing,
        through=found.through,
    )


def position(
    row: Mapping[str, Any] | pd.Series | Unavailable,
    landing: Any,
    words: Words,
    *,
    scope_title: str,
    period_title: str,
    as_of: Any,
    closed: bool | None = None,
    missing: int = 0,
    through: Any = None,
) -> View:
    """The answer in one sentence, and the figures behind it as cards.

    Parameters
    ----------
    row : mapping or Series
        One row of `pacing.standing` or `pacing.measures`: target, target_to_date, actual,
        attainment, pace_index, gap, required_run_rate, run_rate, status and, where there is one,
        measure.
    landing : Landing or Unavailable
        landing, low, high, chance.
    words : Words
    scope_title, period_title : str
        As they stand in the sentence.
    as_of : date
    closed : bool, optional
        Whether the period is over; None: read from the landing's note.
    missing : int
        Working days that the company's orders do not reach, the last of which is of `through`.
    """
    if isinstance(row, Unavailable):
        return unavailable(row, words)
    facts = {str(name): _plain(value) for name, value in dict(row).items()}
    landing = None if isinstance(landing, Unavailable) else landing
    if closed is None:
        closed = getattr(landing, "note", "") == "closed"
    measure = facts.get("measure") or "bookings"
    told = answer(
        facts, words, scope_title=scope_title, period_title=period_title, measure=measure,
        closed=closed,
    )  # fmt: skip
    lead = heading(facts, landing, words, measure=measure, closed=closed)
    cards = _cards(facts, landing, words, measure, closed)
    question = words.t("card.question_over" if closed else "card.question_running")
    sub = words.t("card.as_of", when=as_of)
    status = facts.get("status") or "no_target"
    if closed:
        status = outcome(status, facts.get("attainment"))
    sign, _ = STATUS.get(status, STATUS["no_target"])
    mark = f'<span class="kit-{html.escape(status)}" aria-hidden="true">{sign}</span> '
    mark = "" if status == "no_target" else mark
    gone = words.t("card.data_end", through=through, days=missing) if missing else ""
    title = " ".join(one for one in (told, lead, gone) if one)
    alt = " ".join([title, *(f"{name}: {value}." for name, value, _ in cards)])
    return View(
        '<section class="kit-position">'
        f'<p class="kit-kicker">{html.escape(question)} '
        f"<span>{html.escape(sub)}</span></p>"
        f'<p class="kit-big">{mark}{html.escape(told)}</p>'
        + "".join(f'<p class="kit-lead">{html.escape(one)}</p>' for one in (lead, gone) if one)
        + f'{meter(facts, words, measure=measure)}<div class="kit-cards">'
        + "".join(_card(*one) for one in cards)
        + "</div></section>",
        title=title,
        alt=alt,
    )


def reasons(causes: pd.DataFrame | Unavailable, words: Words) -> View:
    """The reasons that explain most, each with its money, share and evidence.

    Parameters
    ----------
    causes : DataFrame
        cause, subject, effect, share, evidence, facts: the rows to show, in their order.
    words : Words
    """
    title = words.t("card.reasons")
    if isinstance(causes, Unavailable):
        return _section("kit-reasons", title, unavailable(causes, words).html)
    if causes.empty:
        return _section("kit-reasons", title, _quiet(words.t("card.no_reasons")))
    shares = causes["share"].astype(float)
    if (causes["effect"] > 0).all() or (shares.abs() > _MOST).any():
        title = words.t("card.reasons_win")  # a small difference between large effects
    items = []
    for one in causes.to_dict("records"):
        facts = {"subject": one.get("subject"), **(one.get("facts") or {})}
        share = _plain(one.get("share"))
        of_gap = ""  # a large multiple of a small difference, or one against it, says nothing
        if share is not None and 0 < share <= _MOST:
            key = "card.of_gap" if share <= _ALL else "card.more_than_gap"
            of_gap = words.t(key, share=share)
        cause = words.term("cause", one["cause"], facts)
        items.append(
            f'<li><p class="kit-line"><strong>{html.escape(cause)}</strong>'
            f'<span class="kit-money">{html.escape(words.signed_money(one["effect"]))}'
            f"</span></p><p>{html.escape(words.term('evidence', one.get('evidence'), facts))} "
            f'<span class="kit-quiet">{html.escape(of_gap)}</span></p></li>'
        )
    return _section("kit-reasons", title, f"<ol>{''.join(items)}</ol>")


def doing(
    actions: pd.DataFrame | Unavailable, words: Words, *, next_target: Any = None
) -> View:
    """The actions with owner and day, and the target suggested for the next period.

    Parameters
    ----------
    actions : DataFrame
        action, owner, owner_role, due_on, subject, facts.
    words : Words
    next_target : NextTarget, optional
        period, target, growth, chance.
    """
    if isinstance(actions, Unavailable):
        body = unavailable(actions, words).html
    elif actions.empty:
        body = _quiet(words.t("card.no_actions"))
    else:
        body = f"<ol>{''.join(_action(one, words) for one in actions.to_dict('records'))}</ol>"
    if next_target is not None:
        body += f'<p class="kit-next">{html.escape(next_sentence(next_target, words))}</p>'
    return _section("kit-doing", words.t("card.doing"), body)


def next_sentence(next_target: Any, words: Words) -> str:
    """The target suggested for the next period as a sentence."""
    if isinstance(next_target, Unavailable):
        return unavailable(next_target, words).title
    facts = {name: getattr(next_target, name) for name in ("period", "target", "growth", "chance")}
    known = [name for name in ("growth", "chance") if not amounts.missing(facts[name])]
    return words.t("_".join(["next.sentence", *known]), **facts)


def _action(one: Mapping[str, Any], words: Words) -> str:
    due = words.t("card.owner_due", owner=phrases.owner(one, words), due=one.get("due_on"))
    text = phrases.action(one, words)
    return (
        f"<li><p><strong>{html.escape(text)}</strong></p>"
        f'<p class="kit-quiet">{html.escape(due)}</p></li>'
    )


def _cards(facts: dict, landing: Any, words: Words, measure: str, closed: bool) -> list[tuple]:
    def write(name: str) -> str:
        return words.amount(facts.get(name), measure)

    gap = facts.get("gap")
    over = gap is not None and gap < 0
    short = words.heading("gap") if closed else words.t("card.to_go")
    attainment = words.heading("attainment") + " " + words.percent(facts.get("attainment"))
    found = [
        (words.heading("target"), write("target"), ""),
        (words.heading("actual"), write("actual"), attainment if facts.get("target") else ""),
        (
            words.t("card.surplus") if over else short,
            words.amount(None if gap is None else abs(gap), measure),
            ""
            if closed or facts.get("required_run_rate") is None or over
            else words.t("card.rate", needed=write("required_run_rate"), usual=write("run_rate")),
        ),
    ]
    if facts.get("target") is None:
        found = [(words.heading("actual"), write("actual"), "")]
    if closed or landing is None or amounts.missing(landing.landing):
        return found
    known = not amounts.missing(landing.low) and not amounts.missing(landing.high)
    ends = {"low": words.amount(landing.low, measure), "high": words.amount(landing.high, measure)}
    found.append(
        (
            words.heading("landing"),
            words.amount(landing.landing, measure),
            words.t("card.range", **ends) if known else "",
        )
    )
    if not amounts.missing(landing.chance):
        found.append((words.heading("chance_of_target"), words.chance(landing.chance), ""))
    return found


def _card(name: str, value: str, more: str) -> str:
    more = f'<p class="kit-quiet">{html.escape(more)}</p>' if more else ""
    return (
        f'<div class="kit-card"><p class="kit-label">{html.escape(name)}</p>'
        f'<p class="kit-value">{html.escape(value)}</p>{more}</div>'
    )


def _section(name: str, title: str, body: str) -> View:
    return View(
        f'<section class="{name}"><p class="kit-title">{html.escape(title)}</p>{body}</section>',
        title=title,
    )


def _quiet(line: str) -> str:
    return f'<p class="kit-quiet">{html.escape(line)}</p>'


def _plain(value: Any) -> Any:
    return None if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)) else value
