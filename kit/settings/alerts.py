"""Which alerts are raised, from which figures on, how grave and for whom, as parameters."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from kit.settings.base import Model, OptionalNumber, Share

RuleName = Literal[
    "attainment", "landing", "pace", "milestone", "rolling_gap", "mom_drop", "bookings_fall", "conversion_fall",
    "leads_fall", "coverage", "deal_stuck", "deal_overdue", "receipts_overdue", "pays_later",
    "stale_data", "data_hole", "amount_jump", "duplicates", "refused_rows",
]  # fmt: skip
Kind = Literal["company", "region", "team", "rep"]
Role = Literal["rep", "team_lead", "regional_manager", "executive", "analyst"]
Severity = Literal["red", "amber"]


class AlertRule(Model):
    """What differs for one rule; what is left empty stays as the rule has it."""

    on: bool = True
    scopes: tuple[Kind, ...] = ("company", "region", "team", "rep")  # whose alerts are raised
    amber: OptionalNumber = None  # the figure from which on it is raised
    red: OptionalNumber = None  # the figure from which on it is red
    severity: Literal["", "red", "amber"] = ""  # always this one, whatever the figure
    owner: Literal["", "rep", "team_lead", "regional_manager", "executive", "analyst"] = ""


class AlertSettings(Model):
    """Which alerts are raised, how grave they are and who owns them."""

    false_discoveries: float = Field(0.10, gt=0, lt=1)  # share of signals that may be false
    history: int = Field(24, ge=12)  # months of its own past that a scope is compared with
    fewest_days: int = Field(5, ge=1)  # working days of a period before anything is judged
    grace: int = Field(2, ge=0)  # working days after a milestone before it counts as missed
    out_of_line: Share = 0.10  # pace by which a part must be behind its scope to be told beside it
    most: int = Field(5, ge=1)  # deals that a line names; customers whose overdue sums are large
    payers: int = Field(3, ge=1)  # customers overdue with a line of their own, however late
    ease_parts: bool = True  # red parts of a scope that is itself on track are amber in its packet
    rules: dict[RuleName, AlertRule] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _named_once(self) -> AlertSettings:
        for name, one in self.rules.items():
            if not one.scopes:
                raise ValueError(f"rules.{name}.scopes is empty: to switch it off, write on: false")
            for limit in (one.amber, one.red):
                low, high = (-1, 0) if name == "mom_drop" else (0, float("inf"))
                if limit is not None and not low <= limit <= high:
                    way = "a drop, such as -0.15" if name == "mom_drop" else "0 or more"
                    raise ValueError(f"rules.{name}: {limit:g} is no limit of it. Give {way}")
        return self

    def rule(self, name: str) -> AlertRule:
        """The settings of a rule."""
        return self.rules.get(name) or AlertRule()
