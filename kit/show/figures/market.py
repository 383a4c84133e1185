"""Figures of the market: our share beside last year's, its worth, and spending by kind.

Where a result is unavailable nothing is drawn: the table beside it says why.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts
from kit.show.figures.rows import Row, bars, number, spoken
from kit.show.market import as_shown, few
from kit.show.palette import ACTUAL, BAD
from kit.show.view import View
from kit.show.words import Words


def share(found: Any, words: Words) -> View:
    """Own share of the market by region, or by line where there is one region.

    Parameters
    ----------
    found : MarketShare or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return View("")
    parts = _parts(found)
    rows = [
        Row(
            one.part, float(one.share),
            words.t("market.figure.share_label", share=one.share, points=one.points),
            before=number(one.share_before),
        )
        for one in parts.itertuples(index=False)
    ]  # fmt: skip
    most = parts.loc[parts["points"].abs().idxmax()]
    title = words.t("market.figure.share", part=most["part"], points=most["points"],
                    share=most["share"])  # fmt: skip
    return _bars("share", rows, words, title=title)


def worth(found: Any, words: Words) -> View:
    """What the change of own share was worth in money, part by part; losses are hatched.

    Parameters
    ----------
    found : MarketShare or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return View("")
    parts = _parts(found)
    rows = [
        Row(
            one.part, float(one.by_share), words.signed_money(one.by_share),
            colour=BAD if one.by_share < 0 else ACTUAL, hatch="////" if one.by_share < 0 else "",
        )
        for one in parts.itertuples(index=False)
    ]  # fmt: skip
    most = parts.loc[parts["by_share"].abs().idxmax()]
    title = words.t("market.figure.worth", part=most["part"], amount=most["by_share"])
    return _bars("worth", rows, words, title=title)


def expenses(found: Any, words: Words) -> View:
    """What was spent for each 100 booked, kind by kind, beside the same months of last year.

    Parameters
    ----------
    found : ExpenseReturn or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return View("")
    known = found.kinds[found.kinds["per_100"].notna()]
    if known.empty:
        return View("")
    rows = [
        Row(
            str(one.kind), float(one.per_100),
            words.t("market.figure.expenses_label", per_100=few(one.per_100, words),
                    spend=one.spend),
            before=None if amounts.missing(one.per_100_before) else float(one.per_100_before),
        )
        for one in known.itertuples(index=False)
    ]  # fmt: skip
    first = known.iloc[0]
    title = words.t("market.figure.expenses", kind=first["kind"], hundred=100,
                    per_100=few(first["per_100"], words))  # fmt: skip
    return _bars("expenses", rows, words, title=title)


def _parts(found: Any) -> pd.DataFrame:
    if len(found.regions) > 1:
        return as_shown(found.regions.assign(part=found.regions["region"]))
    return as_shown(found.lines.assign(part=found.lines["line"]))


def _bars(name: str, rows: list[Row], words: Words, *, title: str) -> View:
    told = spoken(words, [(row.name, row.label) for row in rows])
    return bars(
        rows, words, title=title,
        alt=words.t(f"market.figure.{name}_alt", hundred=100) + " " + told,
        note=words.t(f"market.figure.{name}_note", hundred=100),
    )  # fmt: skip
