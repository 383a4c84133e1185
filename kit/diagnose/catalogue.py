"""The catalogue of causes: the field each belongs to, who answers for it and what helps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

COLUMNS = (
    "cause",
    "subject",
    "category",
    "effect",
    "low",
    "high",
    "share",
    "confidence",
    "evidence",
    "facts",
    "section",
    "scope",
    "owner_role",
    "action",
)
CONFIRMED, LIKELY, CANDIDATE = "confirmed", "likely", "candidate"


class Entry(NamedTuple):
    """What is known of a kind of cause: keys of phrases."""

    category: str
    owner_role: str
    costs: str  # action where it cost money
    helped: str  # action where it brought money
    section: str  # of the packet, that shows the evidence


CAUSES: Mapping[str, Entry] = MappingProxyType(
    {
        "lost_customer": Entry("market", "key_account_manager", "win_back", "", "customers"),
        "gone_customer": Entry("market", "sales_manager", "clarify_customer", "", "leaving"),
        "new_customer": Entry("market", "key_account_manager", "", "develop_customer", "customers"),
        "lost_customers": Entry("market", "key_account_manager", "win_back", "", "customers"),
        "gone_customers": Entry("market", "sales_manager", "clarify_customer", "", "leaving"),
        "handed_over": Entry("market", "sales_manager", "", "", "leaving"),
        "new_customers": Entry(
            "market", "key_account_manager", "", "develop_customer", "customers"
        ),
        "arrived_customers": Entry("market", "sales_manager", "", "develop_customer", "customers"),
        "price": Entry("product", "pricing_manager", "discount_approval", "hold_price", "effects"),
        "conversion_step": Entry(
            "method", "sales_manager", "train_proposals", "copy_practice", "funnel"
        ),
        "capacity": Entry("people", "people_manager", "fill_posts", "", "people"),
        "cycle": Entry("method", "sales_manager", "speed_up", "copy_practice", "stage_time"),
        "deals": Entry(
            "method", "marketing_manager", "generate_leads", "keep_leads", "funnel_bridge"
        ),
        "deal_size": Entry(
            "product", "sales_manager", "raise_deal_size", "copy_practice", "funnel_bridge"
        ),
        "volume_part": Entry("market", "sales_manager", "review_part", "copy_part", "difference"),
        "unexplained": Entry("data", "analyst", "ask_people", "ask_people", "difference"),
    }
)
PARTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "region": ("market", "sales_manager"),
        "team": ("people", "sales_manager"),
        "rep": ("people", "sales_manager"),
        "line": ("product", "product_manager"),
        "channel": ("market", "channel_manager"),
    }
)
ACTIONS: Mapping[str, str] = MappingProxyType(
    {"channel_shift": "channel_terms", "capacity_accounts": "pair_newcomers"}
)  # of an evidence that asks for another than its cause


@dataclass(frozen=True)
class Cause:
    """One cause with its money and its evidence.

    Parameters
    ----------
    cause : str
        Key in `CAUSES`.
    subject : str
        Whom or what it is about; empty where there is nothing to name.
    effect : float
        Money; negative where it cost bookings.
    facts : mapping
        Values for the phrases of cause, evidence and action.
    evidence : str
        Key of the phrase; the cause's own where left out.
    low, high : float or None
        Interval of the effect; None where the method has none.
    confidence : str
        `confirmed`, `likely` or `candidate`.
    scope : str
        Where it lies, if that is a part of the case's scope; else empty.
    """

    cause: str
    subject: str
    effect: float
    facts: Mapping[str, Any] = field(default_factory=dict)
    evidence: str = ""
    low: float | None = None
    high: float | None = None
    confidence: str = LIKELY
    scope: str = ""

    def row(self, variance: float, *, scope: str) -> tuple:
        """The cause as a row of the causes frame, with the catalogue's entry put in."""
        entry = CAUSES[self.cause]
        facts = {"subject": self.subject, "effect": self.effect, **self.facts}
        known = (entry.category, entry.owner_role)
        evidence = self.evidence or self.cause
        category, owner = PARTS.get(self.facts.get("dimension", ""), known)
        return (
            self.cause,
            self.subject,
            category,
            float(self.effect),
            *(float("nan") if one is None else float(one) for one in (self.low, self.high)),
            float(self.effect) / variance if variance else float("nan"),
            self.confidence,
            evidence,
            {name: _plain(one) for name, one in facts.items()},
            entry.section,
            self.scope or scope,
            owner,
            (ACTIONS.get(evidence) or entry.costs) if self.effect < 0 else entry.helped,
        )


def _plain(found: Any) -> Any:
    """A fact as a plain Python value: a day as a date, a number as int or float."""
    if isinstance(found, pd.Timestamp):
        return found.date()
    return found.item() if isinstance(found, np.generic) else found
