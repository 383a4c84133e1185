"""The market: our share and what its change was worth, competitors' moves, expenses by kind."""

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
    "per_100": "text", "per_100_before": "text", "effect": "text", "label": "text",
    "kind": "text",
}  # fmt: skip
_SHARE = "where share points market_growth own_growth by_share by_market"
_CELLS = 6  # region × line that are named


def shares(found: Any, words: Words) -> View:
    """Our share by region and line, what its change was worth and what the market gave.

    Parameters
    ----------
    found : MarketShare or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    whole = as_shown(found.whole.to_frame().T).iloc[0]
    names = ("share", "points", "by_share", "market_growth", "by_market", "own_growth")
    facts = {name: whole[name] for name in names}
    line = words.t("market.sentence", period=found.period, before=found.before, **facts)
    lines = [words.t("market.shares_note")]
    if found.left_out:
        key = "market.left_out" + ("_one" if found.left_out == 1 else "")
        lines.append(words.t(key, n=found.left_out))
    together_row = whole.to_frame().T.assign(where=words.t("market.whole"))
    views, kinds = [notes.sentence(line)], [("lines", "line")]
    if len(found.regions) > 1:
        kinds.insert(0, ("regions", "region"))
    more = len(found.cells) > max(len(found.regions), len(found.lines))
    for kind, column in kinds:
        rows = as_shown(getattr(found, kind))
        rows = pd.concat([together_row, rows.assign(where=rows[column])], ignore_index=True)
        told = [] if more or kind != "lines" else lines
        views.append(_table(rows, words, _SHARE, title=kind, first=True, lines=told))
    if more:
        cells = _cells(as_shown(found.cells), words, lines)
        views.append(folded([cells], words.t("market.title.cells")))
    return together(views)


def as_shown(rows: pd.DataFrame) -> pd.DataFrame:
    """Shares with the change between them as both are written, in tenths of a point.

    Examples
    --------
    >>> rows = pd.DataFrame({"share": [0.12274], "share_before": [0.14146], "points": [-0.01872]})
    >>> as_shown(rows)["points"].round(6).tolist()
    [-0.018]
    """
    ends = rows[["share", "share_before"]].astype(float).round(3)
    return rows.assign(points=ends["share"] - ends["share_before"])


def few(value: Any, words: Words) -> str:
    """An amount of few units of money, with its decimals: ¥1.47; 1.47元."""
    if amounts.missing(value):
        return amounts.NONE
    text = words.number(abs(value))
    if words.language == "zh":
        text += amounts.money_scale(1.0, words.currency, language="zh")[2]
    else:
        text = amounts.symbol(words.currency, words.language) + text
    return (amounts.MINUS if value < 0 else "") + text


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
            "own": _from_to(words, one["share_before"], one["share_after"]),
            "win_rate": _from_to(words, one["win_rate_before"], one["win_rate"]),
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
        "budget_share": whole["of_budget"], "per_100": few(whole["per_100"], words), "hundred": 100,
    }  # fmt: skip
    known = not amounts.missing(whole["of_budget"])
    line = words.t("market.expenses_months" if known else "market.expenses_plain", **facts)
    together_row = whole.to_frame().T.assign(kind=words.t("market.whole"))
    rows = pd.concat([together_row, found.kinds], ignore_index=True)
    for name in ("per_100", "per_100_before"):
        told = [None if amounts.missing(one) else few(one, words) for one in rows[name]]
        rows[name] = pd.Series(told, index=rows.index, dtype=object)
    shown = _table(
        rows.rename(columns={"kind": "label"}), words,
        "label spend of_budget per_100 per_100_before",
        title="expenses", first=True, lines=[words.t("market.expenses_note")],
        headings={"label": words.t("market.heading.kind")},
    )  # fmt: skip
    views = [notes.sentence(line), shown, *_margin(whole, words), _effect(found.effect, words)]
    return together(views)


def _margin(whole: pd.Series, words: Words) -> list[View]:
    """The margin beside all spending together; of one kind alone it would say nothing."""
    if amounts.missing(whole["margin_each"]):
        return []
    known = not amounts.missing(whole["margin_each_before"])
    line = words.t(
        "market.margin" if known else "market.margin_now", one=1,
        each=few(whole["margin_each"], words), before=few(whole["margin_each_before"], words),
    )  # fmt: skip
    return [notes.sentence(line)]


def _effect(found: Any, words: Words) -> View:
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    many = int(found["region_months"].max())
    verdicts = [words.t(f"market.verdict.{one}") for one in found["verdict"]]
    ends = [
        words.t("market.range", low=few(one.low, words), high=few(one.high, words))
        for one in found.itertuples(index=False)
    ]
    effects = [few(one, words) for one in found["effect"]]
    rows = found.rename(columns={"kind": "label"})
    rows = rows.assign(effect=effects, interval=ends, verdict=verdicts)
    shown = _table(
        rows, words, "label effect interval verdict", title="effect",
        lines=[words.t("market.effect_note", n=many)],
        headings={"label": words.t("market.heading.kind")},
        kinds={"interval": "text", "verdict": "text"}, stacked=True,
    )  # fmt: skip
    if (found["verdict"] != "not_distinct").any():
        return shown
    line = words.t("market.effect_none", n=many)
    return together([notes.sentence(line), folded([shown], words.t("market.title.effect", one=1))])


def _cells(cells: pd.DataFrame, words: Words, lines: Sequence[str]) -> View:
    """The region × line whose share cost or brought most."""
    order = cells["by_share"].abs().sort_values(ascending=False, kind="stable").index[:_CELLS]
    rows = cells.loc[order].sort_values("by_share", kind="stable")
    named = [
        words.t("market.cell", region=one.region, line=one.line)
        for one in rows.itertuples(index=False)
    ]
    return _table(rows.assign(where=named), words, _SHARE, lines=lines)


def _from_to(words: Words, before: Any, after: Any) -> str:
    """Two shares and the change between them as they are written."""
    if any(one is None or amounts.missing(one) for one in (before, after)):
        return amounts.NONE
    change = round(after, 3) - round(before, 3)
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
    stacked: bool = False,
) -> View:
    names = columns.split()
    heads = {name: words.t(f"market.heading.{name}", hundred=100) for name in names}
    return table(
        frame[names], words, title=words.t(f"market.title.{title}", one=1) if title else "",
        columns=names, headings={**heads, **(headings or {})}, kinds={**_KINDS, **(kinds or {})},
        highlight=[first and at == 0 for at in range(len(frame))],
        caption=("" if words.language == "zh" else " ").join(lines), stacked=stacked,
    )  # fmt: skip
