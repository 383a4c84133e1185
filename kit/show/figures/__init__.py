"""Figures: each takes computed data and words and returns a View."""

from kit.show.figures.adjusted import adjusted
from kit.show.figures.bars import attainment, effects, split
from kit.show.figures.bridge import waterfall
from kit.show.figures.course import curve
from kit.show.figures.days import days
from kit.show.figures.heat import heat
from kit.show.figures.landing import landing
from kit.show.figures.months import trend
from kit.show.figures.movement import movement
from kit.show.figures.outlook import history
from kit.show.figures.steps import funnel
from kit.show.figures.tornado import tornado
from kit.show.figures.views import views

__all__ = [
    "adjusted", "attainment", "curve", "days", "effects", "funnel", "heat", "history", "landing",
    "movement", "split", "tornado", "trend", "views", "waterfall",
]  # fmt: skip
