"""When plans, probation goals and promotions are proposed, as parameters."""

from __future__ import annotations

from kit.settings.base import Model


class PeopleReviewSettings(Model):
    """When plans, probation goals and promotions are proposed."""
