"""Whether a line changed more on a day than on other days: a test by dates on which nothing was."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import numpy as np
import pandas as pd

from kit.diagnose.level_line import level_line
from kit.diagnose.monthly import Monthly
from kit.diagnose.shift_tests import jumps

LEAST_SIDE = 3  # months on each side
MOST_SIDE = 6
LEAST_DATES = 19  # other dates without which no p of 5 % is possible


class Placebo(NamedTuple):
    """A randomisation test of one date.

    Parameters
    ----------
    p : float
        Share of dates, the tested one among them, on which the line changed as much.
    dates : int
        Other dates that were tried.
    side : int
        Months on each side.
    """

    p: float
    dates: int
    side: int


def placebo(series: Monthly, day: dt.date) -> Placebo | None:
    """Hold the change on a day against that on every other date that could have been it.

    Parameters
    ----------
    series : Monthly
    day : date

    Returns
    -------
    Placebo or None
        None where there are fewer than 3 months on a side, or fewer than 19 other dates.

    Notes
    -----
    Randomisation in time: the change is the mean of the months from the day on less that of as many
    before, at most six and no more than leave 19 other dates, ÷ the spread of the rest; season and
    the steps at their ends are taken out (`level_line`). Other dates are those whose months hold
    that day in neither side, so that what happened on the day is no part of them.

        p = (1 + other dates with a change as large) ÷ (1 + other dates)

    A small p says that the line changed then as on hardly any other date. It does not say that
    nothing else happened then.
    """
    length = len(series.points)
    at = place(series.months, day)
    for side in range(min(MOST_SIDE, at, length - at), LEAST_SIDE - 1, -1):
        others = [one for one in range(side, length - side + 1) if abs(one - at) >= side]
        if len(others) >= LEAST_DATES:
            break
    else:
        return None
    own = _size(series.points, at, side)
    as_large = sum(_size(series.points, one, side) >= own for one in others)
    return Placebo((1 + as_large) / (1 + len(others)), len(others), side)


def place(months: pd.DataFrame, day: dt.date) -> int:
    """The first month that counts as after a day: its own, where the day is in its first half.

    Examples
    --------
    >>> months = pd.DataFrame({"start": pd.to_datetime(["2025-06-01", "2025-07-01"]),
    ...                        "end": pd.to_datetime(["2025-06-30", "2025-07-31"])})
    >>> place(months, dt.date(2025, 6, 10)), place(months, dt.date(2025, 6, 20))
    (0, 1)
    """
    middle = months["start"] + (months["end"] - months["start"]) / 2
    return int((middle < pd.Timestamp(day)).sum())


def around(at: int, side: int, length: int) -> tuple[int, ...]:
    """The steps of a line with a stretch of so many months on each side of a place."""
    return tuple(one for one in (at - side, at, at + side) if 0 < one < length)


def _size(points: np.ndarray, at: int, side: int) -> float:
    steps = around(at, side, len(points))
    line = level_line(points[:, None], at=steps).line
    found, spread = jumps(line, steps)
    least = np.finfo(float).eps * float(np.abs(points).max())  # a line without any noise
    return float(np.abs(found[steps.index(at), 0]) / max(float(spread[0]), least))
