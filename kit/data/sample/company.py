"""The sample company put together: every canonical table, clean, and what is planted in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from kit.data.sample import around, quotas, truths
from kit.data.sample.cash import followed, receipts
from kit.data.sample.customers import customer_id, customer_table, customers
from kit.data.sample.effort import activity_table, effort
from kit.data.sample.orders import book
from kit.data.sample.pipeline import deals, owners, pipeline_tables
from kit.data.sample.planting import Company, act, handed_over
from kit.data.sample.plants import Plant, told
from kit.data.sample.products import baskets, product_table, products
from kit.data.sample.rhythm import rhythm
from kit.data.sample.staff import (
    EAST,
    LEAVER,
    MOVER,
    NEWCOMERS,
    NORTH,
    PART_TIMER,
    SLACK,
    SOUTH,
    STAR,
    WEST,
    rep_id,
    roster,
    staff,
)  # fmt: skip
from kit.data.sample.truths import Planted, Truths
from kit.data.sample.vocabulary import Vocabulary, vocabulary
from kit.data.tables import DTYPES, TABLES

SEED = 20251115


@dataclass(frozen=True)
class Sample:
    """The sample company in memory, before any dirt.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        Every canonical table with the declared columns and types.
    truths : Truths
        What is planted; no dirty rows yet.
    """

    frames: Mapping[str, pd.DataFrame]
    truths: Truths


def make(
    seed: int = SEED, language: str = "en", *, planted: bool | Plant = True
) -> Sample:
    """Make the sample company's canonical tables.

    Parameters
    ----------
    seed : int
        The same seed gives the same tables, and the same figures in both languages.
    language : str
        `en` or `zh`, for all names.
    planted : bool or Plant
        Whether trouble is planted. Without it nobody's results leave their season and noise: no
        fall of conversion, no rise of discounts, no lost customer, no star, no slack, no late
        payers. Newcomers, the transfer and the leaver stay, for that is ordinary life. With a
        `Plant` there is no trouble but that one, the newcomers of 2025 came with experience and
        cost nothing, and no events or actions tell of trouble.

    Returns
    -------
    Sample

    Notes
    -----
    The targets know nothing of a `Plant`: they are those of the same company without it. They are
    last year's quarter and growth, and last year's quarter and this one both have their noise: a
    region without a cause lands on its target of 2025Q3 give or take 3 % (standard deviation), now
    short of it, now above. That is no cause.

    Examples
    --------
    >>> sample = make()
    >>> len(sample.frames), sample.truths.one("conversion_fall").scope
    (15, 'region:East')
    """
    words = vocabulary(language)
    plant = planted if isinstance(planted, Plant) else None
    quiet, trouble = plant is not None, planted is True
    draws = iter(np.random.default_rng(seed).spawn(12))
    beat, people = rhythm(), staff(settled=quiet)
    found = customers(beat, people, rng=next(draws), planted=trouble)
    articles = products(rng=next(draws))
    baskets_of = baskets(articles, len(found.region), rng=next(draws))
    work = effort(beat, people, rng=next(draws), planted=trouble, settled=quiet)
    won = deals(found, beat, people, work, basket=baskets_of[1], rng=next(draws), planted=trouble)
    owner = owners(found, beat, people)
    booked = book(
        found, articles, beat, people, won=won, baskets=baskets_of, owner=owner, words=words,
        rng=next(draws), planted=trouble,
    )  # fmt: skip
    struck = (found.region[won.customer] == EAST) & (not quiet)
    struck &= won.decided >= beat.number(truths.CONVERSION_FROM)
    gone = np.zeros(len(struck), dtype=bool)
    base = now = Company(found, beat, people, owner, won, booked, struck, gone)
    if plant is not None:
        now = act(plant, base, words, seed=seed)
    opportunities, stage_events = pipeline_tables(
        now.deals, beat, words, booked=now.booked.deal_amounts, struck=now.struck,
        foreseen=won.decided, gone=now.gone, rng=next(draws),
    )  # fmt: skip
    frames = {
        "orders": booked.orders,
        "credits": booked.credits,
        "roster": roster(now.people, words),
        "opportunities": opportunities,
        "stage_events": stage_events,
        "activities": activity_table(work, beat),
        "receipts": receipts(booked.orders, words, rng=next(draws), planted=trouble),
        "customers": customer_table(found, words, beat, rng=next(draws)),
        "products": product_table(articles, words),
        "expenses": around.expenses(booked.orders, words, rng=next(draws)),
        "assessments": around.assessments(people, words, rng=next(draws)),
        "events": around.events(words, trouble=not quiet),
        "actions": around.actions(people, words, trouble=not quiet),
    }
    last = next(draws)
    frames["market"] = around.market(
        booked.orders, frames["products"], words, rng=last, trouble=not quiet
    )
    past = quotas.history(
        booked.orders, booked.credits, region=found.region, owner=owner, days=beat.days,
        working=beat.working, reps=people.count,
    )  # fmt: skip
    frames["targets"] = _targets(
        frames, past, people, words, lost=None if quiet else found.lost, rng=last
    )
    if plant is not None:
        frames |= _changed(frames, plant, now)
    typed = {name: _typed(name, frames[name]) for name in TABLES}
    shared = now.booked.credits["order_id"].nunique()
    facts = _planted(words, lost=found.lost, shared=shared, trouble=trouble)
    if plant is not None:
        facts = (*(one for one in facts if one.key != "newcomer"), *told(plant, words))
    known = Truths(seed, language, truths.FIRST_DAY, truths.LAST_DAY, facts)
    return Sample(MappingProxyType(typed), known)


def _targets(frames, past: quotas.History, people, words: Vocabulary, *, lost: int | None, rng):
    """The targets; without a lost customer nobody gets relief and newcomers have no ramp."""
    drawn = quotas.quotas(past, people, rng=rng, settled=lost is None)
    rows, eased = quotas.target_rows(drawn, people, words), []
    if lost is not None:
        year_ago = past.by_customer.loc["2024Q4", lost]
        keeper = int(past.owner[past.days.get_loc(pd.Timestamp("2025-10-01")), lost])
        relief = float(round(year_ago, -3))
        eased = quotas.relief_rows(rows, people, words, rep=keeper, amount=relief)
    others = quotas.other_measures(
        frames["orders"], frames["receipts"], frames["customers"], words
    )
    return pd.DataFrame(rows + eased + others)


def _changed(
    frames: Mapping[str, pd.DataFrame], plant: Plant, now: Company
) -> dict[str, pd.DataFrame]:
    """The frames that a plant changes beside the deals and the roster, which know it already."""
    before, orders = frames["orders"], now.booked.orders
    market = around.shares_now(frames["market"], frames["products"], before=before, now=orders)
    found = {
        "orders": orders,
        "credits": now.booked.credits,
        "receipts": followed(frames["receipts"], before=before, now=orders),
        "market": market,
    }
    if plant.kind == "newcomers":
        targets, work, scores = (frames[one] for one in ("targets", "activities", "assessments"))
        start = pd.PeriodIndex(targets["period"], freq="Q").start_time
        held = targets["scope"].str.partition(":")[2]
        moved = handed_over(plant, pd.DataFrame({"rep_id": held}), pd.Series(start, held.index))
        own = targets["scope"].str.startswith("rep:")
        scope = targets["scope"].mask(own, "rep:" + moved["rep_id"])
        begun = pd.Series(pd.PeriodIndex(scores["period"], freq="Q").start_time, scores.index)
        judged = ~scores["rep_id"].isin([rep_id(one) for one in plant.reps])
        found["targets"] = targets.assign(scope=scope)
        found["activities"] = handed_over(plant, work, work["date"])
        found["assessments"] = scores[judged | (begun < pd.Timestamp(plant.day))]
    return found


def _typed(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the declared columns in order and types; what it need not have is empty."""
    table = TABLES[name]
    spare = {one.name for one in table.columns if one.nullable} - set(frame.columns)
    return frame.assign(**dict.fromkeys(sorted(spare)))[list(table.names)].astype(
        {column.name: DTYPES[column.type] for column in table.columns}
    )


