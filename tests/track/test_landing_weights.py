"""Views combined by their past misses, and what past chances were worth."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kit.track import landing, record, views
from kit.track.course import of_months
from kit.track.weighing import ALIKE, POOLED, combine, weigh

NAN = float("nan")


def test_weights_by_hand():
    """One series, two periods: mean squared misses of 1 and 16 hundredths."""
    misses = np.array([[[0.1], [0.4]], [[-0.1], [-0.4]]])
    weights = weigh(misses)[:, 0]
    assert weights[0] / weights[1] == pytest.approx(16 ** (2 * 2 / (2 + ALIKE)), rel=1e-4)


def test_a_series_own_misses_speak_the_more_the_more_there_are():
    """In the first series view 0 held, in the others view 1 did."""
    own, other = [0.01, 0.1], [0.1, 0.01]
    shares = []
    for many in (2, 40):
        misses = np.tile(np.array([own, other, other]).T, (many, 1, 1))
        weights = weigh(misses)[:, 0]
        shares.append(weights[0] / weights.sum())
    assert shares[0] < 0.5 < shares[1]
    trust = 40 / (40 + POOLED)
    pooled = math.log((0.01 + 1 + 1) / (1 + 0.01 + 0.01))  # each series counts alike
    periods = 40 * math.sqrt(3)
    mixed = (trust * math.log(0.01) + (1 - trust) * pooled) * periods / (periods + ALIKE)
    assert shares[1] == pytest.approx(1 / (1 + math.exp(2 * mixed)), rel=1e-3)


def test_a_view_of_one_series_is_not_held_against_what_was_missed_in_others():
    """Both views are equally good for the first series; the second has none of view 1."""
    misses = np.tile(np.array([[0.1, 0.5], [0.1, NAN]]), (6, 1, 1))
    weights = weigh(misses)
    assert weights[0, 0] == pytest.approx(weights[1, 0], rel=1e-3)


def test_views_that_never_spoke_weigh_nothing():
    misses = np.full((3, 2, 1), NAN)
    misses[:, 0] = 0.2
    assert weigh(misses)[1, 0] == 0.0
    found = combine(np.array([[10.0], [99.0]]), np.full((0, 2, 1), NAN), np.empty((0, 1)))
    assert found.landing[0] == pytest.approx(54.5)  # without a past all weigh alike
    silent = combine(np.array([[NAN], [NAN]]), np.full((0, 2, 1), NAN), np.empty((0, 1)))
    assert np.isnan(silent.landing[0]) and silent.weights.sum() == 0.0


def test_a_view_that_is_silent_now_leaves_the_others():
    past = np.array([[[10.0], [11.0]], [[10.0], [9.0]]])
    actual = np.array([[10.0], [10.0]])
    found = combine(np.array([[NAN], [20.0]]), past, actual)
    assert found.landing[0] == 20.0 and found.weights[:, 0].tolist() == [0.0, 1.0]


def test_replays_do_not_use_their_own_misses():
    """View 0 held but in the last period; weights of the last know only the others."""
    past = np.array([[[10.0], [14.0]], [[10.0], [14.0]], [[20.0], [14.0]]])
    actual = np.full((3, 1), 10.0)
    found = combine(np.array([[10.0], [14.0]]), past, actual)
    assert found.weights[0, 0] < 0.5
    assert found.replayed[2, 0] > 19.0


def test_landing_without_noise_is_a_point():
    one = of_months(np.tile([1.0, 2, 3], 12)[:35], many=3, over=2)
    said = np.array([views.say(one, place) for place in range(len(one))])
    found = landing.judge(one, said, goal=6.0, share=0.8)
    assert found.landing == pytest.approx(6.0, rel=1e-5)
    assert found.low == pytest.approx(6.0, rel=1e-4) and found.high == pytest.approx(6.0, rel=1e-4)
    assert found.views["weight"].sum() == pytest.approx(1.0)
    assert found.error == pytest.approx(0.0, abs=1e-4)


def test_errors_of_views_by_hand():
    """Of three past quarters the run rate after a month was off by 3, 6 and 0 of 9, 12 and 3."""
    one = of_months([2, 3, 4, 2, 4, 6, 1, 1, 1, 5.0], many=3, over=1)
    said = np.array([views.say(one, place) for place in range(len(one))])
    found = landing.judge(one, said, goal=None, share=0.8)
    error = found.views.set_index("view")["error"]
    assert error["run_rate"] == pytest.approx((3 + 6 + 0) / (9 + 12 + 3))
    assert found.note == "few_periods" and found.n_backtest == 3 and found.record is None


def test_base_rates_know_only_earlier_periods():
    totals = np.array([[100.0], [100.0], [104.0], [90.0], [NAN]])
    rates = record.base_rates(totals, np.array([-1, 0, 1, 2, 3]))
    assert rates[1].tolist() == [0.5, 0.5, 0.5]  # nothing known yet
    assert rates[2].tolist() == pytest.approx([2 / 3, 1 / 3, 1 / 3])
    assert rates[4].tolist() == pytest.approx([3 / 5, 2 / 5, 1 / 5])


def told(replayed, actual, ago, *, base=0.5, trust=(0.65, 0.95, 1.1)):
    shaped = [np.array(one, dtype=float)[:, None] for one in (replayed, actual, ago)]
    return record.record(
        replayed=shaped[0], actual=shaped[1], ago=shaped[2], booked=np.zeros_like(shaped[0]),
        base=np.full((len(actual), 3), base), interval=0.8, trust=trust,
    )  # fmt: skip


def test_good_chances_are_trusted():
    found = told([100, 120, 90, 110, 95, 130], [101, 119, 91, 109, 96, 129], [100.0] * 6)
    assert found.coverage == 1.0 and found.brier < 0.1 and found.base_brier == 0.25
    assert (found.n_periods, found.n_series, found.reason) == (6, 1, "")


def test_bad_chances_are_withheld():
    """Always said to be above last year, always below, and the base rate knew."""
    found = told([120, 80, 120, 80], [80, 120, 80, 120], [100.0] * 4)
    assert found.brier > 1.1 * found.base_brier and found.reason == "brier"
    few = told([100, 100, 100, 100], [100.0, 100, 100, 100], [NAN] * 4)
    assert few.brier is None and few.reason == ""


def test_a_base_rate_that_is_always_right_does_not_silence_good_chances():
    found = told([104, 106, 104, 106], [105.0] * 4, [100.0] * 4, base=[0.99, 0.99, 0.01])
    assert found.brier > found.base_brier and found.brier < record.GOOD and found.reason == ""


def test_withheld_chances_leave_landing_and_interval():
    rng = np.random.default_rng(2)
    one = of_months(rng.gamma(4.0, 1.0, 40), many=3, over=1)
    said = np.array([views.say(one, place) for place in range(len(one))])
    free = landing.judge(one, said, goal=12.0, share=0.8)
    assert free.chance is not None and free.note == ""
    held = landing.judge(one, said, goal=12.0, share=0.8, trust=(0.0, 1.0, 0.0))
    assert held.chance is None and held.note == "chance_withheld" and held.record.reason == "brier"
    assert (held.landing, held.low, held.high) == (free.landing, free.low, free.high)
