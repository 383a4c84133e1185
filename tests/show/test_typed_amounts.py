"""Amounts as people type them."""

from __future__ import annotations

import pytest

from kit.show.typed_amounts import amount, written


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("1.5M", 1.5e6), ("1.5m", 1.5e6), ("150k", 150e3), ("150万", 1.5e6), ("1.2亿", 1.2e8),
        ("3百万", 3e6), ("¥1,500,000", 1.5e6), ("￥1500000", 1.5e6), ("$1.5M", 1.5e6),
        ("1 500 000", 1.5e6), ("1\u00a0500\u202f000", 1.5e6), ("１，５００，０００", 1.5e6),
        ("１．５ 万元", 15e3), ("1'500'000", 1.5e6), ("2bn", 2e9), ("250.5", 250.5), (".5m", 5e5),
        ("1.1亿", 1.1e8), ("0", 0.0), ("", None), ("　", None),
    ],
)  # fmt: skip
def test_ways_of_writing(typed, found):
    assert amount(typed) == found


@pytest.mark.parametrize(
    "typed",
    ["-5", "−5", "(5)", "nan", "inf", "a lot", "1 2 x", "1,5", "1,50,000", "1,500 000", "1.5.5",
     "¥", "k", "$1$", "1kk", "5%", "9" * 31],
)  # fmt: skip
def test_what_is_no_amount_or_can_be_read_in_two_ways(typed):
    with pytest.raises(ValueError, match="is no amount"):
        amount(typed)


def test_written_reads_back():
    assert [written(one) for one in (1.5e6, 0.0, 250.5)] == ["1,500,000", "0", "250.5"]
    assert amount(written(1234567.89)) == 1234567.89
