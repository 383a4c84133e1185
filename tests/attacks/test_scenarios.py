"""Bad scenarios and names that nobody bears: one clear line, before anything runs."""

from __future__ import annotations

import pytest

from kit.data.case import open_case, reopen
from kit.errors import SettingsError
from kit.plan import scenario

GOOD = "title: Bold plan\ntargets: {growth: 0.2}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("targets: [", "not readable as YAML: line 1"),
        ("targets: {file: ../../x}", "a scenario may not set 'targets.file'. It may set title"),
        ("data_dir: /", "a scenario may not set 'data_dir'"),
        ("sources: {}", "a scenario may not set 'sources'"),
        ("company: other", "a scenario may not set 'company'"),
        ("gate: {max_loss: 1}", "a scenario may not set 'gate'"),
        ("targets: {growht: 1}", "unknown key 'targets.growht'. Did you mean 'growth'?"),
        ("targets: {value: 1e18}", "'targets.value': Input should be less than or equal to"),
        ("targets: {growth: -1.01}", "'targets.growth': Input should be greater than or equal"),
        ("targets: {market_share: 1.1}", "'targets.market_share': Input should be less than"),
        ("targets: {leavers: {R9: 2025-08-01}}", "targets.leavers: 'R9' is no rep of the data"),
        ("targets: {hires: [{region: Est, on: 2025-08-01}]}", "Did you mean 'East'?"),
    ],
)
def test_the_chosen_scenario_must_be_right_and_another_costs_only_itself(
    company, kit, text, said
):
    company({"scenarios/bold.yml": text, "scenarios/good.yml": GOOD})
    found = kit("run", "--scenario", "bold", "--scope", "company")
    assert found.exit_code == 2 and said in " ".join(found.stderr.split()), found.output
    assert found.stderr.count("\n") <= 5 and "Traceback" not in found.output


@pytest.mark.parametrize("name", ["Bold", "bold plan", "../company", "bold.yml"])
def test_an_unknown_scenario_is_told_with_names_and_titles(company, kit, name):
    company({"scenarios/bold.yml": GOOD, "scenarios/shy.yml": "title: Bold plan\n"})
    found = kit("run", "--scenario", name, "--scope", "company")
    assert found.exit_code == 2, found.output
    said = " ".join(found.stderr.split())
    assert f"there is no scenario '{name}'" in said
    assert "Names and titles: bold (Bold plan), shy (Bold plan)." in said


def test_a_title_of_two_scenarios_is_refused(company, kit):
    company({"scenarios/bold.yml": GOOD, "scenarios/shy.yml": "title: Bold plan\n"})
    found = kit("run", "--scenario", "Bold plan", "--scope", "company")
    assert found.exit_code == 2
    assert "2 scenarios have the title 'Bold plan': bold, shy" in " ".join(found.stderr.split())


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("targets.leavers.R9=2025-08-01", "targets.leavers: 'R9' is no rep of the data."),
        ("targets.locks.rep:R9=5", "targets.locks: 'rep:R9' is no rep of the data."),
        ("targets.caps.region:Est=5", "targets.caps: 'region:Est' is no region"),
        ("targets.value=1e18", "'targets.value': Input should be less than or equal to"),
    ],
)
@pytest.mark.parametrize("by", ["company", "rep"])
def test_names_that_the_data_do_not_know_are_told_once(company, kit, setting, said, by):
    company()
    found = kit("run", "--by", by, "--set", setting)
    assert found.exit_code == 2, found.output
    assert " ".join(found.stderr.split()).count(said) == 1


def test_a_notebook_is_told_too_when_it_opens_or_moves_a_lever(company):
    folder = company({"scenarios/bold.yml": GOOD})
    config = folder / "company.yml"
    found = open_case(config, period="2025Q3", scenario="Bold plan")
    assert found.origin.scenario == "bold" and found.settings.targets.growth == 0.2
    wrong = {"targets.locks": {"rep:R9": 5.0}}
    for case in (found, reopen(found, scope="region:East")):
        with pytest.raises(SettingsError, match="targets.locks: 'rep:R9' is no rep of the data"):
            reopen(case, overrides=wrong)
    with pytest.raises(SettingsError, match="'rep:R9' is no rep"):
        open_case(config, period="2025Q3", scope="region:East", overrides=wrong)
    known = {"targets.locks": {"rep:R1": 5.0}, "targets.leavers": {"R2": "2020-01-01"}}
    east = open_case(config, period="2025Q3", scope="region:East", overrides=known)
    assert set(east.settings.targets.leavers) == {"R2"}  # who left long ago is known


def test_a_scenario_with_unknown_names_costs_only_itself(company):
    folder = company(
        {"scenarios/bold.yml": GOOD, "scenarios/far.yml": "targets: {leavers: {R9: 2025-08-01}}"}
    )
    case = open_case(folder / "company.yml", period="2025Q3")
    found = scenario.each(case).set_index("scenario")
    assert found["fault"].to_dict() == {"": "", "bold": "", "far": "broken"}
    assert "'R9' is no rep of the data" in found.loc["far", "detail"]
    assert str(folder) not in found.loc["far", "detail"]
