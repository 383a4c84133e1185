"""How far a chance can be trusted: what past chances of its kind were worth, and joint risk."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts, notes, tables
from kit.show.view import View, together
from kit.show.words import Words

_LEVELS = ("level", "chance", "reached", "brier", "base_brier", "n")
_KINDS = MappingProxyType(
    {
        "level": "share", "chance": "chance", "reached": "share", "brier": "number",
        "base_brier": "number", "n": "count", "apart": "chance", "tied": "chance",
    }
)  # fmt: skip


def sentence(found: Any, words: Words) -> str:
    """What past intervals and chances of this kind were worth, or why no chance is told.

    Parameters
    ----------
    found : Calibration
        interval, coverage, n_forecasts, n_cuts, brier, base_brier, trusted, reason.
    words : Words

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> past = SimpleNamespace(interval=0.8, coverage=0.792, n_forecasts=96, n_cuts=12, brier=0.18,
    ...                        base_brier=0.24, trusted=True, reason="")
    >>> sentence(past, Words("en"))[:71]
    'Past chances of this kind: the 80% interval held 79% of 96 results; Bri'
    """
    past = _past(found, words)
    if found.trusted:
        return past
    return words.t("trust.withheld", reason=reason(found, words), past=past).strip()


def reason(found: Any, words: Words) -> str:
    """Why no chance is told, in a sentence; empty where one is."""
    if found.trusted:
        return ""
    return words.t(f"trust.{found.reason}", n_cuts=found.n_cuts, coverage=found.coverage)


def beside(found: Any, words: Words) -> View:
    """The sentence and, level by level, what was told and what came; stands beside a chance.

    Parameters
    ----------
    found : Calibration, Unavailable or None
        levels (level, chance, reached, brier, base_brier, n) beside the figures of `sentence`.
        None shows nothing.
    words : Words
    """
    if found is None:
        return View("")
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    told = notes.sentence(sentence(found, words))
    if found.levels.empty:
        return told
    return together([told, _table(found.levels, words, _LEVELS, words.t("trust.caption"))])


def moves(found: Any, words: Words) -> View:
    """The risk that all parts move together: in sentences, and each chance beside what it would be.

    Parameters
    ----------
    found : JointRisk or Unavailable
        parts, kind, correlation, mean, sd_independent, sd_together, target, withheld, and the
        chances of the sum, of all and of none, each also `_independent`.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    tied = "tied" if found.correlation > 0 else "apart"
    told = notes.sentence(
        words.t(
            f"together.{tied}", n=len(found.parts), kind=words.term("part_kind", found.kind),
            n_cuts=found.n_cuts, correlation=found.correlation,
            sd_independent=found.sd_independent, sd_together=found.sd_together,
        )  # fmt: skip
    )
    if amounts.missing(found.chance_sum):
        return told
    rows = pd.DataFrame(
        [
            {
                "event": words.t(f"together.{event}", target=found.target),
                "apart": getattr(found, f"chance_{event}_independent"),
                "tied": getattr(found, f"chance_{event}"),
            }
            for event in ("sum", "all", "none")
        ]
    )
    lines = words.t("together.caption")
    return together([told, _table(rows, words, ("event", "apart", "tied"), lines)])


def _past(found: Any, words: Words) -> str:
    if amounts.missing(found.coverage):
        return ""
    score = "" if amounts.missing(found.brier) else "_brier"
    return words.t(
        f"trust.past{score}", interval=found.interval, coverage=found.coverage,
        n=found.n_forecasts, brier=_score(found.brier, words),
        base_brier=_score(found.base_brier, words),
    )  # fmt: skip


def _score(found: float | None, words: Words) -> str:
    return amounts.decimal(found, words.language, digits=3)


def _table(frame: pd.DataFrame, words: Words, columns: tuple[str, ...], caption: str) -> View:
    headings = {name: words.t(f"trust.heading.{name}") for name in columns}
    kinds = {name: _KINDS[name] for name in columns if name in _KINDS}
    return tables.table(
        frame, words, columns=columns, kinds=kinds, headings=headings, caption=caption
    )
