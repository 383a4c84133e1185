"""Customers: classes, concentration, segments, what was kept and what they are worth."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts, notes
from kit.show.customer_table import class_name, elsewhere, joined, measures, table_of
from kit.show.folded import folded
from kit.show.table import table
from kit.show.view import View, together
from kit.show.words import Words

_MATRIX = ("A", "B", "C", "none")
_MOVERS = 6


def classes(found: Any, words: Words) -> View:
    """The classes by amount and by margin; below, where they differ, one against the other.

    Parameters
    ----------
    found : Abc or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    lines = [words.t("customers.classes_note", a=found.limits[0], b=found.limits[1])]
    if found.losing:
        lines.append(
            words.t("customers.losing", n=found.losing, amount=found.losing_amount,
                    margin=found.losing_margin)
        )  # fmt: skip
    if found.returns:
        lines.append(words.t("customers.returns", n=found.returns, amount=found.returns_amount))
    columns = "class customers amount share by_margin margin margin_share".split()
    shown = table_of(found.classes, words, "classes", columns, caption=joined(lines, words))
    if found.cross.empty:
        return shown
    if (found.cross["by_amount"] == found.cross["by_margin"]).all():
        return together([shown, notes.sentence(words.t("customers.cross_alike"))])
    counts = {
        (one.by_amount, one.by_margin): words.count(one.customers)
        for one in found.cross.itertuples(index=False)
    }
    rows = [
        {"by_amount": words.t("customers.of_amount", one=one)}
        | {f"margin_{other}": counts.get((one, other), amounts.NONE) for other in _MATRIX[:3]}
        for one in _MATRIX[:3]
    ]
    headings = {f"margin_{one}": words.t("customers.of_margin", one=one) for one in _MATRIX[:3]}
    frame = pd.DataFrame(rows)
    cross = table(
        frame, words, title=words.t("customers.title.cross"),
        headings={"by_amount": words.t("customers.heading.class"), **headings},
    )  # fmt: skip
    return together([shown, folded([cross], cross.title)])


def moves(found: Any, words: Words) -> View:
    """Last year's classes as rows, this year's as columns, and the largest moves folded.

    Parameters
    ----------
    found : ClassMoves or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    cells = {
        (one.before, one.now): words.t("customers.move", n=one.customers, effect=one.effect)
        for one in found.moves.itertuples(index=False)
    }
    named = {one: class_name(one, words) for one in _MATRIX}
    rows = [
        {"before": words.t("customers.was", one=named[one])}
        | {other: cells.get((one, other), amounts.NONE) for other in _MATRIX}
        for one in _MATRIX
        if any(before == one for before, _ in cells)
    ]
    headings = {one: words.t("customers.now", one=named[one]) for one in _MATRIX}
    grid = table(
        pd.DataFrame(rows), words, title=words.t("customers.title.moves"),
        headings={"before": words.t("customers.heading.class"), **headings},
        caption=words.t("customers.moves_note"),
    )  # fmt: skip
    frame = found.customers.head(_MOVERS)
    frame = frame.assign(before=frame["before"].map(named), now=frame["now"].map(named))
    columns = "customer before now reference actual effect".split()
    kinds = {"before": "text", "now": "text"}
    movers = table_of(frame, words, "", columns, kinds=kinds)
    return together([grid, folded([movers], words.t("customers.title.movers"))])


def concentration(found: Any, words: Words) -> View:
    """How much hangs on how few, beside the year before.

    Parameters
    ----------
    found : Concentration or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    kinds = {"customers": "count", "equal": "count", "hhi": "count", "gini": "number"}
    shown = measures(found.measures, words, "concentration", family="few", kinds=kinds,
                     caption=words.t("customers.few_note"))  # fmt: skip
    return folded([shown], shown.title)


def segments(found: Any, words: Words) -> View:
    """The segments with their money, and the rule of each folded.

    Parameters
    ----------
    found : DataFrame or Unavailable
        Of `kit.diagnose.rfm.segments`.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    named = [words.t(f"customers.segment.{one}") for one in found["segment"]]
    columns = "segment customers share amount amount_share value".split()
    shown = table_of(found.assign(segment=named), words, "segments", columns,
                   caption=words.t("customers.segments_note"))  # fmt: skip
    rules = notes.points(
        words.t("figure.alt_pair", name=name, label=words.t(f"customers.rules.{one}"))
        for name, one in zip(named, found["segment"], strict=True)
    )
    return together([shown, folded([rules], words.t("customers.title.rules"))])


def retention(found: Any, words: Words) -> View:
    """What was kept of the year before, the bridge of the money, and the cohorts folded.

    Parameters
    ----------
    found : Retention or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    lines = [words.t("customers.retention_note"), *elsewhere(found.scope, words)]
    shown = measures(found.measures, words, "retention", family="kept", kinds={},
                     caption=joined(lines, words))  # fmt: skip
    bridge = found.bridge.assign(
        part=[words.t(f"customers.part.{one}") for one in found.bridge["part"]]
    )
    ends = [one in ("before", "now") for one in found.bridge["part"]]
    columns = ["part", "customers", "amount"]
    parts = table_of(bridge, words, "bridge", columns, highlight=ends)
    if found.cohorts.empty:
        return together([shown, parts])
    columns = "period customers d90 d180 d365".split()
    again = found.cohorts[columns[2:]].astype(float).stack().dropna()
    if len(again) and (again == 1).all():
        return together([shown, parts, notes.sentence(words.t("customers.cohorts_all"))])
    cohorts = table_of(found.cohorts, words, "", columns, caption=words.t("customers.cohorts_note"))
    return together([shown, parts, folded([cohorts], words.t("customers.title.cohorts"))])


def lifetime(found: Any, words: Words) -> View:
    """What is expected of today's customers, how the model did a year ago, and what it assumes.

    Parameters
    ----------
    found : Lifetime or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    whole = found.totals.iloc[-1]
    head = words.t("customers.expected", n=int(whole["customers"]), amount=whole["amount"],
                   orders=found.orders, low=found.low, high=found.high)  # fmt: skip
    named = [class_name(one, words) for one in found.totals["class"]]
    frame = found.totals.assign(**{"class": named})
    columns = "class customers alive orders amount margin last_year".split()
    last = [False] * (len(frame) - 1) + [True]
    shown = table_of(frame, words, "lifetime", columns, highlight=last,
                   caption=words.t("customers.lifetime_note"))  # fmt: skip
    held = notes.sentence(_held(found.holdout, words))
    return together([notes.sentence(head), held, shown])


def _held(past: Any, words: Words) -> str:
    if past is None:
        return words.t("customers.no_holdout")
    held = past.low <= past.actual <= past.high
    facts = {name: getattr(past, name) for name in ("expected", "low", "high", "actual",
             "unchanged", "expected_amount", "actual_amount")}  # fmt: skip
    return words.t("customers.held" if held else "customers.not_held", n=past.customers, **facts)
