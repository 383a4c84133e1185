"""What the shifts say, in both languages, and what their figure draws."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.diagnose.before_after import before_after
from kit.diagnose.shifts import overview, shifts
from kit.show import shifts as show
from kit.show.figures.shifts import shifts as figure

PLAIN = {"calendar": {"country": ""}}


@pytest.fixture
def case(make_case):
    rng = np.random.default_rng(4)
    line = rng.normal(0, 0.05, 36) - 0.3 * (np.arange(36) >= 30)
    months = pd.period_range("2022-10", periods=36, freq="M")
    rows = [{"date": f"{m}-01", "amount": 1e6 * np.exp(x), "list_amount": 1.2e6}
            for m, x in zip(months, line, strict=True)]  # fmt: skip
    events = [{"date": "2025-04-03", "label": "<b>Rival</b>", "region": "East"},
              {"date": "2025-04-20", "label": "Promotion"}]  # fmt: skip
    return make_case(sales=rows, events=events, settings=PLAIN)


def test_the_title_states_the_finding(case, words, drawn):
    found = shifts(case)
    view = figure(found, words)
    assert words.period("2025-04") in view.title and words.period("2025-04") in drawn(view).texts
    assert "&lt;b&gt;Rival" in view.html and "<b>Rival" not in view.html
    assert "A, B" in drawn(view).texts and drawn(view).cut() == []
    assert view.html == figure(found, words).html


def test_an_event_coincides_and_is_no_cause(case, english):
    text = show.shifts(shifts(case), english).html
    assert "coincides with the shift of Apr 2025" in text
    assert "because" not in text and "caused" not in text


def test_no_shift_is_said(make_case, words, drawn):
    rows = [{"date": f"{m}-01", "amount": 100.0 + m.month}
            for m in pd.period_range("2022-10", periods=36, freq="M")]  # fmt: skip
    found = shifts(make_case(sales=rows, settings=PLAIN))
    assert show.title(found, words) in figure(found, words).title
    assert drawn(figure(found, words)).cut() == []
    assert str(36) in show.shifts(found, words).html


def test_letters_of_near_events_stand_in_two_rows(case, make_case, english, drawn):
    found = shifts(case)
    days = pd.to_datetime(["2025-03-03", "2025-04-03", "2025-04-20", "2025-05-05"])
    events = pd.concat([found.events.head(1)] * 4, ignore_index=True).assign(date=days)
    read = drawn(figure(replace(found, events=events), english))
    assert {"A", "B, C", "D"} <= set(read.texts) and read.cut() == []


@pytest.mark.parametrize(
    ("run", "said"), [(-3, "below trend"), (4, "above trend"), (-2, "no lasting")]
)
def test_a_line_that_drops_without_a_shift_says_so(make_case, english, run, said):
    rows = [{"date": f"{m}-01", "amount": 100.0 + m.month}
            for m in pd.period_range("2022-10", periods=36, freq="M")]  # fmt: skip
    found = replace(shifts(make_case(sales=rows, settings=PLAIN)), run=run, p_none=0.07)
    told = show.title(found, english)
    assert said in told and ("p = 0.07" in told) == (abs(run) >= 3)


def test_rates_are_in_points(case, english, drawn):
    found = shifts(case, measure="discount")
    assert "pp lower" in show.title(found, english) or "pp higher" in show.title(found, english)
    assert drawn(figure(found, english)).cut() == []


def test_overview_and_before_after(case, words):
    assert words.t("shifts.series.discount") in show.overview(overview(case), words).html
    view = show.before_after(before_after(case, "2025-04-01"), words)
    assert words.t("shifts.assumes.same_season") in view.html
    assert words.t("shifts.assumes.parallel") not in view.html


def test_what_is_missing_is_one_line(words):
    for one in (show.shifts, show.overview, show.before_after, figure):
        assert "`opportunities`" in one(Unavailable(table="opportunities"), words).title
