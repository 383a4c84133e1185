"""Whether a line has shifted: tests that noise which hangs together in time does not fool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kit.diagnose.level_line import FREE, LEAST, LevelLine, level_line
from kit.diagnose.noise import SEED, Noise, noise, p_value
from kit.diagnose.segments import cuts, levels, split_gains
from kit.plan.deseasoned import CYCLE

ALPHA = 0.05
MOST = 4  # change points, at the most
_USUAL = 6.0  # 2 × ln 20: growth alone is what is usual, levels must be 20 times as likely
_SHARES = (0.8, 0.2)  # of ALPHA, for the best single cut and for the best two at once


@dataclass(frozen=True)
class Tested:
    """The change points of a line and how sure they are.

    Parameters
    ----------
    own : LevelLine
    places : tuple of int
        First point of each new level.
    p : tuple of float
        Of each change point: probability that a line without it shows as much.
    p_none : float
        Probability that a line without any shift shows as much as this one.
    changes, halves : tuple of float
        Mean of the level after − before, on the line's scale, and half of its 95 % interval.
    phi : float
        Autocorrelation of the noise, as used.
    """

    own: LevelLine
    places: tuple[int, ...]
    p: tuple[float, ...]
    p_none: float
    changes: tuple[float, ...]
    halves: tuple[float, ...]
    phi: float


def tested(points: np.ndarray, *, seed: int = SEED, cycle: int = CYCLE) -> Tested:
    """Find the change points of a series that chance does not explain.

    Parameters
    ----------
    points : array
        Logarithms where growth and season act as factors. No gaps.
    seed : int
        Of the simulated series.
    cycle : int

    Returns
    -------
    Tested

    Notes
    -----
    1. Season and growth are taken out (`level_line`), and the best cuts are found
       (`kit.diagnose.segments.cuts`: exact, levels of three points or more).
    2. Whether there is any: F(k) = ((RSS₀ − RSSₖ) ÷ k) ÷ (RSSₖ ÷ (n − k − 1)) of the best single
       cut and of the best two is held against that of series simulated without a shift, whose
       autocorrelation is that of this series (`kit.diagnose.noise`). As they are cut at their own
       best places, all that is searched is allowed for. A single cut may take 4 % of the 5 %, two
       at once (a dip that went by) 1 %.
    3. Whether there are more: as long as one more cut within one of the levels takes more off than
       in 5 % of the simulated series (Bai and Perron 1998: sup F(k + 1 | k)), one more is taken,
       and the best cuts of that number are found anew.
    4. Each one against a line without it, between its neighbours; where one is above 5 %, the best
       cuts of one fewer are found anew.
    5. All this is done beside a steady growth, which levels alone would take for a stair, where
       Schwarz's criterion (a cut counts 3: Zhang and Siegmund 2007) prefers growth and up to two
       cuts to up to two cuts alone, and where these are not 20 times as likely as growth alone.

    Measured on simulated lines of three years with a season: without a shift, one is seen in some
    7 % at an autocorrelation of .6; beside a growth of a tenth of the noise's spread a month in
    some 15 %, as a slow rise and a stair differ little there. A shift of three times the spread in
    the last half year is found in three of four.

    Examples
    --------
    >>> noise = np.random.default_rng(3).normal(0, 0.05, 36)
    >>> found = tested(noise - 0.3 * (np.arange(36) >= 20))
    >>> found.places, found.p[0] < 0.05
    ((20,), True)
    """
    raw = np.asarray(points, dtype=float)[:, None]
    lines = [level_line(raw, growing=one, cycle=cycle) for one in (False, True)]
    level, grown = (
        [
            _schwarz(one.line, one.found.places[count][:, 0], slopes=slopes)
            for count in range(FREE + 1)
        ]
        for slopes, one in enumerate(lines)
    )
    growing = min(grown[0] - _USUAL, *grown[1:]) < min(level)
    return _tested(raw, lines[int(growing)], growing=growing, seed=seed, cycle=cycle)


def _tested(raw: np.ndarray, own: LevelLine, *, growing: bool, seed: int, cycle: int) -> Tested:
    if np.ptp(own.line) <= 1e-9 * (np.ptp(raw) + np.abs(raw).max()):
        return Tested(own, (), (), 1.0, (), (), 0.0)
    by_chance = noise(own, growing=growing, seed=seed, cycle=cycle)
    seen, drawn = (_gains(one) for one in (own, by_chance.lines))
    ps = []
    for count in range(1, FREE + 1):
        which, _ = _like(own, by_chance, count)
        ps.append(p_value(seen[count - 1, 0], drawn[count - 1, which]))
    p_none = min(1.0, *(p / share for p, share in zip(ps, _SHARES, strict=True)))
    count = 0
    if p_none < ALPHA:
        count = 1 if ps[0] <= _SHARES[0] * ALPHA else 2
    places = _grown(own, by_chance, count) if count else ()
    places, p = _kept(own, by_chance, places, p_none)
    changes, halves, phi = _changes(own, by_chance, places)
    return Tested(own, places, p, p_none, changes, halves, phi)


def _schwarz(line: np.ndarray, places: Sequence[int], *, slopes: int) -> float:
    """Schwarz's criterion of levels, a cut counting 3 (Zhang and Siegmund 2007): small is good."""
    _, spread = jumps(line, tuple(places))
    length, count = len(line), len(places)
    rest = spread[0] ** 2 * (length - count - 1)
    return length * np.log(rest + np.finfo(float).tiny) + (3 * count + 1 + slopes) * np.log(length)


