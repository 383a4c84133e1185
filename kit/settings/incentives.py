"""What reps are paid for their results, as parameters."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from kit.settings.base import (
    Amount,
    Model,
    OptionalAmount,
    OptionalDate,
    OptionalNumber,
    OptionalShare,
    Share,
)

Attainment = Annotated[float, Field(ge=0, le=100)]
MONEY = ("bookings", "margin", "collections", "cash_on_orders")
PRIZES = ("prize", "progress")


class Tier(Model):
    """What is paid from an attainment on: a rate of the amount, or a multiple of the target pay."""

    at: Attainment = 0.0  # attainment from which it counts, reached exactly included
    rate: OptionalNumber = None  # share of the amount: 0.02 pays 2 %
    multiple: OptionalNumber = None  # of the target pay for each 100 % of attainment


class Component(Model):
    """One part of a plan: a commission, a part for the team's result, or a prize."""

    kind: Literal["individual", "team", "prize", "progress"] = "individual"
    # what counts; cash_on_orders is the cash received on the period's own orders
    measure: Literal["bookings", "margin", "collections", "cash_on_orders"] = "bookings"
    weight: OptionalShare = None  # share of the plan's target pay; empty: paid by rate
    # each slice of the amount at its own tier, or the whole amount at the tier reached
    slices: Literal["marginal", "whole"] = "marginal"
    tiers: tuple[Tier, ...] = ()  # rising from 0; with a weight and none: 1 × throughout
    threshold: Attainment = 0.0  # below it nothing is paid; from it on all slices count
    cap: Annotated[OptionalNumber, Field(ge=0)] = None  # attainment above which nothing is added
    cap_pay: OptionalAmount = None  # most money of this component in a period
    held_until_paid: Share = 0.0  # share that is paid only as the period's orders are collected
    zero_quota: Literal["nothing", "base_rate"] = "nothing"  # what a quota of 0 pays
    prizes: tuple[Amount, ...] = ()  # by place, the first first
    min_attainment: Attainment = 1.0  # to be in for a prize
    within: Literal["company", "region", "team"] = "region"  # among whom a prize is decided
    ties: Literal["share", "each"] = "share"  # the prizes of the tied places shared, or one each

    @property
    def paid_by_rate(self) -> bool:
        """Whether it is a commission on the amount rather than a part of the target pay."""
        return self.kind == "individual" and self.weight is None

    @property
    def steps(self) -> tuple[Tier, ...]:
        """The tiers; where none are given, the target pay throughout."""
        return self.tiers or (Tier(at=0.0, multiple=1.0),)

    @model_validator(mode="after")
    def _whole_and_rising(self) -> Component:
        if self.cap is not None and self.cap < self.threshold:
            raise ValueError(
                f"cap {self.cap:g} lies below threshold {self.threshold:g}, so what is paid from "
                f"the threshold on is never reached; raise the cap to {self.threshold:g} or more, "
                "lower the threshold, or take one of the two out"
            )
        if self.kind in PRIZES:
            if not self.prizes:
                raise ValueError(
                    f"a {self.kind} needs 'prizes', the amount for each place, such as [3000, 1000]"
                )
            if self.tiers or self.weight is not None:
                raise ValueError(f"a {self.kind} has 'prizes'; take its tiers and weight out")
            return self
        if self.prizes:
            raise ValueError(f"'prizes' belong to kind prize or progress, not to {self.kind}")
        if self.kind == "team" and self.weight is None:
            raise ValueError("a team component needs a 'weight', its share of the target pay")
        if self.kind == "team" and self.measure == "cash_on_orders":
            raise ValueError("a team's measure is bookings, margin or collections")
        if self.paid_by_rate and not self.tiers:
            raise ValueError("needs a weight, or 'tiers' with a rate: [{at: 0, rate: 0.01}]")
        wanted, other = ("rate", "multiple") if self.paid_by_rate else ("multiple", "rate")
        before = None
        for place, tier in enumerate(self.steps, start=1):
            named = f"tier {place} (at {tier.at:g})"
            paid = getattr(tier, wanted)
            if paid is None or getattr(tier, other) is not None:
                raise ValueError(
                    f"{named} needs a {wanted} and no {other}, as the component is paid by "
                    f"{'rate' if self.paid_by_rate else 'weight of the target pay'}"
                )
            if paid < 0:
                raise ValueError(f"{named} has a {wanted} of {paid:g}; give 0 or more")
            if before is None and tier.at != 0:
                raise ValueError(
                    f"{named} is the first and leaves a gap below it; begin with one at 0, "
                    f"with a {wanted} of 0 where nothing is paid"
                )
            if before is not None and tier.at <= before:
                raise ValueError(f"{named} does not lie above the tier before, at {before:g}")
            before = tier.at
        return self


class Clawback(Model):
    """When pay is taken back."""

    # returned orders of earlier periods: less credit now, or what was paid for them then
    returns: Literal["now", "then"] = "now"
    # days past due from which on what was paid for the unpaid part is taken back; empty: never
    unpaid_after: Annotated[int | None, Field(ge=0, le=3650)] = None
    periods: int = Field(4, ge=1, le=12)  # how many earlier periods are looked at


class Plan(Model):
    """One incentive plan; who is named more closely by one plan does not fall under another."""

    # whom it holds for, all that is given must fit; all four empty: everybody with a quota
    levels: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    reps: tuple[str, ...] = ()
    since: OptionalDate = None  # first day it holds; what came before is not paid nor taken back
    # the period that target pay, prizes and guarantee are for; explicit starts and ranges of
    # periods count as it
    every: Literal["month", "quarter", "half", "year"] = "quarter"
    target_pay: OptionalAmount = None  # variable pay of such a period at 100 %, money
    target_pay_by_level: dict[str, Amount] = Field(default_factory=dict)  # where it differs
    components: dict[str, Component] = Field(min_length=1)
    rounding: Literal["half_even", "half_up"] = "half_even"  # of each component, to the cent
    clawback: Clawback = Clawback()
    guarantee: tuple[Share, ...] = ()  # share of the target pay by month of tenure, at the least

    @model_validator(mode="after")
    def _weights_sum_to_one(self) -> Plan:
        weights = {
            name: one.weight for name, one in self.components.items() if one.weight is not None
        }
        paid = self.target_pay is not None or bool(self.target_pay_by_level)
        if weights and abs(sum(weights.values()) - 1) > 1e-9:
            raise ValueError(
                f"the weights of {', '.join(weights)} add up to {sum(weights.values()):g}; "
                "together they must be 1"
            )
        if (weights or self.guarantee) and not paid:
            raise ValueError(
                "weights and a guarantee are shares of 'target_pay'; give it, as money for 100 %"
            )
        return self


class IncentiveSettings(Model):
    """What reps are paid for their results."""

    plans: dict[str, Plan] = Field(default_factory=dict)  # by name; none: no pay is computed
