"""Each view of a landing by hand: whole months, within a month, before the period, too little."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kit.plan.seasonal import fit
from kit.track import refit, views
from kit.track.course import Course, days_that_count, of_months

SEASON = np.array([6.0, 7, 10, 11, 12, 14, 7, 8, 10, 11, 13, 19])


def within(amounts, begun, *, worked, passed, many=3, over=0, cycle=12, first=None):
    """A course seen within a month; one series."""
    many_months = len(worked)
    whole, started = np.full((many_months, 1), np.nan), np.full((many_months, 1), np.nan)
    whole[: len(amounts), 0], started[: len(begun), 0] = amounts, begun
    days, gone = np.array(worked, dtype=float), np.array(passed, dtype=float)
    opened = np.arange(0, many_months, many) if first is None else np.array(first)
    return Course(whole, started, days, gone, days, gone, opened, many, over, cycle)


def test_run_rate_is_booked_by_working_days():
    one = of_months([10.0, 20.0], many=3, over=2, worked=[18, 22, 20])
    assert views.run_rate(one, 0)[0] == pytest.approx(30 / 40 * 60)
    inside = within([], [9.0], worked=[20, 22, 18], passed=[6, 0, 0])
    assert views.run_rate(inside, 0)[0] == pytest.approx(9 / 6 * 60)
    day_one = within([], [2.0], worked=[20, 22, 18], passed=[1, 0, 0])
    assert views.run_rate(day_one, 0)[0] == pytest.approx(2 * 60)
    weekend_first = within([], [2.0], worked=[20, 22, 18], passed=[0, 0, 0])
    assert np.isnan(views.run_rate(weekend_first, 0)[0])


def test_run_rate_on_the_last_day_but_one():
    one = within([10, 10], [0, 0, 9], worked=[20, 20, 20], passed=[19, 19, 19], over=2)
    assert views.run_rate(one, 0)[0] == pytest.approx(29 * 60 / 59)
    done = within([10, 10], [0, 0, 9], worked=[20, 20, 20], passed=[20, 20, 20], over=2)
    assert views.run_rate(done, 0)[0] == pytest.approx(29)  # a weekend is left


def test_pace_with_one_year_is_drawn_half_way_to_all_periods():
    """A year of four months in quarters of two: last year's first quarter had half by now."""
    one = of_months([20, 20, 30, 10, 30.0], many=2, over=1, cycle=4)
    of_all = (20 + 30) / 80
    assert views.pace(one, 2)[0] == pytest.approx(30 / (of_all + 0.5 * (0.5 - of_all)))


def test_pace_of_two_years_is_drawn_by_what_their_spread_could_make():
    two = of_months([10, 30, 30, 10, 20, 20, 30, 10, 30.0], many=2, over=1, cycle=4)
    own = (20 + 0.8 * 10) / (40 + 0.8 * 40)
    beside = own - (10 + 30 + 20 + 30) / 160
    by_chance = (0.125**2 + 0.125**2) / 1 / 2  # shares of 1/2 and 1/4
    share = own - beside * by_chance / beside**2
    assert views.pace(two, 4)[0] == pytest.approx(30 / share)
    alike = of_months([20, 60, 30, 10, 10, 30, 30, 10, 30.0], many=2, over=1, cycle=4)
    assert views.pace(alike, 4)[0] == pytest.approx(30 / 0.25)  # no spread, nothing drawn


def test_pace_follows_this_years_days():
    """Last year both months had 20 days; now the first has 10, so it is due half as much."""
    days = np.array([20.0, 20, 20, 20, 10, 20])
    one = of_months([20, 20, 20, 20, 10.0], many=2, over=1, cycle=4, worked=days)
    assert views.pace(one, 2)[0] == pytest.approx(30.0)


def test_pace_without_a_past_or_with_next_to_no_share_is_null():
    assert np.isnan(views.pace(of_months([5.0], many=3, over=1), 0)[0])
    late = of_months([1, 0, 99, 1.0], many=3, over=1)  # a hundredth was booked by now
    assert np.isnan(views.pace(late, 1)[0])
    lost = of_months([5, -9, 2, 5.0], many=3, over=1)  # the whole was below zero
    assert np.isnan(views.pace(lost, 1)[0])


def test_seasonal_grows_what_last_year_still_got():
    """Last quarter of months against the year before: (30 + 30 + 12) ÷ (20 + 20 + 8) = 1.5."""
    months = np.full(13, 20.0)
    months[0:3] = 8, 10, 12
    months[10:13] = 30, 30, 12
    one = of_months(np.concatenate([[20, 20], months]), many=3, over=1, place=2)
    # months 0 and 1 lie a year before the two before the quarter
    assert one.first.tolist() == [2, 5, 8, 11, 14]
    growth = (30 + 30 + 12) / (20 + 20 + 8)
    assert views.seasonal(one, 4)[0] == pytest.approx(12 + (10 + 12) * growth)


def test_growth_is_held_between_a_third_and_threefold():
    months = np.concatenate([np.full(15, 1.0), np.full(10, 100.0)])
    one = of_months(months, many=3, over=1)
    assert views.seasonal(one, 8)[0] == pytest.approx(100 + 3 * 2)
    negative = of_months(np.where(np.arange(25) < 15, -1.0, 5.0), many=3, over=1)
    assert views.seasonal(negative, 8)[0] == pytest.approx(5 - 2)  # no growth on a loss


