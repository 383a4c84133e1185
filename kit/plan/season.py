"""The season's weight: what part of an average month's result a span of days would bring."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.once import once
from kit.plan.history import Past, past
from kit.plan.schedule import seasonality
from kit.plan.seasonal import indices


def load(case: Case, spans: Sequence[Period]) -> np.ndarray:
    """How much each month, or part of one, brings, in average months of the scope.

    Parameters
    ----------
    case : Case
    spans : sequence of Period
        Months as `calendar.parts` gives them, clipped ones too.

    Returns
    -------
    array
        Season × share of the month's working days that lie in the span (of its days where it has
        none). The season is 1 on the average of a year, and 1 throughout where less than a year of
        history is known or its sum is not above 0.

    Notes
    -----
    The season is that of the baseline: `kit.plan.seasonal.indices` of the scope's results before
    the period, shrunk towards flat where noise could have made it. They are taken on logarithms
    and, where a month is not above 0, on the results ÷ their mean; then season = 1 + index, not
    below 0.

    Over the months of the case's own period the sum of these weights is shared by
    `kit.plan.schedule.seasonality`, as its targets are: people who bring a period's target as a
    whole so bring it in each of its months. The two answer different questions. This season sets
    months of different periods against the average month of a year, from all months known; the
    schedule's shares set the months of one period against each other, from the same period of past
    years, by working days. Within the period only the schedule's counts.
    """
    found = _weights(case, spans)
    own = case.calendar.parts(case.period, "month")
    if len(own) > 1 and tuple(spans) == own:
        return found.sum() * seasonality(case).to_numpy()
    return found


def _weights(case: Case, spans: Sequence[Period]) -> np.ndarray:
    """Season × share of the month, span by span."""
    starts, factors = _factors(case)
    found = []
    for span in spans:
        whole = case.calendar.containing(span.start, "month")
        share = 1.0
        if (whole.start, whole.end) != (span.start, span.end):
            worked = case.calendar.working_days(whole.start, whole.end)
            inside = case.calendar.working_days(span.start, span.end)
            share = inside / worked if worked else span.days / whole.days
        place = int(np.searchsorted(starts, np.datetime64(span.start), side="right")) - 1
        found.append(share * (factors[place] if 0 <= place < len(factors) else 1.0))
    return np.array(found)


@once
def _factors(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """First days of the sub-periods known and ahead, and the season of each."""
    known = past(case)
    if not isinstance(known, Past) or not known.frame[0].mean() > 0:
        return np.array([], dtype="datetime64[D]"), np.array([])
    results = known.frame[[0]].to_numpy()
    if (results > 0).all():
        found = np.exp(indices(np.log(results), cycle=known.cycle)[:, 0])
    else:
        found = np.maximum(1 + indices(results / results.mean(), cycle=known.cycle)[:, 0], 0.0)
    found = found / found.mean()
    spans = [*known.known, *known.ahead]
    starts = np.array([one.start for one in spans], dtype="datetime64[D]")
    return starts, found[np.arange(len(spans)) % known.cycle]
