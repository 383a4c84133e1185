"""Rules of the quarterly review, as parameters."""

from __future__ import annotations

from pydantic import Field

from kit.settings.actions import ActionSettings
from kit.settings.base import Model, Share
from kit.settings.incentives import IncentiveSettings
from kit.settings.meeting import MeetingSettings
from kit.settings.next_period import NextPeriodSettings
from kit.settings.people_review import PeopleReviewSettings
from kit.settings.practices import PracticeSettings
from kit.settings.risks import RiskSettings
from kit.settings.scorecard import ScorecardSettings


class ReviewSettings(Model):
    """Rules of the quarterly review."""

    relief: Share = 0.10  # of a target, at the most, and with evidence
    action_days: int = Field(30, ge=1)  # until a proposed action is due
    meeting: MeetingSettings = MeetingSettings()
    scorecard: ScorecardSettings = ScorecardSettings()
    practices: PracticeSettings = PracticeSettings()
    people: PeopleReviewSettings = PeopleReviewSettings()
    incentives: IncentiveSettings = IncentiveSettings()
    actions: ActionSettings = ActionSettings()
    risks: RiskSettings = RiskSettings()
    next: NextPeriodSettings = NextPeriodSettings()
