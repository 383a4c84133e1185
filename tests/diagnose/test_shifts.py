"""Change points: noise does not fool them, planted ones are found, events only lie beside."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from kit.data.case import reopen
from kit.data.tables import Unavailable
from kit.diagnose import shift_tests
from kit.diagnose.monthly import monthly
from kit.diagnose.placebo import placebo
from kit.diagnose.shifts import EVENTS, POINTS, overview, shifts, touching

PLAIN = {"calendar": {"country": ""}}
WAVE = 0.075 * np.sin(2 * np.pi * np.arange(36) / 12)


def noise(rng, phi, length=36):
    steps = rng.standard_normal(length)
    found = steps.copy()
    for now in range(1, length):
        found[now] = phi * found[now - 1] + np.sqrt(1 - phi**2) * steps[now]
    return 0.05 * found


def sales(amounts, start="2022-10"):
    months = pd.period_range(start, periods=len(amounts), freq="M")
    return [
        {"date": f"{month}-01", "amount": float(amount)}
        for month, amount in zip(months, amounts, strict=True)
    ]


def stepped(make_case, **more):
    rng = np.random.default_rng(4)
    line = noise(rng, 0.0) + WAVE - 0.3 * (np.arange(36) >= 30)
    return make_case(sales=sales(1000 * np.exp(line)), settings=PLAIN, **more)


def test_autocorrelated_noise_is_seldom_taken_for_a_shift():
    rng = np.random.default_rng(5)
    found = [bool(shift_tests.tested(noise(rng, 0.6) + WAVE).places) for _ in range(20)]
    assert sum(found) <= 2


def test_steady_growth_is_no_shift():
    rng = np.random.default_rng(6)
    grown = 0.02 * np.arange(36)
    found = [shift_tests.tested(noise(rng, 0.0) + WAVE + grown).places for _ in range(8)]
    assert sum(bool(one) for one in found) <= 1


def test_a_shift_of_three_times_the_noise_is_found():
    rng = np.random.default_rng(7)
    step = 0.15 * (np.arange(36) >= 30)
    found = [shift_tests.tested(noise(rng, 0.0) + WAVE - step).places for _ in range(12)]
    assert sum(any(abs(at - 30) <= 1 for at in one) for one in found) >= 9


def test_the_same_seed_gives_the_same_figures():
    line = noise(np.random.default_rng(8), 0.3) - 0.2 * (np.arange(36) >= 20)
    first, second = shift_tests.tested(line, seed=1), shift_tests.tested(line, seed=1)
    assert (first.places, first.p, first.halves) == (second.places, second.p, second.halves)


def test_frames(make_case):
    found = shifts(stepped(make_case))
    assert found.points["period"].tolist() == ["2025-04"] and found.logs
    row = found.points.iloc[0]
    assert row["low"] < np.expm1(-0.3) < row["high"] and row["p"] < 0.05
    assert row["effect"] == pytest.approx(row["after"] - row["before"])
    assert row["after"] / row["before"] - 1 == pytest.approx(row["change"])
    assert list(found.points.columns) == list(POINTS)
    assert len(found.months) == 36 and found.events.empty


def test_an_event_beside_is_named_and_tested_and_one_elsewhere_is_neither(make_case):
    events = [
        {"date": "2025-03-20", "label": "Beside", "kind": "competitor", "region": "East"},
        {"date": "2024-01-05", "label": "Elsewhere"},
        {"date": "2025-04-02", "label": "Other region", "region": "West"},
        {"date": "2025-12-01", "label": "Later"},
    ]
    case = stepped(make_case, events=events)
    assert touching(case)["label"].tolist() == ["Elsewhere", "Beside"]
    found = shifts(case).events.set_index("label")
    assert list(found.reset_index()[list(EVENTS)].columns) == list(EVENTS)
    assert found.loc["Beside", "period"] == "2025-04" and found.loc["Beside", "p"] <= 0.1
    assert found.loc["Elsewhere", "period"] == "" and np.isnan(found.loc["Elsewhere", "p"])


def test_a_date_is_tested_only_with_months_around_it(make_case):
    series = monthly(stepped(make_case))
    assert placebo(series, dt.date(2025, 9, 1)) is None
    assert placebo(series, dt.date(2025, 4, 1)).p <= 0.1
    elsewhere = placebo(series, dt.date(2024, 4, 1))
    assert elsewhere.side == 4 and elsewhere.dates >= 19 and elsewhere.p > 0.1


def test_constant_negative_and_short_months(make_case):
    flat = shifts(make_case(sales=sales([100.0] * 36), settings=PLAIN))
    assert flat.points.empty and flat.p_none == 1
    down = -100 + 10 * np.random.default_rng(9).normal(size=36)
    assert not shifts(make_case(sales=sales(down), settings=PLAIN)).logs
    short = make_case(sales=sales([100.0] * 5, start="2025-05"), settings=PLAIN)
    assert shifts(short) == Unavailable(reason="adjusted_short", detail="5")
    assert shifts(make_case(settings=PLAIN)) == Unavailable(reason="adjusted_short", detail="0")
    assert shifts(short, measure="win_rate") == Unavailable(table="opportunities")
    assert shifts(short, measure="visit") == Unavailable(table="activities")
    assert isinstance(overview(short), Unavailable)


def test_visits_are_told_per_full_post(make_case):
    rows = [{"date": f"{m}-10", "rep_id": rep, "kind": "visit", "count": 20.0}
            for m in pd.period_range("2022-10", periods=36, freq="M")
            for rep in ("R1", "R2") if rep == "R1" or m.year < 2025]  # fmt: skip
    staff = [{"rep_id": rep, "name": rep, "team": "East-1", "region": "East", "capacity": 1.0,
              "hired_on": "2015-01-01", "valid_from": "2020-01-01", "valid_to": end}
             for rep, end in (("R1", None), ("R2", "2024-12-31"))]  # fmt: skip
    case = make_case(sales=sales([100.0] * 36), activities=rows, roster=staff, settings=PLAIN)
    each = monthly(case, measure="visits_per_post").months["actual"]
    assert each.tolist() == pytest.approx([20.0] * len(each)) and len(each) >= 24
    assert monthly(case, measure="visit").months["actual"].iloc[[0, -1]].tolist() == [40.0, 20.0]
    assert monthly(make_case(sales=sales([1.0] * 36)), measure="visits_per_post") == Unavailable(
        table="activities"
    )


def test_months_at_the_end_on_one_side_are_counted(make_case):
    assert shifts(make_case(sales=sales([100.0] * 36), settings=PLAIN)).run == 0
    found = shifts(stepped(make_case))
    apart = np.sign(found.months["adjusted"] - found.months["level"]).to_numpy()
    assert np.sign(found.run) == apart[-1]
    assert (apart[-abs(found.run):] == apart[-1]).all() and apart[-abs(found.run) - 1] != apart[-1]


def test_what_comes_after_the_day_changes_nothing(make_case):
    case = stepped(make_case)
    later = stepped(make_case, as_of="2025-06-30", period="2025Q2")
    alone = replace(later, data=case.data)
    assert shifts(alone).months["end"].max() == pd.Timestamp("2025-06-30")


def test_planted_shifts_of_the_sample(sample_company):
    _, _, company = sample_company
    east = shifts(reopen(company, scope="region:East"), measure="win_rate")
    assert east.points["period"].tolist()[-1] == "2025-07" and not east.logs
    assert east.points.iloc[-1]["high"] < 0
    south = shifts(reopen(company, scope="region:South"), measure="discount")
    last = south.points.iloc[-1]
    assert last["period"] == "2025-07" and 0.03 < last["change"] < 0.1
