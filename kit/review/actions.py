"""Actions: what was decided before and where it stands, and what is proposed for each cause."""

from __future__ import annotations

from kit.review.carried import carried
from kit.review.owners import owner
from kit.review.proposed import next_working_day, proposed

__all__ = ["carried", "next_working_day", "owner", "proposed"]
