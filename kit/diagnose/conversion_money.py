"""What a step's conversion does to the bookings of the period: deal by deal, when it would win."""

from __future__ import annotations

import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.diagnose import funnel
from kit.diagnose.reference import within


@once
def worth(case: Case, *, stage: str) -> pd.DataFrame:
    """The money that each deal leaving a stage added to the period's bookings, or cost them.

    Parameters
    ----------
    case : Case
        With `kit.diagnose.funnel.measured`.
    stage : str

    Returns
    -------
    DataFrame
        opportunity_id, money. The sum is the effect of the step's conversion on the period.

    Notes
    -----
    A deal that went on, or did not, tells in bookings when it would have been won, which of an
    early stage is weeks later. So counted are the deals that left the stage in the period's days
    shifted back by the median time from leaving that stage to winning, of deals won in the year
    before. With c the reference conversion of the step and v the mean value of deals won,

        money = (1 if it went on, else 0 − c) × v × reference conversions of the later steps

    `kit.diagnose.funnel.steps` counts those who left in the period itself: what is coming, where
    the step is an early one.
    """
    table = funnel.measured(case).set_index("stage")
    later = table["reference_conversion"][::-1].cumprod()[::-1].shift(-1, fill_value=1.0)
    left = funnel.departures(case)
    left = left[left["stage"] == stage]
    start, end, _ = funnel.spans(case)
    lag = _lag(case, left)
    some = within(left, pd.Timestamp(start) - lag, pd.Timestamp(end) - lag)
    each = funnel.won_value(case) * float(later[stage])
    gone_on = some["onward"].astype(float) - float(table.at[stage, "reference_conversion"])
    return pd.DataFrame(
        {"opportunity_id": some["opportunity_id"].to_numpy(), "money": gone_on.to_numpy() * each}
    )


def _lag(case: Case, left: pd.DataFrame) -> pd.Timedelta:
    """Median days from leaving a stage onward to winning, of deals won in the year before."""
    start, _, before = funnel.spans(case)
    year = within(funnel.closed(case), before, start - pd.Timedelta(days=1))
    won = year[year["status"] == "won"].set_index("opportunity_id")["closed_on"]
    onward = left[left["onward"].astype(bool)].set_index("opportunity_id")["date"]
    days = (won - onward.reindex(won.index)).dropna().median()
    return pd.Timedelta(0) if pd.isna(days) else max(days.floor("D"), pd.Timedelta(0))
