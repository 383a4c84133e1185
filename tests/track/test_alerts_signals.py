"""Signals: what season and noise explain is none, what they do not is one, and since when."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from kit.data.sample.at_hand import at_hand
from kit.data.sample.company import make
from kit.track.alerts import signals
from kit.track.alerts.odds import conversion_p
from kit.track.alerts.signals import q_values

PLAIN = {"calendar.country": ""}


def bookings(*, factor=1.0, start="2022-12-01", end="2025-08-20", wild=0.05, seed=1):
    """Daily orders of a seasonal business; from July 2025 on times `factor`."""
    rng = np.random.default_rng(seed)
    days = pd.bdate_range(start, end)
    season = 1 + 0.3 * np.sin(2 * np.pi * days.month.to_numpy() / 12)
    amounts = 100 * season * np.exp(rng.normal(0, wild, len(days)))
    amounts[np.asarray(days >= "2025-07-01")] *= factor
    return [{"date": str(d.date()), "amount": float(a)} for d, a in zip(days, amounts, strict=True)]


def one(case, test, scope="region:East"):
    table = signals(case)
    return table[(table["scope"] == scope) & (table["test"] == test)].iloc[0]


def test_a_season_is_no_signal_and_a_fall_is(make_case):
    """In August the season alone is 30 % below March; a further fall by 20 % is none of it."""
    quiet = make_case(sales=bookings(), as_of="2025-08-20", settings=PLAIN)
    row = one(quiet, "bookings_fall")
    assert not row["signal"] and row["usual"] == pytest.approx(row["value"], rel=0.05)
    fallen = make_case(sales=bookings(factor=0.8), as_of="2025-08-20", settings=PLAIN)
    row = one(fallen, "bookings_fall")
    assert row["signal"] and row["change"] == pytest.approx(-0.2, abs=0.04)


def test_what_is_wild_needs_a_larger_fall(make_case):
    quiet = make_case(sales=bookings(factor=0.8, wild=0.02), as_of="2025-08-20", settings=PLAIN)
    wild = make_case(sales=bookings(factor=0.8, wild=1.5), as_of="2025-08-20", settings=PLAIN)
    assert one(quiet, "bookings_fall")["p"] < one(wild, "bookings_fall")["p"]


def test_too_short_a_past_and_too_young_a_period_are_not_judged(make_case):
    short = make_case(sales=bookings(start="2024-06-01"), as_of="2025-08-20", settings=PLAIN)
    assert np.isnan(one(short, "bookings_fall")["p"])
    young = make_case(sales=bookings(end="2025-07-03"), as_of="2025-07-03", settings=PLAIN)
    assert np.isnan(one(young, "bookings_fall")["p"])


def deals(won_share, *, start="2024-07-01", fall_from="2025-07-01", falls_to=None):
    """A deal decided every day: before the fall every k-th is lost, after it the others."""
    found = []
    for number, day in enumerate(pd.date_range(start, "2025-08-20")):
        share = falls_to if falls_to is not None and str(day.date()) >= fall_from else won_share
        won = (number * 7 % 10) < share * 10
        found.append(
            {"opportunity_id": f"D{number}", "rep_id": "R1", "stage": "proposal",
             "created_on": str((day - pd.Timedelta(10, "D")).date()), "amount": 10.0,
             "closed_on": str(day.date()), "status": "won" if won else "lost"}
        )  # fmt: skip
    return found


def test_fall_of_conversion_and_since_when(make_case):
    """51 deals in the period: 5 in 10 were won before; of now 2 in 10."""
    case = make_case(
        sales=[{"date": "2024-07-01", "amount": 1.0}], as_of="2025-08-20", settings=PLAIN,
        opportunities=deals(0.5, falls_to=0.2),
    )  # fmt: skip
    row = one(case, "conversion_fall")
    assert row["signal"] and row["value"] == pytest.approx(0.2, abs=0.02)
    assert row["usual"] == pytest.approx(0.5, abs=0.02) and row["n"] == 51
    day = row["since"].date()
    for shift, expected in ((0, True), (-1, False)):  # what a case of that very day says
        seen = make_case(
            sales=[{"date": "2024-07-01", "amount": 1.0}], settings=PLAIN,
            opportunities=[one for one in deals(0.5, falls_to=0.2)
                           if one["closed_on"] <= str(day + pd.Timedelta(shift, "D"))],
            as_of=str(day + pd.Timedelta(shift, "D")),
        )  # fmt: skip
        assert one(seen, "conversion_fall")["signal"] == expected


def test_usual_conversion_is_no_signal(make_case):
    case = make_case(
        sales=[{"date": "2024-07-01", "amount": 1.0}], as_of="2025-08-20", settings=PLAIN,
        opportunities=deals(0.5),
    )  # fmt: skip
    assert not one(case, "conversion_fall")["signal"]


def test_q_by_hand_and_a_part_of_the_tests_finds_no_more():
    """p × M ÷ rank: .001·4/1, .01·4/2, .02·4/3 and .5; what a part finds, the whole finds too."""
    p = np.array([0.02, 0.001, 0.5, 0.01])
    family = np.full(4, 4)
    assert q_values(p, family=family) == pytest.approx([0.08 / 3, 0.004, 0.5, 0.02])
    rng = np.random.default_rng(1)
    for _ in range(200):
        p = rng.beta(0.3, 1, 30)
        whole = q_values(p, family=np.full(30, 30)) <= 0.1
        part = rng.permutation(30)[:8]
        found = q_values(p[part], family=np.full(8, 30)) <= 0.1
        assert not (found & ~whole[part]).any()


def test_conversion_p_is_the_binomial_where_the_past_is_endless():
    won, left = np.array([30.0]), np.array([100.0])
    p = conversion_p(won, left, before_won=np.array([4.5e7]), before_left=np.array([1e8]),
                     spread=np.array([1.0]))  # fmt: skip
    assert p[0] == pytest.approx(stats.binom.cdf(30, 100, 0.45), rel=1e-3)


def test_conversion_p_keeps_its_promise_under_chance():
    """40 scopes of a company, true rates of their own: any signal in at most a tenth of trials."""
    rng, false = np.random.default_rng(7), 0
    for _ in range(400):
        rate = rng.uniform(0.2, 0.6, 40)
        before, now = rng.integers(100, 900, 40).astype(float), rng.integers(10, 140, 40).astype(float)
        past, won = rng.binomial(before.astype(int), rate), rng.binomial(now.astype(int), rate)
        p = conversion_p(won.astype(float), now, before_won=past.astype(float),
                         before_left=before, spread=np.ones(40))  # fmt: skip
        false += (q_values(p, family=np.full(40, 40)) <= 0.1).any()
    assert false / 400 <= 0.13  # .10 and two standard errors


@pytest.mark.parametrize("seed", [11, 12])
def test_a_company_without_trouble_raises_no_signal(seed):
    case = at_hand(make(seed, planted=False), period="2025Q3", as_of="2025-08-20")
    table = signals(case)
    assert table["p"].notna().sum() > 100 and not table["signal"].any()


def test_planted_fall_is_found_without_files():
    case = at_hand(make(), period="2025Q3", as_of="2025-08-20")
    told = signals(case)
    told = told[told["signal"]]
    assert ("region:East", "conversion_fall") in set(zip(told["scope"], told["test"], strict=True))
