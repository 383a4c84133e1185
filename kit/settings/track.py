"""Thresholds and windows of tracking, as parameters."""

from __future__ import annotations

from pydantic import Field, model_validator

from kit.settings.base import Model, Share
from kit.settings.cadence import CadenceSettings


class TrackSettings(Model):
    """Thresholds and windows of tracking."""

    red: float = 0.80
    amber: float = 0.95
    moving_average: int = Field(3, ge=2)
    rolling: int = Field(3, ge=1)
    interval: Share = 0.8
    mom_drop: Share = 0.15
    overdue_days: int = Field(30, ge=0)
    coverage: float = Field(3.0, gt=0)
    commit: Share = 0.6  # chance to be won in the period from which on a deal is committed
    # a deal stands still once it is longer in its stage than this share of those that moved on
    stuck: float = Field(0.9, gt=0, lt=1)
    cadence: CadenceSettings = CadenceSettings()  # who looks at what how often; a week's work

    @model_validator(mode="after")
    def _rise(self) -> TrackSettings:
        if not self.red < self.amber:
            raise ValueError("red must be below amber")
        return self
