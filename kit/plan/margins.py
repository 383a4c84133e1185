"""Tables whose rows and columns have given sums: fitted in proportion, then rounded exactly."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from kit.errors import InfeasibleError

_ROUNDS, _STEPS = 300, 100
_CLOSE = 1e-9


def fit(seed: np.ndarray, *, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Scale a table until its rows and columns have given sums (iterative proportional fitting).

    Parameters
    ----------
    seed : array, rows × columns
        0 or more; a 0 stays 0.
    rows, columns : array
        Sums to reach, 0 or more; both add up to the same total.

    Returns
    -------
    array
        seed × one factor a row × one factor a column.

    Raises
    ------
    InfeasibleError
        Where the two totals differ, or the zeros leave no table with these sums.

    Examples
    --------
    >>> fit(np.ones((2, 2)), rows=np.array([3.0, 1.0]), columns=np.array([2.0, 2.0])).tolist()
    [[1.5, 1.5], [0.5, 0.5]]
    """
    total = rows.sum()
    if abs(total - columns.sum()) > _CLOSE * max(total, 1):
        raise InfeasibleError(
            f"The rows add up to {total:,.2f} and the columns to {columns.sum():,.2f}: "
            f"{abs(total - columns.sum()):,.2f} apart. Both must be the same total."
        )
    table = np.array(seed, dtype=float)
    for turn in range(_ROUNDS + _STEPS):
        table = _scaled(table, rows, columns) if turn < _ROUNDS else _stepped(table, rows, columns)
        away = np.abs(table.sum(axis=1) - rows).max(initial=0)
        away = max(away, np.abs(table.sum(axis=0) - columns).max(initial=0))
        if away <= _CLOSE * max(total, 1):
            return table
    raise InfeasibleError(
        f"Zeros in the table leave {away:,.2f} that no cell can take. Give one of them a weight."
    )


def _scaled(table: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """One round: rows scaled to their sums, then columns to theirs."""
    for sums, axis in ((rows, 1), (columns, 0)):
        now = table.sum(axis=axis)
        factor = np.divide(sums, now, out=np.zeros_like(now), where=now > 0)
        table = table * np.expand_dims(factor, axis)
    return table


def _stepped(table: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """One step of Newton's method on the logarithms of the factors.

    Rounds creep where the table's cells differ by many orders of magnitude; a step does not.
    """
    down, across = table.sum(axis=1), table.sum(axis=0)
    slope = np.block([[np.diag(down), table], [table.T, np.diag(across)]])
    missing = np.concatenate([rows - down, columns - across])
    step = np.clip(np.linalg.lstsq(slope, missing, rcond=None)[0], -1, 1)
    return table * np.exp(step[: len(rows), None] + step[None, len(rows) :])


def rounded(
    table: np.ndarray, *, unit: float, rows: np.ndarray, columns: np.ndarray
) -> np.ndarray:
    """Round a table to a unit, every cell up or down, so that all rows and columns keep their sums.

    Parameters
    ----------
    table : array, rows × columns
        Its sums are `rows` and `columns`, but for rounding.
    unit : float
    rows, columns : array
        Sums to keep. At most one row and one column may hold a rest below the unit; the cell in
        which these two meet takes it.

    Returns
    -------
    array
        Cells nearest to the table, found by linear programming; ties always fall the same way.

    Raises
    ------
    InfeasibleError
        Where more than one row or column holds a rest below the unit, or the rests differ.

    Examples
    --------
    >>> halves = np.array([[1.5, 1.5], [0.5, 0.5]])
    >>> whole = rounded(halves, unit=1, rows=np.array([3, 1]), columns=np.array([2, 2]))
    >>> whole.sum(axis=0).tolist(), whole.sum(axis=1).tolist()
    ([2.0, 2.0], [3.0, 1.0])
    """
    many_rows, many_columns = table.shape
    down, across = rows / unit, columns / unit
    whole_down, whole_across = np.floor(down + 1e-6), np.floor(across + 1e-6)
    spare = [
        np.where(rest > 1e-6, rest, 0) for rest in (down - whole_down, across - whole_across)
    ]
    if any((one > 0).sum() > 1 for one in spare) or abs(spare[0].sum() - spare[1].sum()) > 1e-6:
        raise InfeasibleError(
            f"The sums of rows and columns are not whole units of {unit:g}. Choose a finer unit."
        )
    corner = spare[0].argmax(), spare[1].argmax()
    cells = np.array(table / unit, dtype=float)
    cells[corner] -= spare[0].sum()
    near = np.round(cells)
    cells = np.where(np.abs(cells - near) < 1e-6, near, cells)
    floor = np.floor(cells)
    part = cells - floor
    ranks = np.arange(cells.size).reshape(cells.shape) / cells.size
    edges = sparse.vstack(
        [
            sparse.kron(sparse.eye_array(many_rows), np.ones((1, many_columns))),
            sparse.kron(np.ones((1, many_rows)), sparse.eye_array(many_columns)),
        ]
    )
    found = linprog(
        (1 - 2 * part + 1e-9 * ranks).ravel(),
        A_eq=edges.tocsr(),
        b_eq=np.concatenate([whole_down - floor.sum(axis=1), whole_across - floor.sum(axis=0)]),
        bounds=np.column_stack([np.zeros(cells.size), (part > 0).ravel()]),
        method="highs-ds",
    )
    if found.x is None:
        raise InfeasibleError("The table's sums are not those asked for. Fit it to them first.")
    result = (floor + np.round(found.x).reshape(cells.shape)) * unit
    result[corner] = round(rows[corner[0]] - (result[corner[0]].sum() - result[corner]), 9)
    return result
