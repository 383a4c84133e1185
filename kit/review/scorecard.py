"""The reps of a scope, one row each, as the best practices and the reviews of people read them."""

from __future__ import annotations

import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose.funnel import closed
from kit.diagnose.productivity import seen
from kit.diagnose.reference import within
from kit.review.score import scorecard

_COLUMNS = ["rank", "scope", "rep", "team", "target", "actual", "attainment", "last_year", "yoy",
            "margin", "new_customers", "win_rate_count", "score", "known", "small_quota", "moved",
            "marks"]  # fmt: skip


@once
def reps(case: Case) -> pd.DataFrame | Unavailable:
    """One row a rep who was in the scope in the period, best score first.

    Returns
    -------
    DataFrame or Unavailable
        rank (null without a score, and in a rep's own scope), scope, rep, team, target, actual,
        attainment = actual ÷ target, last_year, yoy, margin (rate of amount), new_customers,
        win_rate_count (won ÷ decided of the deals closed in the period), score, known, small_quota,
        moved, marks. Money in the company's currency; rates as fractions. A rep without a score
        stands after those with one.

    See Also
    --------
    kit.review.score.scorecard : the same with regions and teams, and every component.
    """
    found = scorecard(case)
    if isinstance(found, Unavailable):
        return found
    rows = found[found["kind"] == "rep"].reset_index(drop=True)
    if rows.empty:
        return Unavailable(reason="no_reps")
    span = seen(case)
    deals = within(closed(case), span.start, span.end)
    rates = (deals["status"] == "won").groupby(deals["rep_id"]).mean()
    names = rows.rename(
        columns={"part": "rep", "margin_rate": "margin_", "new_customers_count": "fresh_"}
    )
    ids = rows["scope"].str.removeprefix("rep:")
    return names.assign(
        margin=names["margin_"], new_customers=names["fresh_"],
        win_rate_count=ids.map(rates).astype("float64"),
    )[_COLUMNS]  # fmt: skip
