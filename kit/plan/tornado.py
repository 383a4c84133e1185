"""The tornado: which lever moves the chance of target most, each moved alone by a stated step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.plan import schedule
from kit.plan.baseline import Outlook, outlook
from kit.plan.capacity import posts, ramped
from kit.plan.growth import growth
from kit.plan.history import Past, past
from kit.plan.market import market
from kit.plan.target import Proposal, proposal
from kit.plan.units import in_units

STEPS = MappingProxyType(
    {
        "growth": 0.03,  # added
        "value": 0.05,  # of the amount
        "market_share": 0.01,  # added
        "posts": 0.05,  # of the full posts, in whole ones, at least one
        "ramp": 1,  # months
        "productivity": 0.05,  # of the result a full post
        "conversion": 0.03,  # added to the share of decided deals that are won
        "deal_size": 0.05,  # of the mean amount of a won deal
    }
)
_LEAST_DEALS = 20  # decided deals without which no win rate is told
_LEVEL = 1e-9  # a chance that moves by less has not moved


class _Lever(NamedTuple):
    """Settings low, as now and high, and the chance at the low and the high one."""

    lever: str
    moves: str
    low: float
    present: float
    high: float
    chance_low: float | None
    chance_high: float | None


@once
def levers(case: Case) -> pd.DataFrame | Unavailable:
    """The chance of the proposed target with each lever set lower and higher, one at a time.

    Returns
    -------
    DataFrame or Unavailable
        lever, moves (`target`: what is asked, or `result`: what is expected), low, present, high
        (settings, in the lever's unit: growth, market_share and conversion fractions; value,
        productivity and deal_size money; posts full posts; ramp months to a full quota),
        chance_low, chance, chance_high (fractions), swing (|chance_high − chance_low|); by swing,
        the largest first. Levers that move nothing, or that the data cannot give, are left out. Unavailable as
        the proposal, and where it has no chance (reason `no_lever_chance`).

    Notes
    -----
    Steps are those of `STEPS`. Levers of what is asked move the target: growth
    (`kit.plan.growth.growth`), value or market_share (`kit.plan.market.market`), whichever the
    target is made from.
    Levers of what is expected scale the mean of the outlook by a factor, at the same target and
    the same relative errors:

    - posts: 1 − n ÷ posts with n posts fewer, 1 + n × ramp ÷ posts with n people who join on the
      first day, months weighing by season;
    - ramp: ramped posts with a ramp one month longer or shorter ÷ those with the ramp as it is;
    - productivity: 1 ± step;
    - conversion: 1 ± share × step ÷ win rate, and deal_size: 1 ± share × step, where share is the
      amount won in the twelve months before the period ÷ bookings of these months, at most 1, and
      the win rate is won ÷ (won + lost) deals of these months.

    So the result is taken to follow posts, and won deals to become orders, in proportion. Levers
    overlap, so their moves do not add up. Reserve, blend, split and locks move who carries what and
    not the chance of the whole.
    """
    plan, ahead = proposal(case), outlook(case)
    if isinstance(plan, Unavailable):
        return plan
    if not isinstance(ahead, Outlook) or plan.chance is None:
        return Unavailable(reason="no_lever_chance", detail=str(case.scope))
    found = [*_asked(case, plan, ahead), *_expected(case, plan, ahead)]
    found = [one for one in found if None not in (one.chance_low, one.chance_high)]
    frame = pd.DataFrame(found, columns=_Lever._fields)
    frame.insert(frame.columns.get_loc("chance_high"), "chance", plan.chance)
    swing = (frame["chance_high"] - frame["chance_low"]).abs().astype("float64")
    moved = frame.assign(swing=swing)[swing > _LEVEL]
    return moved.sort_values("swing", ascending=False, kind="stable").reset_index(drop=True)


def with_targets(case: Case, **changes: Any) -> Case:
    """The case with some of its target settings changed, on the same data."""
    targets = case.settings.targets.model_copy(update=changes)
    return replace(case, settings=case.settings.model_copy(update={"targets": targets}))


def _asked(case: Case, plan: Proposal, ahead: Outlook) -> Iterator[_Lever]:
    """The lever that the target is made from."""
    wanted, views = case.settings.targets, {"growth": growth, "market_share": market}
    if plan.method == "growth":
        name, now = "growth", wanted.growth
        ends = [max(now - STEPS[name], -1.0), now + STEPS[name]]
    elif plan.method in ("strategy", "given") and wanted.value:
        name, now = "value", wanted.value
        ends = [now * (1 - STEPS[name]), now * (1 + STEPS[name])]
    elif plan.method == "market":
        name, now = "market_share", float(market(case).facts["share"])
        ends = [max(now - STEPS[name], 0.0), min(now + STEPS[name], 1.0)]
    else:
        return
    chances = []
    for end in ends:
        found = views[name](with_targets(case, **{name: end})).amount if name in views else end
        chances.append(ahead.chance(in_units(found, wanted.unit)))
    yield _Lever(name, "target", ends[0], now, ends[1], *chances)


def _expected(case: Case, plan: Proposal, ahead: Outlook) -> Iterator[_Lever]:
    """The levers of the expected result, at the target as it is."""

    def lever(name: str, settings: tuple[float, float, float], *factors: float) -> _Lever:
        chances = [
            replace(ahead, mean=ahead.mean * one).chance(plan.target) for one in factors
        ]
        return _Lever(name, "result", *settings, *chances)

    season = schedule.seasonality(case).to_numpy()
    full = _weighted(case, season)
    if full > 0:
        step = max(round(full * STEPS["posts"]), 1)
        new = step * _newcomer(case, season)
        low = max(full - step, 0.0)
        yield lever("posts", (low, full, full + step), low / full, 1 + new / full)
        ramp = case.settings.targets.ramp
        if ramp:
            step = STEPS["ramp"]
            longer, shorter = (*[ramp[0]] * step, *ramp), ramp[step:]
            months = (len(longer), len(ramp), len(shorter))
            factors = [
                _weighted(with_targets(case, ramp=one), season) / full for one in (longer, shorter)
            ]
            yield lever("ramp", months, *factors)
        each, step = ahead.mean / full, STEPS["productivity"]
        settings = (each * (1 - step), each, each * (1 + step))
        yield lever("productivity", settings, 1 - step, 1 + step)
    deals = _deals(case)
    if deals is not None:
        rate, size, share = deals
        step = min(STEPS["conversion"], rate, 1 - rate)
        move = share * step / rate
        yield lever("conversion", (rate - step, rate, rate + step), 1 - move, 1 + move)
        step = STEPS["deal_size"]
        settings = (size * (1 - step), size, size * (1 + step))
        yield lever("deal_size", settings, 1 - share * step, 1 + share * step)


def _weighted(case: Case, season: np.ndarray) -> float:
    """Full posts of the period, newcomers by their ramp, months by season."""
    found = posts(case, case.calendar.parts(case.period))
    return float(found.sum().to_numpy() @ season)


def _newcomer(case: Case, season: np.ndarray) -> float:
    """What one person who joins on the first day counts for, in full posts of the period."""
    joined = pd.Series([pd.Timestamp(case.period.start)])
    months = case.calendar.parts(case.period)
    ramp = case.settings.targets.ramp
    return float(np.array([ramped(joined, one, ramp=ramp)[0] for one in months]) @ season)


def _deals(case: Case) -> tuple[float, float, float] | None:
    """Win rate, mean amount of a won deal, and the share of bookings that came as won deals."""
    known = past(case)
    if not case.data.has("opportunities") or not isinstance(known, Past):
        return None
    year = known.known[-known.cycle :]
    rows = case.data.frame("opportunities")
    first, last = pd.Timestamp(year[0].start), pd.Timestamp(year[-1].end)
    inside = rows["closed_on"].between(first, last)
    decided = rows[inside.fillna(False) & rows["status"].isin(["won", "lost"])]
    won = decided[(decided["status"] == "won") & (decided["amount"] > 0)]
    booked = float(known.frame[0].tail(known.cycle).sum())
    if len(decided) < _LEAST_DEALS or won.empty or booked <= 0:
        return None
    rate = float((decided["status"] == "won").mean())
    return rate, float(won["amount"].mean()), min(float(won["amount"].sum()) / booked, 1.0)
