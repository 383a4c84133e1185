"""The schedule: how much of a target is due by when, by season and working days."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.plan.exact import split
from kit.plan.history import days_before, past_years, sums
from kit.plan.units import fine_unit, to_unit

_YEARS = 3
_ONE_YEAR = 0.5  # what is left of a season that was seen in one year only


def due(case: Case, amount: float, *, measure: str = "bookings") -> pd.Series:
    """How much of an amount is due by the end of each day of the period.

    Parameters
    ----------
    case : Case
    amount : float
        The target of the whole period.
    measure : str
        Whose season is followed.

    Returns
    -------
    Series
        Index: every day of the period; never falls for an amount above 0; the last is the amount.
        At the end of a sub-period it is what `parts` says.

    Notes
    -----
    A sub-period's amount is spread evenly over its working days. A period without any is spread
    evenly over its days.
    """
    passed, reached = [], 0.0
    for days, target in zip(_by_month(case), _targets(case, amount, measure=measure), strict=True):
        passed.append(reached + target * (days.cumsum() / days.sum() if days.any() else days))
        reached = passed[-1][-1]
    found = pd.Series(np.concatenate(passed), index=_worked(case).index, name="target")
    found.iloc[-1] = float(amount)
    return found


def parts(
    case: Case, amount: float | Unavailable, *, kind: str = "month", measure: str = "bookings"
) -> pd.DataFrame | Unavailable:
    """Split an amount over the sub-periods of the case's period.

    Parameters
    ----------
    case : Case
    amount : float or Unavailable
        Unavailable is handed back.
    kind : str
        `month`, `week`, `day` or `quarter`; clipped to the period.
    measure : str

    Returns
    -------
    DataFrame
        period, start, end, working_days, seasonality (share of the amount before rounding; sums to
        1), target (sums exactly to the amount), cumulative. Targets are rounded to `targets.unit`,
        or to a tenth, hundredth … of it where they are small.

    Notes
    -----
    weight = working days × season, where season is the sub-period's share of past results ÷ its
    share of past working days, averaged over up to three years before and shrunk towards 1 by the
    spread between these years; one year alone counts half.
    """
    if isinstance(amount, Unavailable):
        return amount
    spans = case.calendar.parts(case.period, kind)
    ends = pd.to_datetime([one.end for one in spans])
    if kind == "month":
        targets = _targets(case, amount, measure=measure)
    else:
        many = max(len(spans), len(case.calendar.parts(case.period)))
        unit = fine_unit(amount, parts=many, unit=case.settings.targets.unit)
        level = due(case, amount, measure=measure).loc[ends].to_numpy()
        level = np.append(to_unit(level[:-1], unit), amount)
        targets = np.round(np.diff(level, prepend=0.0), 9)
    shares = _day_shares(case, measure=measure).cumsum().loc[ends].to_numpy()
    return pd.DataFrame(
        {
            "period": [one.name for one in spans],
            "start": pd.to_datetime([one.start for one in spans]),
            "end": ends,
            "working_days": [case.calendar.working_days(one.start, one.end) for one in spans],
            "seasonality": np.diff(shares, prepend=0.0),
            "target": targets,
            "cumulative": np.round(np.cumsum(targets), 9),
        }
    )


@once
def seasonality(case: Case, *, measure: str = "bookings") -> pd.Series:
    """Shares of the period's months in its amount, from season and working days; they sum to 1.

    See Also
    --------
    kit.plan.season.load : what a month brings against the average month of a year, to compare
        months of different periods; within the case's period it follows these shares.
    """
    months = case.calendar.parts(case.period)
    days = np.array([one.sum() for one in _by_month(case)])
    weight = days * _season(case, len(months), measure=measure)
    weight = weight if weight.sum() > 0 else days
    return pd.Series(weight / weight.sum(), index=[one.name for one in months], name="seasonality")


def _targets(case: Case, amount: float, *, measure: str) -> np.ndarray:
    shares = seasonality(case, measure=measure)
    unit = fine_unit(amount, parts=len(shares), unit=case.settings.targets.unit)
    if not unit:
        return amount * shares.to_numpy()
    return split(amount, shares.reset_index(drop=True), unit=unit).to_numpy()


def _day_shares(case: Case, *, measure: str) -> pd.Series:
    found = [
        share * days / days.sum() if days.any() else days
        for days, share in zip(_by_month(case), seasonality(case, measure=measure), strict=True)
    ]
    return pd.Series(np.concatenate(found), index=_worked(case).index)


@once
def _worked(case: Case) -> pd.Series:
    """1.0 on working days of the period and 0.0 on others; 1.0 on all where there is none."""
    days = pd.date_range(case.period.start, case.period.end, unit="us")
    found = days.isin(case.calendar.workdays(case.period.start, case.period.end))
    return pd.Series(np.where(found if found.any() else True, 1.0, 0.0), index=days)


def _season(case: Case, many: int, *, measure: str) -> np.ndarray:
    """Past results a working day by month of the period, against the period's average of 1."""
    flat = np.ones(many)
    days = days_before(case, measure=measure)
    if isinstance(days, Unavailable) or not len(days) or many < 2:
        return flat
    seen = []
    for before in past_years(case, most=_YEARS, first=days.index[0]):
        months = case.calendar.parts(before)
        if len(months) == many:
            seen.append(_against_days(case, days, months))
    seen = [one for one in seen if one is not None]
    if not seen:
        return flat
    mean = np.mean(seen, axis=0)
    kept = _ONE_YEAR
    if len(seen) > 1:
        size = ((mean - 1) ** 2).mean()
        by_chance = np.var(seen, axis=0, ddof=1).mean() / len(seen)
        kept = max(0.0, 1 - by_chance / size) if size > 0 else 0.0
    return np.maximum(1 + kept * (mean - 1), 0.0)


def _against_days(case: Case, days: pd.Series, months: Sequence[Period]) -> np.ndarray | None:
    """Share of results ÷ share of working days, month by month; None without results."""
    results = sums(days, months).clip(lower=0).to_numpy()
    counts = [case.calendar.working_days(one.start, one.end) for one in months]
    worked = np.array(counts, dtype=float)
    if results.sum() <= 0 or worked.sum() <= 0:
        return None
    even = worked / worked.sum()
    return np.divide(results / results.sum(), even, out=np.ones_like(even), where=even > 0)


def _by_month(case: Case) -> list[np.ndarray]:
    """The days of each month of the period: 1.0 where they are worked; see `_worked`."""
    worked, first = _worked(case).to_numpy(), case.period.start
    return [
        worked[(one.start - first).days : (one.end - first).days + 1]
        for one in case.calendar.parts(case.period)
    ]
