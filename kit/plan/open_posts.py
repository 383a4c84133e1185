"""Open posts: planned hires as parts of a split, held back for them until they come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import SCOPE_COLUMNS
from kit.data.territory import children as parts_of
from kit.plan.capacity import hires
from kit.scope import Scope


@dataclass(frozen=True)
class OpenPost:
    """A planned hire in the split of the scope it belongs to.

    Parameters
    ----------
    on : date
        First day of work.
    posts : float
        Full posts once ramped.
    by_month : tuple of float
        Full posts in each month of the period, with the ramp; 0 before the first day.
    weight : float
        What it weighs in the split.
    target : float
        Money that the scope holds for it.
    share : float
        Of all that the scope hands down.
    """

    on: dt.date
    posts: float
    by_month: tuple[float, ...]
    weight: float = 0.0
    target: float = 0.0
    share: float = 0.0


@once
def open_posts(case: Case) -> tuple[OpenPost, ...]:
    """The planned hires that belong to the case's scope itself and to none of its parts.

    Returns
    -------
    tuple of OpenPost
        In the order of `targets.hires`, without weight and target: those of a team; of a region
        where they name no team that it has; of the company where they name neither. Who starts
        after the period is left out.
    """
    if not case.settings.targets.hires:
        return ()
    scopes = [Scope.parse(one) for one in parts_of(case)["scope"]]
    if not scopes:
        return ()
    months = case.calendar.parts(case.period)
    rows, column = hires(case, months), SCOPE_COLUMNS[scopes[0].kind]
    if column in rows:
        rows = rows[~rows[column].isin([one.id for one in scopes])]
    names = [one.name for one in months]
    found = [
        OpenPost(row["hired_on"].date(), float(row["posts"]), tuple(map(float, row[names])))
        for _, row in rows.iterrows()
    ]
    return tuple(one for one in found if sum(one.by_month) > 0)


def added(parts: pd.DataFrame, posts: Iterable[OpenPost]) -> pd.DataFrame:
    """Parts of a split with its open posts below them.

    Returns
    -------
    DataFrame
        The parts' columns; of an open post scope (`hire:0`, `hire:1` …, which is no scope of the
        data), weight and target are filled. The parts themselves where there is no open post.
    """
    rows = pd.DataFrame(
        [(f"hire:{place}", one.weight, one.target) for place, one in enumerate(posts)],
        columns=["scope", "weight", "target"],
    )
    if rows.empty:
        return parts
    return pd.concat([parts, rows], ignore_index=True).reindex(
        columns=dict.fromkeys([*parts.columns, "target"])
    )


def staffed(
    people: Mapping[str, np.ndarray], posts: Iterable[OpenPost]
) -> dict[str, np.ndarray]:
    """Full posts by month of the rows of `added`."""
    return {
        **people,
        **{f"hire:{place}": np.array(one.by_month) for place, one in enumerate(posts)},
    }
