"""Open deals that stand still, are past their date or were put off, in words and tables."""

from __future__ import annotations

from typing import Any

from kit.data.tables import Unavailable
from kit.show import notes
from kit.show.deal_table import deal_table, more
from kit.show.view import View, together
from kit.show.words import Words

MOST_REPS = 12  # reps shown beside one another


def ageing(found: Any, words: Words, *, most: int = 10) -> View:
    """How old the open deals are, stage by stage, and the largest that are stuck or overdue.

    Parameters
    ----------
    found : Ageing or Unavailable
        See `kit.track.ageing.Ageing`.
    words : Words
    most : int
        Deals shown.
    """
    if isinstance(found, Unavailable):
        return _said_once(found, words)
    if not found.count:
        return notes.nothing(words, key="pipeline.none_open")
    key = "slow" if found.slow_count else "none_slow"
    lines = [
        words.t(
            f"pipeline.{key}", n=found.slow_count, amount=found.slow_amount, of=found.count,
            all=found.amount, stuck=found.stuck, stuck_amount=found.stuck_amount,
            overdue=found.overdue, overdue_amount=found.overdue_amount,
        )
    ]  # fmt: skip
    if not found.history:
        lines.append(words.t("pipeline.no_stage_time"))
    views = [notes.points(lines)]
    columns = ["stage", "count", "amount", "age_days", "stage_days", "usual_days", "usual_long",
               "limit_days", "stuck", "overdue"]  # fmt: skip
    stages = found.stages.assign(
        stage=[words.term("stage", one) if one else words.t("pipeline.all_stages")
               for one in found.stages["stage"]]
    )  # fmt: skip
    views.append(
        deal_table(stages, words, columns, title=words.t("pipeline.ages"),
               caption=words.t("pipeline.ages_mean", level=found.level))
    )  # fmt: skip
    slow = found.slow
    if len(slow):
        shown = slow.head(most).assign(
            ask=[words.t(f"pipeline.ask.{one}") for one in slow["ask"].head(most)]
        )
        columns = ["opportunity_id", "customer", "rep", "stage", "amount", "age_days", "stage_days",
                   "overdue_days", "ask"]  # fmt: skip
        views.append(
            deal_table(shown, words, columns, title=words.t("pipeline.slow_title"),
                   caption=more(words, len(slow) - len(shown), slow["amount"].iloc[most:].sum()),
                   stacked=True)
        )  # fmt: skip
    return together(views)


def slips(found: Any, words: Words, *, most: int = 8) -> View:
    """Close dates that were put off: how often, how far, by whom, and the largest deals.

    Parameters
    ----------
    found : Slips or Unavailable
        See `kit.track.slips.Slips`.
    words : Words
    most : int
        Deals shown.
    """
    if isinstance(found, Unavailable):
        return _said_once(found, words)
    facts = {
        "n": found.since_created, "of": found.dated, "days": found.days, "amount": found.amount,
        "moved": found.in_period, "moved_of": found.in_period_of, "pushed": found.pushed,
        "pushed_amount": found.pushed_amount,
        "share": found.since_created / found.dated if found.dated else None,
        "rate": found.in_period / found.in_period_of if found.in_period_of else None,
    }  # fmt: skip
    lines = [words.t("pipeline.slipped" if found.since_created else "pipeline.none_slipped", **facts)]
    if found.in_period_of:
        lines.append(words.t("pipeline.slipped_period", **facts))
    lines.append(words.t("pipeline.pushed" if found.pushed else "pipeline.none_pushed", **facts))
    views = [notes.points(lines)]
    if len(found.reps) > 1:
        columns = ["rep", "count", "slipped", "rate", "days", "amount", "pushed_out"]
        left = len(found.reps) - MOST_REPS
        unseen = [words.t("pipeline.more_reps", n=left)] if left > 0 else []
        views.append(
            deal_table(found.reps.head(MOST_REPS), words, columns, title=words.t("pipeline.by_rep"),
                   caption=" ".join([words.t("pipeline.by_rep_mean"), *unseen]))
        )  # fmt: skip
    if len(found.deals):
        shown = found.deals.head(most)
        columns = ["opportunity_id", "customer", "rep", "stage", "amount", "first_close_on",
                   "expected_close_on", "days", "times"]  # fmt: skip
        left = found.deals["amount"].iloc[most:]
        views.append(
            deal_table(shown, words, columns, title=words.t("pipeline.slipped_deals"),
                   caption=more(words, len(left), left.sum()))
        )  # fmt: skip
    return together(views)


def _said_once(found: Unavailable, words: Words) -> View:
    """What is missing, but for what `coverage` and the bridge have said above."""
    if found.table == "opportunities" or found.reason == "not_started":
        return View("")
    return notes.unavailable(found, words)
