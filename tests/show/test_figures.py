"""Each figure is checked by what it draws."""

import re
import warnings
from types import SimpleNamespace

import matplotlib
import numpy as np
import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.show import figures
from kit.show.palette import ACTUAL, BAD, BAND, GOOD
from kit.show.words import Words

LONG = "Hospitals and laboratories of the lower Yangtze and the islands " * 3
NAMES = ["华东大区医院与实验室事业部长三角大区", "<b>East</b> & co", "$x_1$ ../../x", LONG]


def standing(names=("East-1", "East-2"), *, actual=800.0):
    rows = [("East", 2000.0, 2000.0, 1600.0, 0.8, 400.0, "red")]
    rows += [(name, 1000.0, 900.0, actual, actual / 1000, 1000 - actual, "red") for name in names]
    return pd.DataFrame(
        rows, columns=["part", "target", "target_to_date", "actual", "attainment", "gap", "status"]
    )


def outlook(*, past=30, ahead=3, level=3e6, last_year=9e6):
    months = pd.date_range("2023-01-01", periods=past + ahead, freq="MS")
    actual = level * (1 + 0.1 * np.sin(np.arange(past)))
    frame = pd.DataFrame(
        {
            "start": months,
            "actual": [*actual, *[np.nan] * ahead],
            "mean": [*[np.nan] * past, *[level] * ahead],
            "low": [*[np.nan] * past, *[level * 0.9] * ahead],
            "high": [*[np.nan] * past, *[level * 1.1] * ahead],
            "kind": ["history"] * past + ["forecast"] * ahead,
        }
    )
    return SimpleNamespace(
        frame=frame, mean=ahead * level, low=ahead * level * 0.9, high=ahead * level * 1.1,
        last_year=last_year,
    )  # fmt: skip


def curve(*, days=92, seen=60, target=12e6, rate=1e5):
    dates = pd.date_range("2025-07-01", periods=days)
    actual = np.arange(1, days + 1) * rate
    return pd.DataFrame(
        {
            "date": dates,
            "target": np.linspace(target / days, target, days),
            "actual": np.where(np.arange(days) < seen, actual, np.nan),
            "last_year": actual * 0.9,
        }
    )


def months(n=15, *, level=3e6, target=3.2e6):
    starts = pd.date_range("2024-07-01", periods=n, freq="MS")
    return pd.DataFrame(
        {
            "start": starts, "target": target, "actual": level,
            "variance_share": level / target - 1 if target == target else np.nan,
            "moving_average": [np.nan if at < 2 else level for at in range(n)],
            "mom": 0.0, "yoy": -0.04, "running": [False] * (n - 1) + [True],
        }
    )  # fmt: skip


def parts(names=("A", "B", "others")):
    return pd.DataFrame(
        {"part": names, "reference": 100.0, "actual": 80.0, "effect": -20.0, "share": 1 / 3}
    )


def steps():
    return pd.DataFrame(
        {
            "step": ["lead → qualified", "proposal → won"], "entered": [200, 60],
            "reached": [120, 18], "conversion": [0.6, 0.3], "low": [0.5, 0.2], "high": [0.7, 0.4],
            "reference_conversion": [0.6, 0.5], "effect": [0.0, -1e6], "bottleneck": [False, True],
        }
    )  # fmt: skip


def split(names=("A", "B")):
    return pd.DataFrame({"part": names, "target": 5e6, "last_year": 4e6, "share": 1 / len(names)})


def effects():
    keys = ["price", "volume", "mix", "new", "lost"]
    return pd.DataFrame({"effect": keys, "amount": [-3e5, -1e6, 1e5, 2e5, 0.0]})


