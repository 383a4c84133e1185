"""The chance of each open deal to be won: ever, and by the period's end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.track.deal_features import features
from kit.track.deal_rows import Rows
from kit.track.leakage import late
from kit.track.win_score import Score, answer


@dataclass(frozen=True)
class WinProbability:
    """The open deals of a scope with their chances, and what such chances were worth.

    Parameters
    ----------
    deals : DataFrame
        See `win_probability`.
    score : Score
        Of the chance to be won ever.
    score_by_end : Score or None
        Of the chance to be won by the period's end; None where the period is over.
    count : int
        Open deals.
    amount, weighted : float
        Money: open, and weighted with the chance to be won ever. A deal without an amount counts 0.
    weighted_by_end : float or None
        The same with the chance to be won by the period's end; None where that is not known.
    features : tuple of str
        Columns that the model was offered.
    left_out : tuple of str
        Columns that were filled in after the outcome and so were not used.
    """

    deals: pd.DataFrame
    score: Score
    score_by_end: Score | None
    count: int
    amount: float
    weighted: float
    weighted_by_end: float | None
    features: tuple[str, ...]
    left_out: tuple[str, ...]


@once
def win_probability(case: Case) -> WinProbability | Unavailable:
    """The chances of the deals open on `as_of`, learnt from the scope's own past deals.

    Parameters
    ----------
    case : Case
        Only what was known on `as_of` is used; a rep's case holds the rep's deals alone.

    Returns
    -------
    WinProbability or Unavailable
        deals: opportunity_id, rep and customer (names, or numbers where there are none), stage,
        age_days, amount (money), expected_close_on, probability (to be won ever), by_end (to be won
        by the period's end, never above probability; 0 in a period that is over; null where no
        past day lies so far back), stage_rate (share won of past deals of the stage, as `stage`
        tells it in `kit.track.win_model.stage_rates`), weighted and weighted_by_end (amount ×
        chance); the largest weighted first. Unavailable without the table, or where no deal has
        closed (`few_closed_deals`).

    Notes
    -----
    Features are those of `kit.track.deal_features`, the model that of `kit.track.win_model`, its
    test that of `kit.track.win_score`. Without stage_events nobody knows in which stage past deals
    stood: the stage tells nothing then, and its rate is the base rate; and on a past day neither
    the stage nor an expected close that only open deals have is shown (`as_known`).
    """
    if not case.data.has("opportunities"):
        return Unavailable(table="opportunities")
    rows = case.data.frame("opportunities")
    if not (rows["status"] != "open").any():
        return Unavailable(reason="few_closed_deals", detail="0")
    seen = features(case)
    ever = answer(seen.past, seen.now, as_of=case.as_of)
    left = (case.period.end - case.as_of).days
    soon = answer(seen.past, seen.now, as_of=case.as_of, horizon=left) if left > 0 else None
    by_end = np.zeros(len(seen.now)) if soon is None else np.fmin(soon.chance, ever.chance)
    by_end = by_end if soon is None else np.where(np.isnan(soon.chance), np.nan, by_end)
    chances = {"probability": ever.chance, "by_end": by_end, "stage_rate": ever.stage_rate}
    known = as_known(rows, case.data.frame("stage_events"), late=late(case))
    found = _deals(case, known, seen.now, chances)
    total = found[["amount", "weighted", "weighted_by_end"]].sum()
    return WinProbability(
        deals=found,
        score=ever.score,
        score_by_end=None if soon is None else soon.score,
        count=len(found),
        amount=float(total["amount"]),
        weighted=float(total["weighted"]),
        weighted_by_end=None if found["by_end"].isna().any() else float(total["weighted_by_end"]),
        features=(*(("stage",) if len(seen.now.stages) > 1 and seen.now.stage.any() else ()),
                  *seen.now.names, *seen.now.kinds),
        left_out=seen.left_out,
    )  # fmt: skip


def as_known(
    deals: pd.DataFrame, events: pd.DataFrame, *, late: Sequence[str]
) -> pd.DataFrame:
    """Deals without what was filled in later, but where a stage event tells it.

    Parameters
    ----------
    deals : DataFrame
        opportunity_id, and the columns that `late` names.
    events : DataFrame
        opportunity_id of the stage events by then.
    late : sequence of str
        Columns that were not known then; see `kit.track.leakage.late`.

    Returns
    -------
    DataFrame
        The columns of `deals`; late ones are null of deals without an event.
    """
    told = deals["opportunity_id"].isin(events["opportunity_id"])
    return deals.assign(**{name: deals[name].where(told) for name in late})


def _deals(
    case: Case, rows: pd.DataFrame, now: Rows, chances: dict[str, np.ndarray]
) -> pd.DataFrame:
    there = rows.iloc[now.deal]
    found = pd.DataFrame(
        {
            "opportunity_id": there["opportunity_id"].to_numpy(),
            "rep": _named(there["rep_id"], case.data.frame("roster"), "rep_id"),
            "customer": _named(there["customer_id"], case.data.frame("customers"), "customer_id"),
            "stage": there["stage"].to_numpy(),
            "age_days": (pd.Timestamp(case.as_of) - there["created_on"]).dt.days.to_numpy(),
            "amount": there["amount"].to_numpy(),
            "expected_close_on": there["expected_close_on"].to_numpy(),
            **chances,
        }
    )
    value = found["amount"].fillna(0.0)
    found["weighted"] = value * found["probability"]
    found["weighted_by_end"] = value * found["by_end"]
    order = ["weighted", "opportunity_id"]
    return found.sort_values(order, ascending=[False, True], kind="stable", ignore_index=True)


def _named(keys: pd.Series, table: pd.DataFrame, key: str) -> np.ndarray:
    """Names by key; the key itself where there is no name."""
    if "valid_from" in table:
        table = table.sort_values("valid_from", kind="stable")
    names = table.drop_duplicates(key, keep="last").set_index(key)["name"]
    found = names.reindex(keys).to_numpy(dtype=object)
    return np.where(pd.isna(found), keys.to_numpy(dtype=object), found)
