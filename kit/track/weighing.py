"""Views of a landing combined by their own past misses, and what that would have said before."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

POOLED = 20.0  # periods that the misses of all series together count for beside a series' own
ALIKE = 20.0  # periods that views held alike count for
_LEAST = 1e-12  # of the worst view's mean squared miss: no view is taken to be without error


class Combined(NamedTuple):
    """Views combined, for the period looked at and for past ones.

    Parameters
    ----------
    landing : array
        A series each; NaN where no view says anything.
    weights : array, views × series
        Share of each view in it; they sum to 1 where any view speaks.
    replayed : array, periods × series
        The same for past periods, each with weights from the misses of the others.
    """

    landing: np.ndarray
    weights: np.ndarray
    replayed: np.ndarray


def combine(said: np.ndarray, past: np.ndarray, actual: np.ndarray) -> Combined:
    """Combine what views say of a period by what they said of past ones.

    Parameters
    ----------
    said : array, views × series
        NaN where a view cannot say.
    past : array, periods × views × series
        What they said of past periods.
    actual : array, periods × series
        What came in these.

    Returns
    -------
    Combined

    Notes
    -----
    weight = 1 ÷ m², squared so that views which never held say next to nothing. m is the mean
    squared miss, but few periods of one series are not relied on alone: its logarithm is averaged
    with that of all series, which counts for 20 periods (each series divided by the mean squared
    miss of the views known in all), and with one value for all views alike, which counts for 20
    periods, too, against the periods × √(number of series), as a company's series move partly
    together. Views that say nothing of the period weigh nothing; without any known miss all weigh
    alike.

    Examples
    --------
    >>> past = np.array([[[11.0], [14.0]], [[9.0], [6.0]]])  # two periods, two views
    >>> found = combine(np.array([[10.0], [20.0]]), past, np.array([[10.0], [10.0]]))
    >>> found.weights.ravel().round(3).tolist(), found.landing.round(2).tolist()
    ([0.623, 0.377], [13.77])
    """
    misses = actual[:, None] - past
    size = np.abs(actual).mean(axis=0) if len(actual) else np.zeros(said.shape[1])
    relative = misses / np.where(size > 0, size, np.nan)
    weights = weigh(relative)
    replayed = np.empty(actual.shape)
    for row in range(len(actual)):
        others = weigh(np.delete(relative, row, axis=0))
        replayed[row] = _mean(past[row], others)[0]
    landing, shares = _mean(said, weights)
    return Combined(landing, shares, replayed)


def weigh(misses: np.ndarray) -> np.ndarray:
    """Weights of views, views × series, from their relative past misses; see `combine`.

    A view without any known miss weighs nothing, in a series without any it weighs as in all.
    """
    known = np.isfinite(misses)
    count = known.sum(axis=0)
    squares = (np.where(known, misses, 0.0) ** 2).sum(axis=0) / np.maximum(count, 1)
    told = count > 0
    own = _logs(squares, told)
    of_all = _logs(_pooled(squares, told), told.any(axis=1, keepdims=True))
    trust = count / (count + POOLED)
    periods = count.max(axis=1, initial=0, keepdims=True)
    periods = periods * np.sqrt(told.sum(axis=1, keepdims=True))
    mixed = (trust * own + (1 - trust) * of_all) * periods / (periods + ALIKE)
    return np.where(told.any(axis=1, keepdims=True), np.exp(-2.0 * mixed), 0.0)


def _pooled(squares: np.ndarray, told: np.ndarray) -> np.ndarray:
    """Mean squared miss of each view over the series, each against the views known in all.

    So a restless series counts no more than a calm one, and a view known in one series only is not
    held against what the others' views missed elsewhere.
    """
    everywhere = told.all(axis=1, keepdims=True)
    usual = np.where(everywhere if everywhere.any() else told, squares, 0.0).sum(axis=0)
    against = np.divide(squares, usual, out=np.zeros_like(squares), where=told & (usual > 0))
    return against.sum(axis=1, keepdims=True) / np.maximum(told.sum(axis=1, keepdims=True), 1)


def _logs(squares: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Logarithms of mean squared misses, less their mean over the views; 0 where not known."""
    least = 1e-24 + _LEAST * np.where(known, squares, 0.0).max(axis=0, initial=0.0)
    logs = np.where(known, np.log(squares + least), 0.0)
    mean = logs.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(known, logs - mean, 0.0)


def _mean(said: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The weighted mean of the views that say something, NaN for none, and their shares."""
    speaking = np.isfinite(said)
    weights = np.where(speaking, weights, 0.0)
    weights = np.where(weights.sum(axis=0) > 0, weights, speaking)
    sums = weights.sum(axis=0)
    shares = np.divide(weights, sums, out=np.zeros(weights.shape), where=sums > 0)
    found = (shares * np.where(speaking, said, 0.0)).sum(axis=0)
    return np.where(sums > 0, found, np.nan), shares
