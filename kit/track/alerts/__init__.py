"""What needs attention on the day: rules, signals, since when, and who owns it."""

from kit.track.alerts.gathering import COLUMNS, alerts, every, light
from kit.track.alerts.signals import signals

__all__ = ["COLUMNS", "alerts", "every", "light", "signals"]
