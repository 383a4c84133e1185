"""Practices: who beats comparable peers, what they do differently, and whom to hand it on to."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kit.data.case import reopen
from kit.data.sample.at_hand import at_hand
from kit.data.sample.company import make
from kit.data.tables import Unavailable
from kit.review import practices, scorecard
from kit.review.apart import apart, discoveries, luck
from kit.review.comparable import comparable
from kit.review.deeds import by_span, deeds, post_days
from kit.review.habits import habit_values, habits, named
from kit.review.links import links, rotation, won_a_day
from kit.review.matched_peers import matched_peers

MONTHS = pd.date_range("2024-10-01", "2025-09-01", freq="MS")
WOBBLE = (1.02, 0.97, 1.03, 0.98)  # of the quarters
REPS = {"R1": 150.0, "R2": 95.0, "R3": 100.0, "R4": 105.0, "R5": 110.0, "R6": 90.0}


def person(rep, **more):
    return {"rep_id": rep, "valid_from": "2020-01-01", "name": f"Rep {rep}", "team": "East-1",
            "region": "East", "capacity": 1.0, "hired_on": "2018-01-01", **more}  # fmt: skip


def sold(levels=REPS, *, wobble=WOBBLE):
    """Two orders a month of each rep; each rep's quarters wobble in another order."""
    rows = []
    for at, (rep, level) in enumerate(levels.items()):
        for number, month in enumerate(MONTHS):
            amount = level * wobble[(number // 3 + at) % len(wobble)]
            rows += [
                {"rep_id": rep, "date": f"{month:%Y-%m}-{day}", "amount": amount,
                 "customer_id": f"C-{rep}", "customer_since": "2019-01-01"}
                for day in ("01", "28")
            ]  # fmt: skip
    return rows


def effort(levels, rng, *, kind="visit"):
    return [
        {"date": f"{month:%Y-%m}-15", "rep_id": rep, "kind": kind,
         "count": int(round(level + rng.integers(-3, 4)))}
        for rep, level in levels.items() for month in MONTHS
    ]  # fmt: skip


def won_by(activities):
    """A deal a rep and month, as large as the visits were many."""
    return [
        {"opportunity_id": f"D{n}", "rep_id": one["rep_id"], "created_on": "2024-09-01",
         "closed_on": one["date"], "stage": "won", "status": "won", "amount": 10.0 * one["count"]}
        for n, one in enumerate(activities)
    ]  # fmt: skip


@pytest.fixture
def team(make_case):
    """Six reps; the first brings half as much again and visits twice as often: both go together."""
    rng = np.random.default_rng(5)
    visits = effort({rep: 40 if rep == "R1" else 20 for rep in REPS}, rng)
    calls = effort(dict.fromkeys(REPS, 60), rng, kind="call")
    return make_case(
        sales=sold(), roster=[person(rep) for rep in REPS], activities=visits + calls,
        opportunities=won_by(visits),
    )  # fmt: skip


# --- how far apart -----------------------------------------------------------------------------


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_q_values_are_those_of_scipy(p_values):
    found = discoveries(pd.Series(p_values))
    assert np.allclose(found, stats.false_discovery_control(p_values))
    assert (found >= np.array(p_values) - 1e-12).all()


@given(
    own=st.lists(st.integers(-100, 100), min_size=2, max_size=6),
    peers=st.lists(st.integers(-100, 100), min_size=2, max_size=9),
    others=st.floats(0.01, 5),
)
def test_an_interval_holds_its_difference_and_widens_with_its_level(own, peers, others):
    difference = float(np.mean(own) - np.mean(peers))
    wide, narrow = (
        apart(np.array(own, float), np.array(peers, float), difference=difference, others=others,
              level=level)
        for level in (0.95, 0.5)
    )
    assert wide.low <= narrow.low <= difference <= narrow.high <= wide.high
    assert 0 <= wide.p <= 1
    if abs(difference) > 1e-9:
        assert (wide.p_more < 0.5) == (difference > 0)


def test_a_step_is_not_taken_for_luck_and_one_period_has_none():
    step = np.array([0.0, 0.0, 1.0, 1.0])
    assert luck(step)[0] == pytest.approx(1 / 6) and step.var(ddof=1) == pytest.approx(1 / 3)
    assert np.isnan(luck(np.array([1.0]))[0]) and luck(np.array([1.0]))[1] == 0
    unknown = apart(np.array([1.0]), np.array([1.0, 2.0]), difference=1.0, others=0.1)
    assert np.isnan([unknown.low, unknown.high, unknown.p]).all()


def test_a_rotation_finds_what_goes_together_and_chance_is_chance():
    rng = np.random.default_rng(3)
    groups = np.repeat(list("abcdef"), 24)
    chances = [
        rotation(rng.normal(size=144), rng.normal(size=144), groups, times=199, rng=rng)
        for _ in range(200)
    ]
    assert 0.01 <= np.mean(np.array(chances) <= 0.05) <= 0.10
    slow = np.concatenate([np.cumsum(rng.normal(size=24)) for _ in range(6)])
    other = np.concatenate([np.cumsum(rng.normal(size=24)) for _ in range(6)])
    assert rotation(slow, other, groups, times=199, rng=rng) > 0.02  # both drift: no link
    assert rotation(slow, slow, groups, times=199, rng=rng) == 0.005


# --- comparable peers --------------------------------------------------------------------------


def test_the_lead_is_the_result_beside_the_mean_of_the_peers(team):
    found = matched_peers(team)
    first = found.frame.iloc[0]
    assert (first["rep_id"], first["peers"], first["periods"], first["ahead_in"]) == ("R1", 5, 4, 4)
    assert first["since"] == "2024Q4" and first["steady"] and first["beats"]
    worked = [team.calendar.working_days(one.start, one.end) for one in found.spans]
    quarters = {rep: [6 * level * WOBBLE[(n + at) % 4] for n in range(4)]
                for at, (rep, level) in enumerate(REPS.items())}  # fmt: skip
    theirs = sum(np.mean([quarters[rep][n] for rep in REPS if rep != "R1"]) for n in range(4))
    assert first["ahead"] == pytest.approx(sum(quarters["R1"]) / theirs - 1)
    assert first["result"] == pytest.approx(sum(quarters["R1"]) / sum(worked) * np.mean(worked))
    assert first["low"] < first["ahead"] < first["high"]
    assert found.frame.loc[found.frame["rep_id"] != "R1", "beats"].sum() == 0


def test_a_part_timer_counts_by_the_full_post_and_the_unit_of_money_changes_nothing(make_case):
    levels = {**REPS, "R6": 45.0}
    roster = [person(rep, capacity=0.5 if rep == "R6" else 1.0) for rep in REPS]
    half = matched_peers(make_case(sales=sold(levels), roster=roster)).frame.set_index("rep_id")
    whole = matched_peers(
        make_case(sales=sold(), roster=[person(rep) for rep in REPS])
    ).frame.set_index("rep_id")
    assert half.loc["R6", "ahead"] == pytest.approx(whole.loc["R6", "ahead"])
    large = make_case(
        sales=sold({rep: 1000 * one for rep, one in REPS.items()}),
        roster=[person(rep) for rep in REPS],
    )
    beside = matched_peers(large).frame.set_index("rep_id")
    for name in ("ahead", "low", "high", "q"):
        assert np.allclose(beside[name], whole[name].reindex(beside.index))


def test_newcomers_and_the_absent_are_compared_with_nobody(make_case):
    roster = [person(rep) for rep in REPS]
    roster[1] |= {"hired_on": "2025-05-01", "valid_from": "2025-05-01"}
    roster[2] |= {"valid_to": "2025-02-10"}
    found = matched_peers(make_case(sales=sold(), roster=roster))
    assert found.left_out.set_index("rep_id")["reason"].to_dict() == {"R2": "ramp", "R3": "absent"}
    assert not {"R2", "R3"} & {*found.frame["rep_id"], *found.pairs["peer_id"]}
    assert set(found.pairs["rep_id"]) == {"R1", "R4", "R5", "R6"}


def test_peers_have_a_similar_potential(make_case):
    """Two years before; territories of 100 and of 1000 do not meet."""
    before = pd.date_range("2023-01-01", "2024-09-28", freq="MS")
    levels = {f"R{n}": 100.0 if n <= 5 else 1000.0 for n in range(1, 11)}
    rows = sold(levels) + [
        {"rep_id": rep, "date": f"{month:%Y-%m-%d}", "amount": level, "customer_id": f"C-{rep}"}
        for rep, level in levels.items() for month in before
    ]  # fmt: skip
    found = matched_peers(make_case(sales=rows, roster=[person(rep) for rep in levels]))
    small = {f"R{n}" for n in range(1, 6)}
    assert "potential" in found.basis
    for one in found.pairs.itertuples(index=False):
        assert (one.rep_id in small) == (one.peer_id in small)
    assert (found.frame["ahead"].abs() < 0.1).all() and not found.frame["beats"].any()


def test_periods_without_a_known_potential_are_given_up_where_enough_are_left(make_case):
    before = pd.date_range("2024-06-01", "2024-09-28", freq="MS")
    rows = sold() + [
        {"rep_id": rep, "date": f"{month:%Y-%m-%d}", "amount": level, "customer_id": f"C-{rep}"}
        for rep, level in REPS.items() for month in before
    ]  # fmt: skip
    found = matched_peers(make_case(sales=rows, roster=[person(rep) for rep in REPS]))
    assert [one.name for one in found.spans] == ["2025Q1", "2025Q2", "2025Q3"]
    assert "potential" in found.basis and not found.frame["beats"].any()  # R1 was as rich before


def test_what_cannot_be_compared_says_so(make_case, team):
    few = make_case(sales=sold({"R1": 1.0, "R2": 2.0}), roster=[person("R1"), person("R2")])
    assert matched_peers(few).reason == "few_peers" and practices.cards(few).reason == "few_peers"
    own = make_case(sales=sold({"R1": 1.0}), roster=[person("R1")], scope="rep:R1")
    for asked in (comparable, matched_peers, habits, links, practices.cards):
        assert asked(own).reason == "others_needed"
    assert practices.worth_copying(own).reason == "others_needed"
    short = make_case(sales=[{"rep_id": "R1", "date": "2025-08-10", "amount": 1.0}])
    assert matched_peers(short).reason == "no_periods"
    assert isinstance(practices.cards(make_case(sales=[])), Unavailable)


@pytest.mark.parametrize("level", [100.0, -100.0, 0.0])
def test_alike_or_negative_results_name_nobody(make_case, level):
    case = make_case(sales=sold(dict.fromkeys(REPS, level), wobble=(1.0,)),
                     roster=[person(rep) for rep in REPS])  # fmt: skip
    found = practices.cards(case)
    assert found.table.empty and found.partners.empty
    assert not np.isinf(found.peers.frame.select_dtypes(float)).any(axis=None)
    if level <= 0:
        assert found.peers.frame["ahead"].isna().all()


# --- habits ------------------------------------------------------------------------------------


def test_deeds_are_ratios_of_what_was_done(make_case):
    deal = {"rep_id": "R1", "created_on": "2025-07-01", "customer_id": "C1"}
    case = make_case(
        sales=[{"rep_id": "R1", "date": "2025-07-01", "amount": 90.0, "list_amount": 100.0}],
        roster=[person("R1")],
        activities=[{"date": "2025-07-10", "rep_id": "R1", "kind": kind, "count": count}
                    for kind, count in (("visit", 33), ("quote", 6))],
        opportunities=[
            {**deal, "opportunity_id": "a", "closed_on": "2025-07-11", "status": "won",
             "amount": 50.0},
            {**deal, "opportunity_id": "b", "closed_on": "2025-08-11", "status": "lost"},
            {**deal, "opportunity_id": "c", "status": "open", "customer_id": "C2"},
        ],
        customers=[{"customer_id": "C1", "class": "A"}, {"customer_id": "C2", "class": "B"}],
    )  # fmt: skip
    span = (case.period,)
    days = post_days(case, span)
    found = by_span(case, span, days=days).set_index("habit")["value"]
    worked = case.calendar.working_days(case.period.start, case.period.end)
    assert days.tolist() == [worked]
    assert found["visit"] == pytest.approx(33 / worked)
    assert found["new_deals"] == pytest.approx(3 / worked)
    assert found["quotes_a_deal"] == 2.0 and found["win_rate"] == 0.5
    assert found["class_a"] == pytest.approx(2 / 3) and found["discount"] == pytest.approx(0.1)
    assert found["deal_size"] == 50.0 and found["cycle_days"] == 10.0


def test_missing_tables_leave_their_habits_out(make_case):
    case = make_case(sales=sold(), roster=[person(rep) for rep in REPS])
    assert set(deeds(case)["habit"]) <= {"discount", "new_customers"}
    found = practices.cards(case)
    assert found.table["kind"].tolist() == ["ask"] and found.table["rep"].tolist() == ["Rep R1"]
    assert found.table["worth"].isna().all() and found.partners.empty
    assert practices.worth_copying(case).empty


def test_a_habit_goes_with_results_only_where_own_ups_and_downs_do(team):
    ties = links(team).set_index("habit")
    assert ties.loc["visit", "link"] == "goes" and ties.loc["call", "link"] == "none"
    assert ties.loc["visit", "slope"] == pytest.approx(1.0, rel=0.05)  # in proportion
    assert ties.loc["visit", "slope_low"] <= ties.loc["visit", "slope"]


def test_a_rich_territory_with_many_calls_is_no_link(make_case):
    """Reps who call more sell more, but nobody sells more in a month of more calls."""
    rng = np.random.default_rng(8)
    levels = {rep: 20.0 * n for n, rep in enumerate(REPS, start=1)}
    calls = effort(levels, rng, kind="call")
    flat = [{**one, "count": levels[one["rep_id"]] + rng.integers(-3, 4)} for one in calls]
    case = make_case(sales=sold(), roster=[person(rep) for rep in REPS], activities=calls,
                     opportunities=won_by(flat))  # fmt: skip
    assert links(case).set_index("habit").loc["call", "link"] == "none"


# --- cards -------------------------------------------------------------------------------------


def test_a_card_says_who_what_and_to_whom(team):
    found = practices.cards(team)
    (card,) = found.table.to_dict("records")
    assert (card["rep_id"], card["kind"], card["habit"]) == ("R1", "practice", "visit")
    assert card["direction"] == "more" and card["multiple"] == pytest.approx(2.0, rel=0.05)
    assert card["lines"] == ("standard",) and card["line_share"] == 1.0
    assert card["check_on"] == pd.Timestamp("2025-12-29")
    near = found.partners
    values = habit_values(team)["visit"]
    assert near["partner_id"].tolist() == values.drop("R1").nsmallest(2).index.tolist()
    assert np.allclose(near["aim"], (near["value"] + values["R1"]) / 2)
    slope = links(team).set_index("habit").loc["visit", "slope"]
    days = matched_peers(team).rows.groupby("rep_id")["days"].mean()
    others = values.drop("R1")
    won = won_a_day(team) * days
    more = ((values["R1"] - others) / others / 2 * won.reindex(others.index)).sum()
    assert card["others"] == 5 and card["worth"] == pytest.approx(more * slope)
    assert card["worth_low"] <= card["worth"] <= card["worth_high"]
    told = practices.worth_copying(team, scorecard.reps(team))
    assert told["rep"].tolist() == ["Rep R1"] and told["behaviour"].tolist() == ["visit"]


@pytest.mark.parametrize("scope", ["company", "region:North"])
def test_the_planted_practice_is_found_and_the_decoy_is_not(sample_company, scope):
    _, truths, case = sample_company
    star = truths.one("star_rep").scope.removeprefix("rep:")
    case = case if scope == "company" else reopen(case, scope=scope)
    found = practices.cards(case)
    named_practices = found.table[found.table["kind"] == "practice"]
    assert named_practices["rep_id"].tolist() == [star]
    assert named_practices["habit"].tolist() == ["visit"]
    told = practices.worth_copying(case)
    assert set(told["behaviour"]) == {"visit", "quote"} and told["rep"].nunique() == 1
    assert set(found.partners["region"]) == {"North"}  # the same region first
    assert named_practices["low"].item() > 0 and named_practices["worth_low"].item() > 0
    assert named_practices["since"].item() == "2025Q1"  # the practice began with that quarter
    ties = links(case).set_index("habit")["link"]
    assert ties["visit"] == "goes" and ties["quote"] == "along" and ties["call"] == "none"


def test_a_company_without_a_star_names_no_practice():
    case = at_hand(make(7, planted=False), period="2025Q3", as_of="2025-09-30")
    found = practices.cards(case)
    assert found.judged >= 20 and (found.table["kind"] != "practice").all()
    assert len(found.table) <= 1
    assert named(case)["rep_id"].tolist() == found.table["rep_id"].tolist()


# --- one rep beside anonymous peers ------------------------------------------------------------


def test_a_rep_is_held_beside_peers_over_the_same_whole_months(make_case):
    peers = [
        {"month": pd.Timestamp(month), "measure": "bookings", "peers": 3, "mean": 10.0,
         "median": 10.0, "low": 8.0, "high": 12.0}
        for month in ("2025-07-01", "2025-08-01")
    ]  # fmt: skip
    sales = [{"rep_id": "R1", "date": f"2025-{month:02d}-10", "amount": amount}
             for month, amount in ((7, 4.0), (8, 6.0), (9, 50.0))]  # fmt: skip
    case = make_case(sales=sales, scope="rep:R1", as_of="2025-09-15", peers=peers)
    (row,) = practices.beside_peers(case).to_dict("records")
    assert (row["value"], row["median"], row["peers"]) == (5.0, 10.0, 3)


def test_without_peers_a_rep_stands_alone(team):
    assert practices.beside_peers(team).reason == "few_peers"
