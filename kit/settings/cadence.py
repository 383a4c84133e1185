"""Who looks at what how often, what a week's work is judged by, and when deals may change hands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from kit.errors import SettingsError, nearest
from kit.settings.base import Model, Share

Role = Literal["executive", "manager", "rep"]
Every = Literal["daily", "twice_weekly", "weekly", "fortnightly", "monthly", "quarterly", "never"]
ROLES: tuple[Role, ...] = ("executive", "manager", "rep")
# The sections of a packet in their order: a heading of a notebook has one of these as its tag,
# `section-standing` for the first of tracking, in both languages.
SECTIONS = (
    "target", "origin", "views", "certainty", "split", "schedule", "needs", "levers", "smart",
    "plan_file",
    "course", "alerts", "landing", "standing", "measures", "periods", "trend", "heat", "cross",
    "pipeline", "movement", "ageing", "win_probability", "receipts", "weekly_record", "reminders",
    "reassignment", "cadence",
    "causes", "five_why", "fishbone", "difference", "effects", "funnel_bridge", "funnel", "cohorts",
    "stage_time", "losses", "shifts", "drivers", "customers", "leaving", "retention", "people",
    "capability", "behaviour", "market", "expenses", "obstacles", "swot", "remedies", "focus",
    "meeting", "result", "kpis", "scorecards", "practices", "improvement", "newcomers", "training",
    "promotion", "payouts", "carried", "proposed", "risks", "forecasts", "next_target", "resources",
    "sales_plan",
)  # fmt: skip


def _table(**every: str) -> dict[str, str]:
    """A section's frequency by its name, from the names of each frequency."""
    return {section: often for often, some in every.items() for section in some.split()}


_USUAL = {
    "executive": _table(
        monthly="course standing measures periods trend heat landing pipeline receipts alerts "
        "causes five_why difference remedies proposed risks",
        quarterly="customers people market swot focus target views certainty levers meeting result "
        "kpis scorecards practices payouts carried forecasts next_target resources sales_plan",
    ),
    "manager": _table(
        weekly="course standing measures landing pipeline ageing movement receipts alerts "
        "cadence weekly_record reminders reassignment",
        monthly="periods trend heat cross win_probability causes five_why difference effects "
        "funnel losses leaving behaviour obstacles remedies",
        quarterly="funnel_bridge cohorts stage_time shifts drivers fishbone customers retention "
        "people capability market expenses swot focus target split schedule needs smart plan_file "
        "meeting result kpis scorecards practices improvement newcomers training promotion payouts "
        "carried proposed risks forecasts next_target resources sales_plan",
    ),
    "rep": _table(
        daily="course reminders alerts ageing receipts",
        weekly="standing measures landing pipeline movement weekly_record cadence",
        monthly="trend funnel losses causes leaving",
        quarterly="stage_time behaviour capability focus target schedule needs smart meeting "
        "result kpis scorecards practices improvement newcomers training payouts carried proposed "
        "next_target",
    ),
}
_PEAK = {
    "twice_weekly": "daily", "weekly": "twice_weekly", "fortnightly": "weekly",
    "monthly": "fortnightly", "quarterly": "monthly",
}  # fmt: skip


def _known(found: Any) -> Any:
    """What a file says of roles, if it names sections that there are."""
    if not isinstance(found, Mapping):
        return found
    for role, sections in found.items():
        if not isinstance(sections, Mapping):
            raise ValueError(f"{role} needs 'section: how often' lines below it")
        for section in sections:
            if section not in SECTIONS:
                raise ValueError(
                    f"{role}: '{section}' is no section of a packet. "
                    f"{nearest(str(section), SECTIONS, show=len(SECTIONS))}"
                )
    return found


class WorkSettings(Model):
    """How the work of open deals is weighed, and when deals may change hands."""

    # work of a deal by its stage, in any unit; a stage not named here: its place, 1 for the first
    effort: dict[str, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)
    # overloaded: so much more work a full post than the scope's mean
    overload: float = Field(0.25, ge=0)
    # whose colleagues may take a deal over: of the same team, the region, or the whole company
    within: Literal["team", "region", "company"] = "region"
    most: int = Field(5, ge=0)  # proposals for those who stay; leavers' deals are always named
    leaving_days: int = Field(60, ge=0)  # who leaves within so many days after as_of is leaving
    tie_orders: int = Field(3, ge=1)  # orders in twelve months that make a customer a rep's own
    known_deals: int = Field(10, ge=1)  # decided deals from which on a win rate is told


class CadenceSettings(Model):
    """Who looks at what how often; the sections that a role's packet shows follow from it."""

    # role: section: how often, where it differs from the usual table above; `never` takes it out
    roles: Annotated[dict[Role, dict[str, Every]], BeforeValidator(_known)] = Field(
        default_factory=dict
    )
    # months (1 to 12) that count as a peak season; empty: found from the season of the past
    peak_months: tuple[Annotated[int, Field(ge=1, le=12)], ...] = ()
    # found: so much above an average month
    peak_above: Share = 0.15
    # how often instead, in a peak season
    peak: dict[Every, Every] = Field(default_factory=lambda: dict(_PEAK))
    weekday: int = Field(1, ge=1, le=7)  # on which weekly looks fall; 1 is Monday
    working_day: int = Field(3, ge=1, le=15)  # of the new month or period, for the longer ones
    work: WorkSettings = WorkSettings()

    @model_validator(mode="after")
    def _something_to_see(self) -> CadenceSettings:
        for role in self.roles:
            if not self.every(role):
                one = next(iter(_USUAL[role]))
                raise ValueError(
                    f"roles.{role}: all its sections are 'never', so that a packet for this role "
                    f"would have none. Leave one or more in, such as '{one}: {_USUAL[role][one]}', "
                    f"or take the lines of '{role}' out"
                )
        return self

    def every(self, role: str) -> dict[str, str]:
        """How often a role looks at each section, in the packet's order; never is left out.

        Raises
        ------
        SettingsError
            Where there is no such role.

        Examples
        --------
        >>> found = CadenceSettings(roles={"rep": {"funnel": "never", "trend": "weekly"}})
        >>> every = found.every("rep")
        >>> every["alerts"], every["trend"], "funnel" in every, "reassignment" in every
        ('daily', 'weekly', False, False)
        """
        if role not in ROLES:
            raise SettingsError(f"Role '{role}' is not known. {nearest(role, ROLES)}")
        found = {**_USUAL[role], **self.roles.get(role, {})}  # type: ignore[call-overload]
        return {one: found[one] for one in SECTIONS if found.get(one, "never") != "never"}
