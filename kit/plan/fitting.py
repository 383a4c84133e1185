"""Tables of any number of dimensions fitted to given margins, in proportion."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import sparse

from kit.errors import InfeasibleError

Axes = tuple[int, ...]
Margins = Mapping[Axes, np.ndarray]  # by axes: the sums to reach over all other axes

_ROUNDS, _STEPS = 200, 40
_CLOSE = 1e-9  # of the total


def fit(seed: np.ndarray, *, margins: Margins) -> np.ndarray:
    """Scale a table until it has given margins (iterative proportional fitting).

    Parameters
    ----------
    seed : array
        0 or more; a 0 stays 0.
    margins : mapping of axes to array

    Returns
    -------
    array
        seed × one factor for each cell of each margin.

    Notes
    -----
    Rounds creep where cells differ by many orders of magnitude; then Newton's method on the
    logarithms of the factors goes on.

    Raises
    ------
    InfeasibleError
        Where the margins' totals differ, or the zeros leave no table with them.

    Examples
    --------
    >>> margins = {(0,): np.array([3.0, 1.0]), (1,): np.array([2.0, 2.0])}
    >>> fit(np.ones((2, 2)), margins=margins).tolist()
    [[1.5, 1.5], [0.5, 0.5]]
    """
    wanted = {axes: np.asarray(sums, dtype=float) for axes, sums in margins.items()}
    total = checked_total(wanted, seed.ndim)
    table, matrix = np.array(seed, dtype=float), None
    for turn in range(_ROUNDS + _STEPS):
        if turn < _ROUNDS:
            for axes, sums in wanted.items():
                now = margin(table, axes)
                factor = np.divide(sums, now, out=np.zeros_like(now), where=now > 0)
                table = table * _spread(factor, axes, table.ndim)
        else:
            matrix = edges(table.shape, wanted) if matrix is None else matrix
            table = _stepped(table, wanted, matrix)
        away = max(
            np.abs(margin(table, axes) - sums).max(initial=0) for axes, sums in wanted.items()
        )
        if away <= _CLOSE * max(total, 1):
            return table
    raise InfeasibleError(
        "Zeros in the table leave {left:,.2f} that no cell can take. Give one of them a weight.",
        key="zeros_leave", left=away,
    )


def margin(table: np.ndarray, axes: Axes) -> np.ndarray:
    """The sums of a table over all axes but the given ones."""
    return table.sum(axis=tuple(one for one in range(table.ndim) if one not in axes))


def checked_total(wanted: Margins, many: int) -> float:
    """The total that all margins of a table of so many dimensions add up to; an error if not."""
    if not wanted or any(list(axes) != sorted({*axes} & {*range(many)}) for axes in wanted):
        raise InfeasibleError(
            "The margins {margins} do not fit a table of {n} dimensions. Name the axes of each in "
            "rising order, from 0.", key="margins_misfit", margins=str(list(wanted)), n=many,
        )  # fmt: skip
    totals = {axes: float(sums.sum()) for axes, sums in wanted.items()}
    first, total = next(iter(totals.items()))
    for axes, other in totals.items():
        if abs(total - other) > _CLOSE * max(total, 1):
            raise InfeasibleError(
                "The margin of axes {first} adds up to {total:,.2f} and that of {second} to "
                "{against:,.2f}: {apart:,.2f} apart. All must be the same total.",
                key="margins_apart", first=str(first), total=total, second=str(axes),
                against=other, apart=abs(total - other),
            )  # fmt: skip
    return total


def edges(shape: tuple[int, ...], counts: Margins) -> sparse.csr_array:
    """A matrix that sums a flat table into its margins, one below the other."""
    places = np.indices(shape).reshape(len(shape), -1)
    many = places.shape[1]
    blocks = []
    for axes in counts:
        size = tuple(shape[one] for one in axes)
        rows = np.ravel_multi_index(tuple(places[one] for one in axes), size)
        ones = (np.ones(many), (rows, np.arange(many)))
        blocks.append(sparse.csr_array(ones, shape=(int(np.prod(size)), many)))
    return sparse.vstack(blocks).tocsr()


def stacked(counts: Margins) -> np.ndarray:
    """All margins as one column, in the order of `edges`."""
    return np.concatenate([np.ravel(sums) for sums in counts.values()])


def _stepped(table: np.ndarray, wanted: Margins, matrix: sparse.csr_array) -> np.ndarray:
    """One step of Newton's method on the logarithms of the factors."""
    flat = table.ravel()
    slope = (matrix * flat) @ matrix.T
    missing = stacked(wanted) - matrix @ flat
    step = np.clip(np.linalg.lstsq(slope.toarray(), missing, rcond=None)[0], -1, 1)
    return (flat * np.exp(matrix.T @ step)).reshape(table.shape)


def _spread(sums: np.ndarray, axes: Axes, many: int) -> np.ndarray:
    return np.expand_dims(sums, tuple(one for one in range(many) if one not in axes))
