"""The tables of the packets: which columns each has, and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import told
from kit.show.columns import COUNTED_MEASURES
from kit.show.notes import nothing
from kit.show.outcome import closed, outcome
from kit.show.standing import due_apart, named, own_quotas
from kit.show.table import notes_of, table
from kit.show.view import View
from kit.show.words import Words

__all__ = (
    "actions", "causes", "funnel", "measures", "months", "peers", "practices", "scorecard", "smart",
    "standing", "table",
)  # fmt: skip


_RATIOS = {"rate_needed": "multiple"}
_MONTH_NOTES = {"moving_average": "table.months_average", "rolling_gap": "table.months_gap"}


def standing(frame, words: Words, *, title: str = "", measure: str = "bookings") -> View:
    """Where a scope and its parts stand; the scope's own row is in bold.

    A scope without parts has its row in `measures`: nothing is shown.
    """
    if isinstance(frame, pd.DataFrame) and len(frame) == 1:
        return View("")
    columns = ("part", "status", "outcome", "target", "actual", "attainment", "gap",
               "target_to_date", "pace_index", "required_run_rate", "run_rate", "rate_needed")  # fmt: skip
    frame, columns, headings = _by_state(frame, columns, words)
    if isinstance(frame, pd.DataFrame):
        lines = [line for line in (due_apart(frame, words), own_quotas(frame, words)) if line]
        frame = named(frame, words)
    else:
        lines = []
    return table(frame, words, title=title, columns=columns, measure=measure, headings=headings,
                 kinds=_RATIOS, highlight=_first(frame), caption=" ".join(lines))  # fmt: skip


def measures(frame, words: Words, *, title: str = "", brief: bool = False) -> View:
    """Where a scope stands in each measure; in brief without pace and rates a day."""
    columns = ("measure", "status", "outcome", "target", "actual", "attainment", "gap",
               *(() if brief else ("pace_index", "required_run_rate", "run_rate", "rate_needed")))  # fmt: skip
    frame, columns, headings = _by_state(frame, columns, words)
    return table(frame, words, title=title, columns=columns, headings=headings, kinds=_RATIOS)


def months(frame, words: Words, *, title: str = "", measure: str = "bookings") -> View:
    """Month by month against target, the month before and last year.

    A month that is not over is marked; its target is not due yet, so no variance is shown.
    """
    if isinstance(frame, pd.DataFrame) and "running" in frame:
        running = frame["running"].astype(bool)
        names = [
            words.t("table.so_far", period=_whole(name, words)) if open_ else _whole(name, words)
            for name, open_ in zip(frame["period"], running, strict=True)
        ]
        open_variance = {
            name: frame[name].astype(float).mask(running)
            for name in ("variance", "variance_share")
            if name in frame
        }
        frame = frame.assign(period=names, **open_variance)
    columns = ("period", "target", "actual", "variance", "variance_share", "mom", "yoy",
               "moving_average", "rolling_gap")  # fmt: skip
    return table(frame, words, title=title, columns=columns, measure=measure,
                 kinds={"period": "text"}, caption=notes_of(frame, words, _MONTH_NOTES))  # fmt: skip


def funnel(frame, words: Words, *, title: str = "") -> View:
    """Steps of the funnel with conversion, the year before and what the change is worth."""
    columns = ("step", "conversion", "reference_conversion", "effect")
    narrow = None
    if isinstance(frame, pd.DataFrame) and "bottleneck" in frame:
        narrow = [bool(one) for one in frame["bottleneck"]]
    return table(frame, words, title=title, columns=columns, highlight=narrow,
                 caption=words.t("table.funnel"))  # fmt: skip


def causes(frame, words: Words, *, title: str = "", brief: bool = False) -> View:
    """Causes with money, share of the difference, confidence and evidence; in brief the first three.

    The interval stands below the money; the section that shows the evidence is a link.
    """
    full = ("range", "confidence", "category", "evidence", "section")
    columns = ("cause", "where", "effect", "share", *(() if brief else full))
    title = title or (words.t("title.causes") if brief else "")
    if isinstance(frame, pd.DataFrame) and {"low", "high"} <= set(frame.columns):
        sure = frame["confidence"].where(frame["cause"] != "unexplained")
        frame = frame.assign(
            range=_ranges(frame, words), confidence=sure, where=_elsewhere(frame, words)
        )
    return table(frame, words, title=title, columns=columns, empty="card.no_reasons",
                 kinds={"range": "text", "where": "text"}, stacked=not brief)  # fmt: skip


def _elsewhere(frame: pd.DataFrame, words: Words) -> list[str | None]:
    """Where a cause lies, if that is a part of the page's scope, which the rest always is."""
    home = set(frame.loc[frame["cause"] == "unexplained", "scope"])
    return [None if one in home else words.scope(one) for one in frame["scope"]]


