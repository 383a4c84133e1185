"""The pipeline's view of a landing: booked, open deals by their chance, and what comes beside."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.plan.deals import deals, standing
from kit.track.months import Seen

LEAST = 2  # past periods without which nothing is said
MOST = 8  # past periods that conversions are taken from
PRIOR = 5.0  # deals that the average of all stages counts for in a stage's conversion


class _Open(NamedTuple):
    """Deals open and due at the point of one period, by stage, and what came after it."""

    count: np.ndarray
    amount: np.ndarray
    won: np.ndarray  # amount won between the point and the period's end
    rest: float  # amount booked after the point beside these wins


def landings(case: Case, seen: Seen, usual: np.ndarray) -> np.ndarray:
    """What the pipeline says of where each period lands, from what was known at its point.

    Parameters
    ----------
    case : Case
    seen : Seen
        Of bookings.
    usual : array
        What another view expects each period to get after its point, money; NaN where unknown.

    Returns
    -------
    array
        Money, a period each; NaN throughout without the table, and for periods with fewer than two
        periods of deals before them.

    Notes
    -----
    landing = booked + Σ open and due × conversion of the stage + rest. Deals are due if their
    expected close lies in the period or is overdue, and stand as `kit.plan.deals.standing` tells
    for that day. conversion = amount won after the point and inside the period ÷ amount then open
    and due, over up to eight periods before it; the average of all stages weighs in with five
    deals. The rest, from deals not yet there or not due and from orders without a deal, is what
    `usual` expects × the share that such business had in it over the year before.
    """
    course = seen.course
    found = np.full(len(course), np.nan)
    if not case.data.has("opportunities") or not len(deals(case).created):
        return found
    first = deals(case).created.min()
    begins = [np.datetime64(one.start) for one in seen.periods]
    shown = [place for place, start in enumerate(begins) if start >= first]
    booked, total = course.bookings()[:, 0], course.totals()[:, 0]
    opened = {
        place: _open(case, seen, place, remaining=total[place] - booked[place])
        for place in shown
    }
    a_year = max(1, round(course.cycle / course.many))
    for number, place in enumerate(shown):
        past = [one for one in shown[:number] if _over(course, one, place)]
        if len(past) < LEAST:
            continue
        rates = _rates([opened[one] for one in past[-MOST:]])
        weighted = float((opened[place].amount * rates).sum())
        rest = _rest(opened, past[-a_year:], place, usual)
        found[place] = booked[place] + weighted + rest
    return found


def _over(course, past: int, place: int) -> bool:
    """Whether one period was over at the point of another."""
    return course.within(past).stop <= course.running(place)


def _open(case: Case, seen: Seen, place: int, *, remaining: float) -> _Open:
    known, period, day = deals(case), seen.periods[place], seen.points[place]
    now = standing(case, day, period=period)
    now = now[now["due"]]
    won = known.won_in(period) & (known.closed > np.datetime64(day))
    stage = pd.Index(known.stages, dtype=object).get_indexer(now["stage"].to_numpy(dtype=object))
    amounts = now["amount"].to_numpy(dtype=float)
    gained = np.where(won, known.amount, 0.0)[now.index]
    many = len(known.stages)
    count, amount, came = (
        np.bincount(stage, weights=one, minlength=many).astype(float)  # of nothing it counts whole
        for one in (np.ones(len(now)), amounts, gained)
    )
    return _Open(count, amount, came, remaining - float(gained.sum()))


def _rates(past: list[_Open]) -> np.ndarray:
    """Conversion of each stage, drawn towards that of all."""
    count, amount, won = (
        np.sum([getattr(one, name) for one in past], axis=0) for name in ("count", "amount", "won")
    )
    usual = won.sum() / amount.sum() if amount.sum() > 0 else 0.0
    prior = PRIOR * np.divide(amount, count, out=np.zeros_like(amount), where=count > 0)
    whole = amount + prior
    return np.divide(won + prior * usual, whole, out=np.full_like(amount, usual), where=whole > 0)


def _rest(
    opened: dict[int, _Open], past: list[int], place: int, usual: np.ndarray
) -> float:
    """Business beside the deals now due: its share in what was expected, times what now is."""
    told = [one for one in past if usual[one] > 0]
    if not told or not usual[place] > 0:
        return max(float(np.mean([opened[one].rest for one in past])), 0.0)
    share = sum(opened[one].rest for one in told) / sum(usual[one] for one in told)
    return max(share, 0.0) * float(usual[place])
