"""The funnel bridge on the page: a waterfall of its factors, and what each of them was."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kit.show.figures.bridge import waterfall
from kit.show.notes import shows
from kit.show.table import table
from kit.show.view import View, together
from kit.show.words import Words

_SHOWN = ("factor", "before", "value", "effect")


def funnel_bridge(found: Any, words: Words) -> View:
    """From the reference to bookings by deals, conversion, deal size and other orders.

    Parameters
    ----------
    found : FunnelBridge or Unavailable
        against, reference, actual, by_step, and factors: factor (key), step, kind (count, percent
        or money), reference, actual, effect (money), distinct.
    words : Words

    Returns
    -------
    View
        The waterfall, whose note names the method, and a table of the factors with what each one
        means; those whose change is beyond chance are in bold.
    """
    if note := shows(found, words):
        return note
    factors = found.factors
    names = [_name(one.factor, one.step, words) for one in factors.itertuples()]
    start = f"bridges.start.{found.against}"
    drawn = waterfall(
        pd.DataFrame({"part": names, "effect": factors["effect"]}),
        words,
        start=found.reference,
        end=found.actual,
        start_label=words.t(start) if words.has(start) else "",
        method=words.t("funnel_bridge.method"),
    )
    return together([drawn, _table(found, names, words)])


def _table(found: Any, names: list[str], words: Words) -> View:
    factors = found.factors
    levels = {
        shown: [
            getattr(words, one["kind"])(one[column]) for one in factors.to_dict("records")
        ]
        for shown, column in (("before", "reference"), ("value", "actual"))
    }
    told = factors[["effect"]].assign(factor=names, **levels)
    return table(
        told, words, columns=_SHOWN, title=words.t("funnel_bridge.table"),
        headings={one: words.t(f"funnel_bridge.{one}") for one in _SHOWN if one != "effect"},
        kinds={"factor": "text", "before": "text", "value": "text", "effect": "signed_money"},
        highlight=[bool(one) for one in factors["distinct"]], caption=_meaning(found, words),
    )  # fmt: skip


def _meaning(found: Any, words: Words) -> str:
    lines = ["definition", "by_step" if found.by_step else "",
             "scaled" if found.against == "target" else "",
             "chance" if found.factors["distinct"].any() else ""]  # fmt: skip
    told = [words.t(f"funnel_bridge.{one}") for one in lines if one]
    return ("" if words.language == "zh" else " ").join(told)


def _name(factor: str, step: str, words: Words) -> str:
    return words.step(step) if step else words.t(f"funnel_bridge.{factor}")
