"""Conversion by cohort: censoring, intervals, what a young cohort says, parts and peers."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf, logrank

from kit.data.case import reopen
from kit.data.tables import Unavailable
from kit.diagnose import cohort_parts, cohorts, funnel
from kit.diagnose.incidence import incidence, log_rank, staying

PLAIN = {"calendar.country": ""}
STAGES = ("lead", "qualified", "proposal")


def deal(number, created, *, took=5, fate="won", rep="R1", stage="lead"):
    """A deal of one step: open, or won or lost so many days after it was created."""
    created = pd.Timestamp(created)
    closed = None if fate == "open" else created + pd.Timedelta(days=took)
    return {"opportunity_id": f"D{number}", "rep_id": rep, "created_on": created, "amount": 100.0,
            "closed_on": closed, "stage": stage, "status": fate}  # fmt: skip


def flow(first, last, *, every, took=14, offset=0, won=0.5):
    """Deals that begin every few days; of each ten the first ones are won, the rest are lost."""
    days = pd.date_range(first, last, freq=f"{every}D")
    fates = ["won" if at % 10 < 10 * won else "lost" for at in range(len(days))]
    return [
        deal(offset + at, day, took=took, fate=fate)
        for at, (day, fate) in enumerate(zip(days, fates, strict=True))
    ]


def test_the_share_by_hand_with_a_deal_too_young():
    days, ended = np.array([1.0, 2, 3, 4]), np.array([1, 0, 2, 1])
    # day 1: 1/4. Left in the stage 3/4; day 3: one of two lost, 3/8 left; day 4: the last goes on.
    assert incidence(days, ended, horizon=2).share == 0.25
    assert incidence(days, ended, horizon=4).share == pytest.approx(0.25 + 0.375)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from([1, 2])), min_size=1, max_size=60),
       st.integers(0, 45))  # fmt: skip
def test_without_young_deals_it_is_the_plain_share_and_wilsons_interval(rows, horizon):
    days, ended = (np.array(one, dtype=float) for one in zip(*rows, strict=True))
    found = incidence(days, ended, horizon=horizon)
    on = int(((ended == 1) & (days <= horizon)).sum())
    assert found.share == pytest.approx(on / len(rows))
    assert found.size == pytest.approx(len(rows))
    assert (found.low, found.high) == pytest.approx(funnel.wilson(on, len(rows)))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from([0, 1, 2])), max_size=40),
       st.integers(0, 35))  # fmt: skip
def test_a_share_lies_in_its_interval_and_grows_with_the_days(rows, horizon):
    days = np.array([one for one, _ in rows], dtype=float)
    ended = np.array([one for _, one in rows], dtype=int)
    found = incidence(days, ended, horizon=horizon)
    if not ((days >= horizon) | (ended > 0)).any():
        assert math.isnan(found.share) and found.size == 0
        return
    later = incidence(days, ended, horizon=horizon + 1)
    assert 0 <= found.low <= found.share + 1e-9 and found.share <= found.high + 1e-9 <= 1 + 1e-8
    assert math.isnan(later.share) or found.share <= later.share + 1e-12
    assert found.size <= len(rows)


def test_share_and_variance_as_statsmodels_has_them():
    survfunc = pytest.importorskip("statsmodels.duration.survfunc")
    rng = np.random.default_rng(3)
    days = rng.permutation(np.arange(1.0, 201.0))
    ended = rng.choice([0, 1, 2], 200, p=[0.35, 0.35, 0.3])
    other = survfunc.CumIncidenceRight(days, ended)
    at = int(np.searchsorted(other.times, 120, side="right")) - 1
    found = incidence(days, ended, horizon=120)
    assert found.share == pytest.approx(other.cinc[0][at])
    spread = math.sqrt(found.share * (1 - found.share) / found.size)
    assert spread == pytest.approx(other.cinc_se[0][at], rel=0.02)


def test_intervals_hold_the_truth_and_the_test_keeps_its_level():
    rng = np.random.default_rng(11)
    held, apart, many, truth = 0, 0, 600, 0.4 * (1 - math.exp(-20 / 12))

    def drawn():
        took, age = rng.exponential(12, 60), rng.uniform(0, 60, 60)
        fate = rng.choice([1, 2], 60, p=[0.4, 0.6])
        return incidence(np.minimum(took, age), np.where(took <= age, fate, 0), horizon=20)

    for _ in range(many):
        one, other = drawn(), drawn()
        held += one.low <= truth <= one.high
        apart += cohorts.alike(one, other) < 0.05
    assert 0.93 <= held / many <= 0.98
    assert apart / many <= 0.065


def test_stays_and_paces_as_scipy_and_statsmodels_have_them():
    rng = np.random.default_rng(5)
    days, other = rng.integers(1, 40, 80).astype(float), rng.integers(1, 55, 70).astype(float)
    left, gone = rng.random(80) < 0.7, rng.random(70) < 0.6
    sides = [CensoredData(uncensored=one[two], right=one[~two])
             for one, two in ((days, left), (other, gone))]  # fmt: skip
    found = staying(days, left)
    assert found.at(np.arange(40.0)) == pytest.approx(ecdf(sides[0]).sf.evaluate(np.arange(40.0)))
    assert log_rank(days, left, other, gone) == pytest.approx(logrank(*sides).pvalue)
    survfunc = pytest.importorskip("statsmodels.duration.survfunc")
    since = np.floor(days * rng.random(80) * 0.5) - 1
    late = survfunc.SurvfuncRight(days, left.astype(int), entry=since)
    mine = staying(days, left, since=since)
    # it lets those who come on a day be at risk on it only after, as here
    assert mine.at(late.surv_times) == pytest.approx(late.surv_prob)


def test_groups_that_came_late_at_the_same_pace_are_not_told_apart():
    rng = np.random.default_rng(8)
    found = []
    for _ in range(200):
        took = np.ceil(rng.exponential(10, 150))
        since = np.where(np.arange(150) < 75, np.floor(rng.uniform(0, 12, 150)), -1)
        seen = took > since
        other = np.ceil(rng.exponential(10, 150))
        all_left = np.ones(int(seen.sum()), dtype=bool)
        found.append(log_rank(took[seen], all_left, other, other > 0, since=since[seen]))
    assert np.mean(np.array(found) < 0.05) <= 0.09


def test_a_young_cohort_is_compared_at_its_own_age(make_case):
    rows = flow("2024-01-01", "2025-09-30", every=1, took=28)
    early = make_case(opportunities=rows, as_of="2025-08-15", settings=PLAIN)
    late = make_case(opportunities=rows, as_of="2025-09-30", settings=PLAIN)
    for case in (early, late):
        one = cohorts.conversions(case).iloc[0]
        assert one["days"] == 20  # 28 days are 20 working days
        assert one["conversion"] == pytest.approx(0.5, abs=0.06)
        assert one["last_year"] == pytest.approx(0.5, abs=0.06)
        assert not one["last_year_distinct"] and not one["last_period_distinct"]


def test_a_cohort_younger_than_the_usual_time_says_nothing(make_case):
    rows = flow("2024-01-01", "2025-09-30", every=1, took=70)
    found = cohorts.conversions(make_case(opportunities=rows, as_of="2025-08-01", settings=PLAIN))
    assert found[["days", "conversion", "low", "last_year_p"]].isna().all(axis=None)
    assert found["entered"].tolist() == [32] and not found["last_year_distinct"].any()
    monthly = cohorts.course(make_case(opportunities=rows, as_of="2025-08-01", settings=PLAIN))
    assert monthly["conversion"].isna().tolist()[-3:] == [True] * 3
    assert monthly["conversion"].iloc[-6] == pytest.approx(0.5, abs=0.1)


def test_a_fall_is_told_apart_and_a_small_one_is_not(make_case):
    before = flow("2024-01-01", "2025-06-30", every=1)
    fell = before + flow("2025-07-01", "2025-09-15", every=1, offset=5000, won=0.1)
    one = cohorts.conversions(make_case(opportunities=fell, settings=PLAIN)).iloc[0]
    assert one["last_year_distinct"] and one["last_period_distinct"]
    assert one["conversion"] == pytest.approx(0.1, abs=0.05)
    same = before + flow("2025-07-01", "2025-09-15", every=1, offset=5000, won=0.4)
    assert not cohorts.conversions(make_case(opportunities=same, settings=PLAIN)).iloc[0][
        "last_year_distinct"
    ]


def test_what_came_after_the_day_does_not_count(make_case):
    rows = flow("2024-06-01", "2025-08-20", every=1)
    one = cohorts.conversions(make_case(opportunities=rows, as_of="2025-08-20", settings=PLAIN))
    more = rows + flow("2025-08-21", "2025-09-30", every=1, offset=9000, won=0.0)
    two = cohorts.conversions(make_case(opportunities=more, as_of="2025-08-20", settings=PLAIN))
    pd.testing.assert_frame_equal(one, two)


def test_each_stage_has_its_cohort(make_case):
    rows, events = [], []
    for at, day in enumerate(pd.date_range("2024-05-01", "2025-09-30", freq="2D")):
        reached = at % 3  # a third each is lost as lead, lost as qualified, won
        closed = day + pd.Timedelta(days=7 * (reached + 1))
        rows.append({"opportunity_id": f"D{at}", "rep_id": "R1", "created_on": day, "amount": 1.0,
                     "closed_on": closed, "stage": STAGES[reached],
                     "status": "won" if reached == 2 else "lost"})  # fmt: skip
        events += [
            {"opportunity_id": f"D{at}", "stage": STAGES[place],
             "entered_on": day + pd.Timedelta(days=7 * place)}
            for place in range(reached + 1)
        ]  # fmt: skip
    case = make_case(opportunities=rows, stage_events=events, settings=PLAIN)
    found = cohorts.conversions(case).set_index("step")
    assert list(found.index) == ["lead → qualified", "qualified → proposal", "proposal → won"]
    assert found["conversion"].tolist() == pytest.approx([2 / 3, 0.5, 1.0], abs=0.06)
    assert found["days"].tolist() == [5, 5, 5]
    assert (found["entered"].diff().dropna() < 0).all()


@pytest.mark.parametrize("rows", [
    [deal(1, "2025-08-01")],
    [deal(1, "2025-08-01", fate="open")],
    [deal(1, "2025-08-01", fate="lost"), deal(2, "2025-08-02"), deal(3, "2025-09-30", fate="open")],
    [deal(at, "2025-09-30", took=0) for at in range(3)],
])  # fmt: skip
def test_few_deals_give_no_error_and_no_finding(make_case, rows):
    case = make_case(opportunities=rows, settings=PLAIN)
    found = cohorts.conversions(case)
    assert found["entered"].tolist() == [len(rows)]
    assert not found["last_year_distinct"].any() and found["last_year"].isna().all()
    assert isinstance(cohorts.course(case), (pd.DataFrame, Unavailable))
    assert cohort_parts.parts(case).reason == "no_siblings"


def test_what_is_missing_is_named(make_case):
    assert cohorts.conversions(make_case()) == Unavailable(table="opportunities")
    assert cohorts.course(make_case()) == Unavailable(table="opportunities")
    assert cohort_parts.parts(make_case()) == Unavailable(table="opportunities")
    assert cohort_parts.peers(make_case()) == Unavailable(table="opportunities")
    old = make_case(opportunities=[deal(1, "2024-02-01")])
    assert cohorts.conversions(old).reason == "no_cohort"
    assert cohort_parts.peers(old).reason == "few_peers"


def peer_rows(*, peers=4, won=6.0, lost=6.0):
    shape = {"peers": peers, "median": 0.0, "low": 0.0, "high": 0.0}
    return [
        {"month": pd.Timestamp(f"2025-{month:02d}-01"), "measure": name, "mean": mean, **shape}
        for month in (7, 8, 9) for name, mean in (("won", won), ("lost", lost))
    ]  # fmt: skip


def test_peers_by_hand(make_case):
    rows = flow("2025-07-01", "2025-09-01", every=1, took=1, won=0.1)
    case = make_case(opportunities=rows, peers=peer_rows(), settings=PLAIN, scope="rep:R1")
    found = cohort_parts.peers(case)
    assert (found.decided, found.won, found.peers) == (63, 7, 4)
    assert found.peers_share == 0.5 and found.distinct
    assert found.p == pytest.approx(funnel.differ(7, 63, 72, 144))
    few = make_case(opportunities=rows, peers=peer_rows(peers=2), scope="rep:R1")
    assert cohort_parts.peers(few).reason == "few_peers"


def test_a_month_that_is_not_over_is_not_held_against_peers(make_case):
    rows = flow("2025-07-01", "2025-09-01", every=1, took=1)
    case = make_case(opportunities=rows, peers=peer_rows(), as_of="2025-08-20", settings=PLAIN)
    assert cohort_parts.peers(case).decided == 30  # July alone; the first closes on the 2nd


def test_each_rep_is_held_against_the_others(make_case):
    rows = flow("2025-07-01", "2025-08-31", every=1, took=7, won=0.9)
    rows += [replace_rep(one, "R2") for one in
             flow("2025-07-01", "2025-08-31", every=1, took=7, offset=500, won=0.2)]  # fmt: skip
    roster = [
        {"rep_id": one, "valid_from": "2020-01-01", "name": one, "team": "East-1", "region": "East"}
        for one in ("R1", "R2")
    ]
    case = make_case(opportunities=rows, roster=roster, scope="team:East-1", settings=PLAIN)
    found = cohort_parts.parts(case).set_index("part")
    assert found["distinct"].all()
    assert found.loc["R1", "others"] == found.loc["R2", "conversion"]
    assert found["entered"].tolist() == [62, 62]


def replace_rep(row, rep):
    return {**row, "rep_id": rep}


def test_the_planted_fall_is_found_where_it_is_and_nowhere_else(sample_company):
    _, _, case = sample_company
    whole = cohort_parts.parts(case)
    out = whole[whole["distinct"]]
    assert ("East", "proposal → won") in set(zip(out["part"], out["step"], strict=True))
    assert set(out["step"]) == {"proposal → won"}
    east = reopen(case, scope="region:East")
    found = cohorts.conversions(east).set_index("step")
    assert found["last_year_distinct"].tolist() == [False, False, True]
    assert found.loc["proposal → won", "conversion"] < 0.32
    assert cohort_parts.peers(east).distinct


def test_a_rep_sees_no_deal_of_others(sample_company):
    _, _, case = sample_company
    rep = reopen(case, scope="rep:R007")
    assert set(rep.data.frame("opportunities")["rep_id"]) == {"R007"}
    found = cohort_parts.peers(rep)
    assert found.peers >= 3 and found.decided < 200
    alone = replace(rep, data=replace(rep.data, frames={
        **rep.data.frames, "peers": rep.data.frame("peers").iloc[:0]}))  # fmt: skip
    assert cohort_parts.peers(alone).reason == "few_peers"
    pd.testing.assert_frame_equal(cohorts.conversions(rep), cohorts.conversions(alone))
