"""Reconciliation: forecasts of a whole and of its parts, made to add up."""

from __future__ import annotations

import numpy as np
import pandas as pd

_LEAST = 1e-8  # variance that an entity without errors is given, so that it can be divided by


def bottom_up(base: pd.DataFrame, *, sums: pd.DataFrame) -> pd.DataFrame:
    """Forecasts of all entities as sums of those at the bottom.

    Parameters
    ----------
    base : DataFrame
        One row an entity, one column a period.
    sums : DataFrame
        One row an entity, one column an entity at the bottom: 1 where the row's holds the column's,
        else 0.

    Returns
    -------
    DataFrame
        As `base`, rows in the order of `sums`.

    Raises
    ------
    ValueError
        Where `base` lacks an entity of `sums`.

    Examples
    --------
    >>> sums = pd.DataFrame({"a": [1, 1, 0], "b": [1, 0, 1]}, index=["all", "a", "b"])
    >>> base = pd.DataFrame({"2026": [12.0, 4.0, 6.0]}, index=["all", "a", "b"])
    >>> bottom_up(base, sums=sums)["2026"].tolist()
    [10.0, 4.0, 6.0]
    """
    known = _of(base, sums)
    found = sums.to_numpy(dtype=float) @ known.loc[sums.columns].to_numpy(dtype=float)
    return pd.DataFrame(found, index=sums.index, columns=base.columns)


def variance_weighted(
    base: pd.DataFrame, *, sums: pd.DataFrame, errors: pd.DataFrame
) -> pd.DataFrame:
    """Forecasts that add up and lie as near to the given ones as their past errors suggest.

    Parameters
    ----------
    base : DataFrame
        One row an entity, one column a period.
    sums : DataFrame
        See `bottom_up`.
    errors : DataFrame
        One row a past period, one column an entity: actual − forecast.

    Returns
    -------
    DataFrame
        As `base`, rows in the order of `sums`.

    Notes
    -----
    With S the sums and W a diagonal matrix of the mean squared errors, the result is
    S (S′ W⁻¹ S)⁻¹ S′ W⁻¹ × base: weighted least squares, which moves an entity the more, the more
    it was off (WLS with variance scaling; Wickramasuriya, Athanasopoulos and Hyndman 2019). Errors
    are taken as independent of one another.

    Raises
    ------
    ValueError
        Where `base` or `errors` lacks an entity of `sums`, or there is no error to go by.

    Examples
    --------
    >>> sums = pd.DataFrame({"a": [1, 1, 0], "b": [1, 0, 1]}, index=["all", "a", "b"])
    >>> base = pd.DataFrame({"2026": [12.0, 4.0, 6.0]}, index=["all", "a", "b"])
    >>> errors = pd.DataFrame({"all": [1.0, -1.0], "a": [1.0, -1.0], "b": [0.0, 0.0]})
    >>> variance_weighted(base, sums=sums, errors=errors)["2026"].round(3).tolist()
    [11.0, 5.0, 6.0]
    """
    known, past = _of(base, sums), _of(errors.T, sums)
    squares = past.to_numpy(dtype=float) ** 2
    if not squares.size:
        raise ValueError("errors: there is no row. Give at least one past period of each entity.")
    spread = np.nansum(squares, axis=1) / squares.shape[1]
    size = max(float(spread.max()), _LEAST)
    down = sums.to_numpy(dtype=float).T / (spread / size + _LEAST)
    rows = sums.to_numpy(dtype=float)
    bottom = np.linalg.solve(down @ rows, down @ known.to_numpy(dtype=float))
    return pd.DataFrame(rows @ bottom, index=sums.index, columns=base.columns)


def _of(frame: pd.DataFrame, sums: pd.DataFrame) -> pd.DataFrame:
    """The rows of a frame in the order of the entities."""
    missing = [one for one in sums.index if one not in frame.index]
    if missing:
        raise ValueError(
            f"There is no row for the entity '{missing[0]}'. Give every entity of the sums one."
        )
    return frame.loc[sums.index]
