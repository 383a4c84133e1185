"""The kit's fitting and reconciliation beside well-known libraries'."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kit.plan import cube, reconcile

TOURISM = Path(__file__).resolve().parents[3] / "shared" / "data" / "series" / "tourismsmall"


@pytest.fixture(scope="module")
def tourism():
    """The tourism series, how they add up, seasonal naive forecasts of a year, and their errors."""
    if not TOURISM.is_dir():
        pytest.skip(f"no folder {TOURISM}: the tourism series lie beside the project")
    series = pd.read_csv(TOURISM / "data.csv", index_col=0).astype(float)
    sums = pd.read_csv(TOURISM / "agg_mat.csv", index_col=0)
    series = series[sums.index]
    known = series.iloc[:-4]
    base = known.iloc[-4:].T.set_axis(["1", "2", "3", "4"], axis=1)
    # forecasts that do not add up: each level is off in its own way, always the same
    rng = np.random.default_rng(0)
    base = base * rng.uniform(0.9, 1.1, size=(len(base), 1))
    fitted = known.shift(4)
    return known.iloc[4:], sums, base, fitted.iloc[4:]


def test_three_way_fitting_equals_ipfn():
    ipfn = pytest.importorskip("ipfn.ipfn", reason="ipfn is not installed").ipfn
    seed = np.random.default_rng(2).gamma(2.0, size=(5, 4, 3))
    shares = [np.random.default_rng(number).dirichlet(np.ones(size)) * 1000
              for number, size in enumerate(seed.shape)]  # fmt: skip
    margins = {(axis,): one for axis, one in enumerate(shares)}
    theirs = ipfn(seed.copy(), shares, [[0], [1], [2]], convergence_rate=1e-12).iteration()
    assert np.allclose(cube.fit(seed, margins=margins), theirs, rtol=1e-6)


def test_tables_as_margins_equal_ipfn():
    ipfn = pytest.importorskip("ipfn.ipfn", reason="ipfn is not installed").ipfn
    seed = np.random.default_rng(2).gamma(2.0, size=(5, 4, 3))
    other = np.random.default_rng(4).gamma(2.0, size=(5, 4, 3))
    margins = {axes: cube.margin(other, axes) for axes in ((0, 1), (1, 2))}
    theirs = ipfn(seed.copy(), list(margins.values()), [[0, 1], [1, 2]],
                  convergence_rate=1e-12).iteration()  # fmt: skip
    assert np.allclose(cube.fit(seed, margins=margins), theirs, rtol=1e-6)


def test_reconciled_forecasts_add_up_and_those_that_do_stay(tourism):
    past, sums, base, fitted = tourism
    errors = past - fitted
    for found in (
        reconcile.bottom_up(base, sums=sums),
        reconcile.variance_weighted(base, sums=sums, errors=errors),
    ):
        assert np.allclose(found, sums.to_numpy() @ found.loc[sums.columns].to_numpy())
        again = reconcile.variance_weighted(found, sums=sums, errors=errors)
        assert np.allclose(again, found)


def test_variance_weighting_is_weighted_least_squares(tourism):
    past, sums, base, fitted = tourism
    errors = past - fitted
    found = reconcile.variance_weighted(base, sums=sums, errors=errors)
    weight = 1 / np.sqrt((errors**2).mean().to_numpy())
    bottom = np.linalg.lstsq(sums.to_numpy() * weight[:, None], base.to_numpy() * weight[:, None],
                             rcond=None)[0]  # fmt: skip
    assert np.allclose(found, sums.to_numpy() @ bottom, rtol=1e-6)


@pytest.mark.parametrize("method", ["bottom_up", "wls_var"])
def test_reconciliation_equals_hierarchicalforecast(tourism, method):
    methods = pytest.importorskip(
        "hierarchicalforecast.methods", reason="hierarchicalforecast is not installed"
    )
    past, sums, base, fitted = tourism
    matrix, values = sums.to_numpy(dtype=float), base.to_numpy(dtype=float)
    bottom = np.arange(len(sums) - sums.shape[1], len(sums))
    assert list(sums.index[bottom]) == list(sums.columns)
    if method == "bottom_up":
        theirs = methods.BottomUp().fit_predict(S=matrix, y_hat=values)
        ours = reconcile.bottom_up(base, sums=sums)
    else:
        theirs = methods.MinTrace(method="wls_var").fit_predict(
            S=matrix, y_hat=values, y_insample=past.T.to_numpy(),
            y_hat_insample=fitted.T.to_numpy(),
        )  # fmt: skip
        ours = reconcile.variance_weighted(base, sums=sums, errors=past - fitted)
    assert np.allclose(ours, theirs["mean"], rtol=1e-5)


def test_missing_entities_are_named():
    sums = pd.DataFrame({"a": [1, 1]}, index=["all", "a"])
    with pytest.raises(ValueError, match="entity 'a'"):
        reconcile.bottom_up(pd.DataFrame({"1": [1.0]}, index=["all"]), sums=sums)
    base = pd.DataFrame({"1": [1.0, 1.0]}, index=["all", "a"])
    with pytest.raises(ValueError, match="no row"):
        reconcile.variance_weighted(base, sums=sums, errors=pd.DataFrame(columns=["all", "a"]))
