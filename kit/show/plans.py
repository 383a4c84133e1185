"""What is seen of a plan: the proposed target, who carries it, by when, and the file it is in."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts, next_period, notes, origin, tables
from kit.show.view import View
from kit.show.words import Words

_SEEN = 0.0005  # a smaller share would be told as none


def proposal(found: Any, words: Words) -> View:
    """The proposed target in a sentence, beside the target in force.

    On the page of a part of the company the target decided for it comes first, or a line says that
    none is decided yet; the proposal is told as the page's own view.

    Parameters
    ----------
    found : Proposal or Unavailable
        target, reserve, handed_out, growth, chance, in_force, chance_in_force, method, fallback,
        handed.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    method = words.term("view", found.method)
    if found.handed is None:
        lines = [_sentence("plan.proposed", words, target=found.target, chance=found.chance,
                           method=method)]  # fmt: skip
        if found.in_force is not None:
            lines.append(_sentence("plan.in_force", words, target=found.in_force,
                                   chance=found.chance_in_force))  # fmt: skip
    else:
        lines = _beside_decided(found, words, method=method)
    if found.fallback:
        own = 1 if found.handed is None or found.handed.target is None else 2
        reason = words.term("fallback", found.fallback)
        lines.insert(own, words.t("plan.fallback", reason=reason))
    lines.append(
        words.t("plan.handed_out", handed_out=found.handed_out, reserve=found.reserve)
        if found.reserve
        else words.t("plan.no_reserve")
    )
    return notes.points(lines)


def views(found: Any, words: Words) -> View:
    """The amounts the target was chosen from, and how each came about; see `kit.show.origin`."""
    return origin.views(found, words)


def schedule(months: pd.DataFrame | Unavailable, words: Words, *, title: str = "") -> View:
    """What is due by when; first and last day only where they are not those of a month."""
    whole = isinstance(months, pd.DataFrame) and (
        months["start"].dt.is_month_start & months["end"].dt.is_month_end
    ).all()
    days = () if whole else ("start", "end")
    columns = ("period", *days, "working_days", "seasonality", "target", "cumulative")
    return tables.table(months, words, columns=columns, title=title)


def grid(found: pd.DataFrame | Unavailable, words: Words) -> View:
    """Parts down, sub-periods across."""
    if isinstance(found, Unavailable):
        return View("")  # the split above has said why
    wide = found.pivot_table(
        index=["scope", "part"], columns="period", values="target", sort=False
    )
    kinds = dict.fromkeys(wide.columns, "money")
    wide = wide.reset_index(level="part").reset_index(drop=True)
    return tables.table(wide, words, kinds=kinds, title=words.t("title.grid"))


def saved(found: Any, words: Words) -> View:
    """The file a plan was written to, and how many rows it holds.

    Parameters
    ----------
    found : Saved or Unavailable
        path and rows.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    return notes.sentence(words.t("plan.saved", n=found.rows, path=found.path.name))


def next_target(found: Any, words: Words) -> View:
    """The suggested target, the rule behind it, and the figures it rests on."""
    return next_period.next_target(found, words)


def _beside_decided(found: Any, words: Words, *, method: str) -> list[str]:
    """The decided target, the page's own view with the difference, and a lock."""
    given = found.handed
    own = {"target": found.target, "chance": found.chance, "method": method}
    if given.target is None:
        lines = [_sentence("plan.own", words, **own, beside=""), words.t("plan.own_only")]
    else:
        lines = [
            _sentence("plan.decided", words, target=given.target, how=_how(given, words),
                      chance=found.chance_in_force),
            _sentence("plan.own", words, **own, beside=_against(found.target, given.target, words)),
        ]  # fmt: skip
    if given.lock is not None:
        beside = _against(given.lock, found.target, words, key="own")
        lines.append(words.t("plan.lock", lock=given.lock, beside=beside))
    return lines


def _how(given: Any, words: Words) -> str:
    """The version of a decided target and its reason, or what it is added up from."""
    if given.version is None:
        return words.t("plan.added_up")
    key = "plan.version_reason" if given.reason else "plan.version"
    return words.t(key, n=given.version, reason=given.reason)


def _against(amount: float, other: float, words: Words, *, key: str = "decided") -> str:
    """How an amount lies to another one: as a share of it, in money where that tells nothing."""
    if amount == other:
        return words.t(f"plan.as_{key}")
    if not other > 0 or abs(amount / other - 1) < _SEEN:
        return words.t(f"plan.off_{key}", off=amount - other)
    side = "more" if amount > other else "less"
    return words.t(f"plan.{side}_{key}", share=abs(amount / other - 1))


def _sentence(key: str, words: Words, **facts: Any) -> str:
    known = "" if amounts.missing(facts.get("chance")) else "_chance"
    return words.t(key + known, **facts)
