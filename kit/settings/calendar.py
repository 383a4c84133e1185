"""The fiscal calendar as parameters."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field, model_validator

from kit.settings.base import Model, OptionalDate


class CalendarSettings(Model):
    """The fiscal calendar: a start month, a week pattern such as 4-4-5, or explicit starts."""

    start_month: int = Field(1, ge=1, le=12)
    year_named_by: Literal["start", "end"] = "start"
    pattern: Literal["", "4-4-5", "4-5-4", "5-4-4"] = ""
    anchor: OptionalDate = None  # first day of a fiscal year, for a pattern
    long_years: tuple[int, ...] = ()  # fiscal years of 53 weeks, for a pattern
    starts: tuple[dt.date, ...] = ()  # explicit first days of periods
    ends_on: OptionalDate = None  # last day of the last explicit period
    country: str = "CN"  # ISO code for the working days
    subdivision: str = ""

    @model_validator(mode="after")
    def _one_kind(self) -> CalendarSettings:
        if self.pattern and self.starts:
            raise ValueError("give either pattern or starts, not both")
        if self.pattern and self.anchor is None:
            raise ValueError("a pattern needs anchor, the first day of one fiscal year")
        if self.starts and list(self.starts) != sorted(set(self.starts)):
            raise ValueError("starts must rise, each day once")
        if self.starts and self.ends_on is not None and self.ends_on < self.starts[-1]:
            raise ValueError("ends_on must not lie before the last start")
        return self
