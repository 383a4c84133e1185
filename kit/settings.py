"""The parameters as typed models; `kit.parameters` reads and merges the files they come from."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0)]
OptionalNumber = Annotated[float | None, BeforeValidator(lambda found: None if found == "" else found)]
OptionalShare = Annotated[Share | None, BeforeValidator(lambda found: None if found == "" else found)]
OptionalAmount = Annotated[
    Annotated[float, Field(ge=0)] | None, BeforeValidator(lambda found: None if found == "" else found)
]
OptionalDate = Annotated[dt.date | None, BeforeValidator(lambda found: None if found == "" else found)]


class Model(BaseModel):
    """Base of all parameter models: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class CalendarSettings(Model):
    """The fiscal calendar: a start month, a week pattern such as 4-4-5, or explicit starts."""

    start_month: int = Field(1, ge=1, le=12)
    year_named_by: Literal["start", "end"] = "start"
    pattern: Literal["", "4-4-5", "4-5-4", "5-4-4"] = ""
    anchor: OptionalDate = None  # first day of a fiscal year, for a pattern
    long_years: tuple[int, ...] = ()  # fiscal years of 53 weeks, for a pattern
    starts: tuple[dt.date, ...] = ()  # explicit first days of periods
    ends_on: OptionalDate = None  # last day of the last explicit period
    country: str = "CN"  # ISO code for the working days
    subdivision: str = ""

    @model_validator(mode="after")
    def _one_kind(self) -> CalendarSettings:
        if self.pattern and self.starts:
            raise ValueError("give either pattern or starts, not both")
        if self.pattern and self.anchor is None:
            raise ValueError("a pattern needs anchor, the first day of one fiscal year")
        if self.starts and list(self.starts) != sorted(set(self.starts)):
            raise ValueError("starts must rise, each day once")
        if self.starts and self.ends_on is not None and self.ends_on < self.starts[-1]:
            raise ValueError("ends_on must not lie before the last start")
        return self


class JoinSettings(Model):
    """A lookup file joined to a source: its columns can be named like the source's own."""

    file: str
    on: str | dict[str, str]  # one column, or {column here: column there}
    sheet: str = ""
    table: str = ""
    delimiter: str = ""
    encoding: str = ""
    prefix: str = ""  # put before the joined columns' names


class ColumnSettings(Model):
    """How one canonical column comes about: from a column, a constant or two columns."""

    column: str = ""
    constant: str | None = None
    compute: tuple[str, Literal["+", "-", "*", "/", "&"], str] | None = None  # & joins texts
    format: str = ""  # strptime format of a date
    values: dict[str, str] = Field(default_factory=dict)  # found value: canonical value
    prefix: str = ""  # put before the value, such as "rep:" before a number of a rep
    scale: float = 1.0  # unit change, multiplied

    @model_validator(mode="after")
    def _one_way(self) -> ColumnSettings:
        ways = [bool(self.column), self.constant is not None, self.compute is not None]
        if sum(ways) != 1:
            raise ValueError("give exactly one of column, constant, compute")
        return self


def _column(found: Any) -> Any:
    return {"column": found} if isinstance(found, str) else found


class SourceSettings(Model):
    """Where a canonical table comes from: a file and how its columns are mapped."""

    file: str  # relative to data_dir; a pattern such as orders-*.csv takes several
    sheet: str = ""  # Excel
    table: str = ""  # DuckDB file
    delimiter: str = ""  # empty: found
    encoding: str = ""  # empty: found
    header_row: int = Field(1, ge=1)
    joins: tuple[JoinSettings, ...] = ()
    columns: dict[str, Annotated[ColumnSettings, BeforeValidator(_column)]]


class GateSettings(Model):
    """What the gate lets pass."""

    max_loss: Share = 0.02
    earliest: dt.date = dt.date(1990, 1, 1)
    latest: OptionalDate = None  # latest day allowed in orders; empty: 2100-01-01


class Hire(Model):
    """People who are planned to join."""

    team: str = ""  # the team they join, as the roster names it; empty: the scope at large
    region: str = ""
    on: dt.date  # first day of work
    posts: float = Field(1.0, gt=0)  # full posts


class Goal(Model):
    """A goal beside the bookings target: quantitative, or qualitative and scored."""

    name: str = Field(min_length=1)
    scope: str = ""  # for whom; empty: every scope the settings hold for
    measure: str = ""  # a measure of the kit, or a dimension of the assessments
    target: OptionalNumber = None  # in the measure's unit; a score for a dimension
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
    unit: float = Field(1000.0, gt=0)
    split: Literal["blend", "equal_chance", "even"] = "blend"
    locks: dict[str, Weight] = Field(default_factory=dict)  # scope: amount that stands
    floors: dict[str, Weight] = Field(default_factory=dict)
    caps: dict[str, Weight] = Field(default_factory=dict)
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


class TrackSettings(Model):
    """Thresholds and windows of tracking."""

    red: float = 0.80
    amber: float = 0.95
    moving_average: int = Field(3, ge=2)
    rolling: int = Field(3, ge=1)
    interval: Share = 0.8
    mom_drop: Share = 0.15
    overdue_days: int = Field(30, ge=0)
    coverage: float = Field(3.0, gt=0)

    @model_validator(mode="after")
    def _rise(self) -> TrackSettings:
        if not self.red < self.amber:
            raise ValueError("red must be below amber")
        return self


class DiagnoseSettings(Model):
    """What diagnosis shows."""

    stages: tuple[str, ...] = Field(("lead", "qualified", "proposal", "won"), min_length=2)
    largest: int = Field(6, ge=2)  # parts of a bridge that are named
    causes: int = Field(3, ge=1)
    min_peers: int = Field(3, ge=3)


class ReviewSettings(Model):
    """Rules of the quarterly review."""

    relief: Share = 0.10
    weights: dict[Literal["bookings", "margin", "new_customers", "activity"], Weight] = Field(
        default_factory=lambda: {"bookings": 0.6, "margin": 0.15, "new_customers": 0.1, "activity": 0.15}
    )
    action_days: int = Field(30, ge=1)


class Settings(Model):
    """All parameters of one company, for one period and scope once merged."""

    company: str = Field(min_length=1)  # id: names the folder in outputs
    name: str = ""
    currency: str = "CNY"
    language: Literal["en", "zh"] = "en"
    data_dir: str
    calendar: CalendarSettings = CalendarSettings()
    sources: dict[str, SourceSettings] = Field(default_factory=dict)
    gate: GateSettings = GateSettings()
    measures: tuple[
        Literal["bookings", "quantity", "margin", "new_customers", "collections"], ...
    ] = ("bookings", "quantity", "margin", "new_customers", "collections")
    seed: int = 0
    targets: TargetSettings = TargetSettings()
    track: TrackSettings = TrackSettings()
    diagnose: DiagnoseSettings = DiagnoseSettings()
    review: ReviewSettings = ReviewSettings()

    @property
    def title(self) -> str:
        """The company's name for the eye."""
        return self.name or self.company
