"""What is usual in a company's own past: how far parts and sums moved in earlier periods."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from kit.data.case import Case
from kit.diagnose.reference import Reference
from kit.errors import UnknownPeriodError

EARLIER, FEWEST = 8, 4  # earlier periods looked at, and those a test needs
CHANCE = 0.01  # of a test against the own past
_PATIENCE = np.timedelta64(31, "D")

Pair = tuple[np.ndarray, np.ndarray]


def earlier(case: Case, dates: pd.Series) -> list[Pair]:
    """Places of the rows of up to eight earlier periods, each with those of its own year before.

    The latest period comes first. A period counts where its year before is not cut by the
    beginning of the data.
    """
    pairs: list[Pair] = []
    one, days = case.period, dates.to_numpy().astype("datetime64[D]")
    first = days.min() - _PATIENCE if len(days) else None
    while len(pairs) < EARLIER and first is not None:
        try:
            one = case.calendar.previous(one)
            past = case.calendar.year_ago(one)
        except UnknownPeriodError:
            break
        if np.datetime64(past.start) < first:
            break
        ends = [(np.datetime64(span.start), np.datetime64(span.end)) for span in (one, past)]
        now, before = (np.flatnonzero((days >= start) & (days <= end)) for start, end in ends)
        pairs.append((now, before))
    return pairs


def known(pairs: Sequence[Pair], sales: pd.DataFrame) -> list[Pair]:
    """The pairs without later rows of customers who first ordered after the year before.

    Who joins is no change of those who were there, and makes parts swing that only happen to win
    more new customers than others.

    Parameters
    ----------
    pairs : sequence
        From `earlier`: places of rows.
    sales : DataFrame
        date and customer_id of all rows.
    """
    days = sales["date"].to_numpy()
    first = sales["date"].groupby(sales["customer_id"]).transform("min").to_numpy()
    return [
        (now[first[now] <= days[before].max()], before) for now, before in pairs if len(before)
    ]


def excess(
    reference: np.ndarray, actual: np.ndarray, by_price: np.ndarray | float = 0.0
) -> np.ndarray:
    """What each part moved beyond the path of its siblings.

    excess = effect − reference × (Σ effects of the others ÷ Σ references of the others)

    Parameters
    ----------
    reference, actual : array
        Money by part.
    by_price : array or float
        Part of the effect that is told as price, and left out.

    Examples
    --------
    >>> excess(np.array([100.0, 100]), np.array([70.0, 90])).tolist()
    [-20.0, 20.0]
    """
    effect = actual - reference - by_price
    others = reference.sum() - reference
    path = np.divide(effect.sum() - effect, others, out=0.0 * others, where=others > 0)
    return np.where(others > 0, effect - reference * path, 0.0)


def excesses(ids: pd.Series, amounts: np.ndarray, pairs: Sequence[Pair]) -> dict[str, list[float]]:
    """The excess of each part, as a share of the whole, in the pairs in which it had business."""
    codes, names = ids.fillna("").factorize()
    found: dict[str, list[float]] = {name: [] for name in names}
    for now, before in pairs:
        actual, reference = (
            np.bincount(codes[rows], amounts[rows], len(names)) for rows in (now, before)
        )
        moved = excess(reference, actual) / (float(amounts[before].sum()) or math.nan)
        for place in np.unique(codes[np.concatenate([now, before])]):
            found[names[place]].append(moved[place])
    return found


def off_course(
    now: tuple[float, float], past: Sequence[tuple[float, float]]
) -> tuple[float, float] | None:
    """How far a part's growth is off its course, and the standard deviation of that.

    With g the growth of the part and o that of the others, m their means over the earlier periods,
    and b the slope of g on o there, kept between 0 and 1,

        off course = g − m(g) − b × (o − m(o))

    so that the others count as far as they told of this part before.

    Parameters
    ----------
    now, past : tuple of float
        Growth of the part and of the others; in the period and in earlier ones.

    Returns
    -------
    tuple of float, or None
        None for fewer than four earlier periods.

    Examples
    --------
    >>> past = [(0.1, 0.1), (0.0, 0.0), (0.2, 0.2), (0.1, 0.1), (-0.1, -0.1)]
    >>> [round(one, 2) for one in off_course((-0.2, 0.1), past)]
    [-0.3, 0.0]
    """
    if len(past) < FEWEST:
        return None
    part, others = np.array(past, dtype=float).T
    spread = float(np.square(others - others.mean()).sum())
    slope = float(((part - part.mean()) * (others - others.mean())).sum()) / (spread or math.nan)
    slope = 0.0 if math.isnan(slope) else min(max(slope, 0.0), 1.0)
    rest = part - part.mean() - slope * (others - others.mean())
    many = len(past)
    sd = math.sqrt(float(np.square(rest).sum()) / (many - 2)) * math.sqrt(1 + 1 / many)
    return float(now[0] - part.mean() - slope * (now[1] - others.mean())), sd


def longer(case: Case, found: Reference) -> float:
    """How many times as far a share moves by chance in the days seen as in a whole period."""
    days = (found.end - found.start).days + 1
    return math.sqrt(((case.period.end - case.period.start).days + 1) / days)


def swing(past: Sequence[float]) -> float | None:
    """Root mean square of changes that are zero in the long run; None for fewer than four."""
    return math.sqrt(np.mean(np.square(past))) if len(past) >= FEWEST else None


def times(many: int, *, tests: int = 1, chance: float = CHANCE) -> float:
    """How many swings a change must reach to be unusual on one side: a quantile of Student's t.

    Parameters
    ----------
    many : int
        Earlier periods the swing is from.
    tests : int
        Parts that are looked at together; the chance is divided among them (Bonferroni).

    Examples
    --------
    >>> round(times(8), 2), round(times(8, tests=20, chance=0.05), 2)
    (2.9, 3.83)
    """
    return float(stats.t.ppf(1 - chance / tests, many))


def ceiling(past: Sequence[float], *, tests: int = 1, chance: float = CHANCE) -> float | None:
    """The level that one more period exceeds by chance alone; None for fewer than four periods.

    mean + t × standard deviation × √(1 + 1 ÷ n), with n − 1 degrees of freedom

    Examples
    --------
    >>> round(ceiling([1.0, 2, 3, 2, 1, 3]), 2)
    5.25
    """
    many = len(past)
    if many < FEWEST:
        return None
    sd = float(np.std(past, ddof=1))
    return float(np.mean(past)) + times(many - 1, tests=tests, chance=chance) * sd * math.sqrt(
        1 + 1 / many
    )
