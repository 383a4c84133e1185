"""The customers of the sample company: a heavy tail of sizes, classes, and whose they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.sample import truths
from kit.data.sample.rhythm import Rhythm, drawn
from kit.data.sample.staff import (
    EAST,
    LEAVER,
    MOVER,
    NEWCOMERS,
    NORTH,
    REPLACEMENT,
    SOUTH,
    WEST,
    Staff,
)  # fmt: skip
from kit.data.sample.vocabulary import Vocabulary

COUNTS = (84, 75, 69, 72)  # customers by region
YEARLY = (66e6, 56e6, 53e6, 51e6)  # bookings of a region in a normal year, money
DEALS = 0.50  # share of bookings that comes by deals, the rest is repeat business
LEADS = (2200, 1900, 1800, 1750)  # opportunities decided a year, by region
ORDERS = (2350, 2000, 1800, 1850)  # repeat orders a year, by region
DEAL_SIZE = (1.5, 1.1, 0.8)  # of classes A, B, C
JOINING = 0.30  # share of the customers that come while the files run
LEAVING = 0.05
GOLDEN = (5**0.5 - 1) / 2  # spreads the days of joining evenly over large and small customers
DIRECT, DISTRIBUTOR, ONLINE = range(3)


@dataclass(frozen=True)
class Customers:
    """One entry a customer in every array.

    Parameters
    ----------
    region, grade, channel, segment, industry : arrays of int
        Numbers into the vocabulary; grade 0, 1, 2 is class A, B, C.
    volume : array
        Repeat business of a normal year, money.
    orders, leads : array
        Repeat orders and opportunities of a normal year.
    deal : array
        Usual value of a deal, money.
    joined, left : arrays of int
        Numbers of the first and the last day with business.
    owner : array, territory changes × customers
        The rep who looks after the customer from each change on.
    lost : int
        The West's class A customer who leaves.
    """

    region: np.ndarray
    grade: np.ndarray
    channel: np.ndarray
    segment: np.ndarray
    industry: np.ndarray
    volume: np.ndarray
    orders: np.ndarray
    leads: np.ndarray
    deal: np.ndarray
    joined: np.ndarray
    left: np.ndarray
    owner: np.ndarray
    lost: int


def customer_id(customer: int) -> str:
    """The identifier of a customer: C0001 is the first."""
    return f"C{customer + 1:04d}"


def customers(
    beat: Rhythm, people: Staff, *, rng: np.random.Generator, planted: bool = True
) -> Customers:
    """Draw the 300 customers and hand them to the reps."""
    region = np.repeat(np.arange(4), COUNTS)
    rank = np.concatenate([np.arange(count) for count in COUNTS])
    size = (rank + 3.0) ** -0.9
    share = rank / np.array(COUNTS)[region]
    grade = np.where(share < 0.10, 0, np.where(share < 0.40, 1, 2))
    lost = int(np.flatnonzero(region == WEST)[0])
    regular = np.arange(len(region)) != lost
    volume, orders, leads, deal = (np.zeros(len(region)) for _ in range(4))
    for number in range(4):
        here = (region == number) & regular
        left_over = YEARLY[number] * (1 - DEALS)
        if number == WEST:
            volume[lost] = YEARLY[number] * truths.LOST_SHARE
            orders[lost] = 60.0
            left_over -= volume[lost]
        volume[here] = left_over * size[here] / size[here].sum()
        pull = size[here] ** 0.55
        orders[here] = ORDERS[number] * pull / pull.sum()
        leads[here] = LEADS[number] * pull / pull.sum()
        worth = np.array(DEAL_SIZE)[grade[here]]
        won = leads[here] * 0.70 * 0.75 * 0.45
        deal[here] = worth * YEARLY[number] * DEALS / (won * worth).sum()
    joined, left = _spans(beat, grade, lost, rng=rng, planted=planted)
    channel, segment, industry = _kinds(grade, lost, rng=rng)
    owner = _territories(beat, people, region=region, volume=volume, joined=joined)
    return Customers(
        region, grade, channel, segment, industry, volume, orders, leads, deal, joined, left,
        owner, lost,
    )  # fmt: skip


def _spans(
    beat: Rhythm, grade: np.ndarray, lost: int, *, rng: np.random.Generator, planted: bool
):
    count = len(grade)
    joined = np.zeros(count, dtype=int)
    left = np.full(count, len(beat.days) - 1)
    chance = np.where(grade > 0, JOINING * count / (grade > 0).sum(), 0.0)
    coming = np.flatnonzero(drawn(chance, rng))
    turns = (np.arange(len(coming)) * GOLDEN + rng.uniform()) % 1.0
    joined[coming] = beat.workday(
        np.round(beat.first + 15 + turns * (beat.last - beat.first - 45)).astype(int)
    )
    staying = np.setdiff1d(np.flatnonzero(grade == 2), coming)
    going = rng.permutation(staying)[: round(LEAVING * count)]
    left[going] = rng.integers(beat.first + 200, beat.last - 150, len(going))
    if planted:
        left[lost] = beat.number(truths.LOST_AFTER)
    return joined, left


def _kinds(grade: np.ndarray, lost: int, *, rng: np.random.Generator):
    count = len(grade)
    channel = np.where(
        grade == 0,
        rng.choice(3, count, p=(0.70, 0.30, 0.0)),
        np.where(
            grade == 1,
            rng.choice(3, count, p=(0.55, 0.40, 0.05)),
            rng.choice(3, count, p=(0.45, 0.33, 0.22)),
        ),
    )
    channel[lost] = DIRECT
    segment = np.where(channel == DISTRIBUTOR, 3, rng.choice(3, count, p=(0.4, 0.35, 0.25)))
    industry = rng.choice(4, count, p=(0.35, 0.2, 0.25, 0.2))
    return channel, segment, industry


def _territories(
    beat: Rhythm, people: Staff, *, region: np.ndarray, volume: np.ndarray, joined: np.ndarray
) -> np.ndarray:
    """Owner of every customer from each change on."""
    load = np.minimum(volume, np.quantile(volume, 0.97)) ** 0.8
    owner = np.full((len(people.changes), len(region)), -1)
    for number in range(4):
        here = np.flatnonzero(region == number)
        _deal_out(owner[0], here, people, people.changes[0], region=number, load=load)
    owner[1] = np.where(owner[0] == LEAVER, REPLACEMENT, owner[0])
    owner[2] = owner[1]
    young = (region == NORTH) & (joined > beat.number(truths.NEWCOMERS_FROM))
    owner[2][young] = np.resize(NEWCOMERS, young.sum())
    for rep in NEWCOMERS:
        _take_over(owner[2], rep, region == NORTH, load=load, part=0.6, spare=NEWCOMERS)
    owner[3] = owner[2]
    freed = np.flatnonzero(owner[2] == MOVER)
    _deal_out(owner[3], freed, people, people.changes[3], region=EAST, load=load)
    _take_over(owner[3], MOVER, region == SOUTH, load=load, part=0.9, spare=(MOVER,))
    return owner


def _deal_out(owner, which, people: Staff, day: str, *, region: int, load) -> None:
    """Give customers, the largest first, to the rep with the least to do for his capacity."""
    posts = people.active(day, region=region)
    held = {post.rep: load[owner == post.rep].sum() for post in posts}
    for customer in which[np.argsort(-load[which], kind="stable")]:
        post = min(posts, key=lambda one: (held[one.rep] / one.capacity, one.rep))
        owner[customer] = post.rep
        held[post.rep] += load[customer]


def _take_over(owner, rep: int, where, *, load, part: float, spare: tuple[int, ...]) -> None:
    """Move customers of the busiest colleagues to a rep until he has `part` of their mean load."""
    givers = sorted(set(owner[where]) - set(spare))
    middle = where & (load < np.quantile(load[where], 0.93))
    while load[owner == rep].sum() < part * np.mean([load[owner == one].sum() for one in givers]):
        busiest = max(givers, key=lambda one: (load[owner == one].sum(), -one))
        theirs = np.flatnonzero((owner == busiest) & middle)
        owner[theirs[np.argmax(load[theirs])]] = rep


def customer_table(found: Customers, words: Vocabulary, beat: Rhythm, *, rng) -> pd.DataFrame:
    """The canonical customers table; `since` of those who came before the files is drawn."""
    count = len(found.region)
    trades = found.channel == DISTRIBUTOR
    names = np.empty(count, dtype=object)
    for kinds, which in ((words.traders, trades), (words.kinds_of_customer, ~trades)):
        pairs = rng.permutation(len(words.brands) * len(kinds))[: which.sum()]
        names[which] = [
            f"{words.brands[pair // len(kinds)]}{words.joiner}{kinds[pair % len(kinds)]}"
            for pair in pairs
        ]
    since = beat.days[np.maximum(found.joined, beat.first)].to_numpy().copy()
    old = found.joined <= beat.first
    since[old] = np.datetime64("2014-01-01") + rng.integers(0, 3200, old.sum()).astype("m8[D]")
    return pd.DataFrame(
        {
            "customer_id": [customer_id(number) for number in range(count)],
            "name": names,
            "class": np.array(list("ABC"))[found.grade],
            "segment": np.array(words.segments)[found.segment],
            "industry": np.array(words.industries)[found.industry],
            "since": since,
        }
    )
