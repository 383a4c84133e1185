"""What can be done about a cause, what it takes and what it is thought to bring: as parameters."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field, model_validator

from kit.settings.base import Model, Share

KINDS = ("training", "resources", "procedure", "price_product", "target")
Days = Annotated[float, Field(ge=0, le=10_000)]


class Measure(Model):
    """One measure of the catalogue."""

    causes: tuple[str, ...] = ()  # causes, or categories of causes, it helps against; none: off
    kind: Literal["training", "resources", "procedure", "price_product", "target"] = "procedure"
    owner: str = "sales_manager"
    days: tuple[Days, Days] = (5, 10)  # person-days, from and to
    recovers: tuple[Share, Share] = (0.1, 0.3)  # share of the cause's money it wins back: assumed
    metric: str = "bookings"  # by which it is measured
    text: str = ""  # what is done, in the company's own words; empty: the kit's phrase of its name

    @model_validator(mode="after")
    def _from_low_to_high(self) -> Measure:
        for name in ("days", "recovers"):
            low, high = getattr(self, name)
            if low > high:
                raise ValueError(f"{name} goes from the lower to the higher, such as [1, 2]")
        return self


def _one(kind: str, owner: str, days: tuple, recovers: tuple, metric: str, *causes: str) -> Measure:
    return Measure.model_validate(
        {"kind": kind, "owner": owner, "days": days, "recovers": recovers, "metric": metric,
         "causes": causes}
    )  # fmt: skip


_LOST = ("lost_customer", "lost_customers", "gone_customer", "gone_customers")

USUAL: Mapping[str, Measure] = MappingProxyType(
    {
        "train_step": _one(
            "training", "sales_manager", (5, 10), (0.2, 0.5), "conversion", "conversion_step"
        ),
        "counter_offer": _one(
            "price_product", "product_manager", (6, 15), (0.1, 0.3), "conversion", "conversion_step"
        ),
        "win_back_visits": _one(
            "resources", "key_account_manager", (2, 5), (0.1, 0.3), "bookings", *_LOST
        ),
        "second_contacts": _one(
            "procedure", "key_account_manager", (3, 8), (0.0, 0.1), "bookings", *_LOST
        ),
        "discount_limit": _one(
            "procedure", "pricing_manager", (2, 4), (0.4, 0.8), "discount", "price"
        ),
        "train_negotiation": _one(
            "training", "sales_manager", (4, 8), (0.1, 0.3), "discount", "price"
        ),
        "fill_posts": _one(
            "resources", "people_manager", (20, 40), (0.2, 0.5), "posts", "capacity"
        ),
        "share_accounts": _one(
            "resources", "sales_manager", (3, 6), (0.1, 0.3), "bookings", "capacity"
        ),
        "pair_newcomers": _one(
            "training", "sales_manager", (6, 12), (0.05, 0.2), "bookings", "capacity"
        ),
        "lead_campaign": _one(
            "resources", "marketing_manager", (16, 30), (0.2, 0.5), "deals", "deals"
        ),
        "answer_leads": _one("procedure", "sales_manager", (2, 4), (0.05, 0.2), "deals", "deals"),
        "bundles": _one(
            "price_product", "product_manager", (6, 12), (0.1, 0.4), "deal_size", "deal_size"
        ),
        "quote_clock": _one(
            "procedure", "sales_manager", (3, 8), (0.2, 0.5), "cycle_days", "cycle", "longer_cycle"
        ),
        "channel_terms": _one(
            "price_product", "channel_manager", (5, 12), (0.1, 0.4), "bookings", "channel",
            "channel_shift",
        ),
        "account_plans": _one(
            "procedure", "sales_manager", (5, 12), (0.1, 0.3), "bookings", "volume_part"
        ),
        "move_posts": _one(
            "resources", "sales_manager", (10, 20), (0.1, 0.3), "bookings", "volume_part"
        ),
        "review_with_team": _one(
            "procedure", "sales_manager", (2, 4), (0.0, 0.2), "bookings", "people", "tools",
            "product", "method", "market",
        ),
    }
)  # fmt: skip


class MeasureSettings(Model):
    """Which measures there are, and when a target may be proposed to change."""

    catalogue: dict[str, Measure] = Field(default_factory=dict)  # beside or in place of the usual
    effort: tuple[Days, Days] = (5, 15)  # person-days up to which effort is low, and medium
    measured_after: int = Field(90, ge=1, le=1000)  # days after as_of
    each: int = Field(2, ge=1, le=10)  # measures of one cause
    # causes outside the team's hands, for which alone a lower target is proposed
    outside: tuple[str, ...] = ("market", "market_size", "supply", "lost_territory", "territory")

    @property
    def all(self) -> dict[str, Measure]:
        """The usual measures, with the company's own in place of those of the same name."""
        return {**USUAL, **self.catalogue}
