"""How a plant acts in the sample company: on what is drawn already, so that nothing else moves."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from kit.data.sample.customers import ONLINE, Customers
from kit.data.sample.effort import ramped
from kit.data.sample.orders import Booked
from kit.data.sample.pipeline import Deals
from kit.data.sample.plants import Plant
from kit.data.sample.rhythm import Rhythm
from kit.data.sample.staff import JUNIOR, Staff, rep_id, staff
from kit.data.sample.vocabulary import Vocabulary

BEGUN = 0.5  # share of a newcomer's shortfall that hits repeat business and deals taken over
AWAY = 0.6  # share of a shifted channel's business that goes away; the rest moves online
CHEAPER = 0.08  # of list price, what moves online
RETURNING = pd.Timedelta(days=30)  # how long a lost customer still sends goods back


@dataclass(frozen=True)
class Company:
    """What of the sample company is drawn before the tables are written.

    Parameters
    ----------
    found : Customers
    beat : Rhythm
    people : Staff
    owner : array, days × customers
    deals : Deals
    booked : Booked
    struck : array of bool
        Deals that are lost to a competitor more often than others.
    gone : array of bool
        Deals that never came.
    """

    found: Customers
    beat: Rhythm
    people: Staff
    owner: np.ndarray
    deals: Deals
    booked: Booked
    struck: np.ndarray
    gone: np.ndarray


def act(plant: Plant, base: Company, words: Vocabulary, *, seed: int) -> Company:
    """The company with a plant in it.

    Parameters
    ----------
    plant : Plant
    base : Company
        Without it.
    words : Vocabulary
    seed : int
        Of the plant's own draws, one for every deal and every order whatever the plant is: what a
        small plant hits, a larger one of the same kind hits too.

    Notes
    -----
    Orders and deals are taken away, made cheaper, moved or given to somebody else. All others stay
    as they are, with their identifiers.
    """
    start = base.beat.number(plant.day)
    rng = np.random.default_rng([seed, 77])
    by_deal = rng.uniform(size=len(base.deals.won))
    orders = base.booked.orders
    numbers, known = orders["order_id"].factorize()
    by_order = rng.uniform(size=len(known))[numbers]
    now = base
    if plant.kind == "newcomers":
        now = _staffed(plant, base, start)
    found, gone, struck = _fates(plant, now, start, by_deal)
    kept = found.won & ~gone & (found.decided <= base.beat.last)
    deal = orders["order_id"].map(base.booked.deal_orders).fillna(-1).astype(int).to_numpy()
    left = np.where(deal >= 0, kept[deal], ~_no_more(plant, now, words, start=start, draw=by_order))
    orders = _moved(base, found, orders[left], deal[left])
    agreed = (deal >= 0) & (found.decided[deal] < start)
    hit = ~agreed[left] & (orders["date"] >= base.beat.days[start])
    orders = _given(plant, orders, words, hit=hit, draw=by_order[left])
    amounts = np.zeros(len(kept))
    sums = orders["amount"].groupby(orders["order_id"].map(base.booked.deal_orders)).sum().round(2)
    amounts[sums.index.astype(int)] = sums.to_numpy()
    credits = base.booked.credits
    credits = credits[credits["order_id"].isin(orders["order_id"])].reset_index(drop=True)
    orders = orders.sort_values("date", kind="stable", ignore_index=True)
    if plant.kind == "newcomers":
        dated = orders.drop_duplicates("order_id").set_index("order_id")["date"]
        credits = handed_over(plant, credits, credits["order_id"].map(dated))
        orders = handed_over(plant, orders, orders["date"])
    booked = replace(base.booked, orders=orders, credits=credits, deal_amounts=amounts)
    return replace(now, deals=found, booked=booked, struck=struck, gone=gone)


def _staffed(plant: Plant, base: Company, start: int) -> Company:
    """The company with newcomers on the posts and among the customers of some reps."""
    posts, owner = list(base.people.posts), base.owner.copy()
    rep = base.deals.rep.copy()
    eve = str((pd.Timestamp(plant.day) - pd.Timedelta(days=1)).date())
    for old, new in _hired(plant).items():
        place = next(n for n, one in enumerate(posts) if one.rep == old and not one.end)
        fresh = replace(posts[place], rep=new, level=JUNIOR, start=plant.day, hired=plant.day)
        posts[place] = replace(posts[place], end=eve)
        posts.append(fresh)
        owner[start:][owner[start:] == old] = new
        rep[(rep == old) & (base.deals.entered[:, 0] >= start)] = new
    people = replace(base.people, posts=tuple(posts))
    return replace(base, people=people, owner=owner, deals=replace(base.deals, rep=rep))


def _hired(plant: Plant) -> dict[int, int]:
    first = staff().count
    return {old: first + n for n, old in enumerate(plant.reps)}


def _fates(plant: Plant, base: Company, start: int, draw: np.ndarray):
    """The deals with their fates and days under the plant, which never came, which are struck."""
    deals, found = base.deals, base.found
    here = found.region[deals.customer] == plant.region
    came = here & (deals.entered[:, 0] >= start)
    later = here & (deals.decided >= start)
    never, struck = np.zeros(len(here), dtype=bool), base.struck
    if plant.kind == "conversion":
        last = plant.step == 2
        day = deals.decided if last else deals.entered[:, plant.step + 1]
        passed = deals.won if last else deals.reached > plant.step
        fails = here & passed & (day >= start) & (draw < plant.size)
        struck = struck | fails if last else struck
        return _failed(deals, fails, step=plant.step, day=day), base.gone, struck
    if plant.kind == "lost_customer":
        theirs = np.isin(deals.customer, plant.customers)
        step = ((deals.entered >= 0) & (deals.entered < start)).sum(axis=1) - 1
        fails = theirs & later & ~came
        day = base.beat.workday(np.full(len(here), start - 1), later=1)
        return _failed(deals, fails, step=step, day=day), base.gone | (theirs & came), struck
    if plant.kind == "newcomers":
        theirs = np.isin(base.owner[deals.decided, deals.customer], [*_hired(plant).values()])
        ramp = ramped(base.beat, plant.day)
        never = theirs & came & (draw > ramp[np.maximum(deals.entered[:, 0], 0)])
        short = BEGUN * (1 - ramp[deals.decided])
        fails = theirs & later & ~came & deals.won & (draw < short)
        return _failed(deals, fails, step=2, day=deals.decided), base.gone | never, struck
    if plant.kind == "channel_shift":
        never = came & (found.channel[deals.customer] == plant.channel)
        never &= draw < plant.size * AWAY
    if plant.kind == "lead_drought":
        never = came & (draw < plant.size)
    if plant.kind == "longer_cycle":
        deals = _longer(deals, base.beat, here, start=start, times=1 + plant.size)
    return deals, base.gone | never, struck


def _failed(deals: Deals, fails: np.ndarray, *, step: int | np.ndarray, day: np.ndarray) -> Deals:
    """Some deals lost from a step on a day."""
    reached = np.where(fails, step, deals.reached)
    entered = np.where(np.arange(3) <= reached[:, None], deals.entered, -1)
    decided = np.where(fails, day, deals.decided)
    won = deals.won & ~fails
    return replace(deals, reached=reached, entered=entered, decided=decided, won=won)


def _longer(deals: Deals, beat: Rhythm, here: np.ndarray, *, start: int, times: float) -> Deals:
    """Deals whose time in stage from a day on is so many times as long."""
    anchor = np.maximum(deals.entered[:, 0], start)

    def later(day: np.ndarray) -> np.ndarray:
        moved = np.round(anchor + (day - anchor) * times).astype(int)
        moved = beat.workday(np.minimum(moved, len(beat.days) - 1))
        return np.where(here & (day > anchor), np.maximum(moved, day), day)

    entered = np.stack([later(deals.entered[:, stage]) for stage in range(3)], axis=1)
    return replace(deals, entered=entered, decided=later(deals.decided))


def _no_more(
    plant: Plant, base: Company, words: Vocabulary, *, start: int, draw: np.ndarray
) -> np.ndarray:
    """Lines of repeat orders that do not come under the plant."""
    orders = base.booked.orders
    date = orders["date"]
    customer = orders["customer_id"].str[1:].astype(int).to_numpy() - 1
    after = base.found.region[customer] == plant.region
    after &= (date >= base.beat.days[start]).to_numpy()
    if plant.kind == "lost_customer":
        back = (orders["quantity"] < 0) & (date <= base.beat.days[start] + RETURNING)
        return after & np.isin(customer, plant.customers) & ~back.to_numpy()
    if plant.kind == "newcomers":
        day = base.beat.days.get_indexer(date)
        theirs = np.isin(base.owner[day, customer], [*_hired(plant).values()])
        return after & theirs & (draw < BEGUN * (1 - ramped(base.beat, plant.day)[day]))
    if plant.kind == "channel_shift":
        there = (orders["channel"] == words.channels[plant.channel]).to_numpy()
        return after & there & (draw < plant.size * AWAY)
    return np.zeros(len(orders), dtype=bool)


def _moved(base: Company, found: Deals, orders: pd.DataFrame, deal: np.ndarray) -> pd.DataFrame:
    """The orders of deals decided later: as much later, by who has the customer then."""
    by_deal = deal >= 0
    shift = np.where(by_deal, found.decided[deal] - base.deals.decided[deal], 0)
    if not shift.any():
        return orders
    beat = base.beat
    end = beat.workday(np.array([beat.last]))[0]
    day = beat.days.get_indexer(orders["date"])
    moved = np.where(shift > 0, np.minimum(beat.workday(day + shift), end), day)
    customer = orders["customer_id"].str[1:].astype(int).to_numpy() - 1
    owner = np.array([rep_id(one) for one in range(base.people.count)])
    reps = np.where(shift > 0, owner[base.owner[moved, customer]], orders["rep_id"])
    return orders.assign(date=beat.days[moved], rep_id=reps)


def _given(
    plant: Plant, orders: pd.DataFrame, words: Vocabulary, *, hit: pd.Series, draw: np.ndarray
) -> pd.DataFrame:
    """The orders, of which some new ones have more discount or go through another channel."""
    hit = hit & (orders["region"] == words.regions[plant.region])
    if plant.kind == "price":
        line = orders["product_id"].str[1].astype(int) - 1
        hit &= line.isin(plant.lines) & (orders["quantity"] > 0)
        return _cheaper(orders, hit, by=plant.size)
    if plant.kind == "channel_shift":
        hit &= (orders["channel"] == words.channels[plant.channel]) & (draw < plant.size)
        hit &= draw >= plant.size * AWAY
        moved = orders["channel"].mask(hit, words.channels[ONLINE])
        return _cheaper(orders.assign(channel=moved), hit & (orders["quantity"] > 0), by=CHEAPER)
    return orders


def _cheaper(orders: pd.DataFrame, hit: pd.Series, *, by: float) -> pd.DataFrame:
    less = (orders["list_amount"] * by).round(2).where(hit, 0.0)
    return orders.assign(amount=(orders["amount"] - less).round(2))


def handed_over(plant: Plant, frame: pd.DataFrame, day: pd.Series) -> pd.DataFrame:
    """The rows of replaced reps from the plant's day on under the newcomers.

    `day` tells the day of every row.
    """
    names = {rep_id(old): rep_id(new) for old, new in _hired(plant).items()}
    reps = frame["rep_id"].mask(day >= pd.Timestamp(plant.day), frame["rep_id"].replace(names))
    return frame.assign(rep_id=reps)
