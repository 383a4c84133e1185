"""All parameters of a company in one model."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from kit.settings.alerts import AlertSettings
from kit.settings.base import Model
from kit.settings.calendar import CalendarSettings
from kit.settings.diagnose import DiagnoseSettings
from kit.settings.review import ReviewSettings
from kit.settings.sources import GateSettings, SourceSettings
from kit.settings.targets import TargetSettings
from kit.settings.track import TrackSettings


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
        Literal["bookings", "quantity", "margin", "new_customers", "collections", "activities",
                "visit", "call", "quote", "demo"], ...
    ] = ("bookings", "quantity", "margin", "new_customers", "collections", "activities")  # those with a target or data; activities only with a target
    seed: int = 0
    targets: TargetSettings = TargetSettings()
    track: TrackSettings = TrackSettings()
    alerts: AlertSettings = AlertSettings()
    diagnose: DiagnoseSettings = DiagnoseSettings()
    review: ReviewSettings = ReviewSettings()

    @property
    def title(self) -> str:
        """The company's name for the eye."""
        return self.name or self.company
