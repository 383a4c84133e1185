"""Receipts in words and tables: cash against plan, overdue by age, who owes it, what is to come."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts, notes
from kit.show.folded import folded
from kit.show.table import notes_of, table
from kit.show.view import View, together
from kit.show.words import Words

SLOWER = 7.0  # days by which a group must pay later than a year before to be named
_KINDS = MappingProxyType(
    {
        "actual": "money", "planned": "money", "variance": "signed_money", "amount": "money",
        "open": "money", "share": "share", "invoices": "count", "customers": "count",
        "late_days": "count", "paid_late": "count", "paid_late_before": "count",
        "expected": "money", "error": "signed_percent", "period": "period", "day": "date",
        "part": "text",
    }
)  # fmt: skip


_PAYER_NOTES = MappingProxyType(
    {
        "late_days": "receipts.mean.late_days", "paid_late": "receipts.mean.paid_late",
        "paid_late_before": "receipts.mean.paid_late_before",
    }
)  # fmt: skip


def cash(found: Any, words: Words) -> View:
    """Cash of the period against target and plan, month by month, and days sales outstanding.

    Parameters
    ----------
    found : Receipts or Unavailable
        See `kit.track.receipts.Receipts`.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    lines = [_standing(found, words)]
    if not amounts.missing(found.planned_to_date):
        lines.append(
            words.t(
                "receipts.plan", planned=found.planned, planned_to_date=found.planned_to_date,
                variance=found.actual - found.planned_to_date,
            )
        )  # fmt: skip
    if not amounts.missing(found.dso):
        lines.append(_outstanding(found, words))
    views = [notes.points(lines)]
    months = found.months
    if months["planned"].notna().any():
        months = months.assign(
            period=[
                words.period(name) + (words.t("receipts.running") if running else "")
                for name, running in zip(months["period"], months["running"], strict=True)
            ]
        )
        views.append(
            _table(months, words, ["period", "actual", "planned", "variance"],
                   title=words.t("receipts.months"), caption=words.t("receipts.months_mean"),
                   kinds={"period": "text"})
        )  # fmt: skip
    return together(views)


def overdue(found: Any, words: Words, *, most: int = 12) -> View:
    """What is overdue by age and channel, and who owes it: the largest in a table, all others named.

    Parameters
    ----------
    found : Receipts or Unavailable
        See `kit.track.receipts.Receipts`.
    words : Words
    most : int
        Payers in the table.
    """
    if isinstance(found, Unavailable):
        return View("")
    if not found.open > 0:
        return notes.nothing(words, key="receipts.none_open")
    facts = {"open": found.open, "overdue": found.overdue, "share": found.overdue_share,
             "n": len(found.payers)}  # fmt: skip
    lines = [words.t("receipts.overdue" if found.overdue > 0 else "receipts.none_overdue", **facts)]
    lines += [
        words.t(
            "receipts.slower", channel=one.channel or words.t("receipts.no_channel"),
            now=one.paid_late, before=one.paid_late_before, amount=one.amount,
            share=one.amount / found.overdue, customers=one.customers,
        )
        for one in found.channels.itertuples()
        if one.paid_late - one.paid_late_before >= SLOWER
    ]  # fmt: skip
    if found.credit < 0:
        lines.append(words.t("receipts.credit", amount=-found.credit))
    ages = found.ages.assign(age=[words.t(f"receipts.age.{one}") for one in found.ages["age"]])
    columns = ["age", "amount", "share", "invoices", "customers"]
    views = [
        notes.points(lines),
        _table(ages, words, columns, title=words.t("receipts.ages")),
    ]
    if len(found.channels) > 1:
        columns = ["channel", "amount", "invoices", "customers", "paid_late", "paid_late_before"]
        channels = found.channels.assign(
            channel=[one or words.t("receipts.no_channel") for one in found.channels["channel"]]
        )
        views.append(_table(channels, words, columns, title=words.t("receipts.channels")))
    if len(found.payers):
        views += _payers(found.payers, words, most)
    return together(views)


