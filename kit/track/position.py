"""The position: standing and landing of a scope together, and the figures a batch takes from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kit.data import territory
from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.track import landing, pacing
from kit.track.landing import Landing


@dataclass(frozen=True)
class Position:
    """Where a scope stands in one measure, and where it will land.

    Parameters
    ----------
    row : mapping
        The scope's own row of `pacing.standing`, with `measure`.
    landing : Landing or Unavailable
    scope : str
        The scope's display name.
    period : str
        The period's name.
    as_of : date
    closed : bool
        Whether the period is over.
    missing : int
        Working days of the period up to `as_of` on which nobody in the company has an order yet,
        since the last one; 0 where these are too few to say that data are missing.
    through : date, optional
        Day of the company's last order.
    """

    row: Mapping[str, Any]
    landing: Landing | Unavailable
    scope: str
    period: str
    as_of: dt.date
    closed: bool
    missing: int = 0
    through: dt.date | None = None


def position(case: Case, *, measure: str = "bookings") -> Position | Unavailable:
    """Put standing and landing of the case's scope side by side.

    Returns
    -------
    Position or Unavailable
        Unavailable where the measure's table is missing.
    """
    standing = pacing.standing(case, measure=measure)
    if isinstance(standing, Unavailable):
        return standing
    return Position(
        row={**standing.iloc[0].to_dict(), "measure": measure},
        landing=landing.forecast(case, measure=measure),
        scope=territory.display(case, case.scope),
        period=case.period.name,
        as_of=case.as_of,
        closed=case.closed,
        missing=_missing(case),
        through=case.through,
    )


def _missing(case: Case) -> int:
    """Working days of the period that the orders do not reach, if more than a usual silence."""
    if case.through is None or case.through >= case.as_of:
        return 0
    start = max(case.through + dt.timedelta(1), case.period.start)
    days = case.calendar.working_days(start, min(case.as_of, case.period.end))
    return days if days > case.settings.alerts.fewest_days else 0


def figures(case: Case) -> dict[str, dict[str, Any]]:
    """The figures of each measure that has a target or data, by the names the batch's summary uses.

    Returns
    -------
    dict
        measure → target, actual, attainment, gap, target_to_date, pace_index, landing, landing_low,
        landing_high, chance_of_target, status; missing ones are None or NaN.
    """
    found = {}
    for row in pacing.measures(case).to_dict("records"):
        ahead = landing.forecast(case, measure=row["measure"])
        known = isinstance(ahead, Landing)
        found[row["measure"]] = {
            **{
                name: row[name]
                for name in ("target", "actual", "attainment", "gap", "target_to_date",
                             "pace_index", "status")
            },
            "landing": ahead.landing if known else None,
            "landing_low": ahead.low if known else None,
            "landing_high": ahead.high if known else None,
            "chance_of_target": ahead.chance if known else None,
        }  # fmt: skip
    return found
