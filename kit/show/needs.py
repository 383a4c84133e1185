"""What is seen of what a target takes: the required funnel, headcount, expenses and cash."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts, notes, tables
from kit.show.figures import needs as figures
from kit.show.view import View, together
from kit.show.words import Words

_COUNTS = ("needed", "have", "covered", "missing", "hires")
_MONEY = ("target", "brought", "brings", "last_year", "planned", "compared", "budget",
          "from_before", "from_plan", "collections", "cumulative")  # fmt: skip
_KINDS = {
    **dict.fromkeys(_COUNTS, "count"),
    **dict.fromkeys(_MONEY, "money"),
    "over": "signed_money", "by": "date", "full_by": "month", "cycle_days": "days",
    "required": "number", "posts": "number", "gap": "number", "share": "percent",
    "variable": "number", "joins": "period", "period": "period", "expense": "text",
}  # fmt: skip


def required_funnel(found: Any, words: Words) -> View:
    """What must be won, proposed, found and visited, by when, and how much of it is open.

    Parameters
    ----------
    found : RequiredFunnel or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    steps = found.steps
    known = found.repeat is not None
    lines = [
        words.t("needs.repeat" if known else "needs.no_repeat", amount=found.amount,
                repeat=found.repeat, low=found.repeat_low, high=found.repeat_high,
                rest=found.new_business, size=found.deal_size),
    ]  # fmt: skip
    if not known and found.repeat_unknown is not None:
        lines.append(notes.unavailable(found.repeat_unknown, words).title)
    first = steps.iloc[0]
    if found.pipeline is not None:
        lines.append(words.t("needs.orders", needed=first["needed"]))
        return notes.points(lines)
    key = "needs.wins" if first["missing"] > 0 else "needs.wins_covered"
    lines.append(words.t(key, **first[["needed", "covered", "missing"]].to_dict()))
    late = [words.step(one.step) for one in steps.itertuples() if one.late]
    if late:
        lines.append(words.t("needs.too_late", steps=words.list(late)))
    shown = steps.assign(
        range=[_range(words, one.low, one.high) for one in steps.itertuples()],
        conversion=_conversions(steps, words),
    )
    columns = ("step", "needed", "range", "by", "have", "covered", "missing", "conversion",
               "cycle_days")  # fmt: skip
    table = _table(
        shown, words, columns, kinds={"conversion": "text"},
        caption=words.t("needs.funnel_note", level=found.interval),
    )  # fmt: skip
    return together([notes.points(lines), figures.funnel(found, words), table])


def headcount(found: Any, words: Words) -> View:
    """Posts needed against posts there by month, and how many must join, by month of joining."""
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    short = found.shortfall > 0
    late = not found.hires or amounts.missing(found.hires)
    key = "enough_posts" if not short else "short_posts_late" if late else "short_posts"
    line = words.t(
        f"needs.{key}", amount=found.amount, brought=found.brought, gap=found.gap,
        hires=found.hires, month=found.starts["period"].iloc[0] if len(found.starts) else "",
    )  # fmt: skip
    months = _table(
        found.months, words,
        ("period", "target", "brought", "required", "posts", "gap",
         *(("full_by",) if short else ())),
        title=words.t("needs.title.posts"),
        caption=words.t("needs.posts_note", productivity=found.productivity),
    )  # fmt: skip
    views = [notes.points([line]), months]
    if short and len(found.starts):
        starts = found.starts.rename(columns={"period": "joins"})
        title = words.t("needs.title.starts")
        views.append(_table(starts, words, ("joins", "brings", "hires"), title=title))
    return together(views)


def budget(found: Any, words: Words) -> View:
    """Expenses by kind at the planned level against the budget, the total in bold."""
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    lines = [
        words.t("needs.expenses", planned=found.planned, low=found.low, high=found.high,
                share=found.share)
    ]  # fmt: skip
    if found.over is None:
        lines.append(words.t("needs.no_budget"))
    else:
        part = "_part" if found.budgeted_months < found.months else ""
        side = "over" if found.over > 0 else "under"
        lines.append(words.t(f"needs.{side}_budget{part}", over=abs(found.over),
                             n=found.budgeted_months, months=found.months))  # fmt: skip
        if found.unbudgeted:
            without = words.list(words.period(one) for one in found.unbudgeted)
            lines.append(words.t("needs.unbudgeted", months=without))
    kinds = found.kinds
    total = {"expense": words.t("needs.total"), "last_year": found.expenses_last_year,
             "planned": found.planned, "share": found.share, "compared": found.compared,
             "budget": found.budget, "over": found.over}  # fmt: skip
    rows = pd.concat([kinds, pd.DataFrame([total])], ignore_index=True)
    rows = rows.assign(variable=rows["variable"].astype(float) * 100)
    whole = found.budgeted_months in (0, found.months)
    columns = ("expense", "last_year", "variable", "planned", "share",
               *(() if whole else ("compared",)), "budget", "over")  # fmt: skip
    measured = bool(kinds["from_regression"].all())
    return together([
        notes.points(lines),
        _table(rows, words, columns, title=words.t("needs.title.expenses"),
               highlight=[False] * len(kinds) + [True],
               caption=words.t("needs.expenses_note" + ("" if measured else "_ratio"))),
    ])  # fmt: skip


def collections(found: Any, words: Words) -> View:
    """Cash by month from before and from the target, what comes later, and what is owed."""
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    lines = [
        words.t("needs.cash", collections=found.collections, before=found.from_before,
                plan=found.from_plan),
        words.t("needs.beyond", beyond=found.beyond),
        words.t("needs.open", open=found.open_now, overdue=found.overdue_now),
        words.t("needs.delays", half=found.days_median, slow=found.days_slow),
    ]  # fmt: skip
    if found.dso is not None:
        lines.append(words.t("needs.dso", dso=found.dso))
    columns = ("period", "target", "from_before", "from_plan", "collections", "cumulative",
               "last_year")  # fmt: skip
    table = _table(found.months, words, columns, title=words.t("needs.title.cash"))
    return together([notes.points(lines), figures.cash(found, words), table])


def _table(frame: pd.DataFrame, words: Words, columns: tuple[str, ...], **more: Any) -> View:
    named = {one: words.t(f"needs.column.{one}") for one in columns
             if words.has(f"needs.column.{one}")}  # fmt: skip
    kinds = {**_KINDS, **more.pop("kinds", {})}
    return tables.table(frame, words, columns=columns, kinds=kinds, headings=named, **more)


def _range(words: Words, low: float, high: float) -> str:
    if amounts.missing(low) or amounts.missing(high):
        return amounts.NONE
    return f"{words.count(low)}–{words.count(high)}"


def _conversions(steps: pd.DataFrame, words: Words) -> list[str]:
    """Conversions of stages with their interval; activities as so many a deal of the first one."""
    stages = steps["cycle_days"].notna()
    first = words.step(steps.loc[stages, "step"].iloc[-1]) if stages.any() else ""
    found = []
    for one, stage in zip(steps.itertuples(), stages, strict=True):
        if amounts.missing(one.conversion) or not one.conversion:
            found.append(amounts.NONE)
        elif stage:
            ends = (one.conversion_low, one.conversion_high)
            found.append(f"{words.share(one.conversion)} ({'–'.join(map(words.share, ends))})")
        else:
            found.append(words.t("needs.per_deal", n=1 / one.conversion, step=first))
    return found
