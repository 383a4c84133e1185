"""Tables of any number of dimensions whose margins are given: fitted, then rounded exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import LinearConstraint, linprog, milp

from kit.errors import InfeasibleError
from kit.plan import fitting
from kit.plan.fitting import Axes, Margins, fit, margin

__all__ = ["Axes", "Margins", "Rounded", "fit", "margin", "rounded", "split"]

_WHOLE = 1e-6  # of a unit
_FAR = 3.0  # what a unit beyond the next whole one costs; a unit to the nearest gains 1 at the most
_PLAIN = {"presolve": False}  # a network has little to simplify: it costs more than it saves
_NODES = 200  # of branch and bound, so that the same table always ends the same way


@dataclass(frozen=True)
class Rounded:
    """A table in whole units.

    Parameters
    ----------
    table : array
    given_up : tuple of axes
        Margins of two and more dimensions that no whole table was found for. Its margins of one
        dimension are exact all the same.
    """

    table: np.ndarray
    given_up: tuple[Axes, ...] = ()


def split(seed: np.ndarray, *, margins: Margins, unit: float) -> Rounded:
    """Fit a table to its margins and round it to a unit, every margin exact.

    Parameters
    ----------
    seed : array
        0 or more; a 0 stays 0.
    margins : mapping of axes to array
        `{(0,): rows, (1,): columns, (2,): layers}`, or tables such as `{(0, 1): rows_by_columns}`.
        All add up to the same total.
    unit : float
        0 for no rounding.

    Returns
    -------
    Rounded
        See `fit` and `rounded`.

    Examples
    --------
    >>> margins = {(0,): np.array([7, 5]), (1,): np.array([6, 6]), (2,): np.array([11, 1])}
    >>> found = split(np.ones((2, 2, 2)), margins=margins, unit=1).table
    >>> [margin(found, (axis,)).tolist() for axis in range(3)]
    [[7.0, 5.0], [6.0, 6.0], [11.0, 1.0]]
    """
    table = fit(seed, margins=margins)
    return rounded(table, margins=margins, unit=unit) if unit else Rounded(table)


def rounded(table: np.ndarray, *, margins: Margins, unit: float) -> Rounded:
    """Round a table to a unit so that its margins stay exact.

    Parameters
    ----------
    table : array
        Its margins are those given, but for rounding.
    margins : mapping of axes to array
        Whole units. What the total holds beyond them stands in one cell of each margin; the cell
        of the table in which these meet takes it.
    unit : float

    Returns
    -------
    Rounded

    Notes
    -----
    Cells go to one of the two nearest whole units, the sum of the deviations being the smallest
    that the margins allow; ties always fall the same way. Margins that can be put into two groups,
    each of sums of sums, are those of a flow in a network, where linear programming gives whole
    units by itself: all pairs of margins, and a table by one more dimension. Three and more margins
    that share no axis are brought to that by rounding the first two to a table of their own, then
    this table and the third, and so on; so margins of one dimension are always exact. For others
    (three tables of two dimensions each) whole units need not exist: they are looked for by integer
    programming, and where they are not found, the tables from the last on are given up and named.

    Raises
    ------
    InfeasibleError
        Where more than one cell of a margin holds a rest below the unit, the rests do not meet or
        meet in a cell of 0, or the zeros leave no whole table.
    """
    wanted = {axes: np.asarray(sums, dtype=float) for axes, sums in margins.items()}
    fitting.checked_total(wanted, table.ndim)
    counts, corner, rest = _whole(wanted, table, unit)
    if rest and not table[corner]:
        raise InfeasibleError(
            "What the total holds beyond whole units of {unit} would fall on a cell without a "
            "weight. Choose a finer unit.", key="rest_on_zero", unit=unit,
        )  # fmt: skip
    cells = np.array(table / unit, dtype=float)
    cells[corner] -= rest
    near = np.round(cells)
    cells = np.where(np.abs(cells - near) < _WHOLE, near, np.maximum(cells, 0))
    units, given_up = _units(cells, counts)
    found = np.round(units * unit, 9)
    if rest:
        axes, sums = next(iter(wanted.items()))
        place = tuple(corner[axis] for axis in axes)
        others = float(margin(found, axes)[place] - found[corner])
        found[corner] = round(float(sums[place]) - others, 9)
    return Rounded(found, given_up)


def _units(cells: np.ndarray, counts: Margins) -> tuple[np.ndarray, tuple[Axes, ...]]:
    kept, given_up = dict(counts), []
    while True:
        found = _in_turn(cells, kept) if _apart(kept) else _nearest(cells, kept)
        if found is None:
            found = _by_branching(cells, kept)
        if found is not None:
            return found, tuple(given_up)
        tables = [axes for axes in kept if len(axes) > 1]
        if not tables:
            raise InfeasibleError(
                "Zeros leave no table in whole units. Give a zero cell a weight.", key="zeros_bar"
            )
        given_up.append(tables[-1])
        last = kept.pop(tables[-1])
        for place, axis in enumerate(tables[-1]):
            kept[(axis,)] = margin(last, (place,))


def _apart(counts: Margins) -> bool:
    """Whether the margins share no axis."""
    axes = [one for some in counts for one in some]
    return len(axes) == len(set(axes))


def _in_turn(cells: np.ndarray, counts: Margins) -> np.ndarray | None:
    """Margins that share no axis, joined one after another into a table of whole units."""
    (axes, joined), *others = counts.items()
    for more, sums in others:
        both = tuple(sorted((*axes, *more)))
        sub = margin(cells, both)
        place = {axis: number for number, axis in enumerate(both)}
        pair = {tuple(place[one] for one in axes): joined, tuple(place[one] for one in more): sums}
        found = _nearest(sub, pair)
        if found is None:
            return None
        joined, axes = found, both
    if len(axes) == cells.ndim:
        return joined
    return _nearest(cells, {axes: joined})


def _nearest(cells: np.ndarray, counts: Margins) -> np.ndarray | None:
    """The nearest whole table by linear programming; None where it finds none that is whole."""
    edges = fitting.edges(cells.shape, counts)
    floor, part, cost = _costs(cells)
    short = fitting.stacked(counts) - edges @ floor
    found = linprog(
        cost, A_eq=edges, b_eq=short, bounds=np.column_stack([np.zeros(part.size), part > 0]),
        method="highs-ds", options=_PLAIN,
    ).x  # fmt: skip
    if found is None:  # some cell has to go further than to the next whole unit
        open_ = cells.ravel() > 0
        more = np.where(open_, np.inf, 0.0)
        found = linprog(
            np.concatenate([cost, np.full(2 * part.size, _FAR)]),
            A_eq=sparse.hstack([edges, edges, -edges]).tocsr(),
            b_eq=short,
            bounds=np.column_stack(
                [np.zeros(3 * part.size), np.concatenate([part > 0, more, floor])]
            ),
            method="highs-ds",
            options=_PLAIN,
        ).x
        if found is None:
            return None
        found = found[: part.size] + found[part.size : -part.size] - found[-part.size :]
    if np.abs(found - np.round(found)).max(initial=0) > _WHOLE:
        return None
    return (floor + np.round(found)).reshape(cells.shape)


def _by_branching(cells: np.ndarray, counts: Margins) -> np.ndarray | None:
    """The nearest whole table by branch and bound; None where none was found in its nodes."""
    edges = fitting.edges(cells.shape, counts)
    floor, part, cost = _costs(cells)
    short = fitting.stacked(counts) - edges @ floor
    found = milp(
        cost,
        constraints=LinearConstraint(edges, short, short),
        integrality=np.ones(part.size),
        bounds=(np.zeros(part.size), (part > 0).astype(float)),
        options={"node_limit": _NODES},
    ).x
    return None if found is None else (floor + np.round(found)).reshape(cells.shape)


def _costs(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whole part, rest, and what rounding a cell up adds to the deviations, with broken ties."""
    flat = cells.ravel()
    floor = np.floor(flat)
    part = flat - floor
    return floor, part, 1 - 2 * part + 1e-9 * np.arange(flat.size) / max(flat.size, 1)


