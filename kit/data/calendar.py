"""Fiscal calendars: periods by name, their parts and neighbours, and the working days in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from kit.data.fiscal import MONTHS, Grid, explicit_periods
from kit.data.period import Day, Period, as_day, hint, read_name
from kit.data.workdays import require_country, year_workdays
from kit.errors import UnknownPeriodError, nearest
from kit.settings import CalendarSettings

__all__ = ["Day", "FiscalCalendar", "Period", "as_day"]

_DAY = dt.timedelta(1)
_KINDS = (*MONTHS, "week", "day", "explicit")


@dataclass(frozen=True)
class FiscalCalendar:
    """A company's fiscal calendar.

    Parameters
    ----------
    settings : CalendarSettings
        Either a start month (fiscal years of calendar months), or a week pattern from an anchor (a
        53rd week belongs to the last month of its year), or explicit starts. An explicit period
        ends on the day before the next start; the last ends on `ends_on` or, where that is not
        given, lasts as long as the median of the others (91 days where it is the only one).

    Raises
    ------
    SettingsError
        Where the country of the working days is not known.

    Notes
    -----
    Fiscal years, halves and quarters are named for the fiscal year (`2025`, `2025H2`, `2025Q3`), a
    month always for its calendar month (`2025-08`), weeks as ISO weeks (`2025-W33`), days as dates.
    With explicit starts there are no years, halves or quarters: `quarter` then means the explicit
    period, named by its start, and months are calendar months.

    Examples
    --------
    >>> fiscal = FiscalCalendar(CalendarSettings(start_month=4, year_named_by="end"))
    >>> quarter = fiscal.period("2026Q2")
    >>> str(quarter.start), str(quarter.end)
    ('2025-07-01', '2025-09-30')
    >>> [month.name for month in fiscal.parts(quarter)]
    ['2025-07', '2025-08', '2025-09']
    >>> fiscal.working_days(quarter.start, quarter.end)
    67
    """

    settings: CalendarSettings = CalendarSettings()

    def __post_init__(self) -> None:
        require_country(self.settings.country, subdivision=self.settings.subdivision)

    @property
    def kind(self) -> str:
        """The kind of period that targets are set for: `quarter`, or `explicit`."""
        return "explicit" if self.settings.starts else "quarter"

    def period(self, name: str) -> Period:
        """The period of a name, such as `2025`, `2025H2`, `2025Q3`, `2025-08` or `2025Q1..2025Q3`.

        Raises
        ------
        UnknownPeriodError
            Where the name is not of such a form, or the calendar has no such period.
        """
        first, dots, last = name.partition("..")
        if dots and not (first and last):
            raise UnknownPeriodError(f"Period '{name}' is not in the calendar. {hint(name)}")
        if dots:
            start, end = self.period(first), self.period(last)
            if "range" in (start.kind, end.kind) or end.end < start.start:
                raise UnknownPeriodError(
                    f"Period '{name}': a range is START..END, and END does not lie before START."
                )
            return Period(start.start, end.end, name, "range")
        explicit = {one.name: one for one in self._explicit}
        if name in explicit:
            return explicit[name]
        try:
            kind, year, number = read_name(name)
        except ValueError:
            kind = ""
        if explicit and kind not in ("month", "week"):
            near = nearest(name, explicit, show=len(explicit))
            raise UnknownPeriodError(f"Period '{name}' does not start on a known day. {near}")
        if not kind:
            raise UnknownPeriodError(f"Period '{name}' is not in the calendar. {hint(name)}")
        if kind == "day":
            return self.containing(name, kind)
        if kind == "week":
            return self.containing(dt.date.fromisocalendar(year, number, 1), kind)
        return self._grid.period(kind, year, number)

    def containing(self, day: Day, kind: str = "") -> Period:
        """The period of a kind that holds a day; without a kind, the quarter or explicit period.

        Raises
        ------
        UnknownPeriodError
            Where the day lies outside all explicit periods, or the calendar has no such kind.
        """
        day, kind = as_day(day), self._kind(kind)
        if kind == "day":
            return Period(day, day, day.isoformat(), "day")
        if kind == "week":
            year, week, weekday = day.isocalendar()
            monday = day - _DAY * (weekday - 1)
            return Period(monday, monday + _DAY * 6, f"{year}-W{week:02d}", "week")
        if kind == "explicit":
            for one in self._explicit:
                if day in one:
                    return one
            first, last = self._explicit[0], self._explicit[-1]
            raise UnknownPeriodError(
                f"{day} lies in no period: the calendar goes from {first.start} to {last.end}. "
                "Add the missing start to calendar.starts, or mend calendar.ends_on."
            )
        return self._grid.containing(day, kind)

    def previous(self, period: Period) -> Period:
        """The period of the same kind just before; a clipped part counts as the whole it is of.

        Raises
        ------
        UnknownPeriodError
            Where an explicit calendar has none before.
        """
        return self._step(period, -1)

    def next(self, period: Period) -> Period:
        """The period of the same kind just after; a clipped part counts as the whole it is of.

        Raises
        ------
        UnknownPeriodError
            Where an explicit calendar has none after.
        """
        return self._step(period, 1)

    def year_ago(self, period: Period) -> Period:
        """The same period of the year before.

        A quarter's is that of the same name a year earlier, even across 53 weeks; a week's and an
        explicit period's is the one that holds its start less 364 days; a day's is the same date,
        28 February for the 29th. Ranges go by their two ends.

        Raises
        ------
        UnknownPeriodError
            Where an explicit calendar does not go back so far.
        """
        if period.kind == "range":
            return self._ends(period, self.year_ago)
        if period.kind in MONTHS:
            return self._step(period, -12 // MONTHS[period.kind])
        if period.kind == "day":
            return self.containing((pd.Timestamp(period.start) - pd.DateOffset(years=1)), "day")
        return self.containing(period.start - _DAY * 364, period.kind)

    def parts(self, period: Period, kind: str = "month") -> tuple[Period, ...]:
        """The parts of a period, each clipped to it: together they are the period."""
        return tuple(
            Period(max(one.start, period.start), min(one.end, period.end), one.name, one.kind)
            for one in self.between(period.start, period.end, kind)
        )

    def between(self, start: Day, end: Day, kind: str = "month") -> tuple[Period, ...]:
        """The whole periods of a kind that lie in a span of days, fully or partly, in order."""
        start, end, kind = as_day(start), as_day(end), self._kind(kind)
        if kind == "explicit":
            return tuple(one for one in self._explicit if one.end >= start and one.start <= end)
        found = []
        while start <= end:
            found.append(self.containing(start, kind))
            start = found[-1].end + _DAY
        return tuple(found)

    def is_working_day(self, day: Day) -> bool:
        """Whether a day is worked, by the country's holidays and shifted weekends."""
        return self.working_days(day, day) == 1

    def working_days(self, start: Day, end: Day) -> int:
        """Number of working days from start to end, both counted; 0 where end lies before."""
        return int(self._worked(start, end).size)

    def workdays(self, start: Day, end: Day) -> pd.DatetimeIndex:
        """The working days from start to end, both included."""
        return pd.DatetimeIndex(self._worked(start, end).astype("datetime64[us]"))

    def _worked(self, start: Day, end: Day) -> np.ndarray:
        start, end = as_day(start), as_day(end)
        where = {"country": self.settings.country, "subdivision": self.settings.subdivision}
        years = [year_workdays(year, **where) for year in range(start.year, end.year + 1)]
        days = np.concatenate(years) if years else np.array([], dtype="datetime64[D]")
        low, high = np.datetime64(start), np.datetime64(end)
        return days[(days >= low) & (days <= high)]

    @cached_property
    def _grid(self) -> Grid:
        return Grid.of(self.settings)

    @cached_property
    def _explicit(self) -> tuple[Period, ...]:
        return explicit_periods(self.settings)

    def _kind(self, kind: str) -> str:
        found = self.kind if kind in ("", "quarter", "explicit") else kind
        if found not in _KINDS or (self.settings.starts and found in ("year", "half")):
            known = [one for one in _KINDS if one == self.kind or one in ("month", "week", "day")]
            raise UnknownPeriodError(
                f"The calendar has no periods of kind '{kind}'. {nearest(kind, known)}"
            )
        return found

    def _step(self, period: Period, steps: int) -> Period:
        kind = period.kind
        if kind == "range":
            first, last = (self.period(end) for end in period.name.split(".."))
            if first.kind != last.kind:
                raise UnknownPeriodError(
                    f"Period '{period}': the ends are of two kinds, so it has no neighbours."
                )
            many = len(self.between(first.start, last.end, first.kind))
            return self._ends(period, lambda end: self._step(end, steps * many))
        if kind in ("week", "day"):
            days = _DAY * (7 if kind == "week" else 1) * steps
            return self.containing(period.start + days, kind)
        if kind in MONTHS:
            return self._grid.containing(period.start, kind, steps=steps)
        names = [one.name for one in self._explicit]
        place = names.index(self.containing(period.start, kind).name) + steps
        if not 0 <= place < len(names):
            raise UnknownPeriodError(
                f"The calendar has no period {'after' if steps > 0 else 'before'} '{period}': it "
                f"goes from {names[0]} to {names[-1]}. Add a start to calendar.starts."
            )
        return self._explicit[place]

    def _ends(self, period: Period, move: Callable[[Period], Period]) -> Period:
        first, last = (move(self.period(end)) for end in period.name.split(".."))
        return Period(first.start, last.end, f"{first}..{last}", "range")
