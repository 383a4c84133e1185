"""The alert that the period is unlikely to end with its target reached."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from kit.data.case import Case, reopen
from kit.data.elapsed import elapsed
from kit.data.tables import Unavailable
from kit.data.targets import in_force
from kit.data.territory import display
from kit.track.alerts.rules import EXACT, Alert, limits, raised, severity
from kit.track.landing import Landing, forecast

AMBER, RED = 0.40, 0.20  # chance of target
_WEEK = dt.timedelta(7)


def landing(case: Case) -> Iterator[Alert]:
    """The chance of target is under 40 %; red under 20 %.

    While the period runs, `alerts.fewest_days` or half of its working days are over, and where a
    chance is told at all (`kit.track.landing.forecast`). It is about target − landing. It holds
    since the first of the days a week apart, counted back, on which the chance was that low.
    """
    if case.closed or case.as_of < case.period.start or not raised(case, "landing", case.scope):
        return
    done, left = elapsed(case.calendar, case.period, as_of=case.as_of)
    if done < min(case.settings.alerts.fewest_days, (done + left) / 2):
        return
    found = _forecast(case)
    if found is None or found.chance is None:
        return
    grave, limit = severity(case, "landing", found.chance, amber=AMBER, red=RED)
    if not grave:
        return
    short = short_by(case) or 0.0
    yield Alert(
        grave, "landing", case.scope, display(case, case.scope), found.chance, limit, "percent",
        stake=max(short, 0.0), since=_since(case),
        facts={"landing": found.landing, "short": short, "over": -short, "chance": found.chance,
               "told": "" if short > 0 else "over"},
    )  # fmt: skip


def short_by(case: Case) -> float | None:
    """Target − landing; None where one of them is not known."""
    found, target = _forecast(case), in_force(case)
    if found is None or found.landing is None or target is None:
        return None
    return float(target) - found.landing


def _forecast(case: Case) -> Landing | None:
    found = forecast(case)
    return None if isinstance(found, Unavailable) else found


def _since(case: Case) -> dt.date:
    amber, red = limits(case, "landing", amber=AMBER, red=RED)
    day = case.as_of
    while case.origin is not None and day - _WEEK >= case.period.start:
        found = _forecast(reopen(case, as_of=day - _WEEK))
        if found is None or found.chance is None or found.chance >= max(amber, red) - EXACT:
            break
        day -= _WEEK
    return day
