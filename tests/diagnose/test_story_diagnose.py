"""The story of the diagnosis: what it says of each kind of difference, and that it adds up."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from kit.data.case import reopen
from kit.diagnose import causes, obstacles
from kit.diagnose import story as told_by
from kit.diagnose.reference import reference
from kit.diagnose.story import statements
from kit.show.story import records
from kit.show.words import Words

BAD = re.compile(r"−|(?<!\w)-\d|\+\d|\bnan\b|\bNone\b(?! of)|  |[{}]")


def target(amount):
    return {"scope": "region:East", "period": "2025Q3", "measure": "bookings", "version": 1,
            "target": amount}  # fmt: skip


def sale(amount, day="2025-08-05", **more):
    return {"date": day, "amount": amount, **more}


def told(case, language="en"):
    return [one["text"] for one in records(statements(case), Words(language, "CNY"), chapter="d")]


def keys(case):
    return [one.key.removeprefix("diagnose.") for one in statements(case)]


BEFORE = sale(1e6, "2024-08-06")


@pytest.mark.parametrize(
    ("amount", "goal", "as_of", "key"),
    [
        (8e5, 1e6, "2025-09-30", "below_target"), (1.2e6, 1e6, "2025-09-30", "above_target"),
        (1e6, 1e6, "2025-09-30", "even_target"), (1e4, 1e6, "2025-08-15", "below_due"),
        (9e5, 1e6, "2025-08-15", "above_due"), (8e5, None, "2025-09-30", "below_last_year"),
        (1.5e6, None, "2025-09-30", "above_last_year"), (1e6, None, "2025-09-30", "even_last_year"),
        (1.5e6, None, "2025-08-15", "above_last_year_days"),
        (-5e5, 1e6, "2025-09-30", "below_target"),
    ],
)  # fmt: skip
def test_each_difference_has_its_own_statement(make_case, amount, goal, as_of, key):
    goals = [] if goal is None else [target(goal)]
    rows = [sale(1e5, "2024-07-01"), sale(9e5, "2024-08-06"), sale(amount)]
    case = make_case(sales=rows, targets=goals, as_of=as_of)
    assert keys(case)[0] == key
    for language in ("en", "zh"):
        lines = told(case, language)
        assert len(lines) <= 6 and not any(BAD.search(one) for one in lines)


def test_the_difference_is_told_in_money_and_percent(make_case):
    case = make_case(sales=[BEFORE, sale(8e5)], targets=[target(1e6)])
    assert told(case)[0] == "In Q3 2025, bookings were ¥200K (20.0%) below the target of ¥1.00M."
    assert told(case, "zh")[0] == (
        "本期（2025年第3季度）签约额低于目标 20.0万元（20.0%），目标为 100.0万元。"
    )


def test_last_year_with_more_returns_than_orders_is_told_without_a_share(make_case):
    rows = [sale(-3e5, "2024-07-01"), sale(5e5)]
    assert keys(make_case(sales=rows))[0] == "above_plain_last_year"


def test_where_there_is_nothing_to_compare_with_one_sentence_says_so(make_case):
    assert told(make_case(sales=[sale(5e5)])) == [
        "There is neither a target nor a comparable last year, so it cannot be said what moved "
        "the result."
    ]
    early = make_case(sales=[BEFORE], targets=[target(1e6)], as_of="2025-06-30")
    assert keys(early) == ["not_started"]


def test_without_a_last_year_nothing_is_broken_down(make_case):
    found = keys(make_case(sales=[sale(5e5)], targets=[target(1e6)]))
    assert "no_last_year" in found


def causes_of(*effects, variance):
    rows = [
        {"cause": cause, "subject": "P", "effect": effect, "confidence": "likely",
         "evidence": "", "facts": {}}
        for cause, effect in effects
    ]  # fmt: skip
    rest = variance - sum(effect for _, effect in effects)
    rows.append({"cause": "unexplained", "subject": "", "effect": rest, "confidence": "",
                 "evidence": "", "facts": {}})  # fmt: skip
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("effects", "key", "size"),
    [
        ((("price", -150e3),), "unexplained_share", 50e3),
        ((("price", -199e3),), "explained", 1e3),
        ((("price", -300e3),), "more_than_all", 100e3),
        ((("price", 100e3),), "unexplained_loss", 300e3),
    ],
)
def test_the_rest_is_told_by_where_it_lies(make_case, effects, key, size):
    case = make_case(sales=[BEFORE, sale(8e5)], targets=[target(1e6)])
    found = told_by._rest(causes_of(*effects, variance=-200e3), reference(case))
    assert found.key == f"diagnose.{key}"
    assert found.facts["size"] == pytest.approx(size)


def test_what_went_the_other_way_is_told_as_such():
    table = causes_of(("price", -150e3), ("deals", 40e3), ("deal_size", 90e3), variance=-200e3)
    found = told_by._offset(table, short=True)
    assert found.key == "diagnose.offset_gain" and found.facts["size"] == 90e3
    assert told_by._offset(causes_of(("price", -1.0), variance=-1.0), short=True) is None


def test_the_sample_is_told_as_its_causes_say(sample_company):
    _, _, case = sample_company
    east = reopen(case, scope="region:East")
    by_key = {one.key.removeprefix("diagnose."): one for one in statements(east)}
    table = causes.causes(east)
    assert by_key["below_target"].facts["size"] == pytest.approx(-table["effect"].sum())
    items = by_key["cost"].facts["causes"]
    cost = table[(table["effect"] < 0) & (table["cause"] != "unexplained")]
    assert [one.facts["size"] for one in items] == pytest.approx(list(-cost["effect"][:3]))
    sure = obstacles.obstacles(east).query("verdict == 'confirmed'")["obstacle"]
    assert [one.key for one in by_key["obstacles_sure_open"].facts["which"]] == list(sure)


def test_the_conversion_that_fell_in_the_east_is_the_first_thing_said(sample_company):
    _, _, case = sample_company
    lines = told(reopen(case, scope="region:East"))
    assert lines[1].startswith("What cost most was the conversion Proposal → Won")
    chinese = told(reopen(case, scope="region:East"), "zh")
    assert chinese[1].startswith("拖累最大的原因是“方案 → 赢单”转化率")


def test_a_rep_reads_of_no_other_rep(sample_company):
    _, _, case = sample_company
    own = reopen(case, scope="rep:R018")
    others = set(case.data.frame("roster")["name"]) - set(own.data.frame("roster")["name"])
    assert others and not any(name in line for line in told(own) for name in others)
