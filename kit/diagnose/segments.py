"""The best cuts of a line into levels: exact over all ways of cutting it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Cuts(NamedTuple):
    """The best cuts of several lines of equal length into 1, 2, … levels.

    Parameters
    ----------
    costs : array, number of cuts × line
        Sum of squared distances from the segments' means; infinite where the line is too short for
        so many.
    places : tuple of array, cuts × line
        First point after each cut, rising; entry k holds those of k cuts.
    """

    costs: np.ndarray
    places: tuple[np.ndarray, ...]


def cuts(lines: np.ndarray, *, most: int, least: int = 3) -> Cuts:
    """Find the best 0, 1, … `most` cuts of each line.

    Parameters
    ----------
    lines : array, time × line, or time
        No gaps.
    most : int
        Cuts, at the most.
    least : int
        Points in a segment, at the least.

    Returns
    -------
    Cuts

    Notes
    -----
    Dynamic programming (Bellman 1961, as Jackson et al. 2005 and Bai and Perron 2003 use it). With
    c(i, j) the squared distances of points i … j − 1 from their mean,

        best(k, j) = min over i of best(k − 1, i) + c(i, j)

    is exact over all ways of cutting, whatever their number. Of equal ones the earliest is taken.
    The best line under a penalty for each cut is the k with the smallest cost + penalty × k.

    Examples
    --------
    >>> found = cuts(np.array([1.0, 1, 1, 5, 5, 5, 5, 2, 2, 2]), most=2)
    >>> found.places[2].ravel().tolist(), found.costs[2].round(9).tolist()
    ([3, 7], [0.0])
    """
    points = np.asarray(lines, dtype=float).reshape(len(lines), -1)
    length, many = points.shape
    sums, squares = _sums(points)
    best = np.full((most + 1, length + 1, many), np.inf)
    came = np.zeros((most + 1, length + 1, many), dtype=np.int16)
    for end in range(least, length + 1):
        starts = np.arange(0, end - least + 1)
        apart = (sums[end] - sums[starts]) ** 2 / (end - starts)[:, None]
        cost = np.maximum(squares[end] - squares[starts] - apart, 0.0)
        best[0, end] = cost[0]
        for count in range(1, most + 1):
            first = count * least
            if first > end - least:
                break
            whole = best[count - 1, first : end - least + 1] + cost[first:]
            chosen = whole.argmin(axis=0)
            best[count, end] = np.take_along_axis(whole, chosen[None], axis=0)[0]
            came[count, end] = chosen + first
    return Cuts(best[:, length], tuple(_back(came, count) for count in range(most + 1)))


def levels(lines: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Each point's segment mean.

    Parameters
    ----------
    lines : array, time × line
    places : array, cuts × line
        As in `Cuts.places`.

    Examples
    --------
    >>> levels(np.array([[1.0], [3.0], [8.0]]), np.array([[2]])).ravel().tolist()
    [2.0, 2.0, 8.0]
    """
    length, many = lines.shape
    number = (np.arange(length)[:, None, None] >= places[None]).sum(axis=1)
    column = np.arange(many)
    slot = number * many + column
    size = (len(places) + 1) * many
    means = np.bincount(slot.ravel(), weights=lines.ravel(), minlength=size)
    counts = np.bincount(slot.ravel(), minlength=size)
    return (means / np.maximum(counts, 1))[slot]


def split_gains(lines: np.ndarray, *, within: tuple[int, int], least: int = 3) -> np.ndarray:
    """The most that one cut within a stretch takes off each line's squared distances.

    Parameters
    ----------
    lines : array, time × line
    within : tuple of int
        First point of the stretch and the one after its last.
    least : int

    Returns
    -------
    array
        A gain each; 0 where the stretch is too short to be cut.

    Examples
    --------
    >>> split_gains(np.array([[0.0], [0], [2], [2]]), within=(0, 4), least=2).tolist()
    [4.0]
    """
    start, end = within
    part = lines[start:end]
    length = len(part)
    if length < 2 * least:
        return np.zeros(lines.shape[1])
    sums, _ = _sums(part - part.mean(axis=0))
    left = np.arange(least, length - least + 1)
    return (sums[left] ** 2 * (1 / left + 1 / (length - left))[:, None]).max(axis=0)


def _sums(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sums and sums of squares up to each point of the lines, taken from their means."""
    centred = points - points.mean(axis=0)
    zero = np.zeros((1, points.shape[1]))
    return (
        np.vstack([zero, centred.cumsum(axis=0)]),
        np.vstack([zero, (centred**2).cumsum(axis=0)]),
    )


def _back(came: np.ndarray, count: int) -> np.ndarray:
    length, many = came.shape[1] - 1, came.shape[2]
    found = np.zeros((count, many), dtype=int)
    end = np.full(many, length)
    for left in range(count, 0, -1):
        end = came[left, end, np.arange(many)].astype(int)
        found[left - 1] = end
    return found
