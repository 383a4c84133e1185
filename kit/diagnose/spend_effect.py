"""What went with spending the month before, region and month held fixed: a regression."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control, t

from kit.data.case import Case
from kit.data.frames import kept
from kit.data.once import once
from kit.data.tables import Unavailable

FALSE = 0.1  # share of false findings that is put up with
_LEVEL = 0.95
_COLUMNS = ["kind", "effect", "low", "high", "p_value", "q_value", "follows", "region_months",
            "verdict"]  # fmt: skip


@once
def spend_effect(case: Case) -> pd.DataFrame | Unavailable:
    """Ask whether bookings were higher in the month after more was spent.

    Returns
    -------
    DataFrame or Unavailable
        kind, effect (bookings that went with one more unit of money spent on the kind the month
        before), low and high (95 % interval), p_value, q_value (Benjamini–Hochberg over the kinds),
        follows (p-value of the next month's spending: small where spending follows sales),
        region_months, verdict (`goes`, `against`, `follows_sales` where spending follows sales as
        clearly, `not_distinct`). Unavailable with fewer region-months than
        `settings.diagnose.market.enough_region_months` or one region (`few_region_months`, with
        their number).

    Notes
    -----
    Bookings of a region and month on last month's spending, each kind, with an effect for every
    region and every month; intervals by White's variances for unequal noise (HC1). Spending of the
    same month is left out, for budgets are often released as sales come in. A kind without a row
    has no spending; region-months with a row that is not filled in yet, or without bookings, are
    left out. All months up to the case's last complete one count. It remains an association: what
    regions did beside spending more is not held fixed.
    """
    if not case.data.has("expenses"):
        return Unavailable(table="expenses")
    wide, sold = _panel(case)
    if wide.empty or sold.empty:
        return Unavailable(reason="few_region_months", detail="0")
    least = case.settings.diagnose.market.enough_region_months
    found = _fit(_shifted(wide, 1), sold, least=least)
    if isinstance(found, Unavailable):
        return found
    ahead = _fit(_shifted(wide, -1), sold, least=1)
    later = pd.Series(dtype=float) if isinstance(ahead, Unavailable) else ahead["p_value"]
    table = found.reset_index()
    table["q_value"] = false_discovery_control(table["p_value"])
    table["follows"] = later.reindex(found.index).to_numpy()
    table["verdict"] = [_verdict(one) for one in table.itertuples(index=False)]
    return table[_COLUMNS].sort_values(["p_value", "kind"], ignore_index=True)


def regressed(y: np.ndarray, x: np.ndarray, *, absorbed: int) -> tuple[np.ndarray, np.ndarray, int]:
    """Least squares of a demeaned `y` on demeaned `x` with HC1 standard errors.

    Parameters
    ----------
    y, x : array of n, array of n × k
        Fixed effects already taken out.
    absorbed : int
        Parameters that the fixed effects took.

    Returns
    -------
    tuple
        Coefficients, standard errors and degrees of freedom (n − k − absorbed).

    Examples
    --------
    >>> x = np.array([[-1.0], [0.0], [1.0]])
    >>> found, errors, freedom = regressed(np.array([-2.0, 0.0, 2.0]), x, absorbed=1)
    >>> found.round(6).tolist(), errors.round(6).tolist(), freedom
    ([2.0], [0.0], 1)
    """
    freedom = len(y) - x.shape[1] - absorbed
    inverse = np.linalg.pinv(x.T @ x)
    found = inverse @ x.T @ y
    off = x * (y - x @ found)[:, None]
    spread = inverse @ (off.T @ off) @ inverse * len(y) / max(freedom, 1)
    return found, np.sqrt(np.clip(np.diag(spread), 0.0, None)), freedom


def _panel(case: Case) -> tuple[pd.DataFrame, pd.Series]:
    """Spending by (region, month) × kind, and bookings by (region, month), of complete months."""
    rows = case.data.frame("expenses")
    last = pd.Timestamp(min(case.as_of, case.period.end))
    month = rows["date"].dt.to_period("M").dt.to_timestamp()
    rows = kept(rows.assign(month=month), month + pd.offsets.MonthEnd(0) <= last)
    wide = rows.pivot_table(
        index=["region", "month"], columns="kind", values="amount", aggfunc="sum", fill_value=0.0
    ).astype(float)
    gaps = rows.loc[rows["amount"].isna(), ["region", "month"]]
    wide = wide.drop(pd.MultiIndex.from_frame(gaps), errors="ignore")
    sales = case.data.sales
    month = sales["date"].dt.to_period("M").dt.to_timestamp()
    inside = sales["region"].notna() & (month + pd.offsets.MonthEnd(0) <= last)
    sales = kept(sales.assign(month=month), inside)
    return wide, sales.groupby(["region", "month"])["amount"].sum()


def _shifted(wide: pd.DataFrame, months: int) -> pd.DataFrame:
    table = wide.reset_index()
    table["month"] = table["month"] + pd.DateOffset(months=months)
    return table.set_index(["region", "month"])


def _fit(wide: pd.DataFrame, sold: pd.Series, *, least: int) -> pd.DataFrame | Unavailable:
    both = wide.join(sold.rename("_sold"), how="inner").dropna()
    regions = both.index.get_level_values("region")
    if len(both) < least or regions.nunique() < 2:
        return Unavailable(reason="few_region_months", detail=str(len(both)))
    months = both.index.get_level_values("month")
    dummies = np.column_stack(
        [regions.unique().to_numpy()[None, :] == regions.to_numpy()[:, None],
         months.unique().to_numpy()[None, 1:] == months.to_numpy()[:, None]]
    ).astype(float)  # fmt: skip
    values = both.to_numpy(dtype=float)
    values = values - dummies @ np.linalg.lstsq(dummies, values, rcond=None)[0]
    x, y = values[:, :-1], values[:, -1]
    moves = (x**2).sum(axis=0) > 1e-9 * (both.to_numpy(dtype=float)[:, :-1] ** 2).sum(axis=0)
    x = x[:, moves]
    absorbed = int(np.linalg.matrix_rank(dummies))
    if not moves.any() or len(y) - x.shape[1] - absorbed < 1:
        return Unavailable(reason="few_region_months", detail=str(len(both)))
    found, errors, freedom = regressed(y, x, absorbed=absorbed)
    half = errors * t.ppf(0.5 + _LEVEL / 2, freedom)
    ratio = np.abs(found) / np.where(errors > 0, errors, np.inf)
    chance = 2 * t.sf(ratio, freedom)
    return pd.DataFrame(
        {"effect": found, "low": found - half, "high": found + half, "p_value": chance,
         "region_months": len(both)},
        index=pd.Index(wide.columns[moves], name="kind"),
    )  # fmt: skip


def _verdict(row) -> str:
    if row.q_value > FALSE:
        return "not_distinct"
    if row.follows <= row.p_value:
        return "follows_sales"
    return "goes" if row.effect > 0 else "against"
