"""Parts beside one another: attainment, the split of a target, and effects."""

from __future__ import annotations

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts
from kit.show.figures.rows import Row, bars, number, spoken
from kit.show.notes import nothing, unavailable
from kit.show.outcome import closed, outcome
from kit.show.palette import ACTUAL, BAD, GOOD, STATUS
from kit.show.view import View
from kit.show.words import Words


def attainment(
    standing: pd.DataFrame | Unavailable, words: Words, *, measure: str = "bookings"
) -> View:
    """Actual of each part as a bar with its target as a tick, attainment and status as text.

    Parameters
    ----------
    standing : DataFrame
        part, target, target_to_date, actual, attainment, gap, status; the first row is the whole
        scope, which is drawn only where it is alone.
    words : Words
    measure : str
    """
    if isinstance(standing, Unavailable):
        return unavailable(standing, words)
    if standing.empty:
        return nothing(words)
    whole, over = standing.iloc[0], closed(standing)
    parts = standing.iloc[1:] if len(standing) > 1 else standing
    rows = [
        Row(
            name=words.term("part", one.part),
            value=number(one.actual),
            label=_standing_label(one, words, measure, over=over),
            target=number(one.target),
            before=number(one.target_to_date),
            colour=BAD if one.status == "red" else ACTUAL,
        )
        for one in parts.itertuples()
    ]
    title = _standing_title(whole, parts, words, measure, alone=len(standing) == 1)
    alt = words.t("figure.attainment.alt") + " " + spoken(
        words,
        (
            (
                row.name,
                words.t(
                    "figure.attainment.alt_plain" if row.target is None
                    else "figure.attainment.alt_row",
                    actual=words.amount(row.value, measure),
                    target=words.amount(row.target, measure),
                    label=row.label,
                ),
            )
            for row in rows
        ),
    )  # fmt: skip
    running = any(row.before is not None and row.before != row.target for row in rows)
    aimed = any(row.target is not None for row in rows)
    note = "_running" if running else "" if aimed else "_plain"
    note = words.t(f"figure.attainment.note{note}")
    return bars(rows, words, title=title, alt=alt, note=note)


def split(children: pd.DataFrame | Unavailable, words: Words) -> View:
    """Target of each part as a bar, last year as a tick, the share as text.

    Parameters
    ----------
    children : DataFrame
        part, target, last_year, share.
    words : Words
    """
    if isinstance(children, Unavailable):
        return unavailable(children, words)
    if children.empty:
        return nothing(words)
    rows = [
        Row(
            name=words.term("part", one.part),
            value=number(one.target),
            label=f"{words.money(one.target)} · {words.percent(one.share)}",
            before=number(one.last_year),
        )
        for one in children.itertuples()
    ]
    largest = children.sort_values("target", ascending=False, kind="stable").iloc[0]
    title = words.t(
        "figure.split.title",
        n=len(children),
        part=words.term("part", largest["part"]),
        target=largest["target"],
        share=largest["share"],
    )
    alt = words.t("figure.split.alt") + " " + spoken(words, ((row.name, row.label) for row in rows))
    return bars(rows, words, title=title, alt=alt, note=words.t("figure.split.note"))


def effects(frame: pd.DataFrame | Unavailable, words: Words) -> View:
    """Price, volume, mix and other effects as bars left or right of zero.

    Parameters
    ----------
    frame : DataFrame
        effect (key), amount.
    words : Words
    """
    if isinstance(frame, Unavailable):
        return unavailable(frame, words)
    known = frame[frame["amount"].notna()]
    if known.empty:
        return nothing(words)
    rows = [
        signed_row(words.term("effect", one.effect), one.amount, words=words)
        for one in frame.itertuples()
    ]
    largest = known.loc[known["amount"].abs().sort_values(ascending=False, kind="stable").index[0]]
    title = words.t(
        "figure.effects.title",
        effect=words.term("effect", largest["effect"]),
        amount=largest["amount"],
    )
    told = spoken(words, ((row.name, row.label) for row in rows))
    alt = words.t("figure.effects.alt") + " " + told
    return bars(rows, words, title=title, alt=alt, note=words.t("figure.effects.note"))


def signed_row(
    name: str, effect: float, *, words: Words, start: float = 0.0, measure: str = "bookings"
) -> Row:
    """A row for a gain (filled) or a loss (hatched), so that both are told apart in grey."""
    loss = not amounts.missing(float(effect)) and effect < 0
    return Row(
        name=name,
        value=number(effect),
        start=start,
        label=words.signed_amount(effect, measure),
        colour=BAD if loss else GOOD,
        hatch="////" if loss else "",
    )


def _standing_title(whole, parts, words: Words, measure: str, *, alone: bool) -> str:
    """Against the target where it is reached or the period is over, else against what is due."""
    target, due, gap = (number(whole[name]) for name in ("target", "target_to_date", "gap"))
    facts = {
        "part": words.term("part", whole["part"]),
        "actual": words.amount(whole["actual"], measure),
        "attainment": whole["attainment"],
        "pace": number(whole["actual"]) / due if due else None,
    }
    if target is None or gap is None:
        return words.t("figure.attainment.no_target", **facts)
    over = due is None or due == target or gap <= 0
    short = parts["gap"].astype(float)
    if not over:
        gap = due - number(whole["actual"])
        short = parts["target_to_date"].astype(float) - parts["actual"].astype(float)
        if not due:
            return words.t("figure.attainment.short", **facts, gap=words.amount(gap, measure))
    worst = short.sort_values(ascending=False, kind="stable").index[0]
    key = ("reached" if over else "ahead") if gap <= 0 else "short" if over else "behind"
    if gap > 0 and not alone and short[worst] > 0:
        key += "_worst"
    return words.t(
        f"figure.attainment.{key}",
        **facts,
        gap=words.amount(abs(gap), measure),
        worst=words.term("part", parts["part"][worst]),
        worst_gap=words.amount(short[worst], measure),
    )


def _standing_label(one, words: Words, measure: str, *, over: bool) -> str:
    if amounts.missing(number(one.attainment)):
        return words.amount(one.actual, measure)
    sign = STATUS.get(one.status, ("", ""))[0]
    word = words.term("status", one.status)
    if over:
        ended = outcome(one.status, one.attainment)
        sign, word = STATUS.get(ended, ("", ""))[0], words.term("outcome", ended)
    return f"{words.percent(one.attainment)} {sign} {word}"

