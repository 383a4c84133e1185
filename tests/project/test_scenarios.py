"""Scenarios: files beside company.yml that are merged last but for the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.data.sample.parameters import scenario_ymls
from kit.errors import BatchError, SettingsError
from kit.parameters import load, scenario_files
from kit.scenarios import SHOWN, find, path_of, save, scenarios, shown
from kit.scope import Scope

SAMPLE = Path(__file__).resolve().parents[2] / "parameters" / "sample"


@pytest.fixture
def company(tmp_path):
    folder = tmp_path / "parameters" / "acme"
    for name in ("periods", "regions", "scenarios"):
        (folder / name).mkdir(parents=True)
    (folder / "company.yml").write_text(
        "data_dir: data\ntargets: {growth: 0.05, locks: {'region:East': 700, 'rep:007': 50}}\n"
    )
    (folder / "periods" / "2025Q3.yml").write_text("targets: {growth: 0.06}\n")
    (folder / "regions" / "East.yml").write_text("targets: {growth: 0.07, unit: 10}\n")
    (folder / "scenarios" / "bold.yml").write_text(
        "title: Bold\nnote: 'More: of all'\ntargets: {growth: 0.2, locks: {'region:East': }}\n"
    )
    (folder / "scenarios" / "冲刺.yml").write_text("targets: {growth: 0.3}\n", encoding="utf-8")
    return folder


def test_a_scenario_wins_over_regions_and_the_command_line_over_it(company):
    east = {"period": "2025Q3", "scope": Scope("region", "East")}
    assert load(company, **east).targets.growth == 0.07
    found = load(company, **east, scenario="bold").targets
    assert (found.growth, found.unit) == (0.2, 10)
    typed = load(company, **east, scenario="bold", overrides={"targets.growth": 0.25})
    assert typed.targets.growth == 0.25


def test_an_empty_lock_takes_away_one_that_was_set_before(company):
    assert load(company).targets.locks == {"region:East": 700, "rep:007": 50}
    assert load(company, scenario="bold").targets.locks == {"rep:007": 50}
    over = {"targets.locks": {"rep:007": "", "team:A.B": 5}}
    assert load(company, overrides=over).targets.locks == {"region:East": 700, "team:A.B": 5}


def test_they_are_listed_with_what_they_say_of_themselves(company):
    found = scenarios(company / "company.yml")
    assert [(one.name, one.title, one.note) for one in found] == [
        ("bold", "Bold", "More: of all"), ("冲刺", "冲刺", ""),
    ]  # fmt: skip
    assert scenarios(company) == found
    assert scenarios(company.parent) == ()


@pytest.mark.parametrize("name", ["bolt", "../company", "BOLD", "bold.yml", ".hidden", ""])
def test_an_unknown_scenario_is_named_and_no_path_is_followed(company, name):
    with pytest.raises(SettingsError, match="there is no scenario"):
        find(company, name)


def test_the_nearest_name_is_told(company):
    with pytest.raises(SettingsError, match="Did you mean 'bold'"):
        load(company, scenario="bolt")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("currency: EUR\n", ["bold.yml: a scenario may not set 'currency'", "growth, value"]),
        ("calendar: {start_month: 4}\n", ["a scenario may not set 'calendar'"]),
        ("data_dir: ..\n", ["a scenario may not set 'data_dir'"]),
        ("track: {red: 0.5}\n", ["a scenario may not set 'track'", "below targets: "]),
        ("targets: {file: ../../x}\n", ["a scenario may not set 'targets.file'"]),
        ("targest: {growth: 1}\n", ["bold.yml: unknown key 'targest'", "'targets'"]),
        ("draft: perhaps\n", ["bold.yml: 'draft' is 'perhaps'. Write true or false."]),
        ("targets: {growht: 1}\n", ["bold.yml: unknown key 'targets.growht'", "'growth'"]),
        ("targets: {growth: much}\n", ["bold.yml: 'targets.growth'", "'much'"]),
        ("title: {a: b}\n", ["bold.yml: 'title' is no plain text"]),
        ("- a\n", ["bold.yml: holds no 'key: value' lines"]),
    ],
)
def test_a_wrong_file_is_named(company, text, words):
    (company / "scenarios" / "bold.yml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        load(company, scenario="bold")
    for word in words:
        assert word in str(caught.value)


def test_what_is_saved_reads_back(company):
    changes = {"targets": {"growth": 0.123456, "locks": {"rep:007": 10.5, "region:华东": 3.0}}}
    saved = save(company, "Careful: 2 & 3", changes=changes, note="- no list")
    assert saved.path.parent == company / "scenarios" and saved.title == "Careful: 2 & 3"
    found = load(company, scenario=saved.name).targets
    assert found.growth == 0.123456
    assert found.locks == {"region:East": 700, "rep:007": 10.5, "region:华东": 3}
    assert find(company, saved.name).note == "- no list"
    assert [one.name for one in saved.path.parent.iterdir() if one.name.startswith(".")] == []


def test_a_file_is_replaced_only_where_that_is_allowed(company):
    before = (company / "scenarios" / "bold.yml").read_bytes()
    with pytest.raises(SettingsError, match="such a scenario already"):
        save(company, "bold", changes={})
    assert (company / "scenarios" / "bold.yml").read_bytes() == before
    save(company, "bold", changes={"targets": {"growth": 0.4}}, replace=True)
    assert load(company, scenario="bold").targets.growth == 0.4
    assert len(scenarios(company)) == 2


@pytest.mark.parametrize("title", ["../../x", "a/b", "CON", "...", "x" * 300])
def test_any_title_stays_in_the_folder(company, title):
    path = path_of(company, title)
    assert path.parent == company / "scenarios" and len(path.name) < 130
    saved = save(company, title, changes={})
    assert saved.path == path and find(company, saved.name).title == title


def write(company, name, text):
    (company / "scenarios" / f"{name}.yml").write_text(text, encoding="utf-8")


def test_a_scenario_is_found_by_its_exact_title_where_no_file_is_called_so(company):
    assert load(company, scenario="Bold").targets.growth == 0.2
    write(company, "Bold", "title: Other\n")
    assert find(company, "Bold").title == "Other"  # a name wins over a title
    write(company, "loud", "title: Loud one\n")
    write(company, "loud2", "title: Loud one\n")
    with pytest.raises(SettingsError, match="2 scenarios have the title 'Loud one': loud, loud2"):
        find(company, "Loud one")
    with pytest.raises(SettingsError, match=r"Did you mean 'loud'.*bold \(Bold\), .*冲刺\."):
        find(company, "lout")


@pytest.mark.parametrize("text", ["targets: [", "title: {a: b}\n", "- a\n", "draft: maybe\n"])
def test_a_broken_file_costs_only_itself(company, text):
    write(company, "bad", text)
    found = {one.name: one for one in scenarios(company)}
    assert list(found) == ["bad", "bold", "冲刺"] and not found["bold"].fault
    assert found["bad"].fault.startswith("bad.yml: ") and "\n" not in found["bad"].fault
    with pytest.raises(SettingsError, match="bad.yml: "):
        load(company, scenario="bad")
    files = dict(scenario_files(company, overrides={}, scenario=""))
    assert "targets" in files["bold.yml"] and "fault: " in files["bad.yml"]


def test_a_copied_folder_says_the_same_of_a_broken_file(company, tmp_path):
    write(company, "bad", "title: Bad\ntargets: {growht: 1}\n")
    copy = tmp_path / "copy" / "scenarios"
    copy.mkdir(parents=True)
    for name, text in scenario_files(company, overrides={}, scenario=""):
        (copy / name).write_text(text, encoding="utf-8")
    found = {one.name: one for one in scenarios(copy.parent)}
    assert found["bad"].title == "Bad" and "unknown key 'targets.growht'" in found["bad"].fault
    assert not found["bold"].fault


def test_a_packet_shows_no_drafts_but_the_chosen_one(company):
    write(company, "trial", "draft: true\ntargets: {growth: 0.9}\n")
    assert [one.draft for one in scenarios(company)] == [False, True, False]
    assert [one.name for one in shown(company)[0]] == ["bold", "冲刺"]
    assert [one.name for one in shown(company, chosen="trial")[0]] == ["bold", "trial", "冲刺"]
    assert load(company, scenario="trial").targets.growth == 0.9
    for chosen, names in (("", []), ("trial", ["trial.yml"])):
        files = dict(scenario_files(company, overrides={}, scenario=chosen))
        assert sorted(files) == sorted(["bold.yml", "冲刺.yml", *names])


def test_a_packet_shows_a_stated_number_and_counts_the_others(company, tmp_path):
    for number in range(SHOWN + 8):
        write(company, f"n{number:02d}", "targets: {growth: 0.1}\n")
    found, more = shown(company, chosen="冲刺")
    assert len(found) == SHOWN and more == 10 and found[-1].name == "冲刺"
    copy = tmp_path / "copy" / "scenarios"
    copy.mkdir(parents=True)
    for name, text in scenario_files(company, overrides={}, scenario="冲刺"):
        (copy / name).write_text(text, encoding="utf-8")
    again, still = shown(copy.parent, chosen="冲刺")
    assert [one.name for one in again] == [one.name for one in found] and still == more


def test_what_the_command_line_sets_wins_over_a_copied_scenario_as_far_as_it_may(company):
    over = {"targets.growth": "0.5", "targets.file": "x", "data_dir": "y", "language": "zh"}
    text = dict(scenario_files(company, overrides=over, scenario=""))["bold.yml"]
    assert "growth: 0.5" in text and "fault" not in text
    assert "file" not in text and "data_dir" not in text and "language" not in text


def test_numbers_are_written_plain_and_read_back_the_same(company):
    changes = {"targets": {"growth": "0.12", "value": "2e14", "reserve": 0.05,
                           "locks": {"rep:007": "250.50", "rep:x": ""}, "objective": "007"}}
    saved = save(company, "Plain", changes=changes)
    text = saved.path.read_text("utf-8")
    for line in ("growth: 0.12", "reserve: 0.05", "rep:007: 250.50", "objective: '007'"):
        assert line in text
    found = load(company, scenario="Plain").targets
    assert (found.growth, found.value, found.locks["rep:007"]) == (0.12, 2e14, 250.5)
    assert found.objective == "007"


def test_what_is_saved_is_a_draft_until_somebody_says_otherwise(company):
    trial = save(company, "Trial", changes={"targets": {"growth": 0.3}})
    assert trial.draft and "draft: true" in trial.path.read_text("utf-8")
    again = save(company, "Trial", changes={"targets": {"growth": 0.4}}, replace=True)
    assert again.draft
    assert not save(company, "bold", changes={}, replace=True).draft  # it was none before
    assert not save(company, "Decided", changes={}, draft=False).draft


def test_what_cannot_be_written_is_named(company):
    (company / "taken").write_text("a file")
    with pytest.raises(BatchError, match="taken"):
        save(company / "taken" / "company.yml", "x", changes={})


def test_a_scenario_without_a_name_is_refused(company):
    with pytest.raises(SettingsError, match="has no name"):
        save(company, "  ", changes={})


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_samples_scenarios_can_be_loaded_and_differ(tmp_path, language):
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "company.yml").write_text("data_dir: .\n")
    for name, text in scenario_ymls(language).items():
        (tmp_path / "scenarios" / f"{name}.yml").write_text(text, encoding="utf-8")
    names = [one.name for one in scenarios(tmp_path)]
    assert names == ["base", "conservative", "stretch"]
    found = [load(tmp_path, scenario=name).targets for name in ("conservative", "base", "stretch")]
    assert [one.reserve for one in found] == sorted((one.reserve for one in found), reverse=True)
    assert [one.growth for one in found] == sorted(one.growth for one in found)
    assert found[2].hires[0].posts == 2


def test_the_samples_scenarios_in_the_repository_are_the_generated_ones():
    written = {path.stem: path.read_text("utf-8") for path in (SAMPLE / "scenarios").glob("*.yml")}
    assert written == scenario_ymls("en")
