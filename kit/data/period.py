"""Periods and their names."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.errors import nearest

Day = dt.date | pd.Timestamp | np.datetime64 | str

_YEARS = range(1900, 2200)
_NAME = re.compile(
    r"(?P<year>\d{4})(?:Q(?P<quarter>[1-4])|H(?P<half>[12])|-W(?P<week>\d\d)|-(?P<month>\d\d))?",
    re.ASCII,
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True, order=True)
class Period:
    """A span of days with a name; both ends belong to it.

    Examples
    --------
    >>> march = Period(dt.date(2025, 3, 1), dt.date(2025, 3, 31), "2025-03", "month")
    >>> march.days, dt.date(2025, 3, 31) in march
    (31, True)
    """

    start: dt.date
    end: dt.date
    name: str = ""
    kind: str = "quarter"  # year, half, quarter, month, week, day, explicit, range

    @property
    def days(self) -> int:
        """Number of calendar days."""
        return (self.end - self.start).days + 1

    def __contains__(self, day: dt.date) -> bool:
        return self.start <= day <= self.end

    def __str__(self) -> str:
        return self.name


def as_day(found: Day) -> dt.date:
    """Turn a date, a timestamp or an ISO text into a date."""
    if type(found) is dt.date:
        return found
    return pd.Timestamp(found).date()


def read_name(name: str) -> tuple[str, int, int]:
    """What a period's name says: its kind, its year and its number in the year.

    Returns
    -------
    tuple of str, int, int
        Kind `year` (number 1), `half`, `quarter`, `month`, `week` or `day` (day of the year).

    Raises
    ------
    ValueError
        Where it is no such name, or there is no such month, week or day.

    Examples
    --------
    >>> read_name("2025Q3"), read_name("2025-08"), read_name("2025")
    (('quarter', 2025, 3), ('month', 2025, 8), ('year', 2025, 1))
    """
    if _DATE.fullmatch(name):
        day = dt.date.fromisoformat(name)
        return "day", day.year, day.timetuple().tm_yday
    found = _NAME.fullmatch(name)
    if not found or int(found["year"]) not in _YEARS:
        raise ValueError(name)
    year = int(found["year"])
    kind = next((one for one in ("half", "quarter", "month", "week") if found[one]), "year")
    number = int(found[kind]) if kind != "year" else 1
    if kind == "month":
        dt.date(year, number, 1)
    if kind == "week":
        dt.date.fromisocalendar(year, number, 1)
    return kind, year, number


def hint(name: str) -> str:
    """Say how periods are written, and which name is near to a wrong one.

    Examples
    --------
    >>> hint("2025q3")
    "Did you mean '2025Q3'? Write 2025, 2025H2, 2025Q3, 2025-08 or 2025Q1..2025Q3."
    """
    year = found[0] if (found := re.search(r"(19|20|21)\d\d", name)) else "2025"
    marks = ("", "H1", "H2", "Q1", "Q2", "Q3", "Q4", *(f"-{n:02d}" for n in range(1, 13)))
    near = nearest(name, [year + mark for mark in marks])
    form = f"Write {year}, {year}H2, {year}Q3, {year}-08 or {year}Q1..{year}Q3."
    return f"{near} {form}" if near.startswith("Did you mean") else form
