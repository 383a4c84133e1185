"""Relative importance: how much of what a regression explains is each regressor's (LMG)."""

from __future__ import annotations

from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

MOST = 12  # regressors: 2 ** 12 regressions
_RIDGE = 1e-10  # on correlations; columns that are the same share evenly
LEVEL = 0.95


def lmg(correlations: np.ndarray) -> np.ndarray:
    """Share the R² of a regression out among its regressors.

    Parameters
    ----------
    correlations : array, … × (1 + p) × (1 + p)
        Correlations of the outcome (first) and p regressors; covariances give the same.

    Returns
    -------
    array, … × p
        The rise in R² when a regressor comes in, averaged over all p! orders of coming in:

            lmg_j = Σ_S  |S|! (p − 1 − |S|)! / p!  (R²(S ∪ j) − R²(S))

        over the sets S of other regressors; none is negative, and they sum to R². Those of
        uncorrelated regressors are their squared correlations with the outcome. 0 where the
        outcome or the regressor does not vary.

    Raises
    ------
    ValueError
        With more than 12 regressors.

    References
    ----------
    Lindeman, Merenda and Gold (1980), Introduction to Bivariate and Multivariate Analysis, p. 119;
    Grömping (2006), Journal of Statistical Software 17(1).

    Examples
    --------
    >>> found = lmg(np.array([[1.0, 0.6, 0.5], [0.6, 1.0, 0.0], [0.5, 0.0, 1.0]]))
    >>> found.round(2).tolist()
    [0.36, 0.25]
    """
    matrix = _standard(np.asarray(correlations, dtype=float))
    many = matrix.shape[-1] - 1
    if many > MOST:
        raise ValueError(f"lmg: {many} regressors are too many; give at most {MOST}.")
    explained = {(): np.zeros(matrix.shape[:-2])}
    for size in range(1, many + 1):
        for some in combinations(range(many), size):
            explained[some] = _explained(matrix, some)
    found = np.zeros((*matrix.shape[:-2], many))
    for some, r2 in explained.items():
        inside, size = set(some), len(some)
        if size:
            weight = factorial(size - 1) * factorial(many - size) / factorial(many)
            found[..., list(some)] += weight * r2[..., None]
        if size < many:
            weight = factorial(size) * factorial(many - 1 - size) / factorial(many)
            found[..., [one for one in range(many) if one not in inside]] -= weight * r2[..., None]
    return np.maximum(found, 0.0)


def inflation(correlations: np.ndarray) -> np.ndarray:
    """How much the other regressors inflate the variance of each one's effect (VIF).

    Parameters
    ----------
    correlations : array, p × p
        Of the regressors.

    Returns
    -------
    array
        1 ÷ (1 − R² of each on the others); infinite where the others determine it.

    Examples
    --------
    >>> inflation(np.array([[1.0, 0.8], [0.8, 1.0]])).round(2).tolist()
    [2.78, 2.78]
    """
    found = []
    for one in range(len(correlations)):
        rest = [other for other in range(len(correlations)) if other != one]
        order = [one, *rest]
        matrix = _standard(np.asarray(correlations, dtype=float)[np.ix_(order, order)])
        left = 1 - _explained(matrix, tuple(range(len(rest)))) if rest else 1.0
        found.append(1 / left if left > 1e-8 else np.inf)
    return np.array(found)


