"""How actions are proposed, followed and measured, as parameters."""

from __future__ import annotations

from pydantic import Field

from kit.settings.base import Model


class ActionSettings(Model):
    """How actions are proposed, followed and measured."""

    months: int = Field(6, ge=3, le=12)  # compared on each side of an action's start, at the most
    measured: int = Field(12, ge=0, le=100)  # actions whose effect is computed, the latest first
    event_days: int = Field(45, ge=0, le=366)  # before the start, in which an event may explain it
    named: int = Field(3, ge=1, le=10)  # events, and causes, named beside an effect
    open_rows: int = Field(6, ge=1, le=100)  # actions that lie open in the packet; others fold
