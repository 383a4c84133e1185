"""What a scorecard weighs, as parameters."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from kit.settings.base import Model, Weight


class ScorecardSettings(Model):
    """What a scorecard weighs."""

    weights: dict[Literal["bookings", "margin", "new_customers", "activity"], Weight] = Field(
        default_factory=lambda: {"bookings": 0.6, "margin": 0.15, "new_customers": 0.1, "activity": 0.15}
    )
