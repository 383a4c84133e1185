"""How a measure moves month by month: against target, the month before and last year."""

from __future__ import annotations

import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.track.periods import periods

COLUMNS = ("period", "start", "end", "target", "actual", "variance", "variance_share",
           "rolling_gap", "moving_average", "mom", "yoy", "last_year", "running")  # fmt: skip


@once
def months(case: Case, *, measure: str = "bookings") -> pd.DataFrame | Unavailable:
    """The months from a year before the period up to `as_of`, one row each.

    Parameters
    ----------
    case : Case
    measure : str
        One of `kit.data.measures.MEASURES`.

    Returns
    -------
    DataFrame or Unavailable
        `COLUMNS`; amounts in the measure's unit, `running` (bool) where the month is not over. The
        first row is the first month of the same period last year, as far as there are data; the
        last is the month of `as_of`, or of the period's end where that is earlier.

    Notes
    -----
    - target: the one in force for the month, or else its part of the schedule of the period it lies
      in; of a running month the whole. One that changed counts by the version valid on each day.
    - variance = actual − target, variance_share = variance ÷ target.
    - rolling_gap: Σ (target − actual) over the last `settings.track.rolling` closed months.
    - moving_average: mean actual of the last `settings.track.moving_average` closed months.
    - mom = actual ÷ actual of the month before − 1; yoy likewise against last_year, the same month
      of the year before. A running month is compared with the other month up to the same number of
      working days (and last_year is that part); a closed month with the whole of it.
    - rolling_gap and moving_average are null in a running month and where the window is not full.
      A month that the data hold only in part is compared with nothing, nor counted in an average;
      a ratio to zero or less is null.
    """
    found = periods(case, kind="month", measure=measure)
    if isinstance(found, Unavailable):
        return found
    begun = found["start"] <= pd.Timestamp(min(case.as_of, case.period.end))
    return found.loc[begun, list(COLUMNS)].reset_index(drop=True)
