"""The seasonally adjusted line: months with their usual season taken out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.plan.deseasoned import CYCLE, deseasoned
from kit.track.booked import booked
from kit.track.periods import periods

LEAST = 2 * CYCLE  # closed months without which season and noise cannot be told apart
COLUMNS = ("period", "start", "end", "actual", "season", "adjusted", "moving_average",
           "mom_adjusted", "mom", "running")  # fmt: skip


@once
def adjusted(case: Case, *, measure: str = "bookings") -> pd.DataFrame | Unavailable:
    """The months of `kit.track.trend.months` with the usual season taken out.

    Parameters
    ----------
    case : Case
    measure : str

    Returns
    -------
    DataFrame or Unavailable
        period, start, end, actual, season (the month's usual share of an average month, 1 where the
        season is flat; where amounts are not all above zero its distance from the average month, in
        the measure's unit), adjusted, moving_average, mom_adjusted (adjusted ÷ that of the month
        before − 1), mom, running. adjusted is null in a running month. Unavailable with fewer than
        24 closed months (reason `adjusted_short`, detail how many there are).

    Notes
    -----
    The season is `kit.plan.seasonal.indices` of all closed months that the data hold wholly, on
    logarithms where all are above zero: adjusted = actual ÷ exp(index), else actual − index. Where
    the months hang on their working days (the line gets smoother so), amounts a working day × the
    mean number of working days stand for the amounts: a holiday that moves from one month to
    another is then taken out too. The indices are shrunk towards flat where noise could have made
    them, so that what is left in the line is never more seasonal than what was taken out. Each
    month's index knows the months after it: the line says what happened, it is no forecast.
    """
    found = booked(case, measure=measure)
    if isinstance(found, Unavailable):
        return found
    shown = periods(case, kind="month", measure=measure)
    first = found.first or case.as_of
    spans = [
        one
        for one in case.calendar.between(first, case.as_of, "month")
        if one.end <= case.as_of and found.whole(one)
    ]
    if len(spans) < LEAST:
        return Unavailable(reason="adjusted_short", detail=str(len(spans)))
    amounts = np.array([found.upto(one, one.end) for one in spans])
    worked = np.array([case.calendar.working_days(one.start, one.end) for one in spans])
    season, line = deseasoned(amounts, working_days=worked)
    frame = pd.DataFrame(
        {
            "period": pd.Series([one.name for one in spans], dtype="str"),
            "season": season,
            "adjusted": line,
            "mom_adjusted": _changes(line),
        }
    )
    shown = shown[shown["actual"].notna()].merge(frame, on="period", how="left")
    return shown[list(COLUMNS)].reset_index(drop=True)


def _changes(line: np.ndarray) -> np.ndarray:
    found = np.full(len(line), np.nan)
    before = line[:-1]
    known = before > 0
    found[1:][known] = line[1:][known] / before[known] - 1
    return found
