"""Rules of the quarterly review, as parameters."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from kit.settings.base import Model, Share, Weight


class ReviewSettings(Model):
    """Rules of the quarterly review."""

    relief: Share = 0.10
    weights: dict[Literal["bookings", "margin", "new_customers", "activity"], Weight] = Field(
        default_factory=lambda: {"bookings": 0.6, "margin": 0.15, "new_customers": 0.1, "activity": 0.15}
    )
    action_days: int = Field(30, ge=1)
