"""The seasonally adjusted line: planted seasons, a second opinion, and what it leaves alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.seasonal import STL, seasonal_decompose

from kit.data.tables import Unavailable
from kit.show.figures.adjusted import adjusted as figure
from kit.show.words import Words
from kit.track import trend
from kit.track.adjusted import COLUMNS, adjusted, deseasoned

PLAIN = {"calendar.country": ""}
SEASON = np.exp(0.25 * np.sin(2 * np.pi * np.arange(12) / 12) + 0.1 * (np.arange(12) == 5))
SEASON = SEASON / np.exp(np.log(SEASON).mean())


def series(seed, *, months=36, noise=0.04):
    rng = np.random.default_rng(seed)
    line = 1000 * np.exp(0.004 * np.arange(months) + rng.normal(0, noise, months))
    return line, line * SEASON[np.arange(months) % 12]


def monthly(amounts, *, start="2022-08"):
    months = pd.period_range(start, periods=len(amounts), freq="M")
    rows = [{"date": f"{month}-03", "amount": float(one)}
            for month, one in zip(months, amounts, strict=True)]  # fmt: skip
    return [{"date": f"{start}-01", "amount": 0.0}, *rows]


def test_the_season_is_taken_out_and_the_rest_left():
    line, months = series(1, noise=0.0)
    season, found = deseasoned(months)
    assert np.abs(found / line - 1).max() < 0.02  # shrinkage leaves next to nothing
    assert season[:12] == pytest.approx(SEASON, rel=0.02)
    assert found * season == pytest.approx(months)


def test_as_good_as_the_usual_methods():
    """Mean error of the adjusted line on 30 series, beside statsmodels' two."""
    errors = {"own": [], "stl": [], "classical": []}
    for seed in range(30):
        line, months = series(seed)
        logs = pd.Series(np.log(months), index=pd.period_range("2022-01", periods=36, freq="M"))
        logs.index = logs.index.to_timestamp()
        others = {
            "own": np.log(deseasoned(months)[1]),
            "stl": logs - STL(logs, period=12, robust=True).fit().seasonal,
            "classical": logs - seasonal_decompose(logs, period=12).seasonal,
        }
        for name, found in others.items():
            errors[name].append(np.sqrt(np.mean((np.asarray(found) - np.log(line)) ** 2)))
    own, stl, classical = (np.mean(errors[one]) for one in ("own", "stl", "classical"))
    assert own < stl and own < 1.05 * classical


def test_noise_without_a_season_is_hardly_touched():
    rng = np.random.default_rng(4)
    off = []
    for _ in range(20):
        months = 1000 * np.exp(rng.normal(0, 0.1, 36))
        off.append(np.abs(np.log(deseasoned(months)[0])).mean())
    assert np.mean(off) < 0.02  # against noise of 0.1


def test_working_days_are_taken_out_where_months_hang_on_them():
    rng = np.random.default_rng(5)
    worked = rng.integers(16, 24, 36)
    line = 1000 * np.exp(rng.normal(0, 0.01, 36))
    by_day = deseasoned(line * worked / worked.mean(), working_days=worked)[1]
    assert np.abs(np.log(by_day / line)).mean() < 0.03
    assert deseasoned(line, working_days=worked)[1] == pytest.approx(deseasoned(line)[1])


def test_amounts_below_zero_are_adjusted_by_differences():
    wave = np.tile([-50.0, 50.0, 0.0, 0.0], 6)
    season, found = deseasoned(wave + 20, cycle=4)
    assert found == pytest.approx(np.full(24, 20.0), abs=5)
    assert found + season == pytest.approx(wave + 20)


def test_frame(make_case):
    _, months = series(6, months=37)
    case = make_case(sales=monthly(months), as_of="2025-08-15", settings=PLAIN)
    table = adjusted(case)
    assert list(table.columns) == list(COLUMNS)
    assert table["period"].tolist() == trend.months(case)["period"].tolist()
    assert table["running"].iloc[-1] and np.isnan(table["adjusted"].iloc[-1])
    closed = table.iloc[:-1]
    assert closed["adjusted"].tolist() == pytest.approx(closed["actual"] / closed["season"])
    changes = closed["adjusted"].iloc[1:].to_numpy() / closed["adjusted"].iloc[:-1].to_numpy() - 1
    assert closed["mom_adjusted"].tolist()[1:] == pytest.approx(changes)


def test_what_is_booked_in_the_running_month_changes_nothing(make_case):
    _, months = series(7, months=37)
    found = [
        adjusted(make_case(sales=monthly([*months[:-1], last]), as_of="2025-08-15", settings=PLAIN))
        for last in (1.0, 1e6)
    ]
    assert found[0]["adjusted"].equals(found[1]["adjusted"])


def test_two_years_are_needed(make_case):
    short = make_case(sales=monthly([100] * 24, start="2023-09"), as_of="2025-08-15",
                      settings=PLAIN)  # fmt: skip
    assert adjusted(short) == Unavailable(reason="adjusted_short", detail="23")
    assert Words("en").has("unavailable.adjusted_short")
    assert adjusted(make_case(), measure="collections") == Unavailable(table="receipts")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_figure(make_case, language):
    """June is the season's best month: what July loses against it is the season's."""
    line = 1000 * np.exp(0.01 * np.arange(37))
    months = line * SEASON[(np.arange(37) + 7) % 12]
    case = make_case(sales=monthly(months), as_of="2025-08-15", settings=PLAIN)
    words = Words(language, "CNY")
    view = figure(adjusted(case), words)
    assert words.signed_percent(adjusted(case)["mom_adjusted"].iloc[-2]) in view.title
    assert words.money(months[-2]) in view.alt and "<svg" in view.html
    assert view.html == figure(adjusted(case), words).html
