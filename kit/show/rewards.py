"""Pay: what each rep is paid and why, what the plan costs, and what is missing to the next step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts, notes
from kit.show.folded import folded
from kit.show.pay_words import cents, parts, plain, rate, small_percent, smallest
from kit.show.table import table
from kit.show.view import View, together
from kit.show.words import Words

_FEW = 8  # reps up to whom all lie open
_STEPS = 6  # next steps that lie open


def payouts(overview: Any, found: Any, words: Words) -> View:
    """Who is paid what: the sum as a sentence, a row a rep; below, folded, every part of it.

    Parameters
    ----------
    overview : DataFrame or Unavailable
        Of `kit.review.pay_overview.overview`.
    found : Payouts or Unavailable
        Of `kit.review.payout.payouts`, at the actual.
    words : Words
    """
    for one in (overview, found):
        if isinstance(one, Unavailable):
            return _missing(one, words)
    running = bool(overview["pay_landing"].notna().any())
    lines = _said(overview, found, words, running=running or found.running)
    views = [notes.sentence(line) for line in lines]
    columns = ["rep", "attainment", "tier", "pay", "held", "pay_landing", "pay_target"]
    shown = overview.assign(
        pay_landing=[_landing(one, words) for one in overview.itertuples(index=False)],
        **{name: _plain(overview[name], words) for name in ("pay", "held", "pay_target")},
    )
    note = [_rounded(found, words), *([words.t("rewards.landing_note")] if running else [])]
    caption = _joined([_unit(words), *note], words)
    views.append(_table(shown.head(_FEW), words, columns, caption=caption))
    if len(rest := shown.iloc[_FEW:]):
        key = "rewards.each" + ("_one" if len(rest) == 1 else "")
        views.append(folded([_table(rest, words, columns)], words.t(key, n=len(rest))))
    every = words.t("rewards.components", n=len(overview))
    views.append(folded([components(found, words)], every))
    return together(views)


def components(found: Any, words: Words) -> View:
    """Each part of each rep's pay with what it is worked out from; prizes not won are left out.

    Parameters
    ----------
    found : Payouts or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return _missing(found, words)
    rows = found.components
    idle = rows["kind"].isin(("prize", "progress")) & rows["pay"].map(lambda one: one == 0)
    rows = rows[~idle]
    stays = rows.groupby("rep_id")["start"].transform("nunique") > 1
    who = [
        words.t("rewards.stint", rep=one.rep, start=one.start, end=one.end) if several else one.rep
        for one, several in zip(rows.itertuples(index=False), stays, strict=True)
    ]
    shown = pd.DataFrame(
        {
            "rep": who, "part": parts(rows, words), "credited": _plain(rows["credited"], words),
            "attainment": rows["attainment"],
            "rate": [rate(one, words) for one in rows.itertuples(index=False)],
            "pay": _plain(rows["pay"], words),
            "note": [_note(one, words) for one in rows.itertuples(index=False)],
        }
    )  # fmt: skip
    return _table(shown, words, list(shown.columns), caption=_unit(words), title="components")


