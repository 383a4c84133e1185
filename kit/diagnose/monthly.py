"""Months of a scope one after another, by equal working days, as far back as they are known."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data import measures
from kit.data.case import Case
from kit.data.elapsed import whole
from kit.data.frames import kept
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose import funnel
from kit.plan.capacity import posts
from kit.plan.deseasoned import CYCLE, hang_on
from kit.scope import Scope

SERIES = ("bookings", "created", "win_rate", "discount", "visits_per_post")
RATES = ("win_rate", "discount")
LEAST_MONTHS = 2 * CYCLE


@dataclass(frozen=True)
class Monthly:
    """The closed months of a measure.

    Parameters
    ----------
    measure : str
    months : DataFrame
        period, start, end, actual.
    points : array
        What is analysed: logarithms, less those of the working days where months hang on them; the
        amounts themselves where one is not above 0, and rates.
    logs : bool
    """

    measure: str
    months: pd.DataFrame
    points: np.ndarray
    logs: bool


@once
def monthly(
    case: Case, *, measure: str = "bookings", scope: Scope | None = None
) -> Monthly | Unavailable:
    """The months of a measure that are over on `as_of`.

    Parameters
    ----------
    case : Case
    measure : str
        A measure of `kit.data.measures`; created (deals by the day they were created), win_rate
        (won ÷ decided, by the day of closing), discount (1 − Σ amount ÷ Σ list amount, of lines
        with a list price), visits_per_post (visits ÷ full posts, with the ramp).
    scope : Scope, optional
        A part of the case's scope; for measures of `kit.data.measures` alone.

    Returns
    -------
    Monthly or Unavailable
        The latest stretch without a month that is not known. Unavailable with fewer than 24 months
        (reason `adjusted_short`, detail how many) or where a table is missing.
    """
    found = _values(case, measure, scope)
    if isinstance(found, Unavailable):
        return found
    spans, values = found
    gaps = np.flatnonzero(np.isnan(values))
    first = int(gaps[-1]) + 1 if len(gaps) else 0
    spans, values = spans[first:], values[first:]
    if len(values) < LEAST_MONTHS:
        return Unavailable(reason="adjusted_short", detail=str(len(values)))
    months = pd.DataFrame(
        {
            "period": pd.Series([one.name for one in spans], dtype="str"),
            "start": pd.to_datetime([one.start for one in spans]),
            "end": pd.to_datetime([one.end for one in spans]),
            "actual": values,
        }
    )
    if measure in RATES or not (values > 0).all():
        return Monthly(measure, months, values, logs=False)
    worked = np.array([case.calendar.working_days(one.start, one.end) for one in spans])
    logs = np.log(values)
    return Monthly(measure, months, logs - hang_on(logs, working_days=worked), logs=True)


def _values(case: Case, measure: str, scope: Scope | None):
    """Months and their values, NaN where not known; or what is missing."""
    if measure in ("created", "win_rate") and not case.data.has("opportunities"):
        return Unavailable(table="opportunities")
    if measure == "discount":
        lines = measures.sales(case, scope=scope)
        lines = kept(lines, (lines["list_amount"] > 0) & lines["amount"].notna())
        if lines.empty:
            return Unavailable(reason="no_list_price")
        spans = _spans(case, lines["date"].min())
        net, full = (_summed(lines["date"], lines[one], spans) for one in ("amount", "list_amount"))
        return spans, _ratio(full - net, full)
    if measure == "created":
        days = funnel.decided(case)["created_on"]
        first = max(days.min(), case.data.sales["date"].min())
        spans = _spans(case, first)
        return spans, _summed(days, pd.Series(1.0, index=days.index), spans)
    if measure == "win_rate":
        deals = funnel.closed(case)
        spans = _spans(case, deals["date"].min())
        count = pd.Series(1.0, index=deals.index)
        won = (deals["status"] == "won").astype(float)
        return spans, _ratio(*(_summed(deals["date"], one, spans) for one in (won, count)))
    if measure == "visits_per_post":
        found = _values(case, "visit", scope)
        if isinstance(found, Unavailable) or not found[0]:
            return found
        spans, visits = found
        return spans, _ratio(visits, posts(case, spans).sum().to_numpy(dtype="float64"))
    if measure in measures.ACTIVITIES and case.data.has("activities"):
        first = measures.activities(case, scope=scope)["date"].min()
    else:
        first = measures.sales(case, scope=scope)["date"].min()
    spans = _spans(case, first)
    reach = (spans[0].start, spans[-1].end) if spans else (case.as_of, case.as_of)
    daily = measures.daily(case, measure=measure, start=reach[0], end=reach[1], scope=scope)
    if isinstance(daily, Unavailable):
        return daily
    return spans, _summed(daily.index.to_series(), daily, spans)


def _spans(case: Case, first: pd.Timestamp) -> list:
    """The months wholly in the data that are over."""
    if pd.isna(first):
        return []
    day: dt.date = first.date()
    return [
        one
        for one in case.calendar.between(day, case.as_of, "month")
        if one.end <= case.as_of and whole(case.calendar, one, first=day)
    ]


def _summed(days: pd.Series, amounts: pd.Series, spans: list) -> np.ndarray:
    """The sum of amounts in each month."""
    if not spans:
        return np.zeros(0)
    starts = np.array([one.start for one in spans], dtype="datetime64[D]")
    dates = days.to_numpy().astype("datetime64[D]")
    place = np.searchsorted(starts, dates, side="right") - 1
    inside = (place >= 0) & (dates <= np.datetime64(spans[-1].end))
    values = np.nan_to_num(amounts.to_numpy(dtype="float64", na_value=np.nan))
    return np.bincount(place[inside], weights=values[inside], minlength=len(spans))


def _ratio(part: np.ndarray, of: np.ndarray) -> np.ndarray:
    return np.divide(part, of, out=np.full(len(of), np.nan), where=of > 0)
