"""When a practice is worth copying, as parameters."""

from __future__ import annotations

from kit.settings.base import Model


class PracticeSettings(Model):
    """When a practice is worth copying."""
