"""Measures, relief and focus as people read them, in both languages."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace

import pandas as pd
import pytest

from kit.data.case import reopen
from kit.data.tables import Unavailable
from kit.diagnose.focus import focus
from kit.diagnose.measures import measures
from kit.settings.measures import KINDS, USUAL
from kit.show import remedies

NAN = float("nan")


def text(view):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", view.html))


def measure(**more):
    base = {"cause": "price", "subject": "pumps", "confidence": "confirmed",
            "measure": "discount_limit", "text": "", "kind": "procedure",
            "owner_role": "pricing_manager", "effort": "low", "days_low": 2.0, "days_high": 4.0,
            "effect": -5e5, "cost_low": 5e5, "cost_high": 5e5, "recovers_low": 0.4,
            "recovers_high": 0.8, "expected_low": 2e5, "expected_high": 4e5,
            "metric": "discount", "due_on": dt.date(2025, 12, 29), "section": "effects",
            "facts": {}}  # fmt: skip
    return {**base, **more}


def plan(*rows, **more):
    facts = {"low": 2e5, "high": 4e5, "confirmed": 1, "open": 0, **more}
    return SimpleNamespace(table=pd.DataFrame(list(rows)), **facts)


def test_a_measure_says_who_what_how_much_and_how_it_is_measured(english):
    told = text(remedies.measures(plan(measure()), english))
    for part in ("Let discounts above last year's level be approved", "(Procedure)",
                 "Prices and discounts: pumps", "Pricing manager; low (2–4 person-days)",
                 "¥200K to ¥400K: 40%–80% of ¥500K", "On 29 Dec 2025, discount", "assumption",
                 "the one confirmed cause may bring back ¥200K to ¥400K"):  # fmt: skip
        assert part.replace("'", "&#x27;") in told, part


def test_what_is_not_confirmed_names_no_money(words):
    row = measure(measure="verify", metric="verify", expected_low=NAN, expected_high=NAN,
                  recovers_low=NAN, recovers_high=NAN)  # fmt: skip
    told = text(remedies.measures(plan(row, low=0.0, high=0.0, confirmed=0, open=2), words))
    assert "nan" not in told and words.t("remedy.verify") in told
    assert words.t("remedy.open", n=2) in told


def test_own_words_and_own_metrics_are_escaped(english):
    told = remedies.measures(plan(measure(text="<b>List</b>", metric="margin")), english).html
    assert "&lt;b&gt;List" in told and "margin: 29" in told


def test_many_measures_are_folded(english):
    view = remedies.measures(plan(*[measure(subject=f"line {n}") for n in range(9)]), english)
    assert "<summary>3 more lines</summary>" in view.html


def test_every_measure_of_the_catalogue_has_words(words):
    for name, one in USUAL.items():
        assert words.has(f"remedy.{name}") and words.has(f"remedy_metric.{one.metric}")
        assert words.has(f"owner.{one.owner}") and words.has(f"remedy_kind.{one.kind}")
    assert all(words.has(f"remedy_kind.{kind}") for kind in KINDS)


def found_relief(**more):
    facts = {"period": "2025Q4", "before": 1e6, "standing": 1e6, "proposed": 9e5, "amount": 1e5,
             "share": 0.1, "limit": "share", "closed": False}  # fmt: skip
    causes = pd.DataFrame([{"cause": "market_shrank", "subject": "", "effect": -3e5,
                            "evidence": "market_shrank", "section": "market",
                            "facts": {"growth": -0.2, "period": "2025Q3"}}])  # fmt: skip
    return SimpleNamespace(**{**facts, "causes": causes, **more})


def test_a_relief_says_how_much_for_what_and_what_holds_it_down(english):
    told = text(remedies.relief(found_relief(), english, allowed=0.1))
    assert "A target of ¥900K for Q4 2025" in told and "together stay within 10%" in told
    assert "The market went −20.0%" in told and "−¥300K" in told
    later = text(remedies.relief(found_relief(closed=True, limit="gap"), english))
    assert "For Q4 2025, a target lower by 10.0%" in later and "no more is missing" in later


def test_the_focus_states_its_formula_and_what_the_picked_hold(sample_company, words):
    _, _, company = sample_company
    found = focus(company)
    told = text(remedies.focus(found, words))
    assert words.t(
        "focus.picked_customer", picked=found.picked, count=found.count,
        potential_share=found.potential_share, expected_share=found.expected_share,
    ) in told  # fmt: skip
    assert words.t("focus.assumed") in told and "×" in told
    assert len(re.findall("<tr", remedies.focus(found, words).html)) == 7
    parts = text(remedies.focus(focus(company, by="part"), words))
    assert all(name in parts for name in ("East", "West", "North", "South"))
    assert words.t("focus.comeback", comeback=found.comeback) in told
    assert words.t("focus.left_gone", n=found.left_out) in told


def test_the_first_part_is_named_and_too_few_are_said(sample_company, english):
    _, _, company = sample_company
    told = text(remedies.focus(focus(company, by="part"), english))
    assert "South, 1 of 4 regions: " in told and "decided in this period" in told
    few = remedies.focus(focus(reopen(company, scope="region:East"), by="part"), english)
    assert few.title == "There are 2 teams, fewer than three: no ranking."


def test_the_base_of_an_interval_is_named(english):
    told = text(remedies.measures(plan(measure(cost_low=4e5, cost_high=6e5)), english))
    assert "¥200K to ¥400K: 40% of ¥400K to 80% of ¥600K" in told


@pytest.mark.parametrize("scope", ["company", "region:South", "rep:R007"])
def test_the_sample_reads_in_both_languages(sample_company, words, scope):
    _, _, company = sample_company
    case = reopen(company, scope=scope)
    for view in (remedies.measures(measures(case), words), remedies.focus(focus(case), words)):
        told = text(view)
        assert "{" not in told and "nan" not in told.split() and "None" not in told


@pytest.mark.parametrize("show", [remedies.measures, remedies.relief, remedies.focus])
def test_unavailable_passes_through(show, words):
    view = show(Unavailable(reason="relief_no_cause"), words)
    assert view.title == words.t("unavailable.relief_no_cause")


def test_nothing_confirmed_is_one_sentence(words):
    view = remedies.measures(plan(low=0.0, high=0.0, confirmed=0), words)
    assert view.title == words.t("remedy.nothing")
