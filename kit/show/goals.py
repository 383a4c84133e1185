"""What is seen of goals and milestones: weights, verdicts, due days, and plans that come late."""

from __future__ import annotations

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import notes, tables
from kit.show.columns import COUNTED_MEASURES
from kit.show.view import View, together
from kit.show.words import Words

_MONEY = ("bookings", "margin", "collections")
_VERDICTS = ("specific", "measurable", "achievable", "relevant", "time_bound")
_SIGNS = {"yes": "✓", "no": "✗", "unknown": "?"}


def goals(found: pd.DataFrame | Unavailable, words: Words) -> View:
    """All goals of a scope with weight, due day and five verdicts."""
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    units = ["money" if one in _MONEY else "count" if one in COUNTED_MEASURES else "number"
             for one in found["measure"]]  # fmt: skip
    columns = ("goal", "goal_kind", "term", "before", "target", "weight", "due_on", "owner",
               "smart")  # fmt: skip
    signs = found[list(_VERDICTS)].replace(_SIGNS)
    smart = ["\u00a0".join(f"{letter}{sign}" for letter, sign in zip("SMART", row, strict=True))
             for row in signs.itertuples(index=False)]  # fmt: skip
    return tables.table(
        found.assign(kind=units, smart=smart), words, columns=columns,
        title=words.t("title.goals"),
    )  # fmt: skip


def evidence(found: pd.DataFrame | Unavailable, words: Words) -> View:
    """What each verdict rests on, a block a goal and criterion."""
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    several = found["goal"].nunique() > 1
    columns = ("goal", "criterion", "verdict", "evidence")
    return tables.table(
        found, words, columns=columns[0 if several else 1 :], stacked=True,
        title=words.t("title.goal_evidence"),
    )  # fmt: skip


def milestones(
    found: pd.DataFrame | Unavailable, words: Words, origin: str = "policy"
) -> View:
    """Milestones within each sub-period, and a warning where they come too late.

    Parameters
    ----------
    found : DataFrame or Unavailable
        period, date, share, target, usual, usual_low, late.
    words : Words
    origin : str
        Where the shares come from: `policy` or `history`.
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    known = found["usual"].notna().any() and (found["usual"] < 1).any()
    caption = ""
    if known:
        caption = words.t(f"plan.milestones_{origin}")
    columns = ("period", "date", "share", "target", *(("usual",) if known else ()))
    shown = tables.table(
        found, words, columns=columns, title=words.t("title.milestones"), caption=caption
    )
    late = [
        words.t("plan.late_milestone", share=one.share, date=one.date, low=one.usual_low)
        for one in found[found["late"]].itertuples()
    ]
    if not late:
        return shown
    warning = notes.note(words.t("plan.late_milestones", what=words.list(late)))
    return together([warning, shown])


def too_late(found: pd.DataFrame | Unavailable, words: Words) -> View:
    """A warning where the months' own targets lag behind the season; nothing where they do not."""
    if isinstance(found, Unavailable) or not found["late"].any():
        return View("")
    late = [
        words.t("plan.late_month", planned=one.planned, period=one.period, usual=one.usual)
        for one in found[found["late"]].itertuples()
    ]
    warning = notes.note(words.t("plan.late_months", what=words.list(late)))
    columns = ("period", "end", "planned", "usual", "late")
    return together([warning, tables.table(found, words, columns=columns,
                                           title=words.t("title.too_late"))])  # fmt: skip
