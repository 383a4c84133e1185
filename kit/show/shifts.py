"""Since when a scope has been on another level, what lay beside it, and before against after."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts
from kit.show.notes import points, sentence, unavailable
from kit.show.table import table
from kit.show.view import View, together
from kit.show.words import Words

RATES = ("win_rate", "discount")
_PER_POST = ("visits_per_post",)
_COUNTED = ("created", *_PER_POST)
_RUN = 3  # months on one side of the level that are named
_POINTS = ("period", "before", "after", "change", "range", "p")
_SERIES = ("series", "period", "before", "after", "change", "range", "p")
_VIEWS = ("group", "before", "after", "change", "range", "p")


def shifts(found: Any, words: Words) -> View:
    """The finding in a sentence, the change points where there are several, and the events.

    Parameters
    ----------
    found : Shifts or Unavailable
        measure, points (period, before, after, change, low, high, effect, p), events (date, label,
        kind, region, period, p, dates), p_none, phi, growth, logs, months, run.
    words : Words
    """
    if isinstance(found, Unavailable):
        return unavailable(found, words)
    views = [sentence(_finding(found, words))]
    if len(found.points) > 1:
        views.append(
            table(
                _rows(found.points, words, measure=found.measure, logs=found.logs), words,
                columns=_POINTS, **_look(words, _POINTS), title=words.t("shifts.title_points"),
                stacked=True,
            )
        )  # fmt: skip
    if lines := [_beside(one, words) for one in found.events.to_dict("records") if one["period"]]:
        views.append(points(lines, title=words.t("shifts.title_events")))
    views.append(sentence(words.t("shifts.method", phi=round(found.phi, 1))))
    return together(views)


def overview(frame: pd.DataFrame | Unavailable, words: Words, *, title: str = "") -> View:
    """The latest change point of each series in one table.

    Parameters
    ----------
    frame : DataFrame or Unavailable
        series, period, before, after, change, low, high, p, logs.
    words : Words
    title : str
    """
    if isinstance(frame, Unavailable):
        return unavailable(frame, words)
    rows = [
        _rows(pd.DataFrame([one]), words, measure=one["series"], logs=one["logs"]).iloc[0]
        for one in frame.to_dict("records")
    ]
    shown = pd.DataFrame(rows).reset_index(drop=True)
    return table(
        shown, words, title=title or words.t("shifts.title_overview"), columns=_SERIES,
        caption=words.t("shifts.caption"), stacked=True, **_look(words, _SERIES),
    )  # fmt: skip


def before_after(found: Any, words: Words, *, measure: str = "bookings") -> View:
    """Before and after a day, beside those it is held against, and what has to hold for it.

    Parameters
    ----------
    found : BeforeAfter or Unavailable
        frame (view, before, after, change, low, high, effect, p), day, months, start, logs, group,
        placebo, assumes.
    words : Words
    measure : str
    """
    if isinstance(found, Unavailable):
        return unavailable(found, words)
    shown = _rows(found.frame, words, measure=measure, logs=found.logs)
    shown["group"] = [
        words.t(f"shifts.view.{found.group}" if one == "others" else f"shifts.view.{one}")
        for one in found.frame["view"]
    ]
    last = found.frame.iloc[-1]
    told = _surely(last, words, measure=measure, logs=found.logs)
    key = "shifts.compared" if found.group else "shifts.alone"
    views = [
        sentence(words.t(key, day=found.day, n=found.months, told=told)),
        table(shown, words, columns=_VIEWS, caption=words.t("shifts.caption"), stacked=True,
              **_look(words, _VIEWS)),
    ]  # fmt: skip
    if found.placebo is not None:
        views.append(sentence(_test(found.placebo.p, found.placebo.dates, words)))
    lines = [words.t(f"shifts.assumes.{one}") for one in found.assumes]
    views.append(points(lines, title=words.t("shifts.title_assumes")))
    return together(views)


def title(found: Any, words: Words) -> str:
    """The finding in a line: since when and by how much, or that no shift is beyond chance."""
    name = words.t(f"shifts.series.{found.measure}")
    if found.points.empty and abs(found.run) >= _RUN and found.p_none >= 0.05:
        key = "shifts.run_below" if found.run < 0 else "shifts.run_above"
        return words.t(key, name=name, n=abs(found.run), p=_p(found.p_none, words))
    if found.points.empty:
        return words.t("shifts.none", name=name)
    last = found.points.iloc[-1]
    way = "up" if last["change"] > 0 else "down"
    key = f"shifts.since_{way}" + ("_growth" if found.growth else "")
    size = _size(abs(float(last["change"])), found.measure, words, logs=found.logs)
    return words.t(key, month=last["period"], name=name, size=size)


def event_line(event: dict, words: Words) -> str:
    """An event with its day: 1 Jul 2025 Competitor's launch."""
    return words.t("shifts.event", day=event["date"], label=event["label"])


