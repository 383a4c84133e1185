"""How chances are checked: planted truths, no peeking, and what is withheld and why."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from kit.data.tables import Unavailable
from kit.plan import backtest, calibration, chance, joint_risk, trials
from kit.plan.baseline import outlook
from kit.show import trust
from kit.show.words import Words

SEASON = np.array([0.8, 0.7, 1.0, 1.1, 1.2, 1.3, 0.9, 0.8, 1.0, 1.1, 1.2, 0.9])


def noisy(rows=60, many=6, *, sd=0.05, seed=1, common=0.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    size = 1000 * np.resize(SEASON, rows)[:, None] * np.ones(many)
    shared = common * rng.normal(0, 1, (rows, 1))
    return pd.DataFrame(size * np.exp(rng.normal(0, sd, (rows, many)) + shared))


def checked(history, **changes) -> calibration.Calibration:
    asked = {"horizon": 3, "last": 3, "cycle": 12, **changes}
    return calibration.of_history(history, **asked)


def lines(history, *, start="2022-01") -> list[dict]:
    days = pd.period_range(start, periods=len(history), freq="M").to_timestamp()
    return [
        {"date": day + pd.Timedelta(14, "D"), "amount": float(amount), "line": f"line {name}"}
        for name in history
        for day, amount in zip(days, history[name], strict=True)
    ]


def test_planted_noise_is_covered_and_beats_the_base_rate():
    found = [checked(noisy(sd=0.08, seed=seed)) for seed in range(8)]
    assert 0.75 < np.mean([one.coverage for one in found]) < 0.88
    assert np.mean([one.brier for one in found]) < 0.95 * np.mean([one.base_brier for one in found])
    assert {(one.n_forecasts, one.n_cuts, one.n_entities) for one in found} == {(72, 12, 6)}
    assert sum(one.trusted for one in found) >= 4


def test_scores_by_hand():
    history = noisy(many=3)
    totals = backtest.totals(history, horizon=3, last=3, cycle=12)
    sums = history.rolling(3).sum()
    inside, own, base = [], [], []
    for cut in sorted(set(totals["cut"])):
        others = totals.loc[(totals["cut"] - cut).abs() >= 3, "error"]
        growth = [
            sums.iloc[row, one] / sums.iloc[row - 12, one] for one in range(3)
            for row in range(14, cut)
        ]  # fmt: skip
        for one in totals[totals["cut"] == cut].itertuples():
            errors = np.exp(others * one.noise) - 1
            low, high = chance.interval(one.forecast, errors, share=0.8)
            inside.append(low <= one.actual <= high)
            for level in (1.0, 1.03, 1.06):
                target = level * sums.loc[cut - 10, one.entity]
                came = one.actual >= target
                told = chance.of_target(target, mean=one.forecast, errors=errors)
                share = (np.sum(np.array(growth) >= level) + 1) / (len(growth) + 2)
                own.append((told - came) ** 2)
                base.append((share - came) ** 2)
    found = checked(history)
    assert found.coverage == pytest.approx(np.mean(inside))
    assert found.brier == pytest.approx(np.mean(own))
    assert found.base_brier == pytest.approx(np.mean(base))
    weighted = (found.levels["brier"] * found.levels["n"]).sum() / found.levels["n"].sum()
    assert weighted == pytest.approx(found.brier)
    assert (found.cuts["coverage"] * found.cuts["n"]).sum() == pytest.approx(np.sum(inside))


def test_a_cut_is_not_judged_by_its_own_error():
    history = noisy()
    shocked = history.copy()
    shocked.iloc[-1] *= 5  # only the latest cut forecasts this month
    quiet, loud = checked(history).cuts, checked(shocked).cuts
    assert loud["coverage"].iloc[0] == 0.0
    near = loud["cut"] > len(history) - 7  # cuts that share months with it lack its errors
    pd.testing.assert_frame_equal(quiet[near].iloc[1:], loud[near].iloc[1:])


def test_base_rate_knows_nothing_of_what_comes():
    history = noisy()
    later = history.copy()
    later.iloc[-1] *= 5
    quiet, loud = checked(history).cuts, checked(later).cuts
    assert np.allclose(quiet["base_brier"].iloc[1:], loud["base_brier"].iloc[1:])


def test_a_trained_eye_is_needed_for_four_cuts():
    assert checked(noisy(20)).reason == "few_cuts"
    empty = checked(noisy(10))
    assert (empty.coverage, empty.brier, empty.n_cuts, empty.reason) == (None, None, 0, "few_cuts")
    assert empty.levels.empty and empty.cuts.empty and not empty.trusted
    assert checked(noisy(24)).n_cuts >= 4


def test_whole_years_keep_half_apart():
    found = checked(noisy(48), horizon=12, last=12)
    assert found.n_cuts >= 4
    totals = backtest.totals(noisy(48), horizon=12, last=12, cycle=12)
    cut = int(totals["cut"].max())
    used = trials._apart(totals, cut, last=12)
    assert used.size == 6 * (totals["cut"].drop_duplicates() <= cut - 6).sum()


@pytest.mark.parametrize(
    ("bounds", "reason"),
    [
        ((0.99, 1.0, 1.0), "coverage_low"),
        ((0.0, 0.1, 1.0), "coverage_high"),
        ((0.0, 1.0, 0.01), "brier"),
        ((0.0, 1.0, 9.0), ""),
    ],
)
def test_what_is_bad_is_named(bounds, reason):
    found = checked(noisy(), trust=bounds)
    assert found.reason == reason and found.trusted == (not reason)


def test_a_break_in_the_history_withholds_the_chance(make_case):
    rng = np.random.default_rng(3)
    history = noisy(42, many=3, sd=0.02)
    history.iloc[28:] *= np.exp(np.cumsum(rng.choice([-0.35, 0.35], (14, 1)), axis=0))
    found = outlook(make_case(sales=lines(history)))
    assert not found.calibration.trusted and found.chance(found.mean) is None
    assert found.calibration.reason in ("coverage_low", "brier")
    unseen = replace(found, calibration=None)
    assert unseen.chance(found.mean) is not None


def test_a_calm_history_keeps_its_chance(make_case):
    case = make_case(sales=lines(noisy(42, many=4, sd=0.08, seed=5)))
    found = outlook(case)
    assert found.calibration.trusted and found.calibration.n_entities == 5
    assert 0.3 < found.chance(found.mean) < 0.7
    assert found.calibration.cuts["cut"].iloc[0] == "2025-03"
    history = lines(noisy(42, many=4, sd=0.08, seed=5))
    strict = make_case(sales=history, settings={"targets.trust": [0.99, 1.0, 1.0]})
    assert outlook(strict).chance(found.mean) is None
    assert outlook(strict).errors.tolist() == found.errors.tolist()


def test_calibration_does_not_look_into_the_period(make_case):
    history = noisy(45, many=3)
    wild = history.copy()
    wild.iloc[42:] *= 100
    one, other = (
        calibration.calibration(make_case(sales=lines(found))) for found in (history, wild)
    )
    assert one.coverage == other.coverage
    assert (one.brier, one.base_brier) == (other.brier, other.base_brier)
    assert calibration.calibration(make_case(sales=[])) == Unavailable(
        reason="too_short", detail="0"
    )


def test_series_that_turn_negative_have_coverage_and_no_base_rate():
    rng = np.random.default_rng(7)
    found = checked(pd.DataFrame(rng.normal(-100, 50, (60, 4))))
    assert found.reason == "no_base_rate" and found.coverage is not None
    assert found.brier is None and found.brier_ratio is None


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.integers(24, 60), st.sampled_from([0.01, 0.1, 1.0]))
def test_scores_stay_within_their_bounds_and_units_do_not_matter(seed, rows, sd):
    history = noisy(rows, 2, sd=sd, seed=seed)
    found, scaled = checked(history), checked(history * 1000)
    if found.coverage is not None:
        assert 0 <= found.coverage <= 1 and 0 <= found.brier <= 1 and 0 <= found.base_brier <= 1
    assert found.coverage == scaled.coverage
    assert found.brier == pytest.approx(scaled.brier)


def test_targets_at_once_are_those_one_by_one():
    errors = np.random.default_rng(1).normal(0, 0.1, 30)
    whole = chance.of_targets([80, 100, 130], mean=100, errors=errors)
    assert whole.tolist() == [
        chance.of_target(one, mean=100, errors=errors) for one in (80, 100, 130)
    ]
    assert chance.of_targets([1.0], mean=100, errors=errors[:3]) is None
    assert chance.interval(100, errors[:3], share=0.8) is None


def joint(history, **changes) -> joint_risk.JointRisk | Unavailable:
    asked = {"kind": "region", "horizon": 1, "last": 1, "cycle": 12, **changes}
    return joint_risk.of_history(history, **asked)


def test_planted_common_share_is_found():
    alone = [joint(noisy(60, 4, seed=seed)).correlation for seed in range(12)]
    tied = [joint(noisy(60, 4, seed=seed, common=0.05)).correlation for seed in range(12)]
    assert abs(np.mean(alone)) < 0.12 and 0.3 < np.mean(tied) < 0.65


def test_sum_of_parts_by_hand():
    found = joint(noisy(60, 3, common=0.05), target=3300.0)
    sd, shared = found.parts["sd"].to_numpy(), found.correlation
    cross = sum(2 * one * other for one, other in combinations(sd, 2))
    assert found.sd_independent == pytest.approx(np.sqrt((sd**2).sum()))
    assert found.sd_together == pytest.approx(np.sqrt((sd**2).sum() + shared * cross))
    bounds = (found.parts["mean"] * (1 - 3300 / found.mean) / found.parts["sd"]).to_numpy()
    covariance = np.full((3, 3), shared) + (1 - shared) * np.eye(3)
    exact = multivariate_normal(cov=covariance, seed=1).cdf(bounds)
    assert found.chance_all == pytest.approx(exact, abs=1e-3)
    assert found.chance_all > found.chance_all_independent
    assert found.chance_none > found.chance_none_independent


def test_joint_risk_needs_parts_cuts_and_a_target():
    assert joint(noisy(60, 1)) == Unavailable(reason="few_parts", detail="1")
    assert joint(noisy(18, 3)).reason == "few_cuts"
    plain = joint(noisy(60, 3))
    assert plain.withheld == "no_target" and plain.chance_sum is None and plain.sd_together > 0


def test_parts_of_a_case_are_its_own_or_its_lines(make_case):
    history = noisy(45, 3, sd=0.08, common=0.05)
    by_line = joint_risk.joint_risk(make_case(sales=lines(history), scope="rep:R1"), target=2900.0)
    assert by_line.kind == "line"
    assert sorted(by_line.parts["part"]) == ["line 0", "line 1", "line 2"]
    sales = [
        {**row, "region": row["line"].replace("line", "Region"), "line": "one"}
        for row in lines(history)
    ]
    by_region = joint_risk.joint_risk(make_case(sales=sales, scope="company"))
    assert by_region.kind == "region" and len(by_region.parts) == 3
    assert by_region.correlation == pytest.approx(by_line.correlation)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_is_told_beside_the_chance(language):
    words = Words(language, "CNY")
    good = checked(noisy(sd=0.08))
    view = trust.beside(good, words)
    assert words.share(good.coverage) in view.html and words.number(good.brier) in view.html
    assert view.html.count("<tr") == 4 and "106" in view.html
    bad = replace(good, trusted=False, reason="coverage_low")
    assert trust.reason(bad, words) in trust.sentence(bad, words)
    none = checked(noisy(10))
    assert trust.sentence(none, words) == trust.beside(none, words).title
    assert trust.beside(None, words).html == ""
    for found in (joint(noisy(60, 3, common=0.05), target=3300.0), joint(noisy(60, 3, seed=4))):
        assert words.money(found.sd_together) in trust.moves(found, words).html
    assert "2" in trust.moves(Unavailable(reason="few_parts", detail="2"), words).title


def test_the_sentence_reads_well():
    words = Words("en", "CNY")
    bad = replace(checked(noisy(10)), n_cuts=2)
    assert trust.sentence(bad, words) == (
        "No chance is told: the history allows 2 trials at past dates; at least 4 are needed."
    )
