"""Which customers are new and which are lost, judged by their own rhythm of ordering."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from kit.data.frames import kept

RHYTHMS = 3.0  # a silence shorter than so many usual intervals is no loss
SPREADS = 4.0  # nor one shorter than the usual interval and so many standard deviations
SHORTEST, LONGEST = 30.0, 365.0  # days of silence: never lost before, always lost after


def status(
    sales: pd.DataFrame, reference: pd.Series, *, end: dt.date, before_end: dt.date
) -> pd.DataFrame:
    """Tell new, lost and kept customers apart.

    A customer is *new* where the reference holds nothing of it and its first order (or the day it
    became a customer, if earlier) lies after last year's span. It is *lost* where the reference
    holds money of it and it has been silent up to `end` for longer than its rhythm allows: three
    times its mean interval between order days, or the mean and four standard deviations of the
    intervals, whichever is longer (at least 30 days, at most 365; 365 where it ordered on one day
    only). With orders at random, one customer in 150 stays silent so long by chance. All others are
    kept; rows without a customer belong to none.

    Parameters
    ----------
    sales : DataFrame
        All sales known: date, customer_id, amount, customer_since.
    reference : Series
        Money of each customer in the reference, indexed by customer_id.
    end, before_end : date
        Last day seen, and the last day of last year's span.

    Returns
    -------
    DataFrame
        Indexed by customer_id: status (`new`, `lost`, `kept`), first and last (days of the first
        and the last order; returns are no orders).

    Examples
    --------
    >>> days = pd.date_range("2024-01-01", "2024-12-31", freq="MS")
    >>> sales = pd.DataFrame({"date": days, "customer_id": "C1", "amount": 10.0,
    ...                       "customer_since": pd.NaT})
    >>> status(sales, pd.Series({"C1": 30.0}), end=dt.date(2025, 9, 30),
    ...        before_end=dt.date(2024, 9, 30))["status"].to_dict()
    {'C1': 'lost'}
    """
    known = sales[["customer_id", "date", "amount", "customer_since"]]
    known = kept(known, known["customer_id"].notna() & (known["date"] < _after(end)))
    customer, ids = known["customer_id"].factorize(sort=True)
    days = pd.DataFrame({"customer": customer, "date": known["date"].dt.normalize()})
    days = days[(known["amount"] > 0).to_numpy()].drop_duplicates()
    days = days.sort_values(["customer", "date"])
    intervals = days.groupby("customer")["date"].diff().dt.days.groupby(days["customer"])
    each = days.groupby("customer")["date"]
    table = pd.DataFrame(
        {"first": each.min(), "last": each.max(), "mean": intervals.mean(), "sd": intervals.std()}
    )
    since = known["customer_since"].groupby(customer).min().reindex(table.index)
    table = table.assign(since=pd.to_datetime(since)).set_axis(ids[table.index], axis=0)
    table = table.rename_axis("customer_id")
    silence = (pd.Timestamp(end) - table["last"]).dt.days
    usual = table["mean"] + SPREADS * table["sd"].fillna(0.0)
    patience = usual.clip(lower=RHYTHMS * table["mean"]).clip(SHORTEST, LONGEST).fillna(LONGEST)
    held = reference.reindex(table.index).fillna(0.0)
    lost = (held > 0) & (silence > patience)
    first = table["first"].where(~(table["since"] < table["first"]), table["since"])
    new = (held == 0) & (first > pd.Timestamp(before_end))
    label = pd.Series("kept", index=table.index).mask(new, "new").mask(lost, "lost")
    return pd.DataFrame({"status": label, "first": table["first"], "last": table["last"]})


def _after(day: dt.date) -> pd.Timestamp:
    return pd.Timestamp(day) + pd.Timedelta(days=1)
