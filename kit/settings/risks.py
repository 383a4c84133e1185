"""From which figures on a risk is told, as parameters."""

from __future__ import annotations

from kit.settings.base import Model


class RiskSettings(Model):
    """From which figures on a risk is told."""
