"""How often each customer orders, and how long its silence is measured by that."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from scipy import stats


def rhythm(days: pd.DataFrame, *, end: dt.date) -> pd.DataFrame:
    """Measure each customer's silence by its own usual interval between orders.

    Parameters
    ----------
    days : DataFrame
        customer_id, date: one row a customer and day with an order, sorted by both.
    end : date
        Last day seen; later rows are not read.

    Returns
    -------
    DataFrame
        Indexed by customer_id: orders (days with one), first, last, usual and spread (days: mean
        and standard deviation of its intervals, drawn towards those of all customers), silence
        (days since the last order), ratio (silence ÷ usual), chance (probability that its rhythm
        alone brings so long a silence). usual, spread, ratio and chance are null where no customer
        has ordered twice.

    Notes
    -----
    Credibility (Bühlmann 1967): of a customer with n intervals,

        usual = Z × own mean + (1 − Z) × mean of all customers,  Z = n ÷ (n + k)
        k = mean variance within customers ÷ variance between them

    so that a customer with few orders is judged by the others and one with many by itself. The
    spread is drawn in the same way, with n − 1 in place of n, towards the usual interval × the
    pooled coefficient of variation. The chance is that of a gamma distribution with this mean and
    spread. The last, unfinished interval is not counted as one.

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": "C1", "date": pd.date_range("2025-01-01", periods=5,
    ...                                                                freq="10D")})
    >>> found = rhythm(days, end=dt.date(2025, 3, 11))
    >>> found.loc["C1", ["usual", "silence", "ratio"]].tolist()
    [10.0, 29.0, 2.9]
    """
    days = days[days["date"] <= pd.Timestamp(end)]
    each = days.groupby("customer_id", sort=True)["date"]
    table = pd.DataFrame({"orders": each.size(), "first": each.min(), "last": each.max()})
    gaps = each.diff().dt.days.groupby(days["customer_id"])
    count = gaps.count().reindex(table.index).fillna(0).astype(int)
    usual, spread = drawn(count, gaps.mean(), gaps.var())
    silence = (pd.Timestamp(end) - table["last"]).dt.days
    table = table.assign(usual=usual, spread=spread, silence=silence.astype(int))
    table["ratio"] = table["silence"] / table["usual"].where(table["usual"] > 0)
    return table.assign(chance=_chance(table))


def drawn(
    count: pd.Series, mean: pd.Series, variance: pd.Series
) -> tuple[pd.Series, pd.Series]:
    """Means and standard deviations of groups, drawn towards those of all by credibility.

    Parameters
    ----------
    count, mean, variance : Series
        Size, mean and variance (n − 1) of each group; mean null without values, variance with less
        than two.

    Returns
    -------
    tuple of Series
        Mean and standard deviation; null where no group has a value.

    Examples
    --------
    >>> mean, sd = drawn(pd.Series([2, 2, 0]), pd.Series([10.0, 20.0, None]),
    ...                  pd.Series([8.0, 8.0, None]))
    >>> mean.round(2).tolist()
    [10.4, 19.6, 15.0]
    """
    pooled = float(mean.mean())
    many = variance.notna() & (count > 1)
    within = float(variance[many].mean()) if many.any() else np.nan
    between = _between(mean[many], within / count[many]) if many.sum() > 1 else 0.0
    k = within / between if between > 0 else np.inf if within > 0 or np.isnan(within) else 0.0
    weight = count / (count + k) if k > 0 else (count > 0).astype(float)
    found = (weight * mean.fillna(pooled) + (1 - weight) * pooled).astype(float)
    squares = float((mean[many] ** 2).mean()) if many.any() else np.nan
    variation = within / squares if squares and squares > 0 else 1.0  # as of orders at random
    variation = 1.0 if np.isnan(variation) else variation
    sure = (count - 1).clip(lower=0)
    sure = sure / (sure + k) if k > 0 else (sure > 0).astype(float)
    other = variation * found**2
    return found, np.sqrt(sure * variance.fillna(other) + (1 - sure) * other)


def _between(means: pd.Series, errors: pd.Series) -> float:
    return max(float(means.var()) - float(errors.mean()), 0.0)


def _chance(table: pd.DataFrame) -> np.ndarray:
    usual, spread = table["usual"].to_numpy(float), table["spread"].to_numpy(float)
    sharp = ~(spread > 1e-9 * np.maximum(usual, 1.0))  # every interval the same: a step
    with np.errstate(divide="ignore", invalid="ignore"):
        shape, scale = (usual / spread) ** 2, spread**2 / usual
        smooth = stats.gamma.sf(table["silence"].to_numpy(float), shape, scale=scale)
    step = np.where(table["silence"] > usual, 0.0, 1.0)
    return np.where(np.isnan(usual), np.nan, np.where(sharp, step, smooth))
