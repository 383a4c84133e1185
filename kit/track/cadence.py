"""Cadence: what each role looks at, how often, and on which day next; more often in a peak season."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import numpy as np
import pandas as pd

from kit.data.calendar import FiscalCalendar, Period
from kit.data.case import Case
from kit.data.once import once
from kit.errors import UnknownPeriodError
from kit.plan.season import load
from kit.scope import Scope
from kit.settings.cadence import ROLES, CadenceSettings

_DAY, _WEEK = dt.timedelta(1), dt.timedelta(7)
_LONGEST = 31  # days that a run of holidays can take
_BETWEEN = 3  # days from the first to the second look of a week
_OF_SCOPE = {"company": "executive", "region": "manager", "team": "manager", "rep": "rep"}


class Peak(NamedTuple):
    """Whether a month is one of a peak season, and from where that is known.

    Parameters
    ----------
    peak : bool
    why : str
        `peak_named` by parameter, `peak_found` in the season of the past, else `usual`.
    season : float
        What the month brings beside an average month; NaN where months are named.
    month : str
        The calendar's name of the month.
    """

    peak: bool
    why: str
    season: float
    month: str


@once
def cadence(case: Case) -> pd.DataFrame:
    """What each role looks at, how often, and when next.

    Parameters
    ----------
    case : Case
        `track.cadence` says who looks at what how often, and what is a peak season.

    Returns
    -------
    DataFrame
        role, section (of the packet), every (daily, twice_weekly, weekly, fortnightly, monthly or
        quarterly), usual (the same outside of a peak season), next_on (the next day after `as_of`),
        shifted (whether it was moved as the day it falls on is off), why (as in `Peak`). By role
        and in the packet's order.

    Notes
    -----
    Weekly looks fall on `weekday`, the second of two a week three days later; fortnightly ones on
    that day of every other week, counted from the first week of the period; monthly and quarterly
    ones on the `working_day`-th working day of the next month or period, when the figures of the
    last one are there. A day that is off moves to the next working day. The month of the next
    working day decides whether it is a peak season.
    """
    settings = case.settings.track.cadence
    now = peak(case)
    days: dict[str, tuple[dt.date, bool]] = {}
    rows = []
    for role in ROLES:
        for section, usual in settings.every(role).items():
            every = settings.peak.get(usual, usual) if now.peak else usual  # type: ignore[call-overload]
            if every == "never":
                continue
            if every not in days:
                days[every] = next_look(case, every)
            day, shifted = days[every]
            why = now.why if every != usual else "usual"
            rows.append((role, section, every, usual, pd.Timestamp(day), shifted, why))
    names = ["role", "section", "every", "usual", "next_on", "shifted", "why"]
    return pd.DataFrame(rows, columns=names)


@once
def peak(case: Case) -> Peak:
    """Whether the month of the next working day is one of a peak season.

    Notes
    -----
    `track.cadence.peak_months` names them; where it is empty, a month is a peak whose season, as
    `kit.plan.season.load` learns it from what was known before the period, lies more than
    `peak_above` over an average month. With less than a year of history there is none.
    """
    settings = case.settings.track.cadence
    month = case.calendar.containing(on_or_after(case.calendar, case.as_of + _DAY), "month")
    if settings.peak_months:
        named = int(month.name[-2:]) in settings.peak_months
        return Peak(named, "peak_named" if named else "usual", np.nan, month.name)
    season = float(load(case, (month,))[0])
    found = season > 1 + settings.peak_above
    return Peak(found, "peak_found" if found else "usual", season, month.name)


def role_of(scope: Scope) -> str:
    """The role that answers for a scope.

    Examples
    --------
    >>> role_of(Scope.parse("region:East")), role_of(Scope.parse("company"))
    ('manager', 'executive')
    """
    return _OF_SCOPE[scope.kind]


def next_look(case: Case, every: str) -> tuple[dt.date, bool]:
    """The next day after `as_of` on which something of a frequency is looked at.

    Returns
    -------
    (date, bool)
        Whether the day was moved to the next working day.
    """
    calendar, settings, day = case.calendar, case.settings.track.cadence, case.as_of
    if every == "daily":
        return on_or_after(calendar, day + _DAY), False
    if every in ("monthly", "quarterly"):
        kind = "month" if every == "monthly" else ""
        return _after_close(calendar, _span(case, kind), kind, settings, day), False
    planned = _planned(case, every)
    while True:  # a long holiday can move a look past the next one
        moved = on_or_after(calendar, planned[0])
        if moved > day:
            return moved, moved != planned[0]
        planned = planned[1:]


def on_or_after(calendar: FiscalCalendar, day: dt.date) -> dt.date:
    """The day itself where it is worked, else the next working day (within a month).

    Examples
    --------
    >>> from kit.settings import CalendarSettings
    >>> china = FiscalCalendar(CalendarSettings(country="CN"))
    >>> str(on_or_after(china, dt.date(2025, 10, 1))), str(on_or_after(china, dt.date(2025, 9, 28)))
    ('2025-10-09', '2025-09-28')
    """
    worked = calendar.workdays(day, day + _LONGEST * _DAY)
    return worked[0].date() if len(worked) else day


def _planned(case: Case, every: str) -> list[dt.date]:
    """The looks by weekday, from two weeks before the day to a month after."""
    settings = case.settings.track.cadence
    monday = case.as_of - (case.as_of.isoweekday() - 1) * _DAY
    first = case.period.start - (case.period.start.isoweekday() - 1) * _DAY
    found = []
    for week in range(-2, _LONGEST // 7 + 2):
        start = monday + week * _WEEK
        if every == "fortnightly" and (start - first).days // 7 % 2:
            continue
        look = start + (settings.weekday - 1) * _DAY
        found.append(look)
        if every == "twice_weekly":
            found.append(look + _BETWEEN * _DAY)
    return found


def _span(case: Case, kind: str) -> Period | None:
    try:
        return case.calendar.containing(case.as_of, kind)
    except UnknownPeriodError:
        return None  # the day lies outside of all explicit periods


def _after_close(
    calendar: FiscalCalendar, span: Period | None, kind: str, settings: CadenceSettings, day: dt.date
) -> dt.date:
    """The n-th working day after the end of the last span, or of this one where that is past."""
    if span is None:
        return on_or_after(calendar, day + _DAY)
    for start in (span.start, span.end + _DAY):
        worked = calendar.workdays(start, start + 2 * _LONGEST * _DAY)
        look = worked[settings.working_day - 1].date()
        if look > day:
            return look
    return on_or_after(calendar, day + _DAY)
