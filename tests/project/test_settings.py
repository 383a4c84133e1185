"""Parameters: merge order, typed models and errors that name the nearest known key."""

from __future__ import annotations

import pytest

from kit.errors import SettingsError
from kit.parameters import data_folder, dump, load, root_of, validate
from kit.scope import Scope
from kit.settings.cadence import ROLES, SECTIONS


@pytest.fixture
def company(tmp_path):
    folder = tmp_path / "parameters" / "acme"
    for name in ("periods", "regions", "reps", "teams"):
        (folder / name).mkdir(parents=True)
    (folder / "company.yml").write_text(
        "data_dir: data\ntargets:\n  growth: 0.05\n  unit: 100\n", encoding="utf-8"
    )
    return folder


def test_later_layers_win_and_leave_the_rest(company):
    (company / "periods" / "2025Q3.yml").write_text("targets: {growth: 0.06, reserve: 0.02}\n")
    (company / "regions" / "华东.yml").write_text("targets: {growth: 0.07}\n", encoding="utf-8")
    config = company / "company.yml"
    assert load(config).targets.growth == 0.05
    assert load(config, period="2025Q3").targets.growth == 0.06
    region = load(config, period="2025Q3", scope=Scope("region", "华东"))
    assert (region.targets.growth, region.targets.reserve, region.targets.unit) == (0.07, 0.02, 100)
    typed = load(
        config,
        period="2025Q3",
        scope=Scope("region", "华东"),
        overrides={"targets.growth": "0.08"},
    )
    assert typed.targets.growth == 0.08


def test_a_rep_file_is_found_by_an_id_with_leading_zeros(company):
    (company / "reps" / "007.yml").write_text("track: {red: 0.7}\n")
    assert load(company / "company.yml", scope=Scope("rep", "007")).track.red == 0.7


def test_identifiers_stay_text(company):
    (company / "company.yml").write_text("company: 007\ndata_dir: 2025\nname: no\n")
    found = load(company)
    assert (found.company, found.data_dir, found.name) == ("007", "2025", "no")


def test_the_company_is_named_by_its_folder_unless_stated(company):
    assert load(company / "company.yml").company == "acme"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("data_dir: d\ntargts: {growth: 1}\n", ["company.yml", "'targts'", "'targets'"]),
        ("data_dir: d\ntargets: {growht: 1}\n", ["'targets.growht'", "'growth'"]),
        ("data_dir: d\ntargets: {growth: high}\n", ["targets.growth", "'high'"]),
        ("data_dir: d\ntrack: {red: 0.99, amber: 0.9}\n", ["red must be below amber"]),
        ("name: x\n", ["'data_dir' is missing"]),
        ("data_dir: d\ndata_dir: e\n", ["'data_dir' stands twice"]),
        ("data_dir: [\n", ["not readable as YAML"]),
        ("just text\n", ["key: value"]),
        ("data_dir: d\nsources: {orders: {fiel: x, columns: {}}}\n", ["'file'"]),
        ("data_dir: d\ncalendar: {pattern: 4-4-5}\n", ["anchor"]),
        ("data_dir: d\nlanguage: fr\n", ["language", "'en' or 'zh'"]),
        ("data_dir: d\ntargets: {value: .nan}\n", ["targets.value"]),
    ],
)
def test_errors_name_file_key_and_what_is_allowed(company, text, words):
    (company / "company.yml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        load(company / "company.yml")
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("alerts: {rules: {pace: {ambr: 1}}}", ["'alerts.rules.pace.ambr'", "mean 'amber'"]),
        ("alerts: {rules: {pase: {amber: 1}}}", ["'alerts.rules.pase'", "mean 'pace'"]),
        ("alerts: {rules: {pace: {xyz: 1}}}", ["Known: on, scopes, amber, red, severity, owner."]),
        ("targets: {goals: [{name: a}, {nmae: b}]}", ["'targets.goals.1.nmae'", "mean 'name'"]),
        ("targets: {blend: {histroy: 1}}", ["'targets.blend.histroy'", "mean 'history'"]),
        ("track: {cadence: {peak: {weakly: daily}}}", ["'track.cadence.peak.weakly'", "'weekly'"]),
        ("sources: {a: {file: x, columns: {}, joins: [{fiel: y}]}}", ["joins.0.fiel", "'file'"]),
        ("sources: {orders: {file: x, columns: {a: {colunm: y}}}}", ["a.colunm", "'column'"]),
    ],
)
def test_a_misspelt_key_is_told_the_nearest_of_its_place(company, text, words):
    (company / "periods" / "2025Q3.yml").write_text("targets: {growth: 0.1}\n")
    (company / "company.yml").write_text(f"data_dir: d\n{text}\n")
    with pytest.raises(SettingsError, match=r"company\.yml: unknown key ") as caught:
        load(company / "company.yml", period="2025Q3")
    for word in words:
        assert word in str(caught.value)