DRAWN = {
    "attainment": lambda words: figures.attainment(standing(), words),
    "attainment_names": lambda words: figures.attainment(standing(NAMES), words),
    "attainment_negative": lambda words: figures.attainment(standing(actual=-300.0), words),
    "attainment_alone": lambda words: figures.attainment(standing(names=()), words),
    "attainment_counted": lambda words: figures.attainment(
        standing(), words, measure="new_customers"
    ),
    "history": lambda words: figures.history(outlook(), words, period="2025Q3"),
    "history_one": lambda words: figures.history(outlook(past=1, ahead=1), words, period="2025"),
    "history_forecast_only": lambda words: figures.history(outlook(past=0), words, period="2025"),
    "history_long": lambda words: figures.history(outlook(past=120), words, period="2025Q3"),
    "history_negative": lambda words: figures.history(outlook(level=-2e3), words, period="x"),
    "history_bare": lambda words: figures.history(outlook(last_year=None), words, period="x"),
    "curve": lambda words: figures.curve(
        curve(), words, landing=SimpleNamespace(landing=9e6, low=8e6, high=1e7)
    ),
    "curve_closed": lambda words: figures.curve(curve(seen=92), words),
    "curve_one_day": lambda words: figures.curve(curve(days=1, seen=1), words),
    "curve_not_begun": lambda words: figures.curve(curve(seen=0), words),
    "curve_no_target": lambda words: figures.curve(curve(target=np.nan), words),
    "curve_negative": lambda words: figures.curve(curve(rate=-1e4), words),
    "curve_year": lambda words: figures.curve(curve(days=366, seen=200), words),
    "curve_no_interval": lambda words: figures.curve(
        curve(), words, landing=SimpleNamespace(landing=9e6, low=None, high=None)
    ),
    "trend": lambda words: figures.trend(months(), words),
    "trend_one": lambda words: figures.trend(months(1), words),
    "trend_negative": lambda words: figures.trend(months(level=-2e5), words),
    "trend_no_target": lambda words: figures.trend(months(target=np.nan), words),
    "waterfall": lambda words: figures.waterfall(parts(), words),
    "waterfall_names": lambda words: figures.waterfall(parts(NAMES), words),
    "waterfall_effects": lambda words: figures.waterfall(effects(), words, start=5e6, end=4e6),
    "waterfall_zero": lambda words: figures.waterfall(parts().assign(effect=0.0), words),
    "effects": lambda words: figures.effects(effects(), words),
    "effects_one": lambda words: figures.effects(effects().head(1), words),
    "funnel": lambda words: figures.funnel(steps(), words),
    "funnel_unknown": lambda words: figures.funnel(
        steps().assign(bottleneck=False, reference_conversion=np.nan, conversion=np.nan), words
    ),
    "split": lambda words: figures.split(split(), words),
    "split_names": lambda words: figures.split(split(NAMES), words),
    "split_many": lambda words: figures.split(split([f"R{n:03}" for n in range(60)]), words),
}


@pytest.mark.parametrize("name", DRAWN)
def test_nothing_is_cut_off_or_warned_about(name, words, drawn):
    before = dict(matplotlib.rcParams)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        view = DRAWN[name](words)
    found = drawn(view)
    assert found.cut() == []
    assert found.texts
    assert view.title and view.alt and "None" not in view.title + view.alt
    assert "nan" not in re.sub(r"<[^>]*>", " ", view.html).lower()
    assert len(view.html) < 40_000
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("name", ["history", "curve", "trend", "waterfall", "effects", "funnel"])
def test_same_data_give_the_same_bytes(name, words):
    assert DRAWN[name](words).html == DRAWN[name](words).html


def test_figures_of_one_page_share_no_id():
    words = Words("en", "CNY")
    ids = [set(re.findall(r' id="([^"]+)"', DRAWN[name](words).html)) for name in DRAWN]
    joint = [one for one in ids if one]
    assert joint
    pairs = [(a, b) for at, a in enumerate(joint) for b in joint[at + 1 :]]
    same = [(a, b) for a, b in pairs if a & b and a != b]
    assert same == []


def test_every_reference_is_resolved(words):
    for make in DRAWN.values():
        text = make(words).html
        ids = set(re.findall(r' id="([^"]+)"', text))
        assert set(re.findall(r'(?:url\(#|href="#)([^)"]+)', text)) <= ids


def test_no_styles_scripts_or_addresses_leak_into_the_page(words):
    for make in DRAWN.values():
        text = make(words).html
        assert not re.search(r"<style|<script|<metadata|<\?xml|<!|DejaVu", text)
        assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


FRAMES = {
    "attainment": standing().iloc[:0], "trend": months().iloc[:0], "curve": curve().iloc[:0],
    "waterfall": parts().iloc[:0], "effects": effects().iloc[:0], "funnel": steps().iloc[:0],
    "split": split().iloc[:0],
}  # fmt: skip


@pytest.mark.parametrize("name", FRAMES)
def test_no_rows_give_one_line(name, words):
    view = getattr(figures, name)(FRAMES[name], words)
    assert "<svg" not in view.html and view.title == words.t("unavailable.no_rows")


@pytest.mark.parametrize("name", sorted({*figures.__all__} - {"movement"}))  # its table says it
def test_what_is_unavailable_is_one_line(name, words):
    view = getattr(figures, name)(Unavailable(table="opportunities"), words)
    assert view.html.count("<p") == 1 and "opportunities" in view.title


def test_attainment_draws_a_bar_a_part_and_says_who_is_short(english, drawn):
    view = figures.attainment(standing(("East-1", "East-2")), english)
    found = drawn(view)
    assert found.bars(ACTUAL, BAD) == 2
    assert "80.0% ○ Behind" in found.texts
    assert view.title == (
        "East stands at 80.0% of target, ¥400 short; the largest gap is East-1 (¥200)"
    )
    assert "East-2: ¥800 of ¥1.00K" in view.alt


