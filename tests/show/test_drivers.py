"""What the drivers say, in both languages, and what their figure draws."""

from dataclasses import replace

import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.diagnose.best_and_rest import BestAndRest
from kit.diagnose.drivers import Drivers
from kit.show import drivers as show
from kit.show.catalogue import phrases
from kit.show.figures.drivers import drivers as figure

ROW = {
    "regressor": "visit", "group": "behaviour", "explained": 0.3, "share": 0.6, "low": 0.4,
    "high": 0.8, "rank": 1, "rank_low": 1, "rank_high": 2, "correlation": 0.5, "unit": 0.2,
    "effect": 1e5, "effect_low": 2e4, "effect_high": 1.8e5, "relative": 0.05, "p": 0.01,
    "p_adjusted": 0.04, "vif": 1.5, "own": 9e4, "own_p": 0.02, "between": 8e4, "share_own": 0.7,
    "where": "both", "friend": "quote", "timing": "before", "finding": "driver",
}  # fmt: skip


def made(*rows, candidates=False):
    frame = pd.DataFrame([{**ROW, "rank": at + 1, **row} for at, row in enumerate(rows)])
    left = pd.DataFrame({"regressor": ["demo", "promotion"], "reason": ["no_data", "alike"]})
    return Drivers(frame, 0.5, 120, 15, 8, candidates, left, 2e6, 7, "quarter")


QUOTE = {"regressor": "quote", "share": 0.3, "finding": "false_friend", "friend": "visit",
         "p_adjusted": 0.9, "timing": None, "rank_low": 2}  # fmt: skip
POTENTIAL = {"regressor": "potential", "group": "circumstance", "timing": None}


def test_table_and_doubts(words):
    view = show.drivers(made({}, QUOTE), words)
    assert words.t("drivers.finding.driver") in view.html
    assert words.t("drivers.finding.false_friend") in view.html
    assert "0.5" in view.html and words.t("drivers.within.visit") in view.html
    assert words.t("drivers.left_out.no_data", names=words.t("drivers.within.demo")) in view.html
    assert words.t("drivers.candidates") not in view.html


def test_false_friends_are_explained(english):
    text = show.drivers(made({}, QUOTE), english).html
    assert "Quotes: a false friend" in text and "mostly goes with visits" in text
    assert "a result of good sales, not a cause: quotes" in text
    assert "this holds: visits" in text


def test_few_rows_are_candidates(words):
    found = made({}, QUOTE, candidates=True)
    text = show.drivers(found, words).html
    assert words.t("drivers.finding.candidate") in text
    assert words.t("drivers.finding.driver") not in text.replace(words.t("drivers.title"), "")
    assert show.title(found, words) == words.t(
        "drivers.title_candidates",
        line=words.t("drivers.title_first", first=words.t("drivers.within.visit"), share=0.6,
                     explained=0.5),
    )


@pytest.mark.parametrize("where", ["within", "between"])
def test_where_signs_differ_the_page_says_so(words, english, where):
    row = {"where": where, "timing": "same"}
    text = show.drivers(made(row), words).html
    name = words.t("drivers.name.visit")
    for key in (where, "same"):
        assert words.t(f"drivers.doubt.{key}", name=name).replace("'", "&#x27;") in text
    other = {"within": "not between", "between": "not within"}[where]
    assert other in show.drivers(made(row), english).html


def test_against_and_entangled(words):
    text = show.drivers(
        made({"effect": -1.0}, {"finding": "own", "own": -5.0, "regressor": "call"},
             {"finding": "entangled", "vif": 8.0, "regressor": "demo"}), words,
    ).html  # fmt: skip
    for key in ("driver_less", "own_less", "entangled"):
        assert words.t(f"drivers.finding.{key}").replace("'", "&#x27;") in text


def test_titles_say_what_reps_do(english):
    assert show.title(made(POTENTIAL, {"share": 0.2}), english).endswith(
        "Of the 50% that can be explained, territory potential accounts for 60% and, "
        "of what reps do, visits for 20%"
    )
    open_ = made(POTENTIAL, {"finding": "open"})
    assert "nothing that reps do is clear" in show.title(open_, english)
    assert "nothing" not in show.title(made(POTENTIAL), english)


def test_figure(words, drawn):
    found = made(POTENTIAL, {"share": 0.3}, QUOTE)
    view = figure(found, words)
    assert view.title == show.title(found, words)
    read = drawn(view)
    assert words.t("drivers.name.potential") in read.texts and read.cut() == []
    assert words.t("drivers.name.visit") in view.alt
    assert view.html == figure(found, words).html


def beside(**more):
    rows = [
        {"regressor": "result", "group": "result", "best": 3e6, "rest": 2e6, "difference": 1e6,
         "low": 5e5, "high": 1.5e6, "relative": 0.5, "p": None, "p_adjusted": None,
         "distinct": False},
        {"regressor": "visit", "group": "behaviour", "best": 2.0, "rest": 1.5, "difference": 0.5,
         "low": 0.2, "high": 0.8, "relative": 0.33, "p": 0.001, "p_adjusted": 0.002,
         "distinct": True},
        {"regressor": "discount", "group": "behaviour", "best": None, "rest": 0.1,
         "difference": None, "low": None, "high": None, "relative": None, "p": None,
         "p_adjusted": None, "distinct": False},
    ]  # fmt: skip
    frame = pd.DataFrame(rows).astype(
        dict.fromkeys(["best", "rest", "difference", "low", "high", "p", "p_adjusted"], float)
    )
    days = (pd.Timestamp("2024-10-01").date(), pd.Timestamp("2025-09-30").date())
    return replace(BestAndRest(frame, 5, 15, True, *days, "quarter"), **more)


@pytest.mark.parametrize("fair", [False, True])
@pytest.mark.parametrize("quarter", [False, True])
@pytest.mark.parametrize("kind", ["quarter", "explicit"])
def test_best_and_rest(words, fair, quarter, kind):
    text = show.best_and_rest(beside(fair=fair, quarter=quarter, kind=kind), words).html
    assert words.t("drivers.best_distinct", names=words.t("drivers.within.visit")) in text
    assert words.t("drivers.p_least") in text and "+0.50" in text


def test_where_only_potential_is_distinct_the_table_is_folded(words):
    found = beside()
    frame = found.frame.assign(distinct=[False, True, False])
    potential = frame.assign(regressor=["result", "potential", "discount"])
    for one in (potential, frame.assign(distinct=False)):
        assert "<details" in show.best_and_rest(replace(found, frame=one), words).html
    assert "<details" not in show.best_and_rest(found, words).html


def test_best_and_rest_in_english(english):
    text = show.best_and_rest(beside(), english).html
    assert "5 people" in text and "Clearly different: visits." in text


def test_what_is_missing_is_one_line(words):
    for one in (show.drivers, show.best_and_rest, figure):
        told = one(Unavailable(reason="others_needed"), words)
        assert told.title == words.t("unavailable.others_needed")


def test_every_reason_has_words():
    for reason in ("others_needed", "no_periods", "no_regressors", "few_panel_rows",
                   "results_alike", "no_potential", "few_people"):  # fmt: skip
        assert all(f"unavailable.{reason}" in phrases(one) for one in ("en", "zh"))