def cost(found: Any, words: Words) -> View:
    """What the plan costs and what it pays for.

    Parameters
    ----------
    found : PayoutCost or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return _missing(found, words)
    by = found.by_component
    each = by.assign(part=parts(by, words), pay=_plain(by["pay"], words))
    columns = ["part", *(["plan"] if by["plan"].nunique() > 1 else []), "pay", "share"]
    bought = found.pays_for.assign(
        paid_for=[words.t(f"rewards.pays_for.{one}") for one in found.pays_for["part"]],
        pay=_plain(found.pays_for["pay"], words),
    )
    views = [notes.points(_cost_lines(found, words), title=words.t("rewards.title.cost"))]
    if len(bought):
        caption = _joined([_unit(words), words.t("rewards.pays_for_note")], words)
        views.append(_table(bought, words, ["paid_for", "pay", "share"], title="pays_for",
                            caption=caption))  # fmt: skip
    views.append(folded([_table(each, words, columns, caption=_unit(words))],
                        words.t("rewards.title.by_component")))  # fmt: skip
    return together(views)


def next_steps(found: Any, words: Words) -> View:
    """What each rep is short of the next tier, threshold or prize; the nearest lie open.

    Parameters
    ----------
    found : DataFrame or Unavailable
        Of `kit.review.next_step.next_step`.
    words : Words
    """
    if isinstance(found, Unavailable):
        return _missing(found, words)
    if found.empty:
        return notes.nothing(words, key="rewards.step.none")
    named = found.assign(part=parts(found, words))
    ahead = named[named["step"] != "top"]
    lines = [_step(one, words) for one in ahead.itertuples(index=False)]
    done = [one for one in dict.fromkeys(named["rep"]) if one not in set(ahead["rep"])]
    closed = bool(found["closed"].iloc[0])
    title = words.t("rewards.title.steps" + ("_closed" if closed else ""))
    first = lines[:_STEPS]
    if done:
        first.append(words.t("rewards.step.top", who=done))
    views = [notes.points(first, title=title)]
    if rest := lines[_STEPS:]:
        views.append(folded([notes.points(rest)], words.t("rewards.step.more", n=len(rest))))
    return together(views)


def _missing(found: Unavailable, words: Words) -> View:
    if found.reason == "other_pay_period":
        kinds = [words.t(f"rewards.every.{one}") for one in found.detail.split(", ")]
        found = replace(found, detail=words.list(kinds))
    return notes.unavailable(found, words)


def _said(overview: pd.DataFrame, found: Any, words: Words, *, running: bool) -> list[str]:
    if overview["pay"].isna().all():
        return [words.t("rewards.paid_unknown")]
    key = "rewards.paid" + ("_running" if running else "")
    lines = [words.t(key, total=cents(found.total, words))]
    if found.held:
        lines.append(words.t("rewards.held", held=cents(found.held, words)))
    lacking = int((~overview["complete"]).sum())
    if lacking:
        lines.append(words.t("rewards.incomplete" + ("_one" if lacking == 1 else ""), n=lacking))
    return lines


def _cost_lines(found: Any, words: Words) -> list[str]:
    whole = cents(found.earned, words)
    if found.share_of_bookings is None:
        lines = [words.t("rewards.cost.no_bookings", total=whole)]
    else:
        key = "rewards.cost.of_bookings" + ("_held" if found.held else "")
        lines = [words.t(key, total=whole, held=cents(found.held, words),
                         share=small_percent(found.share_of_bookings, words))]  # fmt: skip
    if found.share_of_margin is not None:
        share = small_percent(found.share_of_margin, words)
        lines.append(words.t("rewards.cost.of_margin", share=share))
    bought = dict(zip(found.pays_for["part"], found.pays_for["pay"], strict=True))
    if bought.get("as_last_year") or bought.get("growth"):
        told = {key: cents(bought.get(name, 0), words)
                for key, name in (("growth", "growth"), ("usual", "as_last_year"))}  # fmt: skip
        lines.append(words.t("rewards.cost.growth", **told))
    if found.below_target:
        lines.append(words.t("rewards.cost.below", amount=cents(found.below_target, words)))
    if found.above_target:
        key = "rewards.cost.above" + ("" if found.accelerators else "_flat")
        lines.append(words.t(key, amount=cents(found.above_target, words),
                             extra=cents(found.accelerators, words)))  # fmt: skip
    if found.target is not None:
        lines.append(words.t("rewards.cost.at_target", target=cents(found.target, words)))
    if found.running and found.landing is not None:
        key = "rewards.cost.at_landing" + ("" if found.landing_complete else "_part")
        lines.append(words.t(key, landing=found.landing))
    if found.missing:
        key = "rewards.incomplete" + ("_one" if found.missing == 1 else "")
        lines.append(words.t(key, n=found.missing))
    return lines


def _step(one: Any, words: Words) -> str:
    way = "_closed" if one.closed else "" if amounts.missing(one.per_day) else "_day"
    facts = {"needed": cents(one.needed, words), "added": cents(one.pay_added, words)}
    if way == "_day":
        facts["day"] = cents(one.per_day, words)
    return words.t(f"rewards.step.{one.step}{way}", rep=one.rep, at=one.at, part=one.part, **facts)


def _note(one: Any, words: Words) -> str | None:
    said = [words.t(f"rewards.note.{one.note}")] if one.note else []
    if not amounts.missing(one.place):
        said.append(words.t("rewards.note.place", place=int(one.place)))
    if not amounts.missing(one.held) and one.held:
        said.append(words.t("rewards.note.held", amount=cents(one.held, words)))
    return _joined(said, words) or None


def _landing(one: Any, words: Words) -> str | None:
    if amounts.missing(one.pay_landing):
        return None
    if amounts.missing(one.landing_low) or amounts.missing(one.landing_high):
        return words.money(one.pay_landing)
    return words.t("rewards.landing_range", landing=one.pay_landing, low=one.landing_low,
                   high=one.landing_high)  # fmt: skip


def _rounded(found: Any, words: Words) -> str:
    rule = found.rounding[0] if len(found.rounding) == 1 else "both"
    return words.t(f"rewards.rounded.{rule}", unit=smallest(found.unit, words))


def _plain(values: pd.Series, words: Words) -> list[str | None]:
    return [None if amounts.missing(one) else plain(one, words) for one in values]


def _table(
    frame: pd.DataFrame, words: Words, columns: Sequence[str], *, caption: str = "", title: str = ""
) -> View:
    texts = ("pay", "held", "pay_landing", "pay_target", "credited", "rate", "part", "note",
             "paid_for", "plan")  # fmt: skip
    names = [one for one in columns if one in frame]
    return table(
        frame[names], words, columns=names, caption=caption,
        title=words.t(f"rewards.title.{title}") if title else "",
        kinds={**dict.fromkeys(texts, "text"), "attainment": "percent", "tier": "share",
               "share": "percent"},
        headings={one: words.t(f"rewards.heading.{one}") for one in names if one != "rep"},
    )  # fmt: skip


def _unit(words: Words) -> str:
    unit = amounts.money_scale(1.0, words.currency, language=words.language)[2]
    return words.t("rewards.in_unit", unit=unit)


def _joined(lines: Sequence[str], words: Words) -> str:
    return ("" if words.language == "zh" else " ").join(line for line in lines if line)
