"""The funnel: conversion of each step against its usual, and the step where most is lost."""

from __future__ import annotations

import pandas as pd

from kit.data.tables import Unavailable
from kit.show.figures.rows import Row, bars, number, spoken
from kit.show.notes import shows
from kit.show.palette import ACTUAL, BAD
from kit.show.view import View
from kit.show.words import Words


def funnel(frame: pd.DataFrame | Unavailable, words: Words) -> View:
    """Conversion of each step as a bar with its interval, the reference as a tick.

    Parameters
    ----------
    frame : DataFrame
        step, entered, reached, conversion, low, high (fractions), reference_conversion, effect
        (money) and bottleneck (whether most is lost there).
    words : Words
    """
    if note := shows(frame, words):
        return note
    steps = [words.step(step) for step in frame["step"]]
    rows = [
        Row(
            name=name,
            value=number(one.conversion),
            label=words.t(
                "figure.funnel.row", reached=one.reached, entered=one.entered, share=one.conversion
            ),
            target=number(one.reference_conversion),
            low=number(one.low),
            high=number(one.high),
            colour=BAD if one.bottleneck else ACTUAL,
            strong=bool(one.bottleneck),
        )
        for name, one in zip(steps, frame.itertuples(), strict=True)
    ]
    narrow = frame[frame["bottleneck"].astype(bool)]
    if len(narrow):
        worst = narrow.iloc[0]
        title = words.t(
            "figure.funnel.bottleneck",
            step=worst["step"],
            conversion=worst["conversion"],
            usual=worst["reference_conversion"],
            effect=number(worst["effect"]),
        )
    else:
        title = words.t("figure.funnel.none")
    alt = words.t("figure.funnel.alt") + " " + spoken(
        words,
        (
            (
                row.name,
                words.t("figure.funnel.alt_row", label=row.label, usual=row.target),
            )
            for row in rows
        ),
    )
    return bars(rows, words, title=title, alt=alt, note=words.t("figure.funnel.note"))

