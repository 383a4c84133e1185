"""The frames of one scope: what it may see of every table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from kit.data.tables import TABLES
from kit.scope import Scope


@dataclass(frozen=True)
class ScopeData:
    """The rows one scope may see, table by table.

    Parameters
    ----------
    scope : Scope
    frames : mapping of str to DataFrame
        Canonical tables by name, `sales` (order lines credited to the scope, with what is known of
        rep, customer and product joined on; see `kit.data.snapshot`), `peers` (anonymous monthly
        figures over at least three peers), and what the gate refused of the scope's rows,
        `excluded`, beside what the files hold in all, `source_days` (company alone); see
        `kit.data.losses`.
    missing : frozenset of str
        Names of optional tables that the company does not have.
    """

    scope: Scope
    frames: Mapping[str, pd.DataFrame]
    missing: frozenset[str] = frozenset()

    def has(self, table: str) -> bool:
        """Whether the company has that table at all."""
        return table in self.frames and table not in self.missing

    def frame(self, table: str) -> pd.DataFrame:
        """The scope's rows of a table; no rows, with the right columns, where it is missing."""
        if table in self.frames:
            return self.frames[table]
        return TABLES[table].empty()

    @property
    def sales(self) -> pd.DataFrame:
        """Order lines credited to the scope."""
        return self.frames["sales"]


def kept(frame: pd.DataFrame, mask: ArrayLike) -> pd.DataFrame:
    """The rows of a frame for which a mask holds; unknown is no.

    The same as `frame[mask]`, but rows that lie side by side, as those of a span of days do in
    frames sorted by day, are not copied.

    Examples
    --------
    >>> frame = pd.DataFrame({"day": [1, 2, 3, 4]})
    >>> kept(frame, frame["day"].between(2, 3))["day"].tolist()
    [2, 3]
    """
    places = np.flatnonzero(pd.array(mask, dtype="boolean").fillna(False))
    if len(places) == len(frame):
        return frame
    if not len(places):
        return frame.iloc[:0]
    if places[-1] - places[0] + 1 == len(places):
        return frame.iloc[places[0] : places[-1] + 1]
    return frame.iloc[places]