def test_any_name_may_stand_where_names_are_the_companys_own(company):
    text = "data_dir: d\ntargets: {locks: {'region:Pase': 5}, leavers: {R1: 2025-07-01}}\n"
    (company / "company.yml").write_text(text)
    assert load(company / "company.yml").targets.locks == {"region:Pase": 5}


def test_lists_and_mappings_come_from_the_command_line(company):
    found = load(
        company / "company.yml",
        overrides={
            "targets.goals": "[{name: 拜访, weight: 0.2}, {name: B}]",
            "targets.locks": "{'region:a.b': 5}",
            "targets.hires": "[]",
            "alerts.rules.pace.scopes": "[rep, team]",
            "name": "[A] and {B",
        },
    )
    assert [one.name for one in found.targets.goals] == ["拜访", "B"]
    assert found.targets.locks == {"region:a.b": 5} and found.targets.hires == ()
    assert found.alerts.rule("pace").scopes == ("rep", "team")
    assert found.name == "[A] and {B"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("[{name: x", ["command line", "'targets.goals'", "[{name: x", "put it into a file"]),
        ("[" * 3000, ["'targets.goals'", "put it into a file"]),
        ("x", ["'targets.goals'", "needs a list", "'x'"]),
        ("[{nmae: x}]", ["command line", "'targets.goals.0.nmae'", "'name'"]),
    ],
)
def test_a_list_that_is_none_is_refused(company, value, words):
    with pytest.raises(SettingsError) as caught:
        load(company / "company.yml", overrides={"targets.goals": value})
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_needs_a_section(company, role):
    never = "".join(f"        {section}: never\n" for section in SECTIONS)
    text = f"data_dir: d\ntrack:\n  cadence:\n    roles:\n      {role}:\n{never}"
    (company / "company.yml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        load(company / "company.yml")
    for word in ("company.yml", "track.cadence", f"roles.{role}", "'never'", "Leave one"):
        assert word in str(caught.value)
    (company / "company.yml").write_text(text.replace("heat: never", "heat: monthly"))
    assert load(company / "company.yml").track.cadence.every(role) == {"heat": "monthly"}


def test_an_unknown_key_in_a_region_file_names_that_file(company):
    (company / "regions" / "East.yml").write_text("trak: {}\n")
    with pytest.raises(SettingsError, match=r"East\.yml: unknown key 'trak'.*'track'"):
        load(company / "company.yml", scope=Scope("region", "East"))


def test_missing_and_undecodable_files(tmp_path):
    with pytest.raises(SettingsError, match="no such file"):
        load(tmp_path / "company.yml")
    (tmp_path / "company.yml").write_bytes("name: 华东\n".encode("gb18030"))
    with pytest.raises(SettingsError, match="not UTF-8"):
        load(tmp_path / "company.yml")


def test_a_region_called_like_a_path_reads_no_file_outside(company):
    (company.parent / "x.yml").write_text("trak: {}\n")
    assert load(company / "company.yml", scope=Scope("region", "../../x")).targets.growth == 0.05


def test_dumped_settings_read_back_to_the_same_model(company, tmp_path):
    (company / "company.yml").write_text(
        "data_dir: d\nsources:\n  orders:\n    file: o.csv\n    columns:\n"
        "      order_id: No\n      amount: {compute: [a, '*', b]}\n      currency: {constant: CNY}\n"
        "targets: {milestones: {5: 0.2, 15: 0.5}}\n"
    )
    found = load(company / "company.yml")
    (tmp_path / "settings.yml").write_text(dump(found), encoding="utf-8")
    assert load(tmp_path / "settings.yml") == found


def test_relative_data_start_from_the_folder_that_holds_parameters(company, tmp_path):
    config = company / "company.yml"
    assert root_of(config) == tmp_path
    assert data_folder(config, load(config)) == tmp_path / "data"
    lone = tmp_path / "lone" / "company.yml"
    lone.parent.mkdir()
    lone.write_text("data_dir: .\n")
    assert data_folder(lone, load(lone)) == lone.parent


def test_an_error_of_validate_names_its_origin():
    with pytest.raises(SettingsError, match="^here: "):
        validate({}, origin="here")


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("milestones", {0: 0.2}, "from 1 to 31"),
        ("milestones", {10: 0.5, 20: 0.2}, "must not fall"),
        ("achievable", [0.9, 0.1], "lower chance"),
        ("growth_limits", [0.5, -0.5], "least growth"),
        ("value", -1, "greater than or equal to 0"),
        ("floors", {"region:E": -1}, "targets.floors.region:E.*greater than or equal to 0"),
        ("goals", [{"name": "x", "target": -1}], "goals.0.target.*greater than or equal to 0"),
    ],
)
def test_targets_that_make_no_sense_are_refused(key, value, said):
    with pytest.raises(SettingsError, match=said):
        validate({"company": "a", "data_dir": ".", "targets": {key: value}}, origin="a.yml")
