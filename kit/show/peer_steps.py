"""Conversion per step beside anonymous peers, as a table."""

from __future__ import annotations

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import notes
from kit.show.table import table
from kit.show.view import View
from kit.show.words import Words


def peer_steps(frame: pd.DataFrame | Unavailable, words: Words) -> View:
    """The steps beside those of peers, or one line that says why there are none.

    Parameters
    ----------
    frame : DataFrame or Unavailable
        See `kit.diagnose.peer_steps.steps`.
    words : Words
    """
    if isinstance(frame, Unavailable) and frame.table:
        return notes.unavailable(frame, words)
    if isinstance(frame, Unavailable) or frame["peers_conversion"].isna().all():
        return notes.note(words.t("funnel.peers_no_steps"))
    apart = frame["distinct"].astype(bool)
    lines = [words.t("funnel.peers_note")]
    lines += [words.t("funnel.peers_bold")] if apart.any() else []
    lines += [words.t("funnel.peers_unknown")] if frame["peers"].isna().any() else []
    ranges = [
        None if pd.isna(low)
        else words.t("card.range", low=words.share(low), high=words.share(high))
        for low, high in zip(frame["low"], frame["high"], strict=True)
    ]  # fmt: skip
    shown = frame.assign(interval=[one and one.replace(" ", "\u00a0") for one in ranges])
    told = ("left", "interval", "peers_left", "peers_conversion")
    return table(
        shown, words, highlight=list(apart), title=words.t("funnel.peers_steps"),
        columns=("step", "left", "conversion", "interval", "peers_left", "peers_conversion"),
        kinds={"left": "count", "interval": "text", "peers_left": "count",
               "peers_conversion": "percent"},
        headings={one: words.t(f"funnel.heading.{one}") for one in told},
        caption=" ".join(lines),
    )  # fmt: skip
