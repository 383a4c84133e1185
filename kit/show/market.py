"""The market: own share and what its change was worth, competitors' moves, expenses by kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts, notes
from kit.show.folded import folded
from kit.show.table import table
from kit.show.view import View, together
from kit.show.words import Words

_KINDS = {
    "share": "percent", "points": "points", "market_growth": "signed_percent",
    "own_growth": "signed_percent", "by_share": "signed_money", "by_market": "signed_money",
    "elsewhere": "points", "spend": "money", "of_budget": "percent", "growth": "signed_percent",
    "per_100": "number", "per_100_before": "number", "margin_each": "number",
    "margin_each_before": "number", "effect": "number", "label": "text", "kind": "text",
}  # fmt: skip
_SHARE = "where share points market_growth own_growth by_share by_market"
_CELLS = 6  # region × line that are named


def shares(found: Any, words: Words) -> View:
    """Own share by region and line, what its change was worth and what the market gave.

    Parameters
    ----------
    found : MarketShare or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    whole = found.whole
    names = ("share", "points", "by_share", "market_growth", "by_market", "own_growth")
    facts = {name: whole[name] for name in names}
    line = words.t("market.sentence", period=found.period, before=found.before, **facts)
    lines = [words.t("market.shares_note")]
    if found.left_out:
        key = "market.left_out" + ("_one" if found.left_out == 1 else "")
        lines.append(words.t(key, n=found.left_out))
    together_row = whole.to_frame().T.assign(where=words.t("market.whole"))
    views = [notes.sentence(line)]
    for kind, column in (("regions", "region"), ("lines", "line")):
        rows = getattr(found, kind)
        if len(rows) < 2 and kind == "regions":
            continue
        rows = pd.concat([together_row, rows.assign(where=rows[column])], ignore_index=True)
        views.append(_table(rows, words, _SHARE, title=kind, first=True))
    views.append(folded([_cells(found.cells, words, lines)], words.t("market.title.cells")))
    return together(views)


def moves(found: Any, words: Words) -> View:
    """Each competitor's move beside own share and win rate before and after it.

    Parameters
    ----------
    found : DataFrame or Unavailable
        Of `kit.diagnose.competitor_moves.competitor_moves`.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    rows = [
        {
            "label": one["label"], "date": words.date(one["date"]),
            "region": words.t("market.everywhere") if amounts.missing(one["region"])
            else one["region"],
            "own": _from_to(words, one["share_before"], one["share_after"], one["points"]),
            "win_rate": _from_to(words, one["win_rate_before"], one["win_rate"], one["change"]),
            "elsewhere": words.points(one["elsewhere"]),
            "reading": _reading(one, words),
        }
        for one in found.astype(object).where(found.notna(), None).to_dict("records")
    ]  # fmt: skip
    seen = found["elsewhere"].notna().any()
    columns = tuple(one for one in rows[0] if seen or one != "elsewhere")
    days = int(found["days"].max())
    return table(
        pd.DataFrame(rows), words, title=words.t("market.title.moves"), columns=columns,
        headings={name: words.t(f"market.heading.{name}") for name in columns}, stacked=True,
        kinds=dict.fromkeys(columns, "text"),
        caption=words.t("market.moves_note" + ("" if seen else "_here"), days=days),
    )  # fmt: skip


def expenses(found: Any, words: Words) -> View:
    """Expenses by kind against budget, for each 100 booked, and what can be said of their effect.

    Parameters
    ----------
    found : ExpenseReturn or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    whole = found.whole
    facts = {
        "months": [words.month(one) for one in found.months], "spend": whole["spend"],
        "budget_share": whole["of_budget"], "per_100": whole["per_100"],
    }  # fmt: skip
    known = not amounts.missing(whole["of_budget"])
    line = words.t("market.expenses_months" if known else "market.expenses_plain", **facts)
    together_row = whole.to_frame().T.assign(kind=words.t("market.whole"))
    rows = pd.concat([together_row, found.kinds], ignore_index=True)
    columns = "kind spend of_budget per_100 per_100_before margin_each margin_each_before"
    shown = _table(
        rows.rename(columns={"kind": "label"}), words, columns.replace("kind", "label", 1),
        title="expenses", first=True, lines=[words.t("market.expenses_note")],
        headings={"label": words.t("market.heading.kind")},
    )  # fmt: skip
    return together([notes.sentence(line), shown, _effect(found.effect, words)])


def _effect(found: Any, words: Words) -> View:
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    many = int(found["region_months"].max())
    verdicts = [words.t(f"market.verdict.{one}") for one in found["verdict"]]
    ends = [
        words.t("market.range", low=words.number(one.low), high=words.number(one.high))
        for one in found.itertuples(index=False)
    ]
    rows = found.rename(columns={"kind": "label"}).assign(interval=ends, verdict=verdicts)
    shown = _table(
        rows, words, "label effect interval verdict", title="effect",
        lines=[words.t("market.effect_note", n=many)],
        headings={"label": words.t("market.heading.kind")},
        kinds={"interval": "text", "verdict": "text"},
    )  # fmt: skip
    if (found["verdict"] != "not_distinct").any():
        return shown
    line = words.t("market.effect_none", n=many)
    return together([notes.sentence(line), folded([shown], words.t("market.title.effect"))])


def _cells(cells: pd.DataFrame, words: Words, lines: Sequence[str]) -> View:
    """The region × line whose share cost or brought most."""
    order = cells["by_share"].abs().sort_values(ascending=False, kind="stable").index[:_CELLS]
    rows = cells.loc[order].sort_values("by_share", kind="stable")
    named = [
        words.t("market.cell", region=one.region, line=one.line)
        for one in rows.itertuples(index=False)
    ]
    return _table(rows.assign(where=named), words, _SHARE, lines=lines)


def _from_to(words: Words, before: Any, after: Any, change: Any) -> str:
    if any(one is None or amounts.missing(one) for one in (before, after)):
        return amounts.NONE
    return words.t("market.from_to", before=before, after=after, change=change)


def _reading(one: dict, words: Words) -> str:
    known = one["p_value"] is not None
    key = ("distinct" if one["distinct"] else "not_distinct") if known else "unknown"
    told = [words.t(f"market.reading.{key}")]
    if one["also"]:
        told.append(words.t("market.also", events=one["also"]))
    return ("" if words.language == "zh" else " ").join(told)


def _table(
    frame: pd.DataFrame,
    words: Words,
    columns: str,
    *,
    title: str = "",
    lines: Sequence[str] = (),
    first: bool = False,
    headings: dict[str, str] | None = None,
    kinds: dict[str, str] | None = None,
) -> View:
    names = columns.split()
    heads = {name: words.t(f"market.heading.{name}") for name in names}
    return table(
        frame[names], words, title=words.t(f"market.title.{title}") if title else "",
        columns=names, headings={**heads, **(headings or {})}, kinds={**_KINDS, **(kinds or {})},
        highlight=[first and at == 0 for at in range(len(frame))],
        caption=("" if words.language == "zh" else " ").join(lines),
    )  # fmt: skip
