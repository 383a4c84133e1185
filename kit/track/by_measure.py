"""Where a scope's parts stand in every measure, each with the line that closes its table."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.track.pacing import measures, standing
from kit.track.reconciliation import Reconciliation, reconciliation


@dataclass(frozen=True)
class MeasureStanding:
    """A scope and its parts in one measure.

    Parameters
    ----------
    measure : str
        One of `kit.data.measures.MEASURES`.
    standing : DataFrame
        Of `kit.track.pacing.standing`: the scope first, then its parts.
    closing : Reconciliation or Unavailable
        Of `kit.track.reconciliation.reconciliation`.
    """

    measure: str
    standing: pd.DataFrame
    closing: Reconciliation | Unavailable

    @property
    def parts_have_targets(self) -> bool:
        """Whether a part of the scope has a target in this measure."""
        return bool(self.standing["target"].iloc[1:].notna().any())


def by_measure(case: Case) -> tuple[MeasureStanding, ...]:
    """Where the scope and its parts stand, measure by measure.

    Parameters
    ----------
    case : Case

    Returns
    -------
    tuple of MeasureStanding
        In the order of `kit.track.pacing.measures`, bookings first; measures whose table is missing
        are left out. A part without a target in a measure has its actual, and `no_target`.

    See Also
    --------
    kit.track.pacing.standing : the columns, their units and formulas.
    """
    found = []
    for measure in measures(case)["measure"]:
        frame = standing(case, measure=measure)
        if not isinstance(frame, Unavailable):
            found.append(MeasureStanding(measure, frame, reconciliation(case, measure=measure)))
    return tuple(found)
