"""The people of the review on the page: short, decent, in both languages, nothing unknown told."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.review import circumstances
from kit.review.circumstances import Circumstance
from kit.review.probation import Probation
from kit.review.support import Support
from kit.show import improvement_plans, people_review
from kit.show.catalogue import phrases
from kit.show.words import Words

EN, ZH = Words("en", "CNY"), Words("zh", "CNY")
DAY = dt.date(2025, 10, 9)
FACTS = {
    "on_ramp": {"hired_on": DAY, "share": 0.5}, "short_tenure": {"hired_on": DAY},
    "absent": {"days": 12.0, "share": 0.2},
    "post_reduced": {"when": DAY, "before": 1.0, "after": 0.5},
    "territory_moved": {"when": DAY, "before": "East", "after": "South"},
    "customers_moved": {"customers": 1, "share": 0.2},
    "vacancy_cover": {"customers": 3, "share": 0.2}, "overload": {"times": 1.5},
    "region_short": {"periods": 2, "of": 3, "attainment": 0.8, "share": 0.7, "group": "region"},
    "quota_far": {"times": 1.6, "usual": 1.1},
    "largest_lost": {"customer": "<b>Clinic</b>", "when": DAY, "share": 0.4},
    "event": {"label": "competitor", "when": DAY},
}  # fmt: skip


def text(view):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", view.html))


def plan(**more):
    one = {
        "scope": "rep:R1", "rep_id": "R1", "rep": "<b>Li</b>", "in_row": 3, "since": "2025Q1",
        "attainment": 0.75, "shortfall": 1.5e6, "proposed": True, "speaks_against": (),
        "unseen": (), "start": DAY, "end": dt.date(2026, 1, 6), "checks": (dt.date(2025, 11, 10),),
        "support": (Support("capability", "talks", 2.0, 3.0), Support("few", "visit", 4.0, 8.0)),
        "exit": ({"measure": "attainment", "goal": 0.95, "own": None, "usual": None,
                  "money": 2.3e6, "until": dt.date(2025, 12, 31)},
                 {"measure": "visit", "goal": 5.0, "own": 4.0, "usual": 8.0, "money": None,
                  "until": None},
                 {"measure": "deals", "goal": 3.0, "own": 3.0, "usual": None, "money": None,
                  "until": None}),
        "owner": None, "owner_role": "sales_manager",
    }  # fmt: skip
    return pd.DataFrame([{**one, **more}])


def test_a_plan_is_told_with_reasons_support_dates_and_end():
    told = text(improvement_plans.plans(plan(), EN))
    for part in ("a plan is proposed", "3 misses in a row since Q1 2025", "¥1.50M short",
                 "coaching in talks", "4 a week, usual 8", "10 Nov 2025", "Sales manager",
                 "95% of the target (¥2.30M up to 31 Dec 2025)",
                 "5 visits a week (last year 4, usual 8)", "3 new deals a week",
                 "people decide"):  # fmt: skip
        assert part in told, part
    assert "<b>" not in improvement_plans.plans(plan(), EN).html
    assert "建议商定改进计划" in text(improvement_plans.plans(plan(), ZH))


def test_with_a_strong_circumstance_no_plan_and_no_end_are_told():
    strong = (Circumstance("territory_moved", True, FACTS["territory_moved"]),
              Circumstance("event", False, FACTS["event"]))  # fmt: skip
    told = text(improvement_plans.plans(plan(proposed=False, speaks_against=strong), EN))
    assert "no plan is proposed" in told and "moved from East to South" in told
    assert "To be weighed as well: competitor" in told and "It ends well" not in told


def test_a_reps_own_page_asks_for_a_talk_and_says_what_it_cannot_see():
    told = text(improvement_plans.plans(plan(unseen=circumstances.UNSEEN), EN))
    assert "a talk with the manager is due" in told and "a plan is proposed" not in told
    assert "If a plan is agreed" in told and "Cannot be seen on this page" in told


@pytest.mark.parametrize("words", [EN, ZH], ids=["en", "zh"])
@pytest.mark.parametrize("key", FACTS)
def test_every_circumstance_has_words(words, key):
    told = improvement_plans.circumstance(Circumstance(key, True, FACTS[key]), words)
    assert told and "{" not in told and "None" not in told


def test_circumstances_are_told_by_what_they_rest_on():
    small = {**FACTS["region_short"], "group": "scope", "periods": 1}
    told = improvement_plans.circumstance(Circumstance("region_short", False, small), EN)
    assert told.startswith("most others missed too in 1 of 3 missed periods")
    alone = {**FACTS["quota_far"], "usual": np.nan}
    told = improvement_plans.circumstance(Circumstance("quota_far", False, alone), EN)
    assert told == "a quota of 1.6× last year's bookings"


def test_without_a_manager_the_role_answers_also_beside_others():
    both = pd.concat([plan(owner="Ma"), plan(owner=np.nan)], ignore_index=True)
    told = text(improvement_plans.plans(both, EN))
    assert "Owner: Ma." in told and "Owner: Sales manager." in told


def test_many_plans_are_folded_and_none_is_said():
    many = pd.concat([plan(rep=f"Rep {at}") for at in range(5)], ignore_index=True)
    view = improvement_plans.plans(many, EN)
    assert view.html.count("<details") == 1 and "2 people" in text(view)
    assert "Nobody" in text(improvement_plans.plans(many.iloc[:0], EN))


def missed(many=2):
    rows = []
    for at in range(many):
        for number, period in enumerate(("2024Q4", "2025Q1", "2025Q2", "2025Q3", "2025Q4")):
            known = number > 1 or at
            rows.append({"rep_id": str(at), "rep": f"Rep {at}", "period": period,
                         "attainment": 0.7 if known else np.nan, "missed": bool(known),
                         "basis": "counted" if known else "on_ramp",
                         "in_row": number if at else max(number - 1, 0), "limit": 0.95})
    return pd.DataFrame(rows)  # fmt: skip


def test_misses_show_the_last_periods_and_why_one_is_not_counted():
    told = text(people_review.misses(missed(), EN))
    assert "Q4 2024" not in told and "70.0% ↓" in told and "on the ramp" in told
    assert "below 95%" in told and "In a row" in told
    many = people_review.misses(missed(12), EN)
    assert many.html.count("<details") == 1 and "All 12 people" in text(many)


@pytest.fixture
def newcomer():
    people = pd.DataFrame(
        [{"scope": "rep:R1", "rep_id": "R1", "rep": "Li", "hired_on": pd.Timestamp("2025-07-01"),
          "ends": pd.Timestamp("2025-12-31"), "state": "running", "target": np.nan,
          "actual": np.nan, "attainment": np.nan, "learning": (("talks", 2.0, 3.0),),
          "reviews": (DAY,), "owner": None, "owner_role": "sales_manager"}]
    )  # fmt: skip
    months = pd.DataFrame(
        [{"rep_id": "R1", "rep": "Li", "month": pd.Timestamp("2025-07-01"), "name": "2025-07",
          "tenure": 1, "ramp": 0.25, "target": np.nan, "basis": None, "actual": 10.0,
          "attainment": np.nan}]
    )  # fmt: skip
    return Probation(people, months, pd.DataFrame())


@pytest.mark.parametrize("words", [EN, ZH], ids=["en", "zh"])
def test_newcomers_without_targets_are_told_without_guessing(words, newcomer):
    told = text(people_review.probation(newcomer, words))
    assert "talks" in told and "nan" not in told and "None" not in told


def test_training_and_levels_in_words():
    gaps = pd.DataFrame(
        [{"dimension": "talks", "reps": ("Li", "Wu"), "people": 2, "gap": 1.0, "score": 2.0,
          "required": 3.0, "result": "win_rate", "link": "candidate", "format": "ride_along",
          "trainer": "Ma", "by_when": DAY, "weight": 3.0, "priority": 1}]
    )  # fmt: skip
    told = text(people_review.training(gaps, EN))
    assert "Li and Wu" in told and "Ride-along" in told and "to be asked first" in told
    assert "to be asked" not in text(people_review.training(gaps.assign(trainer=None), EN))
    assert "win rate improves" in told.lower()
    plain = gaps.assign(result=None, link=None, dimension="plans", trainer=None)
    told = text(people_review.training(pd.concat([gaps, plain], ignore_index=True), EN))
    assert told.count("improves") == 1 and "nan" not in told
    hint = pd.DataFrame(
        [{"rep": "Li", "level": "rep", "next_level": None, "in_row": 1, "needed": 4,
          "place": np.nan, "of": np.nan, "beside": np.nan, "score": np.nan, "usual": np.nan,
          "basis": None, "met": ("in_row",), "missing": (), "hint": False,
          "unknown": ("productivity", "capability")}]
    )  # fmt: skip
    both = pd.concat([hint.assign(next_level="senior"), hint], ignore_index=True)
    for words in (EN, ZH):
        told = text(people_review.promotion(both, words))
        assert "nan" not in told and "None" not in told
    assert "place among others" in text(people_review.promotion(hint, EN))


def test_what_is_missing_is_one_line():
    for show in (people_review.misses, improvement_plans.plans, people_review.probation,
                 people_review.training, people_review.promotion):  # fmt: skip
        assert "kit-missing" in show(Unavailable(table="targets"), ZH).html
    empty = pd.DataFrame()
    assert "Nobody" in text(people_review.promotion(empty, EN))
    assert "reaches what is required" in text(people_review.training(empty, EN))


def test_the_words_are_decent():
    harsh = re.compile(r"fail|fire|weak performer|dismiss|blame|underperform|淘汰|辞退|末位|差劲")
    for language in ("en", "zh"):
        own = [one for key, one in phrases(language).items() if key.startswith("people_review.")]
        assert own and not [one for one in own if harsh.search(one.lower())]
