"""Fiscal years, halves, quarters and months, of calendar months or of whole weeks."""

from __future__ import annotations

import datetime as dt
from statistics import median
from typing import NamedTuple

from kit.data.period import Period
from kit.settings import CalendarSettings

MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}

_DAY = dt.timedelta(1)
_WEEK = dt.timedelta(7)


class Grid(NamedTuple):
    """How a calendar counts fiscal months: month number = 12 × fiscal year + `offset` + place.

    A month number is 12 × calendar year + calendar month − 1, so fiscal months bear the names of
    calendar months. With a week pattern the first fiscal month bears the name of the calendar month
    in which the fifteenth day of the anchored year lies, and the others follow on.
    """

    settings: CalendarSettings
    offset: int
    anchored: int = 0  # fiscal year that begins on the anchor

    @classmethod
    def of(cls, settings: CalendarSettings) -> Grid:
        """The grid that settings with a start month or a week pattern describe.

        Examples
        --------
        >>> Grid.of(CalendarSettings(start_month=4, year_named_by="end")).first_day(24288 + 3)
        datetime.date(2024, 4, 1)
        """
        by_end = settings.year_named_by == "end"
        if not settings.pattern:
            early = 12 if by_end and settings.start_month > 1 else 0
            return cls(settings, settings.start_month - 1 - early)
        anchor = settings.anchor
        # A year of weeks drifts by some days around the turn of a month: look a week inside it.
        named = anchor + _WEEK * (50 if by_end else 1)
        middle = anchor + dt.timedelta(14)
        return cls(settings, 12 * middle.year + middle.month - 1 - 12 * named.year, named.year)

    def period(self, kind: str, year: int, number: int) -> Period:
        """A month of a calendar year, or a quarter, a half or the whole of a fiscal year.

        Examples
        --------
        >>> Grid.of(CalendarSettings(start_month=4)).period("quarter", 2025, 2).start
        datetime.date(2025, 7, 1)
        """
        if kind == "month":
            return self.starting(12 * year + number - 1, kind)
        return self.starting(12 * year + self.offset + (number - 1) * MONTHS[kind], kind)

    def containing(self, day: dt.date, kind: str, *, steps: int = 0) -> Period:
        """The period of a kind that holds a day, or the one that many steps after it."""
        month = self.month_of(day)
        first = month - (month - self.offset) % MONTHS[kind]
        return self.starting(first + steps * MONTHS[kind], kind)

    def starting(self, first: int, kind: str) -> Period:
        """The period of a kind whose first month has that number."""
        size = MONTHS[kind]
        start, end = self.first_day(first), self.first_day(first + size) - _DAY
        if kind == "month":
            return Period(start, end, f"{first // 12}-{first % 12 + 1:02d}", kind)
        year, place = divmod(first - self.offset, 12)
        mark = {"quarter": f"Q{place // 3 + 1}", "half": f"H{place // 6 + 1}", "year": ""}[kind]
        return Period(start, end, f"{year}{mark}", kind)

    def first_day(self, month: int) -> dt.date:
        """First day of the fiscal month of that number."""
        if not self.settings.pattern:
            return dt.date(month // 12, month % 12 + 1, 1)
        year, place = divmod(month - self.offset, 12)
        return self._year_start(year) + _WEEK * self._weeks_before(place)

    def month_of(self, day: dt.date) -> int:
        """Number of the fiscal month that holds a day."""
        if not self.settings.pattern:
            return 12 * day.year + day.month - 1
        year = self.anchored + (day - self.settings.anchor).days // 364
        while self._year_start(year) > day:
            year -= 1
        while self._year_start(year + 1) <= day:
            year += 1
        week = (day - self._year_start(year)).days // 7
        place = max(n for n in range(12) if self._weeks_before(n) <= week)
        return 12 * year + self.offset + place

    def _year_start(self, year: int) -> dt.date:
        long = self.settings.long_years
        if year >= self.anchored:
            extra = sum(self.anchored <= one < year for one in long)
        else:
            extra = -sum(year <= one < self.anchored for one in long)
        return self.settings.anchor + _WEEK * (52 * (year - self.anchored) + extra)

    def _weeks_before(self, place: int) -> int:
        weeks = [int(one) for one in self.settings.pattern.split("-")]
        return 13 * (place // 3) + sum(weeks[: place % 3])


def explicit_periods(settings: CalendarSettings) -> tuple[Period, ...]:
    """The periods of explicit starts, in order; none where the settings have no starts.

    Examples
    --------
    >>> starts = ("2025-01-01", "2025-02-01", "2025-03-01")
    >>> [str(one.end) for one in explicit_periods(CalendarSettings(starts=starts))]
    ['2025-01-31', '2025-02-28', '2025-03-29']
    """
    starts = settings.starts
    if not starts:
        return ()
    gaps = [(after - before).days for before, after in zip(starts, starts[1:], strict=False)]
    length = int(median(gaps)) if gaps else 91
    last = settings.ends_on or starts[-1] + _DAY * (length - 1)
    ends = [*(one - _DAY for one in starts[1:]), last]
    return tuple(
        Period(start, end, start.isoformat(), "explicit")
        for start, end in zip(starts, ends, strict=True)
    )
