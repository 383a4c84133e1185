"""What is shown of people: decent words, folded lists, nothing where nothing is known."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.diagnose.capability import Capability
from kit.diagnose.joint_deals import JointDeals
from kit.diagnose.productivity import Productivity
from kit.diagnose.tiers import Tiers
from kit.show import capability_results, people
from kit.show.figures import people as figures
from kit.show.words import Words

EN, ZH = Words("en", "CNY"), Words("zh", "CNY")
DAY = pd.Timestamp("2025-09-30")


def text(view):
    return re.sub(r"<[^>]+>", " ", view.html)


@pytest.fixture
def contribution():
    reps = pd.DataFrame(
        {
            "rep_id": ["1", "2", "3"], "rep": ["<b>Li</b>", "Wu", "Ma"],
            "marks": [(), ("newcomer", "part_time"), ()], "amount": [600.0, 300.0, 100.0],
            "share": [0.6, 0.3, 0.1], "cumulative": [0.6, 0.9, 1.0], "posts": [1.0, 0.4, 0.1],
            "productivity": [600.0, 750.0, None], "tier_by_amount": ["core", "steady", "to_lift"],
            "tier_by_post": ["core", "core", None], "tier": ["core", "core", None],
            "basis": ["amount", "post", "post"],
        }
    )  # fmt: skip
    summary = pd.DataFrame(
        {"tier": ["core", "steady", "to_lift", "too_new"], "people": [1, 1, 0, 1],
         "amount": [600.0, 300.0, 0.0, 100.0], "share": [0.6, 0.3, 0.0, 0.1]}
    )  # fmt: skip
    return Tiers(reps, summary, (0.5, 0.9), 40.0)


def productive(many):
    reps = pd.DataFrame(
        {
            "rep_id": [str(at) for at in range(many)], "rep": [f"Rep {at}" for at in range(many)],
            "marks": [()] * many, "posts": 1.0, "post_months": 3.0,
            "amount": [1000.0 - at for at in range(many)],
            "productivity": [1000.0 - at for at in range(many)],
            "productivity_before": [None if at else 500.0 for at in range(many)], "growth": None,
            "peers": float(many - 1), "median": 900.0, "beside": 0.1,
        }
    )  # fmt: skip
    return Productivity(
        reps, float(many), 1000.0, 1000.0, 900.0, 0.11, many + 1.0, 0.0, DAY.date(), DAY.date()
    )


@pytest.mark.parametrize("words", [EN, ZH])
def test_unavailable_is_one_line_everywhere(words):
    missing = Unavailable(reason="few_people")
    shown = [people.tiers, people.productivity, people.capability, people.disagreements,
             people.behaviour, capability_results.shortfalls,
             capability_results.joint]  # fmt: skip
    lines = {one(missing, words).title for one in shown}
    lines.add(people.load(missing, words).title)
    assert lines == {words.t("unavailable.few_people")}
    for figure in (figures.tiers, figures.productivity, figures.capability):
        assert figure(missing, words).html == ""


def test_tiers_mark_newcomers_and_escape_names(contribution):
    shown = people.tiers(contribution, EN)
    assert "&lt;b&gt;Li&lt;/b&gt;" in shown.html
    assert "Wu (on the ramp and part-time)" in text(shown)
    assert "Too new to tell" in text(shown)
    assert "¥40 was booked here" in text(shown)
    drawn = figures.tiers(contribution, EN)
    assert drawn.title == "1 person of 3 brings 60% of bookings"
    assert "Core: 1 person · 60%" in drawn.alt
    assert "核心" in text(people.tiers(contribution, ZH))
    assert "Wu（爬坡期和兼职人员）" in text(people.tiers(contribution, ZH))


@pytest.mark.parametrize("words", [EN, ZH])
def test_no_text_of_a_figure_reaches_beyond_it(words, drawn, contribution):
    for view in (figures.tiers(contribution, words), figures.productivity(productive(20), words),
                 figures.capability(matrix(4), words)):  # fmt: skip
        assert drawn(view).cut() == []


def test_many_people_are_folded_and_the_figure_draws_both_ends():
    few, many = productive(5), productive(20)
    assert "<details" not in people.productivity(few, EN).html
    assert "All 20 people" in people.productivity(many, EN).html
    drawn = figures.productivity(many, EN)
    assert "8 people in between are not drawn." in drawn.html
    assert "Rep 0" in drawn.alt and "Rep 19" in drawn.alt and "Rep 9" not in drawn.alt
    assert figures.productivity(productive(3), EN).html == ""
    assert "1 person in between is not drawn." in figures.productivity(productive(13), EN).html


def test_one_full_post_is_said_in_the_singular():
    alone = productive(1)
    told = text(people.productivity(alone, EN))
    assert "One full post brought ¥1.00K, +11.0% on last year (full posts then: 2)." in told
    more = text(people.productivity(productive(6), EN))
    assert "6 full posts now, 7 a year ago; each brought ¥1.00K, +11.0% on last year." in more
    assert "目前 6 个折合全职岗位，去年同期 7 个" in text(people.productivity(productive(6), ZH))
    first = replace(alone, growth=float("nan"))
    assert "One full post brought ¥1.00K." in text(people.productivity(first, EN))
    assert "一个折合全职岗位" in text(people.productivity(first, ZH))


def matrix(reps):
    scores = pd.DataFrame(
        [{"rep_id": str(at), "rep": f"Rep {at}", "dimension": name, "score": value,
          "required": 3.0, "short": max(3 - value, 0.0), "sources": 1, "period": "2025Q2",
          "peers": None, "median": None}
         for at in range(reps) for name, value in (("plan", 2.5), ("talk", 4.0))]
    )  # fmt: skip
    dimensions = pd.DataFrame(
        {"dimension": ["plan", "talk"], "score": [2.5, 4.0], "required": 3.0,
         "reps_short": [reps, 0], "people": reps}
    )  # fmt: skip
    return Capability(scores, dimensions)


def test_scores_below_what_is_required_carry_an_arrow():
    shown = text(people.capability(matrix(4), EN))
    assert shown.count("2.5 ↓") == 4 and "4 ↓" not in shown.replace("2.5 ↓", "")
    drawn = figures.capability(matrix(4), EN)
    assert drawn.title == "Furthest below what is required: plan, 4 people of 4"
    assert figures.capability(matrix(2), EN).html == ""
    assert "<details" not in people.capability(matrix(1), ZH).html


def pairs(**more):
    row = {"dimension": "planning", "result": "win_rate", "reps": 24, "correlation": 0.6,
           "p_value": 0.001, "q_value": 0.02, "short": 9, "verdict": "goes"}  # fmt: skip
    return pd.DataFrame([{**row, **more}])


@pytest.mark.parametrize(
    ("verdict", "said"),
    [("goes", "That is no proof"), ("candidate", "not a conclusion"),
     ("against", "Against expectation"), ("not_distinct", "No capability goes with")],
)  # fmt: skip
def test_findings_are_worded_by_what_the_test_allows(verdict, said):
    assert said in text(capability_results.shortfalls(pairs(verdict=verdict), EN))
    assert capability_results.shortfalls(pairs(verdict=verdict), ZH).html


def test_nothing_that_could_be_tested_is_said_too():
    shown = capability_results.shortfalls(pairs(verdict="unknown", p_value=None), EN)
    assert "0 pairs were asked" in text(shown)


def test_pairs_that_tell_nothing_are_one_sentence():
    assert "<table" not in capability_results.shortfalls(pairs(verdict="not_distinct"), EN).html
    assert "<table" in capability_results.shortfalls(pairs(verdict="goes"), EN).html


def joint(difference, verdict, adds):
    frame = pd.DataFrame(
        [{"result": result, "matched": matched, "joint": 0.9, "single": 0.8,
          "difference": difference, "low": difference - 0.5, "high": difference + 0.5,
          "orders": 12, "singles": 90, "verdict": verdict}
         for result in ("size", "repeat") for matched in ("same_class", "same_customer")]
    )  # fmt: skip
    return JointDeals(12, 90, 5e5, 0.05, frame, adds, 30, DAY, DAY)


def test_what_working_together_adds_is_never_a_claim_of_cause():
    more = text(capability_results.joint(joint(2000.0, "more", 24000.0), EN))
    assert "larger by ¥2.00K each, ¥24.0K in all" in more and "does not prove" in more
    none = text(capability_results.joint(joint(1.0, "not_distinct", None), EN))
    assert "nothing shows that working together adds to it" in none
    less = text(capability_results.joint(joint(-2000.0, "less", -24000.0), EN))
    assert "smaller by ¥2.00K each" in less
    few = joint(float("nan"), "too_few", None)
    assert "nan" not in capability_results.joint(few, ZH).html.lower()


def carried(**more):
    row = {"rep_id": "1", "rep": "Li", "marks": (), "posts": 1.0, "deals": 9.0, "customers": 4.0,
           "orders": 7.0, "deals_load": 1.5, "customers_load": 1.0, "orders_load": None,
           "highest": 1.5, "over": ("deals",), "limit": 1.3}  # fmt: skip
    return pd.DataFrame([{**row, **more}])


def test_load_names_who_lies_over_the_limit_and_in_what():
    shown = text(people.load(carried(), EN))
    assert "1 person carries more than 1.3× the others' median: Li." in shown.replace("&#x27;", "'")
    assert "9 (1.50×)" in shown and "open deals" in shown
    calm = people.load(carried(over=(), highest=1.1, deals=None, deals_load=None), ZH)
    assert "各项负荷均未超过他人中位数的 1.3倍" in text(calm)
    both = pd.concat([carried(), carried(rep_id="2", rep="Wu", over=())], ignore_index=True)
    assert "colleagues of the same scope" in text(people.load(both, EN))
    still = people.load(both.assign(over=[(), ()], highest=1.0), EN)
    assert "<details" in still.html and "<details" not in people.load(both, EN).html
    alone = people.load(carried(over=(), highest=None, deals_load=None, customers_load=None), EN)
    assert "median" not in text(alone)


def acted(quadrant):
    return pd.DataFrame(
        [{"rep_id": "1", "rep": "Li", "marks": (), "behaviour": "visit", "count": 90.0,
          "days": 60.0, "per_day": 1.5, "median": 1.0, "multiple": 1.5,
          "attainment": 0.8, "beside": None, "by": "target",
          "good_from": 0.95, "quadrant": quadrant}]
    )  # fmt: skip


@pytest.mark.parametrize("quadrant", ["many_good", "many_poor", "few_good", "few_poor"])
def test_each_quadrant_asks_a_question(quadrant):
    shown = text(people.behaviour(acted(quadrant), EN))
    assert "?" in EN.t(f"people.question.{quadrant}")
    assert EN.t(f"people.question.{quadrant}").split("?")[0] in shown.replace("&#x27;", "'")
    assert "no verdicts" in shown and "at least 95% of what was due" in shown
    assert "1.50×" in shown
    assert "？" in ZH.t(f"people.question.{quadrant}")


@pytest.mark.parametrize("quadrant", ["usual_good", None])
def test_where_no_one_stands_out_that_is_said(quadrant):
    shown = text(people.behaviour(acted(quadrant), EN))
    assert "Visits: no one lies clearly off" in shown and "?" not in shown


def test_sources_that_disagree_are_named_in_words():
    frame = pd.DataFrame(
        [{"rep_id": "1", "rep": "Li", "dimension": "plan", "period": "2025Q2", "source": "self",
          "score": 5.0, "other": "HR", "other_score": 3.0, "difference": 2.0}]
    )  # fmt: skip
    assert "self" in text(people.disagreements(frame, EN))
    assert "HR" in text(people.disagreements(frame, ZH))
    assert "本人" in text(people.disagreements(frame, ZH))
