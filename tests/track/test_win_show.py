"""What people read of the chances: figures, what they come from, evidence of leaks."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.show import win_probability as show
from kit.show.words import Words
from kit.track.win_probability import WinProbability
from kit.track.win_score import Score

DAY = dt.date(2025, 6, 21)


def score(method="model", reason="", **more):
    figures = {
        "deals": 480, "rows": 900, "calibrated": False, "tested": 182, "n_cuts": 6,
        "first_cut": dt.date(2024, 8, 25), "last_cut": DAY, "unknown": 0.011,
        "scores": pd.DataFrame({"way": ["model", "stage", "base"], "brier": [0.2, 0.21, 0.22],
                                "log_loss": [0.6, 0.61, 0.62]}),
        "bins": pd.DataFrame({"low": [0.2], "high": [0.4], "predicted": [0.31],
                              "observed": [0.35], "count": [182]}),
        **more,
    }  # fmt: skip
    return Score(method, reason, **figures)


def found(rows=2, *, soon=True, **more):
    deals = pd.DataFrame(
        {
            "opportunity_id": ["D<1>", "D2"], "rep": ["Ann", "Ben"], "customer": ["C1", np.nan],
            "stage": ["lead", None], "age_days": [9, 30], "amount": [2e5, np.nan],
            "expected_close_on": pd.to_datetime(["2025-09-01", None]), "probability": [0.5, 0.004],
            "by_end": [0.25, 0.0], "stage_rate": [0.4, 0.4], "weighted": [1e5, 0.0],
            "weighted_by_end": [5e4, 0.0],
        }
    ).head(rows)  # fmt: skip
    return WinProbability(
        deals, score(), score("stage", "not_better") if soon else None, rows, 2e5, 1e5, 5e4,
        ("age",), **{"left_out": (), **more},
    )  # fmt: skip


def test_the_open_deals_with_their_chances():
    view = show.deals(found(), Words("en", "CNY"))
    assert "2 deals open, worth ¥200K" in view.html
    assert "ever: ¥100K" in view.html and "end: ¥50.0K" in view.html
    assert "D&lt;1&gt;" in view.html
    assert "50%" in view.html and "&lt;1%" in view.html
    short = show.deals(found(), Words("en", "CNY"), most=1)
    assert "Not shown: 1 deal." in short.html and "D2" not in short.html
    assert "Sales rep" not in short.html  # one rep: not worth a column


def test_chances_that_are_all_one_are_shown_once():
    same = found()
    rate = same.deals["probability"]
    one = replace(same, deals=same.deals.assign(by_end=rate + 1e-4, stage_rate=rate))
    view = show.deals(one, Words("en", "CNY"))
    assert "Chance, ever" in view.html
    assert "By the period" not in view.html and "Rate of the stage" not in view.html
    two = replace(same, deals=same.deals.assign(stage_rate=rate))
    view = show.deals(two, Words("en", "CNY"))
    assert "By the period" in view.html and "Rate of the stage" not in view.html


def test_without_a_stage_there_is_no_rate_of_the_stage():
    bare = found()
    view = show.deals(replace(bare, deals=bare.deals.assign(stage=None)), Words("en", "CNY"))
    assert "Rate of the stage" not in view.html and "By the period" in view.html


def test_the_sum_says_which_deals_it_counts():
    view = show.deals(found(), Words("en", "CNY"))
    assert "All open deals count here; the pipeline section counts those due in the period" in view.html
    assert "本节计入全部在手商机" in show.deals(found(), Words("zh", "CNY")).html


def test_tables_behind_the_chances_are_folded():
    words = Words("en", "CNY")
    view = show.trust(found(), words)
    before, _, folded = view.html.partition("<details")
    assert "Brier score" in before and "<table" not in before
    assert folded.count("<table") == 2
    rows = pd.DataFrame([{"column": "stage", "rule": "filled", "statistic": 1.0, "detail": "",
                          "outcome": "", "other": 0.0, "count": 820}])  # fmt: skip
    view = show.leaks(rows, words)
    before, _, folded = view.html.partition("<details")
    assert "<table" not in before and "<table" in folded
    assert "stage" in folded.partition("</summary>")[0]


def test_the_score_is_explained_where_it_is_first_named():
    view = show.trust(found(), Words("zh", "CNY"))
    assert view.html.count("概率准确度（Brier，越小越准）") == 1
    assert "布里尔" not in view.html
    english = show.trust(found(), Words("en", "CNY")).html
    assert english.count("Brier score (the smaller, the better)") == 1


def test_a_period_that_is_over_has_no_chance_by_its_end():
    view = show.deals(found(soon=False), Words("en", "CNY"))
    assert "The period is over" in view.html
    assert "By the period" not in view.html


def test_a_history_too_short_for_the_period_says_so():
    short = replace(found(), weighted_by_end=None)
    assert "history is too short" in show.deals(short, Words("en", "CNY")).html


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_way_is_told_with_its_figures(language):
    words = Words(language, "CNY")
    for method, reason in (("model", ""), ("stage", "not_better"), ("base", "not_better")):
        told = show.sentence(score(method, reason), words)
        assert all(one in told for one in ("0.200", "0.210", "0.220", "182", "1.1"))
    for reason in ("few_closed", "few_tested"):
        assert "480" in show.sentence(score("base", reason, scores=pd.DataFrame()), words)


def test_scores_ranges_and_what_was_left_out():
    view = show.trust(found(left_out=("source",)), Words("en", "CNY"))
    assert "<strong>Model</strong>" in view.html
    assert "20% to 40%" in view.html and "31%" in view.html and "35%" in view.html
    assert "Not used, for they were filled in after the outcome: source." in view.html


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_rule_of_the_leak_check_has_its_evidence(language):
    words = Words(language, "CNY")
    rules = [("filled", ""), ("overwritten", "0"), ("separates", ""), ("one_sided", "9"),
             ("apart", ""), *(("cycle", one) for one in ("days", "weeks", "months", "closed_on",
                                                         "rank"))]  # fmt: skip
    rows = pd.DataFrame(
        [{"column": f"c{at}", "rule": rule, "statistic": 0.97, "detail": detail, "outcome": "lost",
          "other": 0.02, "count": 820} for at, (rule, detail) in enumerate(rules)]
    )  # fmt: skip
    view = show.leaks(rows, words)
    assert all(f">c{at}<" in view.html for at in range(len(rules)))
    assert "97%" in view.html and "0.97" in view.html


def test_nothing_to_show_is_one_line():
    words = Words("en", "CNY")
    missing = Unavailable(table="opportunities")
    assert "opportunities" in show.deals(missing, words).title
    assert show.trust(missing, words).html == ""
    assert show.leaks(pd.DataFrame(), words).title.startswith("No column was found")
    assert show.deals(found(0), words).title == "No deal is open."
    few = Unavailable(reason="few_closed_deals", detail="12")
    assert show.leaks(few, words).title == "Too few deals have closed to learn from: 12."
