"""When business comes in at the sample company: working days, seasons and growth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.calendar import FiscalCalendar
from kit.data.sample.truths import FIRST_DAY, LAST_DAY
from kit.settings import CalendarSettings

EARLIEST = "2022-06-01"  # leads of the first deals go back this far
HORIZON = "2026-03-31"  # deals open on the last day are decided until then

# January to December, for one working day; peaks in the second and the fourth quarter
SEASONS = (0.86, 0.90, 1.00, 1.06, 1.18, 1.30, 0.86, 0.84, 0.96, 1.08, 1.16, 1.34)
WEEKDAYS = (1.05, 1.03, 1.00, 1.00, 0.92)
WEEKEND_ONLINE = 0.35
YEARLY_GROWTH = 0.015  # of the customers there are; new customers come on top


@dataclass(frozen=True)
class Rhythm:
    """One weight a day for business in the office and online.

    Parameters
    ----------
    days : DatetimeIndex
        Every day from `EARLIEST` to `HORIZON`.
    working : array of bool
        Whether people work on that day.
    office, online : array of float
        Share of a normal year's business that falls on the day; the year 2023 sums to 1.
    first, last : int
        Numbers of the first and the last day the company's files cover.
    """

    days: pd.DatetimeIndex
    working: np.ndarray
    office: np.ndarray
    online: np.ndarray
    first: int
    last: int

    def number(self, day: str) -> int:
        """The number of a day."""
        return int(self.days.get_loc(pd.Timestamp(day)))

    def workday(self, numbers: np.ndarray, *, later: int | np.ndarray = 0) -> np.ndarray:
        """The working day at or before each day, moved on by `later` working days."""
        workdays = np.flatnonzero(self.working)
        position = np.searchsorted(workdays, numbers, side="right") - 1 + later
        return workdays[np.clip(position, 0, len(workdays) - 1)]

    @property
    def months(self) -> np.ndarray:
        """The number of each day's month, counted from the first."""
        return np.asarray((self.days.year - 2022) * 12 + self.days.month - 6, dtype=int)


def rhythm() -> Rhythm:
    """Weights of all days, from China's working days, the seasons and the yearly growth.

    weight = working day × season of the month × weekday × (1 + growth) ^ years

    Examples
    --------
    >>> one = rhythm()
    >>> bool(one.working[one.number("2025-10-03")])  # a holiday
    False
    >>> round(float(one.office[one.days.year == 2023].sum()), 6)
    1.0
    """
    days = pd.date_range(EARLIEST, HORIZON, freq="D")
    calendar = FiscalCalendar(CalendarSettings(country="CN"))
    working = days.isin(calendar.workdays(days[0].date(), days[-1].date()))
    season = np.array(SEASONS)[days.month - 1]
    weekday = np.array((*WEEKDAYS, *WEEKDAYS[-1:] * 2))[days.day_of_week]
    years = (days - pd.Timestamp("2023-07-01")).days / 365.25
    pull = season * weekday * (1 + YEARLY_GROWTH) ** years
    base = days.year == 2023
    office = np.where(working, pull, 0.0)
    online = np.where(working, pull, pull * WEEKEND_ONLINE)
    first, last = (int(days.get_loc(pd.Timestamp(day))) for day in (FIRST_DAY, LAST_DAY))
    return Rhythm(
        days, working, office / office[base].sum(), online / online[base].sum(), first, last
    )


def arrivals(rates: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Spread events over days so that each column gets about the sum of its rates.

    The events of a column are spaced evenly along its cumulated rate with some jitter, which keeps
    the count in any span close to the expected one.

    Parameters
    ----------
    rates : array, days × columns
        Expected events a day.
    rng : Generator

    Returns
    -------
    days, columns : arrays of int
        One entry an event, by column and day.
    """
    cumulated = np.cumsum(rates, axis=0)
    days, columns = [], []
    for column in range(rates.shape[1]):
        total = cumulated[-1, column]
        places = np.arange(int(total) + 1) + rng.uniform() + rng.uniform(-0.3, 0.3, int(total) + 1)
        places = np.sort(places[(places > 0) & (places < total)])
        days.append(np.searchsorted(cumulated[:, column], places))
        columns.append(np.full(len(places), column))
    return np.concatenate(days), np.concatenate(columns)


def drawn(chances: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw which rows happen, each with its chance; the total of any stretch is near exact.

    Examples
    --------
    >>> int(drawn(np.full(100, 0.4), np.random.default_rng(1)).sum())
    40
    """
    steps = np.floor(np.cumsum(chances) + rng.uniform())
    return np.diff(steps, prepend=0.0) > 0
