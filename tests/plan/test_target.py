"""The proposal, its split over parts and months, and the SMART check."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.errors import InfeasibleError
from kit.plan import allocation, schedule, smart
from kit.plan.target import proposal

MONTHS = pd.period_range("2022-01", "2025-06", freq="M")
LAST_YEAR = pd.Period("2024Q3")
TARGETS = {"scope": "region:East", "period": "2025Q3", "measure": "bookings", "version": 1}


def sales_of(rep="R1", *, amount=1e5, team="East-1", region="East", start="2022-01"):
    swing = np.sin(np.arange(len(MONTHS)) ** 2) * 0.03
    return [
        {"date": month.to_timestamp() + pd.Timedelta(9, "D"), "amount": amount * (1 + wave),
         "rep_id": rep, "team": team, "region": region}
        for month, wave in zip(MONTHS, swing, strict=True)
        if month >= pd.Period(start, "M")
    ]  # fmt: skip


def person(rep, *, hired="2020-01-01", team="East-1", region="East"):
    return {"rep_id": rep, "valid_from": hired, "name": f"Name {rep}", "team": team,
            "region": region, "hired_on": hired, "capacity": 1.0}  # fmt: skip


def test_growth_on_last_year(make_case):
    found = proposal(make_case(sales=sales_of(), settings={"targets.reserve": 0.1}))
    third = sum(one["amount"] for one in sales_of() if one["date"].to_period("Q") == LAST_YEAR)
    assert found.last_year == pytest.approx(third)
    assert (found.method, found.asked, found.fallback) == ("growth", "growth", "")
    assert found.target == round(third * 1.08 * 67 / 66, -3)  # working days of the third quarters
    assert found.target == found.handed_out + found.reserve
    assert found.reserve == pytest.approx(0.1 * found.target, abs=500)
    assert found.growth == pytest.approx(found.target / third - 1)
    assert found.low < found.baseline < found.high
    assert 0 < found.chance < 0.5
    assert found.in_force is None and found.chance_in_force is None
    assert found.views["view"].tolist() == ["last_year", "baseline", "growth", "capacity"]
    assert [view for view, _ in found.absent] == ["market", "pipeline"]
    assert found.views["growth"].iloc[[0, 2]].tolist() == pytest.approx([0, 1.08 * 67 / 66 - 1])


def test_higher_targets_have_lower_chances(make_case):
    rows = sales_of()
    chances = [
        proposal(make_case(sales=rows, settings={"targets.growth": one})).chance
        for one in (-0.1, 0.0, 0.1, 0.3)
    ]
    assert chances == sorted(chances, reverse=True) and chances[0] > 0.9 > 0.1 > chances[-1]


@pytest.mark.parametrize("method", ["strategy", "given"])
def test_a_given_amount_is_rounded_and_judged(make_case, method):
    case = make_case(
        sales=sales_of(),
        targets=[{**TARGETS, "target": 300_000}],
        settings={"targets.method": method, "targets.value": 304_400},
    )
    found = proposal(case)
    assert (found.method, found.target, found.in_force) == (method, 304_000, 300_000)
    views = ["last_year", "baseline", "growth", "capacity", method, "in_force"]
    assert found.views["view"].tolist() == views
    assert found.chance < found.chance_in_force


def test_fallbacks_are_named(make_case):
    short = sales_of(start="2025-01")
    target = {**TARGETS, "target": 320_000}
    found = proposal(make_case(sales=short, targets=[target]))
    assert (found.method, found.asked, found.fallback) == ("in_force", "growth", "no_last_year")
    assert found.target == 320_000 and found.last_year is None and found.growth is None
    assert found.chance is None and found.baseline is None
    assert found.outlook == Unavailable(reason="too_short", detail="6")
    found = proposal(make_case(sales=sales_of(), settings={"targets.method": "given"}))
    assert (found.method, found.fallback) == ("baseline", "no_given_value")
    found = proposal(make_case(sales=short, settings={"targets.value": 5}))
    assert (found.method, found.target) == ("given", 5)


@pytest.mark.parametrize("sales", [[], [{"date": "2024-08-01", "amount": -5.0}]])
def test_nothing_to_go_by(make_case, sales):
    found = proposal(make_case(sales=sales))
    assert found == Unavailable(reason="no_basis", detail="region:East")
    case = make_case(sales=sales)
    assert allocation.children(case, found) is found
    assert allocation.grid(case, found) is found and smart.check(case, found) is found


def test_a_half_covered_last_year_is_none(make_case):
    found = proposal(make_case(sales=sales_of(start="2024-09"), settings={"targets.value": 5000}))
    assert found.last_year is None and "growth" not in set(found.views["view"])


def test_teams_share_by_history_and_capacity(make_case):
    case = make_case(
        sales=sales_of("R1") + sales_of("R2", amount=300_000, team="East-2"),
        roster=[person("R1"), person("R2", team="East-2"), person("R3", team="East-2")],
    )
    offer = proposal(case)
    found = allocation.children(case, offer)
    assert found["scope"].tolist() == ["team:East-1", "team:East-2"]
    assert np.allclose(found["weight"], [0.6 * 0.25 + 0.4 / 3, 0.6 * 0.75 + 0.4 * 2 / 3])
    assert found["target"].sum() == offer.handed_out
    assert np.allclose(found["share"], found["target"] / offer.handed_out)
    assert found.attrs["blend"] == {"history": 0.6, "capacity": 0.4}


def test_newcomers_are_ramped(make_case):
    team = {"scope": "team:East-1", "settings": {"targets.blend": {"capacity": 1}}}
    case = make_case(
        sales=sales_of("R1") + sales_of("R2"),
        roster=[person("R1"), person("R2"), person("R3", hired="2025-08-01")],
        **team,
    )
    offer = proposal(case)
    found = allocation.children(case, offer).set_index("scope")
    months = schedule.seasonality(case).to_numpy()
    posts = np.array([1, 1, months @ [0, 0.25, 0.5]])
    assert np.allclose(found["weight"], posts / posts.sum())
    grid = allocation.grid(case, offer)
    wide = grid.pivot(index="scope", columns="period", values="target")
    assert wide.loc["rep:R3", "2025-07"] == 0
    assert wide.loc["rep:R3", "2025-08"] < wide.loc["rep:R3", "2025-09"]


def test_who_came_later_counts_with_the_others_result_a_post(make_case):
    case = make_case(
        sales=sales_of("R1") + sales_of("R2", start="2025-01"),
        roster=[person("R1"), person("R2", hired="2025-01-01")],
        scope="team:East-1",
        settings={"targets.blend": {"history": 1}},
    )
    found = allocation.children(case, proposal(case))
    assert np.isnan(found["last_year"].iloc[1])
    assert np.allclose(found["weight"], 0.5)


def test_a_new_region_without_posts_counts_with_its_last_period(make_case):
    rows = sales_of("R1") + sales_of("R9", region="West", start="2025-01")
    rows += [{**rows[-1], "date": pd.Timestamp("2025-07-10")}]
    case = make_case(sales=rows, roster=[person("R1")], scope="company", as_of="2025-07-31")
    found = allocation.children(case, proposal(case))
    assert found["part"].tolist() == ["East", "West"]
    assert found["weight"].tolist() == pytest.approx([0.6 * 0.5 + 0.4, 0.6 * 0.5], abs=0.01)


def test_market_potential_and_dropped_kinds(make_case):
    market = [
        {"period": "2025Q3", "region": region, "line": "a", "market_size": size}
        for region, size in (("East", 100.0), ("West", 300.0))
    ]
    rows = sales_of("R1") + sales_of("R2", region="West", team="West-1")
    people = [person("R1"), person("R2", region="West", team="West-1")]
    blend = {"targets.blend": {"history": 1, "potential": 1}}
    case = make_case(sales=rows, roster=people, scope="company", market=market, settings=blend)
    assert np.allclose(allocation.children(case, proposal(case))["weight"], [0.375, 0.625])
    case = make_case(sales=rows, roster=people, scope="company", settings=blend)
    found = allocation.children(case, proposal(case))
    assert found.attrs["blend"] == {"history": 1.0}


def test_locks_reach_the_grid_and_every_margin_is_exact(make_case):
    people = [person(f"R{one}") for one in range(1, 8)]
    rows = [row for one in range(1, 8) for row in sales_of(f"R{one}", amount=10_000.0 * one)]
    held_back = {"targets.reserve": 0.05}
    case = make_case(sales=rows, roster=people, scope="team:East-1", settings=held_back)
    offer = proposal(case)
    parts = allocation.children(case, offer, locks={"rep:R1": 50_000})
    assert parts["target"].iloc[0] == 50_000 and parts["target"].sum() == offer.handed_out
    grid = allocation.grid(case, offer, parts=parts)
    assert grid.columns.tolist() == ["scope", "part", "period", "target"]
    by_part = grid.groupby("scope", sort=False)["target"].sum()
    assert by_part.tolist() == parts["target"].tolist()
    months = schedule.parts(case, offer.handed_out)
    assert grid.groupby("period", sort=False)["target"].sum().tolist() == months["target"].tolist()
    assert (grid["target"] >= 0).all() and (grid["target"] % 100 == 0).all()
    pd.testing.assert_frame_equal(grid, allocation.grid(case, offer, parts=parts))
    with pytest.raises(InfeasibleError, match="too much"):
        allocation.children(case, offer, locks={"rep:R1": 9e9})


def test_a_rep_has_no_parts(make_case):
    case = make_case(sales=sales_of(), scope="rep:R1")
    assert allocation.children(case, proposal(case)) == Unavailable(
        reason="no_children", detail="rep:R1"
    )
    assert allocation.grid(case, proposal(case)).reason == "no_children"


def test_names_of_any_script(make_case):
    name = "<b>华东</b>"
    case = make_case(
        sales=sales_of(region=name), roster=[person("R1", region=name)], scope="company"
    )
    assert allocation.children(case, proposal(case))["part"].tolist() == [name]


def test_smart_verdicts(make_case):
    fair = {"targets.objective": "Win hospitals", "targets.growth": 0.0, "calendar.country": "",
            "targets.achievable": (0.1, 0.8)}  # fmt: skip
    found = smart.check(*_judged(make_case(sales=sales_of(), settings=fair))).set_index("criterion")
    assert "".join(one[0] for one in found.index) == "smart"
    assert set(found["verdict"]) == {"yes"}
    assert found.loc["measurable", "facts"] == {"rows": 42, "last": dt.date(2025, 6, 10)}
    assert found.loc["time_bound", "facts"] == {"due": dt.date(2025, 9, 30), "milestones": 8}
    wild = {"targets.growth": 2.0, "targets.milestones": {}}
    found = smart.check(*_judged(make_case(sales=sales_of(), settings=wild))).set_index("criterion")
    assert found["verdict"].tolist() == ["yes", "yes", "no", "no", "yes"]
    assert found.loc["achievable", "evidence"] == "smart_too_high"
    young = make_case(sales=sales_of(start="2025-01"), settings={"targets.value": 9000})
    assert smart.check(*_judged(young))["verdict"].tolist()[2] == "unknown"


def _judged(case):
    return case, proposal(case)
