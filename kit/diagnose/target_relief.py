"""A lower target that is proposed: only from what lies outside the team's hands, and by little."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from kit.data import targets
from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.diagnose import causes as listed
from kit.diagnose.market_change import market_change
from kit.diagnose.measures import CONFIRMED, confidence
from kit.diagnose.reference import reference
from kit.errors import UnknownPeriodError
from kit.plan.relief import unrelieved

_MARKET = ("market", "market_size")


@dataclass(frozen=True)
class Relief:
    """A lower target that is proposed.

    Parameters
    ----------
    period : str
        The period it is for: the case's, or the next one where that is over.
    before : float
        The case's target before any relief.
    standing : float
        The target in force.
    proposed : float
        standing − amount.
    amount : float
    share : float
        amount ÷ before.
    limit : str
        What held the amount down: `share` (the allowed share of the target), `gap`, or empty.
    closed : bool
        Whether the case's period is over, so that the next one is meant.
    causes : DataFrame
        cause, subject, effect, evidence, section, facts: what lies outside the team's hands.
    """

    period: str
    before: float
    standing: float
    proposed: float
    amount: float
    share: float
    limit: str
    closed: bool
    causes: pd.DataFrame


def relief(
    case: Case, *, found: pd.DataFrame | Unavailable | None = None
) -> Relief | Unavailable:
    """Propose a lower target, from what lies outside the team's hands alone.

    Returns
    -------
    Relief or Unavailable
        Unavailable("relief_no_target"), ("relief_not_short") or ("relief_no_cause") where nothing
        outside the team's hands is confirmed.

    Notes
    -----
    Counted are confirmed causes that `settings.diagnose.measures.outside` names and, unless such a
    cause tells of the market already, a market of the scope that shrank in all (own share before ×
    change of its size). With their sum

        amount = min(sum, shortfall, standing − (1 − review.relief) × target before any relief)

    so that all reliefs of a period together stay within `review.relief`.
    """
    table = listed.causes(case) if found is None else found
    if isinstance(table, Unavailable):
        return table
    standing, held = targets.in_force(case), reference(case)
    if not standing or isinstance(held, Unavailable):
        return Unavailable(reason="relief_no_target")
    if held.variance >= 0:
        return Unavailable(reason="relief_not_short")
    outside = _outside(case, table)
    if outside.empty:
        return Unavailable(reason="relief_no_cause")
    own = case.data.frame("targets")
    own = (own["scope"] == str(case.scope)) & (own["measure"] == "bookings")
    before = unrelieved(case) if own.any() else standing
    whole = -float(outside["effect"].sum())
    room = max(standing - (1 - case.settings.review.relief) * before, 0.0)
    amount = min(whole, -held.variance, room)
    if not amount > 0:
        return Unavailable(reason="relief_no_cause")
    limit = "" if amount >= whole else "share" if amount >= room else "gap"
    return Relief(_for(case), before, standing, standing - amount, amount, amount / before, limit,
                  case.closed, outside)  # fmt: skip


def _outside(case: Case, table: pd.DataFrame) -> pd.DataFrame:
    named = case.settings.diagnose.measures.outside
    columns = ["cause", "subject", "effect", "evidence", "section", "facts"]
    rows = [
        {**one, "section": one.get("section") or "causes"}
        for one in table[table["cause"].isin(named) & (table["effect"] < 0)].to_dict("records")
        if confidence(one) == CONFIRMED
    ]
    cells = market_change(case)
    if not isinstance(cells, Unavailable) and not table["cause"].isin(_MARKET).any():
        effect = float(cells["by_market"].sum())
        if effect < 0:
            sizes = cells[["size", "size_before"]].sum()
            facts = {"growth": float(sizes.iloc[0] / sizes.iloc[1] - 1),
                     "period": cells["period"].iloc[0]}  # fmt: skip
            key = "market_shrank"
            rows.append({"cause": key, "subject": "", "effect": effect, "evidence": key,
                         "section": "market", "facts": facts})  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _for(case: Case) -> str:
    if not case.closed:
        return case.period.name
    try:
        return case.calendar.next(case.period).name
    except UnknownPeriodError:
        return case.period.name
