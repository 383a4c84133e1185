"""Seconds to split a target over 40 reps, 12 months and 4 product lines, to the last unit."""

from __future__ import annotations

import time

import numpy as np

from kit.plan import cube
from kit.plan.allocation import split

SHAPE = (40, 12, 4)
UNIT = 1000.0
RUNS = 5


def main() -> None:
    """Print a table of median and worst seconds, with the margins that are exact."""
    print(f"split of {' x '.join(map(str, SHAPE))} cells, unit {UNIT:,.0f}, {RUNS} runs")
    print(f"{'margins':<28}{'median s':>10}{'worst s':>10}  exact")
    seed = np.random.default_rng(1).gamma(2.0, size=SHAPE)
    one_way = {(axis,): _sums(seed, axis) for axis in range(3)}
    found = _timed("each dimension", seed, one_way)
    by_month = cube.margin(found, (0, 1))
    _timed("rep x month, line", seed, {(0, 1): by_month, (2,): one_way[(2,)]})
    pairs = {axes: cube.margin(found, axes) for axes in ((0, 1), (0, 2), (1, 2))}
    _timed("each pair of dimensions", seed, pairs)


def _sums(seed: np.ndarray, axis: int) -> np.ndarray:
    shares = dict(enumerate(cube.margin(seed, (axis,))))
    return split(200_000_000, shares, unit=UNIT).to_numpy()


def _timed(name: str, seed: np.ndarray, margins: cube.Margins) -> np.ndarray:
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        found = cube.split(seed, margins=margins, unit=UNIT)
        seconds.append(time.perf_counter() - start)
    exact = all(
        np.array_equal(cube.margin(found.table, axes), sums) for axes, sums in margins.items()
    )
    worst = max(seconds)
    print(f"{name:<28}{np.median(seconds):>10.3f}{worst:>10.3f}  {'yes' if exact else 'no'}")
    return found.table


if __name__ == "__main__":
    main()
