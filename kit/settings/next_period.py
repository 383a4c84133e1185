"""How the next period follows from the review, as parameters."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from kit.settings.base import Model, OptionalAmount, OptionalNumber, Share


def _or_none(found: Any) -> Any:
    return None if found in ("", "none") else found


OptionalShareOfGap = Annotated[Share | None, BeforeValidator(_or_none)]


class NextPeriodSettings(Model):
    """How the next period follows from the review."""

    growth: OptionalNumber = None  # asked for in the next period; empty: targets.growth
    carry_over: OptionalShareOfGap = None  # share of a gap added within the year; none: nothing
    carry_surplus: OptionalShareOfGap = None  # share of a surplus taken off within the year
    most: Share = 0.10  # of what is asked, carried over at the most
    day_cost: OptionalAmount = None  # money of a person-day; empty: not known
    post_cost: OptionalAmount = None  # money of a full post for one period; empty: not known
    heads: tuple[str, ...] = ("fill_posts",)  # measures that ask for posts
    budget: tuple[str, ...] = ("lead_campaign",)  # measures that ask for a budget
    points: tuple[Share, ...] = (1 / 3, 1 / 2, 2 / 3, 5 / 6)  # of working days: forecasts judged
    periods: int = Field(4, ge=1, le=20)  # last periods whose forecasts are judged
    least: int = Field(4, ge=2, le=100)  # forecasts from which on their coverage counts
    parts: int = Field(8, ge=1, le=50)  # parts that are opened one by one
