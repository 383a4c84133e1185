"""How the next period follows from the review, as parameters."""

from __future__ import annotations

from kit.settings.base import Model


class NextPeriodSettings(Model):
    """How the next period follows from the review."""
