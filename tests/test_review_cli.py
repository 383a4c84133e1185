"""The command `kit review`: the review's suggestion written as a scenario, and refusals."""

from __future__ import annotations

import itertools

import pytest
from click.testing import CliRunner

from kit.cli import main
from kit.data.case import open_case
from kit.plan import cascade, target
from kit.scenarios import find

TEAMS = {"007": ("East", "A"), "008": ("East", "A"), "009": ("West", "B")}
COMPANY = """\
company: tiny
data_dir: data
targets: {growth: 0.1, reserve: 0.1}
sources:
  orders:
    file: orders.csv
    columns: {order_id: order_id, line_no: line_no, date: date, rep_id: rep_id, region: region,
      quantity: quantity, amount: amount}
  roster:
    file: roster.csv
    columns: {rep_id: rep_id, valid_from: valid_from, name: name, team: team, region: region}
"""
NAME = "scenarios/2025Q3-from-review.yml"


@pytest.fixture
def company(tmp_path, monkeypatch):
    """Three reps, two regions, orders from 2023 to June 2025, and other growth for 2025Q3."""
    (tmp_path / "company.yml").write_text(COMPANY, encoding="utf-8")
    (tmp_path / "periods").mkdir()
    other = 'targets: {growth: 0.5, reserve: 0, caps: {"region:East": 10}}\n'
    (tmp_path / "periods/2025Q3.yml").write_text(other, encoding="utf-8")
    (tmp_path / "data").mkdir()
    orders = ["order_id,line_no,date,rep_id,region,quantity,amount"]
    months = itertools.product((2023, 2024, 2025), range(1, 13), TEAMS)
    for number, (year, month, rep) in enumerate(months):
        if (year, month) < (2025, 7):
            amount = 10_000 + 500 * (number % 7)
            orders.append(f"O{number},1,{year}-{month:02d}-03,{rep},{TEAMS[rep][0]},1,{amount}")
    orders.append("O999,1,2025-06-30,007,East,1,1000")
    (tmp_path / "data/orders.csv").write_text("\n".join(orders) + "\n", encoding="utf-8")
    roster = ["rep_id,valid_from,name,team,region"]
    roster += [f"{rep},2020-01-01,N{rep},{team},{region}" for rep, (region, team) in TEAMS.items()]
    (tmp_path / "data/roster.csv").write_text("\n".join(roster) + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def review(*more, period="2025Q2"):
    asked = ["review", "--config", "company.yml", "--period", period, *more]
    return CliRunner().invoke(main, asked, prog_name="kit")


def test_it_writes_the_scenario_that_target_setting_opens(company):
    found = review()
    assert found.exit_code == 0, found.output
    assert f"{company / NAME} was written." in found.output
    assert "kit run --config company.yml --period 2025Q3 --notebooks 01 --scenario" in found.output
    assert "targets.method" in found.output  # other than the period's own parameters
    written = find("company.yml", "2025Q3-from-review")
    assert written.draft and "2025" in written.note
    case = open_case("company.yml", period="2025Q3", scenario=written.name)
    plan = target.proposal(case)
    assert f"{plan.target:,.2f}" in found.output
    below = cascade.cascade(case, plan).set_index("scope")["target"]
    assert below[["region:East", "region:West"]].sum() == plan.handed_out
    for region in ("region:East", "region:West"):
        assert f"{below[region]:,.2f}" in found.output
        part = open_case("company.yml", period="2025Q3", scope=region, scenario=written.name)
        assert target.proposal(part).target == below[region]


def test_one_that_is_there_is_kept_unless_asked(company):
    assert review("--final").exit_code == 0
    before = (company / NAME).read_bytes()
    assert b"draft" not in before
    refused = review()
    assert refused.exit_code == 2 and "Add --replace" in refused.stderr
    assert (company / NAME).read_bytes() == before
    assert review("--replace").exit_code == 0
    assert review("--name", "autumn", "--scope", "region:East").exit_code == 0
    assert find("company.yml", "autumn").title == "autumn"


def test_a_period_that_runs_is_refused_unless_asked(company):
    refused = review("--as-of", "2025-05-31")
    assert refused.exit_code == 2
    assert "2025Q2 is not over on 2025-05-31" in refused.stderr and "--running" in refused.stderr
    assert not (company / NAME).exists()
    assert review("--as-of", "2025-05-31", "--running").exit_code == 0


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--scope", "region:Eest"), "Did you mean"),
        (("--name", "  ", "--set", "review.next.carry_over=2"), "carry_over"),
        (("--set", "review.next.carryover=1"), "carry_over"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(company, more, said):
    refused = review(*more)
    assert refused.exit_code == 2 and said in refused.stderr
    assert not (company / "scenarios").exists()


def test_where_nothing_can_be_suggested_it_says_why(company):
    refused = review("--as-of", "2023-06-30", period="2023Q2")
    assert refused.exit_code == 2 and "no next target can be suggested" in refused.stderr
    assert not (company / "scenarios").exists()


def test_parameters_under_which_plans_differ_are_refused(company, monkeypatch):
    from kit.review import next_scenario

    def apart(case, found):
        return next_scenario.pd.DataFrame(
            {"scope": ["company"], "suggested": [1.0], "planned": [2.0]}
        )

    monkeypatch.setattr(next_scenario, "differences", apart)
    refused = review()
    assert refused.exit_code == 2 and "nothing was written" in refused.stderr
    assert not (company / "scenarios").exists()
