"""The landing's table and figure: what they show, in both languages, and what they leave out."""

from __future__ import annotations

import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.show import landing
from kit.show.figures.landing import landing as figure
from kit.show.words import Words
from kit.track.landing import Landing
from kit.track.record import Record
from kit.track.views import VIEWS

EN, ZH = Words("en", "CNY"), Words("zh", "CNY")


def made(**changes):
    views = pd.DataFrame(
        {"view": list(VIEWS), "landing": [9e5, 1e6, 1.1e6, 1.2e6, np.nan],
         "error": [0.2, 0.1, 0.05, 0.08, np.nan], "weight": [0.05, 0.15, 0.6, 0.2, 0.0]}
    )  # fmt: skip
    facts = {
        "landing": 1.08e6, "low": 1e6, "high": 1.2e6, "chance": 0.4, "views": views,
        "n_backtest": 6, "note": "", "error": 0.027, "months_over": 1, "days_over": 23,
        "days": 67, "record": Record(6, 5, 0.8, 0.77, 0.118, 0.16),
    }  # fmt: skip
    return Landing(**{**facts, **changes})


def text(view):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", view.html))


def cells(view):
    return re.findall(r"<td[^>]*>(?:<[^>]+>)*([^<]*)", view.html)


def test_the_combined_landing_leads_and_each_view_has_its_past_miss():
    view = landing.views(made(), EN)
    shown = text(view)
    assert "Past miss after month 1" in shown
    assert shown.index("Combined") < shown.index("At the rate so far") < shown.index("fitted anew")
    assert "2.7%" in shown and "20.0%" in shown and "60.0%" in shown
    assert "6 past periods" in shown and "Pipeline" not in shown
    assert "the 80% interval held 77% of results" in shown
    assert "0.118 against 0.160" in shown and "5 series" in shown


@pytest.mark.parametrize(
    ("facts", "en", "zh"),
    [
        ({"months_over": 1}, "after month 1", "第 1 个月结束时"),
        ({"months_over": None}, "after 23 of 67 working days", "已过 23/67 个工作日时"),
        ({"months_over": None, "days_over": 0}, "before the period", "期初之前"),
    ],
)
def test_the_point_in_words(facts, en, zh):
    assert landing.point(made(**facts), EN) == en
    assert landing.point(made(**facts), ZH) == zh


def test_a_withheld_chance_says_why():
    past = Record(6, 1, 0.8, 0.5, 0.3, 0.2, "brier")
    found = made(chance=None, note="chance_withheld", record=past)
    assert landing.worth(found, EN).startswith("No chance of target is told: at this point, the")
    assert "the scope alone" in landing.worth(found, EN)
    assert "不给出达标概率" in landing.worth(found, ZH) and "0.300" in landing.worth(found, ZH)
    unscored = made(record=Record(4, 1, 0.8, 0.75, None, None))
    assert landing.worth(unscored, EN).endswith("held 75% of results.")


def test_little_known():
    few = made(low=None, high=None, chance=None, record=None, n_backtest=2, note="few_periods")
    assert "too few past periods" in text(landing.views(few, EN))
    empty = made().views.assign(landing=np.nan, error=np.nan)
    nothing = made(landing=None, views=empty, n_backtest=0, note="no_history", record=None)
    for show in (landing.views, figure):
        assert "no landing can be given" in text(show(nothing, EN))
        assert "receipts" in text(show(Unavailable(table="receipts"), EN))


def test_a_closed_period_says_where_it_landed():
    over = made(note="closed", landing=1.2e6)
    assert figure(over, EN).html == ""
    assert landing.views(over, EN).title == "The period is over: it landed at ¥1.20M."
    assert "120.0万元" in landing.views(over, ZH).title
    counted = landing.views(made(note="closed", landing=3.0), EN, measure="new_customers")
    assert counted.title.endswith("landed at 3.")


def test_counted_measures_are_no_money():
    shown = text(landing.views(made(), EN, measure="new_customers"))
    assert "¥" not in shown and "1,080,000" in shown


def test_the_figure_tells_its_finding_and_its_numbers():
    view = figure(made(), EN, target=1.15e6)
    assert view.title == (
        "The views put the landing between ¥900K and ¥1.20M; combined ¥1.08M, target ¥1.15M"
    )
    assert view.alt.startswith("Combined landing ¥1.08M, between ¥1.00M and ¥1.20M.")
    assert "With the forecast fitted anew: ¥1.10M (past miss 5.0%)" in view.alt
    assert "target" not in figure(made(), EN).title
    assert figure(made(low=None, high=None), EN).alt.startswith("Combined landing ¥1.08M.")
    one = made().views.assign(landing=[9e5, *[np.nan] * 4])
    assert figure(made(views=one, landing=9e5), EN).title == "Landing expected at ¥900K"
    assert "综合" in figure(made(), ZH, target=1.15e6).title


def test_the_figure_draws_a_point_a_view_and_the_target(drawn):
    view = drawn(figure(made(), EN, target=1.15e6))
    assert not view.cut()
    assert {"Combined", "¥1.08M", "¥900K", "Target ¥1.15M"} <= set(view.texts)
    assert "With the forecast fitted anew" in view.texts and "Pipeline" not in view.texts
    assert not any("Target" in one for one in drawn(figure(made(), EN)).texts)
    assert not drawn(figure(made(), ZH, target=1.15e6)).cut()


def test_inputs_stay_as_they_were():
    found = made()
    before = found.views.copy(deep=True)
    landing.views(found, EN)
    figure(found, EN)
    pd.testing.assert_frame_equal(found.views, before)
    assert SimpleNamespace(**vars(found)).landing == 1.08e6
