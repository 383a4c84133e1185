"""Spreading: what is decided for long periods, or not at all, laid over short ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kit.errors import InfeasibleError
from kit.plan.exact import split
from kit.plan.margins import fit, rounded

_CENT = 0.01


def spread(
    fixed: np.ndarray,
    totals: np.ndarray,
    *,
    groups: Sequence[np.ndarray],
    columns: np.ndarray,
    seed: np.ndarray,
    unit: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Fill a table of parts by periods from the cells and the sums that are decided.

    Parameters
    ----------
    fixed : array, parts × columns
        Decided cells, kept as they are; NaN where none is.
    totals : array, parts × groups
        Decided sums over groups of columns; NaN where none is.
    groups : sequence of array
        Places of each group's columns.
    columns : array
        What is to be handed out by column: its shape is followed, and its size where no sums are
        decided.
    seed : array, parts × columns
        Shares of the cells; 0 takes nothing where another cell can.
    unit : float
        Cells are multiples of it where the sums are, else of a hundredth; 0: unrounded.

    Returns
    -------
    array, array
        The cells, and their states: `decided`, `spread` or `proposed`. Decided sums are met
        exactly.

    Notes
    -----
    Decided cells and sums come first. What they leave of the columns goes to parts without a sum,
    by seed. Open cells are the seed, fitted in proportion to the sums of parts and to the columns,
    and rounded exactly.

    Examples
    --------
    >>> cells, states = spread(
    ...     np.array([[np.nan, np.nan], [30.0, np.nan]]), np.array([[100.0], [np.nan]]),
    ...     groups=[np.array([0, 1])], columns=np.array([90.0, 90.0]), seed=np.ones((2, 2)), unit=1)
    >>> cells.tolist(), states[1].tolist()
    ([[60.0, 40.0], [30.0, 50.0]], ['decided', 'proposed'])
    """
    cells = np.zeros(fixed.shape)
    states = np.full(fixed.shape, "decided", dtype=object)
    for place, group in enumerate(groups):
        held = fixed[:, group]
        open_ = np.isnan(held)
        done = np.where(open_, 0.0, held)
        known = ~np.isnan(totals[:, place])
        open_state = np.where(known, "spread", "proposed")[:, None]
        states[:, group] = np.where(open_, open_state, "decided")
        free = open_.any(axis=1)
        rows = np.where(known & free, np.maximum(totals[:, place] - done.sum(axis=1), 0.0), 0.0)
        weights = np.where(open_, np.maximum(seed[:, group], 0.0), 0.0)
        weights = np.where(weights.any(axis=1, keepdims=True), weights, open_)
        share = np.where(~known & free, weights.sum(axis=1), 0.0)
        left = columns[group].sum() - done.sum() - rows.sum()
        if share.sum() > 0 and left > 0:
            rows = rows + _parted(left, share, unit)
        cells[:, group] = done + _filled(
            rows, weights, np.maximum(columns[group] - done.sum(axis=0), 0.0), unit=unit
        )
    return cells, states


def _filled(rows: np.ndarray, weights: np.ndarray, columns: np.ndarray, *, unit: float):
    """Open cells that meet the rows exactly and follow the columns."""
    total = rows.sum()
    if total <= 0:
        return np.zeros(weights.shape)
    takes = (weights * (rows > 0)[:, None] > 0).any(axis=0)
    columns = np.where(takes, columns, 0.0)
    columns = columns if columns.sum() > 0 else weights[rows > 0].sum(axis=0)
    for step in dict.fromkeys((unit, _CENT)) if unit else ():
        try:
            across = _parted(total, columns, step)
            seed = np.where((rows > 0)[:, None] & (across > 0), weights, 0.0)
            return rounded(fit(seed, rows=rows, columns=across), unit=step, rows=rows,
                           columns=across)  # fmt: skip
        except InfeasibleError:
            continue
    each = [_parted(row, line, unit) if row else 0 * line
            for row, line in zip(rows, weights, strict=True)]  # fmt: skip
    return np.array(each)


def _parted(total: float, weights: np.ndarray, unit: float) -> np.ndarray:
    if not unit:
        return total * weights / weights.sum()
    return split(total, pd.Series(weights), unit=unit).to_numpy()