def test_seasonal_within_a_month_takes_only_what_came_after_the_point():
    worked, passed = np.full(6, 20.0), np.full(6, 5.0)
    one = within([8, 8, 8, 8, 8], [2, 2, 2, 2, 2, 3.0], worked=worked, passed=passed, many=1,
                 cycle=4, first=range(6))  # fmt: skip
    growth = (8 + 3) / (8 + 2)
    assert views.seasonal(one, 5)[0] == pytest.approx(3 + 6 * growth)


def test_refit_is_booked_and_the_baselines_forecast():
    months = np.tile(SEASON, 4)[:43] * 1.01 ** np.arange(43)
    one = of_months(months, many=3, over=1)
    ahead = np.exp(fit(np.log(months[:, None]), horizon=2, cycle=12).ahead[:, 0])
    assert refit.landing(one, 14)[0] == pytest.approx(months[42] + ahead.sum())
    plain = months - months.mean()  # some below zero: no logarithms
    ahead = fit(plain[:, None], horizon=2, cycle=12).ahead[:, 0]
    found = refit.landing(of_months(plain, many=3, over=1), 14)[0]
    assert found == pytest.approx(plain[42] + ahead.sum())


def test_refit_counts_days():
    days = np.resize([18.0, 20, 22, 24], 45)
    one = of_months(3 * days[:43], many=3, over=1, worked=days)
    assert refit.landing(one, 14)[0] == pytest.approx(3 * days[42:45].sum())


def test_refit_fills_the_running_month_up():
    """Flat months of 10, a quarter of which comes by the point; 4 came: 4 + 7.5 is expected."""
    worked, passed = np.full(27, 20.0), np.full(27, 10.0)
    begun = np.append(np.full(24, 2.5), 4.0)
    one = within(np.full(24, 10.0), begun, worked=worked, passed=passed)
    later = np.exp(fit(np.log(np.append(np.full(24, 10.0), 11.5)[:, None]), horizon=2,
                       cycle=12).ahead).sum()  # fmt: skip
    assert refit.landing(one, 8)[0] == pytest.approx(11.5 + later)
    usual = np.append(np.full(24, 2.5), 2.5)
    assert refit.landing(
        within(np.full(24, 10.0), usual, worked=worked, passed=passed), 8
    )[0] == pytest.approx(30.0)


def test_refit_before_the_period_forecasts_all_of_it():
    """A month and a half before the quarter: its three months are forecast, nothing is booked."""
    worked, passed = np.full(27, 20.0), np.full(27, 10.0)
    one = within(np.full(22, 10.0), np.full(23, 5.0), worked=worked, passed=passed, over=-2)
    assert one.booked(8)[0] == 0.0
    assert refit.landing(one, 8)[0] == pytest.approx(30.0)
    said = views.say(one, 8)[:, 0]
    assert np.isnan(said[:2]).all() and said[3] == pytest.approx(30.0)
    ended = within(np.full(22, 10.0), np.zeros(23), worked=worked, passed=np.zeros(27), over=-2)
    assert refit.landing(ended, 8)[0] == pytest.approx(30.0)


def test_refit_needs_three_months_and_no_days():
    assert np.isnan(refit.landing(of_months([1.0, 1.0], many=3, over=2), 0)[0])
    daily = replace(of_months(np.ones(400), many=1, over=0), cycle=364)
    assert np.isnan(refit.landing(daily, 400)[0])


@pytest.mark.parametrize("over", [1, 2])
def test_planted_steady_growth_lands_exactly(over):
    """The same quarters with 5 % more a year: pace and last year's rest see it through."""
    years = np.concatenate([SEASON * 1.05**year for year in range(5)])
    for end in range(36 + over, 60, 3):
        one = of_months(years[:end], many=3, over=over)
        place = len(one) - 1
        truth = years[place * 3 : place * 3 + 3].sum()
        assert views.seasonal(one, place)[0] == pytest.approx(truth)
        assert refit.landing(one, place)[0] == pytest.approx(truth, rel=0.02)
        assert views.pace(one, place)[0] == pytest.approx(truth, rel=0.02)


def test_nothing_later_is_used():
    rng = np.random.default_rng(3)
    months = rng.gamma(9.0, 1.0, 40)
    changed = months.copy()
    changed[32:] = 1e6
    one, other = (of_months(found, many=3, over=1) for found in (months, changed))
    for place in range(3, 10):  # the tenth quarter's first month is the 31st
        np.testing.assert_array_equal(views.say(one, place), views.say(other, place))
    assert (views.say(one, 11) != views.say(other, 11)).any()


def test_no_amounts_at_all():
    one = of_months(np.zeros(28), many=3, over=1)
    said = views.say(one, 9)[:, 0]
    assert said[0] == said[2] == said[3] == 0.0 and np.isnan(said[1])


def test_calendar_days_count_only_where_they_leave_much_less_unrest():
    rng = np.random.default_rng(1)
    worked = rng.integers(17, 24, 60).astype(float)
    passing = np.resize([31.0, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], 60)
    noise = np.exp(rng.normal(0, 0.01, (60, 1)))
    chosen = days_that_count(worked[:, None] * noise, worked, passing, cycle=12)
    assert chosen is worked
    assert days_that_count(passing[:, None] * noise, worked, passing, cycle=12) is passing
    short = days_that_count(passing[:14, None] * noise[:14], worked, passing, cycle=12)
    assert short is worked
    assert days_that_count(-passing[:, None] * noise, worked, passing, cycle=12) is worked