def unit(measure: str) -> str:
    """The measure whose unit a series is in: deals are counted as those won are.

    Examples
    --------
    >>> unit("created"), unit("bookings")
    ('won', 'bookings')
    """
    return "won" if measure in _COUNTED else measure


def written(value: Any, measure: str, words: Words) -> str:
    """A month's figure of a series."""
    if amounts.missing(value):
        return amounts.NONE
    if measure in _PER_POST:
        return words.number(value)
    return words.percent(value) if measure in RATES else words.amount(value, unit(measure))


def _finding(found: Any, words: Words) -> str:
    if found.points.empty:
        return words.t("shifts.found_none", name=words.t(f"shifts.series.{found.measure}"),
                       n=len(found.months), p=_p(found.p_none, words))  # fmt: skip
    last = found.points.iloc[-1]
    facts = {
        "title": title(found, words), "before": written(last["before"], found.measure, words),
        "after": written(last["after"], found.measure, words),
        "range": _range(last, found.measure, words, logs=found.logs), "p": _p(last["p"], words),
    }  # fmt: skip
    return words.t("shifts.found", **facts)


def _beside(event: dict, words: Words) -> str:
    told = words.t("shifts.beside", event=event_line(event, words), month=event["period"])
    gap = "" if words.language == "zh" else " "
    if amounts.missing(event["p"]):
        return told + gap + words.t("shifts.untested")
    return told + gap + _test(event["p"], event["dates"], words)


def _test(p: float, dates: float, words: Words) -> str:
    key = "shifts.tested" if p < 0.05 else "shifts.tested_chance"
    return words.t(key, p=_p(p, words), dates=dates)


def _surely(row: pd.Series, words: Words, *, measure: str, logs: bool) -> str:
    if amounts.missing(row["p"]):
        return words.t("shifts.no_interval", change=_change(row["change"], measure, words, logs))
    key = "shifts.sure" if row["p"] < 0.05 else "shifts.unsure"
    return words.t(key, change=_change(row["change"], measure, words, logs),
                   range=_range(row, measure, words, logs=logs), p=_p(row["p"], words))  # fmt: skip


def _rows(frame: pd.DataFrame, words: Words, *, measure: str, logs: bool) -> pd.DataFrame:
    """The figures of each row as text, in the unit of its series."""
    rows = []
    for one in frame.to_dict("records"):
        known = not amounts.missing(one["change"])
        rows.append(
            {"series": words.t(f"shifts.series.{measure}"),
             "period": words.period(one["period"]) if one.get("period")
             else words.t("shifts.no_point"),
             "before": written(one["before"], measure, words),
             "after": written(one["after"], measure, words),
             "change": _change(one["change"], measure, words, logs) if known else None,
             "range": _range(one, measure, words, logs=logs) if known else None,
             "p": _p(one["p"], words) if not amounts.missing(one["p"]) else None}
        )  # fmt: skip
    return pd.DataFrame(rows, dtype="object")


def _look(words: Words, columns: tuple[str, ...]) -> dict:
    return {
        "kinds": dict.fromkeys(columns, "text"),
        "headings": {one: words.t(f"shifts.heading.{one}") for one in columns},
    }


def _change(value: float, measure: str, words: Words, logs: bool) -> str:
    if logs:
        return words.signed_percent(value)
    return words.points(value) if measure in RATES else words.signed_amount(value, unit(measure))


def _size(value: float, measure: str, words: Words, *, logs: bool) -> str:
    """A change without its sign."""
    if logs:
        return words.share(value)
    if measure in RATES:
        return words.points(value).lstrip("+")
    return words.amount(value, unit(measure))


def _range(row: Any, measure: str, words: Words, *, logs: bool) -> str:
    if amounts.missing(row["low"]):
        return amounts.NONE
    low, high = (_change(row[one], measure, words, logs) for one in ("low", "high"))
    return words.t("shifts.range", low=low, high=high)


def _p(p: float, words: Words) -> str:
    return words.t("shifts.p_least") if p < 0.01 else words.t("shifts.p", p=f"{p:.2f}")
