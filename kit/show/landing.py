"""Ways of looking ahead to a period's end: what each says, and how far it was off."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts, notes
from kit.show.table import table
from kit.show.view import View, together
from kit.show.words import Words

_COLUMNS = ("view", "landing", "error", "weight")


def views(found: Any, words: Words, *, title: str = "", measure: str = "bookings") -> View:
    """The landing, and what each view says of it beside its miss at this point of past periods.

    Parameters
    ----------
    found : Landing or Unavailable
        landing, error, note, n_backtest, months_over, days_over, days, record, and views: view,
        landing, error, weight. Views that cannot say are left out. Of a closed period
        one sentence says where it landed.
    words : Words
    title : str
    measure : str
        Unit of the landings.
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    if found.note == "closed":
        return notes.sentence(
            words.t("landing.closed", landing=words.amount(found.landing, measure))
        )
    if amounts.missing(found.landing):
        return notes.note(words.t(f"note.{found.note}"))
    known = found.views[found.views["landing"].notna()]
    whole = {"view": "combined", "landing": found.landing, "error": found.error}
    frame = pd.DataFrame([whole, *known.to_dict("records")], columns=list(_COLUMNS))
    headings = {
        "error": words.t("landing.error", point=point(found, words)),
        "weight": words.t("landing.weight"),
    }
    lines = words.t("landing.caption", n=found.n_backtest) if found.n_backtest else ""
    shown = table(
        frame, words, title=title or words.t("title.landing"), columns=_COLUMNS,
        headings=headings, caption=lines, measure=measure,
        highlight=[True, *[False] * (len(frame) - 1)],
    )  # fmt: skip
    told = worth(found, words)
    return together([shown, notes.sentence(told)]) if told else shown


def point(found: Any, words: Words) -> str:
    """How far the period has gone: after month 1, or after 37 of 67 working days.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> point(SimpleNamespace(months_over=1, days_over=23, days=67), Words("en"))
    'after month 1'
    >>> point(SimpleNamespace(months_over=None, days_over=37, days=67), Words("en"))
    'after 37 of 67 working days'
    """
    if found.months_over is not None:
        return words.t("landing.after_months", n=found.months_over)
    key = "landing.after_days" if found.days_over else "landing.before"
    return words.t(key, done=found.days_over, days=found.days)


def worth(found: Any, words: Words) -> str:
    """What intervals and chances were worth at this point, or why there is no chance.

    Parameters
    ----------
    found : Landing
        note, and record: n_periods, n_series, interval, coverage, brier, base_brier, reason; or
        None.
    words : Words
    """
    note = words.t(f"note.{found.note}") if found.note else ""
    past = found.record
    if past is None or amounts.missing(past.coverage):
        return note
    facts = {
        "n": past.n_periods, "series": past.n_series, "interval": past.interval,
        "coverage": past.coverage,
    }  # fmt: skip
    if amounts.missing(past.brier):
        told = words.t("landing.past", **facts)
    else:
        score, base = (
            amounts.decimal(one, words.language, digits=3)
            for one in (past.brier, past.base_brier)
        )
        told = words.t("landing.past_brier", brier=score, base_brier=base, **facts)
    if past.reason and found.note == "chance_withheld":
        note = words.t(f"landing.{past.reason}")
    gap = "" if words.language == "zh" or not note else " "
    return f"{note}{gap}{told}"
