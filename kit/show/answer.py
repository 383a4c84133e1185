"""The answer to whether a scope is on target: one sentence, where it is heading, and one bar."""

from __future__ import annotations

import html
from typing import Any

from kit.show import amounts
from kit.show.palette import ACTUAL, INK, RULE
from kit.show.words import Words


def answer(
    facts: dict, words: Words, *, scope_title: str, period_title: str, measure: str, closed: bool
) -> str:
    """Whether the scope is on target, in one sentence."""
    gap = facts.get("gap")
    told = {
        "scope": scope_title,
        "period": period_title,
        "actual": words.amount(facts.get("actual"), measure),
        "attainment": facts.get("attainment"),
        "pace": facts.get("pace_index"),
        "gap": words.amount(None if gap is None else abs(gap), measure),
    }
    if facts.get("target") is None or facts.get("attainment") is None:
        return words.t("card.no_target_closed" if closed else "card.no_target", **told)
    if closed:
        return words.t("card.missed" if gap > 0 else "card.reached", **told)
    if gap <= 0:
        return words.t("card.reached_early", **told)
    keys = {"green": "card.on_track", "amber": "card.at_risk", "red": "card.behind"}
    key = keys.get(facts.get("status"), "card.no_target")
    return words.t(key if told["pace"] is not None else "card.not_due", **told)


def heading(facts: dict, landing: Any, words: Words, *, measure: str, closed: bool) -> str:
    """Where a running period will land against its target; empty where that is not known."""
    target = facts.get("target")
    if closed or landing is None or target is None or amounts.missing(landing.landing):
        return ""
    known = not amounts.missing(landing.chance)
    ahead = landing.landing - target
    return words.t(
        "card.ahead" if ahead >= 0 else "card.short",
        landing=words.amount(landing.landing, measure),
        gap=words.amount(abs(ahead), measure),
        chance=words.t("card.with_chance", chance=landing.chance) if known else "",
    )


def meter(facts: dict, words: Words, *, measure: str) -> str:
    """A bar from zero to target with what is due as a tick; it prints without colours."""
    target, actual, due = (facts.get(name) for name in ("target", "actual", "target_to_date"))
    if not target or target < 0 or actual is None:
        return ""
    whole = max(target, actual, due or 0.0)
    filled, goal = (max(0.0, 600 * one / whole) for one in (actual, target))
    tick = "" if due is None else _tick(600 * max(due, 0.0) / whole, 2.0)
    legend = words.t("card.meter" if due is None or due >= target else "card.meter_due",
                     due=words.amount(due, measure))  # fmt: skip
    legend = f'<p class="kit-quiet kit-legend">{html.escape(legend)}</p>'
    label = f"{words.heading('actual')} {words.amount(actual, measure)}, "
    label += f"{words.heading('target')} {words.amount(target, measure)}"
    return (
        f'<svg class="kit-meter" role="img" aria-label="{html.escape(label)}" viewBox="0 0 600 22" '
        f'preserveAspectRatio="none">'
        f'<rect x="0" y="5" width="{goal:.1f}" height="12" fill="{RULE}"/>'
        f'<rect x="0" y="5" width="{filled:.1f}" height="12" fill="{ACTUAL}"/>{tick}'
        f"{_tick(min(goal, 598.0), 4.0)}</svg>{legend}"
    )


def _tick(at: float, width: float) -> str:
    start = max(at - width / 2, 0.0)
    return f'<rect x="{start:.1f}" y="0" width="{width:g}" height="22" fill="{INK}"/>'
