"""What diagnosis shows, as parameters."""

from __future__ import annotations

from pydantic import Field

from kit.settings.base import Model


class DiagnoseSettings(Model):
    """What diagnosis shows."""

    stages: tuple[str, ...] = Field(("lead", "qualified", "proposal", "won"), min_length=2)
    largest: int = Field(6, ge=2)  # parts of a bridge that are named
    causes: int = Field(3, ge=1)
    min_peers: int = Field(3, ge=3)
