"""The values of one column, whatever their type: read, parted in groups, and what they tell."""

from __future__ import annotations

import numpy as np
import pandas as pd

GROUPS = 20  # values or ranges that a column is parted in


def area(
    score: np.ndarray, positive: np.ndarray, weight: np.ndarray | None = None
) -> float:
    """Area under the ROC curve: the chance that a positive scores above another; ties half.

    Examples
    --------
    >>> area(np.array([1.0, 2.0, 2.0, 3.0]), np.array([False, False, True, True]))
    0.875
    """
    weight = np.ones(len(score)) if weight is None else weight
    _, place = np.unique(score, return_inverse=True)
    up = np.bincount(place, weights=weight * positive)
    down = np.bincount(place, weights=weight * ~positive)
    below = np.cumsum(down) - down
    total = up.sum() * down.sum()
    return float((up * (below + down / 2)).sum() / total) if total else float("nan")


def rates(
    parted: np.ndarray, positive: np.ndarray, weight: np.ndarray | None = None
) -> np.ndarray:
    """For each row the rate of positives in its group, of the other half of the rows.

    A group's own rows would make a column of many values look telling.
    """
    weight = np.ones(len(parted)) if weight is None else weight
    size = int(parted.max()) + 1
    half = np.arange(len(parted)) % 2
    score = np.empty(len(parted))
    for side in (0, 1):
        other = half != side
        base = float(np.average(positive[other], weights=weight[other] + 1e-12))
        many = np.bincount(parted[other], weights=weight[other], minlength=size)
        hits = np.bincount(parted[other], weights=(weight * positive)[other], minlength=size)
        score[half == side] = ((hits + base) / (many + 1.0))[parted[half == side]]
    return score


def typed(column: pd.Series) -> pd.Series:
    """Texts that are all numbers or all days as such."""
    if column.dtype.kind in "bifuM":
        return column
    known = column[column.notna() & (column != "")]
    sample = known.iloc[:20].astype("str")
    if not sample.str.contains(r"\d").all():  # numbers and days have a digit; the readers are slow
        return column
    for reader in (pd.to_numeric, pd.to_datetime):
        form = {} if reader is pd.to_numeric else {"format": "ISO8601"}
        if len(known) and reader(sample, errors="coerce", **form).notna().all():
            found = reader(column.astype("str"), errors="coerce", **form)
            if found[known.index].notna().all():
                return found
    return column


def read(column: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """A column as numbers (days of dates) or texts, and where it is empty."""
    found = typed(column)
    empty = found.isna().to_numpy()
    if found.dtype.kind == "M":
        return days(found), empty
    if found.dtype.kind in "bifu" or pd.api.types.is_numeric_dtype(found):
        return found.to_numpy(dtype=float, na_value=np.nan), empty
    texts = found.astype("str").str.strip()
    return texts.to_numpy(dtype=object), empty | (texts == "").to_numpy()


def parted_by_value(values: np.ndarray, empty: np.ndarray) -> np.ndarray:
    """The group of each row: its value, or its range where a number has many; 0 is empty."""
    parted = np.zeros(len(values), dtype=int)
    there = ~empty
    if not there.any():
        return parted
    codes, names = pd.factorize(values[there], sort=values.dtype.kind == "f")
    if values.dtype.kind == "f" and len(names) > GROUPS:
        edges = np.unique(np.quantile(values[there], np.linspace(0, 1, GROUPS + 1)[1:-1]))
        codes = np.searchsorted(edges, values[there], side="right")
    parted[there] = codes + 1
    return parted


def days(values: pd.Series) -> np.ndarray:
    """Days since 1970 of dates, or of texts that are dates."""
    found = pd.to_datetime(values).to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(found), np.nan, found.astype("int64").astype(float))
