"""The sample company put together: every canonical table, clean, and what is planted in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from kit.data.sample import around, quotas, truths
from kit.data.sample.cash import receipts
from kit.data.sample.customers import customer_id, customer_table, customers
from kit.data.sample.effort import activity_table, effort
from kit.data.sample.orders import book
from kit.data.sample.pipeline import deals, owners, pipeline_tables
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


def make(seed: int = SEED, language: str = "en", *, planted: bool = True) -> Sample:
    """Make the sample company's canonical tables.

    Parameters
    ----------
    seed : int
        The same seed gives the same tables, and the same figures in both languages.
    language : str
        `en` or `zh`, for all names.
    planted : bool
        Whether trouble is planted. Without it nobody's results leave their season and noise: no fall
        of conversion, no rise of discounts, no lost customer, no star, no slack, no late payers.
        Newcomers, the transfer and the leaver stay, for that is ordinary life.

    Returns
    -------
    Sample

    Examples
    --------
    >>> sample = make()
    >>> len(sample.frames), sample.truths.one("conversion_fall").scope
    (15, 'region:East')
    """
    words = vocabulary(language)
    draws = iter(np.random.default_rng(seed).spawn(12))
    beat, people = rhythm(), staff()
    found = customers(beat, people, rng=next(draws), planted=planted)
    articles = products(rng=next(draws))
    baskets_of = baskets(articles, len(found.region), rng=next(draws))
    work = effort(beat, people, rng=next(draws), planted=planted)
    won = deals(found, beat, people, work, basket=baskets_of[1], rng=next(draws), planted=planted)
    owner = owners(found, beat, people)
    booked = book(
        found, articles, beat, people, won=won, baskets=baskets_of, owner=owner, words=words,
        rng=next(draws), planted=planted,
    )  # fmt: skip
    region_of_deal = found.region[won.customer]
    opportunities, stage_events = pipeline_tables(
        won, beat, words, booked=booked.deal_amounts, region=region_of_deal, rng=next(draws)
    )
    frames = {
        "orders": booked.orders,
        "credits": booked.credits,
        "roster": roster(people, words),
        "opportunities": opportunities,
        "stage_events": stage_events,
        "activities": activity_table(work, beat),
        "receipts": receipts(booked.orders, words, rng=next(draws), planted=planted),
        "customers": customer_table(found, words, beat, rng=next(draws)),
        "products": product_table(articles, words),
        "expenses": around.expenses(booked.orders, words, rng=next(draws)),
        "assessments": around.assessments(people, words, rng=next(draws)),
        "events": around.events(words),
        "actions": around.actions(people, words),
    }
    last = next(draws)
    frames["market"] = around.market(booked.orders, frames["products"], words, rng=last)
    past = quotas.history(
        booked.orders, booked.credits, region=found.region, owner=owner, days=beat.days,
        working=beat.working, reps=people.count,
    )  # fmt: skip
    frames["targets"] = _targets(frames, past, people, words, lost=found.lost, rng=last)
    typed = {name: _typed(name, frames[name]) for name in TABLES}
    shared = booked.credits["order_id"].nunique()
    told = _planted(words, lost=found.lost, shared=shared, trouble=planted)
    known = Truths(seed, language, truths.FIRST_DAY, truths.LAST_DAY, told)
    return Sample(MappingProxyType(typed), known)


def _targets(frames, past: quotas.History, people, words: Vocabulary, *, lost: int, rng):
    rows = quotas.target_rows(quotas.quotas(past, people, rng=rng), people, words)
    year_ago = past.by_customer.loc["2024Q4", lost]
    keeper = int(past.owner[past.days.get_loc(pd.Timestamp("2025-10-01")), lost])
    eased = quotas.relief_rows(rows, people, words, rep=keeper, amount=float(round(year_ago, -3)))
    others = quotas.other_measures(
        frames["orders"], frames["receipts"], frames["customers"], words
    )
    return pd.DataFrame(rows + eased + others)


def _typed(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the declared columns in order and with the declared types."""
    table = TABLES[name]
    return frame[list(table.names)].astype(
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
