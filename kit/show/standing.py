"""What is said around a table of standings: who came and went, what changed, what adds up to what."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts
from kit.show.columns import COUNTED_MEASURES
from kit.show.notes import nothing, sentence, unavailable
from kit.show.outcome import closed, outcome
from kit.show.table import table
from kit.show.view import View, together
from kit.show.words import Words

_INDENT = "\u2003"  # a blank that HTML keeps
_RUNNING = ("pace_index", "rate_needed")
_APART = 0.001  # of the target, by which dues may differ and still be said to add up


def named(frame: pd.DataFrame, words: Words) -> pd.DataFrame:
    """The frame of `kit.track.pacing.standing` with what is particular of a part beside its name.

    Examples
    --------
    >>> frame = pd.DataFrame({"part": ["Li"], "own_quota": [True], "vacant": [False],
    ...     "moved": [False], "since": [pd.NaT], "until": [pd.Timestamp("2025-08-03")]})
    >>> named(frame, Words("en"))["part"].tolist()
    ['Li (own quota; left 3 Aug 2025)']
    """
    if "own_quota" not in frame:
        return frame
    return frame.assign(part=[_named(row, words) for row in frame.to_dict("records")])


def due_apart(frame: pd.DataFrame, words: Words) -> str:
    """Why what is due of the parts need not add up to what is due of the whole; empty if it does.

    Parameters
    ----------
    frame : DataFrame
        target, target_to_date; the whole first, then its parts.

    Notes
    -----
    Told where Σ due ÷ Σ target of the parts and due ÷ target of the whole are .001 or more apart.

    Examples
    --------
    >>> frame = pd.DataFrame({"target": [10.0, 6.0, 4.0], "target_to_date": [5.0, 3.5, 2.0]})
    >>> due_apart(frame, Words("en"))
    "Due to date follows each part's own season: the parts need not add up to the whole."
    >>> due_apart(frame.assign(target_to_date=[5.0, 3.0, 2.0]), Words("en"))
    ''
    """
    if closed(frame) or not {"target", "target_to_date"} <= set(frame.columns) or len(frame) < 2:
        return ""
    known = frame[["target", "target_to_date"]].astype(float)
    whole, parts = known.iloc[0], known.iloc[1:].dropna().sum()
    if not (whole["target"] > 0 and parts["target"] > 0):
        return ""
    apart = parts["target_to_date"] / parts["target"] - whole["target_to_date"] / whole["target"]
    return words.t("standing.due_apart") if abs(apart) >= _APART else ""


def own_quotas(frame: pd.DataFrame, words: Words) -> str:
    """What an own quota is, where a part of the table has one; else empty."""
    if "own_quota" not in frame or not frame["own_quota"].astype(bool).any():
        return ""
    return words.t("standing.own_quota_mean")


def pace(row: dict, words: Words, *, measure: str = "bookings") -> View:
    """One sentence: what is needed a day against what was made a day so far.

    Parameters
    ----------
    row : mapping
        A row of `kit.track.pacing.standing`, such as `Position.row`.
    words : Words
    measure : str

    Returns
    -------
    View
        Empty where the period is over, there is no target or nothing is known of the pace.
    """
    needed, so_far, ratio = (row[one] for one in ("required_run_rate", "run_rate", "rate_needed"))
    if any(amounts.missing(one) for one in (needed, so_far)) or row["status"] == "no_target":
        return View("")
    facts = {"needed": _rate(needed, words, measure), "so_far": _rate(so_far, words, measure)}
    if needed <= 0:
        return sentence(words.t("standing.pace_reached", **facts))
    if amounts.missing(ratio):
        return sentence(words.t("standing.pace_nothing", **facts))
    return sentence(words.t("standing.pace", ratio=words.number(round(ratio, 1)), **facts))


def changes(steps: pd.DataFrame, words: Words, *, measure: str = "bookings") -> View:
    """One sentence on a target that changed within the period; empty where it did not.

    Parameters
    ----------
    steps : DataFrame
        Of `kit.track.changes.steps`.
    """
    if len(steps) < 2:
        return View("")
    rows = steps.to_dict("records")
    first = rows[0]
    told = [
        words.t("standing.until", amount=_goal(first["target"], words, measure),
                day=words.date(first["end"]))
    ]  # fmt: skip
    for row in rows[1:]:
        key = "standing.since_why" if row["reason"] else "standing.since"
        told.append(
            words.t(key, amount=_goal(row["target"], words, measure),
                    day=words.date(row["start"]), reason=row["reason"])
        )  # fmt: skip
    return sentence(words.t("standing.changed", steps=words.t("figure.alt_joint").join(told)))


def closing(found, words: Words) -> View:
    """The line that closes a table: parts, unassigned and excluded against the files' total.

    Parameters
    ----------
    found : Reconciliation or Unavailable
        Of `kit.track.reconciliation.reconciliation`.

    Returns
    -------
    View
        Empty where the gate's report is not there.
    """
    if isinstance(found, Unavailable):
        return View("") if found.reason == "no_reconciliation" else unavailable(found, words)

    def exact(value: float) -> str:
        digits = 2 if found.measure not in COUNTED_MEASURES or round(value) != value else 0
        return amounts.decimal(round(value, 2) + 0.0, words.language, digits=digits)

    facts = {
        "parts": exact(found.parts), "unassigned": exact(found.unassigned),
        "excluded": exact(found.excluded), "total": exact(found.total), "rows": found.rows,
        "unread": found.unread, "undated": found.undated, "amount": exact(found.undated_amount),
        "difference": exact(found.difference),
    }  # fmt: skip
    key = "closing" if found.from_files else "closing_own" if found.countable else "closing_counted"
    lines = [words.t(f"standing.{key}", **facts)]
    if not found.balances:
        lines.append(words.t("standing.open", **facts))
    if not found.countable and found.unassigned < 0 and found.measure == "new_customers":
        lines.append(words.t("standing.shared_customers"))
    if (found.rows or found.undated) and not found.countable:
        lines.append(words.t("standing.uncounted", **facts))
    elif found.rows:
        lines.append(words.t("standing.refused", **facts))
    if found.unread:
        lines.append(words.t("standing.unread", **facts))
    if found.undated and found.countable:
        lines.append(words.t("standing.undated", **facts))
    return sentence(re.sub("(?<=。) ", "", " ".join(lines)))


def levels(frame, words: Words, *, title: str = "", measure: str = "bookings") -> View:
    """Several levels as one table: every part, and indented below it those that are out of line.

    Parameters
    ----------
    frame : DataFrame or Unavailable
        Of `kit.track.levels.levels`.

    Returns
    -------
    View
        Empty where nothing is out of line below the parts: `kit.show.tables.standing` says it all.
    """
    if isinstance(frame, Unavailable):
        return unavailable(frame, words)
    if frame.empty:
        return nothing(words)
    if not (frame["level"] > 1).any():
        return View("")
    over = closed(frame[frame["count"].isna()])  # what was due of the others together is not told
    if over:
        ended = [
            outcome(one, share) if one else np.nan
            for one, share in zip(frame["status"], frame["attainment"], strict=True)
        ]
        frame = frame.assign(outcome=ended)
    frame = frame.assign(status=frame["status"].where(frame["status"] != "", np.nan))
    names = [
        words.t("standing.others", n=int(row["count"])) if row["count"] == row["count"]
        else _named(row, words)
        for row in frame.to_dict("records")
    ]  # fmt: skip
    below = frame[frame["level"] > 1]  # the parts themselves stand in the table above
    shown = words.t("standing.levels_over" if over else "standing.levels")
    lines = [shown, own_quotas(below, words)]
    indented = [_INDENT * max(level - 1, 0) + name
                for level, name in zip(frame["level"], names, strict=True)]  # fmt: skip
    columns = ("part", "outcome" if over else "status", "target", "actual", "attainment", "gap",
               *(() if over else _RUNNING))  # fmt: skip
    return table(
        frame.assign(part=indented), words, title=title, columns=columns, measure=measure,
        kinds={"rate_needed": "multiple"}, caption=" ".join(line for line in lines if line),
        highlight=[level < 2 for level in frame["level"]],
        headings={} if over else {"gap": words.t("card.to_go")},
    )  # fmt: skip


def around(views: Sequence[View]) -> View:
    """Several of these as one, the empty ones left out."""
    found = [one for one in views if one.html]
    return together(found) if found else View("")


def _named(row: dict, words: Words) -> str:
    name = words.term("part", row["part"])
    told = []
    if row["vacant"]:
        told.append(words.t("standing.vacant"))
    if row["own_quota"]:
        told.append(words.t("standing.own_quota"))
    if not pd.isna(row["since"]):
        key = "standing.joined" if row["moved"] else "standing.new"
        told.append(words.t(key, day=words.date(row["since"])))
    if not pd.isna(row["until"]):
        key = "standing.moved_on" if row["moved"] else "standing.left"
        told.append(words.t(key, day=words.date(row["until"])))
    if not told:
        return name
    return words.t("table.alert", part=name, value=words.t("figure.alt_joint").join(told))


def _goal(value: float, words: Words, measure: str) -> str:
    return words.t("standing.none") if amounts.missing(value) else words.amount(value, measure)


def _rate(value: float, words: Words, measure: str) -> str:
    return words.number(value) if measure in COUNTED_MEASURES else words.money(value)
