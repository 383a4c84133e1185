"""Drivers: what goes with results over reps and periods, how much, and what only seems to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose.driver_doubts import finding, friends, holm, timing, where
from kit.diagnose.importance import importance, inflation, lmg
from kit.diagnose.panel import BEHAVIOUR, KINDS, panel
from kit.diagnose.panel_effects import (
    Slopes,
    between_groups,
    own_moves,
    slopes,
    within,
    within_groups,
)

ENOUGH_ROWS = 60  # below, regressors are candidates
ENOUGH_REPS = 10
LEAST_ROWS = 20
LEAST_REPS = 5
LEAST_FREEDOM = 10  # rows beyond what is estimated
_STILL = 0.1  # of a regressor's spread: below, a rep's own moves tell nothing
_A_WEEK = 0.2  # one more a week of five days
_UNITS = {**dict.fromkeys(KINDS, _A_WEEK), "discount": 0.01, "promotion": 1.0, "tenure": 12.0}
_TENTH = 0.1  # of the mean potential
_COLUMNS = [
    "regressor", "group", "explained", "share", "low", "high", "rank", "rank_low", "rank_high",
    "correlation", "unit", "effect", "effect_low", "effect_high", "relative", "p", "p_adjusted",
    "vif", "own", "own_p", "between", "share_own", "where", "friend", "timing", "finding",
]  # fmt: skip


@dataclass(frozen=True)
class Drivers:
    """What goes with results, regressor by regressor.

    Parameters
    ----------
    frame : DataFrame
        By rank: regressor, group (`behaviour`, `circumstance`); explained (part of the variance of
        results between the reps of a period), share (of what all explain), low, high, rank,
        rank_low, rank_high (95 % by bootstrap over reps); correlation (simple, within periods);
        unit (step of the regressor), effect, effect_low, effect_high (money a period of a full post
        for a unit more, others equal, 95 %), relative (effect ÷ mean result), p, vif; own (effect
        of a rep's own moves), own_p, p_adjusted (the smaller of p and own_p by Holm, over both of
        all regressors), between (effect of being one rep rather than another), share_own (share of
        what own moves explain), where (`within` or `between` reps, where the two have different
        signs, and `both`), friend (the regressor it goes with most), timing and finding; null where
        not known.
    explained : float
        R² of all regressors within periods.
    rows, reps, periods : int
    candidates : bool
        Whether rows are fewer than 60 or reps fewer than 10, as the rows of a rep hang together:
        nothing is then more than a candidate.
    left_out : DataFrame
        See `Panel`.
    mean : float
        Mean result, money a period of a full post.
    incomplete : int
        Rows left out because a regressor is not known.
    kind : str
        Kind of the periods; see `Panel`.
    """

    frame: pd.DataFrame
    explained: float
    rows: int
    reps: int
    periods: int
    candidates: bool
    left_out: pd.DataFrame
    mean: float
    incomplete: int
    kind: str


@once
def drivers(case: Case, *, times: int = 400, seed: int = 1980) -> Drivers | Unavailable:
    """Regress results on behaviour and circumstance, over reps and periods.

    Parameters
    ----------
    case : Case
    times, seed : int
        Of the bootstrap over reps.

    Returns
    -------
    Drivers or Unavailable
        Unavailable as `panel`, where no regressor is known (`no_regressors`), with fewer than 20
        complete rows, 5 reps or 10 rows beyond what is estimated (`few_panel_rows`, detail rows and
        reps), or where all results of a period are the same (`results_alike`).

    Notes
    -----
    Every period has its own intercept: season and growth explain nothing. It is an association in
    this company's past, not a proof of cause. `finding` is the first that holds of

    - `entangled`: variance inflation above 5, so that it cannot be told apart from others;
    - `driver`: the partial effect is clear (p < 5 %) and does not turn a clear correlation round;
    - `own`: a rep's own ups and downs go with it clearly, though reps beside one another do not;
    - `false_friend`: clearly correlated with the result, but with others equal less than half of it
      is left and nothing clear, or the sign is another;
    - `open`: none of these.

    `timing` of activities and discounts: `before` where those of the period before go clearly with
    the result, `same` where only those of the period itself do, so that they may as well come of
    it, as quotes do that are as good as orders; null where neither does.
    """
    found = panel(case)
    if isinstance(found, Unavailable):
        return found
    rows, names = found.complete, list(found.regressors)
    if not names:
        return Unavailable(reason="no_regressors")
    reps, periods = rows["rep_id"].nunique(), rows["period"].nunique()
    spare = len(rows) - periods - len(names)
    if len(rows) < LEAST_ROWS or reps < LEAST_REPS or spare < LEAST_FREEDOM:
        return Unavailable(reason="few_panel_rows", detail=f"{len(rows)}, {reps}")
    by = {"groups": rows["rep_id"], "strata": rows["period"]}
    result = rows["result"] * found.worked
    spread = np.abs(within(result.to_numpy()[:, None], rows["period"])).max()
    if not spread > 1e-9 * np.abs(result).max():
        return Unavailable(reason="results_alike")
    shares = importance(rows, "result", regressors=names, **by, times=times, seed=seed)
    values = rows[names].to_numpy(dtype=float)
    part = slopes(result, values, **by)
    table = _partial(rows, names, part, mean=float(result.mean()))
    table["correlation"], table["simple"], table["simple_p"] = _simple(result, values, by)
    inside = within(values, rows["period"])
    matrix = np.corrcoef(inside.T) if len(names) > 1 else np.ones((1, 1))
    table["vif"] = inflation(matrix)
    table["friend"] = friends(matrix, names)
    table = table.join(_own(result, values, names, by, table["unit"]))
    both = holm(np.concatenate([table["p"], table["own_p"]])).reshape(2, -1)
    table["p_adjusted"] = np.fmin(*both)
    between = between_groups(result, values, **by)
    table["between"] = between.values * table["unit"] if between else np.nan
    table["where"] = where(table)
    table["timing"] = timing(found, rows=LEAST_ROWS, reps=LEAST_REPS)
    table["finding"] = finding(table)
    table["group"] = np.where(table.index.isin(BEHAVIOUR), "behaviour", "circumstance")
    few = len(rows) < ENOUGH_ROWS or reps < ENOUGH_REPS
    joined = shares.join(table, on="regressor")[_COLUMNS]
    return Drivers(
        joined, part.r2, len(rows), reps, periods, few, found.left_out,
        float(result.mean()), len(found.frame) - len(rows), found.kind,
    )  # fmt: skip


def _partial(rows: pd.DataFrame, names: list[str], part: Slopes, *, mean: float) -> pd.DataFrame:
    units = {**_UNITS, "potential": _TENTH * float(rows["potential"].mean())
             if "potential" in rows else np.nan}  # fmt: skip
    unit = np.array([units[one] for one in names])
    low, high = part.interval()
    effect = part.values * unit
    return pd.DataFrame(
        {
            "unit": unit, "effect": effect, "effect_low": low * unit, "effect_high": high * unit,
            "relative": effect / mean if mean > 0 else np.nan,
            "p": part.p_values, "slope": part.values,
        },
        index=names,
    )  # fmt: skip


def _simple(result: pd.Series, values: np.ndarray, by: dict) -> tuple[np.ndarray, ...]:
    """Correlation, slope and p-value of each regressor alone."""
    y = within(result.to_numpy()[:, None], by["strata"])[:, 0]
    x = within(values, by["strata"])
    correlations = (x * y[:, None]).sum(axis=0) / np.sqrt((x**2).sum(axis=0) * (y**2).sum())
    alone = [slopes(result, values[:, [at]], **by) for at in range(values.shape[1])]
    steep, chance = zip(*((one.values[0], one.p_values[0]) for one in alone), strict=True)
    return correlations, np.array(steep), np.array(chance)


def _own(
    result: pd.Series, values: np.ndarray, names: list[str], by: dict, unit: pd.Series
) -> pd.DataFrame:
    """Effects and shares of a rep's own moves, of those regressors that move."""
    moved = own_moves(np.column_stack([result, values]), **by)
    spread, before = moved.std(axis=0)[1:], within(values, by["strata"]).std(axis=0)
    move = [at for at in range(len(names)) if spread[at] > _STILL * before[at]]
    found = pd.DataFrame(np.nan, index=names, columns=["own", "own_p", "share_own"])
    if not move or not moved[:, 0].std() > 0:
        return found
    part = within_groups(result, values[:, move], **by)
    shares = lmg(np.cov(moved[:, [0, *(at + 1 for at in move)]].T, bias=True))
    kept = [names[at] for at in move]
    found.loc[kept, "own"] = part.values * unit[kept].to_numpy()
    found.loc[kept, "own_p"] = part.p_values
    found.loc[kept, "share_own"] = shares / shares.sum() if shares.sum() > 0 else np.nan
    return found
