"""Period by period, holidays that moved, and the cells of cross tables that stand out."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show.columns import COUNTED_MEASURES
from kit.show.notes import note, points, sentence, unavailable
from kit.show.table import notes_of, table
from kit.show.view import View, together
from kit.show.words import Words

TABLES = 3  # cross tables shown
LONGEST = 16  # sub-periods in a table: those before are in the figure of days
_MARK = "▶"  # before a cell that stands out, as the caption says
_AHEAD = 2  # sub-periods to come that are shown of a long period

_STEPS = ("period", "working_days", "target", "actual", "variance", "variance_share",
          "rolling_gap", "cumulated_actual", "cumulated_target", "last_year", "yoy",
          "forecast")  # fmt: skip
_AMOUNTS = ("cumulated_actual", "cumulated_target", "forecast")
_NOTES = {
    "rolling_gap": "trend.steps.rolling_gap", "cumulated_actual": "trend.steps.cumulated",
    "last_year": "trend.steps.last_year", "forecast": "trend.steps.forecast",
}  # fmt: skip
_MONTH = re.compile(r"\d{4}-\d{2}")


def steps(frame: pd.DataFrame | Unavailable, words: Words, *, title: str = "",
          measure: str = "bookings") -> View:  # fmt: skip
    """Sub-periods of the period against target, cumulated, last year and the forecast before it.

    One that is not over is marked, and its deviation left out: its target is not due yet. Of a long
    period the latest are shown. Months stand below their weeks, whose notes hold for them too.

    Parameters
    ----------
    frame : DataFrame or Unavailable
        As `kit.track.periods.periods` has it; rows before the period (without a forecast and
        nothing cumulated) are left out.
    words : Words
    title : str
    measure : str
    """
    if isinstance(frame, Unavailable):
        return unavailable(frame, words)
    inside = frame["cumulated_actual"].notna() | frame["actual"].isna()
    frame = frame[inside].reset_index(drop=True)
    begun = int(frame["actual"].notna().sum())
    cut = len(frame) > LONGEST
    if cut:
        last = min(len(frame), max(begun + _AHEAD, LONGEST))
        frame = frame.iloc[last - LONGEST : last].reset_index(drop=True)
    running = frame["running"].astype(bool)
    names = [
        words.t("table.so_far", period=_period(name, words)) if open_ else _period(name, words)
        for name, open_ in zip(frame["period"], running, strict=True)
    ]
    plain = {one: frame[one].mask(running) for one in ("variance", "variance_share")}
    shown = frame.assign(period=names, **plain)
    amount = "count" if measure in COUNTED_MEASURES else "money"
    said = all(_MONTH.fullmatch(str(name)) for name in frame["period"])  # below the weeks
    lines = ["" if said else notes_of(shown, words, _NOTES),
             words.t("trend.steps_cut", n=LONGEST) if cut else ""]  # fmt: skip
    view = table(
        shown, words, title=title, columns=_STEPS, measure=measure,
        kinds={"period": "text", **dict.fromkeys(_AMOUNTS, amount)},
        headings={one: words.t(f"trend.heading.{one}") for one in _AMOUNTS},
        caption=" ".join(one for one in lines if one),
    )  # fmt: skip
    html = view.html.replace('class="kit-table', 'class="kit-table kit-steps', 1)
    return replace(view, html=html)


def shifted(frame: pd.DataFrame | Unavailable, words: Words) -> View:
    """A sentence for each holiday that lay in the neighbouring month last year; else nothing."""
    if isinstance(frame, Unavailable) or frame.empty:
        return View("")
    return together(
        sentence(
            words.t(
                "trend.shifted" + ("_running" if one["running"] else ""),
                **{name: _period(one[name], words)
                   for name in ("first", "second", "now", "before")},  # fmt: skip
                festival=words.t(f"trend.festival.{one['festival']}"),
                **{name: one[name] for name in ("yoy_first", "yoy_second", "yoy")},
            )
        )
        for one in frame.to_dict("records")
    )


def cross(found: Any, words: Words) -> View:
    """What stands out in the cross tables, those in which it does, and the others in a line.

    The table with the most unlikely cell comes first, at most three are shown; where nothing stands
    out, one sentence says so and names what was looked at. Rows in which nothing was or was to be
    expected are left out.

    Parameters
    ----------
    found : Cross or Unavailable
        As `kit.track.cross.cross` has it.
    words : Words
    """
    if isinstance(found, Unavailable):
        return unavailable(found, words)
    telling = set(zip(found.named["rows"], found.named["columns"], strict=True))
    shown = [one for one in found.pairs if one in telling][:TABLES]
    if not shown:
        pairs = words.list(_pair(one, words) for one in found.pairs)
        return sentence(
            words.t("trend.cross.none", tested=found.tested, tables=len(found.pairs), pairs=pairs)
        )
    views = [_named(found, words), *(_table(found, pair, words) for pair in shown)]
    if rest := [_pair(one, words) for one in found.pairs if one not in shown]:
        views.append(note(words.t("trend.cross.rest", pairs=words.list(rest))))
    return together(views)


def _named(found: Any, words: Words) -> View:
    facts = {"tested": found.tested, "tables": len(found.pairs)}
    lines = [
        words.t(
            "trend.cross.under" if one["deviation"] < 0 else "trend.cross.over",
            row=_value(one["row"], words), column=_value(one["column"], words),
            away=abs(one["deviation"]), actual=one["actual"], expected=one["expected"],
            p=_p(one["p"], words),
        )
        for one in found.named.to_dict("records")
    ]  # fmt: skip
    return points(lines, title=words.t("trend.cross.named", **facts))


def _table(found: Any, pair: tuple[str, str], words: Words) -> View:
    """Actual of each cell and, below it, how far it is from what was expected."""
    cells = found.table(pair)
    known = cells[(cells["actual"] != 0) | (cells["expected"] != 0)]
    rows, columns = (
        [one for one in dict.fromkeys(cells[side]) if one in set(known[side])]
        for side in ("row", "column")
    )
    across = len(rows) < len(columns)  # the longer side goes down
    down, top = ("column", "row") if across else ("row", "column")
    frame = pd.DataFrame({"part": [_value(one, words) for one in (columns if across else rows)]})
    for name in rows if across else columns:
        part = cells[cells[top] == name].set_index(down)
        frame[_value(name, words)] = [
            _cell(part.loc[one], words) for one in (columns if across else rows)
        ]
    dimension = words.t(f"trend.dimension.{pair[1] if across else pair[0]}")
    return table(
        frame, words, title=_pair(pair, words), headings={"part": dimension},
        kinds=dict.fromkeys(frame.columns, "text"), caption=words.t("trend.cross.caption"),
    )  # fmt: skip


def _cell(one: pd.Series, words: Words) -> str:
    if not one["actual"] and not one["expected"]:
        return "–"
    text = words.t("trend.cross.cell", actual=one["actual"], away=one["deviation"])
    return f"{_MARK} {text}" if one["named"] else text


def _pair(pair: tuple[str, str], words: Words) -> str:
    first, second = (words.t(f"trend.dimension.{one}") for one in pair)
    return words.t("trend.cross.pair", rows=first, columns=second)


def _value(name: str, words: Words) -> str:
    return words.term("part", name)


def _p(p: float, words: Words) -> str:
    return words.t("trend.cross.p_least") if p < 0.001 else words.t("trend.cross.p", p=f"{p:.3f}")


def _period(name: str, words: Words) -> str:
    return words.period(name).replace(" ", "\u00a0")