def test_attainment_above_target_says_so(english):
    frame = standing().assign(gap=-50.0, attainment=1.05, status="green")
    assert figures.attainment(frame, english).title == (
        "East has reached 105.0% of target, ¥50 above it"
    )


def test_attainment_without_target_has_no_percentage(english, drawn):
    frame = standing().assign(target=np.nan, gap=np.nan, attainment=np.nan, status="no_target")
    view = figures.attainment(frame, english)
    assert view.title == "East has booked ¥1.60K; no target is set"
    assert not [text for text in drawn(view).texts if "%" in text]


def test_attainment_of_a_running_period_is_told_against_what_is_due(english, drawn):
    frame = standing(("East-1", "East-2")).assign(target_to_date=lambda one: one["target"] * 0.9)
    view = figures.attainment(frame, english)
    assert "of what was due by now" in view.title and "furthest behind is East-1" in view.title
    assert "stands at" not in view.title and "80.0% ○ Behind" in drawn(view).texts


def test_alternative_texts_leave_out_what_is_not_known(english):
    open_ = standing().assign(target=np.nan, gap=np.nan, attainment=np.nan, status="no_target")
    assert "–" not in figures.attainment(open_, english).alt
    assert "of –" not in figures.trend(months(6).assign(target=np.nan), english).alt
    assert "–" not in figures.curve(curve().assign(target=np.nan), english).alt


def test_names_are_text(english, drawn):
    view = figures.attainment(standing(NAMES), english)
    assert "<b>East</b> & co" in drawn(view).texts
    assert "$x_1$ ../../x" in drawn(view).texts
    assert "<b>" not in view.html


def test_history_draws_band_and_line(english, drawn):
    schedule = pd.DataFrame({"start": outlook().frame["start"].tail(3), "target": 3.3e6})
    view = figures.history(outlook(), english, schedule=schedule, period="2025Q3")
    found = drawn(view)
    assert found.bars(BAND) == 3
    assert {"Target", "Baseline"} <= set(found.texts)
    assert view.title == (
        "The seasonal baseline for Q3 2025 is ¥9.00M, between ¥8.10M and ¥9.90M; "
        "last year it was ¥9.00M"
    )


def test_curve_says_how_far_behind(english, drawn):
    view = figures.curve(
        curve(), english, landing=SimpleNamespace(landing=9e6, low=8e6, high=1e7)
    )
    assert view.title == "¥6.00M by 29 Aug 2025: ¥1.83M behind the ¥7.83M due by then"
    assert {"Target", "Landing", "¥9.00M", "Last year"} <= set(drawn(view).texts)
    assert "between ¥8.00M and ¥10.0M" in view.alt


def test_curve_of_a_closed_period_has_no_landing(english, drawn):
    view = figures.curve(
        curve(seen=92), english, landing=SimpleNamespace(landing=9.2e6, low=9.2e6, high=9.2e6)
    )
    assert "Landing" not in drawn(view).texts
    assert view.title == "The period closed at ¥9.20M, ¥2.80M short of the target of ¥12.0M"


def test_trend_hatches_the_running_month(english, drawn):
    found = drawn(figures.trend(months(6), english))
    assert found.bars(ACTUAL) == 5 and found.bars("hatch") == 1


def test_waterfall_leads_from_total_to_total(english, drawn):
    view = figures.waterfall(parts(), english)
    assert drawn(view).bars("hatch") == 3
    assert {"Expected", "¥300", "Actual", "¥240", "Others"} <= set(drawn(view).texts)
    assert view.title == "Most was lost with A: −¥20 of −¥60 in all"
    by_team = figures.waterfall(parts(), english, by="team")
    assert by_team.title == "By team: most was lost with A (−¥20)"


def test_a_bridge_of_one_part_shows_nothing(words):
    assert figures.waterfall(parts(("A",)), words).html == ""


def test_effects_tell_gain_from_loss_without_colour(english, drawn):
    found = drawn(figures.effects(effects(), english))
    assert found.bars("hatch") == 2 and found.bars(GOOD) >= 2
    assert "−¥1.00M" in found.texts and "+¥200K" in found.texts


def test_funnel_names_its_bottleneck(english, drawn):
    view = figures.funnel(steps(), english)
    assert view.title == "The bottleneck is Proposal → Won: 30% go on, 50% in the year before"
    assert drawn(view).bars(BAD) == 1 and "30% (18 of 60)" in drawn(view).texts


def test_rows_beyond_the_most_are_counted(english):
    view = figures.split(split([f"R{n:03}" for n in range(60)]), english)
    assert "36 more are not drawn." in view.html


def test_labels_keep_apart():
    from kit.show.figures.axes import apart

    places = apart([5.0, 5.0, 5.1, 0.0], 1.0, low=0.0, high=10.0)
    gaps = np.diff(sorted(places))
    assert (gaps >= 1.0 - 1e-9).all() and min(places) >= 0 and max(places) <= 10
