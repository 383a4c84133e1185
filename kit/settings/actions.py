"""How actions are proposed, followed and measured, as parameters."""

from __future__ import annotations

from kit.settings.base import Model


class ActionSettings(Model):
    """How actions are proposed, followed and measured."""
