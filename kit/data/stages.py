"""How deals pass through the stages of a funnel: when each entered a stage, and how it left."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd


def passages(
    deals: pd.DataFrame, events: pd.DataFrame | None, *, stages: Sequence[str]
) -> pd.DataFrame:
    """Every stay of a deal in a stage but the last, over or not.

    Parameters
    ----------
    deals : DataFrame
        opportunity_id, created_on, status, closed_on, as seen on a day.
    events : DataFrame or None
        opportunity_id, entered_on, stage, up to that day. None: there is one step, from the first
        stage to the last.
    stages : sequence of str
        In order; the last is the won deal.

    Returns
    -------
    DataFrame
        opportunity_id, stage, entered_on, left_on (empty while the deal stands in the stage),
        onward (whether it left for a later stage), won_on (empty where the deal is not won).

    Notes
    -----
    A deal leaves a stage onward on the first day it enters a later one (or is won), and is lost
    from the furthest stage it had reached. Stages that are not named are passed over; a deal that
    skips a stage does not count in it.

    Examples
    --------
    >>> day = pd.Timestamp
    >>> deals = pd.DataFrame({"opportunity_id": ["a", "b"], "created_on": [day("2025-01-01")] * 2,
    ...     "status": ["won", "open"], "closed_on": [day("2025-01-31"), pd.NaT]})
    >>> found = passages(deals, None, stages=["lead", "won"])
    >>> found["onward"].tolist(), found["left_on"].notna().tolist()
    ([True, False], [True, False])
    """
    ended = deals["status"] != "open"
    won_on = deals["closed_on"].where(deals["status"] == "won")
    if events is None:
        return pd.DataFrame(
            {
                "opportunity_id": deals["opportunity_id"],
                "stage": stages[0],
                "entered_on": deals["created_on"],
                "left_on": deals["closed_on"].where(ended),
                "onward": deals["status"] == "won",
                "won_on": won_on,
            }
        ).reset_index(drop=True)
    last = len(stages) - 1
    ids = pd.Index(deals["opportunity_id"]).sort_values()  # a deal's number is its place in these
    number = ids.get_indexer(deals["opportunity_id"])
    place = events["stage"].map({stage: at for at, stage in enumerate(stages)})
    deal = ids.get_indexer(events["opportunity_id"])
    seen = pd.DataFrame({"deal": deal, "place": place, "on": events["entered_on"]})
    seen = seen[seen["deal"] >= 0].dropna()
    won = won_on.set_axis(number).dropna()
    lost = deals["closed_on"].where(deals["status"] == "lost").set_axis(number).dropna()
    ends = won[won.index.isin(seen["deal"])]
    seen = pd.concat([seen, pd.DataFrame({"deal": ends.index, "place": last, "on": ends.array})])
    seen = seen.groupby(["deal", "place"], as_index=False)["on"].min()
    # A deal entered a stage when it first entered it or any later one.
    entry = seen.iloc[::-1].groupby("deal")["on"].cummin().iloc[::-1]
    after = entry.groupby(seen["deal"]).shift(-1)
    onward = after.notna()
    left = after.where(onward, lost.reindex(seen["deal"]).set_axis(seen.index))
    stays = seen["place"] < last
    return pd.DataFrame(
        {
            "opportunity_id": ids[seen.loc[stays, "deal"]],
            "stage": seen.loc[stays, "place"].map(dict(enumerate(stages))).array,
            "entered_on": entry[stays].array,
            "left_on": left[stays].array,
            "onward": onward[stays].array,
            "won_on": won.reindex(seen.loc[stays, "deal"]).array,
        }
    )
