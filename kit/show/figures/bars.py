"""Parts beside one another: attainment, the split of a target, and effects."""

from __future__ import annotations

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts
from kit.show.figures.palette import ACTUAL, BAD, GOOD, STATUS
from kit.show.figures.rows import Row, bars, number, spoken
from kit.show.notes import nothing, unavailable
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
    whole = standing.iloc[0]
    parts = standing.iloc[1:] if len(standing) > 1 else standing
    rows = [
        Row(
            name=words.term("part", one.part),
            value=number(one.actual),
            label=_standing_label(one, words, measure),
            target=number(one.target),
            before=number(one.target_to_date),
            colour=BAD if one.status == "red" else ACTUAL,
        )
        for one in parts.itertuples()
    ]
    facts = {
        "part": words.term("part", whole.part),
        "actual": words.amount(whole.actual, measure),
        "target": words.amount(whole.target, measure),
        "attainment": whole.attainment,
        "gap": words.amount(abs(whole.gap) if not amounts.missing(whole.gap) else None, measure),
    }
    short = parts[parts["gap"].astype(float) > 0].sort_values("gap", ascending=False, kind="stable")
    if amounts.missing(number(whole.target)):
        title = words.t("figure.attainment.no_target", **facts)
    elif whole.gap <= 0:
        title = words.t("figure.attainment.reached", **facts)
    elif len(standing) > 1 and len(short):
        worst = short.iloc[0]
        title = words.t(
            "figure.attainment.short_worst",
            **facts,
            worst=words.term("part", worst["part"]),
            worst_gap=words.amount(worst["gap"], measure),
        )
    else:
        title = words.t("figure.attainment.short", **facts)
    alt = words.t("figure.attainment.alt") + " " + spoken(
        words,
        (
            (
                row.name,
                words.t(
                    "figure.attainment.alt_row",
                    actual=words.amount(row.value, measure),
                    target=words.amount(row.target, measure),
                    label=row.label,
                ),
            )
            for row in rows
        ),
    )
    running = any(row.before is not None and row.before != row.target for row in rows)
    note = words.t("figure.attainment.note" + ("_running" if running else ""))
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
    return bars(rows, words, title=title, alt=alt)


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


def _standing_label(one, words: Words, measure: str) -> str:
    if amounts.missing(number(one.attainment)):
        return words.amount(one.actual, measure)
    sign = STATUS.get(one.status, ("", ""))[0]
    return f"{words.percent(one.attainment)} {sign} {words.term('status', one.status)}"

