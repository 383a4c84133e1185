"""How targets are set and split, as parameters."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field, model_validator

from kit.settings.base import (
    Amount,
    Model,
    OptionalAmount,
    OptionalDate,
    OptionalDeviations,
    OptionalNumber,
    OptionalShare,
    Share,
    Weight,
)


class Hire(Model):
    """People who are planned to join."""

    team: str = ""  # the team they join, as the roster names it; empty: the scope at large
    region: str = ""
    on: dt.date  # first day of work
    posts: float = Field(1.0, gt=0, le=1e6)  # full posts


class Goal(Model):
    """A goal beside the bookings target: quantitative, or qualitative and scored."""

    name: str = Field(min_length=1)
    scope: str = ""  # for whom; empty: every scope the settings hold for
    measure: str = ""  # a measure of the kit, or a dimension of the assessments
    target: OptionalAmount = None  # in the measure's unit; a score for a dimension
    weight: Share = 0.0
    term: Literal["short", "long"] = "short"
    kind: Literal["personal", "team"] = "team"
    due: OptionalDate = None  # empty: the period's end
    objective: str = ""
    owner: str = ""


class TargetSettings(Model):
    """How a target is set and split."""

    method: Literal[
        "growth", "strategy", "given", "baseline", "market", "capacity", "pipeline"
    ] = "growth"
    growth: float = Field(0.08, ge=-1, le=10)
    value: OptionalAmount = None  # the amount, for strategy and given
    market_share: OptionalShare = None  # intended share of the market; empty: as it is now
    hires: tuple[Hire, ...] = ()
    leavers: dict[str, dt.date] = Field(default_factory=dict)  # rep: last day
    reserve: Share = 0.0
    padding: dict[Literal["region", "team"], Share] = Field(default_factory=dict)  # added on the way down
    unit: float = Field(1000.0, gt=0, le=1e15)
    split: Literal["blend", "equal_chance", "even"] = "blend"
    lam: OptionalDeviations = None  # λ of equal-chance quotas: how many of its own deviations every part's quota lies above its forecast; empty: the λ at which the parts make up what is handed out
    locks: dict[str, Amount] = Field(default_factory=dict)  # scope: amount that stands
    floors: dict[str, Amount] = Field(default_factory=dict)
    caps: dict[str, Amount] = Field(default_factory=dict)
    growth_limits: tuple[float, float] | None = None  # least and most growth of a part on last year
    blend: dict[Literal["history", "potential", "capacity"], Weight] = Field(
        default_factory=lambda: {"history": 0.6, "capacity": 0.4}
    )
    ramp: tuple[Share, ...] = (0.25, 0.5, 0.75)  # share of a full quota in months 1, 2, 3 …
    milestones: dict[int, Share] = Field(default_factory=lambda: {10: 0.25, 20: 0.6})
    milestones_from: Literal["policy", "history"] = "policy"
    achievable: tuple[Share, Share] = (0.3, 0.8)  # band of the chance of target
    objective: str = ""  # strategic objective the target serves
    weight: OptionalNumber = None  # of the bookings target; empty: what the goals leave of 1
    goals: tuple[Goal, ...] = ()
    trust: tuple[Share, Share, Weight] = (0.65, 0.95, 1.1)  # coverage of the 80 % interval from, to; Brier score ÷ the base rate's at most
    roll_up: tuple[Literal["company", "region", "team"], ...] = ()  # sum of quotas where unset
    file: str = ""  # the ledger of decided targets; empty: targets.csv beside company.yml

    @model_validator(mode="after")
    def _in_order(self) -> TargetSettings:
        days = sorted(self.milestones)
        if days and not (1 <= days[0] and days[-1] <= 31):
            raise ValueError("milestones are days of a month, from 1 to 31")
        shares = [self.milestones[day] for day in days]
        if shares != sorted(shares):
            raise ValueError("milestones must not fall: each is what is due in all by that day")
        if self.achievable[0] > self.achievable[1]:
            raise ValueError("achievable goes from a lower chance to a higher one")
        limits = self.growth_limits
        if limits is not None and not -1 <= limits[0] <= limits[1]:
            raise ValueError("growth_limits go from the least growth, -1 or more, to the most")
        return self
