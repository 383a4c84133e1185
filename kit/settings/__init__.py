"""The parameters as typed models; `kit.parameters` reads and merges the files they come from."""

from kit.settings.alerts import AlertRule, AlertSettings
from kit.settings.calendar import CalendarSettings
from kit.settings.company import Settings
from kit.settings.diagnose import DiagnoseSettings
from kit.settings.review import ReviewSettings
from kit.settings.sources import (
    ColumnSettings,
    GateSettings,
    JoinSettings,
    SourceSettings,
)
from kit.settings.targets import Goal, Hire, TargetSettings
from kit.settings.track import TrackSettings

__all__ = [
    "AlertRule",
    "AlertSettings",
    "CalendarSettings",
    "ColumnSettings",
    "DiagnoseSettings",
    "GateSettings",
    "Goal",
    "Hire",
    "JoinSettings",
    "ReviewSettings",
    "Settings",
    "SourceSettings",
    "TargetSettings",
    "TrackSettings",
]
