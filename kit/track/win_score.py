"""What chances of winning were worth: told at past days, beside what came, in order of time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from kit.track.deal_rows import Rows
from kit.track.win_model import base_rate, enough, fit, sigmoid, stage_rates
from kit.track.win_ranges import LEAST_TESTED, bins, limits

RIPE = 0.9  # share of a day's open deals whose outcome is known, from which the day counts
MOST_CUTS = 6
_SPACED = 2  # every how many past days one is a cut
_CLIP = 1e-4


@dataclass(frozen=True)
class Score:
    """How good the chances were at past days, beside simpler ones.

    Parameters
    ----------
    method : str
        What today's chances come from: `model`, `stage` (the stage's own rate) or `base` (the rate
        of all).
    reason : str
        Why not the model: `few_closed`, `few_tested`, `not_better`; empty where it is.
    calibrated : bool
        Whether today's chances of the model went through the sigmoid.
    deals, rows : int
        Closed deals known on `as_of`, and rows of past days that today's chances are learnt from.
    tested, n_cuts : int
        Deals tested, on how many days; a deal open on two of these counts twice.
    first_cut, last_cut : date or None
    unknown : float or None
        Share of the deals open on these days whose outcome is not known yet; they are not tested.
    scores : DataFrame
        way (model, stage, base), brier, log_loss: means over the deals tested.
    bins : DataFrame
        low, high (of the chance told), predicted (on average), observed (share won), count; of the
        way that is used.
    """

    method: str
    reason: str
    calibrated: bool
    deals: int
    rows: int
    tested: int = 0
    n_cuts: int = 0
    first_cut: dt.date | None = None
    last_cut: dt.date | None = None
    unknown: float | None = None
    scores: pd.DataFrame = field(default_factory=pd.DataFrame)
    bins: pd.DataFrame = field(default_factory=pd.DataFrame)

    def figure(self, way: str, what: str) -> float | None:
        """brier or log_loss of one way; None where nothing was tested."""
        if self.scores.empty:
            return None
        return float(self.scores.set_index("way").loc[way, what])


@dataclass(frozen=True)
class Answer:
    """Chances of the deals open now, and what such chances were worth.

    Parameters
    ----------
    chance, stage_rate : array
        Of each row of now; null where no outcome is known.
    score : Score
    """

    chance: np.ndarray
    stage_rate: np.ndarray
    score: Score


def answer(past: Rows, now: Rows, *, as_of: dt.date, horizon: int | None = None) -> Answer:
    """Learn from past days what the chances of today's open deals are, and try that in the past.

    Parameters
    ----------
    past, now : Rows
    as_of : date
    horizon : int, optional
        Days within which a deal must be won; None: ever.

    Returns
    -------
    Answer

    Notes
    -----
    A chance to be won within a horizon is learnt from days that lie a horizon back, so all outcomes
    are known. A chance to be won ever is learnt from, and tried on, days of which nine in ten
    outcomes are known by now; deals still open are left out, which favours neither outcome much,
    but those that end quickly a little.

    Each cut is a past day: model, stage's rate and base rate are learnt from what was known on it,
    then tested on the deals open on it. The sigmoid of a cut is learnt from earlier cuts alone.
    Chances come from the model where its Brier score over all cuts is below those of the stage's
    and the base rate by more than the standard error of the difference, else from the better of
    these. As the better of two forms of the model (with
    and without sigmoid) is taken on the same tests, its score is a trifle too good. Chances of the
    model are held within `limits`; the scores are those of chances as they were told.
    """
    today = np.datetime64(as_of, "D")
    known = _known(past, today, horizon)
    rows, won = past.take(known), _won(past, horizon)[known]
    ended = len(np.unique(past.deal[past.closed <= today]))
    rate, rates = base_rate(won), stage_rates(rows, won)
    simple = np.full(len(now), rate)
    facts = {"deals": ended, "rows": len(rows), "calibrated": False}
    if not enough(won):
        score = Score("base", "few_closed", **facts)
        return Answer(simple, rates[now.stage] if len(rows) else simple, score)
    tests = _trials(past, today, horizon)
    tested = len(tests["won"]) if tests else 0
    if tested < LEAST_TESTED:
        score = Score("stage", "few_tested", **facts, tested=tested)
        return Answer(rates[now.stage], rates[now.stage], score)
    outcome = tests["won"]
    briers = {way: float(((tests[way] - outcome) ** 2).mean()) for way in _WAYS}
    form = "sigmoid" if briers["sigmoid"] < briers["raw"] else "raw"
    plain = "stage" if briers["stage"] <= briers["base"] else "base"
    method = "model" if _better(tests[form], tests[plain], outcome) else plain
    chance = rates[now.stage] if method == "stage" else simple
    if method == "model":
        chance = fit(rows, won).chance(now)
        if form == "sigmoid":
            chance = sigmoid(tests["raw"], outcome)(chance)
        chance = np.clip(chance, *limits(tests[form], outcome))
    used = form if method == "model" else method
    cuts = np.unique(tests["cut"])
    score = Score(
        method=method,
        reason="" if method == "model" else "not_better",
        **{**facts, "calibrated": used == "sigmoid"},
        tested=tested,
        n_cuts=len(cuts),
        first_cut=cuts[0].item(),
        last_cut=cuts[-1].item(),
        unknown=1 - tested / int(np.isin(past.day, cuts).sum()),
        scores=_scores(tests, form),
        bins=bins(tests[used], outcome),
    )
    return Answer(chance, rates[now.stage], score)


Tests = dict[str, np.ndarray]
_WAYS = ("raw", "sigmoid", "stage", "base")


def _trials(past: Rows, today: np.datetime64, horizon: int | None) -> Tests:
    """Every deal tested: cut, closed, won and the chances told then in each way."""
    testable = _known(past, today, horizon)
    days = np.unique(past.day[testable])[::-1][::_SPACED]
    won = _won(past, horizon)
    found: list[Tests] = []
    for cut in sorted(days[:MOST_CUTS]):
        known = _known(past, cut, horizon) & (past.day < cut)
        if not enough(won[known]):
            continue
        there = testable & (past.day == cut)
        rows, outcome, asked = past.take(known), won[known], past.take(there)
        raw = fit(rows, outcome).chance(asked)
        told = _all([{name: one[name][_settled(one, cut, horizon)] for name in ("raw", "won")}
                     for one in found])  # fmt: skip
        found.append(
            {
                "cut": asked.day,
                "closed": asked.closed,
                "won": won[there],
                "raw": raw,
                "sigmoid": sigmoid(told["raw"], told["won"])(raw) if told else raw,
                "stage": stage_rates(rows, outcome)[asked.stage],
                "base": np.full(len(asked), base_rate(outcome)),
            }
        )
    return _all(found)


def _all(tests: list[Tests]) -> Tests:
    """Those of several cuts together; empty where there are none."""
    names = tests[0] if tests else {}
    return {name: np.concatenate([one[name] for one in tests]) for name in names}


def _settled(tests: Tests, cut: np.datetime64, horizon: int | None) -> np.ndarray:
    """Which tests of an earlier cut had an outcome by a later one."""
    if horizon is None:
        return tests["closed"] <= cut
    return tests["cut"] + np.timedelta64(horizon, "D") <= cut


def _known(rows: Rows, by: np.datetime64, horizon: int | None) -> np.ndarray:
    """Rows whose outcome is known by a day, on days that may be learnt from."""
    if horizon is not None:
        return rows.day + np.timedelta64(horizon, "D") <= by
    ended = rows.closed <= by
    _, place = np.unique(rows.day, return_inverse=True)
    share = np.bincount(place, weights=ended) / np.maximum(np.bincount(place), 1)
    return ended & (share >= RIPE)[place] if len(share) else ended


def _won(rows: Rows, horizon: int | None) -> np.ndarray:
    if horizon is None:
        return rows.won
    return rows.won & (rows.closed <= rows.day + np.timedelta64(horizon, "D"))


def _better(told: np.ndarray, plain: np.ndarray, won: np.ndarray) -> bool:
    """Whether chances are nearer to what came by more than one standard error."""
    gain = (plain - won) ** 2 - (told - won) ** 2
    return bool(gain.mean() > gain.std() / np.sqrt(len(gain)))


def _scores(tests: Tests, form: str) -> pd.DataFrame:
    won = tests["won"].astype(float)
    rows = []
    for way, column in (("model", form), ("stage", "stage"), ("base", "base")):
        told = np.clip(tests[column], _CLIP, 1 - _CLIP)
        loss = -(won * np.log(told) + (1 - won) * np.log(1 - told))
        brier = float(((tests[column] - won) ** 2).mean())
        rows.append({"way": way, "brier": brier, "log_loss": float(loss.mean())})
    return pd.DataFrame(rows)
