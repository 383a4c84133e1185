"""Figures, dates and periods in words."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import KitError
from kit.show import amounts
from kit.show.words import Words


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (0.0, "¥0", "0元"),
        (999.4, "¥999", "999元"),
        (999.6, "¥1.00K", "1,000元"),
        (9_999.6, "¥10.0K", "1.0万元"),
        (123_456, "¥123K", "12.3万元"),
        (9_999_600, "¥10.0M", "1,000万元"),
        (-3_214_000, "−¥3.21M", "−321.4万元"),
        (99_995_000, "¥100M", "1.00亿元"),
        (1_234_567_890, "¥1.23B", "12.35亿元"),
        (1e15, "¥1,000,000B", "10,000,000.00亿元"),
    ],
)
def test_money_is_compact(value, english, chinese):
    assert amounts.money(value, "CNY", language="en") == english
    assert amounts.money(value, "CNY", language="zh") == chinese


def test_other_currencies_have_their_name():
    assert amounts.money(2_500_000, "USD", language="en") == "$2.50M"
    assert amounts.money(2_500_000, "USD", language="zh") == "250.0万美元"
    assert amounts.money(2_500_000, "CHF", language="en") == "CHF\u00a02.50M"
    assert amounts.money(2_500, "EUR", language="en", signed=True) == "+€2.50K"


@pytest.mark.parametrize("value", [None, float("nan"), math.inf, pd.NaT, pd.NA])
def test_what_is_missing_is_a_dash(value):
    words = Words("en", "CNY")
    for way in ("money", "percent", "chance", "count", "number", "multiple", "days", "date",
                "month", "period", "points", "step", "text"):  # fmt: skip
        if value is math.inf and way in ("text", "date", "month", "period", "step"):
            continue
        assert getattr(words, way)(value) == "–", way


@given(st.floats(-1e13, 1e13), st.sampled_from(["en", "zh"]))
def test_sign_and_size_survive(value, language):
    text = amounts.money(value, "CNY", language=language)
    digits = text.strip("−¥元万亿KMB").replace(",", "")
    unit = {"K": 1e3, "M": 1e6, "B": 1e9, "万": 1e4, "亿": 1e8}.get(text.rstrip("元")[-1], 1.0)
    assert float(digits) * unit == pytest.approx(abs(value), rel=0.06, abs=0.5)
    assert text.startswith("−") == (value < 0 and float(digits) != 0)


def test_rounding_never_writes_minus_zero():
    assert amounts.decimal(-0.4, "en") == "0"
    assert amounts.percent(-0.0001, "en", signed=True) == "0.0%"
    assert amounts.money(-0.2, "CNY", language="en", signed=True) == "¥0"


def test_chance_is_never_falsely_certain():
    words = Words("en", "CNY")
    assert [words.chance(x) for x in (0.0, 0.004, 0.5, 0.996, 1.0)] == [
        "0%", "<1%", "50%", ">99%", "100%",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "english", "chinese"),
    [
        ("2025Q3", "Q3 2025", "2025年第3季度"),
        ("2025", "2025", "2025年"),
        ("2025H1", "H1 2025", "2025年上半年"),
        ("2025-08", "Aug 2025", "2025年8月"),
        ("2012-09-28", "the period from 28 Sep 2012", "2012年9月28日起"),
        ("2025Q1..2025Q3", "Q1 2025 – Q3 2025", "2025年第1季度 – 2025年第3季度"),
        ("FY25-P3", "FY25-P3", "FY25-P3"),
        ("2025-13", "2025-13", "2025-13"),
    ],
)
def test_periods(name, english, chinese):
    assert amounts.period(name, "en") == english
    assert amounts.period(name, "zh") == chinese


def test_numbers_carry_only_the_decimals_they_need():
    words = Words("en", "CNY")
    assert [words.number(x) for x in (7.0, 5.5, 0.25, 12.34, 1234.5, -2.0)] == [
        "7", "5.5", "0.25", "12.3", "1,234", "−2",
    ]  # fmt: skip


def test_days_are_counted_in_words():
    assert Words("en").days(1) == "1 day"
    assert Words("en").days(3) == "3 days"
    assert Words("zh").days(3) == "3天"


def test_an_unknown_language_is_named():
    with pytest.raises(KitError, match="'fr' is not known"):
        Words("fr", "CNY")


@pytest.mark.parametrize("value", [1e15, -1e300])
def test_amounts_beyond_all_sense_are_still_written(value):
    sign = "−" if value < 0 else ""
    assert amounts.decimal(value, "en") == f"{sign}{abs(value):.2e}"
    assert amounts.percent(value, "en").startswith(sign) and "e+" in amounts.percent(value, "en")
    assert amounts.money(1e300, "CNY", language="en") == "¥1.00e+291B"
