"""What is seen of the next period: its target, parts, resources, plan and past forecasts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.review.forecast_feedback import Feedback, Score
from kit.review.forecast_record import COLUMNS, ForecastRecord
from kit.review.next_parts import NextParts
from kit.review.next_target import NextTarget
from kit.review.plan_structure import Branch, PlanStructure
from kit.review.resources import Resources
from kit.show import forecast_record, next_period, next_resources, plan_structure, plans
from kit.show.words import Words

BASE = NextTarget(
    period="2025Q4", target=900.0, asked=1000.0, last_year=950.0, baseline=800.0, low=700.0,
    high=910.0, growth=900 / 950 - 1, chance=0.12, rule="relieved", relief=100.0, gap=40.0,
    evidence="baseline", within=False, band=(0.3, 0.8), limit=0.1,
)  # fmt: skip


@pytest.fixture(params=["en", "zh"])
def words(request):
    return Words(request.param, "CNY")


def said(view) -> str:
    assert "nan" not in view.html.lower().replace("nance", "") and "None" not in view.html
    return view.html


def test_a_target_that_stays_out_of_reach_is_told_plainly():
    text = said(next_period.next_target(BASE, Words("en", "CNY")))
    assert "Even with the largest relief of 10%, the chance of 12% stays below the band" in text
    assert "gap of ¥40 is not carried over" in text
    assert "−100" in text


@pytest.mark.parametrize(
    "more",
    [
        {"rule": "kept", "relief": 0.0, "evidence": "", "chance": None, "within": None,
         "withheld": "calibration"},
        {"rule": "kept", "relief": 0.0, "evidence": "", "withheld": "widened"},
        {"rule": "kept", "relief": 0.0, "evidence": "", "withheld": "record", "within": None},
        {"rule": "raised", "relief": 0.0, "raised": 50.0, "within": True, "chance": 0.8},
        {"rule": "baseline", "asked": None, "last_year": None, "growth": None, "relief": 0.0,
         "evidence": "", "within": None, "low": None, "high": None, "withheld": "few"},
        {"carried": 20.0, "carry_rule": ""}, {"carried": -20.0, "gap": -40.0, "carry_rule": ""},
        {"gap": -40.0}, {"carry_rule": "year_ends"}, {"carry_rule": "running", "gap": None},
        {"gap": -40.0, "carry_rule": "year_ends", "scope": "region:East"},
        {"evidence": "cause", "causes": pd.DataFrame([{
            "cause": "market_shrank", "subject": "", "effect": -300.0,
            "facts": {"growth": -0.05, "period": "2025Q3"}}])},
    ],
)  # fmt: skip
def test_every_rule_has_its_sentence(words, more):
    said(next_period.next_target(replace(BASE, **more), words))
    said(plans.next_target(replace(BASE, **more), words))


def parts(n=3, **more):
    rows = pd.DataFrame({
        "scope": [f"team:T{k}" for k in range(n)], "part": [f"T<{k}>" for k in range(n)],
        "last_year": 100.0, "asked": 110.0, "carried": 0.0, "relief": 0.0, "raised": 0.0,
        "balance": 0.0, "target": 110.0, "growth": 0.1, "chance": np.nan, "within": np.nan,
        "evidence": "",
    }).assign(**more)  # fmt: skip
    below = pd.DataFrame({"scope": ["rep:R1"], "part": ["Ann"], "above": ["team:T0"],
                          "last_year": [0.0], "target": [110.0]})  # fmt: skip
    return NextParts("2025Q4", 330.0, 320.0, 10.0, 320.0, rows, below)


def test_parts_show_only_the_columns_that_say_something(words):
    plain = said(next_period.parts(parts(), words))
    assert words.t("next_period.heading.balance") not in plain
    assert words.t("next_period.chance_none") in plain and "T&lt;0&gt;" in plain
    moved = parts(relief=11.0, evidence="baseline", balance=3.0, chance=[0.2, np.nan, 0.4])
    text = said(next_period.parts(moved, words))
    for name in ("moved", "balance"):
        assert words.t(f"next_period.heading.{name}") in text
    assert words.t("next_period.chance_note") in text


def test_many_parts_are_folded(words):
    text = said(next_period.parts(parts(12), words))
    assert words.t("next_period.more_parts", n=4) in text


def row(**more):
    return {"resource": "training", "cause": "conversion_step", "subject": "proposal → won",
            "measure": "train_step", "text": "", "owner_role": "sales_manager", "days_low": 5.0,
            "days_high": 10.0, "cost_low": None, "cost_high": None, "expected_low": 100.0,
            "expected_high": 900.0, "due_on": pd.Timestamp("2025-12-29"),
            "facts": {"step": "proposal → won"}, **more}  # fmt: skip


@pytest.mark.parametrize(
    "more",
    [{}, {"hires": 1.0, "open": 1}, {"hires": 2.0, "hires_cost": 10.0, "open": 3},
     {"hires": 0.0, "planned": 5.0}, {"hires": 1.0, "hires_cost": 3.0},
     {"planned": 5.0, "budgeted": 4.0, "over": 1.0}, {"planned": 5.0, "over": -1.0}],
)  # fmt: skip
@pytest.mark.parametrize(
    "rows", [[], [row()], [row(text="Own <words>", cost_low=5.0, cost_high=9.0)]]
)
def test_resources_and_needs_are_told_with_the_right_number(words, rows, more):
    found = Resources(pd.DataFrame(rows, columns=list(row())), pd.DataFrame(), 100.0, 900.0,
                      **{"open": 0, **more})  # fmt: skip
    text = said(next_resources.resources(found, words))
    cost = words.t("next_period.heading.cost")
    assert (cost in text) == bool(rows and rows[0]["text"])
    assert "<words>" not in text


def test_the_plan_is_a_nested_list(words):
    names = ("Ann <b>", *(f"N{k}" for k in range(8)))
    actions = pd.DataFrame([row(owner="Ann")])
    own = Branch("company", "Tiny", 900.0, None, None, "Ann", names, actions)
    bare = Branch("region:East", "East", 450.0, 400.0, 0.125, None, (), actions.iloc[:0])
    cause = {"cause": "conversion_step", "subject": "", "facts": {"step": "proposal → won"}}
    found = PlanStructure("2025Q4", "", cause, ("g",), own, (bare,) * 6)
    text = said(plan_structure.structure(found, words))
    assert text.count("<ul") > 7 and "Ann &lt;b&gt;" in text
    assert words.t("plan_structure.more", n=2) in text
    for objective, cause in (("Grow", None), ("", None)):
        said(plan_structure.structure(replace(found, objective=objective, cause=cause), words))


def record_of(chance):
    one = {"period": "2025Q3", "point": 0.5, "as_of": pd.Timestamp("2025-08-15"), "told": 100.0,
           "low": 90.0, "high": 110.0, "chance": chance, "target": 105.0, "actual": 95.0,
           "error": -0.05, "inside": 1.0, "reached": 0.0,
           "brier": np.nan if np.isnan(chance) else chance**2}  # fmt: skip
    landings = pd.DataFrame([one], columns=list(COLUMNS))
    return ForecastRecord(landings, landings.assign(point=0.0), 0.8)


@pytest.mark.parametrize("state", ["covered", "few", "widened", "withheld"])
@pytest.mark.parametrize("bias", [(None, None, None), (0.1, 0.05, 0.2), (-0.1, -0.2, -0.05),
                                  (0.1, -0.1, 0.3)])  # fmt: skip
def test_what_a_record_changes_is_said_in_every_state(words, state, bias):
    score = Score(4, 4, *bias, size=0.1, coverage=0.5, brier=None, chances=0)
    found = record_of(0.4)
    scores = pd.DataFrame({"point": [0.0, 0.5], "forecasts": [1, 1], "bias": [0.1, -0.1]})
    scores = scores.assign(size=0.1, coverage=1.0, brier=np.nan, chances=0)
    text = said(forecast_record.record(found, scores, Feedback(score, state, 1.4, 0.65), words))
    assert "−-" not in text and "--" not in text
    assert words.t("forecast_record.before") in text


def test_parts_of_the_record(words):
    found = pd.DataFrame({"scope": ["rep:R1"], "part": ["Ann"], "forecasts": [4], "error": [-0.1],
                          "worst": [-0.2], "coverage": [0.75], "brier": [np.nan]})  # fmt: skip
    assert "Ann" in said(forecast_record.by_part(found, words))


def test_what_is_missing_is_one_line(words):
    none = Unavailable(reason="calendar_ends", detail="2025Q3")
    for view in (next_period.next_target(none, words), next_period.parts(none, words),
                 next_resources.resources(none, words), plan_structure.structure(none, words),
                 forecast_record.record(none, none, None, words)):  # fmt: skip
        assert "kit-missing" in view.html
    assert forecast_record.by_part(none, words).html == ""  # the record above it says why
