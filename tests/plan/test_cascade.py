"""A target handed down level by level: every level sums exactly to the one above."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.errors import InfeasibleError
from kit.plan import allocation, cascade, schedule, target

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


def person(rep, team, **more):
    return {"rep_id": rep, "valid_from": "2020-01-01", "name": f"Rep {rep}", "team": team,
            "region": "East", "capacity": 1.0, "hired_on": "2020-01-01", **more}  # fmt: skip


def sold(rep, team, amount, **more):
    return [
        {"rep_id": rep, "team": team, "date": f"{year}-{month:02d}-10", "amount": amount, **more}
        for year in (2023, 2024, 2025)
        for month in range(1, 13)
        if (year, month) < (2025, 7)
    ]


def company(make_case, **settings):
    """Two regions: East with two teams, West with one."""
    people = [person(rep, team) for rep, team in TEAMS.items()]
    people.append(person("R6", "West-1", region="West"))
    rows = [
        row
        for number, (rep, team) in enumerate(TEAMS.items())
        for row in sold(rep, team, 10_000.0 * (number + 1))
    ] + sold("R6", "West-1", 60_000.0, region="West")
    settings = {f"targets.{name}": value for name, value in settings.items()}
    return make_case(sales=rows, roster=people, scope="company", as_of="2025-06-30",
                     settings=settings)  # fmt: skip


def plans(case, **held):
    plan = target.proposal(case)
    found = cascade.cascade(case, plan, **held)
    return plan, found.set_index("scope")


def test_a_lock_far_down_holds_at_every_level(make_case):
    case = company(make_case, locks={"rep:R1": 400_000})
    plan, found = plans(case)
    assert found.loc["rep:R1", "target"] == 400_000
    assert found.loc["team:East-1", "target"] >= 400_000
    assert found.loc["region:East", "target"] >= found.loc["team:East-1", "target"]
    assert found.loc[["region:East", "region:West"], "target"].sum() == plan.handed_out
    parts = allocation.children(case, plan)
    assert parts["target"].tolist() == found.loc[parts["scope"], "target"].tolist()


def test_arguments_win_over_settings_and_empty_takes_a_lock_away(make_case):
    case = company(make_case, locks={"rep:R1": 400_000})
    _, found = plans(case, locks={"rep:R1": 7_000})
    assert found.loc["rep:R1", "target"] == 7_000
    _, free = plans(case, locks={"rep:R1": None})
    _, plain = plans(company(make_case))
    assert free["target"].tolist() == plain["target"].tolist()


def test_all_parts_locked_is_a_lock_of_what_is_above(make_case):
    locks = {"rep:R1": 12_345.67, "rep:R2": 22_222.22}
    plan, found = plans(company(make_case), locks=locks)
    assert found.loc["team:East-1", "target"] == 34_567.89
    assert found.loc[["region:East", "region:West"], "target"].sum() == plan.handed_out


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ({"locks": {"team:East-1": 50_000, "rep:R1": 80_000}},
         "lock of 'team:East-1' is 50,000, but .* need 80,000: 30,000 too much"),
        ({"caps": {"region:East": 60_000}, "floors": {"rep:R1": 50_000, "rep:R5": 40_000}},
         "cap of 'region:East' is 60,000, but .* need 90,000: 30,000 too much"),
        ({"floors": {"team:East-1": 90_000}, "caps": {"rep:R1": 10_000, "rep:R2": 20_000}},
         "floor of 'team:East-1' is 90,000, but .* take 30,000 at the most: 60,000 not handed out"),
        ({"locks": {"rep:R1": 9e9}}, "too much"),
        ({"locks": {"rep:R9": 1_000}}, "lock for 'rep:R9' fits no part"),
        ({"caps": {"team:West": 1_000}}, "cap for 'team:West' fits no part. Did you mean"),
        ({"locks": {"rep:R1": -1}}, "lock of 'rep:R1' is -1"),
    ],
)  # fmt: skip
def test_conflicts_between_levels_are_named_with_their_amount(make_case, held, words):
    with pytest.raises(InfeasibleError, match=words):
        plans(company(make_case), **held)


def test_a_lock_in_the_settings_may_lie_outside_the_scope(make_case, region):
    wanted = region.settings.targets.model_copy(update={"locks": {"rep:R9": 5.0}})
    case = replace(region, settings=region.settings.model_copy(update={"targets": wanted}))
    assert plans(case)[1]["target"].tolist() == plans(region)[1]["target"].tolist()
    with pytest.raises(InfeasibleError, match="fits no part"):
        plans(company(make_case, locks={"rep:R9": 5.0}))


def test_padding_comes_on_top_and_is_shown(make_case):
    case = company(make_case, padding={"region": 0.1, "team": 0.05})
    plan, found = plans(case, locks={"rep:R5": 100_000})
    assert found.loc[["region:East", "region:West"], "target"].sum() == plan.handed_out
    for scope, share in (("region:East", 0.1), ("team:East-1", 0.05), ("team:East-2", 0.05)):
        below = found.loc[found["above"] == scope, "target"].sum()
        assert below == found.loc[scope, "handed_down"]
        assert below == pytest.approx(found.loc[scope, "target"] * (1 + share), abs=500)
    assert found.loc["rep:R5", "target"] == 100_000
    assert found["handed_down"].isna().sum() == 6


def test_equal_growth_limits_leave_room_for_rounding(region):
    sales = region.data.sales.assign(amount=region.data.sales["amount"] * 1.000013)
    data = replace(region.data, frames={**region.data.frames, "sales": sales})
    before = float(sales.loc[sales["date"].between("2024-07-01", "2024-09-30"), "amount"].sum())
    wanted = {"method": "given", "value": before * 1.05, "reserve": 0.0,
              "growth_limits": (0.05, 0.05)}  # fmt: skip
    targets = region.settings.targets.model_copy(update=wanted)
    settings = region.settings.model_copy(update={"targets": targets})
    case = replace(region, data=data, settings=settings)
    found = cascade.cascade(case, target.proposal(case))
    off = (found["target"] - found["last_year"] * 1.05).abs()
    assert len(found) == 7 and (off <= targets.unit / 2).all()
    wide = targets.model_copy(update={"growth_limits": (0.02, 0.02)})
    case = replace(case, settings=case.settings.model_copy(update={"targets": wide}))
    with pytest.raises(InfeasibleError, match="not handed out"):
        cascade.cascade(case, target.proposal(case))


def test_growth_limits_hold_unless_someone_decided_otherwise(make_case):
    case = company(make_case, growth_limits=(0.0, 0.1), blend={"capacity": 1})
    _, found = plans(case)
    grown = found["target"] / found["last_year"] - 1
    assert (grown >= -1e-9).all() and (grown <= 0.1 + 1e-9).all()
    _, found = plans(case, locks={"rep:R1": 36_000})
    assert found.loc["rep:R1", "target"] == 36_000
    tight = company(make_case, growth_limits=(-0.1, 0.02), growth=0.08)
    with pytest.raises(InfeasibleError, match="not handed out"):
        plans(tight)


def test_a_rep_in_two_teams_carries_a_lock_once(make_case):
    moved = [person("R1", "East-1", valid_to="2025-08-15"),
             person("R1", "East-2", valid_from="2025-08-16")]  # fmt: skip
    rest = [person(rep, team) for rep, team in TEAMS.items() if rep != "R1"]
    rows = [row for rep, team in TEAMS.items() for row in sold(rep, team, 20_000.0)]
    case = make_case(sales=rows, roster=moved + rest, as_of="2025-06-30")
    _, found = plans(case, locks={"rep:R1": 50_000})
    assert found.loc[["rep:R1"], "above"].tolist() == ["team:East-1", "team:East-2"]
    assert found.loc[["rep:R1"], "target"].sum() == 50_000
    assert (found.loc[["rep:R1"], "target"] > 20_000).all()


def test_months_of_every_level(make_case):
    case = company(make_case, padding={"team": 0.05})
    plan = target.proposal(case)
    whole = cascade.cascade(case, plan, locks={"rep:R1": 54_321.0})
    found = cascade.by_month(case, plan, parts=whole)
    assert found.columns.tolist() == ["scope", "part", "above", "period", "target"]
    by_part = found.groupby(["above", "scope"], sort=False)["target"].sum()
    assert by_part.tolist() == whole["target"].tolist()
    months = schedule.parts(case, plan.handed_out)["target"].tolist()
    top = found[found["above"] == "company"].groupby("period")["target"].sum()
    assert top.tolist() == months
    teams = found[found["above"] == "region:East"].groupby("period")["target"].sum()
    assert teams.tolist() == found.loc[found["scope"] == "region:East", "target"].tolist()


def test_equal_chance_quotas_lie_as_far_above_each_forecast(make_case):
    noise = (0.9, 1.15, 1.0, 1.05, 0.95, 1.1, 0.85)
    rows = [
        {**row, "amount": row["amount"] * (1 + (number + 1) * (noise[place % 7] - 1))}
        for number, (rep, team) in enumerate(TEAMS.items())
        for place, row in enumerate(sold(rep, team, 30_000.0))
    ]
    newcomer = person("R9", "East-1", valid_from="2025-05-01", hired_on="2025-05-01")
    people = [newcomer, *(person(rep, team) for rep, team in TEAMS.items())]
    case = make_case(sales=rows, roster=people, scope="team:East-1", as_of="2025-06-30",
                     settings={"targets.split": "equal_chance"})  # fmt: skip
    plan = target.proposal(case)
    found = allocation.children(case, plan).set_index("scope")
    assert found["split_by"].to_dict() == {
        "rep:R1": "equal_chance", "rep:R2": "equal_chance", "rep:R9": "blend"
    }  # fmt: skip
    own = found.loc[["rep:R1", "rep:R2"]]
    lams = (own["target"] - own["baseline"]) / own["sd"]
    assert lams.tolist() == pytest.approx([found.attrs["lam"]] * 2, abs=0.3)
    assert own["sd"].iloc[0] < own["sd"].iloc[1]
    assert found["target"].sum() == plan.handed_out


def test_even_only_where_it_is_asked_for(make_case):
    plan, found = plans(company(make_case, split="even"))
    both = found.loc[["region:East", "region:West"], "target"]
    assert both.max() - both.min() <= 1000 and both.sum() == plan.handed_out
    assert found.attrs["split"] == "even" and found.attrs["blend"] == {}
    _, plain = plans(company(make_case))
    assert plain.loc["region:East", "target"] > 2 * plain.loc["region:West", "target"]


def test_history_is_last_years_same_season(make_case):
    winter = [row for row in sold("R1", "East-1", 90_000.0) if row["date"][5:7] in ("11", "12")]
    summer = [row for row in sold("R2", "East-1", 30_000.0) if row["date"][5:7] in ("07", "08")]
    little = [row for row in sold("R1", "East-1", 10_000.0) if row["date"][5:7] in ("07", "08")]
    case = make_case(
        sales=winter + summer + little, roster=[person("R1", "East-1"), person("R2", "East-1")],
        scope="team:East-1", as_of="2025-06-30", settings={"targets.blend": {"history": 1}},
    )  # fmt: skip
    found = allocation.children(case, target.proposal(case)).set_index("scope")
    # over the year R1 sells three times as much as R2, in this quarter a third
    assert found["last_year"].tolist() == [20_000, 60_000]
    assert found["weight"].tolist() == pytest.approx([0.25, 0.75])


def test_who_leaves_within_the_period_carries_that_part(make_case):
    people = [person("R1", "East-1"), person("R2", "East-1", valid_to="2025-07-31")]
    rows = sold("R1", "East-1", 10_000.0) + sold("R2", "East-1", 10_000.0)
    case = make_case(sales=rows, roster=people, scope="team:East-1", as_of="2025-06-30",
                     settings={"targets.blend": {"history": 1}})  # fmt: skip
    found = allocation.children(case, target.proposal(case)).set_index("scope")
    share = schedule.seasonality(case).iloc[0]
    assert found.loc["rep:R2", "weight"] == pytest.approx(share / (1 + share))
