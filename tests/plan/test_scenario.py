"""Scenarios compared by hand-worked splits, and the levers of the tornado."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.data.case import Origin
from kit.data.tables import Unavailable
from kit.errors import InfeasibleError, SettingsError
from kit.parameters import merge
from kit.plan import scenario, tornado
from kit.plan.target import proposal
from kit.scenarios import SHOWN
from kit.scope import Scope
from kit.show import scenarios as show
from kit.show.words import Words

PLAIN = {
    "targets.method": "given", "targets.value": 1500, "targets.unit": 1,
    "targets.blend": {"history": 1},
}  # fmt: skip
ROSTER = [
    {"rep_id": rep, "valid_from": "2020-01-01", "name": f"Name {rep}", "team": team,
     "region": "East", "capacity": 1.0}
    for rep, team in (("R1", "East-1"), ("R2", "East-2"))
]  # fmt: skip


def sales(first="2022-01", last="2025-06"):
    months = pd.period_range(first, last, freq="M")
    noise = np.random.default_rng(7).normal(1, 0.03, (len(months), 2))
    return [
        {"date": str(month.start_time.date()), "rep_id": rep, "team": team,
         "amount": round(float(100 * share * factor), 2)}
        for month, row in zip(months, noise, strict=True)
        for rep, team, share, factor in (("R1", "East-1", 3, row[0]), ("R2", "East-2", 2, row[1]))
    ]  # fmt: skip


@pytest.fixture
def company(tmp_path):
    folder = tmp_path / "parameters" / "acme"
    (folder / "scenarios").mkdir(parents=True)
    (folder / "company.yml").write_text(
        "data_dir: .\ntargets:\n  method: given\n  value: 1500\n  unit: 1\n  blend: {history: 1}\n"
        "  trust: [0, 1, 10]\n"
    )
    scenarios = folder / "scenarios"
    (scenarios / "bold.yml").write_text(
        "title: Bold\nnote: More\ntargets: {value: 1800, reserve: 0.25}\n"
    )
    (scenarios / "shy.yml").write_text("targets: {value: 1400}\n")
    return folder


@pytest.fixture
def case(make_case, company):
    built = make_case(sales=sales(), roster=ROSTER, as_of="2025-06-30", settings=PLAIN)
    opened = replace(built, origin=Origin(str(company / "company.yml")))
    return scenario.reopen(opened)  # with the parameters of the files


def test_a_case_under_a_scenario_has_its_parameters_and_the_same_data(case):
    found = scenario.of(case, "bold")
    assert (found.settings.targets.value, found.origin.scenario) == (1800, "bold")
    assert found.data is case.data and scenario.of(found, "bold") is found
    assert scenario.of(found, "").settings == case.settings
    assert [scenario.titled(one) for one in (case, found)] == ["", "Bold"]
    with pytest.raises(SettingsError, match="no scenario 'bolt'.*'bold'"):
        scenario.of(case, "bolt")


def test_what_changes_for_whom_adds_up_by_hand(case):
    found = scenario.compare(case, scenario.of(case, "bold"))
    parts = found.parts.set_index("scope")
    assert list(parts.index) == ["region:East", "team:East-1", "team:East-2", "reserve"]
    assert parts["target_a"].tolist()[0] == 1500 and parts["target_b"].tolist()[0] == 1800
    assert parts.loc["reserve", ["target_a", "target_b", "change"]].tolist() == [0, 450, 450]
    assert pd.isna(parts.loc["reserve", "change_share"])
    assert parts.loc["region:East", "change_share"] == pytest.approx(0.2)
    for side in ("target_a", "target_b", "change"):
        assert parts[side].iloc[1:].sum() == parts[side].iloc[0]
    # 1,350 handed out instead of 1,500: every team gets a tenth less
    assert parts.loc["team:East-1", "target_b"] == pytest.approx(
        0.9 * parts.loc["team:East-1", "target_a"], abs=1
    )
    assert parts.loc["region:East", "chance_a"] == proposal(case).chance
    assert parts.loc["region:East", "chance_a"] > parts.loc["region:East", "chance_b"]
    assert parts.loc["team:East-1", "chance_a"] < parts.loc["team:East-1", "chance_b"]
    assert dict(zip(found.settings["setting"], found.settings["value_b"], strict=True)) == {
        "targets.value": 1800.0, "targets.reserve": 0.25,
    }  # fmt: skip
    assert (found.title_a, found.title_b) == ("", "Bold")


def test_all_scenarios_side_by_side_and_the_two_furthest_apart(case):
    found = scenario.each(case)
    assert found["scenario"].tolist() == ["", "shy", "bold"]
    assert found["target"].tolist() == [1500, 1400, 1800]
    assert found["title"].tolist() == ["", "shy", "Bold"]
    widest = scenario.pair(case)
    assert (widest.title_a, widest.title_b) == ("shy", "Bold")
    assert scenario.pair(case, second="bold").title_a == ""


def test_a_rep_is_compared_as_a_whole(case, make_case, company):
    built = make_case(sales=sales(), roster=ROSTER, as_of="2025-06-30", scope="rep:R1")
    rep = scenario.reopen(replace(built, origin=Origin(str(company))))
    found = scenario.compare(rep, scenario.of(rep, "shy"))
    assert found.parts["scope"].tolist() == ["rep:R1"]


def test_without_scenarios_there_is_nothing_to_compare(make_case, case, company):
    by_hand = make_case(sales=sales())
    assert scenario.each(by_hand).reason == "no_scenarios"
    for path in (company / "scenarios").iterdir():
        path.unlink()
    assert scenario.pair(scenario.reopen(case)).reason == "no_scenarios"


def test_cases_that_differ_in_more_than_parameters_are_refused(case):
    other = replace(case, period=case.calendar.period("2025Q4"))
    with pytest.raises(SettingsError, match="another period"):
        scenario.compare(case, other)


def test_locks_that_cannot_hold_are_named(case, company):
    (company / "scenarios" / "bad.yml").write_text('targets: {locks: {"team:East-1": 5000}}\n')
    with pytest.raises(InfeasibleError, match="5,000"):
        scenario.compare(case, scenario.of(case, "bad"))


def test_the_tornado_moves_one_lever_at_a_time(case):
    found = tornado.levers(case)
    assert found["swing"].tolist() == sorted(found["swing"], reverse=True)
    assert set(found["chance"]) == {proposal(case).chance}
    levers = found.set_index("lever")
    assert set(levers.index) == {"value", "posts", "productivity"}
    assert levers.loc["value", ["low", "present", "high"]].tolist() == [1425, 1500, 1575]
    assert levers.loc["value", "chance_low"] > levers.loc["value", "chance_high"]
    asked = scenario.reopen(case, overrides={"targets.value": 1575})
    assert levers.loc["value", "chance_high"] == proposal(asked).chance
    result = levers[levers["moves"] == "result"]
    assert (result["chance_low"] <= result["chance_high"]).all()
    assert levers.loc["posts", ["low", "present", "high"]].tolist() == pytest.approx([1, 2, 3])


def test_growth_is_the_lever_where_the_target_is_made_from_it(case):
    grown = scenario.reopen(case, overrides={"targets.method": "growth", "targets.growth": 0.02})
    row = tornado.levers(grown).set_index("lever").loc["growth"]
    assert row[["low", "present", "high"]].tolist() == pytest.approx([-0.01, 0.02, 0.05])
    more = scenario.reopen(grown, overrides={"targets.growth": 0.05})
    assert row["chance_high"] == pytest.approx(proposal(more).chance)


def test_no_lever_goes_beyond_what_a_parameter_may_be(case):
    low = scenario.reopen(case, overrides={"targets.method": "growth", "targets.growth": -0.99})
    row = tornado.levers(low).set_index("lever")
    assert "growth" not in row.index or row.loc["growth", "low"] == -1


def test_newcomers_make_the_ramp_a_lever_and_deals_the_win_rate(make_case):
    roster = [*ROSTER, {**ROSTER[0], "rep_id": "R3", "name": "New", "hired_on": "2025-06-20"}]
    deals = [
        {"opportunity_id": f"D{n}", "rep_id": "R1", "created_on": "2024-07-02",
         "closed_on": "2025-03-03", "status": "won" if n % 4 == 0 else "lost", "amount": 80.0}
        for n in range(40)
    ]  # fmt: skip
    case = make_case(
        sales=sales(), roster=roster, opportunities=deals, as_of="2025-06-30",
        settings={**PLAIN, "targets.trust": [0, 1, 10], "targets.value": 1520},
    )  # fmt: skip
    levers = tornado.levers(case).set_index("lever")
    assert levers.loc["ramp", ["low", "present", "high"]].tolist() == [4, 3, 2]
    assert levers.loc["ramp", "chance_low"] < levers.loc["ramp", "chance_high"]
    # 10 of 40 deals won, of 80 each: 25 % and 800 of about 6,000 booked
    assert levers.loc["conversion", ["low", "present", "high"]].tolist() == pytest.approx(
        [0.22, 0.25, 0.28]
    )
    assert levers.loc["deal_size", "present"] == 80


def test_where_the_chance_is_withheld_no_lever_is_told(make_case):
    short = make_case(sales=sales("2025-01"), roster=ROSTER, as_of="2025-06-30", settings=PLAIN)
    found = tornado.levers(short)
    assert isinstance(found, Unavailable) and found.reason == "no_lever_chance"


@settings(max_examples=20, deadline=None)
@given(
    one=st.fixed_dictionaries({"growth": st.floats(-0.5, 0.5), "reserve": st.floats(0, 1)}),
    other=st.fixed_dictionaries({"growth": st.floats(-0.5, 0.5), "reserve": st.floats(0, 1)}),
)
def test_differing_settings_are_those_that_differ(one, other):
    from kit.parameters import validate

    models = [
        validate({"company": "a", "data_dir": ".", "targets": found}, origin="x")
        for found in (one, other)
    ]
    found = scenario.differing(*models)
    expected = {f"targets.{name}" for name in one if one[name] != other[name]}
    assert set(found["setting"]) == expected


def test_what_was_moved_by_hand_is_no_part_of_a_scenario(case):
    from kit.data.case import reopen

    moved = reopen(case, overrides={"targets.value": 9000})
    assert proposal(moved).target == 9000
    assert scenario.each(moved).equals(scenario.each(case))
    assert proposal(scenario.of(moved, "bold")).target == 1800


def test_a_broken_or_infeasible_scenario_costs_only_itself(case, company):
    folder = company / "scenarios"
    (folder / "bad.yml").write_text("targets: [\n")
    (folder / "odd.yml").write_text("targets: {growht: 1}\n")
    (folder / "tight.yml").write_text('targets: {value: 1300, locks: {"team:East-1": 5000}}\n')
    built = replace(case, scope=Scope("company"))
    found = scenario.each(built).set_index("scenario")
    assert list(found.index) == ["", "shy", "bold", "bad", "odd", "tight"]
    assert found.loc["bold", "target"] == 1800 and found["target"].isna().sum() == 3
    assert found["fault"].to_dict() == {
        "": "", "shy": "", "bold": "", "bad": "broken", "odd": "broken", "tight": "infeasible",
    }  # fmt: skip
    assert "bad.yml: not readable as YAML" in found.loc["bad", "detail"]
    assert "'targets.growht'" in found.loc["odd", "detail"]
    assert "5,000" in found.loc["tight", "detail"]
    assert not found["detail"].str.contains("\n").any()
    widest = scenario.pair(case)
    assert (widest.title_a, widest.title_b) == ("shy", "Bold")
    for name in ("bad", "odd"):
        with pytest.raises(SettingsError, match=f"{name}.yml"):
            scenario.each(scenario.of(case, name))


def test_a_region_is_told_that_a_file_is_wrong_but_not_whom_it_names(case, company):
    path = company / "scenarios" / "bad.yml"
    path.write_text('targets: {locks: {"rep:R0999": much}, leavers: {R0998: soon}}\n')
    found = scenario.each(case).set_index("scenario")
    assert found.loc["bad", ["fault", "detail"]].tolist() == ["broken", ""]
    view = show.each(scenario.each(case), Words("en"))
    assert "bad (cannot be used)" in view.html and "R099" not in view.html
    assert "company's packet" in view.html.replace("&#x27;", "'")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_name_of_another_region_shows_from_any_scenario(case, company, language):
    (company / "scenarios" / "far.yml").write_text(
        "targets:\n  value: 1600\n  locks: {'rep:R0999': 5, 'team:West-9': 7, 'rep:R1': 600}\n"
        "  floors: {'rep:R0998': 1}\n  caps: {'region:West': 9000}\n"
        "  leavers: {R0997: 2025-08-01}\n"
        "  hires: [{team: West-8, on: 2025-08-01}, {region: West, on: 2025-08-01}]\n"
        "  goals: [{name: Theirs, scope: 'rep:R0996', owner: Xu Far, weight: 0.1}]\n"
    )
    words = Words(language)
    told = show.each(scenario.each(case), words).html + str(scenario.each(case).to_dict())
    for name in ("shy", "bold"):
        pair = scenario.pair(case, first=name, second="far")
        told += show.comparison(pair, words).html + str(pair)
    assert "R1" in told  # its own lock shows
    for hidden in ("R099", "West", "Theirs", "Xu Far"):
        assert hidden not in told


def test_drafts_and_all_beyond_a_number_are_left_out(case, company):
    folder = company / "scenarios"
    for number in range(SHOWN + 1):
        (folder / f"z{number:02d}.yml").write_text(f"targets: {{value: {2000 + number}}}\n")
    (folder / "trial.yml").write_text("draft: true\ntargets: {value: 1700}\n")
    found = scenario.each(case)
    assert len(found) == SHOWN + 1 and found.attrs["more"] == 3
    assert "And 3 more scenarios" in show.each(found, Words("en")).html
    chosen = scenario.each(scenario.of(case, "trial"))
    assert "trial" in chosen["scenario"].tolist() and chosen.attrs["more"] == 4


def test_a_scenario_may_be_asked_for_by_its_title(case):
    found = scenario.of(case, "Bold")
    assert found.origin.scenario == "bold" and scenario.of(found, "bold") is found


def test_what_is_held_for_a_planned_hire_is_a_row_of_its_own(case):
    region = {"targets": {"hires": [{"region": "East", "on": "2025-07-01"}], "ramp": [1.0]}}
    other = replace(case, settings=case.settings.model_validate(
        merge(case.settings.model_dump(mode="json"), region)))  # fmt: skip
    parts = scenario.compare(case, other).parts.set_index("scope")
    assert parts.loc["held", "target_a"] == 0 and parts.loc["held", "target_b"] > 0
    for side in ("target_a", "target_b", "change"):
        assert parts[side].iloc[1:].sum() == parts[side].iloc[0]
