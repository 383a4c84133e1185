"""What a scorecard weighs, and from what on it says something, as parameters."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from kit.settings.base import Model, Share, Weight

Component = Literal[
    "bookings", "margin", "collections", "new_customers",  # results
    "activity", "assessment",  # behaviour
    "satisfaction", "retention",  # customers
]  # fmt: skip
_CLOSE = 1e-6


class ScorecardSettings(Model):
    """What a scorecard weighs, and from what on it says something."""

    weights: dict[Component, Weight] = Field(  # of the parts of a score; they sum to 1
        default_factory=lambda: {
            "bookings": 0.5, "margin": 0.1, "collections": 0.1, "new_customers": 0.05,
            "activity": 0.08, "assessment": 0.07, "satisfaction": 0.05, "retention": 0.05,
        }  # fmt: skip
    )
    weigh_by: Literal["weights", "goals"] = "weights"  # goals: by the weights of targets.goals
    least_known: Share = 0.5  # of the weight, below which there is no score and no rank
    cap: float = Field(1.5, ge=1, le=100)  # of a ratio within the score; it is shown uncapped
    small_quota: Share = 0.1  # of the usual quota, below which attainment does not count
    rank_for_reps: bool = False  # whether reps' own packets say in which quarter of peers they are
    least_rows: int = Field(10, ge=1)  # deals or customers from which on a rate is compared
    high_margin_lines: tuple[str, ...] = ()  # empty: those above the scope's margin over 12 months

    @field_validator("weights")
    @classmethod
    def _sum_to_one(cls, weights: dict[str, float]) -> dict[str, float]:
        total = sum(weights.values())
        if abs(total - 1) > _CLOSE:
            told = ", ".join(f"{name} {weight:g}" for name, weight in weights.items()) or "none"
            raise ValueError(
                f"the weights ({told}) add up to {total:g}. They must add up to 1: change one of "
                f"them by {1 - total:+g}, or name all that are to count"
            )
        return weights
