"""The ratios behind a score, each 1.0 on the mark: results, behaviour and customers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.diagnose.productivity import seen
from kit.review import kpi_peers
from kit.review.score_measures import ratio
from kit.review.score_parts import parts
from kit.review.score_rates import EFFORT, margins, paid_shares
from kit.review.score_weights import COMPONENTS, of_goals

_LEAST_NEW = 1.0  # new customers for a post in the mean, below which one more would decide
_LEAST = 2  # of a kind, to be compared with one another


def ratios(case: Case, found: pd.DataFrame) -> pd.DataFrame:
    """Every component of every part, uncapped.

    Parameters
    ----------
    case : Case
    found : DataFrame
        From `kit.review.score_measures.measured`.

    Returns
    -------
    DataFrame
        The columns of `kit.review.score_weights.COMPONENTS`, with the index of `found`; null where
        a ratio cannot be known. `kit.review.score.scorecard` says how each is made.
    """
    whole = _whole(case)
    made = [
        _of_kind(case, rows, kind, whole) for kind, rows in found.groupby("kind", sort=False)
    ]
    return pd.concat(made).reindex(found.index)[list(COMPONENTS)]


def _whole(case: Case) -> dict[str, float]:
    """The scope's own rates, which its parts are held against; of a rep the anonymous peers'."""
    span = seen(case)
    if case.scope.kind == "rep":
        return {"margin": kpi_peers.margin_rate(case), "activity": kpi_peers.effort(case, EFFORT)}
    within = {"start": span.start, "end": span.end}
    found = {
        "margin": margins(case, "", **within),
        "paid": paid_shares(case, "", **within),
    }
    return {name: float(one.get("", np.nan)) for name, one in found.items()}


def _of_kind(case: Case, rows: pd.DataFrame, kind: str, whole: dict[str, float]) -> pd.DataFrame:
    made = pd.DataFrame(index=rows.index)
    made["bookings"] = rows["pace"].where(~rows["small_quota"] & (rows["due"] > 0))
    several = len(rows) >= _LEAST
    compared = several or case.scope.kind == "rep"
    made["margin"] = rows["margin_rate"] / _positive(whole["margin"]) if compared else np.nan
    made["collections"] = _against_target(rows, "cash")
    if made["collections"].isna().any():
        rate = _positive(whole.get("paid", np.nan))
        made["collections"] = rows["paid_share"] / rate if several else np.nan
    made["new_customers"] = _against_target(rows, "new_customers")
    each = ratio(rows["activities"], rows["posts"])
    made["activity"] = each / _positive(each.median()) if several else np.nan
    if made["new_customers"].isna().any():
        fresh = ratio(rows["new_customers_count"], rows["posts"])
        usual = fresh.mean()
        made["new_customers"] = fresh / usual if several and usual >= _LEAST_NEW else np.nan
    if case.scope.kind == "rep":
        made["activity"] = each / _positive(whole["activity"])
    made["assessment"] = rows["score_manager"]
    goals = of_goals(case)
    if goals is not None:
        made["assessment"] = rows["id"].map(_by_part(case, goals, kind)).astype("float64")
    made["satisfaction"] = rows["score_customer"]
    usual = _positive(rows["kept"].median())
    made["retention"] = rows["kept"] / usual if rows["kept"].count() >= _LEAST else np.nan
    return made.astype("float64")


def _against_target(rows: pd.DataFrame, name: str) -> pd.Series:
    """Actual ÷ target due where all parts of the kind have a target; else null for all."""
    actual = "cash" if name == "cash" else f"{name}_count"
    held = rows[f"{name}_due"]
    if (held > 0).all():
        return rows[actual] / held
    return pd.Series(np.nan, index=rows.index)


def _by_part(case: Case, values: pd.Series, kind: str) -> pd.Series:
    if kind == "rep":
        return values
    people = parts(case)
    people = people[people["kind"] == "rep"].set_index("id")
    return values.groupby(people[kind].reindex(values.index)).mean()


def _positive(value: float) -> float:
    return value if value > 0 else np.nan
