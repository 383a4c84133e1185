"""What the open deals due at this point of past periods brought: the measure for today's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.elapsed import past_periods, same_point
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.track.booked import booked
from kit.track.deal_states import Told, told

MOST = 8  # past periods that are looked at, the latest
LEAST = 2  # of them, without which nothing is said
PRIOR = 5.0  # deals that the average of all stages counts for in a stage's conversion


@dataclass(frozen=True)
class PastPipeline:
    """Open deals due at the same point of past periods, and what came after it; amounts are money.

    Parameters
    ----------
    periods : DataFrame
        period, day (the same point), count, amount (open and due then), won (of these, by the
        period's end), booked (all bookings after the day, by the period's end).
    stages : DataFrame
        stage, amount, won, conversion (won ÷ amount, the average of all weighing in with five
        deals), share (of the amount); over all periods together.
    conversion : float
        Σ won ÷ Σ amount; NaN where nothing was open.
    cover : float
        Σ amount ÷ Σ booked: how much was open and due for each unit that was still booked. NaN
        where nothing was booked.
    beside : float
        1 − Σ won ÷ Σ booked: the share of what was still booked that came from elsewhere: deals that
        were not there or not due, orders without a deal. NaN where nothing was booked.
    """

    periods: pd.DataFrame
    stages: pd.DataFrame
    conversion: float
    cover: float
    beside: float

    def rate(self, stage: str) -> float:
        """The conversion of a stage; of all stages where it was never seen."""
        known = self.stages.set_index("stage")["conversion"]
        return float(known.get(stage, self.conversion))


@once
def past_pipeline(case: Case) -> PastPipeline | Unavailable:
    """Look at the open deals due at the same point of up to eight past periods.

    Returns
    -------
    PastPipeline or Unavailable
        Unavailable without opportunities, and with fewer than two past periods of that length since
        the first deal (reason `few_deals`).

    Notes
    -----
    The same point is the same number of working days into the period (`kit.data.elapsed`), or as
    many days before its start. A deal is due if its expected close lies in the period or is
    overdue; it counts with the amount then told, and what it won with that of the end. So the
    conversion holds what slips and what shrinks.
    """
    if not case.data.has("opportunities"):
        return Unavailable(table="opportunities")
    seen = told(case)
    made = seen.known.created
    first = made.min().item() if len(made) else None
    spans = past_periods(
        case.calendar, case.period, first=first, as_of=case.as_of, most=MOST
    )
    spans = tuple(one for one in spans if first <= point(case, one))
    if len(spans) < LEAST:
        return Unavailable(reason="few_deals", detail=str(len(spans)))
    rows, deals = [], []
    for one in spans:
        day = point(case, one)
        due = due_on(seen, day, period=one)
        won = np.where(due["won"], due["last"], 0.0)
        rows.append(
            {
                "period": one.name, "day": pd.Timestamp(day), "count": len(due),
                "amount": float(due["amount"].sum()), "won": float(won.sum()),
                "booked": booked(case).between(day + _DAY, one.end),
            }
        )  # fmt: skip
        deals.append(due.assign(won=won))
    frame, every = pd.DataFrame(rows), pd.concat(deals, ignore_index=True)
    total = float(every["amount"].sum())
    conversion = float(every["won"].sum()) / total if total > 0 else float("nan")
    later = float(frame["booked"].sum())
    return PastPipeline(
        periods=frame,
        stages=_stages(seen, every, conversion),
        conversion=conversion,
        cover=total / later if later > 0 else float("nan"),
        beside=1 - float(frame["won"].sum()) / later if later > 0 else float("nan"),
    )


_DAY = pd.Timedelta(1, "D").to_pytimedelta()


def point(case: Case, period: Period):
    """The day of a past period at the point where the case's stands on `as_of`."""
    if case.as_of < case.period.start:
        return period.start - (case.period.start - case.as_of)
    return same_point(case.calendar, case.period, as_of=case.as_of, other=period)


def due_on(seen: Told, day, *, period: Period) -> pd.DataFrame:
    """The deals open at the end of a day and due in a period.

    Returns
    -------
    DataFrame
        Index: place of the deal; stage (name), amount (money then), last (money last known), won
        (whether it was won after the day, by the period's end).
    """
    known, now = seen.known, np.datetime64(day)
    then, start, end = seen.on(day), np.datetime64(period.start), np.datetime64(period.end)
    due = then.open & (then.expected <= end) & ~((then.expected > now) & (then.expected < start))
    at = np.flatnonzero(due)
    won = known.won & (known.closed > now) & (known.closed <= end)
    names = np.array(known.stages, dtype=object)[then.stage[at]]
    return pd.DataFrame(
        {"stage": names, "amount": then.amount[at], "last": known.amount[at], "won": won[at]},
        index=at,
    )


def _stages(seen: Told, every: pd.DataFrame, usual: float) -> pd.DataFrame:
    sums = every.groupby("stage", sort=True)[["amount", "won"]].sum()
    sums = sums.reindex([one for one in seen.known.stages if one in sums.index])
    count = every.groupby("stage")["amount"].size().reindex(sums.index)
    prior = PRIOR * sums["amount"] / count
    whole = sums["amount"] + prior
    total = sums["amount"].sum()
    return pd.DataFrame(
        {
            "stage": pd.array(sums.index, dtype="str"),
            "amount": sums["amount"].to_numpy(),
            "won": sums["won"].to_numpy(),
            "conversion": ((sums["won"] + prior * usual) / whole.where(whole > 0)).to_numpy(),
            "share": (sums["amount"] / total if total > 0 else sums["amount"] * np.nan).to_numpy(),
        }
    )