def _gains(found: LevelLine) -> np.ndarray:
    """F of the best 1, 2, … cuts of each series."""
    costs = found.found.costs
    length = len(found.line)
    rest = np.maximum(costs, 1e-12 * costs[0] + np.finfo(float).tiny)
    return np.array(
        [
            (costs[0] - rest[count]) / count / (rest[count] / (length - count - 1))
            for count in range(1, FREE + 1)
        ]
    )


def _like(own: LevelLine, by_chance: Noise, count: int) -> tuple[np.ndarray, float]:
    """The simulated series that are like this one, by what the best cuts of a number leave."""
    count = min(max(count, 1), FREE)
    rest = own.line - levels(own.line, own.found.places[count])
    return by_chance.like(rest[:, 0], places=by_chance.lines.found.places[count])


def _best(own: LevelLine, count: int) -> tuple[int, ...]:
    return tuple(int(one) for one in cuts(own.line, most=count, least=LEAST).places[count][:, 0])


def _grown(own: LevelLine, by_chance: Noise, count: int) -> tuple[int, ...]:
    places = _best(own, count)
    while len(places) < MOST and (len(places) + 2) * LEAST <= len(own.line):
        which, _ = _like(own, by_chance, len(places) + 1)
        if _more(own, by_chance.lines.line[:, which], places, places) >= ALPHA:
            break
        places = _best(own, len(places) + 1)
    return places


def _kept(
    own: LevelLine, by_chance: Noise, places: tuple[int, ...], p_none: float
) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """The change points that hold on their own, and the probability of each."""
    while places:
        which, _ = _like(own, by_chance, len(places))
        drawn = by_chance.lines.line[:, which]
        p = [
            max(p_none, _more(own, drawn, places, places[:at] + places[at + 1 :], only=one))
            for at, one in enumerate(places)
        ]
        if max(p) < ALPHA:
            return places, tuple(p)
        places = _best(own, len(places) - 1) if len(places) > 1 else ()
    return (), ()


def _more(
    own: LevelLine, drawn: np.ndarray, places: tuple[int, ...], others: tuple[int, ...],
    *, only: int | None = None,
) -> float:  # fmt: skip
    """p of the best further cut within levels at `others`, or within the one that holds `only`."""
    edges = (0, *others, len(own.line))
    spans = [
        span
        for span in zip(edges, edges[1:], strict=False)
        if only is None or span[0] < only < span[1]
    ]
    figures = []
    for lines in (own.line, drawn):
        marks = np.repeat(np.array(places, dtype=int)[:, None], lines.shape[1], axis=1)
        least = np.finfo(float).eps * (lines**2).sum(axis=0) + np.finfo(float).tiny
        rest = np.maximum(((lines - levels(lines, marks)) ** 2).sum(axis=0), least)
        gain = np.max([split_gains(lines, within=one, least=LEAST) for one in spans], axis=0)
        figures.append(gain / rest)
    return p_value(figures[0][0], figures[1])


def _changes(
    own: LevelLine, by_chance: Noise, places: tuple[int, ...]
) -> tuple[tuple[float, ...], tuple[float, ...], float]:
    """Each step, half of its interval, and the autocorrelation."""
    which, phi = _like(own, by_chance, len(places))
    if not places:
        return (), (), phi
    steps, spread = jumps(own.line, places)
    by_luck, spreads = jumps(by_chance.lines.line[:, which], places)
    reach = np.quantile(np.abs(by_luck) / spreads, 1 - ALPHA, axis=1)
    return tuple(steps[:, 0]), tuple(reach * spread[0]), phi


def jumps(lines: np.ndarray, places: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Steps between the levels of several lines, and the spread of what the levels leave.

    Parameters
    ----------
    lines : array, time × line
    places : tuple of int

    Returns
    -------
    steps : array, steps × line
    spread : array

    Examples
    --------
    >>> jumps(np.array([[1.0], [3.0], [6.0], [8.0]]), (2,))[0].ravel().tolist()
    [5.0]
    """
    marks = np.repeat(np.array(places, dtype=int)[:, None], lines.shape[1], axis=1)
    found = levels(lines, marks)
    rest = ((lines - found) ** 2).sum(axis=0) / max(len(lines) - len(places) - 1, 1)
    at = np.array(places, dtype=int)
    return found[at] - found[at - 1], np.sqrt(rest) + np.finfo(float).tiny
