"""What past forecasts change: whether they were biased, and whether a chance may still be told."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.review import forecast_record

_LUCK = 0.10  # chance of so few results within, below which it is hardly bad luck
_WIDEST = 3.0


@dataclass(frozen=True)
class Score:
    """How a set of forecasts turned out.

    Parameters
    ----------
    forecasts, periods : int
        How many were judged, and of how many periods.
    bias, bias_low, bias_high : float or None
        exp(mean log of actual ÷ told) − 1: above 0 where more came than was told, and its
        interval at 80 %; the interval is None with fewer than three periods.
    size : float or None
        Mean absolute error ÷ what was told.
    coverage : float or None
        Share of the intervals that held the actual.
    brier : float or None
    chances : int
        How many chances were told, on which `brier` rests.
    """

    forecasts: int
    periods: int
    bias: float | None
    bias_low: float | None
    bias_high: float | None
    size: float | None
    coverage: float | None
    brier: float | None
    chances: int


@dataclass(frozen=True)
class Feedback:
    """What the record of the plan's forecasts changes for the next suggestion.

    Parameters
    ----------
    score : Score
    state : str
        `covered`; `few` where too few forecasts were judged to change anything; `widened` where the
        intervals held less than `least` of the results, which may be bad luck; `withheld` where it
        hardly is.
    widen : float
        By what errors are multiplied before a chance is told; 1 unless widened.
    least : float
        The coverage below which chances are no longer told as they are.
    """

    score: Score
    state: str
    widen: float
    least: float

    @property
    def proven(self) -> bool:
        """Whether a chance may serve as evidence: the record does not speak against it."""
        return self.state in ("covered", "few")


def score(rows: pd.DataFrame) -> Score:
    """Score forecasts of `kit.review.forecast_record`.

    Notes
    -----
    Forecasts of one period share its result, so bias is the mean over periods of their means of
    log(actual ÷ told), with Student's t over periods.

    Examples
    --------
    >>> rows = pd.DataFrame({"period": ["a", "b"], "told": [100.0, 100.0], "actual": [90.0, 90.0],
    ...     "error": [-0.1, -0.1], "inside": [1.0, 0.0], "brier": [0.04, np.nan]})
    >>> found = score(rows)
    >>> round(found.bias, 3), found.coverage, found.brier, found.chances
    (-0.1, 0.5, 0.04, 1)
    """
    logs = rows[(rows["told"] > 0) & (rows["actual"] > 0)]
    logs = np.log(logs["actual"] / logs["told"]).groupby(logs["period"], sort=False).mean()
    middle = low = high = None
    if len(logs):
        middle = float(np.expm1(logs.mean()))
    if len(logs) >= 3:
        around = stats.t.ppf(0.9, len(logs) - 1) * logs.std(ddof=1) / np.sqrt(len(logs))
        low, high = (float(np.expm1(logs.mean() + side * around)) for side in (-1, 1))
    return Score(
        forecasts=len(rows),
        periods=int(rows["period"].nunique()),
        bias=middle,
        bias_low=low,
        bias_high=high,
        size=_mean(rows["error"].abs()),
        coverage=_mean(rows["inside"]),
        brier=_mean(rows["brier"]),
        chances=int(rows["brier"].notna().sum()),
    )


@once
def feedback(case: Case) -> Feedback:
    """What the last plan forecasts of the scope change for the next one.

    Notes
    -----
    The forecasts made before each of the last periods are of the kind that the next target rests
    on. Where `review.next.least` of them or more were judged and their intervals held a share of
    the results below the least of `targets.trust`, errors are widened (`needed`). Where so few or
    fewer would be held with less than one in ten, though the intervals were right (binomial
    distribution), the chance is withheld.
    """
    rows = forecast_record.plans(case)
    return judged(
        rows, interval=case.settings.track.interval, least=case.settings.targets.trust[0],
        few=case.settings.review.next.least,
    )  # fmt: skip


def judged(rows: pd.DataFrame, *, interval: float, least: float, few: int) -> Feedback:
    """What forecasts of `kit.review.forecast_record` change; see `feedback`.

    Examples
    --------
    >>> row = {"period": "a", "told": 100.0, "low": 90.0, "high": 110.0, "actual": 130.0,
    ...        "error": 0.3, "inside": 0.0, "brier": None}
    >>> rows = pd.DataFrame([row] * 4).assign(inside=[0.0, 0.0, 1.0, 1.0])
    >>> judged(rows, interval=0.8, least=0.65, few=4).state
    'widened'
    >>> judged(rows.assign(inside=0.0), interval=0.8, least=0.65, few=4).state
    'withheld'
    """
    found, inside = score(rows), rows["inside"].dropna()
    if len(inside) < few or found.coverage is None:
        return Feedback(found, "few", 1.0, least)
    if found.coverage >= least:
        return Feedback(found, "covered", 1.0, least)
    luck = stats.binom.cdf(round(inside.sum()), len(inside), interval)
    if luck < _LUCK:
        return Feedback(found, "withheld", 1.0, least)
    return Feedback(found, "widened", needed(rows, interval=interval), least)


def needed(rows: pd.DataFrame, *, interval: float) -> float:
    """How much wider intervals had to be to hold their share of the results, 1 to 3.

    Notes
    -----
    Of the n ratios of a miss to the half width on its side, the ⌈(n + 1) × interval⌉-th smallest,
    or the largest (split conformal prediction: Vovk, Gammerman and Shafer, 2005); on logarithms
    where all amounts are above zero, else of differences.
    """
    known = rows.dropna(subset=["low", "high", "told", "actual"])
    ends = known[["low", "told", "high", "actual"]].to_numpy(dtype=float)
    if (ends > 0).all():
        ends = np.log(ends)
    low, told, high, actual = ends.T
    half = np.where(actual >= told, high - told, told - low)
    usable = half > 0
    if not usable.any():
        return 1.0
    ratio = np.sort(np.abs(actual - told)[usable] / half[usable])
    place = min(math.ceil((len(ratio) + 1) * interval - 1e-9), len(ratio)) - 1
    return float(np.clip(ratio[place], 1.0, _WIDEST))


def widened(errors: np.ndarray, factor: float) -> np.ndarray:
    """Relative errors, actual ÷ forecast − 1, with their size multiplied; on logs where it can be.

    Examples
    --------
    >>> widened(np.array([0.1, -0.1]), 2.0).round(2).tolist()
    [0.21, -0.19]
    """
    if factor == 1.0:
        return errors
    if (errors > -1).all():
        return np.expm1(factor * np.log1p(errors))
    return factor * errors


@once
def scores(case: Case) -> pd.DataFrame | Unavailable:
    """The record in a line for the plan and for each point of the periods.

    Returns
    -------
    DataFrame or Unavailable
        point (0: before the period), forecasts, bias (more or less came than was told), size (mean
        error by size), coverage, brier, chances. Unavailable as the record.
    """
    found = forecast_record.record(case)
    if isinstance(found, Unavailable):
        return found
    rows = pd.concat([one for one in (found.plans, found.landings) if len(one)])
    table = [
        {"point": point, **vars(score(some))} for point, some in rows.groupby("point", sort=True)
    ]
    names = ["point", "forecasts", "bias", "size", "coverage", "brier", "chances"]
    floats = dict.fromkeys(("bias", "size", "coverage", "brier"), "float64")
    return pd.DataFrame(table)[names].astype(floats)


def _mean(column: pd.Series) -> float | None:
    known = column.dropna()
    return float(known.mean()) if len(known) else None
