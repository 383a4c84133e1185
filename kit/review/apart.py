"""How far somebody lies from a group of peers: an interval and a chance for a difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

WEIGHT = 8.0  # periods that the luck of all weighs beside a rep's own


@dataclass(frozen=True)
class Apart:
    """A difference from the peers.

    Parameters
    ----------
    low, high : float
        Its interval.
    p_more : float
        Chance of as large a difference upwards where there is none.
    p : float
        The same in either direction.
    """

    low: float
    high: float
    p_more: float
    p: float


UNKNOWN = Apart(np.nan, np.nan, np.nan, np.nan)


def luck(periods: np.ndarray) -> tuple[float, float]:
    """How far a period of a rep lies from its usual level, as a variance; and its freedom.

    Half the mean square of the steps from one known period to the next (von Neumann), so that a
    level that changed once, as where somebody began to work otherwise, is not taken for luck. It
    has two thirds of the freedom of a plain variance. Null and 0 for fewer than two periods.

    Examples
    --------
    >>> luck(np.array([1.0, 3.0, 3.0]))
    (1.0, 1.3333333333333333)
    """
    known = periods[np.isfinite(periods)]
    if len(known) < 2:
        return np.nan, 0.0
    return float((np.diff(known) ** 2).mean() / 2), 2 / 3 * (len(known) - 1)


def others_luck(lucks: Sequence[tuple[float, float]]) -> np.ndarray:
    """The luck of all other reps together, for each: a variance; null where nobody's is known.

    Examples
    --------
    >>> others_luck([(1.0, 2.0), (4.0, 2.0), (7.0, 2.0)]).tolist()
    [5.5, 4.0, 2.5]
    """
    pairs = np.array(lucks, dtype=float).reshape(-1, 2)
    freedom = pairs[:, 1]
    squares = np.nan_to_num(pairs[:, 0]) * freedom
    rest = freedom.sum() - freedom
    return np.where(rest > 0, (squares.sum() - squares) / np.where(rest > 0, rest, 1.0), np.nan)


def apart(
    own: np.ndarray, peers: np.ndarray, *, difference: float, others: float, level: float = 0.95
) -> Apart:
    """Interval of a difference between a rep and the mean of its peers.

    Parameters
    ----------
    own : array
        The rep's figure in each period, in order, two or more.
    peers : array
        The figure of each peer over all periods, two or more, in the same unit.
    difference : float
        The rep's own over all periods less the peers' mean.
    others : float
        The luck of the others; see `others_luck`.
    level : float

    Returns
    -------
    Apart
        Null where luck or the peers' spread is not known, or both are nothing.

    Notes
    -----
    A rep's luck is that of its own periods and that of the others', the latter worth eight periods:
    s² = (f own + 8 others) ÷ (f + 8), f the freedom of its own. So four quarters that happen to be
    alike make nobody certain, and one large order makes nobody a star. The peers' mean has the
    jackknife error over peers, v = Σ (mean without j − mean)² (n − 1) ÷ n. The error of the
    difference is √(s² ÷ periods + v), with Student's t and the degrees of freedom of Welch and
    Satterthwaite.

    References
    ----------
    Smyth (2004), Linear models and empirical Bayes methods, SAGMB 3(1), for the shared variance.

    Examples
    --------
    >>> found = apart(np.array([1.3, 1.2]), np.array([0.9, 1.0, 1.1]), difference=0.25, others=0.01)
    >>> round(found.low, 2), round(found.high, 2), round(found.p_more, 3)
    (0.04, 0.46, 0.012)
    """
    peers = peers[np.isfinite(peers)]
    count, many = int(np.isfinite(own).sum()), len(peers)
    mine, freedom = luck(own)
    if count < 2 or many < 2 or not np.isfinite([others, difference]).all():
        return UNKNOWN
    freedom, given = freedom + WEIGHT, freedom
    mine = (given * mine + WEIGHT * others) / freedom / count
    theirs = peers.var(ddof=1) / many
    error = np.sqrt(mine + theirs)
    if not error > 1e-12 * max(abs(difference), 1e-12):
        return UNKNOWN
    free = error**4 / (mine**2 / freedom + theirs**2 / (many - 1))
    reach = stats.t.ppf((1 + level) / 2, free) * error
    more = float(stats.t.sf(difference / error, free))
    low, high = float(difference - reach), float(difference + reach)
    return Apart(low, high, more, 2 * min(more, 1 - more))


def discoveries(p_values: pd.Series) -> pd.Series:
    """q-values: the share of false finds to be expected among all with as small a p (BH 1995).

    Nulls stay and are not counted.

    Examples
    --------
    >>> discoveries(pd.Series([0.01, 0.04, None, 0.03])).round(2).tolist()
    [0.03, 0.04, nan, 0.04]
    """
    known = p_values.astype(float).dropna().sort_values(kind="stable")
    steps = known.to_numpy() * len(known) / np.arange(1, len(known) + 1)
    least = np.minimum.accumulate(steps[::-1])[::-1] if len(known) else steps
    return pd.Series(np.minimum(least, 1.0), index=known.index).reindex(p_values.index)
