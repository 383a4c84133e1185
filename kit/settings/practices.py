"""When a practice is worth copying, as parameters."""

from __future__ import annotations

from pydantic import Field

from kit.settings.base import Model, Share


class PracticeSettings(Model):
    """Whom reps are compared with, and when a difference is clear enough to be named."""

    periods: int = Field(4, ge=2, le=12)  # the last whole ones, so that luck is not taken for skill
    least_periods: int = Field(2, ge=2, le=12)  # of a rep within them
    peers: int = Field(8, ge=3)  # nearest ones that a rep is held beside
    widest: float = Field(2.0, gt=1)  # times a rep's potential, up to which others are comparable
    settled_months: float = Field(12.0, ge=0)  # in the company before anyone is compared
    presence: Share = 0.8  # of a period's working days
    error_share: float = Field(0.05, gt=0, lt=0.5)  # of those named, expected to be so by chance
    lead: Share = 0.05  # ahead of the peers, at the least
    clearly: Share = 0.15  # more or less than the peers do, at the least
    link_months: int = Field(24, ge=6, le=120)  # over which habits are held against results
    habits: int = Field(3, ge=1)  # on a card
    partners: int = Field(2, ge=1)  # to hand a practice on to
    uptake: float = Field(0.5, gt=0, le=1)  # of the difference that the others take over, assumed
    check_days: int = Field(90, ge=7)  # until it is looked at again
