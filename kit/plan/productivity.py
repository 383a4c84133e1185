"""Productivity: what a rep brings for each full post and month, steadied where little is known."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.frames import kept
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.plan.capacity import posts
from kit.plan.history import Past, cutoff, days_before, past
from kit.plan.season import load

_MONTHS = 12  # of history that are looked at
_USUAL = 3.0  # months of own history that weigh as much as the peers, where it cannot be estimated
_LEAST, _MOST = 1.0, 12.0  # bounds of that number where it can
_FEWEST = 3  # reps without whom it cannot


class Credible(NamedTuple):
    """Own averages and how far each is trusted.

    Parameters
    ----------
    usual : float
        The average over all, each weighing by how far it is trusted; NaN without any exposure.
    own : array
        Each one's own average; NaN without exposure.
    weight : array
        How far it is trusted, from 0 to 1.
    """

    usual: float
    own: np.ndarray
    weight: np.ndarray

    @property
    def steadied(self) -> np.ndarray:
        """weight × own + (1 − weight) × usual."""
        return self.usual + self.weight * (np.nan_to_num(self.own) - self.usual)


def credible(results: np.ndarray, exposure: np.ndarray) -> Credible:
    """Trust each average as far as its exposure and the noise allow.

    Parameters
    ----------
    results, exposure : array, entities × times
        What was brought, and by how much of a full post and month.

    Returns
    -------
    Credible

    Notes
    -----
    Credibility after Bühlmann and Straub: weight = n ÷ (n + k) with n the entity's exposure and
    k = variance within entities ÷ variance between them, both estimated without bias. k stays
    between 1 and 12 months, and is 3 where fewer than three entities can be compared.
    The times should be equally long: months, or the explicit periods of a calendar.

    Examples
    --------
    >>> steady = np.array([[10.0, 10.0], [30.0, 30.0], [20.0, 0.0]])
    >>> found = credible(steady, np.array([[1.0, 1.0], [1.0, 1.0], [1.0, 0.0]]))
    >>> found.own.tolist(), found.weight.round(2).tolist()
    ([10.0, 30.0, 20.0], [0.4, 0.4, 0.25])
    """
    total = exposure.sum(axis=1)
    own = np.divide(results.sum(axis=1), total, out=np.full(len(total), np.nan), where=total > 0)
    k = _balance(results, exposure, own, total)
    weight = total / (total + k)
    usual = np.nansum(weight * own) / weight.sum() if weight.sum() > 0 else np.nan
    return Credible(float(usual), own, weight)


def _balance(
    results: np.ndarray, exposure: np.ndarray, own: np.ndarray, total: np.ndarray
) -> float:
    """Variance within ÷ variance between, bounded."""
    seen = exposure > 0
    freedom = (seen.sum(axis=1) - 1).clip(min=0).sum()
    many = int((total > 0).sum())
    if many < _FEWEST or freedom < many:
        return _USUAL
    each = np.divide(results, exposure, out=np.zeros_like(results), where=seen)
    off = np.where(seen, each - np.nan_to_num(own)[:, None], 0.0)
    within = (exposure * off**2).sum() / freedom
    whole = total.sum()
    mean = results.sum() / whole
    spread = (total * (np.nan_to_num(own) - mean) ** 2).sum() - (many - 1) * within
    between = spread / (whole - (total**2).sum() / whole)
    return float(np.clip(within / between, _LEAST, _MOST)) if between > 0 else _MOST


class Productivity(NamedTuple):
    """What the reps of a scope bring for each full post and average month.

    Parameters
    ----------
    frame : DataFrame
        Index rep_id; result (money, in the window), post_months (full posts × months × season), own
        (result ÷ post_months), weight (trust in it), productivity (steadied).
    usual : float
        Productivity of who has no history: the peers'.
    start, end : date
        The window.
    result : float
        The scope's whole result in it, money.
    """

    frame: pd.DataFrame
    usual: float
    start: dt.date
    end: dt.date
    result: float


@once
def productivity(case: Case) -> Productivity | Unavailable:
    """The productivity of each rep of the scope over the last four quarters before the plan.

    Returns
    -------
    Productivity or Unavailable
        Unavailable with less than a full month of history (reason `too_short`), or where nobody of
        the scope had a post or a result in it (reason `no_productivity`).

    Notes
    -----
    post_months = Σ over months of full posts × ramp × season (`kit.plan.season.load`): a strong
    month asks for more, a newcomer's first ones for less. A rep's own average is steadied towards
    the others' as `credible` says. In a rep's own scope the others are the anonymous peers,
    counted as full posts.
    """
    window = _window(case)
    if isinstance(window, Unavailable):
        return window
    months = case.calendar.parts(window, "month")
    people = posts(case, months)
    sales = _sales(case, months, people.index)
    weights = load(case, months)
    exposure = people.to_numpy() * weights
    found = credible(*_by_span(case, months, sales, exposure))
    steadied, usual = found.steadied, found.usual
    if case.scope.kind == "rep":
        usual = _peers(case, months, weights)
        alone = np.isnan(usual)
        weight = np.ones(len(people)) if alone else found.weight
        usual = found.usual if alone else usual
        steadied = weight * np.nan_to_num(found.own) + (1 - weight) * usual
        found = found._replace(weight=weight)
    if not usual > 0:
        return Unavailable(reason="no_productivity", detail=str(case.scope))
    frame = pd.DataFrame(
        {
            "result": sales.sum(axis=1),
            "post_months": exposure.sum(axis=1),
            "own": found.own,
            "weight": found.weight,
            "productivity": np.maximum(steadied, 0.0),
        },
        index=people.index,
    )
    return Productivity(frame, float(usual), window.start, window.end, _whole(case, window))


def _window(case: Case) -> Period | Unavailable:
    """The last year of complete sub-periods that a plan may know, or what there is of it."""
    known = past(case)
    if isinstance(known, Past):
        spans = known.known[-known.cycle :]
        return Period(spans[0].start, spans[-1].end, "", "range")
    days = days_before(case)
    last = cutoff(case)
    first = days.index[0].date() if isinstance(days, pd.Series) and len(days) else last
    spans = case.calendar.between(first, last, "month")
    whole = [one for one in spans if first <= one.start + (one.end - one.start) / 2]
    whole = [one for one in whole if one.end <= last][-_MONTHS:]
    if not whole:
        return Unavailable(reason="too_short", detail="0")
    return Period(whole[0].start, whole[-1].end, "", "range")


def _sales(case: Case, months: tuple[Period, ...], reps: pd.Index) -> np.ndarray:
    """Bookings of each rep in each month."""
    rows = case.data.sales
    dates = rows["date"].to_numpy()
    first, last = np.datetime64(months[0].start), np.datetime64(months[-1].end)
    rows = kept(rows[["date", "rep_id", "amount"]], (dates >= first) & (dates <= last))
    starts = np.array([one.start for one in months], dtype="datetime64[D]")
    month = np.searchsorted(starts, rows["date"].to_numpy().astype("datetime64[D]"), "right") - 1
    rep = reps.get_indexer(rows["rep_id"])
    found = np.zeros((len(reps), len(months)))
    np.add.at(found, (rep[rep >= 0], month[rep >= 0]), rows["amount"].to_numpy()[rep >= 0])
    return found


def _by_span(
    case: Case, months: tuple[Period, ...], *tables: np.ndarray
) -> tuple[np.ndarray, ...]:
    """Sums over the sub-periods of the history: an explicit period cuts months into pieces."""
    known = past(case)
    if not isinstance(known, Past):
        return tables
    starts = [one.start for one in known.known[-known.cycle :]]
    first = [next(at for at, month in enumerate(months) if month.end >= day) for day in starts]
    return tuple(np.add.reduceat(table, first, axis=1) for table in tables)


def _whole(case: Case, window: Period) -> float:
    days = days_before(case)
    if isinstance(days, Unavailable):
        return 0.0
    inside = (days.index >= pd.Timestamp(window.start)) & (days.index <= pd.Timestamp(window.end))
    return float(days[inside].sum())


def _peers(case: Case, months: tuple[Period, ...], weights: np.ndarray) -> float:
    """The peers' mean bookings for an average month; NaN where they are not known."""
    peers = case.data.frame("peers") if "peers" in case.data.frames else None
    if peers is None or peers.empty:
        return np.nan
    peers = peers[peers["measure"] == "bookings"]
    mean = dict(zip(pd.to_datetime(peers["month"]), peers["mean"], strict=True))
    found = [mean.get(pd.Timestamp(one.start), np.nan) for one in months]
    known = ~np.isnan(np.array(found, dtype=float))
    weight = weights[known].sum()
    return float(np.array(found, dtype=float)[known].sum() / weight) if weight > 0 else np.nan
