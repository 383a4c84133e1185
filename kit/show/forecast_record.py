"""How forecasts turned out, and what this changes, as people see it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts, notes
from kit.show.folded import folded
from kit.show.table import table
from kit.show.view import View, together
from kit.show.words import Words

_KINDS = {"point": "text", "told": "money", "actual": "money", "range": "text",
          "error": "signed_percent", "bias": "signed_percent", "size": "percent",
          "coverage": "percent", "brier": "number", "chance": "chance", "forecasts": "count",
          "reached": "text", "inside": "text", "worst": "signed_percent"}  # fmt: skip


def record(found: Any, scores: Any, feedback: Any, words: Words) -> View:
    """What this changes, the scores at each point, and, folded, every forecast.

    Parameters
    ----------
    found : ForecastRecord or Unavailable
        See `kit.review.forecast_record.ForecastRecord`.
    scores : DataFrame or Unavailable
        From `kit.review.forecast_feedback.scores`.
    feedback : Feedback
        From `kit.review.forecast_feedback.feedback`.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    names = ("point", "forecasts", "bias", "size", "coverage", "brier")
    rows = scores.assign(point=[_point(one, words) for one in scores["point"]])
    first = table(rows, words, columns=names, kinds=_KINDS, headings=_headings(names, words),
                  caption=words.t("forecast_record.note", interval=found.interval))  # fmt: skip
    views = [notes.points(changes(feedback, words)), first]
    every = pd.concat([one for one in (found.plans, found.landings) if len(one)])
    every = every.sort_values("as_of", ascending=False, kind="stable")
    head = words.t("forecast_record.each", n=len(every))
    return together([*views, folded([_each(every, words)], head)])


def changes(feedback: Any, words: Words) -> list[str]:
    """Sentences: how the plan's forecasts turned out, and what follows for the next target."""
    score, told = feedback.score, []
    if score.coverage is not None:
        told.append(words.t("forecast_record.held", n=score.forecasts,
                            coverage=score.coverage))  # fmt: skip
    told += _bias(score, words)
    told.append(words.t(f"forecast_record.state.{feedback.state}", n=score.forecasts,
                        least=feedback.least, widen=feedback.widen))  # fmt: skip
    return told


def by_part(found: Any, words: Words) -> View:
    """How the landings of the period turned out for each part.

    Parameters
    ----------
    found : DataFrame or Unavailable
        From `kit.review.forecast_record.by_part`; nothing is shown of what is not known: the
        record of the scope itself says why.
    words : Words
    """
    if isinstance(found, Unavailable):
        return View("")
    names = ("part", "forecasts", "error", "worst", "coverage", "brier")
    return table(found, words, columns=names, kinds=_KINDS, headings=_headings(names, words),
                 title=words.t("forecast_record.parts"))  # fmt: skip


def _each(rows: pd.DataFrame, words: Words) -> View:
    cells = rows.assign(
        point=[_point(one, words) for one in rows["point"]],
        reached=[_flag(one, "reached", words) for one in rows["reached"]],
        inside=[_flag(one, "inside", words) for one in rows["inside"]],
    ).reset_index(drop=True)
    names = ("period", "point", "told", "actual", "inside", "chance", "reached")
    return table(cells, words, columns=names, kinds={**_KINDS, "period": "period"},
                 headings=_headings(names, words))  # fmt: skip


def _headings(names: Any, words: Words) -> dict[str, str]:
    keys = {name: f"forecast_record.heading.{name}" for name in names}
    return {name: words.t(key) for name, key in keys.items() if words.has(key)}


def _point(share: float, words: Words) -> str:
    if share == 0:
        return words.t("forecast_record.before")
    return words.t("forecast_record.after", share=share)


def _flag(value: Any, family: str, words: Words) -> str | None:
    if amounts.missing(value) or value != value:
        return None
    return words.t(f"forecast_record.{family}.{'yes' if value else 'no'}")


def _bias(score: Any, words: Words) -> list[str]:
    if score.bias is None:
        return []
    ends = (score.bias_low, score.bias_high)
    if None in ends or ends[0] <= 0 <= ends[1]:
        return [words.t("forecast_record.no_bias", n=score.periods)]
    side = "more" if score.bias > 0 else "less"
    low, high = sorted(abs(one) for one in ends)
    return [words.t(f"forecast_record.bias_{side}", bias=abs(score.bias), low=low, high=high)]
