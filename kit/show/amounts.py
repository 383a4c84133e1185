"""How figures, dates and periods are written in a language."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Any

import pandas as pd
from babel import Locale, UnknownLocaleError, dates, numbers

from kit.errors import KitError

NONE = "–"
MINUS = "\u2212"

_VAST = 1e15  # from here on a number is written in powers of ten
_LOCALES = {"en": "en_GB", "zh": "zh_CN"}
_SYMBOLS = {"CNY": "¥"}  # the narrow symbol: a packet has one currency
_QUARTER = re.compile(r"(\d{4})Q([1-4])")
_HALF = re.compile(r"(\d{4})H([12])")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_WEEK = re.compile(r"(\d{4})-?W(\d{1,2})")


def locale(language: str) -> Locale:
    """The locale of a language of the kit.

    Raises
    ------
    KitError
        Where the kit does not speak it.
    """
    try:
        return Locale.parse(_LOCALES[language])
    except (KeyError, UnknownLocaleError):
        known = ", ".join(_LOCALES)
        raise KitError(f"Language '{language}' is not known. Known: {known}.") from None


def missing(found: Any) -> bool:
    """Whether a value is none, NaN, NaT or infinite, and so is written as a dash."""
    if found is None or found is pd.NaT or found is pd.NA:
        return True
    return isinstance(found, float) and not math.isfinite(found)


def decimal(value: float, language: str, *, digits: int = 0, signed: bool = False) -> str:
    """A number with thousands grouped and a fixed number of decimals; a true minus sign.

    Examples
    --------
    >>> decimal(-1234.56, "en", digits=1)
    '−1,234.6'
    >>> decimal(12, "en", signed=True)
    '+12'
    """
    if missing(value):
        return NONE
    if abs(value) >= _VAST:
        return _sign(value, signed) + f"{abs(value):.2e}"
    rounded = round(float(value), digits)
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    text = numbers.format_decimal(abs(rounded), format=pattern, locale=locale(language))
    return _sign(rounded, signed) + text


def percent(share: float, language: str, *, digits: int = 1, signed: bool = False) -> str:
    """A fraction as a percentage.

    Examples
    --------
    >>> percent(0.8247, "en"), percent(-0.05, "zh", signed=True)
    ('82.5%', '−5.0%')
    """
    if missing(share):
        return NONE
    if abs(share) >= _VAST:
        return _sign(share, signed) + f"{abs(share) * 100:.2e}%"
    rounded = round(float(share), digits + 2)
    pattern = "#,##0" + ("." + "0" * digits if digits else "") + "%"
    text = numbers.format_percent(abs(rounded), format=pattern, locale=locale(language))
    return _sign(rounded, signed) + text


def money(value: float, currency: str, *, language: str, signed: bool = False) -> str:
    """An amount in the compact form the language's readers use: ¥12.3M; 1,235万元.

    English keeps three digits; Chinese one decimal of 万 below ten million, then none, two of 亿.

    Examples
    --------
    >>> money(12_345_678, "CNY", language="en"), money(-431, "EUR", language="en")
    ('¥12.3M', '−€431')
    >>> money(12_345_678, "CNY", language="zh"), money(2e8, "USD", language="zh")
    ('1,235万元', '2.00亿美元')
    """
    if missing(value):
        return NONE
    size = abs(float(value))
    if language == "zh":
        digits, unit = _chinese(size)
        scaled = round(size / unit[0], digits)
        text = decimal(scaled, language, digits=digits) + unit[1] + _unit_name(currency)
    else:
        digits, unit = _english(size)
        scaled = round(size / unit[0], digits)
        text = symbol(currency, language) + decimal(scaled, language, digits=digits) + unit[1]
    negative = float(value) < 0 and scaled != 0
    return (MINUS if negative else "+" if signed and scaled else "") + text


def money_scale(largest: float, currency: str, *, language: str) -> tuple[float, int, str]:
    """One unit for a whole table of amounts: divisor, decimals and the unit's name.

    Examples
    --------
    >>> money_scale(3_200_000, "CNY", language="en"), money_scale(3_200_000, "CNY", language="zh")
    ((1000.0, 0, '¥ thousand'), (10000.0, 1, '万元'))
    """
    if language == "zh":
        name = _unit_name(currency)
        return (1.0, 0, name) if largest < 1e5 else (1e4, 1 if largest < 1e9 else 0, "万" + name)
    name = symbol(currency, language).strip("\u00a0")
    if largest < 1e5:
        return 1.0, 0, name
    if largest < 1e9:
        return 1e3, 1 if largest < 1e6 else 0, name + " thousand"
    return 1e6, 1, name + " million"


def symbol(currency: str, language: str) -> str:
    """The currency's symbol; a code gets a space that does not break.

    Examples
    --------
    >>> symbol("CNY", "en"), symbol("CHF", "en")
    ('¥', 'CHF\\xa0')
    """
    found = _SYMBOLS.get(currency) or numbers.get_currency_symbol(currency, locale(language))
    found = found.removeprefix("US") if currency == "USD" else found
    return found + "\u00a0" if found[-1:].isalpha() else found


def date(day: Any, language: str) -> str:
    """A day: 30 Sep 2025; 2025年9月30日."""
    if missing(day):
        return NONE
    pattern = "y年M月d日" if language == "zh" else "d MMM y"
    return dates.format_date(_day(day), pattern, locale=_plain(language))


def month(day: Any, language: str, *, year: bool = True) -> str:
    """A month: Sep 2025; 2025年9月.

    Examples
    --------
    >>> month("2025-09-01", "en"), month("2025-09-01", "zh", year=False)
    ('Sep 2025', '9月')
    """
    if missing(day):
        return NONE
    if language == "zh":
        pattern = "y年M月" if year else "M月"
    else:
        pattern = "MMM y" if year else "MMM"
    return dates.format_date(_day(day), pattern, locale=_plain(language))


def period(name: Any, language: str) -> str:
    """A period's name for the eye; a name of unknown form stays as it is.

    Examples
    --------
    >>> period("2025Q3", "en"), period("2025H2", "zh"), period("2012-09-28", "en")
    ('Q3 2025', '2025年下半年', 'the period from 28 Sep 2012')
    >>> period("2025Q1..2025Q3", "en"), period("2025-08", "zh")
    ('Q1 2025 – Q3 2025', '2025年8月')
    """
    if missing(name):
        return NONE
    text, chinese = str(name), language == "zh"
    if ".." in text:
        return " – ".join(period(part, language) for part in text.split("..", 1))
    if found := _QUARTER.fullmatch(text):
        return f"{found[1]}年第{found[2]}季度" if chinese else f"Q{found[2]} {found[1]}"
    if found := _HALF.fullmatch(text):
        return f"{found[1]}年{'上下'[int(found[2]) - 1]}半年" if chinese else f"H{found[2]} {found[1]}"
    if found := _WEEK.fullmatch(text):
        week = int(found[2])
        return f"{found[1]}年第{week}周" if chinese else f"week {week}, {found[1]}"
    if _DAY.fullmatch(text):
        return f"{date(text, language)}起" if chinese else f"the period from {date(text, language)}"
    if (found := _MONTH.fullmatch(text)) and 1 <= int(found[2]) <= 12:
        return month(f"{text}-01", language)
    return f"{text}年" if chinese and re.fullmatch(r"\d{4}", text) else text


def _day(found: Any) -> dt.date:
    return pd.Timestamp(str(found) if isinstance(found, pd.Period) else found).date()


def _plain(language: str) -> Locale:
    return Locale.parse("en_US") if language == "en" else locale(language)  # Sep, not Sept


def _sign(value: float, signed: bool) -> str:
    return MINUS if value < 0 else "+" if signed and value > 0 else ""


def _unit_name(currency: str) -> str:
    return "元" if currency == "CNY" else numbers.get_currency_name(currency, locale="zh_CN")


def _english(size: float) -> tuple[int, tuple[float, str]]:
    for unit in ((1.0, ""), (1e3, "K"), (1e6, "M"), (1e9, "B")):
        if size / unit[0] < 999.5 or unit[1] == "B":
            scaled = size / unit[0]
            whole = unit[0] == 1.0
            return (0 if whole or scaled >= 99.95 else 1 if scaled >= 9.995 else 2), unit
    raise AssertionError(size)


def _chinese(size: float) -> tuple[int, tuple[float, str]]:
    if size < 9999.5:
        return 0, (1.0, "")
    if size < 99_995_000:
        return (1 if size < 9_999_500 else 0), (1e4, "万")
    return 2, (1e8, "亿")
