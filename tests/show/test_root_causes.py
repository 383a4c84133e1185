"""Fishbone, five whys, SWOT and obstacles as people read them, in both languages."""

from __future__ import annotations

import re
from types import MappingProxyType, SimpleNamespace

import pandas as pd
import pytest

from kit.data.case import reopen
from kit.data.tables import Unavailable
from kit.diagnose.fishbone import CATEGORIES, fishbone
from kit.diagnose.five_why import walk
from kit.diagnose.obstacles import obstacles
from kit.diagnose.swot import swot
from kit.show import root_causes
from kit.show.catalogue import phrases
from kit.show.figures.fishbone import fishbone as figure
from kit.show.words import Words

SCOPES = ("company", "region:South", "region:West", "team:East-1", "rep:R007")
NAN = float("nan")


def text(view):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", view.html))


def bone(category, **more):
    base = {"category": category, "state": "nothing", "cause": "", "subject": "", "effect": NAN,
            "share": NAN, "weight": 0.0, "confidence": "", "evidence": "", "count": 0,
            "missing": (), "section": "", "facts": {}}  # fmt: skip
    return {**base, **more}


def made(**bones):
    rows = [bone(name, **bones.get(name, {})) for name in CATEGORIES]
    return SimpleNamespace(bones=pd.DataFrame(rows), variance=-1e6, reference=5e6)


LOST = {"state": "found", "cause": "lost_customer", "effect": -8e5, "weight": 1.0, "count": 1,
        "subject": "The Hospital With A Very Long Name <b> of the North",
        "evidence": "lost_customers", "facts": {"count": 3, "effect": -8e5}}  # fmt: skip
DARK = {"state": "no_data", "missing": ("opportunities",)}


def test_the_figure_is_legible_on_a_phone_and_cuts_nothing(words, drawn):
    seen = drawn(figure(made(market=LOST, method=DARK), words))
    assert not seen.cut()
    sizes = re.findall(r"font-size:([\d.]+)px", figure(made(market=LOST), words).html)
    assert min(float(size) for size in sizes) * 390 / 432 >= 10
    for category in CATEGORIES:
        assert words.term("category", category) in seen.texts
    assert words.t("root.no_data") in seen.texts
    assert seen.texts.count(words.t("root.nothing")) == 4
    assert words.signed_money(-8e5) in seen.texts


def test_money_makes_bones_thick_and_no_evidence_dashed(english):
    html = figure(made(market=LOST, product={**LOST, "weight": 0.25}), english).html
    widths = {float(one) for one in re.findall(r"stroke-width:([\d.]+)", html)}
    assert max(widths) == 8.0 and any(3 < one < 4 for one in widths)
    assert html.count("stroke-dasharray") == 8  # two pieces of each of the four empty bones


def test_title_and_alt_tell_the_numbers(english):
    view = figure(made(market=LOST), english)
    assert view.title == "Most of what is missing lies in the field Market: ¥800K of ¥1.00M"
    assert "Market: Customer lost" in view.alt and "−¥800K" in view.alt
    assert "None of the six" in figure(made(), english).title
    over = made(market={**LOST, "effect": 8e5})
    over.variance = 1e6
    assert figure(over, english).title.startswith("Most of what came on top")


def test_the_list_says_which_table_is_missing(words):
    told = text(root_causes.bones(made(market=LOST, method=DARK), words))
    assert "opportunities" in told and "&lt;b&gt;" in told


def test_unconfirmed_and_gathered_bones(english):
    likely = bone("market", **{**LOST, "confidence": "likely"})
    assert root_causes.bone(likely, english).endswith("(not confirmed)")
    many = bone("market", state="found", effect=-5.0, count=3)
    assert root_causes.bone(many, english) == "3 more causes together"


def test_every_statement_and_question_has_words():
    known = phrases("en")
    assert {f"swot.{one}" for one in ("so", "wo", "st", "wt")} <= set(known)
    steps = SimpleNamespace(
        steps=pd.DataFrame([{"step": 1, "statement": "short_of_target", "effect": -5.0,
                             "section": "difference",
                             "facts": {"actual": 5.0, "reference": 10.0, "short": 5.0}}]),
        question="part", facts=MappingProxyType({"part": "<East>"}), among=(),
    )  # fmt: skip
    told = root_causes.why(steps, Words("en")).html
    assert "&lt;East&gt;" in told


