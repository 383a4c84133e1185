"""Figures: each takes computed data and words and returns a View."""

from kit.show.figures.bars import attainment, effects, split
from kit.show.figures.bridge import waterfall
from kit.show.figures.course import curve
from kit.show.figures.months import trend
from kit.show.figures.outlook import history
from kit.show.figures.steps import funnel
from kit.show.figures.tornado import tornado
from kit.show.figures.views import views

__all__ = [
    "attainment", "curve", "effects", "funnel", "history", "split", "tornado", "trend",
    "views", "waterfall",
]  # fmt: skip