def _whole(
    wanted: Margins, table: np.ndarray, unit: float
) -> tuple[dict[Axes, np.ndarray], tuple[int, ...], float]:
    """Margins in whole units, and the cell that takes what the total holds beyond them."""
    counts, corner, rests = {}, {}, []
    for axes, sums in wanted.items():
        units = sums / unit
        counts[axes] = np.floor(units + _WHOLE)
        rest = np.where(units - counts[axes] > _WHOLE, units - counts[axes], 0)
        place = np.unravel_index(rest.argmax(), rest.shape)
        if (rest > 0).sum() > 1 or (rest.any() and any(
            corner.get(axis, at) != at for axis, at in zip(axes, place, strict=True)
        )):  # fmt: skip
            raise InfeasibleError(
                "The sums over axes {axes} are not whole units of {unit}. Choose a finer unit.",
                key="sums_not_whole", axes=str(axes), unit=unit,
            )  # fmt: skip
        if rest.any():
            corner |= dict(zip(axes, (int(one) for one in place), strict=True))
        rests.append(float(rest.sum()))
    if max(rests) - min(rests) > _WHOLE:
        raise InfeasibleError(
            "The margins' rests below {unit} differ. Choose a finer unit.",
            key="rests_differ", unit=unit,
        )  # fmt: skip
    free = tuple(corner.get(axis, slice(None)) for axis in range(table.ndim))
    best = np.unravel_index(table[free].argmax(), table[free].shape) if table[free].ndim else ()
    left = iter(int(one) for one in best)
    full = tuple(corner[axis] if axis in corner else next(left) for axis in range(table.ndim))
    return counts, full, max(rests)
