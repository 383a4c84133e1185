"""What the reps do every day: visits, calls, quotes and demos."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.sample import truths
from kit.data.sample.rhythm import Rhythm
from kit.data.sample.staff import NEWCOMERS, SLACK, STAR, Staff, rep_id

KINDS = ("visit", "call", "quote", "demo")
DAILY = (1.7, 4.0, 0.7, 0.25)  # of one rep on a working day
VISITS_A_DAY = 3  # at the most


@dataclass(frozen=True)
class Effort:
    """Counts of activities and what follows from the visits.

    Parameters
    ----------
    counts : array, kinds × days × reps
    visits : array, months × reps
        Visits made for the working days and the post, over what ordinary colleagues of the region
        make in the same month.
    ramp : array, days × reps
        Share of full effect of a rep by tenure.
    """

    counts: np.ndarray
    visits: np.ndarray
    ramp: np.ndarray


def effort(
    beat: Rhythm, people: Staff, *, rng: np.random.Generator, planted: bool = True,
    settled: bool = False,
) -> Effort:  # fmt: skip
    """Draw the activities; calls vary much and mean nothing, visits vary less and drive wins.

    Where the reps are `settled`, newcomers have full effect at once.
    """
    months = beat.months
    level = _levels(beat, people, own=0.08, monthly=0.08, rng=rng, planted=planted)
    loud = _levels(beat, people, own=0.05, monthly=0.35, rng=rng, planted=False)
    quoting = level * np.exp(rng.normal(0, 0.06, level.shape))
    on_duty = _on_duty(beat, people)
    capacity = people.capacity()
    chance = np.clip(DAILY[0] / VISITS_A_DAY * capacity * level[months], 0, 0.98) * on_duty
    counts = np.stack(
        [
            rng.binomial(VISITS_A_DAY, chance),
            rng.poisson(DAILY[1] * capacity * loud[months] * on_duty),
            rng.poisson(DAILY[2] * capacity * quoting[months] * on_duty),
            rng.poisson(DAILY[3] * capacity * on_duty),
        ]
    )
    usual = _by_month(on_duty * DAILY[0] * capacity, months)
    made = _by_month(counts[0], months)
    visits = np.divide(made, usual, out=np.ones_like(usual), where=usual > 0)
    ramp = _ramp(beat, people, newcomers=() if settled else NEWCOMERS)
    return Effort(counts, _beside_colleagues(visits, beat, people), ramp)


def _levels(
    beat: Rhythm, people: Staff, *, own: float, monthly: float, rng, planted: bool = True
) -> np.ndarray:
    """Level of effort, months × reps, around 1."""
    shape = (beat.months[-1] + 1, people.count)
    habit = rng.normal(0, own, people.count)
    if planted:
        habit[[STAR, SLACK, *NEWCOMERS]] = 0.0
    level = np.exp(habit + rng.normal(0, monthly, shape))
    if planted:
        days = pd.Series(beat.days).groupby(beat.months).max().to_numpy()
        level[days >= np.datetime64(truths.STAR_FROM), STAR] *= truths.STAR_FACTOR
        level[days >= np.datetime64(truths.SLACK_FROM), SLACK] *= truths.SLACK_FACTOR
    return level


def _beside_colleagues(visits: np.ndarray, beat: Rhythm, people: Staff) -> np.ndarray:
    """Visits over the mean of the region's ordinary reps, month by month."""
    beside = visits.copy()
    firsts = pd.Series(beat.days).groupby(beat.months).min()
    for month, first in enumerate(firsts):
        for region in range(4):
            reps = [post.rep for post in people.active(str(first.date()), region=region)]
            ordinary = [rep for rep in reps if rep not in (STAR, SLACK, *NEWCOMERS)]
            if ordinary:
                beside[month, reps] /= visits[month, ordinary].mean()
    return beside


def _on_duty(beat: Rhythm, people: Staff) -> np.ndarray:
    duty = np.zeros((len(beat.days), people.count))
    for post in people.posts:
        end = pd.Timestamp(post.end) if post.end else beat.days[-1]
        held = (beat.days >= pd.Timestamp(post.start)) & (beat.days <= end)
        duty[held & beat.working, post.rep] = 1.0
    return duty


def _ramp(beat: Rhythm, people: Staff, *, newcomers: tuple[int, ...]) -> np.ndarray:
    """Newcomers reach full effect month by month; the others have it."""
    ramp = np.ones((len(beat.days), people.count))
    for rep in newcomers:
        ramp[:, rep] = ramped(beat, truths.NEWCOMERS_FROM)
    return ramp


def ramped(beat: Rhythm, start: str) -> np.ndarray:
    """Share of full effect on every day of a newcomer who starts on a day; 1 before it."""
    tenure = (beat.days - pd.Timestamp(start)).days.to_numpy() // 30
    steps = np.array((*truths.NEWCOMER_RAMP, 1.0))
    return np.where(tenure >= 0, steps[np.clip(tenure, 0, len(steps) - 1)], 1.0)


def _by_month(daily: np.ndarray, months: np.ndarray) -> np.ndarray:
    return np.array([daily[months == month].sum(axis=0) for month in range(months[-1] + 1)])


def activity_table(found: Effort, beat: Rhythm) -> pd.DataFrame:
    """The canonical activities table, one row a day, rep and kind with any."""
    within = (np.arange(len(beat.days)) >= beat.first) & (np.arange(len(beat.days)) <= beat.last)
    kind, day, rep = np.nonzero(found.counts * within[None, :, None])
    order = np.lexsort((kind, rep, day))
    kind, day, rep = kind[order], day[order], rep[order]
    return pd.DataFrame(
        {
            "date": beat.days[day],
            "rep_id": np.array([rep_id(one) for one in range(found.ramp.shape[1])])[rep],
            "kind": np.array(KINDS)[kind],
            "count": found.counts[kind, day, rep].astype(float),
        }
    )
