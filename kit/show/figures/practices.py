"""Who lies ahead of comparable peers, with intervals: the furthest first.

Where a result is unavailable, or nobody is ahead, nothing is drawn: the text beside it says why.
"""

from __future__ import annotations

from typing import Any

from kit.data.tables import Unavailable
from kit.show.figures.rows import Row, bars, number, spoken
from kit.show.palette import ACTUAL, MUTED
from kit.show.view import View
from kit.show.words import Words

_MOST = 6  # reps that are drawn


def ahead(found: Any, words: Words) -> View:
    """The lead of those who are named and of the next ones who are ahead, with 95 % intervals.

    Parameters
    ----------
    found : Cards or Unavailable
        Of `kit.review.practices.cards`.
    words : Words
    """
    if isinstance(found, Unavailable) or found.table.empty:
        return View("")
    frame = found.peers.frame
    named = set(found.table["rep_id"])
    chosen = frame["rep_id"].isin(named)
    next_ones = frame[~chosen & (frame["ahead"] > 0)].head(max(_MOST - int(chosen.sum()), 0))
    shown = frame[chosen | frame["rep_id"].isin(next_ones["rep_id"])]
    rows = [
        Row(
            one.rep, float(one.ahead), words.signed_percent(one.ahead),
            low=number(one.low), high=number(one.high),
            colour=ACTUAL if one.rep_id in named else MUTED,
            hatch="" if one.rep_id in named else "///", strong=one.rep_id in named,
        )
        for one in shown.itertuples(index=False)
    ]  # fmt: skip
    first = found.table.iloc[0]
    told = spoken(words, [(row.name, row.label) for row in rows])
    return bars(
        rows, words,
        title=words.t("practices.figure.title", rep=first["rep"], ahead=first["ahead"]),
        alt=words.t("practices.figure.alt", told=told), note=words.t("practices.figure.note"),
    )  # fmt: skip