def _planted(
    words: Vocabulary, *, lost: int, shared: int, trouble: bool
) -> tuple[Planted, ...]:
    east, south, west, north = (
        f"region:{words.regions[one]}" for one in (EAST, SOUTH, WEST, NORTH)
    )
    last = truths.LAST_DAY
    standard = (words.lines[0], words.lines[2])
    quarter = ("2025-07-01", "2025-09-30")
    rows = [
        ("conversion_fall", east, truths.CONVERSION_FROM, last, truths.CONVERSION_FALL,
         "share of the step", ("proposal", "won")),
        ("discount_rise", south, truths.DISCOUNT_FROM, truths.DISCOUNT_TO, truths.DISCOUNT_RISE,
         "share of list price", standard),
        ("lost_customer", west, truths.LOST_AFTER, last, truths.LOST_SHARE,
         "share of the region's bookings", (customer_id(lost),)),
        ("beats_target", north, *quarter, 1.0, "attainment above", ("2025Q3",)),
        ("star_rep", f"rep:{rep_id(STAR)}", truths.STAR_FROM, last, truths.STAR_FACTOR,
         "times the peers' visits and quotes", ("visit", "quote")),
        ("misses_in_row", f"rep:{rep_id(SLACK)}", "2025-01-01", "2025-09-30", 3.0, "quarters",
         quotas.MISSES),
        ("transfer", f"rep:{rep_id(MOVER)}", truths.TRANSFER_ON, last, 1.0, "persons",
         (words.regions[EAST], words.regions[SOUTH])),
        ("leaver", f"rep:{rep_id(LEAVER)}", truths.FIRST_DAY, "2024-06-30", 1.0, "persons",
         (rep_id(LEAVER + 1),)),
        ("part_time", f"rep:{rep_id(PART_TIMER)}", truths.FIRST_DAY, last, 0.5, "share of a post"),
        ("shared_orders", "company", truths.FIRST_DAY, last, float(shared), "orders"),
        ("visits_drive_wins", "company", truths.FIRST_DAY, last, 1.0, "sign", ("visit", "call")),
        ("late_distributors", "company", truths.LATE_FROM, last, float(truths.LATE_DAYS), "days",
         (words.channels[1],)),
    ]  # fmt: skip
    rows += [
        ("newcomer", f"rep:{rep_id(rep)}", truths.NEWCOMERS_FROM, last, 1.0, "persons")
        for rep in NEWCOMERS
    ]
    return tuple(Planted(*row) for row in rows if trouble or row[0] not in truths.TROUBLE)
