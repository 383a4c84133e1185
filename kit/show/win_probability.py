"""Chances of the open deals, what such chances were worth, and columns that must not be used."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts, notes
from kit.show.folded import folded
from kit.show.table import table
from kit.show.view import View, together
from kit.show.words import Words

_DEALS = ("opportunity_id", "customer", "rep", "stage", "amount", "age_days", "expected_close_on",
          "probability", "by_end", "stage_rate", "weighted")  # fmt: skip
_SCORES = ("way", "brier", "log_loss")
_BINS = ("told", "predicted", "observed", "count")
_LEAKS = ("column", "found")
_KINDS = MappingProxyType(
    {
        "amount": "money", "age_days": "count", "expected_close_on": "date",
        "probability": "chance", "by_end": "chance", "stage_rate": "share", "weighted": "money",
        "brier": "text", "log_loss": "text", "told": "text", "predicted": "chance",
        "observed": "share", "count": "count", "column": "text", "found": "text",
    }
)  # fmt: skip


def deals(found: Any, words: Words, *, most: int = 10) -> View:
    """What the open deals are worth with their chances, and the largest of them.

    Parameters
    ----------
    found : WinProbability or Unavailable
        deals, count, amount, weighted, weighted_by_end, score, score_by_end.
    words : Words
    most : int
        Deals shown.
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    if found.deals.empty:
        return notes.nothing(words, key="win.none_open")
    key = "over" if found.score_by_end is None else "open"
    key = "short" if found.weighted_by_end is None else key
    told = words.t(
        f"win.{key}", n=found.count, amount=found.amount, weighted=found.weighted,
        by_end=found.weighted_by_end,
    )  # fmt: skip
    shown = found.deals.head(most)
    left = found.count - len(shown)
    caption = words.t("win.more", n=left) if left > 0 else ""
    columns = [one for one in _DEALS if not (one == "by_end" and found.score_by_end is None)]
    if shown["rep"].nunique() == 1:
        columns.remove("rep")
    same = _repeated(found.deals, words)
    if found.deals["stage"].isna().all():
        same.add("stage_rate")  # no stage is known, so it is the rate of all
    columns = [one for one in columns if one not in same]
    return together(
        [notes.sentence(told), _table(shown, words, columns, words.t("win.deals"), caption)]
    )


def trust(found: Any, words: Words) -> View:
    """Where the chances come from and how good they were: in sentences, scores and ranges.

    Parameters
    ----------
    found : WinProbability or Unavailable
        score, score_by_end (method, reason, deals, rows, tested, n_cuts, first_cut, last_cut,
        unknown, scores, bins) and left_out.
    words : Words
    """
    if isinstance(found, Unavailable):
        return View("")
    lines = [sentence(found.score, words, kind="ever")]
    if found.score_by_end is not None:
        again = not found.score.scores.empty
        lines.append(sentence(found.score_by_end, words, kind="by_end", again=again))
    if found.left_out:
        lines.append(words.t("win.left_out", columns=list(found.left_out)))
    views = [notes.points(lines)]
    if not found.score.scores.empty:
        tables = [_scores(found.score, words), _ranges(found.score, words)]
        views.append(folded(tables, words.t("win.scores")))
    return together(views)


def sentence(score: Any, words: Words, *, kind: str = "ever", again: bool = False) -> str:
    """Where chances come from, and what such chances were worth.

    Parameters
    ----------
    score : Score
    words : Words
    kind : str
        `ever` or `by_end`.
    again : bool
        Whether the score has been named before, and need not be explained.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> few = SimpleNamespace(method="base", reason="few_closed", deals=12, scores=pd.DataFrame())
    >>> sentence(few, Words("en"))
    'To be won ever: only 12 closed deals can be learnt from, so each deal has the share of all.'
    """
    what = words.t(f"win.kind.{kind}")
    if score.scores.empty:
        return words.t(f"win.{score.reason}", what=what, n=score.deals)
    facts = {
        way: amounts.decimal(score.figure(way, "brier"), words.language, digits=3)
        for way in ("model", "stage", "base")
    }
    key = score.method if score.reason else "better"
    told = words.t(
        f"win.{key}", what=what, n=score.deals, tested=score.tested, cuts=score.n_cuts,
        first=score.first_cut, last=score.last_cut, **facts,
        brier=words.t("win.brier_again" if again else "win.brier"),
    )  # fmt: skip
    if score.unknown:
        told += words.t("win.unknown", share=score.unknown)
    return told


def leaks(found: Any, words: Words) -> View:
    """Columns that were filled in after the outcome, each with the first thing that shows it.

    Parameters
    ----------
    found : DataFrame or Unavailable
        column, rule, statistic, detail, outcome, other, count.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    if found.empty:
        return notes.nothing(words, key="win.no_leaks")
    first = found.drop_duplicates("column")
    rows = pd.DataFrame(
        {"column": first["column"], "found": [evidence(one, words) for one in _records(first)]}
    )
    shown = _table(rows, words, _LEAKS, "", words.t("win.leaks_mean"))
    return folded([shown], words.t("win.leaks_named", columns=list(rows["column"])))


def evidence(one: Any, words: Words) -> str:
    """What shows that a column was filled in after the outcome, in a sentence.

    Examples
    --------
    >>> evidence({"rule": "separates", "statistic": 0.991, "count": 820}, Words("en"))
    'tells won from lost alone: area under the ROC curve 0.99 over 820 closed deals'
    """
    key = f"win.leak.{one['rule']}"
    if one["rule"] == "cycle":
        key += f"_{one['detail']}"
    area = amounts.decimal(one["statistic"], words.language, digits=2)
    return words.t(
        key, area=area, share=one["statistic"], other=one.get("other"), n=one["count"],
        value=one.get("detail") or words.t("win.empty"),
        outcome=words.term("stage", one.get("outcome") or None),
    )  # fmt: skip


def _repeated(deals: pd.DataFrame, words: Words) -> set[str]:
    """Columns of chances that read as one before them in every row."""
    seen: list[list[str]] = []
    same = set()
    for name in ("probability", "by_end", "stage_rate"):
        told = [words.chance(one) for one in deals[name]]
        if told in seen:
            same.add(name)
        seen.append(told)
    return same


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return frame.to_dict("records")


def _scores(score: Any, words: Words) -> View:
    frame = score.scores.assign(
        way=[words.t(f"win.way.{one}") for one in score.scores["way"]],
        **{
            name: [amounts.decimal(one, words.language, digits=3) for one in score.scores[name]]
            for name in ("brier", "log_loss")
        },
    )
    used = [one == score.method for one in score.scores["way"]]
    return _table(frame, words, _SCORES, "", words.t("win.scores_mean"), used)


def _ranges(score: Any, words: Words) -> View:
    told = [words.t("win.range", low=one.low, high=one.high) for one in score.bins.itertuples()]
    return _table(score.bins.assign(told=told), words, _BINS, words.t("win.bins"), "")


def _table(
    frame: pd.DataFrame, words: Words, columns: Sequence[str], title: str, caption: str,
    highlight: Sequence[bool] | None = None,
) -> View:  # fmt: skip
    return table(
        frame, words, title=title, columns=columns, caption=caption, highlight=highlight,
        kinds={name: _KINDS[name] for name in columns if name in _KINDS},
        headings={name: words.t(f"win.heading.{name}") for name in columns},
    )  # fmt: skip
