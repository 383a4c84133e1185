"""The funnel as it is shown: cohorts, time in stage, the bottleneck and why deals are lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import notes
from kit.show.figures.cohorts import cohorts as cohorts_figure
from kit.show.figures.pareto import pareto
from kit.show.folded import folded
from kit.show.peer_steps import peer_steps
from kit.show.table import table
from kit.show.view import View, together
from kit.show.words import Words

_MOST = 12  # parts of one table


def bottleneck(frame: pd.DataFrame | Unavailable, words: Words) -> View:
    """The step whose changed conversion costs the most money, and by which measure.

    Parameters
    ----------
    frame : DataFrame or Unavailable
        step, entered, conversion, reference_conversion, effect, bottleneck; see
        `kit.diagnose.funnel.steps`.
    words : Words
    """
    if said := notes.shows(frame, words):
        return said
    worst = frame[frame["bottleneck"].astype(bool)]
    if worst.empty:
        return notes.sentence(words.t("funnel.no_bottleneck"))
    one, key = worst.iloc[0], "funnel.bottleneck" if len(frame) > 1 else "funnel.only_step"
    return notes.sentence(
        words.t(key, step=one["step"], n=int(one["entered"]),
                share=one["conversion"], before=one["reference_conversion"],
                effect=float(one["effect"]))
    )  # fmt: skip


def cohorts(frame: pd.DataFrame | Unavailable, words: Words) -> View:
    """Conversions of the period's cohorts: the figure, and the table with intervals.

    Parameters
    ----------
    frame : DataFrame or Unavailable
        See `kit.diagnose.cohorts.conversions`.
    words : Words
    """
    if said := notes.shows(frame, words):
        return said
    apart = frame["last_period_distinct"].astype(bool) | frame["last_year_distinct"].astype(bool)
    shown = frame.assign(interval=_ranges(frame, words, "share"))
    lines = [words.t(f"funnel.{one}") for one in ("cohorts_note", "bold")[: 1 + apart.any()]]
    made = table(
        shown, words, title=words.t("funnel.cohorts"), caption=" ".join(lines),
        columns=("step", "days", "entered", "conversion", "interval", "last_period", "last_year"),
        kinds={"days": "count", "last_period": "percent", "last_year": "percent",
               "interval": "text"},
        headings={"days": words.t("funnel.heading.within"),
                  "interval": words.t("funnel.heading.interval"),
                  "last_period": words.t("funnel.heading.last_period")},
        highlight=list(apart),
    )  # fmt: skip
    views = [cohorts_figure(frame, words), made]
    if frame["last_year"].notna().any() and not frame["last_year_distinct"].any():
        views.insert(1, notes.sentence(words.t("funnel.cohorts_coarse")))
    return together(views)


def course(frame: pd.DataFrame | Unavailable, words: Words) -> View:
    """Conversions cohort by cohort, behind one line.

    Parameters
    ----------
    frame : DataFrame or Unavailable
        See `kit.diagnose.cohorts.course`.
    words : Words
    """
    if said := notes.shows(frame, words):
        return said
    steps = list(dict.fromkeys(frame["step"]))
    wide = frame.pivot(index="cohort", columns="step", values="conversion")
    wide = wide.reindex(index=list(dict.fromkeys(frame["cohort"])), columns=steps).reset_index()
    made = table(
        wide, words, columns=("cohort", *steps), caption=words.t("funnel.course_note"),
        kinds={"cohort": "period", **dict.fromkeys(steps, "percent")},
        headings={"cohort": words.t("funnel.heading.cohort"),
                  **{one: words.step(one) for one in steps}},
    )  # fmt: skip
    return folded([made], words.t("funnel.course", n=len(wide)))


def parts(frame: pd.DataFrame | Unavailable, words: Words, *, most: int = _MOST) -> View:
    """Which part converts otherwise than its siblings beyond chance, and all parts as a table.

    Parameters
    ----------
    frame : DataFrame or Unavailable
        See `kit.diagnose.cohort_parts.parts`; nothing is shown of a scope without parts.
    words : Words
    most : int
        Parts of the table, those that stand out most first.
    """
    if isinstance(frame, Unavailable) and frame.reason == "no_siblings":
        return View("")
    if said := notes.shows(frame, words):
        return said
    if frame["conversion"].isna().all():
        return notes.note(words.t("funnel.parts_too_young"))
    steps = list(dict.fromkeys(frame["step"]))
    out = frame[frame["distinct"].astype(bool)].sort_values("p", kind="stable")
    lines = [
        words.t("funnel.part", part=words.term("part", one.part), step=one.step,
                share=one.conversion, others=one.others)
        for one in out.itertuples(index=False)
    ]  # fmt: skip
    said = notes.points(lines[:most]) if lines else notes.sentence(words.t("funnel.parts_alike"))
    order = frame.groupby("scope")["p"].min().sort_values(kind="stable").index
    wide = frame.pivot(index="scope", columns="step", values="conversion").reindex(
        index=order, columns=steps
    )
    wide.insert(0, "part", frame.drop_duplicates("scope").set_index("scope")["part"])
    left = len(wide) - most
    caption = [words.t("funnel.parts_note"), *[words.t("figure.more", n=left)] * (left > 0)]
    made = table(
        wide.head(most).reset_index(), words, columns=("part", *steps), caption=" ".join(caption),
        title=words.t("funnel.parts"), kinds=dict.fromkeys(steps, "percent"),
        headings={one: words.step(one) for one in steps},
        highlight=[one in set(out["scope"]) for one in wide.index[:most]],
    )  # fmt: skip
    return together([said, made])


def peers(found: Any, words: Words) -> View:
    """The win rate beside anonymous peers, and a table of the steps, or why there is none.

    Parameters
    ----------
    found : WinRate or Unavailable
        See `kit.diagnose.cohort_parts.peers`; nothing is shown where there are too few peers.
    words : Words
    """
    if isinstance(found, Unavailable):
        return View("") if found.reason == "few_peers" else notes.unavailable(found, words)
    key = "funnel.peers_apart" if found.distinct else "funnel.peers_alike"
    said = notes.sentence(
        words.t(key, won=found.won, n=found.decided, share=found.share, low=found.low,
                high=found.high, others=found.peers_share, peers=found.peers)
    )  # fmt: skip
    return together([said, peer_steps(found.steps, words)])


def stage_times(frame: pd.DataFrame | Unavailable, words: Words) -> View:
    """How long deals stay in each stage, and what longer stays hold up.

    Parameters
    ----------
    frame : DataFrame or Unavailable
        See `kit.diagnose.stage_time.stage_times`. The money is shown only where the pace differs
        beyond chance.
    words : Words
    """
    if said := notes.shows(frame, words):
        return said
    apart = frame["distinct"].astype(bool)
    lines = [_held(one, words) for one in frame[apart].itertuples(index=False)]
    said = notes.points(lines) if lines else notes.sentence(words.t("stay.alike"))
    before = frame[["low_before", "high_before"]].set_axis(["low", "high"], axis=1)
    shown = frame.assign(
        interval=_ranges(frame, words, "count"), interval_before=_ranges(before, words, "count"),
        effect=frame["effect"].where(apart),
    )  # fmt: skip
    made = table(
        shown, words, title=words.t("stay.title"), highlight=list(apart),
        columns=("stage", "left", "standing", "days", "interval", "days_before", "effect"),
        caption=words.t("stay.note"),
        kinds={"left": "count", "standing": "count", "days": "count", "days_before": "count",
               "interval": "text"},
        headings={name: words.t(f"stay.heading.{name}")
                  for name in ("left", "standing", "days", "interval", "days_before", "effect")},
    )  # fmt: skip
    views = [said, made]
    if shown["effect"].notna().any():
        views.append(folded([notes.note(words.t("stay.method"))], words.t("stay.method_head")))
    return together(views)


def losses(
    frame: pd.DataFrame | Unavailable, words: Words, *,
    competitors: pd.DataFrame | Unavailable | None = None,
) -> View:  # fmt: skip
    """Why deals were lost: the Pareto, the table, and to whom where that is recorded.

    Parameters
    ----------
    frame : DataFrame or Unavailable
        See `kit.diagnose.loss_pareto.reasons`.
    words : Words
    competitors : DataFrame or Unavailable, optional
        See `kit.diagnose.loss_pareto.competitors`.
    """
    if said := notes.shows(frame, words):
        return said
    names = [words.term("reason", one) for one in frame["reason"]]
    views = [pareto(frame, words, names=names), _ranked(frame, words, "reason")]
    if isinstance(competitors, Unavailable):
        views.append(notes.unavailable(competitors, words))
    elif competitors is not None:
        views.append(_ranked(competitors, words, "competitor"))
    return together(views)


def _ranked(frame: pd.DataFrame, words: Words, name: str) -> View:
    shown = frame
    if name == "competitor":
        kept = ("unknown", "others")
        told = [words.term("part", one) if one in kept else one for one in frame[name]]
        shown = frame.assign(competitor=told)
    more = ("reason",) if name == "competitor" else ("cumulated",)
    return table(
        shown, words, title=words.t(f"pareto.{name}"), highlight=list(frame["grew"].astype(bool)),
        columns=(name, "count", "amount", "share", *more, "rate", "rate_before"),
        kinds={"cumulated": "percent", "rate": "percent", "rate_before": "percent"},
        headings={one: words.t(f"pareto.heading.{one}")
                  for one in ("competitor", "cumulated", "rate", "rate_before")},
        caption=words.t("pareto.table_note"),
    )  # fmt: skip


def _held(one: Any, words: Words) -> str:
    if pd.isna(one.effect) or pd.isna(one.days) or pd.isna(one.days_before):
        return words.t("stay.apart", stage=one.stage)
    return words.t("stay.slower" if one.effect < 0 else "stay.faster", wins=abs(one.wins),
                   stage=one.stage, days=one.days, before=one.days_before,
                   effect=one.effect)  # fmt: skip


def _ranges(frame: pd.DataFrame, words: Words, way: str) -> Sequence[str | None]:
    write = getattr(words, way)
    return [
        None if pd.isna(low) and pd.isna(high)
        else words.t("card.range", low=write(low), high=write(high)).replace(" ", "\u00a0")
        for low, high in zip(frame["low"], frame["high"], strict=True)
    ]  # fmt: skip
