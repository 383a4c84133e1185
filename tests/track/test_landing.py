"""Landing, the whole road: the closed period, planted seasons, calendars, coverage."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.data.tables import Unavailable
from kit.track import landing, views
from kit.track.course import of_months

PLAIN = {"calendar.country": ""}
SEASON = np.array([0.6, 0.7, 1.0, 1.1, 1.2, 1.4, 0.7, 0.8, 1.0, 1.1, 1.3, 1.9])


def target(amount, period="2025Q3"):
    return {"scope": "region:East", "period": period, "measure": "bookings", "version": 1,
            "target": float(amount)}  # fmt: skip


def orders(start, end, *, level=100.0, growth=0.0, noise=0.0, seed=0, step=1):
    """An order every `step` working days with a yearly season, growth a year and noise."""
    days = pd.bdate_range(start, end)[::step]
    years = (days - days[0]).days / 365.25
    factor = np.exp(np.random.default_rng(seed).normal(0, noise, len(days)))
    amounts = level * SEASON[days.month - 1] * (1 + growth) ** years * factor
    return [
        {"date": str(day.date()), "amount": float(one)}
        for day, one in zip(days, amounts, strict=True)
    ]


def booked(rows, start, end):
    return sum(row["amount"] for row in rows if start <= row["date"] <= end)


# the whole road


def test_closed_period_lands_at_its_actual(make_case):
    rows = orders("2023-01-02", "2025-09-30")
    case = make_case(sales=rows, targets=[target(1.0)], settings=PLAIN)
    found = landing.forecast(case)
    actual = booked(rows, "2025-07-01", "2025-09-30")
    assert found.landing == found.low == found.high == pytest.approx(actual)
    assert found.chance == 1.0 and found.note == "closed"
    assert landing.forecast(case, target=actual).chance == 1.0
    assert landing.forecast(case, target=actual * 1.0001).chance == 0.0
    assert landing.forecast(case, target=None).chance is None
    assert landing.forecast(case, target=0.0).chance is None


@pytest.mark.parametrize("as_of", ["2025-06-30", "2025-07-01", "2025-07-31", "2025-08-31"])
def test_a_repeated_season_is_seen_through(make_case, as_of):
    rows = orders("2021-01-04", "2025-09-30", growth=0.1)
    truth = booked(rows, "2025-07-01", "2025-09-30")
    case = make_case(sales=rows, targets=[target(truth * 0.8)], as_of=as_of, settings=PLAIN)
    found = landing.forecast(case)
    assert found.landing == pytest.approx(truth, rel=0.04)
    assert found.low <= truth <= found.high
    assert found.low <= found.landing <= found.high
    assert found.chance > 0.85
    assert found.n_backtest >= 12
    assert landing.forecast(case, target=truth * 1.3).chance < 0.05


def test_run_rate_alone_would_be_misled(make_case):
    """December is heavy: after November the run rate is far low, and its past error says so."""
    rows = orders("2021-01-04", "2025-12-31")
    truth = booked(rows, "2025-10-01", "2025-12-31")
    case = make_case(sales=rows, period="2025Q4", as_of="2025-11-30", settings=PLAIN)
    found = landing.forecast(case)
    assert list(found.views["view"]) == list(views.VIEWS)
    assert found.landing == pytest.approx(truth, rel=0.02)
    assert found.error < 0.05 and found.note == "no_target" and found.chance is None


def test_only_data_up_to_as_of(make_case):
    rows = orders("2022-01-03", "2025-08-15", noise=0.3)
    later = [{"date": "2025-08-18", "amount": 1e9}]
    one = make_case(sales=rows, as_of="2025-08-15", settings=PLAIN)
    two = make_case(sales=rows + later, as_of="2025-08-15", settings=PLAIN)
    first, second = landing.forecast(one), landing.forecast(two)
    assert first.landing == second.landing and first.low == second.low
    pd.testing.assert_frame_equal(first.views, second.views)


def test_few_periods_give_no_interval(make_case):
    case = make_case(
        sales=orders("2025-01-01", "2025-08-20"), targets=[target(100)], as_of="2025-08-20",
        settings=PLAIN,
    )  # fmt: skip
    found = landing.forecast(case)
    assert found.n_backtest == 2 and found.note == "few_periods"
    assert found.landing > 0
    assert (found.low, found.high, found.chance) == (None, None, None)


def test_no_history(make_case):
    first = make_case(as_of="2025-07-31", settings=PLAIN)
    assert landing.forecast(first).landing == 0.0  # a run rate of nothing
    assert landing.forecast(first).note == "few_periods"
    before = landing.forecast(make_case(as_of="2025-06-30", settings=PLAIN))
    assert before.landing is None and before.note == "no_history"
    missing = landing.forecast(make_case(), measure="collections")
    assert missing == Unavailable(table="receipts")


def test_one_order_date_a_month(make_case):
    days = pd.date_range("2022-01-01", "2025-08-31", freq="MS") + pd.Timedelta(27, "D")
    rows = [{"date": str(day.date()), "amount": 100.0} for day in days]
    for as_of in ("2025-07-01", "2025-07-27", "2025-07-28", "2025-08-20", "2025-08-29"):
        case = make_case(sales=rows, targets=[target(290)], as_of=as_of, settings=PLAIN)
        found = landing.forecast(case)
        assert np.isfinite([found.landing, found.low, found.high, found.chance]).all()
        assert found.landing == pytest.approx(300, rel=0.2)
        assert found.low <= 300 <= found.high


def test_returns_and_losses(make_case):
    rows = orders("2022-01-03", "2025-08-20", noise=0.5)
    rows = [{**row, "amount": row["amount"] - 130.0} for row in rows]
    case = make_case(sales=rows, targets=[target(100)], as_of="2025-08-20", settings=PLAIN)
    found = landing.forecast(case)
    assert found.low < found.landing < found.high
    assert 0 <= found.chance <= 1


def test_booked_amounts_are_not_lost_where_none_ever_was(make_case):
    rows = orders("2022-01-03", "2025-09-29", noise=0.8)
    case = make_case(sales=rows, as_of="2025-09-29", settings=PLAIN)
    got = booked(rows, "2025-07-01", "2025-09-29")
    found = landing.forecast(case, target=got * 0.999)
    assert found.low >= got * (1 - 1e-12)
    assert found.chance == 1.0


def test_explicit_periods(make_case):
    starts = [str(day.date()) for day in pd.date_range("2021-01-05", "2025-07-05", freq="91D")]
    rows = orders("2021-01-05", "2025-08-20", noise=0.1)
    case = make_case(
        sales=rows, period=starts[-1], as_of="2025-08-20",
        settings={**PLAIN, "calendar.starts": starts},
    )  # fmt: skip
    assert landing.forecast(case).n_backtest >= 8


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.floats(-1e5, 1e5), min_size=1, max_size=8), st.floats(1, 1e5))
def test_closed_landing_is_the_actual(make_case, amounts, goal):
    rows = [{"date": f"2025-0{7 + n % 3}-1{n}", "amount": one} for n, one in enumerate(amounts)]
    found = landing.forecast(make_case(sales=rows, settings=PLAIN), target=goal)
    assert found.landing == pytest.approx(sum(amounts), rel=1e-9, abs=1e-6)
    assert found.chance in (0.0, 1.0)


def test_intervals_hold_about_the_stated_share():
    """150 simulated scopes, eleven quarters, seen after one month: 80 % means 70 to 90 here."""
    rng = np.random.default_rng(7)
    held, chances, reached = [], [], []
    for _ in range(150):
        growth = rng.normal(0.02, 0.02)
        level = (1 + growth) ** np.arange(33) * np.tile(SEASON, 3)[:33]
        months = rng.gamma(12.0, level)
        truth = months[-3:].sum()
        one = of_months(months[:-2], many=3, over=1)
        said = np.array([views.say(one, place) for place in range(len(one))])
        goal = float(months[-15:-12].sum() * 1.05)
        found = landing.judge(one, said, goal=goal, share=0.8)
        held.append(found.low <= truth <= found.high)
        chances.append(found.chance)
        reached.append(truth >= goal)
    assert 0.70 <= np.mean(held) <= 0.90
    rate = np.mean(reached)
    brier = np.mean((np.array(chances) - np.array(reached)) ** 2)
    assert brier < 0.8 * rate * (1 - rate)  # the chances say more than the base rate
