"""How good the same landing's intervals and chances were at this point of past periods."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kit.track.spread import Spread

LEVELS = (1.00, 1.03, 1.06)  # of last year's same period: the targets past chances are tried on
GOOD = 0.05  # a Brier score that is good enough however good the base rate was
_TIE = 1e-9  # a result so near to a level neither reaches nor misses it


@dataclass(frozen=True)
class Record:
    """What past intervals and chances were worth.

    Parameters
    ----------
    n_periods, n_series : int
        Past periods tried, and series: the scope and its product lines.
    interval, coverage : float
        Share of results that intervals are meant to hold, and that they held.
    brier, base_brier : float or None
        Mean squared distance of the chances told, and of the base rates known at the time, from
        what came (1 reached, 0 not). None where no past period had one a year before it.
    reason : str
        Why no chance is to be told: `coverage_low` or `brier`; empty where it may be.
    """

    n_periods: int
    n_series: int
    interval: float
    coverage: float
    brier: float | None
    base_brier: float | None
    reason: str = ""


def spread(
    forecast: float, *, replayed: np.ndarray, actual: np.ndarray, floor: float
) -> Spread:
    """The spread around a forecast, from what the same forecast was off in past periods.

    Errors are taken on logarithms where all amounts are above zero, else as differences.
    """
    logs = bool((actual > 0).all() and (replayed > 0).all() and forecast > 0)
    errors = np.log(actual / replayed) if logs else actual - replayed
    return Spread(float(forecast), tuple(errors.tolist()), logs=logs, floor=floor)


def record(
    *,
    replayed: np.ndarray,
    actual: np.ndarray,
    booked: np.ndarray,
    ago: np.ndarray,
    base: np.ndarray,
    interval: float,
    trust: tuple[float, float, float],
) -> Record:
    """Try interval and chances on past periods, each on the errors of the others.

    Parameters
    ----------
    replayed, actual, booked, ago : array, periods × series
        What the landing would have been, what came, what was booked by the point, and the same
        period's result a year before (NaN where unknown).
    base : array, periods × levels
        Base rate of reaching each of `LEVELS`, known at the time.
    interval : float
    trust : tuple of float
        Least coverage, most coverage (not looked at: a wide interval does no harm here), and most
        Brier score ÷ the base rate's with which chances are told; up to .05 they always are, for
        where nearly all or no periods reached a level the base rate cannot be beaten.
    """
    held, told, known = [], [], []
    for column in range(actual.shape[1]):
        came, thought = actual[:, column], replayed[:, column]
        if not np.isfinite(thought).all():
            continue
        kept_all = (came >= booked[:, column]).all()
        for row in range(len(came)):
            floor = float(booked[row, column]) if kept_all else -np.inf
            others = {"replayed": np.delete(thought, row), "actual": np.delete(came, row)}
            one = spread(thought[row], **others, floor=floor)
            low, high = one.interval(interval)
            slack = _TIE * abs(came[row])
            held.append(low - slack <= came[row] <= high + slack)
            for place, level in enumerate(LEVELS):
                goal = level * ago[row, column]
                if goal > 0 and abs(came[row] - goal) > _TIE * goal:
                    reached = float(came[row] >= goal)
                    told.append((one.chance(goal) - reached) ** 2)
                    known.append((base[row, place] - reached) ** 2)
    many = len(held) // max(len(actual), 1)
    coverage = float(np.mean(held)) if held else float("nan")
    brier, base_brier = (float(np.mean(one)) if one else None for one in (told, known))
    reason = "coverage_low" if coverage < trust[0] else ""
    if brier is not None and brier > max(trust[2] * base_brier, GOOD):
        reason = "brier"
    return Record(len(actual), many, interval, coverage, brier, base_brier, reason)


def base_rates(totals: np.ndarray, year_ago: np.ndarray) -> np.ndarray:
    """Share of earlier periods of all series that reached each of `LEVELS` of the year before.

    Parameters
    ----------
    totals : array, periods × series
    year_ago : array of int
        Place of the same period a year before, −1 where there is none.

    Returns
    -------
    array, periods × levels
        (k + 1) ÷ (n + 2), of the periods before each.

    Examples
    --------
    >>> base_rates(np.array([[100.0], [102.0], [0.0]]), np.array([-1, 0, 1]))[2].round(2).tolist()
    [0.67, 0.33, 0.33]
    """
    before = np.where((year_ago >= 0)[:, None], totals[year_ago], np.nan)
    growth = np.divide(totals, before, out=np.full(totals.shape, np.nan), where=before > 0)
    known = np.isfinite(growth)
    counts = np.concatenate([[0], known.sum(axis=1).cumsum()[:-1]])[:, None]
    reached = np.stack([(growth >= level).sum(axis=1) for level in LEVELS], axis=1)
    reached = np.concatenate([np.zeros((1, len(LEVELS))), reached.cumsum(axis=0)[:-1]])
    return (reached + 1) / (counts + 2)
