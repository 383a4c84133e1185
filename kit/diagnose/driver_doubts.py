"""Doubts about drivers: chance, company that a regressor keeps, and what came first."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kit.diagnose.panel import Panel
from kit.diagnose.panel_effects import slopes

CLEAR = 0.05
TANGLED = 5.0  # variance inflation
_FADED = 0.5  # of a simple slope: what is left of a false friend's, at the most


def holm(p_values: np.ndarray) -> np.ndarray:
    """p-values that hold for all tests together (Holm 1979); nulls stay and are not counted.

    Examples
    --------
    >>> holm(np.array([0.01, 0.04, 0.03])).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    found = np.full(len(p_values), np.nan)
    known = np.flatnonzero(~np.isnan(p_values))
    order = known[np.argsort(p_values[known], kind="stable")]
    steps = p_values[order] * np.arange(len(order), 0, -1)
    found[order] = np.minimum(np.maximum.accumulate(steps), 1.0) if len(order) else steps
    return found


def friends(matrix: np.ndarray, names: list[str]) -> list[str | None]:
    """The other regressor that each goes with most, by correlations; None where there is none.

    Examples
    --------
    >>> friends(np.array([[1.0, 0.2, -0.5], [0.2, 1.0, 0.1], [-0.5, 0.1, 1.0]]), list("abc"))
    ['c', 'a', 'a']
    """
    others = np.abs(matrix) - 2 * np.eye(len(names))
    return [names[int(one.argmax())] if len(names) > 1 else None for one in others]


def where(table: pd.DataFrame) -> pd.Series:
    """Where a partial slope comes from: own moves and differences between reps, or one of them."""
    known = table["own"].notna() & table["between"].notna()
    apart = np.sign(table["own"]) != np.sign(table["between"])
    like = np.sign(table["slope"]) == np.sign(table["own"])
    found = np.select([~apart, like], ["both", "within"], "between")
    return pd.Series(found, index=table.index, dtype=object).where(known, None)


def timing(found: Panel, *, rows: int, reps: int) -> pd.Series:
    """Whether what a rep did the period before goes with the result, or the period's own alone.

    Returns
    -------
    Series
        By regressor: `before`, `same`, or None where neither is clear or the periods' own values
        are not known in as many rows and of as many reps as asked.
    """
    order = {one: at for at, one in enumerate(sorted(found.frame["start"].unique()))}
    each = found.frame.assign(at=found.frame["start"].map(order))
    told: dict[str, str | None] = {}
    for name in (one for one in found.regressors if f"{one}_same" in each):
        same = each.set_index(["rep_id", "at"])[f"{name}_same"]
        keys = pd.MultiIndex.from_arrays([each["rep_id"], each["at"] - 1])
        both = each.assign(before=same.reindex(keys).to_numpy()).dropna(
            subset=["before", f"{name}_same"]
        )
        if both["rep_id"].nunique() < reps or len(both) < rows:
            continue
        chance = slopes(
            both["result"], both[["before", f"{name}_same"]],
            groups=both["rep_id"], strata=both["period"],
        ).p_values  # fmt: skip
        told[name] = "before" if chance[0] < CLEAR else "same" if chance[1] < CLEAR else None
    return pd.Series(told, dtype=object).reindex(list(found.regressors))


def finding(table: pd.DataFrame) -> np.ndarray:
    """What is to be said of each regressor; see `kit.diagnose.drivers.drivers`.

    Parameters
    ----------
    table : DataFrame
        slope, p, simple (slope alone), simple_p, vif, own_p.
    """
    clear, simple = table["p"] < CLEAR, table["simple_p"] < CLEAR
    turned = simple & (np.sign(table["slope"]) != np.sign(table["simple"]))
    faded = table["slope"].abs() < _FADED * table["simple"].abs()
    return np.select(
        [table["vif"] > TANGLED, clear & ~turned, table["own_p"] < CLEAR,
         simple & (turned | (faded & ~clear))],
        ["entangled", "driver", "own", "false_friend"], "open",
    )  # fmt: skip
