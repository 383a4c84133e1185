"""Whether a cell of a table left the path of its row and column by more than noise explains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from kit.errors import InfeasibleError
from kit.plan import margins

FALSE = 0.10  # false-discovery rate
YEAR = 52  # weeks the noise is learned from
FEWEST_WEEKS = 26
FEWEST_ORDERS = 12  # orders, now and a year ago, without which a cell is not tested
_PRIOR = 8.0  # weeks' worth that all cells' noise counts for in a cell's own
_STEP = 4  # weeks between past spans that are replayed
_REPLAYS = 12
_GROWN = 4.0  # growth of a cell beyond which it makes the noise of last year no larger
_NEW = 0.02  # share of the independent table that a pairing new since last year starts from


@dataclass(frozen=True)
class Judged:
    """What a table was expected to hold, and how unlikely each deviation is.

    Parameters
    ----------
    expected, deviation, noise, p : array, rows × columns
        noise is the standard deviation of the deviation, p two-sided; NaN where a cell is not
        tested.
    freedom : float
        Degrees of freedom of the t distribution that p comes from.
    inflation : float
        By how much deviations of past spans were larger (in variance) than their weeks' noise
        explains; at least 1.
    """

    expected: np.ndarray
    deviation: np.ndarray
    noise: np.ndarray
    p: np.ndarray
    freedom: float
    inflation: float


def expected(now: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Last year's table, scaled to the row and column sums of this year's.

    Parameters
    ----------
    now, before : array, rows × columns
        Rows and columns of `now` whose sum is not above zero are expected as they are.

    Returns
    -------
    array
        before × one factor a row × one factor a column, with the sums of `now`: what a cell would
        bring if it had only moved with its row and its column. A pairing without sales last year
        starts from a fiftieth of what independence would give it, a row or column without any from
        the shape of all others.

    Examples
    --------
    >>> expected(np.array([[30.0, 10.0], [20.0, 40.0]]), np.array([[1.0, 1.0], [1.0, 1.0]]))
    array([[20., 20.],
           [30., 30.]])
    """
    found = np.array(now, dtype=float)
    rows, columns = now.sum(axis=1) > 0, now.sum(axis=0) > 0
    while True:  # what one side leaves out can bring a sum of the other side to zero
        inner = now[np.ix_(rows, columns)]
        left, right = inner.sum(axis=1) > 0, inner.sum(axis=0) > 0
        if left.all() and right.all():
            break
        rows[np.flatnonzero(rows)[~left]] = False
        columns[np.flatnonzero(columns)[~right]] = False
    if inner.shape[0] < 2 or inner.shape[1] < 2:
        return found
    past = np.clip(before[np.ix_(rows, columns)], 0.0, None)
    free = np.outer(_sums(past, 1), _sums(past, 0))
    free *= (past.sum() or 1.0) / free.sum()
    sides = {"rows": inner.sum(axis=1), "columns": inner.sum(axis=0)}
    new = (past <= 0) & (inner > 0) | (past.sum(axis=1) <= 0)[:, None] | (past.sum(axis=0) <= 0)
    try:
        fitted = margins.fit(np.where(new, _NEW * free, past), **sides)
    except InfeasibleError:
        fitted = margins.fit(past + _NEW * free, **sides)
    found[np.ix_(rows, columns)] = fitted
    return found


def judge(
    now: np.ndarray, before: np.ndarray, *, weeks: np.ndarray, orders: np.ndarray, span: int
) -> Judged:
    """Test each cell of a table against the noise of its own past weeks.

    Parameters
    ----------
    now, before : array, rows × columns
        Amounts of a span and of the same span last year.
    weeks : array, weeks × rows × columns
        Amounts of whole weeks before the span, in order; 26 at least.
    orders : array, rows × columns
        Orders in both spans; cells with fewer than 12 are not tested.
    span : int
        Length of the span in weeks, 1 or more.

    Returns
    -------
    Judged

    Notes
    -----
    deviation = now − expected(now, before). A week's residual is what is left of it once its row
    and column sums are met by the year's table (weighted least squares, linear in the row and
    column effects). Noise grows with the amount, as sums of orders do, so

        dispersion = Σ residual² ÷ Σ amount,   noise² = dispersion × (expected + growth × now) × f

    over the latest 52 weeks, where growth = expected ÷ before. Last year's table is noisy too: this
    is the variance of now − growth × before where both come from one rate, the mean of the two. It
    grows with `now`, which keeps a few large orders from standing out and lets gains stand out less
    readily than losses. A cell's dispersion is mixed with that of all cells of the table, which
    counts for eight weeks; a few large orders make it uncertain, so its degrees of freedom fall
    with the kurtosis of the residuals: 2 × weeks ÷ (kurtosis − 1). f, the inflation, is the larger
    of Σ deviation² ÷ Σ noise², mean over spans of the same length in the past, each replayed
    against its own year before, and of the variance of sums over four weeks ÷ four times that of
    single weeks; at least 1: what drifts slowly from year to year does not stand out. p is
    two-sided by Student's t.
    """
    fitted = expected(now, before)
    dispersion, freedom, residual = _dispersion(weeks[-YEAR:])
    level = _level(now, before, fitted)
    inflation = max(1.0, _replayed(weeks, dispersion, span=span), _slow(residual))
    noise = np.sqrt(dispersion * level * inflation)
    told = (orders >= FEWEST_ORDERS) & (noise > 1e-9 * np.abs(now).sum()) & (fitted > 0)
    noise = np.where(told, noise, np.nan)
    p = 2 * stats.t.sf(np.abs(now - fitted) / noise, freedom)
    return Judged(fitted, now - fitted, noise, p, freedom, inflation)


