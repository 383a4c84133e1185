"""How far the flag on customers who are leaving held on past dates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.diagnose import trailing
from kit.diagnose.silence import states

AHEAD = 182  # days in which a flagged customer should not have come back
_DRAWS, _SEED, _SURE, _FEWEST = 400, 20250102, 0.95, 5
_STEP, _MOST, _BEFORE = 91, 8, 365  # days between past dates, how many, history before the first


@dataclass(frozen=True)
class Record:
    """The flag on past dates.

    Parameters
    ----------
    states : DataFrame
        state (`at_risk`, `lapsed`, `flagged`: both, `all`: the base), customers (counted anew on
        each date), stayed_away (of them, without an order in the 182 days after), precision
        (stayed_away ÷ customers; of `all`, the base rate), recall (share of all that stayed away).
        No row where the history is too short.
    dates : int
        Past dates it rests on.
    holds : bool or None
        Whether those flagged stayed away more often than the base rate, beyond chance: in at least
        95 % of 400 draws of customers with replacement, each with all its dates. None where less
        than five customers were flagged.
    """

    states: pd.DataFrame
    dates: int
    holds: bool | None


@once
def record(case: Case) -> Record:
    """Ask on past dates what became of those flagged then.

    Up to eight dates, a quarter apart, each with a year of orders before it and a half year after
    it. `all` are the customers who were not gone on the date. On each date nothing later is read.

    Parameters
    ----------
    case : Case

    Returns
    -------
    Record
    """
    days, end = trailing.order_days(case), pd.Timestamp(trailing.seen_until(case))
    first, limits = days["date"].min(), case.settings.diagnose.customers
    dates = [end - pd.Timedelta(days=AHEAD + _STEP * back) for back in range(_MOST)]
    dates = [one for one in dates if one - pd.Timedelta(days=_BEFORE) >= first]
    seen = []
    for date in dates:
        then = states(days, end=date.date(), limits=limits)
        after = days[(days["date"] > date) & (days["date"] <= date + pd.Timedelta(days=AHEAD))]
        then = then[then["state"] != "gone"]
        seen.append(
            pd.DataFrame(
                {"customer_id": then.index, "state": then["state"].to_numpy(),
                 "away": ~then.index.isin(after["customer_id"].unique())}
            )
        )  # fmt: skip
    columns = ["state", "customers", "stayed_away", "precision", "recall"]
    if not seen:
        return Record(pd.DataFrame(columns=columns), 0, None)
    every = pd.concat(seen, ignore_index=True)
    masks = {
        "at_risk": every["state"] == "at_risk",
        "lapsed": every["state"] == "lapsed",
        "flagged": every["state"] != "active",
        "all": pd.Series(True, index=every.index),
    }
    whole = int(every["away"].sum())
    rows = []
    for state, mask in masks.items():
        count, away = int(mask.sum()), int(every.loc[mask, "away"].sum())
        rows.append(
            (state, count, away, away / count if count else np.nan,
             away / whole if whole else np.nan)
        )  # fmt: skip
    return Record(pd.DataFrame(rows, columns=columns), len(dates), _holds(every, masks["flagged"]))


def _holds(every: pd.DataFrame, flagged: pd.Series) -> bool | None:
    if every.loc[flagged, "customer_id"].nunique() < _FEWEST:
        return None
    counts = pd.DataFrame(
        {"flagged": flagged, "hit": flagged & every["away"], "away": every["away"], "all": True}
    )
    each = counts.astype(int).groupby(every["customer_id"], sort=True).sum().to_numpy()
    rng = np.random.default_rng(_SEED)
    sums = rng.multinomial(len(each), np.full(len(each), 1 / len(each)), size=_DRAWS) @ each
    named, hit, away, whole = sums.T
    better = hit * whole > away * named  # hit ÷ named > away ÷ whole, without a division by zero
    return bool(better.mean() >= _SURE)
