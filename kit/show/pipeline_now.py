"""The pipeline in words and tables: coverage, what is committed, and its movement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts, notes
from kit.show.deal_table import deal_table, stage_name
from kit.show.view import View, together
from kit.show.words import Words

LEAN = 0.05  # share by which a cover may differ from the usual and still be called usual


def coverage(found: Any, words: Words) -> View:
    """Whether the open deals due cover the gap, and what they come to with what is booked.

    Parameters
    ----------
    found : PipelineNow or Unavailable
        See `kit.track.pipeline.PipelineNow`.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    lines = [words.t(f"pipeline.{_state(found)}", **_facts(found))]
    if not amounts.missing(found.usual):
        side = found.coverage / found.usual - 1
        key = "thin" if side < -LEAN else "full" if side > LEAN else "usual"
        lines.append(
            words.t(f"pipeline.cover_{key}", usual=found.usual, n=len(found.past.periods))
        )
    if not amounts.missing(found.needed):
        lines.append(
            words.t(
                "pipeline.needed", needed=found.needed, coverage=found.coverage,
                conversion=found.conversion, beside=found.past.beside,
            )
        )  # fmt: skip
    if found.count and not amounts.missing(found.weighted) and not found.closed:
        basis = f"pipeline.basis.{found.basis}"
        told = words.t(basis) if words.has(basis) else ""
        lines.append(words.t("pipeline.weighted", weighted=found.weighted, basis=told))
    if found.later:
        lines.append(words.t("pipeline.later", n=found.later, amount=found.later_amount))
    views = [notes.points(lines)]
    if not found.closed and found.count:
        views.append(_landings(found, words))
        views.append(_stages(found, words))
    return together(views)


def movement(found: Any, words: Words) -> View:
    """The movement bridge by part, below its figure; without history, what can be told.

    Parameters
    ----------
    found : Movement or Unavailable
        See `kit.track.movement.Movement`.
    words : Words
    """
    if isinstance(found, Unavailable):
        return View("")
    views = []
    if not found.history:
        views.append(notes.note(words.t("pipeline.no_history")))
    if found.undated:
        views.append(
            notes.note(words.t("pipeline.undated", n=found.undated, amount=found.undated_amount))
        )
    if len(found.parts) > 1:
        columns = ["part", "start", "created", "pulled_in", "increased", "decreased", "pushed_out",
                   "lost", "won", "end"]  # fmt: skip
        parts = found.parts.assign(part=[words.term("part", one) for one in found.parts["part"]])
        headings = {
            one: words.t(f"pipeline.step.{one}") for one in columns[1:]
        }  # fmt: skip
        views.append(
            deal_table(parts, words, columns, title=words.t("pipeline.by_part"),
                   caption=words.t("pipeline.balance") if _told(found, columns[1:]) else "",
                   headings=headings)
        )  # fmt: skip
    return together(views)


def _told(found: Any, steps: Sequence[str]) -> bool:
    """Whether every step of every part is known, so that they add up to what is there now."""
    return bool(found.history and found.parts[list(steps)].notna().all(axis=None))


def _state(found: Any) -> str:
    if found.closed:
        return "closed" if found.count else "closed_none"
    if amounts.missing(found.target) or not found.target > 0:
        return "no_target"
    if found.reached:
        return "reached"
    return "have" if found.count else "have_none"


def _facts(found: Any) -> dict[str, Any]:
    return {
        "n": found.count, "open": found.open, "gap": found.gap, "over": -found.gap,
        "coverage": found.coverage, "of_target": found.coverage_of_target,
    }  # fmt: skip


def _landings(found: Any, words: Words) -> View:
    rows = found.landings.assign(
        case=[words.t(f"pipeline.case.{one}", level=found.level) for one in found.landings["case"]]
    )
    beside = getattr(found.past, "beside", None)
    if not amounts.missing(beside) and beside > 0:
        told = pd.DataFrame({"case": [words.t("pipeline.case.beside", beside=beside)]})
        rows = pd.concat([rows, told], ignore_index=True)
    return deal_table(
        rows, words, ["case", "amount", "attainment", "gap"], title=words.t("pipeline.landings"),
        caption=words.t("pipeline.landings_mean", level=found.level),
    )  # fmt: skip


def _stages(found: Any, words: Words) -> View:
    total = {
        "stage": words.t("pipeline.total"), "count": found.count, "amount": found.open,
        "weighted": found.weighted, "commit": found.commit,
        "probability": found.weighted / found.open if found.open else None,
    }  # fmt: skip
    rows = pd.concat(
        [
            found.stages.assign(stage=[stage_name(one, words) for one in found.stages["stage"]]),
            pd.DataFrame([total]),
        ],
        ignore_index=True,
    )
    columns = ["stage", "count", "amount", "probability", "weighted", "share", "usual_share"]
    return deal_table(
        rows, words, columns, title=words.t("pipeline.stages"),
        caption=words.t("pipeline.stages_mean"),
        highlight=[*[False] * len(found.stages), True],
    )  # fmt: skip
