"""Which capability goes with which result: rank correlations, tested and counted together."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control, rankdata

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose.capability import capability
from kit.diagnose.results import RESULTS, results

LEAST_REPS = 8  # below, even a perfect order would hardly stand out among twenty questions
FALSE = 0.1  # share of false findings that is put up with
DRAWS = 9_999
_SEED = 20_250_930
_COLUMNS = ["dimension", "result", "reps", "correlation", "p_value", "q_value", "short", "verdict"]


@once
def shortfalls(case: Case) -> pd.DataFrame | Unavailable:
    """Ask of every dimension and result whether low scores go with poor results.

    The scores are those of `kit.diagnose.capability.capability`: the newest of a period that is
    over.

    Returns
    -------
    DataFrame or Unavailable
        dimension, result (of `kit.diagnose.results.RESULTS`), reps (with both), correlation
        (Spearman; null where one of them does not vary), p_value (permutation, two-sided), q_value
        (Benjamini–Hochberg over all rows), short (reps below the required score), verdict: `goes`
        (low scores go with poor results), `against` (the other way round), `candidate` (as `goes`,
        but with fewer reps than `settings.diagnose.people.enough_reps`), `not_distinct`, `unknown`.
        The strongest first. Unavailable in a rep's own scope (`one_person`), with fewer than eight
        reps (`few_people`), or as `capability` and `results`.

    Notes
    -----
    A finding needs a q-value of at most 10 %: of those named, one in ten is expected to be chance.
    It is never a cause: who sells well may be scored higher for it.
    """
    if case.scope.kind == "rep":
        return Unavailable(reason="one_person")
    scored, reached = capability(case), results(case)
    for one in (scored, reached):
        if isinstance(one, Unavailable):
            return one
    scored = scored.scores
    wide = scored.pivot(index="rep_id", columns="dimension", values="score")
    if len(wide) < LEAST_REPS:
        return Unavailable(reason="few_people")
    reached = reached.set_index("rep_id")
    short = scored.groupby("dimension")["short"].agg(lambda one: int((one > 0).sum()))
    rows = []
    for dimension in wide.columns:
        for result in RESULTS:
            both = pd.concat([wide[dimension], reached[result]], axis=1, join="inner").dropna()
            found, chance = np.nan, np.nan
            if len(both) >= LEAST_REPS:
                found, chance = correlation(both[dimension].to_numpy(), both[result].to_numpy())
            rows.append((dimension, result, len(both), found, chance, int(short[dimension])))
    table = pd.DataFrame(
        rows, columns=["dimension", "result", "reps", "correlation", "p_value", "short"]
    )
    known = table["p_value"].notna()
    table["q_value"] = np.nan
    if known.any():
        table.loc[known, "q_value"] = false_discovery_control(table.loc[known, "p_value"])
    enough = case.settings.diagnose.people.enough_reps
    table["verdict"] = [_verdict(one, enough) for one in table.itertuples(index=False)]
    return table[_COLUMNS].sort_values(
        ["p_value", "dimension", "result"], na_position="last", ignore_index=True
    )


def correlation(
    one: np.ndarray, other: np.ndarray, *, draws: int = DRAWS
) -> tuple[float, float]:
    """Spearman's rank correlation and its two-sided permutation p-value.

    Parameters
    ----------
    one, other : array
        Equally long, without nulls.
    draws : int
        Random orders; (1 + those at least as far from 0) ÷ (1 + draws). The seed is fixed.

    Returns
    -------
    tuple of float
        Nulls where one of the two does not vary.

    Examples
    --------
    >>> found, chance = correlation(np.arange(9.0), np.arange(9.0) ** 2)
    >>> round(found, 6), chance < 0.001
    (1.0, True)
    """
    ranks = [rankdata(side) - (len(side) + 1) / 2 for side in (one, other)]
    lengths = [float(np.sqrt(side @ side)) for side in ranks]
    if min(lengths) == 0:
        return np.nan, np.nan
    left, right = (side / length for side, length in zip(ranks, lengths, strict=True))
    found = float(left @ right)
    shuffled = np.random.default_rng(_SEED).permuted(np.tile(right, (draws, 1)), axis=1)
    far = np.abs(shuffled @ left) >= abs(found) - 1e-12
    return found, float((1 + far.sum()) / (1 + draws))


def _verdict(row, enough: int) -> str:
    if np.isnan(row.p_value):
        return "unknown"
    if row.q_value > FALSE:
        return "not_distinct"
    if row.correlation < 0:
        return "against"
    return "goes" if row.reps >= enough else "candidate"
