"""From which figures on a risk is told, as parameters."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from pydantic import Field, model_validator

from kit.settings.base import Model, OptionalNumber

RiskName = Literal[
    "coverage", "forecast_quality", "slipping_deals", "largest_customer", "silent_customers",
    "one_rep", "newcomers", "discount", "share_loss", "overdue", "expense",
]  # fmt: skip


class RiskLimit(Model):
    """From which figure on a risk is watched and warned of, and who controls it."""

    on: bool = True
    watch: OptionalNumber = None  # empty: as the kit has it
    warning: OptionalNumber = None
    owner: str = ""  # a role, such as sales_manager; empty: as the kit has it


class Usual(Model):
    """What holds for a risk where the parameters say nothing else."""

    watch: float
    warning: float
    owner: str
    below: bool = False  # grave below its limit, not above


def _usual(watch: float, warning: float, owner: str, *, below: bool = False) -> Usual:
    return Usual(watch=watch, warning=warning, owner=owner, below=below)


# Limits are: coverage and newcomers: of what is usual; forecast_quality: points below what the
# interval is meant to hold; discount and share_loss: points against last year; others: shares.
USUAL: Mapping[str, Usual] = MappingProxyType(
    {
        "coverage": _usual(0.95, 0.75, "sales_manager", below=True),
        "forecast_quality": _usual(0.10, 0.20, "analyst"),
        "slipping_deals": _usual(0.40, 0.55, "sales_manager"),
        "largest_customer": _usual(0.15, 0.25, "key_account_manager"),
        "silent_customers": _usual(0.05, 0.10, "key_account_manager"),
        "one_rep": _usual(0.20, 0.35, "people_manager"),
        "newcomers": _usual(0.90, 0.75, "people_manager", below=True),
        "discount": _usual(0.01, 0.02, "pricing_manager"),
        "share_loss": _usual(0.005, 0.01, "product_manager"),
        "overdue": _usual(0.20, 0.30, "sales_manager"),
        "expense": _usual(1.02, 1.08, "sales_manager"),
    }
)


class RiskSettings(Model):
    """From which figures on a risk is told."""

    limits: dict[RiskName, RiskLimit] = Field(default_factory=dict)  # what differs from the usual
    people: dict[str, str] = Field(default_factory=dict)  # role: who has it, by name
    steady: float = Field(0.05, ge=0, le=1)  # change, of the figure, up to which it is steady

    @model_validator(mode="after")
    def _in_order(self) -> RiskSettings:
        for name in self.limits:
            one = self.usual(name)
            if (one.warning < one.watch) != one.below and one.warning != one.watch:
                way = "below" if one.below else "above"
                raise ValueError(
                    f"limits.{name}: warning {one.warning:g} must lie {way} watch {one.watch:g}"
                )
        return self

    def usual(self, name: str) -> Usual:
        """The limits and owner that hold for a risk."""
        plain, own = USUAL[name], self.limits.get(name)  # type: ignore[call-overload]
        if own is None:
            return plain
        changes = {key: getattr(own, key) for key in ("watch", "warning")}
        changes = {key: one for key, one in changes.items() if one is not None}
        return plain.model_copy(update=changes | ({"owner": own.owner} if own.owner else {}))
