"""People in the review: misses in a row, plans and what speaks against them, newcomers, levels."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.data import measures
from kit.data.case import reopen
from kit.data.tables import Unavailable
from kit.review import (
    circumstances,
    improvement_plan,
    misses,
    probation,
    promotion,
    support,
    training,
    work_levels,
)
from kit.scope import Scope

QUARTERS = {"2024Q4": "2024-11-15", "2025Q1": "2025-02-17", "2025Q2": "2025-05-15",
            "2025Q3": "2025-08-15"}  # fmt: skip
LAST_YEAR = [f"2024-{month}-15" for month in ("02", "05", "08")]


def person(rep, *, hired="2015-01-01", capacity=1.0, team="East-1", region="East",
           start="2020-01-01", end=None, manager=None, level=None):  # fmt: skip
    return {"rep_id": rep, "valid_from": start, "valid_to": end, "name": f"Name {rep}",
            "team": team, "region": region, "hired_on": hired, "capacity": capacity,
            "manager_id": manager, "level": level}  # fmt: skip


def goal(rep, period, amount):
    return {"scope": f"rep:{rep}", "period": period, "measure": "bookings", "version": 1,
            "target": amount}  # fmt: skip


def sold(rep, day, amount, **more):
    return {"rep_id": rep, "date": day, "amount": amount, "cost": amount * 0.6,
            "customer_id": f"C{rep}", **more}  # fmt: skip


def books(reached, *, target=100.0):
    """Sales and targets of reps by quarter: {"R1": {"2025Q1": 80.0}}; the first day is known."""
    sales = [sold("R0", "2023-10-02", 1.0)]
    targets = []
    for rep, quarters in reached.items():
        for name, amount in quarters.items():
            sales.append(sold(rep, QUARTERS[name], amount))
            targets.append(goal(rep, name, target))
    return {"sales": sales, "targets": targets}


def three(first=80.0, second=80.0, third=80.0):
    return {"2025Q1": first, "2025Q2": second, "2025Q3": third}


def keys(case, rep="R1"):
    found = circumstances.against(case, misses.misses(case), rep)
    return {one.key: one.strong for one in found}


def planned(case):
    return improvement_plan.plans(case).set_index("rep_id")


# -- misses in a row


def test_three_misses_in_a_row_are_counted_with_the_money_short(make_case):
    tables = books({"R1": {"2024Q4": 120.0, **three(80.0, 90.0, 70.0)}})
    case = make_case(**tables, roster=[person("R1")])
    found = misses.misses(case)
    rows = found[found["basis"] == "counted"].set_index("period")
    assert rows["in_row"].to_dict() == {"2024Q4": 0, "2025Q1": 1, "2025Q2": 2, "2025Q3": 3}
    assert rows["attainment"].tolist() == pytest.approx([1.2, 0.8, 0.9, 0.7])
    row = misses.summary(found).iloc[0]
    assert (row["in_row"], row["since"], row["counted"]) == (3, "2025Q1", 4)
    assert row["shortfall"] == pytest.approx(60.0)
    assert row["attainment"] == pytest.approx(0.8)


def test_within_the_tolerance_it_is_no_miss_and_the_parameter_moves_it(make_case):
    tables = books({"R1": three(80.0, 95.0, 80.0)})
    assert misses.summary(misses.misses(make_case(**tables)))["in_row"].iloc[0] == 1
    strict = make_case(**tables, settings={"review.people.miss_below": 1.0})
    assert misses.summary(misses.misses(strict)).set_index("rep_id").loc["R1", "in_row"] == 3


def test_a_running_period_does_not_count(make_case):
    tables = books({"R1": {"2024Q4": 80.0, **three(80.0, 80.0, 10.0)}})
    found = misses.misses(make_case(**tables, roster=[person("R1")], as_of="2025-08-20"))
    assert "2025Q3" not in set(found["period"])
    assert misses.summary(found)["in_row"].iloc[0] == 3


@pytest.mark.parametrize("target", [0.0, None])
def test_a_zero_or_missing_quota_is_not_counted_and_breaks_nothing(make_case, target):
    tables = books({"R1": {"2024Q4": 80.0, **three()}})
    tables["targets"] = [one if one["period"] != "2025Q2" else {**one, "target": target}
                         for one in tables["targets"]]  # fmt: skip
    found = misses.misses(make_case(**tables, roster=[person("R1")]))
    rows = found.set_index("period")
    assert rows.loc["2025Q2", "basis"] == "no_target"
    assert np.isnan(rows.loc["2025Q2", "attainment"])
    assert rows.loc["2025Q3", "in_row"] == 3


def test_periods_on_the_ramp_are_not_counted(make_case):
    tables = books({"R1": three()})
    staff = [person("R1", hired="2025-03-10", start="2025-03-10")]
    found = misses.misses(make_case(**tables, roster=staff)).set_index("period")
    assert found.loc[["2025Q1", "2025Q2", "2025Q3"], "basis"].tolist() == [
        "on_ramp", "on_ramp", "counted"
    ]  # fmt: skip
    assert found.loc["2025Q3", "in_row"] == 1


def test_a_quarter_away_is_not_counted(make_case):
    tables = books({"R1": three()})
    staff = [person("R1", end="2025-03-31"), person("R1", start="2025-04-01", end="2025-06-30",
             capacity=0.0), person("R1", start="2025-07-01")]  # fmt: skip
    found = misses.misses(make_case(**tables, roster=staff)).set_index("period")
    assert found.loc["2025Q2", "basis"] == "not_there"
    assert found.loc["2025Q3", "in_row"] == 2


def test_what_was_credited_elsewhere_is_not_known_in_a_region(make_case):
    tables = books({"R1": three()})
    staff = [person("R1", region="South", team="South-1", end="2025-05-31"),
             person("R1", start="2025-06-01"), person("R2")]  # fmt: skip
    region = misses.misses(make_case(**tables, roster=staff))
    own = region[region["rep_id"] == "R1"].set_index("period")
    assert own["basis"].tolist()[-3:] == ["elsewhere", "elsewhere", "counted"]
    assert own.loc["2025Q3", "in_row"] == 1 and np.isnan(own.loc["2025Q1", "actual"])
    company = misses.misses(make_case(**tables, roster=staff, scope="company"))
    assert company[company["rep_id"] == "R1"]["in_row"].iloc[-1] == 3


def test_who_has_left_is_not_listed(make_case):
    tables = books({"R1": three(), "R2": three()})
    staff = [person("R1"), person("R2", end="2025-09-15")]
    assert set(misses.misses(make_case(**tables, roster=staff))["rep_id"]) == {"R1"}


def test_misses_without_targets_reps_or_a_closed_period(make_case):
    assert misses.misses(make_case(sales=[sold("R1", "2025-08-15", 1.0)])).table == "targets"
    tables = books({"R1": three()})
    gone = make_case(**tables, roster=[person("R1", end="2020-02-01")])
    assert misses.misses(gone).reason == "no_reps"
    young = {**tables, "sales": [sold("R1", "2025-08-15", 1.0)]}
    assert misses.misses(make_case(**young, as_of="2025-08-20")).reason == "none_over"
    assert improvement_plan.plans(make_case(**young, as_of="2025-08-20")).reason == "none_over"


def test_returns_alone_are_a_miss_and_break_nothing(make_case):
    case = make_case(**books({"R1": three(-5.0, -5.0, -5.0)}), roster=[person("R1")])
    assert misses.summary(misses.misses(case))["shortfall"].iloc[0] == pytest.approx(315.0)
    assert planned(case).loc["R1", "in_row"] == 3


@given(st.lists(st.sampled_from(["hit", "miss", "skip", "elsewhere"]), min_size=1, max_size=12))
def test_in_row_is_the_length_of_the_run(history):
    basis = [{"skip": "no_target", "elsewhere": "elsewhere"}.get(one, "counted") for one in history]
    found = pd.DataFrame({"rep_id": "R", "basis": basis, "period": range(len(history)),
                          "missed": [one == "miss" for one in history]})  # fmt: skip
    in_row = misses._in_row(found)
    count = 0
    for one in reversed(history):
        if one in ("hit", "elsewhere"):
            break
        count += one == "miss"
    assert in_row.iloc[-1] == count == len(misses.run(found, "R"))


# -- plans and what speaks against them


def test_a_plan_is_proposed_after_three_misses_and_not_after_two(make_case):
    reached = {"R1": three(), "R2": three(120.0, 80.0, 80.0), "R3": three(*[120.0] * 3),
               "R4": three(*[110.0] * 3)}  # fmt: skip
    staff = [person(rep, manager="R3" if rep != "R3" else None) for rep in reached]
    case = make_case(**books(reached), roster=staff)
    found = planned(case)
    assert found.index.tolist() == ["R1"]
    row = found.loc["R1"]
    assert row["proposed"] and row["speaks_against"] == () and row["owner"] == "Name R3"
    assert row["shortfall"] == pytest.approx(60.0)
    assert row["start"] == dt.date(2025, 10, 1) or row["start"] > dt.date(2025, 10, 1)
    assert all(case.calendar.is_working_day(day) for day in (row["start"], *row["checks"]))
    assert list(row["checks"]) == sorted(row["checks"]) and row["checks"][-1] == row["end"]
    assert [one.kind for one in row["support"]] == ["talk"]


def test_how_many_misses_lead_to_a_plan_is_a_parameter(make_case):
    tables = books({"R1": three(120.0, 80.0, 80.0)})
    case = make_case(**tables, roster=[person("R1")], settings={"review.people.pip_after": 2})
    assert planned(case).loc["R1", "in_row"] == 2


def test_leave_speaks_against_a_plan(make_case):
    staff = [person("R1", end="2025-04-30"), person("R1", start="2025-06-16")]
    case = make_case(**books({"R1": three()}), roster=staff)
    assert keys(case) == {"absent": True}
    assert not planned(case).loc["R1", "proposed"]
    short = [person("R1", end="2025-05-08"), person("R1", start="2025-05-13")]
    assert keys(make_case(**books({"R1": three()}), roster=short)) == {"absent": False}


def test_a_smaller_post_speaks_against_a_plan_unless_its_quota_fell_with_it(make_case):
    staff = [person("R1", end="2025-03-31"), person("R1", start="2025-04-01", capacity=0.5)]
    tables = books({"R1": three()})
    assert keys(make_case(**tables, roster=staff)) == {"post_reduced": True}
    lower = [one if one["period"] == "2025Q1" else {**one, "target": 50.0}
             for one in tables["targets"]]  # fmt: skip
    sales = books({"R1": three(80.0, 40.0, 40.0)})["sales"]
    assert keys(make_case(sales=sales, targets=lower, roster=staff)) == {"post_reduced": False}


def test_a_move_to_another_team_speaks_against_a_plan(make_case):
    staff = [person("R1", end="2025-03-31"), person("R1", start="2025-04-01", team="East-2")]
    assert keys(make_case(**books({"R1": three()}), roster=staff)) == {"territory_moved": True}
    long_ago = [person("R1", end="2023-03-31"), person("R1", start="2023-04-01", team="East-2")]
    assert keys(make_case(**books({"R1": three()}), roster=long_ago)) == {}


def test_a_region_that_misses_as_a_whole_speaks_against_a_plan(make_case):
    reached = {rep: three() for rep in ("R1", "R2", "R3", "R4")}
    staff = [person(rep) for rep in reached]
    case = make_case(**books(reached), roster=staff)
    assert keys(case) == {"region_short": True}
    assert not planned(case)["proposed"].any()
    reached |= {rep: three(*[130.0] * 3) for rep in ("R3", "R4")}
    assert keys(make_case(**books(reached), roster=staff)) == {}


def test_a_small_region_is_judged_by_the_whole_scope(make_case):
    reached = {rep: three() for rep in ("R1", "R2", "R3", "R4")}
    staff = [person("R1", region="North")] + [person(rep) for rep in ("R2", "R3", "R4")]
    case = make_case(**books(reached), roster=staff, scope="company")
    one = circumstances.against(case, misses.misses(case), "R1")[0]
    assert (one.key, one.facts["group"]) == ("region_short", "scope")


def test_customers_handed_over_speak_against_a_plan(make_case):
    tables = books({"R1": three(), "R2": three(*[130.0] * 3)})
    tables["sales"] += [sold("R1", day, 100.0, customer_id="C9") for day in LAST_YEAR]
    tables["sales"] += [sold("R2", "2025-04-15", 100.0, customer_id="C9")]
    staff = [person("R1"), person("R2")]
    assert keys(make_case(**tables, roster=staff))["customers_moved"] is True
    own = [one for one in tables["sales"] if one["rep_id"] == "R1"]
    alone = make_case(sales=own, targets=tables["targets"], roster=staff[:1], scope="rep:R1")
    assert "customers_moved" not in keys(alone)


def test_a_quota_far_above_last_year_speaks_against_a_plan_where_others_have_less(make_case):
    reached = {"R1": three(), **{rep: three(*[120.0] * 3) for rep in ("R2", "R3", "R4")}}
    tables = books(reached)
    for rep, before in (("R1", 60.0), ("R2", 100.0), ("R3", 100.0), ("R4", 100.0)):
        tables["sales"] += [sold(rep, day, before) for day in LAST_YEAR]
    staff = [person(rep) for rep in reached]
    assert keys(make_case(**tables, roster=staff)) == {"quota_far": True}
    own = [one for one in tables["sales"] if one["rep_id"] in ("R0", "R1")]
    few = make_case(sales=own, targets=tables["targets"], roster=staff[:1])
    assert keys(few) == {"quota_far": False}


def test_events_of_the_region_are_told_and_promotions_are_not(make_case):
    events = [{"date": "2025-05-01", "label": "competitor", "kind": "competitor"},
              {"date": "2025-05-02", "label": "sale", "kind": "promotion"},
              {"date": "2025-05-03", "label": "south", "kind": "policy", "region": "South"},
              {"date": "2023-05-01", "label": "old", "kind": "policy"}]  # fmt: skip
    case = make_case(**books({"R1": three()}), roster=[person("R1")], events=events)
    found = circumstances.against(case, misses.misses(case), "R1")
    assert [(one.key, one.facts["label"]) for one in found] == [("event", "competitor")]
    assert planned(case).loc["R1", "proposed"]


def test_the_exit_is_the_target_of_the_plan_by_working_days(make_case):
    tables = books({"R1": three()})
    tables["targets"].append(goal("R1", "2025Q4", 620.0))
    case = make_case(**tables, roster=[person("R1")], settings={"calendar.country": ""})
    row = planned(case).loc["R1"]
    whole = case.calendar.working_days("2025-10-01", "2025-12-31")
    seen = case.calendar.working_days(row["start"], min(row["end"], dt.date(2025, 12, 31)))
    first = row["exit"][0]
    assert first["measure"] == "attainment"
    assert first["money"] == pytest.approx(0.95 * 620.0 * seen / whole)
    without = make_case(**books({"R1": three()}), roster=[person("R1")])
    assert planned(without).loc["R1", "exit"][0]["money"] is None


def test_work_goals_are_the_usual_within_reach(make_case):
    reached = {"R1": three(), **{f"R{at}": three(*[120.0] * 3) for at in range(2, 6)}}
    days = pd.bdate_range("2024-10-01", "2025-09-30")
    done = [{"date": day, "rep_id": rep, "kind": "visit", "count": 1.0 if rep == "R1" else 2.0}
            for rep in reached for day in days]  # fmt: skip
    case = make_case(**books(reached), roster=[person(rep) for rep in reached], activities=done,
                     settings={"calendar.country": ""})  # fmt: skip
    levels = work_levels.levels(case).set_index("rep_id")
    assert levels.loc["R1", ["own", "usual"]].tolist() == pytest.approx([5.0, 10.0])
    row = planned(case).loc["R1"]
    assert row["exit"][1] == {"measure": "visit", "goal": pytest.approx(6.25),
                              "own": pytest.approx(5.0), "usual": pytest.approx(10.0),
                              "money": None, "until": None}  # fmt: skip
    assert [(one.kind, one.subject) for one in row["support"]] == [("few", "visit")]


@given(
    st.floats(0, 100), st.floats(0, 100), st.floats(0, 1),
)  # fmt: skip
def test_a_goal_for_work_never_asks_less_than_before_nor_more_than_the_stretch(own, usual, stretch):
    found = work_levels.goal(own, usual, stretch=stretch)
    if own > 0:
        assert own <= found <= max(own, own * (1 + stretch)) + 1e-9
    assert found <= max(own, usual)


def test_actions_have_owner_day_and_money(make_case):
    reached = {"R1": three(), "R2": three(*[130.0] * 3)}
    staff = [person("R1", manager="R2"), person("R2")]
    case = make_case(**books(reached), roster=staff)
    one = improvement_plan.actions(case).iloc[0]
    assert (one["cause"], one["action"], one["subject"]) == (
        "misses_in_row", "agree_plan", "Name R1"
    )  # fmt: skip
    assert (one["owner"], one["effect"]) == ("Name R2", pytest.approx(-60.0))
    assert one["due_on"].date() == planned(case).loc["R1", "start"]
    own = make_case(**books({"R1": three()}), roster=staff[:1], scope="rep:R1")
    assert improvement_plan.actions(own)["action"].tolist() == ["look_together"]


# -- newcomers


def test_a_newcomers_target_is_spread_by_the_ramp_and_sums_to_it(make_case):
    tables = {"sales": [sold("R1", "2025-08-15", 30.0)], "targets": [goal("R1", "2025Q3", 90.0)]}
    staff = [person("R1", hired="2025-07-01", start="2025-07-01")]
    case = make_case(**tables, roster=staff)
    found = probation.goals(case)
    months = found.months.set_index("name")
    assert months.loc["2025-07":"2025-09", "target"].sum() == pytest.approx(90.0)
    assert months.loc["2025-07":"2025-09", "ramp"].tolist() == [0.25, 0.5, 0.75]
    assert months.loc["2025-10", "basis"] == "level" and np.isnan(months.loc["2025-10", "actual"])
    per_day = months["target"] / months["ramp"] / [
        case.calendar.working_days(day, day + pd.offsets.MonthEnd(0)) for day in months["month"]
    ]
    assert per_day.tolist() == pytest.approx([per_day.iloc[0]] * len(months))
    row = found.people.iloc[0]
    assert (row["state"], row["target"], row["actual"]) == ("running", pytest.approx(90.0), 30.0)
    assert row["ends"] == pd.Timestamp("2025-12-31")
    assert all(day > case.as_of for day in row["reviews"]) and len(row["reviews"]) == 2


def test_without_a_target_newcomers_start_from_what_is_usual(make_case):
    staff = [person(f"R{at}") for at in range(2, 6)] + [person("R1", hired="2025-07-01",
             start="2025-07-01")]  # fmt: skip
    rows = [sold(f"R{at}", "2025-08-15", 660.0) for at in range(2, 6)]
    case = make_case(sales=rows, roster=staff, settings={"calendar.country": ""})
    months = probation.goals(case).months.set_index("name")
    assert set(months["basis"]) == {"peers"}
    worked = case.calendar.working_days("2025-07-01", "2025-09-30")
    august = case.calendar.working_days("2025-08-01", "2025-08-31")
    assert months.loc["2025-08", "target"] == pytest.approx(660.0 / worked * august * 0.5)
    alone = make_case(sales=rows[:1], roster=staff[-1:], settings={"calendar.country": ""})
    assert probation.goals(alone).months["target"].isna().all()


def test_nobody_new_is_said(make_case):
    case = make_case(sales=[sold("R1", "2025-08-15", 1.0)], roster=[person("R1")])
    assert probation.goals(case).reason == "no_newcomers"


def test_activity_goals_follow_colleagues_at_the_same_tenure(make_case):
    new = person("R1", hired="2025-07-01", start="2025-07-01")
    came = [person(f"R{at}", hired="2024-07-01", start="2024-07-01") for at in range(2, 5)]
    days = pd.bdate_range("2024-07-01", "2025-09-30")
    done = [{"date": day, "rep_id": one["rep_id"], "kind": "visit",
             "count": 1.0 if day < pd.Timestamp("2024-12-31") else 3.0}
            for one in came for day in days]  # fmt: skip
    sales = [sold("R2", "2024-07-01", 1.0)]
    case = make_case(sales=sales, roster=[new, *came], activities=done,
                     settings={"calendar.country": ""})  # fmt: skip
    row = probation.goals(case).work.iloc[0]
    assert (row["basis"], row["goal"]) == ("same_tenure", pytest.approx(5.0))
    fewer = make_case(sales=sales, roster=[new, *came[:2], person("R9")], activities=done,
                      settings={"calendar.country": ""})  # fmt: skip
    assert probation.goals(fewer).work["basis"].tolist() == ["ramp"]


# -- training and levels


def scores(table, period="2025Q3"):
    return [{"rep_id": rep, "period": period, "dimension": dimension, "score": score,
             "source": "manager"}
            for rep, row in table.items() for dimension, score in row.items()]  # fmt: skip


def test_the_training_plan_names_gaps_form_and_who_could_teach(make_case):
    given_scores = {"R1": {"talks": 2.0, "plans": 1.0}, "R2": {"talks": 2.0, "plans": 4.0},
                    "R3": {"talks": 2.0, "plans": 3.0}, "R4": {"talks": 5.0, "plans": 4.0}}
    staff = [person(rep, hired=f"201{at}-01-01") for at, rep in enumerate(given_scores)]
    case = make_case(sales=[sold("R1", "2025-08-15", 1.0)], roster=staff,
                     assessments=scores(given_scores))  # fmt: skip
    found = training.plan(case).set_index("dimension")
    assert found.index.tolist() == ["talks", "plans"]
    assert found.loc["talks", ["people", "gap", "format", "trainer"]].tolist() == [
        3, 1.0, "workshop", "Name R4"
    ]  # fmt: skip
    assert found.loc["plans", ["people", "gap", "format", "trainer"]].tolist() == [
        1, 2.0, "ride_along", "Name R2"
    ]  # fmt: skip
    chosen = {"review.people.training_formats": {"plans": "coaching"}}
    case = make_case(sales=[sold("R1", "2025-08-15", 1.0)], roster=staff, settings=chosen,
                     assessments=scores(given_scores))  # fmt: skip
    assert training.plan(case).set_index("dimension").loc["plans", "format"] == "coaching"


def test_a_reps_own_training_plan_names_nobody_else(make_case):
    case = make_case(sales=[sold("R1", "2025-08-15", 1.0)], roster=[person("R1")], scope="rep:R1",
                     assessments=scores({"R1": {"talks": 2.0}}))  # fmt: skip
    found = training.plan(case)
    assert found["trainer"].isna().all() and found["format"].tolist() == ["coaching"]
    assert training.plan(make_case(sales=[sold("R1", "2025-08-15", 1.0)])).table == "assessments"


@pytest.fixture
def ladder(make_case):
    def build(able=4.0, quarters=None, **more):
        reached = {"R1": quarters or {name: 130.0 for name in QUARTERS},
                   **{f"R{at}": {name: 90.0 for name in QUARTERS} for at in range(2, 8)}}
        staff = [person(rep, level="senior" if rep in ("R5", "R6", "R7") else "rep")
                 for rep in reached]  # fmt: skip
        given_scores = {rep: {"talks": 4.0, "plans": 3.0} for rep in reached}
        given_scores["R1"] = {"talks": able, "plans": 3.0}
        return make_case(**books(reached), roster=staff, assessments=scores(given_scores), **more)

    return build


def test_a_hint_needs_the_row_the_place_and_the_capability(ladder):
    row = promotion.hints(ladder()).iloc[0]
    assert row["hint"] and row["rep_id"] == "R1" and row["missing"] == ()
    assert (row["level"], row["next_level"], row["basis"]) == ("rep", "senior", "next_level")
    assert (row["in_row"], row["place"], row["of"]) == (4, 1.0, 7.0)
    near = promotion.hints(ladder(able=3.0)).iloc[0]
    assert not near["hint"] and near["missing"] == ("capability",)
    short = promotion.hints(ladder(quarters={**dict.fromkeys(QUARTERS, 130.0), "2024Q4": 90.0}))
    assert short.iloc[0]["missing"] == ("in_row",)
    two = {**dict.fromkeys(QUARTERS, 130.0), "2025Q1": 90.0}
    assert promotion.hints(ladder(quarters=two)).empty


def test_a_reps_own_hint_leaves_the_place_unknown(make_case):
    tables = books({"R1": dict.fromkeys(QUARTERS, 130.0)})
    case = make_case(**tables, roster=[person("R1", level="销售")], scope="rep:R1",
                     assessments=scores({"R1": {"talks": 4.0}}))  # fmt: skip
    row = promotion.hints(case).iloc[0]
    assert not row["hint"] and row["unknown"] == ("productivity",)
    assert (row["next_level"], row["basis"]) == ("资深", "required")


def test_who_stands_highest_has_no_next_level(ladder):
    found = promotion.hints(ladder(settings={"review.people.levels": ["senior", "rep"]}))
    assert "R1" not in set(found["rep_id"])
    named = promotion.hints(ladder(settings={"review.people.levels": ["rep/agent", "top/senior"]}))
    assert named.iloc[0]["next_level"] == "senior"
    unknown = promotion.hints(ladder(settings={"review.people.levels": []})).iloc[0]
    assert unknown["next_level"] is None and unknown["basis"] == "required"


# -- the sample company


def test_the_planted_rep_is_proposed_and_the_newcomers_are_not(sample_company):
    folder, _, case = sample_company
    truths = json.loads((folder / "truths.json").read_text())["planted"]
    planted = next(one for one in truths if one["key"] == "misses_in_row")
    for one in (case, reopen(case, scope="region:West")):
        found = improvement_plan.plans(one)
        assert found["scope"].tolist() == [planted["scope"]]
        row = found.iloc[0]
        assert row["proposed"] and row["in_row"] == 3 and row["owner"]
        assert row["since"] == planted["subject"][0]
        assert "talk" not in {each.kind for each in row["support"]}
    north = probation.goals(reopen(case, scope="region:North", period="2025Q2"))
    assert sorted(north.people["rep_id"]) == ["R025", "R028"]


def test_actuals_are_those_that_are_measured_elsewhere(sample_company):
    _, _, case = sample_company
    rows = misses.misses(case)
    for one in rows[rows["rep_id"].isin(["R007", "R018"])].itertuples(index=False):
        scope = Scope.parse(one.scope)
        measured = measures.actuals(case, scope=scope, start=one.start, end=one.end)
        assert one.actual == pytest.approx(measured)


def test_the_planted_circumstances_are_seen(sample_company):
    _, _, case = sample_company
    table = misses.misses(case)
    of = {rep: {one.key: one.strong for one in circumstances.against(case, table, rep)}
          for rep in ("R007", "R015", "R004", "R018")}  # fmt: skip
    assert of["R007"]["territory_moved"] and of["R007"]["customers_moved"]
    assert of["R015"]["largest_lost"] and of["R004"]["region_short"]
    assert not any(of["R018"].values())


def test_a_reps_own_case_holds_the_rep_alone(sample_company):
    _, _, case = sample_company
    own = reopen(case, scope="rep:R018")
    plan = improvement_plan.plans(own)
    assert plan["rep_id"].tolist() == ["R018"] and plan["owner"].isna().all()
    assert plan["unseen"].iloc[0] == circumstances.UNSEEN
    whole = improvement_plan.plans(case).iloc[0]
    assert plan["shortfall"].iloc[0] == pytest.approx(whole["shortfall"])


def test_support_is_what_a_reps_own_figures_say(sample_company):
    _, _, case = sample_company
    found = support.conversions(case)
    assert found["own"].between(0, 1).all() and not found["left"].lt(1).any()
    low = found[found["low"].astype(bool)]
    assert (low["own"] < low["usual"]).all() and (low["left"] >= support.LEAST_DEALS).all()


def test_nothing_is_known_without_tables(make_case):
    case = make_case(sales=[sold("R1", "2025-08-15", 1.0)], roster=[person("R1")])
    assert isinstance(work_levels.levels(case), Unavailable)
    assert isinstance(support.conversions(case), Unavailable)
    assert isinstance(promotion.hints(case), Unavailable)
    assert isinstance(improvement_plan.actions(case), Unavailable)
