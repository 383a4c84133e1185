"""Partial effects in a panel: what one unit more goes with, others held equal, by clustered OLS."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats


@dataclass(frozen=True)
class Slopes:
    """Slopes of a regression within strata.

    Parameters
    ----------
    values, errors : array
        One each regressor; the errors hold where rows of a group hang together.
    freedom : int
        Groups − 1.
    r2 : float
        Share of the variance within strata that is explained.
    """

    values: np.ndarray
    errors: np.ndarray
    freedom: int
    r2: float

    def interval(self, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper ends by Student's t."""
        reach = stats.t.ppf((1 + level) / 2, self.freedom) * self.errors
        return self.values - reach, self.values + reach

    @property
    def p_values(self) -> np.ndarray:
        """Two-sided; null where the error is not known or 0."""
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = np.abs(self.values / self.errors)
        return np.where(np.isfinite(ratios), 2 * stats.t.sf(ratios, self.freedom), np.nan)


def slopes(
    outcome: ArrayLike,
    regressors: ArrayLike,
    *,
    groups: ArrayLike,
    strata: ArrayLike,
    errors: str = "jackknife",
) -> Slopes:
    """Least squares with an intercept a stratum, and errors clustered by group.

    Parameters
    ----------
    outcome : n numbers
    regressors : array, n × p
        Not collinear; of a collinear set, the slopes are those of least length and have no error.
    groups : n labels
        Such as reps: rows of one may hang together in any way.
    strata : n labels
        Such as periods: each has its own intercept, so that season and growth explain nothing.
    errors : str
        `jackknife` (CV3): √((G − 1)/G Σ_g (b without g − b)²), which keeps its word with few
        groups; or `sandwich` (CV1): (X'X)⁻¹ (Σ_g X_g'u_g u_g'X_g) (X'X)⁻¹ × G/(G − 1) × (n − 1)/(n
        − k), k = p + strata, which is too small with few.

    Returns
    -------
    Slopes

    References
    ----------
    MacKinnon, Nielsen and Webb (2023), Cluster-robust inference: a guide to empirical practice,
    Journal of Econometrics 232(2).

    Examples
    --------
    >>> x = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> found = slopes([1.0, 3.1, 10.0, 12.0], x, groups=[1, 2, 3, 4], strata=[1, 1, 2, 2])
    >>> found.values.round(2).tolist()
    [2.05]
    """
    return _slopes(_beside(outcome, regressors), groups, strata, errors=errors, own=False)


def within_groups(
    outcome: ArrayLike, regressors: ArrayLike, *, groups: ArrayLike, strata: ArrayLike
) -> Slopes:
    """The same with an intercept a group too: what goes with a rep's own ups and downs.

    Errors are those of the jackknife. Groups with one row say nothing here.
    """
    return _slopes(_beside(outcome, regressors), groups, strata, errors="jackknife", own=True)


def between_groups(
    outcome: ArrayLike, regressors: ArrayLike, *, groups: ArrayLike, strata: ArrayLike
) -> Slopes | None:
    """The same over the groups' means: what goes with being one rep rather than another.

    Errors are those of the jackknife. None with fewer than three groups more than regressors.
    """
    values = within(_beside(outcome, regressors), strata)
    means = pd.DataFrame(values).groupby(np.asarray(groups)).mean().to_numpy()
    if len(means) < values.shape[1] + 3:
        return None
    alone, one = np.arange(len(means)), np.zeros(len(means))
    return _slopes(means, alone, one, errors="jackknife", own=False)


def own_moves(values: np.ndarray, *, groups: ArrayLike, strata: ArrayLike) -> np.ndarray:
    """Values less the effects of group and stratum, whatever rows are missing."""
    stratum = pd.factorize(np.asarray(strata))[0]
    dummies = np.eye(stratum.max() + 1)[stratum]
    inside = within(np.column_stack([values, dummies]), groups)
    many = values.shape[1]
    both, seasons = inside[:, :many], inside[:, many:]
    return both - seasons @ np.linalg.lstsq(seasons, both, rcond=None)[0]


def within(values: np.ndarray, labels: ArrayLike) -> np.ndarray:
    """Values less the means of their label."""
    return values - pd.DataFrame(values).groupby(np.asarray(labels)).transform("mean").to_numpy()


def _beside(outcome: ArrayLike, regressors: ArrayLike) -> np.ndarray:
    return np.column_stack([np.asarray(outcome, dtype=float), np.asarray(regressors, dtype=float)])


def _slopes(values: np.ndarray, groups, strata, *, errors: str, own: bool) -> Slopes:
    """Slopes of the first column on the others, with one of the two kinds of errors."""
    spread = values.std(axis=0)
    scale = np.where(spread > 0, spread, np.nan)
    values = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    group, strata = pd.factorize(np.asarray(groups))[0], np.asarray(strata)
    count = int(group.max()) + 1

    def moves(rows: np.ndarray) -> np.ndarray:
        if own:
            return own_moves(values[rows], groups=group[rows], strata=strata[rows])
        return within(values[rows], strata[rows])

    found = moves(np.ones(len(values), dtype=bool))
    y, x = found[:, 0], found[:, 1:]
    slope = _solved(y, x)
    left = y - x @ slope
    used = x.shape[1] + len(set(strata)) + (count - 1 if own else 0)
    error = np.full(len(slope), np.nan)
    whole = np.linalg.matrix_rank(x, tol=1e-7 * np.sqrt(len(x))) == len(slope)
    if whole and count > 1 and len(y) > used:
        if errors == "jackknife":
            others = [moves(group != one) for one in range(count)]
            without = np.array([_solved(one[:, 0], one[:, 1:]) for one in others])
            error = np.sqrt((count - 1) / count * ((without - slope) ** 2).sum(axis=0))
        else:
            error = _sandwich(x, left, group) * np.sqrt(
                count / (count - 1) * (len(y) - 1) / (len(y) - used)
            )
    total = float(y @ y)
    r2 = 1 - float(left @ left) / total if total > 0 else np.nan
    unit = (spread[0] or 0.0) / scale[1:]
    return Slopes(slope * unit, error * unit, max(count - 1, 1), r2)


def _solved(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    return np.linalg.lstsq(x, y, rcond=1e-8)[0]


def _sandwich(x: np.ndarray, left: np.ndarray, group: np.ndarray) -> np.ndarray:
    bread = np.linalg.pinv(x.T @ x, hermitian=True)
    scores = np.zeros((group.max() + 1, x.shape[1]))
    np.add.at(scores, group, x * left[:, None])
    return np.sqrt(np.maximum(np.diag(bread @ scores.T @ scores @ bread), 0.0))