def _ranges(frame: pd.DataFrame, words: Words) -> list[str | None]:
    """The interval of each effect as text; none where the method has none."""
    return [
        None if pd.isna(low) or pd.isna(high)
        else words.t("causes.range", low=float(low), high=float(high))
        for low, high in zip(frame["low"], frame["high"], strict=True)
    ]  # fmt: skip


def smart(frame, words: Words, *, title: str = "") -> View:
    """The SMART check: criterion, verdict and what it rests on."""
    columns = ("criterion", "verdict", "evidence")
    return table(frame, words, title=title, columns=columns, stacked=True)


def scorecard(frame, words: Words, *, title: str = "") -> View:
    """Reps of a scope, best score first; the margin is a rate."""
    columns = ("rep", "team", "score", "target", "actual", "attainment", "yoy", "margin",
               "new_customers", "win_rate_count")  # fmt: skip
    return table(frame, words, title=title, columns=columns, kinds={"margin": "percent"},
                 caption=words.t("table.score"))  # fmt: skip


def peers(frame, words: Words, *, title: str = "") -> View:
    """One scope beside anonymous peers, in means of a month; nothing where there are none."""
    if isinstance(frame, Unavailable) and frame.reason == "few_peers":
        return View("")
    if isinstance(frame, pd.DataFrame) and "measure" in frame:
        counted = frame["measure"].isin(COUNTED_MEASURES)
        frame = frame.assign(kind=counted.map({True: "number", False: "money"}))
    columns = ("measure", "value", "median", "low", "high", "peers")
    return table(frame, words, title=title or words.t("title.peers"), columns=columns,
                 caption=notes_of(frame, words, {"low": "table.peers"}))  # fmt: skip


def practices(frame, words: Words, *, title: str = "") -> View:
    """What to copy from whom."""
    if isinstance(frame, Unavailable) and frame.reason == "few_peers":
        return nothing(words, key="unavailable.few_people")
    if isinstance(frame, pd.DataFrame) and "behaviour" in frame:
        rates = frame["behaviour"].astype(str).str.startswith("win_rate")
        frame = frame.assign(kind=rates.map({True: "percent", False: "count"}))
    columns = ("rep", "attainment", "behaviour", "value", "median", "multiple")
    return table(frame, words, title=title, columns=columns, empty="unavailable.no_practice")


def actions(frame, words: Words, *, title: str = "") -> View:
    """Actions with owner and day; the role stands where no person is named.

    `effect` is the cause's money: what is at stake, not what the action brings.
    """
    empty = "unavailable.no_actions"
    if isinstance(frame, pd.DataFrame):
        rows = frame.to_dict("records")
        frame = frame.assign(action=[told.action(one, words) for one in rows])
        if "effect" in frame:
            frame = frame.assign(at_stake=frame["effect"].astype(float).abs())
            empty = "unavailable.no_proposal"
        if {"owner", "owner_role"} <= set(frame.columns):
            frame = frame.assign(owner=[told.owner(one, words) for one in rows])
    columns = ("action", "cause", "owner", "due_on", "status", "at_stake", "expected_effect",
               "measured_effect")  # fmt: skip
    return table(frame, words, title=title, columns=columns, empty=empty, stacked=True)


def _by_state(
    frame: pd.DataFrame | Unavailable, columns: Sequence[str], words: Words
) -> tuple[pd.DataFrame | Unavailable, tuple[str, ...], dict[str, str]]:
    """The outcome for a period that is over; for a running one what is due and still to do."""
    if not closed(frame):
        return frame, tuple(one for one in columns if one != "outcome"), {
            "gap": words.t("card.to_go")
        }
    ended = [outcome(*one) for one in zip(frame["status"], frame["attainment"], strict=True)]
    running = ("status", "target_to_date", "pace_index", "required_run_rate", "run_rate",
               "rate_needed")  # fmt: skip
    return frame.assign(outcome=ended), tuple(one for one in columns if one not in running), {}


def _whole(name: str, words: Words) -> str:
    return words.period(name).replace(" ", "\u00a0")


def _first(frame: pd.DataFrame | Unavailable) -> list[bool] | None:
    if isinstance(frame, Unavailable) or len(frame) < 2:
        return None
    return [row == 0 for row in range(len(frame))]
