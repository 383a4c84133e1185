"""Conversion of the period's cohorts, step by step, beside last period's and last year's."""

from __future__ import annotations

import pandas as pd

from kit.data.tables import Unavailable
from kit.show.figures.rows import Row, absent, bars, number, spoken
from kit.show.notes import note, shows
from kit.show.palette import ACTUAL, BAD
from kit.show.view import View
from kit.show.words import Words


def cohorts(frame: pd.DataFrame | Unavailable, words: Words) -> View:
    """Conversion of each step as a bar with its interval; last year and last period as ticks.

    A step below last year's beyond chance is hatched and bold.

    Parameters
    ----------
    frame : DataFrame
        step, days, entered, conversion, low, high, last_period, last_year, last_year_distinct; as
        `kit.diagnose.cohorts.conversions` has them.
    words : Words
    """
    if said := shows(frame, words):
        return said
    known = frame[frame["conversion"].notna()]
    if known.empty:
        return note(words.t("funnel.too_young"))
    rows = [_row(one, words) for one in known.itertuples(index=False)]
    told = [_told(one, words) for one in known.itertuples(index=False)]
    alt = spoken(words, zip((row.name for row in rows), told, strict=True))
    past = [name for name in ("last_year", "last_period") if known[name].notna().any()]
    keys = ["funnel.note", *(f"funnel.note_{name}" for name in past)]
    if any(row.hatch for row in rows):
        keys.append("funnel.note_fell")
    gap = "" if words.language == "zh" else " "
    return bars(
        rows, words, title=_title(known, words), alt=words.t("funnel.alt") + gap + alt,
        note=gap.join(words.t(key) for key in keys),
    )  # fmt: skip


def _row(one, words: Words) -> Row:
    fell = bool(one.last_year_distinct) and one.conversion < one.last_year
    return Row(
        name=words.step(one.step),
        value=number(one.conversion),
        label=words.t("funnel.label", share=one.conversion, n=one.entered),
        target=number(one.last_year),
        before=number(one.last_period),
        low=number(one.low),
        high=number(one.high),
        colour=BAD if fell else ACTUAL,
        hatch="////" if fell else "",
        strong=fell,
    )


def _told(one, words: Words) -> str:
    facts = {"share": one.conversion, "low": one.low, "high": one.high, "days": one.days,
             "n": one.entered}  # fmt: skip
    parts = [words.t("funnel.alt_row", **facts)]
    for name in ("last_year", "last_period"):
        if not absent(getattr(one, name)):
            parts.append(words.t(f"funnel.alt_{name}", share=getattr(one, name)))
    return words.t("unit.comma").join(parts)


def _title(known: pd.DataFrame, words: Words) -> str:
    apart = known[known["last_year_distinct"].astype(bool)]
    if apart.empty:
        compared = known["last_year"].notna().any()
        return words.t("funnel.title_alike" if compared else "funnel.title_alone")
    change = (apart["conversion"] - apart["last_year"]).sort_values(kind="stable")
    one = apart.loc[change.index[0] if change.iloc[0] < 0 else change.index[-1]]
    return words.t(
        "funnel.title", step=one["step"], share=one["conversion"], before=one["last_year"],
        days=one["days"],
    )  # fmt: skip
