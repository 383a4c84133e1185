"""Territories by hand: transfers, leavers, part-time, and what a scope is made of."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from kit.data.territory import children, display, members, names, placed, reps
from kit.scope import Scope

ROSTER = [
    {"rep_id": "R1", "valid_from": "2024-01-01", "valid_to": "2025-07-31", "name": "Li",
     "team": "E1", "region": "East", "capacity": 1.0, "hired_on": "2024-01-01"},
    {"rep_id": "R1", "valid_from": "2025-08-01", "name": "Li", "team": "S1", "region": "South",
     "capacity": 0.5, "hired_on": "2024-01-01"},
    {"rep_id": "R2", "valid_from": "2024-01-01", "valid_to": "2025-06-30", "name": "Gone",
     "team": "E1", "region": "East"},
    {"rep_id": "R3", "valid_from": "2025-09-01", "name": "Li", "team": "E2", "region": "East"},
]  # fmt: skip


def test_who_was_where_on_a_day(make_case):
    roster = make_case(roster=ROSTER).data.frame("roster")
    found = placed(
        roster,
        ["R1", "R1", "R2", "R3", "R9", "R1"],
        days=["2025-08-01", "2025-07-31", "2025-07-01", "2025-08-31", "2025-08-01", "2023-12-31"],
    )
    assert found["region"].fillna("").tolist() == ["South", "East", "", "", "", ""]
    assert found["team"].fillna("").tolist() == ["S1", "E1", "", "", "", ""]


def test_same_names_are_told_apart(make_case):
    case = make_case(roster=ROSTER)
    assert names(case.data.frame("roster")) == {"R1": "Li (R1)", "R2": "Gone", "R3": "Li (R3)"}
    assert display(case, Scope("rep", "R2")) == "Gone"
    assert display(case, Scope("rep", "R9")) == "R9"
    assert display(case, Scope("company")) == "test"


def test_reps_are_those_active_in_the_period(make_case):
    found = reps(make_case(roster=ROSTER, scope="region:East")).set_index("rep_id")
    assert found.index.tolist() == ["R1", "R3"]
    assert found.loc["R1", "active_to"] == pd.Timestamp("2025-07-31")
    assert found.loc["R3", "active_from"] == pd.Timestamp("2025-09-01")
    assert found.loc["R1", "capacity"] == 1.0
    whole = reps(make_case(roster=ROSTER, scope="company")).set_index("rep_id")
    assert whole.loc["R1", "capacity"] == (31 * 1.0 + 61 * 0.5) / 92
    assert whole.loc["R1", "region"] == "South"
    assert whole.loc["R1", "rep"] == "Li (R1)"


def test_what_a_scope_is_made_of(make_case):
    def parts(scope, **more):
        return children(make_case(roster=ROSTER, scope=scope, **more))["scope"].tolist()

    sold = [{"date": "2025-07-01", "rep_id": "R1", "region": "West", "team": "E1"},
            {"date": "2024-07-01", "rep_id": "R1", "region": "Old", "team": "E1"}]  # fmt: skip
    assert parts("company", sales=sold) == ["region:East", "region:South", "region:West"]
    assert parts("region:East") == ["team:E1", "team:E2"]
    assert parts("team:E1") == ["rep:R1"]
    assert parts("rep:R1") == []


def test_a_region_nobody_belongs_to_is_made_of_those_who_sold_there(make_case):
    roster = [{"rep_id": "281", "valid_from": "2010-01-01", "name": "Shu"}]
    sold = [{"date": "2025-07-01", "rep_id": "281", "region": "Northwest", "team": None}]
    found = children(make_case(roster=roster, sales=sold, scope="region:Northwest"))
    assert found.to_dict("records") == [{"scope": "rep:281", "part": "Shu"}]


def test_each_rep_is_a_member_of_one_region(make_case):
    case = make_case(roster=ROSTER, scope="company")
    assert members(case, Scope("region", "East")) == ("R1", "R3")
    assert members(case, Scope("region", "South")) == ()
    later = case.calendar.period("2025Q4")
    assert members(case, Scope("region", "South"), period=later) == ("R1",)
    assert dt.date(2025, 8, 1) in case.period