def discoveries(p: np.ndarray, *, rate: float = FALSE) -> np.ndarray:
    """Which of several p-values count as found, by Benjamini and Hochberg; NaN is no test.

    Examples
    --------
    >>> discoveries(np.array([0.001, 0.9, np.nan, 0.04])).tolist()
    [True, False, False, True]
    """
    p = np.asarray(p, dtype=float)
    known = np.sort(p[~np.isnan(p)])
    below = np.flatnonzero(known <= rate * np.arange(1, len(known) + 1) / max(len(known), 1))
    limit = known[below[-1]] if len(below) else -1.0
    return np.nan_to_num(p, nan=2.0) <= limit


def _sums(table: np.ndarray, axis: int) -> np.ndarray:
    found = table.sum(axis=axis)
    known = found[found > 0]
    return np.where(found > 0, found, known.mean() if len(known) else 1.0)


def _level(now: np.ndarray, before: np.ndarray, fitted: np.ndarray) -> np.ndarray:
    """What the noise of a deviation grows with: see `judge`."""
    grown = np.divide(fitted, before, out=np.full(now.shape, _GROWN), where=before > 0)
    return np.clip(fitted, 0, None) + np.clip(grown, 0, _GROWN) * np.clip(now, 0, None)


def _dispersion(weeks: np.ndarray) -> tuple[np.ndarray, float, np.ndarray]:
    """Dispersion of each cell, degrees of freedom, and the residuals by week."""
    total = np.clip(weeks.sum(axis=0), 0.0, None)
    residual = _residuals(weeks, total)
    whole = total.sum() or 1.0
    rest = np.outer(1 - total.sum(axis=1) / whole, 1 - total.sum(axis=0) / whole)
    squares = (residual**2).sum(axis=0)
    pooled = squares.sum() / max((total * rest).sum(), 1e-12)
    own = np.divide(squares, total, out=np.zeros_like(total), where=total > 0)
    scale = np.sqrt(squares / len(weeks))
    scaled = residual[:, scale > 0] / scale[scale > 0]
    kurtosis = float((scaled**4).mean()) if scaled.size else 3.0
    freedom = min(2 * len(weeks) / max(kurtosis - 1, 1e-9), len(weeks) - 1.0)
    mixed = (_PRIOR * pooled * rest + freedom * own) / (_PRIOR + freedom)
    return mixed, _PRIOR + freedom, residual


def _residuals(weeks: np.ndarray, total: np.ndarray) -> np.ndarray:
    """Weeks less total × (row effect + column effect), with each week's own row and column sums."""
    count, columns = total.shape
    matrix = np.block([[np.diag(total.sum(axis=1)), total],
                       [total.T, np.diag(total.sum(axis=0))]])  # fmt: skip
    sums = np.concatenate([weeks.sum(axis=2), weeks.sum(axis=1)], axis=1)
    effects = sums @ np.linalg.pinv(matrix, hermitian=True)
    both = effects[:, :count, None] + effects[:, None, count : count + columns]
    return weeks - total * both


def _replayed(weeks: np.ndarray, dispersion: np.ndarray, *, span: int) -> float:
    """Mean of deviation² ÷ noise² over past spans, each against its own year before."""
    found = []
    ends = range(len(weeks), YEAR + span - 1, -max(_STEP, span // 2))
    for end in list(ends)[:_REPLAYS]:
        now = weeks[end - span : end].sum(axis=0)
        before = weeks[end - span - YEAR : end - YEAR].sum(axis=0)
        fitted = expected(now, before)
        level = _level(now, before, fitted)
        told = (dispersion * level > 0) & (before > 0)
        if told.any():
            found.append(((now - fitted)[told] ** 2).sum() / (dispersion * level)[told].sum())
    return float(np.mean(found)) if len(found) > 1 else 0.0


def _slow(residual: np.ndarray) -> float:
    """Variance of sums over four weeks ÷ four times that of single weeks."""
    many = len(residual) // _STEP
    if many < 2:
        return 0.0
    sums = residual[-many * _STEP :].reshape(many, _STEP, -1).sum(axis=1)
    single = (residual**2).mean(axis=0).sum()
    return float((sums**2).mean(axis=0).sum() / (_STEP * single)) if single > 0 else 0.0
