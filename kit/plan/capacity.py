"""Capacity: how many full posts a scope has, newcomers counted by their ramp."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.territory import reps


def posts(case: Case, spans: Sequence[Period]) -> pd.DataFrame:
    """Full posts of each rep of the case's scope, span by span.

    Parameters
    ----------
    case : Case
    spans : sequence of Period
        Within the case's period.

    Returns
    -------
    DataFrame
        Index rep_id, one column a span's name: capacity × ramp × share of the span's days on which
        the rep is in the scope.
    """
    people = reps(case)
    came = people["active_from"].to_numpy().astype("datetime64[D]")
    left = people["active_to"].to_numpy().astype("datetime64[D]")
    found = {}
    for span in spans:
        first = np.maximum(came, np.datetime64(span.start))
        last = np.minimum(left, np.datetime64(span.end))
        days = np.maximum((last - first).astype(int) + 1, 0) / span.days
        ramp = ramped(people["hired_on"], span, ramp=case.settings.targets.ramp)
        found[span.name] = people["capacity"].to_numpy() * days * ramp
    return pd.DataFrame(found, index=pd.Index(people["rep_id"], name="rep_id"), dtype="float64")


def ramped(hired_on: pd.Series, span: Period, *, ramp: Sequence[float]) -> np.ndarray:
    """The share of a full quota that reps carry in a span, by their months of tenure.

    Parameters
    ----------
    hired_on : Series of dates
        Empty counts as long ago.
    span : Period
        Its last day decides: the month of hire is month 1.
    ramp : sequence of float
        Shares for months 1, 2, …; later months carry 1. Before the hire it is 0.

    Examples
    --------
    >>> import datetime as dt
    >>> july = Period(dt.date(2025, 7, 1), dt.date(2025, 7, 31), "2025-07", "month")
    >>> hired = pd.Series(pd.to_datetime(["2025-06-20", "2020-01-01", "2025-08-01", None]))
    >>> ramped(hired, july, ramp=[0.25, 0.5, 0.75]).tolist()
    [0.5, 1.0, 0.0, 1.0]
    """
    hired = hired_on.to_numpy().astype("datetime64[M]")
    months = (np.datetime64(span.end, "M") - hired).astype(int) + 1
    steps = np.array([0.0, *ramp, 1.0])
    return steps[np.where(np.isnat(hired), len(steps) - 1, months.clip(0, len(steps) - 1))]
