"""Pay in words: amounts to the cent, the parts of a plan, rates and notes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
from babel.numbers import get_currency_precision

from kit.show import amounts
from kit.show.words import Words


def cents(value: Any, words: Words) -> str:
    """An amount to the minor unit of the currency: ¥12,497.29; 12,497.29元.

    Examples
    --------
    >>> cents(Decimal("-1234.5"), Words("en", "CNY")), cents(Decimal("1234.5"), Words("zh", "CNY"))
    ('−¥1,234.50', '1,234.50元')
    """
    if amounts.missing(value):
        return amounts.NONE
    number = plain(abs(value), words)
    if words.language == "zh":
        told = number + amounts.money_scale(1.0, words.currency, language="zh")[2]
    else:
        told = amounts.symbol(words.currency, words.language) + number
    return (amounts.MINUS if value < 0 else "") + told


def plain(value: Any, words: Words) -> str:
    """The same without the currency, for tables that name it once."""
    digits = get_currency_precision(words.currency)
    return amounts.decimal(value, words.language, digits=digits)


def smallest(unit: Decimal, words: Words) -> str:
    """The unit that pay is rounded to."""
    return cents(unit, words)


def part(row: Any, words: Words, *, twice: bool = False) -> str:
    """What a part of a plan is for; with its name where the plan has two of that kind."""
    key = f"rewards.part.{row.kind}"
    key = key if words.has(key) else f"{key}_{row.measure}"
    told = words.t(key)
    frame = "{}（{}）" if words.language == "zh" else "{} ({})"
    return frame.format(told, row.component) if twice else told


def parts(frame: pd.DataFrame, words: Words) -> list[str]:
    """The parts of a frame with plan, component, kind and measure, told apart by name."""
    alike = ["plan", "kind", "measure"]
    frame = frame.assign(measure=frame["measure"].fillna("")) if "measure" in frame else frame
    names = frame.groupby(alike)["component"].nunique()
    twice = set(names[names > 1].index)
    return [
        part(row, words, twice=(row.plan, row.kind, row.measure) in twice)
        for row in frame.itertuples(index=False)
    ]


def rate(row: Any, words: Words) -> str | None:
    """The rate of the tier reached, of the amount or of the target pay."""
    if amounts.missing(row.rate):
        return None
    key = "rewards.rate_amount" if row.by_rate else "rewards.rate_multiple"
    found = float(row.rate) * (100 if row.by_rate else 1)
    return words.t(key, rate=f"{found:.6f}".rstrip("0").rstrip("."))


def small_percent(share: Any, words: Words) -> str:
    """A small share with two decimals: 0.62%."""
    return amounts.percent(share, words.language, digits=2)
