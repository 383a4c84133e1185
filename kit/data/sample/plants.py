"""One cause planted in an otherwise quiet sample company, and the money that it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kit.data.sample import truths
from kit.data.sample.customers import COUNTS, DIRECT, DISTRIBUTOR, customer_id
from kit.data.sample.pipeline import STAGES
from kit.data.sample.staff import LEAD, NEWCOMERS, Staff, rep_id, staff
from kit.data.sample.truths import Planted
from kit.data.sample.vocabulary import Vocabulary

if TYPE_CHECKING:
    from kit.data.sample.company import Sample

UNITS = MappingProxyType(
    {
        "conversion": "share of the step",
        "price": "share of list price",
        "lost_customer": "customers",
        "newcomers": "persons",
        "channel_shift": "share of the channel's business",
        "lead_drought": "share of the leads",
        "longer_cycle": "share of the time in stage",
        "none": "",
    }
)
KINDS = tuple(UNITS)
_NEEDS = {"price": "lines", "lost_customer": "customers", "newcomers": "reps"}
_FIRST, _LAST = "2025-01-01", truths.LAST_DAY
_LARGE = 8  # customers of a region, the largest first, of whom one or a few are lost


@dataclass(frozen=True)
class Plant:
    """One cause in one region, from a day on.

    Parameters
    ----------
    kind : str
        conversion: fewer deals pass `step`. price: more discount on `lines`. lost_customer:
        `customers` stop buying. newcomers: `reps` are replaced by newcomers who ramp.
        channel_shift: business of `channel` goes away or moves online at smaller prices.
        lead_drought: fewer deals are created. longer_cycle: deals take longer. none: nothing.
    region : int
        Place in the vocabulary's regions.
    size : float
        How much, in `UNITS[kind]`; of customers and reps their number counts and this is not read.
    day : str
        The first day of it, from 2025-01-01 to the last day of the files.
    step : int
        0 lead → qualified, 1 qualified → proposal, 2 proposal → won.
    lines, customers, reps : tuple of int
        Numbers of lines, customers and reps.
    channel : int
        Number of a channel other than online.

    Raises
    ------
    ValueError
        Naming the parameter, what was found and what is allowed.

    Examples
    --------
    >>> Plant("conversion", region=1, size=0.3).step
    2
    """

    kind: str = "none"
    region: int = 0
    size: float = 0.0
    day: str = "2025-07-01"
    step: int = 2
    lines: tuple[int, ...] = ()
    customers: tuple[int, ...] = ()
    reps: tuple[int, ...] = ()
    channel: int = DISTRIBUTOR

    def __post_init__(self) -> None:
        region = np.repeat(np.arange(4), COUNTS)
        _allowed("kind", self.kind, KINDS)
        _allowed("region", self.region, range(4))
        _allowed("step", self.step, range(3))
        _allowed("channel", self.channel, (DIRECT, DISTRIBUTOR))
        for line in self.lines:
            _allowed("lines", line, range(4))
        for customer in self.customers:
            _allowed("customers", customer, np.flatnonzero(region == self.region).tolist())
        if not _FIRST <= self.day <= _LAST:
            raise ValueError(f"day '{self.day}': allowed are days from {_FIRST} to {_LAST}.")
        for rep in self.reps:
            _allowed("reps", rep, experienced(staff(settled=True), self.region, day=self.day))
        needed = _NEEDS.get(self.kind)
        if needed and not getattr(self, needed):
            raise ValueError(f"{needed} is empty: {self.kind} needs at least one.")
        most = 3.0 if self.kind == "longer_cycle" else 1.0
        if not needed and self.kind != "none" or self.kind == "price":
            if not 0 < self.size <= most:
                raise ValueError(f"size {self.size}: allowed is above 0 and up to {most:g}.")


def _allowed(name: str, found: object, known: Sequence) -> None:
    if found not in known:
        few = ", ".join(map(str, known)) if len(known) < 10 else f"{known[0]} to {known[-1]}"
        raise ValueError(f"{name} {found!r}: allowed are {few}.")


def experienced(people: Staff, region: int, *, day: str) -> list[int]:
    """The reps of a region whom newcomers can replace from a day on: no leads, no part-timers."""
    posts = people.active(day, region=region)
    held = [one for one in posts if one.level != LEAD and one.capacity == 1 and one.start < day]
    return [one.rep for one in held if not one.end and one.rep not in NEWCOMERS]


def random_plant(seed: int) -> Plant:
    """A plant whose kind, region, day and size are drawn; the sizes go from small to large.

    Of each eight seeds in a row, from a multiple of eight on, every kind is drawn once.

    Examples
    --------
    >>> sorted(random_plant(seed).kind for seed in range(8)) == sorted(KINDS)
    True
    >>> random_plant(5) == random_plant(5)
    True
    """
    kind = KINDS[np.random.default_rng([seed // 8, 8]).permutation(len(KINDS))[seed % 8]]
    rng = np.random.default_rng([seed, 9])
    region = int(rng.integers(4))

    def day(first: str, last: str) -> str:
        return str(rng.choice(pd.bdate_range(first, last)).astype("datetime64[D]"))

    def size(low: float, high: float) -> float:
        return round(float(rng.uniform(low, high)), 3)

    def some(known: Sequence[int], least: int, most: int) -> tuple[int, ...]:
        many = rng.integers(least, most + 1)
        return tuple(sorted(int(one) for one in rng.choice(known, many, replace=False)))

    if kind == "conversion":
        start = day("2025-05-26", "2025-07-11")
        return Plant(kind, region, size(0.10, 0.60), start, step=int(rng.integers(3)))
    if kind == "price":
        start = day("2025-06-02", "2025-07-18")
        return Plant(kind, region, size(0.02, 0.14), start, lines=some(range(4), 1, 3))
    if kind == "lost_customer":
        first = sum(COUNTS[:region])
        whom = some(range(first, first + _LARGE), 1, 3)
        return Plant(kind, region, len(whom), day("2025-05-12", "2025-07-11"), customers=whom)
    if kind == "newcomers":
        start = f"2025-{rng.integers(5, 8):02d}-01"
        whom = some(experienced(staff(settled=True), region, day=start), 1, 3)
        return Plant(kind, region, len(whom), start, reps=whom)
    if kind == "channel_shift":
        start = day("2025-05-19", "2025-07-11")
        channel = int(rng.choice((DIRECT, DISTRIBUTOR)))
        return Plant(kind, region, size(0.15, 0.80), start, channel=channel)
    if kind == "lead_drought":
        return Plant(kind, region, size(0.15, 0.70), day("2025-04-14", "2025-06-20"))
    if kind == "longer_cycle":
        return Plant(kind, region, size(0.20, 1.50), day("2025-05-19", "2025-07-11"))
    return Plant()


def told(plant: Plant, words: Vocabulary) -> tuple[Planted, ...]:
    """What the truths say of a plant; nothing of none."""
    if plant.kind == "none":
        return ()
    newcomers = range(staff().count, staff().count + len(plant.reps))
    subject = {
        "conversion": ((*STAGES, "won")[plant.step : plant.step + 2]),
        "price": tuple(words.lines[one] for one in plant.lines),
        "lost_customer": tuple(customer_id(one) for one in plant.customers),
        "newcomers": tuple(rep_id(one) for one in (*plant.reps, *newcomers)),
        "channel_shift": (words.channels[plant.channel],),
    }
    many = {"lost_customer": len(plant.customers), "newcomers": len(plant.reps)}
    return (
        Planted(
            f"plant_{plant.kind}", f"region:{words.regions[plant.region]}", plant.day,
            truths.LAST_DAY, float(many.get(plant.kind, plant.size)), UNITS[plant.kind],
            subject.get(plant.kind, ()),
        ),
    )  # fmt: skip


def money(sample: Sample, without: Sample, *, scope: str, period: str = "2025Q3") -> float:
    """What a plant costs a scope in a quarter: bookings of the company without it less those with.

    Both companies are made with the same seed, so that all that is drawn is the same in both.

    Parameters
    ----------
    sample, without : Sample
        With the plant, and with `Plant()`.
    scope : str
        `company` or `region:NAME`.
    period : str
        A calendar quarter.
    """

    def booked(one: Sample) -> float:
        orders = one.frames["orders"]
        there = orders["date"].dt.to_period("Q").astype(str) == period
        if scope != "company":
            there &= orders["region"] == scope.removeprefix("region:")
        return float(orders.loc[there, "amount"].sum())

    return booked(without) - booked(sample)


def cost(seed: int, plant: Plant, *, period: str = "2025Q3") -> float:
    """What a plant costs its region in a quarter, money; see `money`.

    Examples
    --------
    >>> cost(1, Plant())
    0.0
    """
    from kit.data.sample.company import make
    from kit.data.sample.vocabulary import vocabulary

    scope = f"region:{vocabulary('en').regions[plant.region]}"
    with_it, without = make(seed, planted=plant), make(seed, planted=Plant())
    return money(with_it, without, scope=scope, period=period)
