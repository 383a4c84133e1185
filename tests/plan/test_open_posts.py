"""Planned hires in the split: what is held for them, and that nobody carries it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kit.plan import allocation, annual_table, cascade, gap, ledger, schedule
from kit.plan.open_posts import open_posts
from kit.plan.target import proposal
from kit.show import split as page
from kit.show.words import Words

HIRE = {"team": "East-1", "on": "2025-08-16"}


def person(rep, team="East-1", region="East", **more):
    return {"rep_id": rep, "valid_from": "2020-01-01", "name": f"Rep {rep}", "team": team,
            "region": region, "capacity": 1.0, "hired_on": "2020-01-01", **more}  # fmt: skip


def sold(rep, team="East-1", amount=10_000.0, **more):
    return [
        {"rep_id": rep, "team": team, "date": f"{year}-{month:02d}-10", "amount": amount, **more}
        for year in (2023, 2024, 2025)
        for month in range(1, 13)
        if (year, month) < (2025, 7)
    ]


@pytest.fixture
def team(make_case):
    """Two equal reps of one team, and 900,000 to hand out."""

    def build(scope="team:East-1", decided=(), **settings):
        wanted = {"method": "given", "value": 900_000, **settings}
        return make_case(
            sales=sold("R1") + sold("R2"), roster=[person("R1"), person("R2")], scope=scope,
            as_of="2025-06-30", settings={f"targets.{name}": one for name, one in wanted.items()},
            **({"targets": decided} if decided else {}),
        )  # fmt: skip

    return build


def held_of(found, scope="team:East-1"):
    return found.attrs["held"][scope]


def test_a_full_post_all_quarter_gets_a_third(team):
    case = team(hires=[{"team": "East-1", "on": "2025-07-01"}], ramp=[1.0])
    found = allocation.children(case, proposal(case))
    assert found["scope"].tolist() == ["rep:R1", "rep:R2"]
    assert found["target"].tolist() == [300_000, 300_000]
    (held,) = held_of(found)
    assert (held.target, held.weight, held.share) == pytest.approx((300_000, 1 / 3, 1 / 3))
    plain = allocation.children(team(), proposal(case))
    assert plain["target"].tolist() == [450_000, 450_000] and plain.attrs["held"] == {}


@pytest.mark.parametrize("blend", [{"history": 0.6, "capacity": 0.4}, {"history": 1}])
def test_from_mid_quarter_with_the_ramp(team, blend):
    case = team(hires=[HIRE], blend=blend)
    plan = proposal(case)
    found = allocation.children(case, plan)
    (held,) = held_of(found)
    assert held.by_month == pytest.approx((0, 16 / 31 * 0.25, 0.5))
    season = schedule.seasonality(case)
    posts = season.iloc[1] * 16 / 31 * 0.25 + season.iloc[2] * 0.5
    # both kinds count a post of the two reps alike: 1 + 1 + posts
    assert held.weight == pytest.approx(posts / (2 + posts))
    assert held.target == pytest.approx(900_000 * posts / (2 + posts), abs=500)
    assert found["target"].sum() + held.target == plan.handed_out
    assert found["target"].iloc[0] == pytest.approx(found["target"].iloc[1], abs=1000)
    assert found.attrs["handed_down"] == found["target"].sum()


def test_nothing_is_held_before_the_first_day(team):
    case = team(hires=[HIRE])
    plan = proposal(case)
    (held,) = held_of(allocation.children(case, plan))
    grid = allocation.grid(case, plan).groupby("period", sort=False)["target"].sum()
    due = schedule.parts(case, plan.handed_out).set_index("period")["target"]
    left = (due - grid).round(6)
    assert left["2025-07"] == 0 and 0 < left["2025-08"] < left["2025-09"]
    assert left.sum() == held.target
    late = team(hires=[{"team": "East-1", "on": "2025-10-01"}])
    assert open_posts(late) == ()
    assert allocation.children(late, plan)["target"].tolist() == [450_000, 450_000]


def test_mix_and_cube_are_those_of_what_the_reps_carry(team):
    case = team(hires=[HIRE])
    plan = proposal(case)
    down = allocation.children(case, plan)["target"].sum()
    assert allocation.mix(case, plan)["target"].sum() == pytest.approx(down)
    assert allocation.cube(case, plan)["target"].sum() == pytest.approx(down)


@pytest.mark.parametrize("split", ["even", "equal_chance"])
def test_other_ways_of_splitting(team, split):
    case = team(hires=[{"team": "East-1", "on": "2025-07-01"}], ramp=[1.0], split=split)
    found = allocation.children(case, proposal(case))
    assert held_of(found)[0].target == 300_000
    assert found["target"].sum() == 600_000


def test_locked_reps_leave_the_rest_to_the_open_post(team):
    case = team(scope="region:East", hires=[HIRE])
    plan = proposal(case)
    found = cascade.cascade(case, plan, locks={"rep:R1": 400_000, "rep:R2": 400_000})
    assert found.set_index("scope")["target"].to_dict() == {
        "team:East-1": 900_000, "rep:R1": 400_000, "rep:R2": 400_000
    }  # fmt: skip
    assert held_of(found)[0].target == 100_000


def company(make_case, *hires, **settings):
    people = [person("R1"), person("R2"), person("R3", "East-2"), person("R4", "West-1", "West")]
    rows = sold("R1") + sold("R2") + sold("R3", "East-2") + sold("R4", "West-1", region="West")
    wanted = {"method": "given", "value": 2_000_000, "hires": list(hires), **settings}
    return make_case(
        sales=rows, roster=people, scope="company", as_of="2025-06-30",
        settings={f"targets.{name}": one for name, one in wanted.items()},
    )  # fmt: skip


def test_each_hire_is_held_where_it_belongs(make_case):
    on = "2025-07-01"
    case = company(
        make_case, {"team": "East-1", "on": on}, {"region": "East", "on": on}, {"on": on},
        {"team": "East-9", "region": "West", "on": on, "posts": 2}, reserve=0.1,
    )  # fmt: skip
    plan = proposal(case)
    found = cascade.cascade(case, plan)
    held = {scope: [one.posts for one in some] for scope, some in found.attrs["held"].items()}
    assert held == {"company": [1], "region:East": [1], "team:East-1": [1], "region:West": [2]}
    targets = found.set_index("scope")
    own = targets["held"].dropna()
    assert own.index.tolist() == ["region:East", "team:East-1", "team:East-2", "region:West",
                                  "team:West-1"]  # fmt: skip
    for scope in own.index:
        below = found.loc[found["above"] == scope, "target"].sum()
        assert targets.loc[scope, "target"] == below + own[scope]
        assert targets.loc[scope, "handed_down"] == below
    top = held_of(found, "company")[0].target
    assert targets.loc[["region:East", "region:West"], "target"].sum() + top == plan.handed_out
    way = gap.street(plan, found).set_index("measure")["amount"]
    assert way["held_for_hires"] == own.sum() + top and way["padding"] == 0
    assert way["handed_out"] == way["held_for_hires"] + way["street_quota"]
    months = cascade.by_month(case, plan, parts=found)
    by_part = months.groupby(["above", "scope"], sort=False)["target"].sum()
    assert by_part.tolist() == found["target"].tolist()


def test_a_team_that_hires_gets_more(make_case):
    plain, more = company(make_case), company(make_case, {"team": "East-2", "on": "2025-07-01"})
    plan = proposal(plain)
    before, after = (
        cascade.cascade(case, plan).set_index("scope")["target"] for case in (plain, more)
    )
    assert after["team:East-2"] > before["team:East-2"]
    assert after["rep:R3"] < before["rep:R3"] and after["rep:R1"] < before["rep:R1"]


def test_the_ledger_has_no_row_for_it(team):
    case = team(scope="region:East", hires=[HIRE])
    plan = proposal(case)
    whole = cascade.cascade(case, plan)
    rows = ledger.rows(case, plan, whole)
    assert rows["scope"].tolist() == ["region:East", "team:East-1", "rep:R1", "rep:R2"]
    targets = rows.set_index("scope")["target"]
    short = targets["team:East-1"] - targets["rep:R1"] - targets["rep:R2"]
    assert short == held_of(whole)[0].target > 0


def test_the_annual_table_has_it_in_the_rest(team):
    case = team(hires=[HIRE])
    table = annual_table.table(case)
    held = held_of(allocation.children(case, proposal(case)))[0].target
    rest = table[(table["kind"] == "rest") & (table["above"] == "team:East-1")]
    assert rest["target"].sum() == pytest.approx(held)
    decided = [{"scope": "rep:R1", "period": "2025Q3", "measure": "bookings", "version": 1,
                "target": 300_000.0}]  # fmt: skip
    known = team(hires=[HIRE], decided=decided)
    table = annual_table.table(known)
    rest = table[(table["kind"] == "rest") & (table["above"] == "team:East-1")]
    assert rest["target"].sum() == pytest.approx(held, abs=1000)
    assert table.loc[table["scope"] == "rep:R1", "target"].sum() == 300_000
    plain = annual_table.table(team())
    assert not plain.loc[plain["kind"] == "rest", "target"].any()


def test_the_gap_lays_what_is_held_beside_what_they_bring(team):
    case = team(hires=[HIRE])
    plan = proposal(case)
    found = gap.by_part(case, plan).set_index("part")
    assert found.loc["unplaced", "top_down"] == held_of(allocation.children(case, plan))[0].target
    assert found.loc["unplaced", "bottom_up"] > 0
    assert found.loc["total", "top_down"] == plan.handed_out


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_read(team, language):
    case = team(scope="region:East", hires=[{"team": "East-1", "on": "2025-08-01"},
                                            {"on": "2025-07-01", "team": "East-1", "posts": 1.5}])
    words, plan = Words(language, "CNY"), proposal(case)
    whole = cascade.cascade(case, plan)
    drawn, told = page.carried(whole, words).html, page.rule(whole, words).html
    name = {"en": "to be hired from 1 Aug 2025 (1 post)", "zh": "待招聘（2025年8月1日起，1 个岗位）"}
    assert name[language] in drawn and "1.5" in drawn
    held = sum(one.target for one in held_of(whole))
    assert words.t("carried.held", amount=held) in told
    plain = replace(case, settings=team(scope="region:East").settings)
    without = cascade.cascade(plain, plan)
    assert name[language] not in page.carried(without, words).html
    assert len(page.rule(without, words).html) < len(told)
