"""Relative importance: against brute force over all orders, identities and planted ranks."""

from itertools import combinations, permutations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.diagnose.importance import importance, inflation, lmg, resampled


def r2(y, x):
    return sm.OLS(y, sm.add_constant(x)).fit().rsquared if x.shape[1] else 0.0


def brute(y, x):
    """The mean rise in R² over all orders of coming in, one regression after another."""
    many = x.shape[1]
    known = {some: r2(y, x[:, list(some)])
             for size in range(many + 1) for some in combinations(range(many), size)}  # fmt: skip
    found = np.zeros(many)
    orders = list(permutations(range(many)))
    for order in orders:
        for place, one in enumerate(order):
            before, after = sorted(order[:place]), sorted(order[: place + 1])
            found[one] += known[tuple(after)] - known[tuple(before)]
    return found / len(orders)


def random_data(seed, many=4, rows=30):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, many)) @ rng.normal(size=(many, many))
    return x @ rng.normal(size=many) + rng.normal(size=rows) * 2, x


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), many=st.integers(1, 5))
def test_it_is_the_mean_over_all_orders(seed, many):
    y, x = random_data(seed, many=many)
    found = lmg(np.cov(np.column_stack([y, x]).T))
    np.testing.assert_allclose(found, brute(y, x), atol=1e-7)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), many=st.integers(2, 8))
def test_parts_sum_to_r2_and_none_is_negative(seed, many):
    y, x = random_data(seed, many=many)
    found = lmg(np.cov(np.column_stack([y, x]).T))
    assert (found >= 0).all()
    assert found.sum() == pytest.approx(r2(y, x), abs=1e-5)  # of regressors nearly alike


def test_two_regressors_by_hand():
    """R²(1) = .36, R²(2) = .25, R²(both) = (.36 + .25 − 2·.6·.5·.4) ÷ (1 − .16)."""
    both = (0.36 + 0.25 - 2 * 0.6 * 0.5 * 0.4) / (1 - 0.16)
    found = lmg(np.array([[1, 0.6, 0.5], [0.6, 1, 0.4], [0.5, 0.4, 1]]))
    assert found[0] == pytest.approx((0.36 + both - 0.25) / 2)
    assert found[1] == pytest.approx((0.25 + both - 0.36) / 2)


def test_uncorrelated_regressors_have_their_squared_correlation():
    matrix = np.eye(4)
    matrix[0, 1:] = matrix[1:, 0] = [0.5, -0.3, 0.0]
    np.testing.assert_allclose(lmg(matrix), [0.25, 0.09, 0.0], atol=1e-9)


def test_scale_and_sign_do_not_matter():
    y, x = random_data(3)
    plain = lmg(np.cov(np.column_stack([y, x]).T))
    turned = lmg(np.cov(np.column_stack([-5 * y, x * [1, -1, 1e6, 1e-6]]).T))
    np.testing.assert_allclose(plain, turned, atol=1e-9)


def test_copies_share_evenly_and_constants_get_nothing():
    y, x = random_data(5, many=1)
    twice = np.column_stack([y, x, x, np.ones(len(y))])
    found = lmg(np.cov(twice.T))
    assert found[0] == pytest.approx(found[1], abs=1e-6) and found[2] == 0
    assert found.sum() == pytest.approx(r2(y, x), abs=1e-6)


def test_too_many_are_refused():
    with pytest.raises(ValueError, match="13 regressors"):
        lmg(np.eye(14))


def test_inflation_as_statsmodels():
    from statsmodels.stats.outliers_influence import variance_inflation_factor

    _, x = random_data(8)
    full = sm.add_constant(x)
    told = [variance_inflation_factor(full, at) for at in range(1, full.shape[1])]
    np.testing.assert_allclose(inflation(np.corrcoef(x.T)), told, rtol=1e-6)
    assert np.isinf(inflation(np.ones((2, 2)))).all()


def test_resampled_draws_whole_groups_about_strata_means():
    """Each draw is one of those that drawing the groups by hand makes."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(6, 2))
    groups, strata = np.repeat([0, 1, 2], 2), np.tile([0, 1], 3)
    known = []
    for drawn in np.ndindex(3, 3, 3):
        rows = np.concatenate([np.flatnonzero(groups == one) for one in drawn])
        frame = pd.DataFrame(values[rows])
        inside = (frame - frame.groupby(strata[rows]).transform("mean")).to_numpy()
        known.append(inside.T @ inside)
    found = resampled(values, groups=groups, strata=strata, times=20, seed=1)
    for one in found:
        assert min(np.abs(one - other).max() for other in known) < 1e-12


def planted(seed, *, reps=25, periods=8):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"rep": np.repeat(np.arange(reps), periods),
                          "period": np.tile(np.arange(periods), reps)})  # fmt: skip
    for name in ("strong", "weak", "none"):
        frame[name] = rng.normal(size=len(frame))
    trait = np.repeat(rng.normal(size=reps), periods)
    season = np.tile(10 * rng.normal(size=periods), reps)
    noise = rng.normal(size=len(frame))
    frame["y"] = 1.5 * frame["strong"] + 0.6 * frame["weak"] + trait + season + noise
    return frame


def test_planted_ranks_come_out_with_intervals():
    frame = planted(1)
    names = ["none", "weak", "strong"]
    found = importance(frame, "y", regressors=names, groups=frame["rep"],
                       strata=frame["period"], times=200)  # fmt: skip
    assert found["regressor"].tolist() == ["strong", "weak", "none"]
    assert found["share"].sum() == pytest.approx(1)
    assert (found["low"] <= found["share"]).all() and (found["share"] <= found["high"]).all()
    top = found.iloc[0]
    assert (top["rank_low"], top["rank_high"]) == (1, 1)
    assert found["explained"].sum() == pytest.approx(
        sm.OLS(frame["y"] - frame.groupby("period")["y"].transform("mean"),
               frame[names] - frame.groupby("period")[names].transform("mean")).fit().rsquared,
        abs=1e-7,
    )  # fmt: skip
    again = importance(frame, "y", regressors=names, groups=frame["rep"],
                       strata=frame["period"], times=200)  # fmt: skip
    pd.testing.assert_frame_equal(found, again)


def test_intervals_of_shares_hold_what_they_promise():
    """Of 40 samples, the interval of the strong one's share holds the true share in most."""
    true = 1.5**2 / (1.5**2 + 0.6**2)
    hit = []
    for seed in range(40):
        frame = planted(seed)
        found = importance(frame, "y", regressors=["strong", "weak", "none"],
                           groups=frame["rep"], strata=frame["period"], times=100)  # fmt: skip
        row = found.set_index("regressor").loc["strong"]
        hit.append(row["low"] <= true <= row["high"])
    assert np.mean(hit) >= 0.85