@pytest.mark.parametrize("scope", SCOPES)
def test_the_sample_reads_in_both_languages(sample_company, words, scope, drawn):
    _, _, company = sample_company
    case = reopen(company, scope=scope)
    views = [
        figure(fishbone(case), words), root_causes.bones(fishbone(case), words),
        root_causes.why(walk(case), words), root_causes.swot(swot(case), words),
        root_causes.obstacles(obstacles(case), words),
    ]  # fmt: skip
    assert not drawn(views[0]).cut()
    for view in views:
        told = text(view)
        assert "nan" not in told.lower().split() and "{" not in told and "None" not in told


def test_obstacles_state_rule_interval_and_power(sample_company, english):
    _, _, company = sample_company
    told = text(root_causes.obstacles(obstacles(reopen(company, scope="region:East")), english))
    assert "Competition confirmed Lost to competitors: 24.0% of 501 deals decided" in told
    assert "the obstacle is confirmed from +5.0 pp upward" in told
    assert "detected with only 63% probability; 80% is needed" in told  # need not understood
    assert "A change that large would have been detected with 90% probability." in told  # supply
    assert "of at least 80%" in told


def test_missing_tables_are_said(make_case, words):
    target = {"scope": "region:East", "period": "2025Q3", "measure": "bookings", "version": 1,
              "target": 100.0}  # fmt: skip
    case = make_case(sales=[{"date": "2025-08-01", "amount": 5.0}], targets=[target])
    told = text(root_causes.swot(swot(case), words))
    assert words.t("swot.missing", tables=["market", "events"])[:8] in told
    assert "opportunities" in text(root_causes.obstacles(obstacles(case), words))


@pytest.mark.parametrize("show", [figure, root_causes.bones, root_causes.why, root_causes.swot,
                                  root_causes.obstacles])  # fmt: skip
def test_unavailable_passes_through(show, words):
    view = show(Unavailable(reason="why_not_short"), words)
    assert view.title == words.t("unavailable.why_not_short")


def test_a_finding_that_is_not_confirmed_says_so(english):
    facts = {"cause": "price", "subject": "pumps", "effect": -5e5, "confidence": "likely"}
    one = {"finding": "cause_cost", "facts": facts}
    assert root_causes.entry(one, english) == (
        "Prices and discounts: pumps (not confirmed) (−¥500K)"
    )


def test_a_field_that_holds_more_than_the_difference_says_so(english):
    held = made(market=LOST)  # ¥800K of ¥1.00M
    assert "more than" not in figure(held, english).title
    held.variance = -500_000.0
    assert "¥800K, more than the ¥500K in all" in figure(held, english).title


def test_each_step_says_within_what_it_is_measured(sample_company, english):
    _, _, company = sample_company
    told = text(root_causes.why(walk(company), english))
    assert "Within East, Instruments standard alone is ¥2.07M short" in told
    assert "29% of what was due there, and 62% of what is missing" in told
    assert "In East · Instruments standard, 51 of 209 deals" in told
    assert "In East · Instruments standard, fewer pieces cost ¥2.13M" in told
    assert "by region, product line and channel, then by team, sales rep" in told
    assert "need not shrink" in told and "no part of the shortfall" in told


def test_a_rise_that_may_stay_below_the_limit_says_so(sample_company, words):
    _, _, company = sample_company
    told = text(root_causes.obstacles(obstacles(company), words))
    assert words.t("obstacle_doubt.changed") in told


@pytest.mark.parametrize("doubt", ["few", "chance", "power", "changed", "reaches", "handed_over"])
@pytest.mark.parametrize("rule", ["lost_for_need", "cycle", "uneven", "market_entry"])
def test_every_doubt_has_words(words, doubt, rule):
    units = {"cycle": "percent", "uneven": "multiple", "market_entry": "percent"}
    one = {"doubt": doubt, "rule": rule, "unit": units.get(rule, "points")}
    key = root_causes._doubt(one, words)
    assert words.t(key, power=0.63, needed=0.8)


def test_competition_is_named_on_the_market_bone(sample_company, words):
    _, _, company = sample_company
    east = fishbone(reopen(company, scope="region:East"))
    row = east.bones.set_index("category").loc["market"]
    assert (row["cause"], row["state"]) == ("competition", "found") and pd.isna(row["effect"])
    assert words.t("cause.competition") in text(root_causes.bones(east, words))
