"""The next target as people see it: how it comes about, and what each part carries."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts, notes
from kit.show.cards import next_sentence
from kit.show.folded import folded
from kit.show.table import table
from kit.show.view import View, together
from kit.show.words import Words

_OPEN = 8  # parts that lie open
_STEPS = ("last_year", "decided", "asked", "carried", "relief", "raised", "suggested")


def next_target(found: Any, words: Words) -> View:
    """The suggested target: what is asked, carried over, relieved, and its chance.

    Parameters
    ----------
    found : NextTarget or Unavailable
        See `kit.review.next_target.NextTarget`.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    lines = [next_sentence(found, words), *reasons(found, words)]
    signed = {"asked": found.asked, "carried": found.carried or None,
              "relief": -found.relief if found.relief else None,
              "raised": found.raised or None, "suggested": found.target,
              "last_year": found.last_year, "decided": found.decided}  # fmt: skip
    rows = [{"step": words.t(f"next_period.step.{name}"), "amount": signed[name]}
            for name in _STEPS if not amounts.missing(signed[name])]  # fmt: skip
    figures = pd.DataFrame(rows)
    last = [one == len(rows) - 1 for one in range(len(rows))]
    shown = table(
        figures, words, columns=("step", "amount"), kinds={"step": "text", "amount": "money"},
        headings={"step": words.t("next_period.heading.step")}, highlight=last,
        caption=_range(found, words),
    )  # fmt: skip
    return together([notes.points(lines), shown], side_by_side=True)


def reasons(found: Any, words: Words) -> list[str]:
    """Sentences that say why the suggested target is what it is."""
    rule = found.rule if found.rule != "relieved" else f"relieved_{found.evidence}"
    told = [words.t(f"next_period.rule.{rule}", relief=found.relief, raised=found.raised,
                    limit=found.limit, low=found.band[0], high=found.band[1])]  # fmt: skip
    if found.evidence == "cause" and isinstance(found.causes, pd.DataFrame):
        told += [
            words.t("next_period.outside", cause=_cause(one, words), effect=-one["effect"])
            for one in found.causes.to_dict("records")
        ]
    if found.within is False:
        full = found.rule == "relieved" and found.asked and (
            found.relief >= found.limit * found.asked * 0.99
        )
        key = "full" if full else "evidence" if found.withheld == "widened" else "below"
        told.append(words.t(f"next_period.below_band_{key}", chance=found.chance,
                            low=found.band[0], limit=found.limit))  # fmt: skip
    if found.withheld:
        told.append(words.t(f"next_period.withheld.{found.withheld}"))
    if found.decided is not None:
        told.insert(0, words.t("next_period.decided", decided=found.decided, period=found.period))
    if found.high is not None and found.target > found.high and not found.relief:
        told.append(words.t("next_period.above_range", high=found.high))
    told += _carried(found, words)
    if found.scope != "company":
        told.append(words.t("next_period.own_view"))
    return told


def parts(found: Any, words: Words) -> View:
    """What each part carries: asked, carried over, relieved, balanced, suggested, and its chance.

    Parameters
    ----------
    found : NextParts or Unavailable
        See `kit.review.next_parts.NextParts`; without parts, nothing is shown.
    words : Words
    """
    if isinstance(found, Unavailable):
        return View("") if found.reason == "no_children" else notes.unavailable(found, words)
    rows = found.table.assign(
        moved=found.table["raised"] - found.table["relief"],
        why=[_why(one, words) for one in found.table.to_dict("records")],
    )
    rows = rows.sort_values("target", ascending=False, kind="stable").reset_index(drop=True)
    names = ["part", "asked"]
    names += [one for one in ("carried", "moved", "balance") if rows[one].abs().max() > 0]
    names += ["target", "growth", "chance"]
    kinds = {"asked": "money", "carried": "signed_money", "moved": "signed_money",
             "balance": "signed_money", "target": "money", "growth": "signed_percent",
             "chance": "chance"}  # fmt: skip
    headings = {name: words.t(f"next_period.heading.{name}")
                for name in ("asked", "carried", "moved", "balance", "target")}  # fmt: skip
    largest = float(rows[["asked", "target"]].abs().max().max())

    def shown(some: pd.DataFrame, caption: str = "") -> View:
        return table(some.reset_index(drop=True), words, columns=names, kinds=kinds,
                     headings=headings, caption=caption, largest=largest)  # fmt: skip

    views = [notes.sentence(_sum(found, words)), shown(rows.head(_OPEN), _notes(rows, words))]
    if len(rows) > _OPEN:
        head = words.t("next_period.more_parts", n=len(rows) - _OPEN)
        views.append(folded([shown(rows.iloc[_OPEN:])], head))
    why = [one for one in rows["why"] if one]
    if why:
        views.append(notes.points(why))
    below = _reps(found, words)
    return together([*views, below] if below else views)


