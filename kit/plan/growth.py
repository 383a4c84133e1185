"""The growth view: last year's same period, raised by the growth asked for, day for day."""

from __future__ import annotations

from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.plan.basis import Basis
from kit.plan.history import last_year


def growth(case: Case) -> Basis | Unavailable:
    """Last year's result with the growth asked for, and as many working days as the period has.

    Returns
    -------
    Basis or Unavailable
        Facts: last_year (money), growth (fraction), days and days_before (working days of the
        period and of last year's), day_effect (days ÷ days_before − 1; None where either has no
        working day, and nothing is then changed for days). Unavailable (reason `no_year_ago`)
        where last year's same period is not known.

    Notes
    -----
    amount = last year × (1 + `targets.growth`) × working days ÷ last year's working days. It
    assumes that a working day more sells as much as any other; holidays and shifted weekends are
    those of the company's calendar.
    """
    before = last_year(case)
    if before is None:
        return Unavailable(reason="no_year_ago", detail=case.period.name)
    asked = case.settings.targets.growth
    ago = case.calendar.year_ago(case.period)
    days = case.calendar.working_days(case.period.start, case.period.end)
    days_before = case.calendar.working_days(ago.start, ago.end)
    effect = days / days_before - 1 if days and days_before else None
    return Basis(
        before * (1 + asked) * (1 + (effect or 0.0)),
        "growth_days" if effect else "growth",
        {
            "last_year": before,
            "growth": asked,
            "days": days,
            "days_before": days_before,
            "day_effect": effect,
        },
    )
