"""When a usual obstacle counts as confirmed or refuted, and where the next effort goes."""

from __future__ import annotations

from pydantic import Field

from kit.settings.base import Model, Share

Words = tuple[str, ...]


class ObstacleSettings(Model):
    """Thresholds of the eight usual obstacles, and the loss reasons that speak for them.

    A loss reason counts where it holds one of the words, whatever their case.
    """

    level: float = Field(0.95, gt=0.5, lt=1)  # of the intervals that decide
    need_words: Words = ("no need", "unclear", "no decision", "需求")
    competition_words: Words = ("compet", "rival", "竞")
    supply_words: Words = ("deliver", "supply", "stock", "lead time", "交期", "交货", "供货")
    loss_rise: Share = 0.05  # points of the deals decided that a reason must have risen by
    slower: float = Field(0.20, gt=0)  # a deal's cycle must be so much longer
    share_fall: Share = 0.01  # points of own market share
    untracked: Share = 0.25  # share of records that are overdue, undated or without reason
    uneven: float = Field(1.5, gt=1)  # upper over lower quartile of the reps' attainment
    customers_lost: Share = 0.05  # of the reference, held by lost customers
    fewer_new: Share = 0.50  # fewer new customers than the year before
    fewest_reps: int = Field(5, ge=3)
    fewest_customers: int = Field(10, ge=1)


class FocusSettings(Model):
    """How those who deserve the next unit of effort are found."""

    top: float = Field(0.20, gt=0, le=1)  # share of all that is picked
    weight: float = Field(10.0, ge=0)  # deals of the whole that one's own win rate is shrunk by
    earlier: int = Field(8, ge=2, le=40)  # earlier periods among which the own best is looked for
