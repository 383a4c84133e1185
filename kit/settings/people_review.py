"""When plans, probation goals, training and promotions are proposed, as parameters."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kit.settings.base import Model, Share

Positive = Annotated[float, Field(gt=0, le=10)]
Month = Annotated[int, Field(ge=1, le=24)]


class PeopleReviewSettings(Model):
    """When plans, probation goals, training and promotions are proposed."""

    periods: int = Field(8, ge=2, le=60)  # past periods that are looked at, at the most
    miss_below: Positive = 0.95  # attainment; within a twentieth, as in tracking, is no miss
    pip_after: int = Field(3, ge=2)  # misses in a row after which a plan is talked about
    pip_days: int = Field(90, ge=14, le=366)  # calendar days of a plan
    pip_check_days: int = Field(30, ge=7, le=183)  # between two talks of a plan
    exit_attainment: Positive = 0.95  # of the target over the plan, with which it ends well
    stretch: Share = 0.25  # most that a goal for visits, quotes, deals asks above the own level
    absent: Share = 0.10  # working days of the misses without a post, which speak against a plan
    others_missed: Share = 0.5  # of the region's others: from more on the cause lies above a person
    quota_far: float = Field(1.25, gt=1)  # times last year, and times what others were asked
    moved_customers: Share = 0.15  # of the own bookings of the year before the misses
    largest_lost: Share = 0.10  # of them, with a customer who left for a confirmed cause
    probation_months: int = Field(6, ge=1, le=24)
    probation_reviews: tuple[Month, ...] = (1, 3, 5)  # months after the hire
    workshop_from: int = Field(3, ge=2)  # people with the same gap
    training_formats: dict[str, Literal["coaching", "workshop", "ride_along"]] = Field(
        default_factory=dict
    )  # by dimension; empty: by how many need it and who could teach it
    training_days: int = Field(90, ge=7, le=366)  # until a gap is to be closed
    promotion_after: int = Field(4, ge=2)  # periods in a row on target
    promotion_share: float = Field(1 / 3, gt=0, le=0.5)  # best of the comparable, per full post
    levels: tuple[str, ...] = (
        "junior/初级", "rep/销售", "senior/资深", "lead/主管",
    )  # as the roster names them, the lowest first; names of one level with / between
