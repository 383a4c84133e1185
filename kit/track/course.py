"""The course of a period: what it and past ones had booked by one point, month by month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MUCH = 0.8  # variance ÷ variance from which on calendar days count


@dataclass(frozen=True)
class Course:
    """Months of one or several series, and the periods that they make up, seen at one point.

    A month here is the part that a period is made of: a fiscal month; a week or an explicit period
    where the period is one. The point lies in a month, the running one, or just before it; in each
    past period the same month was running, with the same share of its working days over.

    Parameters
    ----------
    amounts : array, months × series
        What whole months brought, in order of time; NaN from the running one of the last period on.
    begun : array, months × series
        What each month had brought by the point in it; NaN after the last period's running month.
    worked, passed : array, months
        Working days of each month, and those over at the point in it.
    load, loaded : array, months
        The days that results are compared by, likewise; see `days_that_count`.
    first : array of int
        Place of the first month of each period, the one looked at last.
    many : int
        Months in a period.
    over : int
        Whole months of a period that are over at the point; negative before it begins.
    cycle : int
        Months in a year.
    """

    amounts: np.ndarray
    begun: np.ndarray
    worked: np.ndarray
    passed: np.ndarray
    load: np.ndarray
    loaded: np.ndarray
    first: np.ndarray
    many: int
    over: int
    cycle: int

    def __len__(self) -> int:
        return len(self.first)

    @property
    def series(self) -> int:
        """How many series there are; the first is the one looked at."""
        return self.amounts.shape[1]

    def running(self, place: int) -> int:
        """The running month of a period at its point: all months before it are known."""
        return int(self.first[place]) + self.over

    def within(self, place: int) -> slice:
        """The months of a period."""
        return slice(int(self.first[place]), int(self.first[place]) + self.many)

    def booked(self, place: int) -> np.ndarray:
        """Amount booked from a period's start up to the point, a series each.

        Examples
        --------
        >>> quarters = of_months(np.arange(1.0, 6.0), many=3, over=2)
        >>> quarters.booked(1).tolist(), quarters.total(0).tolist()
        ([9.0], [6.0])
        """
        if self.over < 0:
            return np.zeros(self.series)
        start = int(self.first[place])
        found = self.amounts[start : start + self.over].sum(axis=0)
        return found + self.begun[start + self.over] if self.over < self.many else found

    def total(self, place: int) -> np.ndarray:
        """Amount at a period's end; NaN for the one looked at."""
        return self.amounts[self.within(place)].sum(axis=0)

    def days(self, place: int) -> tuple[float, float]:
        """Working days of a period that are over at the point, and all of them."""
        whole = float(self.worked[self.within(place)].sum())
        if self.over < 0:
            return 0.0, whole
        start = int(self.first[place])
        done = float(self.worked[start : start + self.over].sum())
        return done + (float(self.passed[start + self.over]) if self.over < self.many else 0), whole

    def totals(self) -> np.ndarray:
        """Amounts at the periods' ends, periods × series."""
        return np.array([self.total(place) for place in range(len(self))])

    def bookings(self) -> np.ndarray:
        """Amounts booked up to the point, periods × series."""
        return np.array([self.booked(place) for place in range(len(self))])

    def year_ago(self) -> np.ndarray:
        """Place of the same period a year before each, −1 where there is none."""
        places = {int(start): place for place, start in enumerate(self.first)}
        return np.array([places.get(int(start) - self.cycle, -1) for start in self.first])


def of_months(
    amounts: np.ndarray,
    *,
    many: int,
    over: int,
    worked: np.ndarray | None = None,
    load: np.ndarray | None = None,
    cycle: int = 12,
    place: int = 0,
) -> Course:
    """The course of periods of whole months, at the end of one of their months.

    Parameters
    ----------
    amounts : array, months or months × series
        Up to the last month known.
    many : int
        Months in a period.
    over : int
        Months of the last period that are over: 0 to many − 1.
    worked : array, optional
        Working days of the months, also of those still to come in the last period; equal months
        where left out.
    load : array, optional
        Days that results are compared by; the working days where left out.
    cycle : int
    place : int
        Place of the first month that opens a period.

    Examples
    --------
    >>> of_months(np.ones(14), many=3, over=2).first.tolist()
    [0, 3, 6, 9, 12]
    """
    known = np.asarray(amounts, dtype=float).reshape(len(amounts), -1)
    last = len(known) - over
    whole = np.full((last + many, known.shape[1]), np.nan)
    whole[: len(known)] = known
    begun = np.full_like(whole, np.nan)
    begun[: len(known) + 1] = 0.0
    days = np.ones(len(whole)) if worked is None else np.asarray(worked, dtype=float)[: len(whole)]
    counted = days if load is None else np.asarray(load, dtype=float)[: len(whole)]
    none, first = np.zeros(len(whole)), np.arange(last, place - 1, -many)[::-1]
    return Course(whole, begun, days, none, counted, none, first, many, over, cycle)


def days_that_count(
    amounts: np.ndarray, worked: np.ndarray, passing: np.ndarray, *, cycle: int
) -> np.ndarray:
    """Working days or calendar days of months: those by which results were steadier.

    Parameters
    ----------
    amounts : array, months × series
        Whole months known.
    worked, passing : array, months
        Working days and calendar days; also of months to come.
    cycle : int

    Returns
    -------
    array
        Calendar days where they leave much less unrest, at most .8 of the variance, in the growth
        on the year before from month to month, on the average of the series; else working days,
        also with less than a year and a half or an amount or a month of working days not above 0.

    Examples
    --------
    >>> worked, passing = np.tile([20.0, 23.0, 21.0, 18.0, 22.0], 6), np.full(30, 30.0)
    >>> chosen = days_that_count(np.full((30, 1), 9.0), worked, passing, cycle=12)
    >>> bool((chosen == passing).all())
    True
    """
    many = len(amounts)
    if many < cycle + max(cycle // 2, 3) or not ((amounts > 0).all() and (worked > 0).all()):
        return worked
    unrest = []
    for days in (worked, passing):
        points = np.log(amounts / days[:many, None])
        unrest.append(np.diff(points[cycle:] - points[:-cycle], axis=0).var(axis=0).mean())
    return passing if unrest[1] < MUCH * unrest[0] else worked
