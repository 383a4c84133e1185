"""Ranges of chances told beside what came, and the surest chance that they bear out."""

from __future__ import annotations

import numpy as np
import pandas as pd

LEAST_TESTED = 50  # deals tested without which a model is not trusted
_BINS = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0)
_OUTER, _SURE = 0.95, 0.99  # chances from which, and beyond which, they must be borne out
_LEAST_SURE = 100  # deals told beyond that, to judge it by them alone


def bins(chance: np.ndarray, won: np.ndarray) -> pd.DataFrame:
    """Chances told in seven ranges, with what came: low, high, predicted, observed, count.

    Examples
    --------
    >>> bins(np.array([0.1, 0.1, 0.9]), np.array([False, True, True]))["observed"].tolist()
    [0.5, 1.0]
    """
    at = np.clip(np.searchsorted(_BINS, chance, side="right") - 1, 0, len(_BINS) - 2)
    there, place, many = np.unique(at, return_inverse=True, return_counts=True)
    edges = np.array(_BINS)
    return pd.DataFrame(
        {
            "low": edges[there],
            "high": edges[there + 1],
            "predicted": np.bincount(place, weights=chance) / many,
            "observed": np.bincount(place, weights=won) / many,
            "count": many,
        }
    )


def limits(chance: np.ndarray, won: np.ndarray) -> tuple[float, float]:
    """The least and the highest chance that what came of past ones bears out.

    Parameters
    ----------
    chance : array
        Told on past days.
    won : array of bool
        What came.

    Returns
    -------
    tuple of float
        0 and 1 where chances beyond 1 % and 99 % came as told.

    Notes
    -----
    Of at least a hundred deals told beyond 99 %, (won + 1) ÷ (deals + 2) is the highest chance, or
    1 where that is 99 % or more. With fewer it is the same share of the outermost range, from 95 %
    on, at most 99 %, and 95 % where fewer than fifty deals fell there. It is never below 95 %; the
    least chance is found in the same way.

    Examples
    --------
    >>> limits(np.repeat([0.5, 0.97], 98), np.arange(196) >= 98)  # 99 of 100, and none below 5 %
    (0.05, 0.99)
    """
    return round(1 - _surest(1 - chance, ~won), 12), _surest(chance, won)


def _surest(chance: np.ndarray, won: np.ndarray) -> float:
    beyond, outer = chance > _SURE, chance >= _OUTER
    if beyond.sum() >= _LEAST_SURE:
        share = _share(won[beyond])
        return 1.0 if share >= _SURE else max(share, _OUTER)
    if outer.sum() < LEAST_TESTED:
        return _OUTER
    return min(max(_share(won[outer]), _OUTER), _SURE)


def _share(won: np.ndarray) -> float:
    """The share won, as if one deal more were won and one more not."""
    return (int(won.sum()) + 1) / (len(won) + 2)
