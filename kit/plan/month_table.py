"""The month table: a split's parts laid over the months, with both sums kept."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.plan.margins import fit, rounded
from kit.plan.open_posts import OpenPost, added, staffed
from kit.plan.units import common, fine_unit

_TRACE = 1e-6  # what a newcomer's month without ramp weighs: taken only where nobody else can


def months(
    case: Case,
    parts: pd.DataFrame,
    columns: np.ndarray,
    *,
    posts: Mapping[str, np.ndarray],
    season: np.ndarray,
    held: tuple[OpenPost, ...] = (),
) -> np.ndarray:
    """A table of parts × months with given targets of the parts and sums of the months.

    Parameters
    ----------
    case : Case
        For its unit.
    parts : DataFrame
        scope, target.
    columns : array
        Money a month; adds up to the parts' targets and what is held.
    posts : mapping of scope to array
        Ramped full posts by month.
    season : array
        Shares of the months.
    held : tuple of OpenPost
        Planned hires, who take their months' share and are left out of the table.

    Returns
    -------
    array, parts × months
        Rounded to a unit of which all sums are multiples; not rounded where there is none.
    """
    many, posts = len(parts), staffed(posts, held)
    parts = added(parts, held)
    rows = parts["target"].to_numpy()
    full = np.array([posts[one] for one in parts["scope"]])
    most = full.max(axis=1, keepdims=True)
    there = np.divide(full, most, out=np.ones_like(full), where=most > 0)
    seed = np.maximum(there, _TRACE) * season
    seed = np.where(columns > 0, np.maximum(seed, _TRACE), 0.0) * (rows > 0)[:, None]
    table = fit(seed, rows=rows, columns=columns)
    unit = common(
        fine_unit(float(rows.sum()), parts=table.size, unit=case.settings.targets.unit),
        rows, columns,
    )  # fmt: skip
    table = rounded(table, unit=unit, rows=rows, columns=columns) if unit else table
    return table[:many]
