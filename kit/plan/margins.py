"""Tables whose rows and columns have given sums: fitted in proportion, then rounded exactly."""

from __future__ import annotations

import numpy as np

from kit.plan import cube


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

    See Also
    --------
    kit.plan.cube.fit : the same in any number of dimensions.

    Examples
    --------
    >>> fit(np.ones((2, 2)), rows=np.array([3.0, 1.0]), columns=np.array([2.0, 2.0])).tolist()
    [[1.5, 1.5], [0.5, 0.5]]
    """
    return cube.fit(seed, margins={(0,): rows, (1,): columns})


def rounded(
    table: np.ndarray, *, unit: float, rows: np.ndarray, columns: np.ndarray
) -> np.ndarray:
    """Round a table to a unit so that all rows and columns keep their sums.

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

    See Also
    --------
    kit.plan.cube.rounded : the same in any number of dimensions.

    Examples
    --------
    >>> halves = np.array([[1.5, 1.5], [0.5, 0.5]])
    >>> whole = rounded(halves, unit=1, rows=np.array([3, 1]), columns=np.array([2, 2]))
    >>> whole.sum(axis=0).tolist(), whole.sum(axis=1).tolist()
    ([2.0, 2.0], [3.0, 1.0])
    """
    return cube.rounded(table, margins={(0,): rows, (1,): columns}, unit=unit).table
