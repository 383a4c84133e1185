"""What was known of each open deal on past days: what a chance of winning is learnt from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.plan.deals import deals
from kit.track.deal_history import History
from kit.track.deal_rows import Rows, joined
from kit.track.leakage import column_leaks

STEP = 30  # days between the past days on which open deals are looked at
MOST_DAYS = 24  # of them
MOST_ROWS = 10_000  # deals on past days, all together; of more an even share is taken

# Descriptions that a deal has from its start, and the table and column each comes from.
_DESCRIPTIONS = (
    ("source", "opportunities", "source", ""),
    ("class", "customers", "class", "customer_id"),
    ("segment", "customers", "segment", "customer_id"),
    ("industry", "customers", "industry", "customer_id"),
    ("line", "products", "line", "product_id"),
)


@dataclass(frozen=True)
class Seen:
    """What is learnt from and what is asked.

    Parameters
    ----------
    past : Rows
        On days every thirty days before `as_of`, the earliest first.
    now : Rows
        On `as_of`.
    left_out : tuple of str
        Columns that were filled in after the outcome and so are not used.
    """

    past: Rows
    now: Rows
    left_out: tuple[str, ...]


@once
def features(case: Case) -> Seen:
    """The open deals of a case on past days and on `as_of`, with what was known of them then.

    Returns
    -------
    Seen
        numbers: age (days), old (days beyond the median cycle of won deals), very_old (beyond their
        80th percentile), size (log of amount ÷ the median of deals created by then), rep, customer
        (log odds of their own deals closed by then, ten deals of the average added), known (1 where
        the customer had bought by then); with stage_events also standing (days in the stage, log),
        due_in (days to the expected close, −180 to 180), overdue (1 where it is past) and slips
        (times the expected close was put off). groups: source, the customer's class, segment and
        industry, the product line.

    Notes
    -----
    Stage, amount and expected close are those of the last stage event by the day. Without
    stage_events they are not used, but for the amount, which is taken to have stood from the start:
    the stage and the expected close that the files hold of a closed deal are those of its end.
    Columns that `kit.track.leakage` names are left out. Of more than ten thousand rows every
    second, third … deal counts on a day, in turn.
    """
    known = deals(case)
    told = bool(case.data.has("stage_events")) and len(known.moved) > 0
    described, left_out = _described(case, told=told)
    history = History.of(case, known, told=told, use_amount="amount" not in left_out)
    today = np.datetime64(case.as_of, "D")
    days = [today - np.timedelta64(STEP * back, "D") for back in range(MOST_DAYS, 0, -1)]
    open_on = [(day, there) for day in days if len(there := history.open_on(day))]
    every = max(1, -(-sum(len(there) for _, there in open_on) // MOST_ROWS))
    rows = [
        history.on(day, there[there % every == turn % every], described)
        for turn, (day, there) in enumerate(open_on)
    ]
    now = history.on(today, history.open_on(today), described)
    return Seen(joined(rows) if rows else now.take(np.arange(0)), now, left_out)


def _described(case: Case, *, told: bool) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """The groups of each deal, a number a value, without the columns that leak; and those."""
    rows = case.data.frame("opportunities")
    texts = {}
    for name, table, column, key in _DESCRIPTIONS:
        if not case.data.has(table):
            continue
        values = rows[column] if not key else rows[key].map(
            case.data.frame(table).drop_duplicates(key).set_index(key)[column]
        )  # fmt: skip
        if values.notna().any():
            texts[name] = values
    tried = dict(texts) if told else {**texts, "amount": rows["amount"]}
    found = column_leaks(
        pd.DataFrame(tried, index=rows.index), rows["status"],
        created_on=rows["created_on"], closed_on=rows["closed_on"],
    )  # fmt: skip
    leaky = () if isinstance(found, Unavailable) else tuple(dict.fromkeys(found["column"]))
    kept = {name: values for name, values in texts.items() if name not in leaky}
    return {name: pd.factorize(values, sort=True)[0] for name, values in kept.items()}, leaky
