"""The commands of `kit actions`: listed, proposed, taken on, changed and closed."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest
from click.testing import CliRunner

from kit.cli import main
from kit.data.case import open_case
from kit.review import actions_file, carried, proposed

REPS = {"007": ("East", "A", "Ann"), "008": ("East", "A", "李伟"), "009": ("华东", "+B", "Bob")}
COMPANY = """\
company: tiny
name: Tiny Company
data_dir: data
targets: {value: 90000, method: given}
sources:
  orders:
    file: orders.csv
    columns: {order_id: order_id, line_no: line_no, date: date, rep_id: rep_id, region: region,
      quantity: quantity, amount: amount}
  roster:
    file: roster.csv
    columns: {rep_id: rep_id, valid_from: valid_from, name: name, team: team, region: region,
      manager_id: manager_id}
"""
OLD = "action_id,scope,period,action,status\nA1,region:east,2024Q1,call,later\n"
SAID = ("--author", "Li Wei", "--reason", "=agreed with both regions")


@pytest.fixture
def company(tmp_path, monkeypatch):
    """Three reps in two regions; one sells a third of what it did since April."""
    (tmp_path / "company.yml").write_text(COMPANY, encoding="utf-8")
    (tmp_path / "data").mkdir()
    orders = ["order_id,line_no,date,rep_id,region,quantity,amount"]
    for number, (year, month, rep) in enumerate(
        itertools.product((2023, 2024, 2025), range(1, 13), REPS)
    ):
        if (year, month) < (2025, 7):
            amount = 3000 if rep == "007" and (year, month) > (2025, 3) else 10000
            orders.append(f"O{number},1,{year}-{month:02d}-03,{rep},{REPS[rep][0]},1,{amount}")
    (tmp_path / "data/orders.csv").write_text("\n".join(orders) + "\n", encoding="utf-8")
    roster = ["rep_id,valid_from,name,team,region,manager_id"]
    for rep, (region, team, name) in REPS.items():
        roster.append(f"{rep},2020-01-01,{name},{team},{region},007")
    (tmp_path / "data/roster.csv").write_text("\n".join(roster) + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def kit(name, *args):
    config = () if "--help" in args else ("--config", "company.yml")
    return CliRunner().invoke(main, ["actions", name, *map(str, args), *config], prog_name="kit")


def propose(*more, scope="region:East"):
    return kit("propose", "--period", "2025Q2", "--scope", scope, "--as-of", "2025-06-30", *SAID,
               *more)  # fmt: skip


def test_proposals_are_shown_then_taken_on_once(company):
    shown = propose()
    assert shown.exit_code == 0, shown.output
    assert "2025Q2-region-East-1" in shown.output and "--write" in shown.output
    assert not (company / "actions.csv").exists()
    done = propose("--write", "--owner", "李伟")
    assert "appended to" in done.output, done.output
    (row,) = actions_file.read(company / "actions.csv").to_dict("records")
    assert (row["owner"], row["status"]) == ("李伟", "open")
    assert row["reason"] == "=agreed with both regions (Li Wei)"
    assert "'=agreed" in (company / "actions.csv").read_text("utf-8")
    again = propose("--write")
    assert again.exit_code == 0 and "met by the open action 2025Q2-region-East-1" in again.output
    assert len(actions_file.read(company / "actions.csv")) == 1


def test_a_file_without_the_new_columns_works_and_keeps_its_rows(company):
    (company / "actions.csv").write_text(OLD, encoding="utf-8")
    found = kit("list", "--scope", "region:East")
    assert found.exit_code == 0 and "A1" in found.output and "open" in found.output
    assert "No action" in kit("list", "--scope", "region:华东").output
    done = kit("set", "A1", "--status", "done", "--reason", "all of them called", "--measured",
               "-12.5", "--author", "Li")  # fmt: skip
    assert done.exit_code == 0 and "A1: done" in done.output, done.output
    rows = actions_file.read(company / "actions.csv")
    assert rows["status"].tolist() == ["later", "done"]
    assert rows["measured_effect"].tolist()[1] == -12.5
    assert "A1 " in kit("list", "--scope", "region:East").output


def test_history_is_seen_as_it_was_on_a_day(company):
    (company / "actions.csv").write_text(OLD, encoding="utf-8")
    kit("set", "A1", "--status", "done", "--reason", "all of them called", "--author", "Li",
        "--as-of", "2025-06-20")  # fmt: skip
    for day, state in (("2025-06-19", "open"), ("2025-06-20", "done")):
        case = open_case("company.yml", scope="region:East", period="2025Q2", as_of=day)
        assert carried.carried(case)["status"].tolist() == [state]


@pytest.mark.parametrize(
    ("asked", "told"),
    [(("A2", "--status", "done", "--reason", "all were called"), "Known: A1"),
     (("A1", "--status", "dropped"), "reason is missing"),
     (("A1", "--owner", ""), "owner is empty"),
     (("A1", "--due", "2020-01-01"), "lies before"),
     (("A1",), "nothing would change"),
     (("A1", "--status", "dnoe"), "Did you mean 'done'")],
)  # fmt: skip
def test_what_is_refused_leaves_the_file_as_it_was(company, asked, told):
    (company / "actions.csv").write_text(OLD, encoding="utf-8")
    found = kit("set", *asked, "--author", "Li")
    assert found.exit_code == 2 and told in found.output, found.output
    assert (company / "actions.csv").read_text("utf-8") == OLD


def test_a_column_that_would_be_lost_is_refused(company):
    path = company / "actions.csv"
    path.write_text(OLD.replace("status", "status,note").replace("later", "later,x"), "utf-8")
    found = kit("set", "A1", "--owner", "Wu", "--author", "Li")
    assert found.exit_code == 2 and "note" in found.output


def test_due_days_in_the_past_and_short_reasons_are_refused(company):
    assert "lies before" in propose("--due", "2025-01-01").output
    found = kit("propose", "--period", "2025Q2", "--author", "Li", "--reason", "so")
    assert found.exit_code == 2 and "says too little" in found.output


REFUSED = (
    "action_id,scope,period,action,due_on\nA1,region:East,2025Q2,call,\n"
    "A2,region:East,2025Q2,call,31.02.2025\nA3,REGION:east,2025Q2,visit,\n"
)


@pytest.mark.parametrize(
    "asked", [("list",), ("set", "A1", "--owner", "Wu", "--author", "Li"), ("propose", *SAID)]
)
def test_rows_that_the_gate_refuses_are_told(company, asked):
    (company / "actions.csv").write_text(REFUSED, encoding="utf-8")
    found = kit(*asked, "--set", "gate.max_loss=1")
    assert "2 rows of actions were refused" in found.stderr, found.output
    assert "actions.csv, row 3, column due_on: '31.02.2025' (ambiguous_date)" in found.stderr
    assert "actions.csv, row 4, column scope: 'REGION:east' (not_a_scope)" in found.stderr
    assert "refused" not in found.stdout


def test_one_refused_row_is_told_as_one_and_none_is_not_told(company):
    path = company / "actions.csv"
    path.write_text("\n".join(REFUSED.splitlines()[:3]), encoding="utf-8")
    assert "1 row of actions was refused" in kit("list", "--set", "gate.max_loss=1").stderr
    path.write_text(OLD, encoding="utf-8")
    assert "refused" not in kit("list").stderr


def test_a_change_of_an_earlier_day_is_of_that_days_period(company):
    (company / "actions.csv").write_text(OLD, encoding="utf-8")
    done = kit("set", "A1", "--status", "done", "--reason", "all of them called", "--author", "Li",
               "--as-of", "2025-02-28")  # fmt: skip
    assert done.exit_code == 0 and "done from 2025-02-28 on" in done.output, done.output
    wrong = kit("set", "A1", "--owner", "Wu", "--author", "Li", "--as-of", "28.02.2025")
    assert wrong.exit_code == 2 and "is not a date" in wrong.output


def test_what_was_met_by_somebody_else_meanwhile_is_said(company, monkeypatch):
    assert "appended to" in propose("--write").output
    stale = proposed.proposed

    def before(case, found):
        return stale(case, found).assign(covered_by=None, owner="Li",
                                         due_on=pd.Timestamp("2025-12-01"))  # fmt: skip

    monkeypatch.setattr(proposed, "proposed", before)
    again = propose("--write")
    assert again.exit_code == 0, again.output
    assert "met meanwhile by the open action 2025Q2-region-East-1" in again.output
    assert "Nothing was appended" in again.output
    assert len(actions_file.read(company / "actions.csv")) == 1


def test_help_has_examples():
    found = CliRunner().invoke(main, ["actions", "--help"])
    assert found.exit_code == 0 and "Exit status" in found.output