def ahead(found: Any, words: Words) -> View:
    """Cash expected by the period's end, what falls beyond, and what such expectations were worth.

    Parameters
    ----------
    found : Receipts or Unavailable
        See `kit.track.receipts.Receipts`.
    words : Words
    """
    if isinstance(found, Unavailable):
        return View("")
    if isinstance(found.ahead, Unavailable):
        return notes.unavailable(found.ahead, words)
    to_come = found.ahead
    if not to_come.total > 0:
        return notes.note(words.t("receipts.over", owed=to_come.owed))
    short = found.landing_gap
    key = "no_target" if amounts.missing(short) else "short" if short > 0 else "enough"
    lines = [
        words.t(
            f"receipts.landing_{key}", landing=found.landing, actual=found.actual,
            expected=to_come.total, gap=None if amounts.missing(short) else abs(short),
            target=found.target,
        ),
        words.t("receipts.beyond", beyond=to_come.beyond, owed=to_come.owed),
    ]  # fmt: skip
    if not amounts.missing(found.error):
        lines.append(words.t("receipts.error", error=found.error, n=len(found.record)))
    parts = pd.DataFrame(
        {
            "part": [words.t(f"receipts.part.{one}") for one in _PARTS],
            "expected": [getattr(to_come, one) for one in _PARTS],
        }
    )
    views = [_table(parts, words, ["part", "expected"], title=words.t("receipts.parts"))]
    if len(found.record):
        views.append(
            _table(found.record, words, ["period", "day", "expected", "actual", "error"],
                   title=words.t("receipts.record"))
        )  # fmt: skip
    return together([notes.points(lines), together(views, side_by_side=True)])


_PARTS = ("running", "overdue", "waiting", "coming", "total")


def _standing(found: Any, words: Words) -> str:
    if amounts.missing(found.target):
        return words.t("receipts.actual", actual=found.actual)
    return words.t(
        "receipts.standing", actual=found.actual, target=found.target,
        attainment=found.attainment, to_date=found.target_to_date, pace=found.pace_index,
    )  # fmt: skip


def _outstanding(found: Any, words: Words) -> str:
    before = [words.t("receipts.dso_start", days=found.dso_start)] * (
        not amounts.missing(found.dso_start)
    )
    before += [words.t("receipts.dso_year_ago", days=found.dso_year_ago)] * (
        not amounts.missing(found.dso_year_ago)
    )
    key = "receipts.dso_beside" if before else "receipts.dso"
    return words.t(key, days=found.dso, beside=words.t("unit.comma").join(before))


def _payers(payers: pd.DataFrame, words: Words, most: int) -> list[View]:
    """The largest in a table; all others by name, amount and days, folded away."""
    named = payers.assign(
        customer=[one or words.t("receipts.no_customer") for one in payers["customer"]]
    )
    columns = ["customer", "amount", "invoices", "late_days", "paid_late", "paid_late_before",
               "open"]  # fmt: skip
    shown, rest = named.head(most), named.iloc[most:]
    views = [
        _table(shown, words, columns, title=words.t("receipts.payers"),
               caption=notes_of(shown, words, _PAYER_NOTES))
    ]  # fmt: skip
    if len(rest):
        head = words.t("receipts.others", n=len(rest), amount=float(rest["amount"].sum()))
        others = words.list(
            words.t("receipts.other", customer=one.customer, amount=one.amount, days=one.late_days)
            for one in rest.itertuples()
        )
        views.append(folded([notes.sentence(others)], head))
    return views


def _table(
    frame: pd.DataFrame,
    words: Words,
    columns: Sequence[str],
    *,
    title: str,
    caption: str = "",
    kinds: dict[str, str] | None = None,
) -> View:
    return table(
        frame, words, columns=columns, title=title, caption=caption,
        headings={
            one: words.t(f"receipts.heading.{one}")
            for one in columns
            if words.has(f"receipts.heading.{one}")
        },
        kinds={one: _KINDS[one] for one in columns if one in _KINDS} | (kinds or {}),
    )  # fmt: skip
