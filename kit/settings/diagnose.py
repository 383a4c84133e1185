"""What diagnosis shows, as parameters."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from kit.settings.base import Model, Share
from kit.settings.measures import MeasureSettings
from kit.settings.obstacles import FocusSettings, ObstacleSettings


class CustomersSettings(Model):
    """Limits of what is told of customers."""

    class_limits: tuple[Share, Share] = (0.8, 0.95)
    at_risk_intervals: float = Field(2.0, ge=1)
    at_risk_spreads: float = Field(2.0, ge=0)
    lapsed_days: int = Field(365, ge=30)
    new_days: int = Field(182, ge=1)

    @model_validator(mode="after")
    def _rise(self) -> CustomersSettings:
        if not self.class_limits[0] < self.class_limits[1]:
            raise ValueError("class_limits: the first must be below the second: [0.8, 0.95]")
        return self


class PeopleSettings(Model):
    """Limits of what is told of people."""

    tier_limits: tuple[Share, Share] = (0.5, 0.9)  # cumulated shares where core and steady end
    required_score: float = Field(3.0, ge=1, le=5)
    required_scores: dict[str, Annotated[float, Field(ge=1, le=5)]] = Field(default_factory=dict)
    disagreement: float = Field(1.5, gt=0)  # points between two sources from which on it is named
    enough_reps: int = Field(20, ge=5)  # for more than candidates
    activity_band: float = Field(0.1, ge=0, lt=1)  # around the median: neither many nor few
    overload: float = Field(1.3, gt=1)  # times the median
    joint_months: int = Field(24, ge=3)
    joint_follow_days: int = Field(30, ge=1)

    @model_validator(mode="after")
    def _rise(self) -> PeopleSettings:
        if not self.tier_limits[0] < self.tier_limits[1]:
            raise ValueError("tier_limits: the first must be below the second, such as [0.5, 0.9]")
        return self


class MarketSettings(Model):
    """Limits of what is told of the market and of expenses."""

    competitor_days: int = Field(180, ge=30)  # before and after a competitor's move
    enough_region_months: int = Field(60, ge=60)


class DiagnoseSettings(Model):
    """What diagnosis shows."""

    stages: tuple[str, ...] = Field(("lead", "qualified", "proposal", "won"), min_length=2)
    largest: int = Field(6, ge=2)  # parts of a bridge that are named
    causes: int = Field(3, ge=1)
    min_peers: int = Field(3, ge=3)
    measures: MeasureSettings = MeasureSettings()
    obstacles: ObstacleSettings = ObstacleSettings()
    focus: FocusSettings = FocusSettings()
    customers: CustomersSettings = CustomersSettings()
    people: PeopleSettings = PeopleSettings()
    market: MarketSettings = MarketSettings()
