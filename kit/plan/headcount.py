"""Headcount: how many full posts a target needs month by month, and who must join by when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.plan.bottom_up import bottom_up
from kit.plan.capacity import ramped
from kit.plan.history import cutoff
from kit.plan.schedule import parts
from kit.plan.season import load


@dataclass(frozen=True)
class Headcount:
    """Posts that a target needs against those there; money where not said otherwise.

    Parameters
    ----------
    amount : float
        The target.
    brought : float
        What the people there bring, planned hires and leavers included: the capacity view.
    shortfall : float
        amount − brought; below 0 where the people there bring more.
    productivity : float
        What a full post brings in an average month.
    posts : float
        Full posts there, mean of the months.
    gap : float
        shortfall ÷ what a full post brings over the whole period.
    required : float
        posts + gap.
    hires : float or None
        Full posts that have to join in the first month still possible; None where there is none.
    months : DataFrame
        See `headcount`.
    starts : DataFrame
        See `headcount`.
    """

    amount: float
    brought: float
    shortfall: float
    productivity: float
    posts: float
    gap: float
    required: float
    hires: float | None
    months: pd.DataFrame
    starts: pd.DataFrame


@once
def headcount(case: Case, amount: float | Unavailable) -> Headcount | Unavailable:
    """Work out the full posts that a target needs in each month, and the hires that fill the gap.

    Parameters
    ----------
    case : Case
        Company, region or team; `targets.ramp` says how newcomers come up to full,
        `targets.hires` and `targets.leavers` who joins and leaves anyway.
    amount : float or Unavailable
        Bookings target of the period, money; Unavailable is handed back.

    Returns
    -------
    Headcount or Unavailable
        months: period, start, end, target and brought (money), productivity (money a full post
        more brings), required, posts and gap = required − posts (full posts, positive when short),
        full_by (first day of the month in which a newcomer must join to carry a full quota in this
        one).
        starts: period (month of joining), start, brings (money one full post that joins then adds
        within the period), hires (full posts that together bring the shortfall, rounded up; 0 where
        there is none, empty where they bring nothing). Months that begin after the cutoff, from as
        early as the ramp asks for.
        Unavailable for a rep (reason `one_post`), or as `kit.plan.bottom_up.bottom_up`.

    Notes
    -----
    gap = (target − brought) ÷ productivity, month by month, where brought is what
    `kit.plan.bottom_up` adds up for the people there and productivity is that of the peers, at the
    month's season. No gain in productivity is assumed. A hire is a full post from the first day of
    its month, at the ramp. Months may set one another off: hires are counted on the period's sum.
    """
    if isinstance(amount, Unavailable):
        return amount
    if case.scope.kind == "rep":
        return Unavailable(reason="one_post", detail=case.scope.id)
    found = bottom_up(case)
    if isinstance(found, Unavailable):
        return found
    spans = case.calendar.parts(case.period)
    season = load(case, spans)
    usual = float(found.basis.facts["usual"])
    staffed = found.frame[list(found.months)].to_numpy(dtype=float)
    brought = found.frame["productivity"].to_numpy(dtype=float) @ staffed * season
    there, more = staffed.sum(axis=0), usual * season
    months = parts(case, amount)[["period", "start", "end", "target"]]
    short = months["target"].to_numpy(dtype=float) - brought
    gap = np.divide(short, more, out=np.full(len(spans), np.nan), where=more > 0)
    ramp = case.settings.targets.ramp
    months = months.assign(
        brought=brought,
        productivity=more,
        required=there + gap,
        posts=there,
        gap=gap,
        full_by=[_months_on(one.start, -len(ramp)) for one in spans],
    )
    starts = _starts(case, spans, more, float(short.sum()))
    over_all = float(short.sum() / more.sum()) if more.sum() > 0 else float("nan")
    return Headcount(
        amount=float(amount),
        brought=float(brought.sum()),
        shortfall=float(short.sum()),
        productivity=usual,
        posts=float(there.mean()),
        gap=over_all,
        required=float(there.mean()) + over_all,
        hires=float(starts["hires"].iloc[0]) if len(starts) else None,
        months=months,
        starts=starts,
    )


def _starts(
    case: Case, spans: tuple[Period, ...], more: np.ndarray, short: float
) -> pd.DataFrame:
    """What a full post brings by the month it joins, and how many fill the shortfall."""
    ramp = case.settings.targets.ramp
    rows = []
    first = _months_on(case.period.start, -len(ramp)).date()
    for month in case.calendar.between(first, case.period.end):
        if month.start <= cutoff(case):
            continue
        joined = pd.Series([pd.Timestamp(month.start)])
        share = [
            float(ramped(joined, one, ramp=ramp)[0]) if one.end >= month.start else 0.0
            for one in spans
        ]
        brings = float(np.array(share) @ more)
        hires = 0.0 if short <= 0 else np.ceil(short / brings - 1e-9) if brings > 0 else np.nan
        rows.append((month.name, pd.Timestamp(month.start), brings, hires))
    return pd.DataFrame(rows, columns=["period", "start", "brings", "hires"])


def _months_on(day: dt.date, months: int) -> pd.Timestamp:
    return pd.Timestamp(day).replace(day=1) + pd.DateOffset(months=months)
