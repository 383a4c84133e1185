"""Deals of the sample company: how they come, through which stages they go and which are won."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.sample import truths
from kit.data.sample.customers import Customers, customer_id
from kit.data.sample.effort import Effort
from kit.data.sample.products import product_id
from kit.data.sample.rhythm import Rhythm, arrivals, drawn
from kit.data.sample.staff import EAST, Staff, rep_id
from kit.data.sample.vocabulary import Vocabulary

QUALIFIED, PROPOSED, WON = 0.70, 0.75, 0.45  # chance of each step
LEADS_BY_VISITS = 0.6  # power of the visits in the number of leads
WINS_BY_VISITS = 0.5  # share by which one more usual dose of visits lifts the chance to win
VALUES = 0.38  # spread of a customer's deal values
STAGES = ("lead", "qualified", "proposal")
ESTIMATE = (0.25, 0.15, 0.05)  # spread of the estimated value at each stage
SLIP = ((-8, 20), (-5, 12), (-2, 6))  # mean and spread of the expected close, days, at each stage


@dataclass(frozen=True)
class Deals:
    """One entry an opportunity in every array, by day of decision.

    Parameters
    ----------
    customer, rep, article : arrays of int
    entered : array, opportunities × 3
        Number of the day each stage is entered; -1 where it never is.
    decided : array of int
        Number of the day it is won or lost; days after the last one are still open.
    reached : array of int
        Last stage reached, 0 to 2.
    won : array of bool
    value : array
        True value, money.
    """

    customer: np.ndarray
    rep: np.ndarray
    article: np.ndarray
    entered: np.ndarray
    decided: np.ndarray
    reached: np.ndarray
    won: np.ndarray
    value: np.ndarray


def owners(found: Customers, beat: Rhythm, people: Staff) -> np.ndarray:
    """The rep of every customer on every day, days × customers."""
    changes = [beat.number(day) for day in people.changes]
    turn = np.searchsorted(changes, np.arange(len(beat.days)), side="right") - 1
    return found.owner[np.maximum(turn, 0)]


def deals(
    found: Customers, beat: Rhythm, people: Staff, work: Effort, *, basket, rng, planted=True
) -> Deals:
    """Draw all opportunities, decided from the first day on."""
    owner = owners(found, beat, people)
    numbers = np.arange(len(beat.days))
    open_for = (numbers[:, None] >= found.joined) & (numbers[:, None] <= found.left)
    visits = work.visits[beat.months]
    pull = (visits**LEADS_BY_VISITS) * work.ramp
    rates = beat.office[:, None] * np.take_along_axis(pull, owner, axis=1) * found.leads * open_for
    rates[: beat.first] = 0.0
    decided, customer = arrivals(rates, rng)
    spread = rng.normal(0, VALUES, len(decided))
    value = found.deal[customer] * np.exp(spread - VALUES**2 / 2)
    order = np.lexsort((value, beat.months[decided], found.region[customer]))
    decided, customer, value = decided[order], customer[order], value[order]
    rep = owner[decided, customer]
    chance = WON * np.clip(1 + WINS_BY_VISITS * (visits[decided, rep] - 1), 0.3, 1.6)
    hit = (found.region[customer] == EAST) & (decided >= beat.number(truths.CONVERSION_FROM))
    chance = np.where(hit & planted, chance * (1 - truths.CONVERSION_FALL), chance)
    reached, won = _fates(chance, rng)
    entered = _stages(decided, reached, beat, rng)
    first_articles = np.argsort(-basket[customer] * rng.uniform(0.5, 1, basket[customer].shape))
    back = np.lexsort((customer, decided))
    return Deals(
        *(one[back] for one in (
            customer, rep, first_articles[:, 0], entered, decided, reached, won, value,
        ))
    )  # fmt: skip


def _fates(chance: np.ndarray, rng) -> tuple[np.ndarray, np.ndarray]:
    """Last stage reached, and whether it is won."""
    reached = np.zeros(len(chance), dtype=int)
    reached[drawn(np.full(len(chance), QUALIFIED), rng)] = 1
    qualified = np.flatnonzero(reached == 1)
    reached[qualified[drawn(np.full(len(qualified), PROPOSED), rng)]] = 2
    proposed = np.flatnonzero(reached == 2)
    won = np.zeros(len(chance), dtype=bool)
    won[proposed[drawn(chance[proposed], rng)]] = True
    return reached, won


def _stages(decided: np.ndarray, reached: np.ndarray, beat: Rhythm, rng) -> np.ndarray:
    """Days on which the stages are entered, counted back from the decision."""
    count = len(decided)
    spans = np.stack([3 + rng.gamma(2, scale, count) for scale in (5, 7, 6)], axis=1)
    spans = np.where(np.arange(3) <= reached[:, None], np.round(spans), 0).astype(int)
    back = np.cumsum(spans[:, ::-1], axis=1)[:, ::-1]
    entered = beat.workday(np.maximum(decided[:, None] - back, 2))
    return np.where(np.arange(3) <= reached[:, None], entered, -1)


def pipeline_tables(
    found: Deals, beat: Rhythm, words: Vocabulary, *,
    booked: np.ndarray, struck: np.ndarray, foreseen: np.ndarray,
    gone: np.ndarray, rng,
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    """The canonical opportunities and stage events as the system shows them on the last day.

    Parameters
    ----------
    booked : array
        Net amount of the order of every won deal, money; that is the deal's final amount.
    struck : array of bool
        Deals that are lost to a competitor more often than others.
    foreseen : array of int
        Number of the day on which each deal would usually be decided, around which its reps expect
        it.
    gone : array of bool
        Deals that never came: they have no row, and no other deal is numbered anew for it.
    """
    known = (found.entered[:, 0] <= beat.last) & ~gone
    closed = found.decided <= beat.last
    guess = found.value[:, None] * np.exp(rng.normal(0, ESTIMATE, (len(found.value), 3)))
    guess = np.round(guess, -2)
    mean, spread = np.array(SLIP).T
    slip = np.round(rng.normal(mean, spread, guess.shape)).astype(int)
    expected = np.maximum(foreseen[:, None] + slip, found.entered + 3)
    expected = np.clip(expected, 0, len(beat.days) - 1)
    seen = (found.entered >= 0) & (found.entered <= beat.last) & ~gone[:, None]
    stage = seen.sum(axis=1) - 1
    rows = np.arange(len(stage))
    amount = np.where(closed & found.won, booked, guess[rows, np.maximum(stage, 0)])
    sources = np.array(words.sources)[rng.choice(4, len(stage), p=(0.3, 0.2, 0.3, 0.2))]
    ids = np.array([f"D{number + 1:06d}" for number in rows])
    frame = pd.DataFrame(
        {
            "opportunity_id": ids,
            "rep_id": [rep_id(one) for one in found.rep],
            "customer_id": [customer_id(one) for one in found.customer],
            "product_id": [product_id(one) for one in found.article],
            "source": sources,
            "created_on": beat.days[found.entered[:, 0]],
            "expected_close_on": beat.days[expected[rows, np.maximum(stage, 0)]],
            "closed_on": pd.Series(beat.days[found.decided]).where(closed),
            "stage": np.array(STAGES)[np.maximum(stage, 0)],
            "status": np.where(closed, np.where(found.won, "won", "lost"), "open"),
            "amount": amount,
            "loss_reason": _reasons(found, words, closed=closed, struck=struck, rng=rng),
        }
    )
    over = closed & ~gone
    events = _events(
        found, beat, ids, guess=guess, expected=expected, seen=seen, over=over, amount=amount
    )
    return frame[known].reset_index(drop=True), events


def _reasons(found: Deals, words: Vocabulary, *, closed, struck, rng) -> np.ndarray:
    early = rng.choice(5, len(closed), p=(0.12, 0.08, 0.35, 0.40, 0.05))
    late = rng.choice(5, len(closed), p=(0.34, 0.22, 0.16, 0.12, 0.16))
    hit = rng.choice(5, len(closed), p=(0.20, 0.52, 0.10, 0.08, 0.10))
    number = np.where(found.reached < 2, early, np.where(struck, hit, late))
    reason = np.array(words.loss_reasons, dtype=object)[number]
    reason[found.won | ~closed] = None
    return reason


def _events(
    found: Deals, beat: Rhythm, ids, *, guess, expected, seen, over, amount
) -> pd.DataFrame:
    deal, stage = np.nonzero(seen)
    entered = pd.DataFrame(
        {
            "opportunity_id": ids[deal],
            "entered_on": beat.days[found.entered[deal, stage]],
            "stage": np.array(STAGES)[stage],
            "amount": guess[deal, stage],
            "expected_close_on": beat.days[expected[deal, stage]],
            "step": stage,
        }
    )
    over = np.flatnonzero(over)
    ended = pd.DataFrame(
        {
            "opportunity_id": ids[over],
            "entered_on": beat.days[found.decided[over]],
            "stage": np.where(found.won[over], "won", "lost"),
            "amount": amount[over],
            "expected_close_on": beat.days[found.decided[over]],
            "step": 3,
        }
    )
    both = pd.concat([entered, ended], ignore_index=True)
    both = both.sort_values(["entered_on", "opportunity_id", "step"], kind="stable")
    return both.drop(columns="step").reset_index(drop=True)
