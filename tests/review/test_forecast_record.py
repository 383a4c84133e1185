"""How forecasts turned out: told as they were then, judged by what came, and what that changes."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from kit.data.case import reopen
from kit.data.tables import Unavailable
from kit.review import forecast_feedback, forecast_record
from kit.review.forecast_feedback import judged, needed, score, widened
from kit.track import landing


@pytest.fixture(scope="module")
def team(sample_company):
    return reopen(sample_company[2], scope="team:East-2")


def rows(actual, *, told=100.0, low=90.0, high=110.0, brier=None):
    frame = pd.DataFrame({"period": [f"p{n}" for n in range(len(actual))], "actual": actual})
    frame = frame.assign(told=told, low=low, high=high, brier=brier)
    inside = (frame["actual"] >= low) & (frame["actual"] <= high)
    return frame.assign(error=frame["actual"] / told - 1, inside=inside.astype(float)).astype(
        {"brier": "float64"}
    )


def test_points_are_days_by_share_of_the_working_days(make_case):
    case = make_case(settings={"review.next.points": "[0.001, 0.5, 0.5, 1]"})
    (found,) = forecast_record.points(case, case.calendar.period("2025-09"))
    days = case.calendar.workdays(dt.date(2025, 9, 1), dt.date(2025, 9, 30))
    assert found == (0.5, days[int(len(days) / 2 + 0.5) - 1].date())


def test_a_forecast_is_the_one_told_on_that_day(team):
    table = forecast_record.record(team).landings
    one = table[table["period"] == "2025Q3"].iloc[1]
    then = landing.forecast(reopen(team, as_of=one["as_of"].date()))
    assert one["told"] == pytest.approx(then.landing)
    assert one["low"] == pytest.approx(then.low) and one["high"] == pytest.approx(then.high)
    assert one["chance"] == pytest.approx(then.chance)


def test_results_are_the_same_for_all_points_of_a_period(team):
    found = forecast_record.record(team)
    assert found.landings.groupby("period")["actual"].nunique().eq(1).all()
    assert found.landings["period"].unique().tolist() == ["2025Q3", "2025Q2", "2025Q1", "2024Q4"]
    both = pd.concat([found.plans, found.landings])
    assert (both["brier"].isna() == (both["chance"].isna() | both["target"].isna())).all()
    held = both["inside"].dropna()
    assert set(held) <= {0.0, 1.0}
    told = both.dropna(subset=["brier"])
    assert np.allclose(told["brier"], (told["chance"] - told["reached"]) ** 2)


def test_a_running_period_is_not_judged(team):
    found = forecast_record.record(reopen(team, as_of="2025-08-15"))
    assert "2025Q3" not in set(found.landings["period"])
    assert isinstance(forecast_record.by_part(reopen(team, as_of="2025-08-15")), Unavailable)


def test_parts_are_judged_by_their_own_rows(team):
    found = forecast_record.by_part(team)
    assert found["scope"].tolist() == ["rep:R005", "rep:R006"]
    rep = reopen(team, scope="rep:R005")
    own = forecast_record.record(rep).landings
    own = own[own["period"] == "2025Q3"]
    assert found["error"].iloc[0] == pytest.approx(own["error"].mean())
    assert forecast_record.by_part(rep).reason == "no_parts_opened"


def test_bias_is_the_mean_log_error_with_students_interval():
    actual = [90.0, 95.0, 105.0, 88.0]
    found = score(rows(actual))
    logs = np.log(np.array(actual) / 100)
    low, high = stats.t.interval(0.8, 3, loc=logs.mean(), scale=stats.sem(logs))
    assert found.bias == pytest.approx(np.expm1(logs.mean()))
    assert (found.bias_low, found.bias_high) == pytest.approx((np.expm1(low), np.expm1(high)))
    assert (found.coverage, found.brier, found.chances) == (0.75, None, 0)


def test_forecasts_of_one_period_count_as_one():
    same = rows([90.0] * 4).assign(period="p")
    found = score(same)
    assert found.periods == 1 and found.bias_low is None


@pytest.mark.parametrize(
    ("actual", "state"),
    [([100.0] * 3, "few"), ([100.0] * 4, "covered"), ([100.0] * 2 + [130.0] * 2, "widened"),
     ([130.0] * 3 + [100.0], "withheld")],
)  # fmt: skip
def test_low_coverage_widens_and_coverage_beyond_bad_luck_withholds(actual, state):
    found = judged(rows(actual), interval=0.8, least=0.65, few=4)
    assert found.state == state and found.proven == (state in ("few", "covered"))


def test_widened_intervals_would_have_held_enough():
    table = rows([100.0, 100.0, 125.0, 80.0])
    factor = needed(table, interval=0.8)
    half_up, half_down = np.log(110 / 100), np.log(100 / 90)
    assert factor == pytest.approx(max(np.log(1.25) / half_up, np.log(1 / 0.8) / half_down))
    errors = widened(np.array([0.1, -0.1]), factor)
    assert abs(errors).min() > 0.1 and (errors > -1).all()


def test_amounts_that_turn_negative_are_scored_without_logs():
    table = rows([-5.0, 100.0], told=10.0, low=-20.0, high=40.0)
    found = score(table)
    assert found.bias == pytest.approx(9.0) and needed(table, interval=0.8) == 3.0


@pytest.mark.parametrize("sales", [[], [{"date": "2025-09-10", "amount": 1.0}]])
def test_without_history_there_is_no_record(make_case, sales):
    case = make_case(sales=sales)
    found = forecast_record.record(case)
    assert isinstance(found, Unavailable) or found.plans.empty
    assert forecast_feedback.feedback(case).state == "few"


def test_returns_alone_break_nothing(make_case):
    days = pd.date_range("2022-01-05", "2025-09-05", freq="7D")
    case = make_case(sales=[{"date": day.date().isoformat(), "amount": -5.0} for day in days])
    found = forecast_record.record(case)
    if not isinstance(found, Unavailable):
        assert np.isfinite(found.landings["told"]).all()
    forecast_feedback.scores(case)
