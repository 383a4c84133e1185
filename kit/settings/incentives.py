"""What reps are paid for their results, as parameters."""

from __future__ import annotations

from kit.settings.base import Model


class IncentiveSettings(Model):
    """What reps are paid for their results."""
