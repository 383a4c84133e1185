"""What explains results: shares as bars with their intervals, ranks beside them."""

from __future__ import annotations

from typing import Any

from kit.data.tables import Unavailable
from kit.show.drivers import named, ranked, title
from kit.show.figures.rows import Row, bars, number, spoken
from kit.show.notes import unavailable
from kit.show.palette import ACTUAL, MUTED
from kit.show.view import View
from kit.show.words import Words


def drivers(found: Any, words: Words) -> View:
    """Each regressor's share of what is explained, its 95 % interval as a whisker, and its rank.

    Parameters
    ----------
    found : Drivers or Unavailable
        frame: regressor, group, share, low, high, rank, rank_low, rank_high; candidates.
    words : Words
    """
    if isinstance(found, Unavailable):
        return unavailable(found, words)
    rows = [
        Row(
            name=named(one["regressor"], words),
            value=number(one["share"]),
            label=words.t(
                "drivers.figure.label", share=words.share(one["share"]), rank=ranked(one, words)
            ),
            low=number(one["low"]),
            high=number(one["high"]),
            colour=ACTUAL if one["group"] == "behaviour" else MUTED,
            hatch="" if one["group"] == "behaviour" else "///",
        )
        for one in found.frame.to_dict("records")
    ]
    told = spoken(words, ((row.name, row.label) for row in rows))
    return bars(
        rows, words, title=title(found, words),
        alt=words.t("drivers.figure.alt", told=told), note=words.t("drivers.figure.note"),
    )  # fmt: skip
