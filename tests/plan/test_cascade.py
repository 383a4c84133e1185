"""A target handed down level by level: every level sums exactly to the one above."""

from __future__ import annotations

import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.plan import cascade, target

TEAMS = {"R1": "East-1", "R2": "East-1", "R3": "East-2", "R4": "East-2", "R5": "East-2"}


@pytest.fixture
def region(make_case):
    roster = [
        {"rep_id": rep, "valid_from": "2020-01-01", "name": f"Rep {rep}", "team": team,
         "region": "East", "capacity": 1.0, "hired_on": "2020-01-01"}
        for rep, team in TEAMS.items()
    ]  # fmt: skip
    sales = [
        {"rep_id": rep, "team": team, "date": f"{year}-{month:02d}-10",
         "amount": 10_000.0 * (number + 1)}
        for year in (2023, 2024, 2025)
        for month in range(1, 13)
        for number, (rep, team) in enumerate(TEAMS.items())
        if (year, month) < (2025, 7)
    ]  # fmt: skip
    return make_case(
        sales=sales, roster=roster, as_of="2025-06-30", period="2025Q3",
        settings={"targets.reserve": 0.05},
    )  # fmt: skip


def test_every_level_sums_to_the_one_above(region):
    plan = target.proposal(region)
    found = cascade.cascade(region, plan)
    goals = {"region:East": plan.handed_out, **found.set_index("scope")["target"].to_dict()}
    sums = found.groupby("above")["target"].sum()
    assert set(sums.index) == {"region:East", "team:East-1", "team:East-2"}
    for above, total in sums.items():
        assert total == goals[above]
    assert found["scope"].tolist() == [
        "team:East-1", "rep:R1", "rep:R2", "team:East-2", "rep:R3", "rep:R4", "rep:R5",
    ]  # fmt: skip


def test_weights_within_a_team_follow_its_own_history(region):
    found = cascade.cascade(region, target.proposal(region)).set_index("scope")
    history = found.loc[["rep:R3", "rep:R4", "rep:R5"], "last_year"]
    assert history.tolist() == [90_000.0, 120_000.0, 150_000.0]
    assert found.loc["rep:R3", "target"] < found.loc["rep:R5", "target"]


def test_without_parts_it_says_so(make_case):
    sales = [
        {"rep_id": "R1", "date": str(day.date()), "amount": 5000.0}
        for day in pd.date_range("2023-01-02", "2025-06-30", freq="MS")
    ]
    case = make_case(sales=sales, scope="rep:R1", as_of="2025-06-30", period="2025Q3")
    found = cascade.cascade(case, target.proposal(case))
    assert isinstance(found, Unavailable) and found.reason == "no_children"