def resampled(
    values: np.ndarray, *, groups: ArrayLike, strata: ArrayLike, times: int, seed: int
) -> np.ndarray:
    """Covariances within strata, over and over of groups drawn anew with all of their rows.

    Parameters
    ----------
    values : array, n × k
    groups : n labels
        What is drawn with replacement, as many as there are: a rep with all periods.
    strata : n labels
        Whose means are taken away in each draw, such as those of a period.
    times, seed : int

    Returns
    -------
    array, times × k × k
        Sums of squares and products about the strata's means.
    """
    group, strata = pd.factorize(np.asarray(groups))[0], pd.factorize(np.asarray(strata))[0]
    values = np.asarray(values, dtype=float)
    values = values - values.mean(axis=0)
    count = group.max() + 1
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(count, np.full(count, 1 / count), size=times)[:, group].astype(float)
    products = (values[:, :, None] * values[:, None, :]).reshape(len(values), -1)
    found = weights @ products
    for one in range(strata.max() + 1):
        own = strata == one
        sizes, sums = weights[:, own].sum(axis=1), weights[:, own] @ values[own]
        mean = sums / np.maximum(sizes, 1)[:, None]
        found -= (sums[:, :, None] * mean[:, None, :]).reshape(times, -1)
    return found.reshape(times, values.shape[1], values.shape[1])


def importance(
    frame: pd.DataFrame,
    outcome: str,
    *,
    regressors: list[str],
    groups: ArrayLike,
    strata: ArrayLike,
    times: int = 400,
    seed: int = 1980,
) -> pd.DataFrame:
    """Each regressor's part of R² within strata, its share and rank, with bootstrap intervals.

    Parameters
    ----------
    frame : DataFrame
        Without nulls.
    outcome : str
    regressors : list of str
    groups, strata, times, seed
        See `resampled`; groups are drawn, so that rows of one rep hang together.

    Returns
    -------
    DataFrame
        regressor, explained (of the variance of the outcome within strata), share (of what all
        explain), low, high, rank, rank_low, rank_high (95 % intervals); by rank. The interval of
        a share that is really 0 still begins above 0: no part can be negative.
    """
    values = frame[[outcome, *regressors]].to_numpy(dtype=float)
    spread = values.std(axis=0)
    values = values / np.where(spread > 0, spread, 1.0)
    inside = pd.DataFrame(values).groupby(np.asarray(strata)).transform("mean").to_numpy()
    parts = lmg(np.cov((values - inside).T, bias=True))
    drawn = lmg(resampled(values, groups=groups, strata=strata, times=times, seed=seed))
    shares, many = _shares(parts), _shares(drawn)
    ends = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    low, high = np.nanquantile(many, ends, axis=0)
    best, worst = np.quantile(_ranks(drawn), ends, axis=0, method="inverted_cdf")
    found = pd.DataFrame(
        {"regressor": regressors, "explained": parts, "share": shares, "low": low, "high": high,
         "rank": _ranks(parts), "rank_low": best, "rank_high": worst}
    )  # fmt: skip
    whole = ["rank", "rank_low", "rank_high"]
    return found.astype(dict.fromkeys(whole, int)).sort_values("rank", ignore_index=True)


def _standard(matrix: np.ndarray) -> np.ndarray:
    """Covariances as correlations; those of what does not vary are 0."""
    spread = np.sqrt(np.maximum(np.diagonal(matrix, axis1=-2, axis2=-1), 0.0))
    inverse = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 1e-9)
    found = matrix * inverse[..., :, None] * inverse[..., None, :]
    places = np.arange(matrix.shape[-1])
    found[..., places, places] = 1.0
    return found


def _explained(matrix: np.ndarray, some: tuple[int, ...]) -> np.ndarray:
    """R² of the first on some of the others, numbered from 0."""
    at = np.array(some) + 1
    inner = matrix[..., at[:, None], at] + _RIDGE * np.eye(len(at))
    outer = matrix[..., at, 0]
    slopes = np.linalg.solve(inner, outer[..., None])[..., 0]
    return np.clip((slopes * outer).sum(axis=-1), 0.0, 1.0)


def _shares(parts: np.ndarray) -> np.ndarray:
    whole = parts.sum(axis=-1, keepdims=True)
    return np.divide(parts, whole, out=np.full_like(parts, np.nan), where=whole > 1e-12)


def _ranks(parts: np.ndarray) -> np.ndarray:
    """1 for the largest; of those that are the same, the first in order goes before."""
    order = np.argsort(-parts, axis=-1, kind="stable")
    return np.argsort(order, axis=-1, kind="stable") + 1
