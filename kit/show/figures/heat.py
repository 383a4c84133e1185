"""Attainment by part and month: a grid of numbers that reads without its colours."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from kit.data.tables import Unavailable
from kit.show import amounts
from kit.show.figures.axes import block
from kit.show.figures.rows import spoken
from kit.show.figures.svg import LABEL, TICK, WIDTH, Margins, draw, shorten, width
from kit.show.notes import unavailable
from kit.show.palette import BAD, INK, MUTED, WARN
from kit.show.view import View
from kit.show.words import Words

_NAME_ROOM = 0.3 * WIDTH
_ROW = 25.0  # points
_NARROW = 8  # months from which on the percent sign is left to the note
_LIGHT = {"amber": "#f6e7c8", "green": "#e6f0ef"}
_OVER = 9.995  # from here on ten times the target and more


def heat(found: Any, words: Words) -> View:
    """Parts as rows, months as columns, attainment in each cell.

    A cell under the red limit is dark with white bold figures, one under the amber limit has a
    frame and bold figures, others are light and plain; a cell without a target holds a dash.

    Parameters
    ----------
    found : Heat or Unavailable
        `cells` (scope, part, period, start, attainment, status, running), `parts` (scope, part,
        count), `months`; the first part is the whole scope.
    words : Words
    """
    if isinstance(found, Unavailable):
        return unavailable(found, words)
    cells, months = found.cells, list(found.months)
    grid = [cells.iloc[at * len(months) : (at + 1) * len(months)] for at in range(len(found.parts))]
    names = [_name(one, words) for one in found.parts.to_dict("records")]
    told = spoken(words, zip(names, (_told(rows, words) for rows in grid), strict=True))
    running = bool(cells["running"].any())
    note = words.t("figure.heat.note" + ("_running" if running else ""))
    room = min(max(width(name, bold=at == 0) for at, name in enumerate(names)), _NAME_ROOM)
    return draw(
        lambda ax: paint(ax, grid, names=names, words=words),
        title=_title(found, words),
        alt=words.t("figure.heat.alt") + " " + told,
        height=8 + 2.6 * TICK + _ROW * len(names),
        margins=Margins(left=14 + room, right=4, top=4 + 2.6 * TICK, bottom=4),
        note=note,
    )


def paint(ax: Axes, grid: list[pd.DataFrame], *, names: list[str], words: Words) -> Axes:
    """Draw the cells on given axes."""
    many = len(grid[0])
    ax.set_xlim(-0.5, many - 0.5)
    ax.set_ylim(len(grid) - 0.5, -0.5)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines["bottom"].set_visible(False)
    _months(ax, grid[0], words)
    for at, (name, rows) in enumerate(zip(names, grid, strict=True)):
        ax.annotate(
            shorten(name, _NAME_ROOM / (1.12 if at == 0 else 1.0)), (0, at),
            xycoords=ax.get_yaxis_transform(),
            xytext=(-8, 0), textcoords="offset points", ha="right", va="center_baseline",
            fontsize=LABEL, fontweight="bold" if at == 0 else "normal",
        )  # fmt: skip
        for across, one in enumerate(rows.itertuples(index=False)):
            _cell(ax, across, at, one, words, many)
    return ax


def _cell(ax: Axes, across: int, at: int, one: Any, words: Words, many: int) -> None:
    known = not amounts.missing(float(one.attainment))
    left, top = (across - 0.47, 0.94), (at - 0.43, 0.86)
    if known and one.status == "red":
        block(ax, left, top, colour=BAD)
    elif known:
        if one.status == "amber":
            block(ax, left, top, colour=WARN)
            left, top = (across - 0.47 + 0.04, 0.86), (at - 0.43 + 0.07, 0.72)
        block(ax, left, top, colour=_LIGHT.get(one.status, _LIGHT["green"]))
    ax.annotate(
        _figure(one.attainment, words, sign=many < _NARROW), (across, at), ha="center",
        va="center_baseline", fontsize=TICK,
        fontweight="bold" if known and one.status in ("red", "amber") else "normal",
        color="white" if known and one.status == "red" else INK if known else MUTED,
    )  # fmt: skip


def _months(ax: Axes, rows: pd.DataFrame, words: Words) -> None:
    years: set[int] = set()
    for across, one in enumerate(rows.itertuples(index=False)):
        month = _stamp(one.period, one.start)
        text = amounts.month(month, words.language, year=False)
        lines = [(text + ("*" if one.running else ""), 4.0, INK)]
        if month.year not in years:
            lines.append((words.t("unit.year", year=month.year), 5.0 + 1.2 * TICK, MUTED))
        years.add(month.year)
        for text, up, colour in lines:
            ax.annotate(
                text, (across, 1), xycoords=ax.get_xaxis_transform(), xytext=(0, up),
                textcoords="offset points", ha="center", fontsize=TICK, color=colour,
            )  # fmt: skip


def _stamp(period: str, start: Any) -> pd.Timestamp:
    """The calendar month that a month is named for, which a month of weeks may begin before."""
    try:
        return pd.Timestamp(f"{period}-01")
    except ValueError:
        return pd.Timestamp(start)


def _figure(share: float, words: Words, *, sign: bool) -> str:
    if amounts.missing(float(share)):
        return amounts.NONE
    if abs(share) >= _OVER:
        return ">999" + ("%" if sign else "")
    return words.share(share) if sign else words.count(round(float(share) * 100))


def _name(one: dict, words: Words) -> str:
    if one["count"] > 1:
        return words.t("figure.heat.others", n=one["count"])
    return words.term("part", one["part"])


def _told(rows: pd.DataFrame, words: Words) -> str:
    return words.list(
        words.t("figure.heat.cell", month=_stamp(one.period, one.start),
                share=words.share(one.attainment))
        for one in rows.itertuples(index=False)
    )  # fmt: skip


def _title(found: Any, words: Words) -> str:
    whole = len(found.months)
    cells = found.cells.iloc[whole:] if len(found.parts) > 1 else found.cells
    known = cells[cells["attainment"].notna()]
    if known.empty:
        return words.t("figure.heat.title_none")
    lowest = known.sort_values("attainment", kind="stable").iloc[0]
    red = int((known["status"] == "red").sum())
    return words.t(
        "figure.heat.title" + ("_red" if red else ""),
        part=words.term("part", lowest["part"]) if lowest["scope"] else
        words.t("figure.heat.others", n=found.folded),
        month=_stamp(lowest["period"], lowest["start"]),
        share=lowest["attainment"], n=red, all=len(known),
    )  # fmt: skip
