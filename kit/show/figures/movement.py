"""From the pipeline of the period's start to that of today: the movement bridge as a waterfall."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kit.data.tables import Unavailable
from kit.show import amounts, notes
from kit.show.figures.bars import signed_row
from kit.show.figures.rows import Row, bars, spoken
from kit.show.palette import GOOD, PLAN
from kit.show.view import View
from kit.show.words import Words


def movement(found: Any, words: Words) -> View:
    """What came into the pipeline due in the period, what left it, and what is left.

    Parameters
    ----------
    found : Movement or Unavailable
        steps (step, effect, count), start, end, start_count, end_count, since, until, history.
    words : Words

    Returns
    -------
    View
        Nothing where stage_events do not tell how deals stood at the start; see
        `kit.show.pipeline_now.movement`.
    """
    if isinstance(found, Unavailable):  # without the table, coverage has said so
        return View("") if found.table else notes.unavailable(found, words)
    if not found.history:
        return View("")
    if not found.start_count and not found.end_count and not found.steps["effect"].any():
        return notes.nothing(words, key="pipeline.nothing_due")
    rows, running = [_total(words, "start", found.start, found.start_count)], found.start
    for step, effect, count in found.steps.itertuples(index=False):
        if not count:
            continue
        row = signed_row(words.t(f"pipeline.step.{step}"), effect, words=words, start=running)
        row = replace(row, label=_label(words, row.label, count))
        rows.append(replace(row, colour=GOOD, hatch="") if step == "won" else row)
        running += effect
    rows.append(_total(words, "end", found.end, found.end_count))
    told = spoken(words, ((row.name, row.label) for row in rows))
    facts = {name: abs(found.amount(name)) for name in ("created", "won", "lost", "pushed_out")}
    key = "grew" if found.end > found.start else "shrank" if found.end < found.start else "same"
    return bars(
        rows,
        words,
        title=words.t(f"pipeline.figure.{key}", start=found.start, end=found.end, **facts),
        alt=words.t("pipeline.figure.alt", since=found.since, until=found.until) + " " + told,
        note=words.t("pipeline.figure.note"),
        zero=True,
        linked=True,
    )


def _total(words: Words, name: str, value: float, count: int) -> Row:
    value = 0.0 if amounts.missing(value) else value
    return Row(
        name=words.t(f"pipeline.step.{name}"),
        value=value,
        label=_label(words, words.money(value), count),
        colour=PLAN,
        strong=True,
    )


def _label(words: Words, amount: str, count: int) -> str:
    return words.t("pipeline.figure.label", amount=amount, n=int(count))
