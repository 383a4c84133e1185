"""What is shown of scorecards and KPIs: short tables, plain words, and what is not known."""

from __future__ import annotations

import html
import re

import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.review.kpi_values import KPIS
from kit.review.score_weights import COMPONENTS
from kit.settings.scorecard import ScorecardSettings
from kit.show import scorecards
from kit.show.figures import scorecards as figures
from kit.show.words import Words

EN, ZH = Words("en", "CNY"), Words("zh", "CNY")
WEIGHTS = ScorecardSettings().weights


def text(view):
    return html.unescape(re.sub(r"<[^>]+>", " ", view.html))


def cards(many=3, **changes):
    rows = [
        {
            "scope": f"rep:R{at}", "kind": "rep", "part": f"Rep {at}", "team": "East-1",
            "region": "East", "score": 1.2 - at / 10, "rank": at + 1.0, "of": float(many),
            "quarter": None, "trend": (None, 1.0, 1.2 - at / 10), "known": 0.8, "target": 1000.0,
            "actual": 900.0, "attainment": 0.9, "last_year": 800.0, "yoy": -0.05,
            "new_customers_count": 1.0, "margin_rate": 0.4, "small_quota": False, "moved": False,
            "marks": (), **dict.fromkeys(COMPONENTS, 1.0), **changes,
        }
        for at in range(many)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def course(scores):
    rows = [
        {"kind": "region", "scope": f"region:{name}", "part": name, "period": f"2025Q{at + 1}",
         "start": pd.Timestamp(2025, 3 * at + 1, 1), "score": score, "attainment": score,
         "rank": 1.0, "running": at == len(own) - 1}
        for name, own in scores.items() for at, score in enumerate(own)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def figures_of(**changes):
    rows = [
        {"kpi": name, "kind": one.kind, "better": one.better, "value": 2.0, "target": 1.5,
         "last_period": 1.0, "last_year": None, "best": 3.0, "best_name": "<b>East</b>",
         "best_of": "part", "peers": None, "basis": "next_target", "reason": None, "table": None,
         "detail": ("premium",) if name == "high_margin_share" else None, **changes}
        for name, one in KPIS.items()
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    floats = ["value", "target", "last_period", "last_year", "best", "peers"]
    return table.astype(dict.fromkeys(floats, float))


@pytest.mark.parametrize("words", [EN, ZH])
def test_unavailable_is_one_line(words):
    missing = Unavailable(reason="no_reps")
    for show in (scorecards.scorecard, scorecards.kpis):
        assert show(missing, words).title == words.t("unavailable.no_reps")
    assert figures.trend(missing, words).html == ""


@pytest.mark.parametrize("words", [EN, ZH])
def test_cards_have_rank_change_and_weights(words):
    shown = text(scorecards.scorecard(cards(), words, weights=WEIGHTS))
    assert words.t("scorecards.place", rank=1, of=3) in shown
    assert "+0.20" in shown and "0.00" not in shown.split("Rep 0")[1].split("Rep 1")[0]
    assert words.t("scorecards.weight", component=words.t("scorecards.heading.bookings"),
                   weight=0.5) in shown  # fmt: skip
    assert "nan" not in shown and "None" not in shown


def test_no_table_is_wider_than_seven_columns_and_many_reps_are_folded():
    page = scorecards.scorecard(cards(27), EN, weights=WEIGHTS).html
    rows = re.findall(r"<thead>.*?</thead>", page, re.DOTALL)
    assert rows and max(row.count("<th") - row.count("<thead") for row in rows) <= 7
    assert page.index("<details") < page.index("<table")
    assert "All sales reps: 27 people" in page
    few = scorecards.scorecard(cards(3), EN).html
    assert few.index("<table") < few.index("<details")


def test_names_are_escaped():
    assert "<b>Li" not in scorecards.scorecard(cards(2, part="<b>Li</b>"), EN).html
    assert "<b>East" not in scorecards.kpis(figures_of(), EN).html


@pytest.mark.parametrize("words", [EN, ZH])
def test_a_small_quota_and_who_has_no_score_are_said(words):
    found = cards(3)
    found.loc[2, ["small_quota", "score", "rank", "of"]] = [True, None, None, None]
    shown = text(scorecards.scorecard(found, words))
    assert words.t("scorecards.small_quota", rep="Rep 2", target=1000.0, attainment=0.9) in shown
    assert words.t("scorecards.unscored", who=["Rep 2"]) in shown
    nobody = text(scorecards.scorecard(cards(3, score=None), words))
    assert words.t("scorecards.none_scored") in nobody


@pytest.mark.parametrize("words", [EN, ZH])
def test_a_rep_reads_the_own_card_without_a_rank(words):
    own = cards(1, rank=None, of=None, quarter=2.0, collections=None)
    shown = text(scorecards.scorecard(own, words, weights=WEIGHTS))
    assert words.t("scorecards.quarter_2") in shown
    assert words.t("scorecards.own_note") in shown
    assert words.t("scorecards.heading.collections") not in shown
    assert words.t("scorecards.heading.place") not in shown
    unknown = text(scorecards.scorecard(cards(1, score=None, known=0.3), words))
    assert words.t("scorecards.own_unknown", rep="Rep 0", known=0.3) in unknown


@pytest.mark.parametrize("words", [EN, ZH])
def test_every_kpi_is_written_in_its_unit(words):
    shown = text(scorecards.kpis(figures_of(), words))
    for name in KPIS:
        assert words.t(f"scorecards.kpi.{name}") in shown
    assert words.multiple(2.0) in shown and words.days(2.0) in shown
    assert words.t("scorecards.cover_next_target") in shown
    assert words.t("scorecards.lines", lines=["premium"]) in shown
    assert words.t("scorecards.best_part") in shown
    assert "nan" not in shown


@pytest.mark.parametrize("words", [EN, ZH])
def test_what_is_unknown_is_told_with_its_reason(words):
    found = figures_of()
    found.loc[1, ["value", "reason"]] = [None, "no_won_in_period"]
    found.loc[2, ["value", "table"]] = [None, "receipts"]
    view = scorecards.kpis(found, words)
    assert words.t("scorecards.head.unknown", n=2) in text(view)
    assert words.t("unavailable.no_won_in_period") in text(view)
    assert "<code>receipts</code>" in view.html
    nothing = scorecards.kpis(figures_of(value=None, reason="no_cost"), words)
    assert words.t("scorecards.kpi_none") in text(nothing)


def test_the_title_of_the_course_names_the_largest_change():
    found = course({"East": [1.0, 1.1, 0.8], "West": [0.9, None, 1.0]})
    assert figures.trend(found, EN).title == "Largest change: East, down from 1.00 to 0.80"
    assert "East: 1.00, 1.10 and 0.80" in figures.trend(found, EN).alt
    rose = course({"East": [1.0, 1.3]})
    assert figures.trend(rose, EN).title == "East: the score rose from 1.00 to 1.30"
    assert figures.trend(course({"E": [1.0, 1.0]}), EN).title.startswith("E: the score is where")


@pytest.mark.parametrize("words", [EN, ZH])
@pytest.mark.parametrize("many", [1, 3, 14])
def test_no_text_of_the_course_reaches_beyond_it(words, drawn, many):
    names = {f"A very long name of a region {at}": [1.0, 1.1, 0.9, 0.7 + at / 50]
             for at in range(many)}  # fmt: skip
    read = drawn(figures.trend(course(names), words))
    assert read.cut() == []
    assert sum(one.startswith("A very") for one in read.texts) == min(many, 10)


def test_without_two_periods_nothing_is_drawn():
    assert figures.trend(course({"East": [None, 1.0]}), EN).html == ""
    assert figures.trend(course({}), EN).html == ""