def scenario_note(found: Any, words: Words, *, scope: Any, reviewed: str) -> str:
    """The sentence a written scenario carries about where it comes from.

    Parameters
    ----------
    found : NextScenario
    words : Words
    scope : Scope
    reviewed : str
        The period under review.
    """
    target = found.target
    known = "" if amounts.missing(target.chance) else "_chance"
    return words.t(f"next_period.note{known}", reviewed=reviewed, scope=str(scope),
                   target=target.target, chance=target.chance)  # fmt: skip


def measure(one: Any, words: Words) -> str:
    """A measure and the cause it is against, in words."""
    name = one["text"] or words.term("remedy", one["measure"])
    return words.t("next_period.against", what=name, cause=_cause(one, words))


def _cause(one: Any, words: Words) -> str:
    facts = {"subject": one["subject"], **(one["facts"] or {})}
    if one["cause"] == "market_shrank":
        return words.t("relief.market_shrank", **facts)
    return words.term("cause", one["cause"], facts)


def _range(found: Any, words: Words) -> str:
    if amounts.missing(found.low) or amounts.missing(found.high):
        return ""
    return words.t("next_period.outlook", mean=found.baseline, low=found.low, high=found.high)


def _carried(found: Any, words: Words) -> list[str]:
    if found.carried:
        key = "gap" if found.carried > 0 else "surplus"
        return [words.t(f"next_period.carried_{key}", gap=abs(found.gap),
                        carried=abs(found.carried))]  # fmt: skip
    if amounts.missing(found.gap) or found.carry_rule == "even":
        return []
    if found.carry_rule in ("no_rule", "year_ends"):
        side = "gap" if found.gap > 0 else "surplus"
        return [words.t(f"next_period.{found.carry_rule}_{side}", gap=abs(found.gap))]
    return []


def _sum(found: Any, words: Words) -> str:
    key = "reserve" if found.reserve else "whole"
    return words.t(f"next_period.sum_{key}", target=found.target, reserve=found.reserve,
                   parts=found.carried_by_parts)  # fmt: skip


def _notes(rows: pd.DataFrame, words: Words) -> str:
    lines = [words.t("next_period.balance_note")] if rows["balance"].abs().max() > 0 else []
    unknown = rows["chance"].isna()
    if unknown.any():
        key = "chance_none" if unknown.all() else "chance_note"
        lines.append(words.t(f"next_period.{key}"))
    return ("" if words.language == "zh" else " ").join(lines)


def _why(one: Any, words: Words) -> str:
    if one["evidence"] and one["relief"] > 0:
        return words.t(
            f"next_period.part_{one['evidence']}", part=one["part"], amount=one["relief"]
        )
    if one["raised"] > 0:
        return words.t("next_period.part_raised", part=one["part"], amount=one["raised"])
    return ""


def _reps(found: Any, words: Words) -> View | None:
    """All below the first level, folded."""
    first = set(found.table["scope"])
    deeper = found.below[~found.below["scope"].isin(first)]
    if deeper.empty:
        return None
    rows = deeper.assign(
        growth=deeper["target"] / deeper["last_year"].where(deeper["last_year"] > 0) - 1,
        above=[words.scope(one) for one in deeper["above"]],
    ).reset_index(drop=True)
    names = ("part", "above", "last_year", "target", "growth")
    inner = table(rows, words, columns=names, kinds={"above": "text"},
                  headings={"above": words.t("next_period.heading.above"),
                            "target": words.t("next_period.heading.target")})  # fmt: skip
    return folded([inner], words.t("next_period.deeper", n=len(rows)))
