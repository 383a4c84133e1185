"""The funnel as it is shown: findings, what stands in the tables, in both languages."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.diagnose.cohort_parts import WinRate
from kit.show import funnel
from kit.show.figures.cohorts import cohorts as cohorts_figure
from kit.show.figures.pareto import pareto


def conversions(**changes):
    frame = pd.DataFrame(
        {"stage": ["lead", "proposal"], "next": ["proposal", "won"],
         "step": ["lead → proposal", "proposal → won"], "days": [15.0, 1.0], "entered": [200, 80],
         "conversion": [0.66, 0.25], "low": [0.6, 0.2], "high": [0.7, 0.31],
         "last_period": [0.63, np.nan], "last_period_entered": [190, 0],
         "last_period_p": [0.5, np.nan], "last_period_distinct": [False, False],
         "last_year": [0.65, 0.41], "last_year_entered": [180, 90], "last_year_p": [0.9, 0.0001],
         "last_year_distinct": [False, True]}
    )  # fmt: skip
    return frame.assign(**changes)


def stays(**changes):
    frame = pd.DataFrame(
        {"stage": ["lead", "proposal"], "left": [100, 40], "standing": [10, 5],
         "days": [8.0, 20.0], "low": [4.0, np.nan], "high": [16.0, np.nan],
         "days_before": [8.0, 10.0], "low_before": [4.0, 5.0], "high_before": [16.0, 19.0],
         "left_before": [400, 160], "p": [0.5, 1e-6], "distinct": [False, True],
         "wins": [0.3, 7.0], "effect": [-3e4, -7e5]}
    )  # fmt: skip
    return frame.assign(**changes)


def losses(**changes):
    frame = pd.DataFrame(
        {"reason": ["price", "<b>rival</b>", "unknown", "others"], "count": [5, 4, 2, 3],
         "amount": [5e5, 3e5, 1e5, 1e5], "share": [0.5, 0.3, 0.1, 0.1],
         "cumulated": [0.5, 0.8, 0.9, 1.0], "rate": [0.2, 0.16, 0.08, 0.12],
         "count_before": [20, 4, 8, 12], "rate_before": [0.2, 0.04, 0.08, 0.12],
         "p": [0.9, 0.001, np.nan, np.nan], "grew": [False, True, False, False]}
    )  # fmt: skip
    return frame.assign(**changes)


def parts():
    return pd.DataFrame(
        {"scope": ["region:East"] * 2 + ["region:West"] * 2, "part": ["East"] * 2 + ["West"] * 2,
         "stage": ["lead", "proposal"] * 2, "step": ["lead → proposal", "proposal → won"] * 2,
         "days": 15.0, "entered": 50, "conversion": [0.6, 0.25, 0.6, np.nan], "low": 0.2,
         "high": 0.7, "others": [0.6, 0.42, 0.6, 0.25], "p": [0.9, 0.001, 0.9, np.nan],
         "distinct": [False, True, False, False]}
    )  # fmt: skip


def text(view):
    shown = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", view.html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", shown)


def test_the_cohorts_figure_says_which_step_fell(english, drawn):
    view = cohorts_figure(conversions(), english)
    assert view.title == (
        "Proposal → Won: 25% of the period's cohort went on within 1 working day, "
        "41% of last year's"
    )
    assert "between 20% and 31%, last year 41%" in view.alt and "last period 63%" in view.alt
    found = drawn(view)
    assert found.bars("hatch") == 1 and found.cut() == []
    assert "25% of 80" in found.texts


def test_without_a_difference_or_a_past_the_title_says_so(english):
    alike = conversions(last_year_distinct=False)
    assert cohorts_figure(alike, english).title.startswith("No step converts clearly differently")
    alone = conversions(last_year=np.nan, last_period=np.nan, last_year_distinct=False)
    view = cohorts_figure(alone, english)
    assert view.title == "Conversion of the period's cohorts, step by step"
    assert "tick" not in text(view)
    assert "too young" in cohorts_figure(alone.assign(conversion=np.nan), english).title


def test_the_cohorts_table_has_intervals_and_marks_what_differs(english):
    view = funnel.cohorts(conversions(), english)
    assert "20%\u00a0–\u00a031%" in view.html and "<strong>Proposal → Won</strong>" in view.html
    assert "differs from last period" in text(view)
    assert "differs from last period" not in text(
        funnel.cohorts(conversions(last_year_distinct=False), english)
    )


def test_cohorts_too_young_have_a_dash(english):
    frame = pd.DataFrame(
        {"cohort": ["2025-08", "2025-08", "2025-09", "2025-09"],
         "step": ["lead → proposal", "proposal → won"] * 2, "conversion": [0.6, 0.3, 0.5, np.nan]}
    )  # fmt: skip
    view = funnel.course(frame, english)
    assert "<details" in view.html and "last 2 cohorts" in view.title
    assert re.findall(r"<td[^>]*>([^<]*)", view.html) == ["60.0%", "30.0%", "50.0%", "–"]


def test_parts_that_differ_come_first_and_are_told(english):
    view = funnel.parts(parts(), english)
    assert "East, Proposal → Won: 25% went on, 42% in the other parts together." in text(view)
    assert view.html.index("East") < view.html.index("West")
    alike = funnel.parts(parts().assign(distinct=False), english, most=1)
    assert "No part converts clearly differently" in text(alike) and "1 more" in text(alike)
    assert funnel.parts(Unavailable(reason="no_siblings"), english).html == ""
    young = text(funnel.parts(parts().assign(conversion=np.nan, distinct=False), english))
    assert "too young" in young and "No part" not in young


def beside(steps, **changes):
    facts = dict(won=8, decided=49, share=0.16, low=0.09, high=0.29, peers=6, peers_share=0.25,
                 p=0.2, distinct=False)  # fmt: skip
    return WinRate(**{**facts, **changes}, steps=steps)


def peer_steps(**changes):
    frame = pd.DataFrame(
        {"stage": ["lead", "proposal"], "next": ["proposal", "won"],
         "step": ["lead → proposal", "proposal → won"], "left": [52, 18],
         "conversion": [0.56, 0.44], "low": [0.42, 0.25], "high": [0.68, 0.66], "peers": [6, 6],
         "peers_left": [392.0, 1199.0], "peers_conversion": [0.74, 0.451], "p": [0.006, 0.9],
         "distinct": [True, False]}
    )  # fmt: skip
    return frame.assign(**changes)


def test_peers_are_told_in_one_sentence(words):
    told = text(funnel.peers(beside(peer_steps()), words))
    assert "16%" in told and "25%" in told
    other = text(funnel.peers(beside(peer_steps(), p=0.01, distinct=True), words))
    assert told != other


def test_the_steps_beside_peers_stand_under_the_sentence(english, words):
    view = funnel.peers(beside(peer_steps()), english)
    assert "<strong>56.0%</strong>" in view.html and "<strong>44.0%" not in view.html
    assert "1,199" in view.html and "45.1%" in view.html and "42%\u00a0–\u00a068%" in view.html
    assert "Bold" in text(view) and "dash" not in text(view)
    alike = text(funnel.peers(beside(peer_steps(distinct=False)), english))
    assert "Bold" not in alike
    told = funnel.peers(beside(peer_steps()), words)
    assert "{" not in told.html and "None" not in told.html and "nan" not in told.html.lower()


def test_a_step_that_cannot_be_compared_is_a_dash_and_said(words, english):
    gone = {"conversion": [0.5, np.nan], "low": [0.4, np.nan], "high": [0.6, np.nan],
            "peers": [np.nan, 6], "peers_left": [0.0, 30.0], "peers_conversion": [np.nan, 0.4],
            "distinct": False}  # fmt: skip
    view = funnel.peers(beside(peer_steps(**gone)), english)
    assert "A dash stands for a step" in text(view)
    other = funnel.peers(beside(peer_steps(**gone)), words)
    assert "nan" not in other.html.lower() and "None" not in other.html


def test_without_steps_there_is_one_line_and_no_table(words):
    for steps in (peer_steps(peers_conversion=np.nan), Unavailable(reason="few_peers", detail="3"),
                  Unavailable(table="stage_events")):  # fmt: skip
        view = funnel.peers(beside(steps), words)
        assert "<table" not in view.html and "16%" in view.html and "{" not in view.html
        assert view.html.count("<p") == 2


def test_only_what_differs_beyond_chance_has_an_estimate(english):
    view = funnel.stage_times(stays(), english)
    assert "median 20 working days, 10 in the year before" in text(view)
    assert "7 more won deals by now (−¥700K)" in text(view) and "not lost" in text(view)
    assert "−30" not in view.html
    alike = funnel.stage_times(stays(distinct=False), english)
    assert "In no stage" in text(alike) and "Estimate<" not in alike.html
    faster = funnel.stage_times(stays(wins=-3.0, effect=2e5), english)
    assert "faster" in text(faster)
    unknown = funnel.stage_times(stays(wins=np.nan, effect=np.nan), english)
    assert "cannot be estimated" in text(unknown)


def test_the_pareto_names_what_grew_and_draws_the_line(english, drawn):
    names = ["price", "<b>rival</b>", "Not stated", "Other reasons"]
    view = pareto(losses(), english, names=names)
    assert view.title.startswith("<b>rival</b> grew beyond chance: 16%")
    assert "<b>" not in view.html
    found = drawn(view)
    assert found.bars("hatch") == 1 and found.cut() == []
    assert {"0%", "50%", "100%"} <= set(found.texts)
    assert "cumulated 80%" in view.alt
    plain = pareto(losses(grew=False), english, names=names)
    assert plain.title == (
        "price leads with 50% of what was lost; 2 of 4 reasons make up 80%"
    )
    assert "none has an amount" in text(pareto(losses(amount=0.0), english, names=names))
    one = pareto(losses().head(1).assign(cumulated=1.0, share=1.0), english, names=names[:1])
    assert one.title == "price is the only reason recorded"
    none = losses().iloc[2:3].assign(cumulated=1.0, share=1.0)
    assert pareto(none, english, names=["Not stated"]).title == (
        "No reason is recorded for any deal lost"
    )


def test_losses_show_reasons_and_competitors(words):
    rivals = losses().rename(columns={"reason": "competitor"}).assign(
        reason=["price", None, None, None]
    )
    view = funnel.losses(losses(), words, competitors=rivals)
    assert view.html.count("<table>") == 2 and "&lt;b&gt;rival" in view.html
    assert ">others<" not in view.html and ">unknown<" not in view.html
    none = funnel.losses(losses(), words, competitors=Unavailable(reason="no_competitors"))
    assert none.html.count("<table>") == 1 and "competitor" in none.html


def test_the_bottleneck_is_named_by_its_measure(english):
    steps = pd.DataFrame(
        {"step": ["lead → won"], "entered": [1], "conversion": [0.2], "effect": [-1e6],
         "reference_conversion": [0.5], "bottleneck": [True]}
    )  # fmt: skip
    alone = text(funnel.bottleneck(steps, english))
    assert "has this one step" in alone and "any other step" not in alone
    two = pd.concat([steps.assign(bottleneck=False), steps], ignore_index=True)
    told = text(funnel.bottleneck(two, english))
    assert "Lead → Won: of 1 deal that left" in told and "−¥1.00M" in told
    none = funnel.bottleneck(steps.assign(bottleneck=False), english)
    assert "There is no bottleneck" in text(none)


@pytest.mark.parametrize("show", [funnel.bottleneck, funnel.cohorts, funnel.course, funnel.parts,
                                  funnel.peers, funnel.stage_times, funnel.losses])  # fmt: skip
def test_what_is_missing_is_one_line(show, words):
    view = show(Unavailable(table="opportunities"), words)
    assert "opportunities" in view.html and view.html.startswith("<p")


def test_no_phrase_is_missing_in_either_language(words, drawn):
    for view in (
        funnel.cohorts(conversions(), words), funnel.parts(parts(), words),
        funnel.stage_times(stays(), words), funnel.losses(losses(), words),
    ):  # fmt: skip
        assert "{" not in view.html and "None" not in view.html and "nan" not in view.html.lower()
    assert drawn(cohorts_figure(conversions(), words)).cut() == []
    assert drawn(pareto(losses(), words, names=["a", "b", "c", "d"])).cut() == []


def test_cohorts_that_are_alike_do_not_contradict_the_bottleneck(words):
    told = words.t("funnel.cohorts_coarse")
    assert told in text(funnel.cohorts(conversions(last_year_distinct=False), words))
    assert told not in text(funnel.cohorts(conversions(), words))
    assert told not in text(
        funnel.cohorts(conversions(last_year_distinct=False, last_year=np.nan), words)
    )


def test_too_few_peers_are_no_line(words):
    assert funnel.peers(Unavailable(reason="few_peers", detail="3"), words).html == ""
    assert funnel.peers(Unavailable(reason="no_deals"), words).html


def test_the_money_of_stays_is_explained_only_where_there_is_any(words):
    head = words.t("stay.method_head")
    assert head in text(funnel.stage_times(stays(), words))
    assert head not in text(funnel.stage_times(stays(distinct=False), words))
