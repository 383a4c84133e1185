"""Bad parameters and bad requests: one clear error each, and nothing left in outputs."""

from __future__ import annotations

import json

import pytest

NESTED = "a: " + "[" * 2000 + "]" * 2000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("company: [1", "line 1, column 12: expected ',' or ']'"),
        ("company: x\n\tdata_dir: y", "line 2, column 1: found character '\\t'"),
        ("company: x\n\tdata_dir: y", "Indent with spaces."),
        ("name: a\nname: b", "line 2, column 1: the key 'name' stands twice"),
        ("? [a, b]\n: c", "a key is a plain text"),
        (NESTED, "nested too deeply"),
        (b"\xff\xfe\0", "byte 0 is not UTF-8"),
        ("name: a\0b", "not readable as YAML"),
        ("- a", "holds no 'key: value' lines"),
        ("", "the key 'data_dir' is missing"),
        ("company: ''\ndata_dir: x", "'company': String should have at least 1 character"),
        ("targets:\ndata_dir: x", "'targets': needs 'key: value' lines below it"),
        ("diagnose: {stages: won}\ndata_dir: x", "'diagnose.stages': needs a list"),
        ("review: {scorecard: {weights: {bokings: 1}}}\ndata_dir: x", "'review.scorecard.weights.bokings'"),
    ],
)
def test_a_bad_company_yml_is_told_with_its_place(company, refused, text, said):
    company({"company.yml": text})
    found = refused("run")
    assert said in found and "Error: company.yml: " in found


@pytest.mark.parametrize(
    "place", ["periods/2025Q3.yml", "regions/East.yml", "teams/E-1.yml", "reps/R1.yml"]
)
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("targets: {growht: 1}", "unknown key 'targets.growht'. Did you mean 'growth'?"),
        ("targets: {growth: abc}", "'targets.growth': Input should be a valid number"),
        ("targets: [", "not readable as YAML: line 1"),
        ("sources: {}", "'sources' holds for the whole company. Put it into company.yml."),
        ({}, "cannot be read (Is a directory)"),
    ],
)
def test_a_file_of_a_period_or_scope_is_named(company, kit, place, text, said):
    company(
        {
            place: text,
            "data/roster.csv": lambda found: "\n".join(
                f"{line},{'E-1' if number else 'team'}"
                for number, line in enumerate(found.splitlines())
            ),
            "company.yml": lambda found: found.replace("name: name,", "name: name, team: team,"),
        }
    )
    kind = place.split("/")[0].removesuffix("s")
    found = kit("run", *(() if kind == "period" else ("--by", kind)))
    assert found.exit_code == 2, found.output
    assert f"Error: {place}: " in found.stderr and said in found.stderr


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--scope", "rep:ann"], "Scope 'rep:ann' is not in the data. Did you mean 'rep:R0'?"),
        (["--scope", "region:Est"], "Did you mean 'region:East'?"),
        (["--scope", "rep:Nobody"], "Known: rep:R0, rep:R1, rep:R2."),
        (["--set", "targets.growth=abc"], "command line: 'targets.growth': Input should be"),
        (["--set", "company="], "command line: 'company'"),
        (["--set", "targets.blend.history=-1"], "'targets.blend.history': Input should be greater"),
    ],
)
def test_a_bad_request_is_told(company, kit, more, said):
    company()
    found = kit("run", *more)
    assert found.exit_code == 2 and said in found.stderr, found.output


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ("1999Q1", "Period 1999Q1 ends on 1999-03-31, before the data begin: the orders go from"),
        ("2031Q1", "Period 2031Q1 begins on 2031-01-01, more than two years after the data end"),
        ("../../x", "Period '../../x' is not in the calendar"),
        ("..", "Period '..' is not in the calendar"),
        ("2025Q1..", "Did you mean '2025Q1'?"),
        ("x" * 300, "is not in the calendar"),
    ],
)
def test_a_period_that_the_data_cannot_tell_of_is_refused(company, kit, period, said):
    company({"periods/2025Q3.yml": "seed: 1"})
    found = kit("run", "--scope", "company", period=period)
    assert found.exit_code == 2 and said in found.stderr, found.output


@pytest.mark.parametrize(
    "text",
    ["garbage", "[]", "null", '{"state": "ended"}', b"\xff",
     json.dumps({name: 10**30 for name in ("company", "period", "as_of", "started", "ended",
                                           "total", "done", "failed", "process")}
                | {"state": "running"})],
)  # fmt: skip
def test_a_spoilt_state_is_named(company, kit, text):
    company({"outputs/tiny/.work/batch.json": text})
    found = kit("status")
    assert found.exit_code == 2
    assert "outputs/tiny/.work/batch.json: is not the state of a batch." in found.stderr
