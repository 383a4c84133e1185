"""Points without their usual season, and without what working days make of them."""

from __future__ import annotations

import numpy as np

from kit.plan.seasonal import indices

CYCLE = 12


def deseasoned(
    amounts: np.ndarray, *, cycle: int = CYCLE, working_days: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The season of each point and the points without it.

    Parameters
    ----------
    amounts : array
        In order of time, no gaps.
    cycle : int
    working_days : array, optional
        Of each point. They are taken out too where that leaves smaller steps from point to point.

    Returns
    -------
    season, adjusted : array
        Factors around 1 and amounts ÷ season where all amounts are above zero; else distances from
        the average and amounts − season.

    Examples
    --------
    >>> season, line = deseasoned(np.tile([80.0, 120.0], 8), cycle=2)
    >>> season[:2].round(2).tolist(), line.round(0).tolist()[:2]
    ([0.82, 1.22], [98.0, 98.0])
    """
    points = np.asarray(amounts, dtype=float)
    if not (points > 0).all():
        season = seasons(points[:, None], cycle=cycle)[:, 0]
        return season, points - season
    logs = np.log(points)
    days = hang_on(logs, working_days=working_days, cycle=cycle)
    found = days + seasons((logs - days)[:, None], cycle=cycle)[:, 0]
    return np.exp(found), np.exp(logs - found)


def hang_on(
    logs: np.ndarray, *, working_days: np.ndarray | None, cycle: int = CYCLE
) -> np.ndarray:
    """The logarithm of each point's working days ÷ their mean, where points hang on them; else 0.

    Points hang on their working days where the line without season gets smoother by taking them
    out: smaller steps from point to point.
    """
    none = np.zeros(len(logs))
    if working_days is None or not (np.asarray(working_days) > 0).all():
        return none
    days = np.log(working_days) - np.log(np.mean(working_days))
    rest = [
        logs - taken - seasons((logs - taken)[:, None], cycle=cycle)[:, 0]
        for taken in (none, days)
    ]
    return days if _steps(rest[1]) < _steps(rest[0]) else none


def seasons(points: np.ndarray, *, cycle: int = CYCLE) -> np.ndarray:
    """The seasonal index of each point of several series, by `kit.plan.seasonal.indices`.

    Parameters
    ----------
    points : array, time × series
    cycle : int

    Examples
    --------
    >>> seasons(np.tile([[-1.0], [1.0]], (4, 1)), cycle=2).round(1).ravel().tolist()[:3]
    [-1.0, 1.0, -1.0]
    """
    return indices(points, cycle=cycle)[np.arange(len(points)) % cycle]


def _steps(line: np.ndarray) -> float:
    return float((np.diff(line) ** 2).mean())
