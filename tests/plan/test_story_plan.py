"""The story of target setting: what it says of a proposal, and that it says it whole."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from kit.data.case import reopen
from kit.data.tables import Unavailable
from kit.plan import story as told_by
from kit.plan import target as proposed
from kit.plan.story import statements
from kit.show.story import records, sentence
from kit.show.words import Words

BAD = re.compile(r"−|(?<!\w)-\d|\+\d|\bnan\b|\bNone\b(?! of)|  |[{}]")


def told(case, language="en"):
    return [one["text"] for one in records(statements(case), Words(language, "CNY"), chapter="p")]


def keys(case):
    return [one.key.removeprefix("plan.") for one in statements(case)]


def sale(amount, day):
    return {"date": day, "amount": amount}


@pytest.fixture
def plan(sample_company):
    _, _, case = sample_company
    return case, proposed.proposal(case)


def test_the_proposal_is_told_beside_last_year(make_case):
    rows = [sale(1e5, f"{year}-{month:02}-03") for year in (2024, 2025) for month in range(1, 7)]
    rows += [sale(1e5, f"2024-{month:02}-03") for month in range(7, 13)]
    case = make_case(sales=rows, settings={"targets": {"growth": 0.1, "unit": 1}})
    first = statements(case)[0]
    plan = proposed.proposal(case)
    assert first.key == "plan.proposed_more"
    assert first.facts["target"] == plan.target
    assert first.facts["share"] == pytest.approx(plan.growth)
    assert told(case)[0].startswith("The target proposed for Q3 2025 is ¥")


def test_without_anything_to_take_a_target_from_one_sentence_says_so(make_case):
    case = make_case(sales=[])
    assert isinstance(proposed.proposal(case), Unavailable)
    assert told(case) == [
        "No target can be proposed for Q3 2025; the data hold nothing to take it from."
    ]


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"growth": 0.05, "reserve": 0.0}, "proposed_more"),
        ({"growth": -0.05, "reserve": 0.0}, "proposed_less"),
        ({"growth": 0.0, "reserve": 0.0}, "proposed_same"),
        ({"growth": 0.05, "reserve": 5e4}, "proposed_more_reserve"),
        ({"growth": None, "last_year": None, "reserve": 0.0}, "proposed"),
    ],
)
def test_the_key_says_the_direction(plan, changes, key):
    case, found = plan
    said = told_by._proposed(case, replace(found, **changes))
    assert said.key == f"plan.{key}"
    for language in ("en", "zh"):
        assert not BAD.search(sentence(said, Words(language, "CNY")))


@pytest.mark.parametrize(
    ("given", "key"), [(5e6, "decided_more"), (3e6, "decided_less"), (4e6, "decided_same")]
)
def test_the_target_in_force_stands_beside_the_proposal(plan, given, key):
    _, found = plan
    said = told_by._decided(replace(found, target=4e6, in_force=given, handed=None))
    assert said.key == f"plan.{key}" and said.facts["size"] == abs(given - 4e6)


@pytest.mark.parametrize(
    ("chance", "key"),
    [(0.1, "chance_low"), (0.5, "chance_fits"), (0.95, "chance_high"), (None, "chance_withheld")],
)
def test_the_chance_stands_beside_what_is_asked_for(plan, chance, key):
    case, found = plan
    assert told_by._chance(case, replace(found, chance=chance)).key == f"plan.{key}"


def test_the_baseline_says_what_the_target_asks_for_beyond_it(plan):
    case, found = plan
    said = told_by._beside_baseline(
        replace(found, target=4.5e6, baseline=4e6, low=3.5e6, high=4.6e6, method="growth")
    )
    assert sentence(said, Words("en", "CNY")) == (
        "If things go on as before, ¥4.00M is to be expected (¥3.50M to ¥4.60M); the proposal asks "
        "for ¥500K more."
    )
    assert sentence(said, Words("zh", "CNY")) == (
        "照此延续，预期为 400.0万元（350.0万元 至 460.0万元）；建议目标高出 50.0万元。"
    )
    assert told_by._beside_baseline(replace(found, method="baseline")) is None


@pytest.mark.parametrize("scope", ["region:East", "rep:R018"])
def test_every_scope_of_the_sample_is_told_whole(sample_company, scope):
    _, _, case = sample_company
    own = reopen(case, scope=scope)
    for language in ("en", "zh"):
        lines = told(own, language)
        assert 3 <= len(lines) <= 6 and not any(BAD.search(one) for one in lines)
    if scope.startswith("rep"):  # a rep has no reserve and no posts
        assert not any("reserve" in one or "people" in one for one in keys(own))
