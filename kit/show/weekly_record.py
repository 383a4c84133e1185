"""What is seen of the weekly sales progress record: each deal, order and invoice, and sums by rep."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kit.show import amounts, notes
from kit.show.table import table
from kit.show.view import View, together
from kit.show.words import Words

_MOST = 25  # lines of a week that the page shows; the file has all
_COLUMNS = ("customer", "what", "amount", "state", "step")
_KINDS = {"customer": "text", "what": "text", "state": "text", "step": "text", "amount": "money"}
_SUMS = ("rep", "visit", "call", "quote", "demo", "customers", "won", "won_amount",
         "lost", "next_steps", "why")  # fmt: skip
_NOTES = {"last": ("sums_note",), "running": ("sums_note", "sums_due")}


def weekly_record(found: pd.DataFrame, words: Words, *, file: Any = None) -> View:
    """One rep's record: the running week, then the last full one, the largest amounts first.

    Parameters
    ----------
    found : DataFrame
        From `kit.track.weekly_record.weekly_record`.
    words : Words
    file : Path, optional
        Where all of it was saved to be filled in.
    """
    largest = _largest(found["amount"])
    views = [
        _week(found[found["week"] == week], words, week, largest=largest)
        for week in ("running", "last")
    ]
    return together([*views, *([saved(file, words)] if file else [])])


def sums(found: pd.DataFrame, words: Words, *, file: Any = None) -> View:
    """A team's record: the sums of each rep, the last full week and the running one.

    Parameters
    ----------
    found : DataFrame
        From `kit.track.weekly_sums.per_rep`.
    words : Words
    file : Path, optional
        Where the lines were saved.
    """
    shown = found.assign(why=[lost_reasons(reasons, words) for reasons in found["reasons"]])
    kinds = {"rep": "text", "why": "text", "customers": "count",
             "won_amount": "money", "next_steps": "count"}  # fmt: skip
    headings = {name: words.t(f"record.column.{name}") for name in ("customers", "won",
                "won_amount", "lost", "why", "next_steps")}  # fmt: skip
    headings |= {name: words.t(f"behaviour.{name}") for name in ("visit", "call", "quote", "demo")}
    views = [
        table(
            shown[shown["week"] == week].reset_index(drop=True), words, columns=_SUMS, kinds=kinds,
            headings=headings, title=words.t(f"record.sums.{week}"),
            caption=" ".join(words.t(f"record.{note}") for note in _NOTES[week]),
            largest=_largest(shown["won_amount"]),
        )
        for week in ("last", "running")
    ]  # fmt: skip
    return together([*views, *([saved(file, words)] if file else [])])


def either(found: pd.DataFrame, summed: pd.DataFrame, words: Words, *, file: Any = None) -> View:
    """The record of one rep in full, that of several as sums.

    Parameters
    ----------
    found, summed : DataFrame
        From `kit.track.weekly_record.weekly_record` and `kit.track.weekly_sums.per_rep`.
    words : Words
    file : Path, optional
    """
    one = summed["rep_id"].nunique() <= 1
    return weekly_record(found, words, file=file) if one else sums(summed, words, file=file)


def saved(file: Any, words: Words) -> View:
    """The file that the record was written to."""
    return notes.sentence(words.t("record.saved", path=file.name))


def lost_reasons(reasons: Any, words: Words) -> str:
    """Loss reasons with how often each: price 2, no need 1; empty where there are none."""
    told = [f"{words.term('loss_reason', reason)} {many}" for reason, many in reasons]
    return words.t("unit.comma").join(told)


def texts(found: pd.DataFrame, words: Words) -> pd.DataFrame:
    """The record with what people read: what happened, how it stands, and the next step.

    Returns
    -------
    DataFrame
        As `found`, with what, state and step (texts).
    """
    rows = list(found.itertuples(index=False))
    return found.assign(
        what=[_what(one, words) for one in rows],
        state=[_state(one, words) for one in rows],
        step=["" if amounts.missing(one.next_step) else words.t(f"record.step.{one.next_step}")
              for one in rows],
    )  # fmt: skip


def _largest(column: pd.Series) -> float:
    """What the unit of both weeks is chosen by."""
    known = column.dropna().astype(float).abs()
    return float(known.max()) if len(known) else 0.0


def _week(found: pd.DataFrame, words: Words, week: str, *, largest: float) -> View:
    if found.empty:
        return notes.nothing(words, key=f"unavailable.no_record_{week}")
    first = found.iloc[0]
    title = words.t(f"record.title.{week}", start=first["start"], end=first["end"])
    lines = [words.t("record.suggested")]
    if len(found) > _MOST:
        lines.append(words.t("record.more", n=len(found) - _MOST))
    shown = texts(found.head(_MOST), words)
    shown["step"] = [
        words.t("record.by", step=step, day=day) if step and not pd.isna(day) else step
        for step, day in zip(shown["step"], shown["due_on"], strict=True)
    ]
    return table(
        shown[list(_COLUMNS)].reset_index(drop=True), words,
        columns=_COLUMNS, kinds=_KINDS, title=title, caption=" ".join(lines),
        headings={name: words.t(f"record.column.{name}") for name in ("what", "state", "step")},
        stacked=True, largest=largest,
    )  # fmt: skip


def _what(one: Any, words: Words) -> str:
    if one.item == "deal":
        stage = words.term("stage", one.stage)
        return words.t(f"record.event.{one.event}", day=one.day, number=one.number, stage=stage)
    return words.t(f"record.event.{one.item}", day=one.day, n=int(one.number))


def _state(one: Any, words: Words) -> str:
    if one.item != "deal":
        return words.t(f"record.status.{one.item}_{one.status}")
    if one.status == "won":
        return words.t("record.status.won")
    if one.status == "lost":
        return words.t("record.status.lost", reason=words.term("loss_reason", one.reason))
    stage = words.term("stage", one.stage)
    return words.t(f"record.reason.{one.reason}", days=one.days, limit=one.limit_days, stage=stage)
