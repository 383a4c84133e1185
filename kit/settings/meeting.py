"""What the page for the meeting has room for, as parameters."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from kit.settings.base import Model
from kit.settings.cadence import Role

Lines = Annotated[int, Field(ge=1, le=12)]


class MeetingSettings(Model):
    """What the page for the meeting has room for."""

    parts: int = Field(8, ge=1, le=20)  # regions, teams or reps that stand on it, the shortest first
    # lines of what went well, what did not, and decisions, by reader
    lines: dict[Role, Lines] = Field(
        default_factory=lambda: {"executive": 8, "manager": 8, "rep": 6}
    )
