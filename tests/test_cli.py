from __future__ import annotations

import signal
import subprocess
import sys
import time

import nbformat
import pytest
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_notebook

from kit.cli import COMMANDS, main

ORDERS = """\
order_id,line_no,date,rep_id,region,quantity,amount
O1,1,2025-07-03,007,East,2,100
O2,1,2025-08-04,008,华东,1,50
O3,1,2025-08-05,009,../../x,1,25
O4,1,2025-08-05,009,East,one,25
"""
ROSTER = """\
rep_id,valid_from,name,region
007,2024-01-01,Ann,East
008,2024-01-01,李伟,华东
009,2024-01-01,<b>Bo</b>,East
"""
COMPANY = """\
company: tiny
name: Tiny Company
data_dir: data
gate:
  max_loss: 0.3
sources:
  orders:
    file: orders.csv
    columns: {order_id: order_id, line_no: line_no, date: date, rep_id: rep_id, region: region,
      quantity: quantity, amount: amount}
  roster:
    file: roster.csv
    columns: {rep_id: rep_id, valid_from: valid_from, name: name, region: region}
"""
PARAMETERS = 'scope: str = "company"  # whom\nas_of: str = ""  # day'


@pytest.fixture
def company(tmp_path, monkeypatch):
    """A company of four order lines, and a notebook that shows its scope; the test runs beside."""
    (tmp_path / "company.yml").write_text(COMPANY, encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "orders.csv").write_text(ORDERS, encoding="utf-8")
    (tmp_path / "data" / "roster.csv").write_text(ROSTER, encoding="utf-8")
    parameters = new_code_cell(PARAMETERS)
    parameters.metadata["tags"] = ["parameters"]
    answer = new_code_cell(
        "import html\nfrom IPython.display import HTML\n\n"
        "assert '../../x' not in scope, 'no such place'\n"
        "HTML(f'<p>{html.escape(scope)} {as_of}</p>')"
    )
    (tmp_path / "notebooks").mkdir()
    nbformat.write(new_notebook(cells=[parameters, answer]), tmp_path / "notebooks" / "02-a.ipynb")
    monkeypatch.setattr("kit.publish.request.NOTEBOOKS", tmp_path / "notebooks")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def kit(*args):
    return CliRunner().invoke(main, [str(one) for one in args], prog_name="kit")


def run(*more):
    return kit("run", "--config", "company.yml", "--period", "2025Q3", *more)


def test_help_is_there_for_every_command_with_examples_and_comes_at_once():
    for command in COMMANDS:
        found = kit(command, "--help")
        assert found.exit_code == 0
        assert f"  kit {command}" in found.output
    begun = time.perf_counter()
    code = (
        "import sys; from kit.cli import main; main(['--help'], standalone_mode=False);"
        "assert not {'pandas', 'papermill', 'nbconvert'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert time.perf_counter() - begun < 5


def test_a_run_makes_packets_and_tells_of_failures(company):
    found = run("--scope", "region:华东", "--scope", "region:../../x", "--as-of", "2025-08-20")
    assert found.exit_code == 1, found.output
    assert "1 packet made, 1 failed." in found.output
    assert f"Look at {company}/outputs/tiny/2025Q3/index.html" in found.output
    assert "region:../../x: 02-a.ipynb, cell 2: AssertionError: no such place" in found.stderr
    html = (company / "outputs/tiny/2025Q3/region-华东/packet.html").read_text()
    assert "region:华东 2025-08-20" in html
    status = kit("status")
    assert "tiny 2025Q3, as of 2025-08-20: ended" in status.output
    assert "1 of 2 made, 1 failed" in status.output


def test_a_run_that_is_resumed_does_only_what_is_left_to_do(company):
    asked = ("--scope", "region:华东", "--as-of", "2025-08-20", "--resume")
    assert "1 packet made, 0 failed." in run(*asked).output
    assert "Nothing to do: 1 packet up to date." in run(*asked).output
    both = run(*asked, "--scope", "company")
    assert "1 packet made, 1 were up to date, 0 failed." in both.output


@pytest.mark.parametrize(
    ("signum", "kernels"), [(signal.SIGTERM, "warm"), (signal.SIGINT, "ordinary")]
)
def test_a_signal_stops_a_run_cleanly_and_it_can_go_on(company, signum, kernels):
    notebook = company / "notebooks" / "02-a.ipynb"
    text = notebook.read_text()
    notebook.write_text(text.replace("import html", "import html, time; time.sleep(60)"))
    code = (
        "import sys; from pathlib import Path; from kit.cli import main\n"
        "from kit.publish import request; request.NOTEBOOKS = Path('notebooks')\n"
        "main(['run', '--config', 'company.yml', '--period', '2025Q3', *sys.argv[1:]])"
    )
    told = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    command = [sys.executable, "-c", code, "--scope", "company", "--kernels", kernels]
    with subprocess.Popen(command, **told) as process:
        state = company / "outputs/tiny/.work/batch.json"
        while not state.exists() and process.poll() is None:
            time.sleep(0.05)
        assert "running" in kit("status").output
        time.sleep(2)
        refused = subprocess.run(command, **told)
        process.send_signal(signum)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 128 + signum
    assert "Stopped. 0 of 1 packets were made; go on with --resume." in errors
    assert "Traceback" not in errors
    assert refused.returncode == 2 and "another batch is running there" in refused.stderr
    assert "stopped" in kit("status").output
    assert not list(company.rglob("packet.html"))
    notebook.write_text(text)
    assert "1 packet made" in run("--scope", "company", "--resume").output


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--period", "2025Q5"], "2025Q5"),
        (["--as-of", "2025-10-01"], "outside the period 2025Q3, which runs from 2025-07-01"),
        (["--as-of", "soon"], "'soon' is no day"),
        (["--scope", "region:Eest"], "Did you mean 'region:East'?"),
        (["--scope", "area:East"], "'area' is no kind of scope"),
        (["--scope", "rep:Ann"], "rep:Ann"),
        (["--by", "team"], "no team in 2025Q3"),
        (["--notebooks", "02,09"], "no notebook '09'. Known: 02"),
        (["--set", "targets.growht=1"], "Did you mean 'growth'?"),
        (["--set", "growth"], "key=value"),
        (["--language", "de"], "'en', 'zh'"),
        (["--jobs", "0"], "'0' is neither 'auto' nor a number from 1"),
        (["--memory-limit", "-1"], "not in the range 0<=x"),
        (["--config", "nowhere.yml"], "nowhere.yml: no such file"),
        (["--data-dir", "nowhere"], "nowhere"),
        (["--out", "company.yml/out"], "cannot write there"),
        (["--set", "gate.max_loss=0.1"], "1 of 4 rows refused"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_written(company, more, said):
    before = sorted(company.iterdir())
    found = run(*more)
    assert found.exit_code == 2, found.output
    assert "Error: " in found.stderr
    assert said in " ".join(found.stderr.split())
    assert "Traceback" not in found.output
    packets = list(company.rglob("2025Q3"))
    assert not packets
    if "scope" not in more[0] and "by" not in more[0]:
        assert sorted(company.iterdir()) == before


def test_check_tells_what_the_gate_did(company):
    found = kit("check", "--config", "company.yml")
    assert found.exit_code == 0, found.output
    assert "orders     4     3         0        1" in found.output
    assert "one" in found.output
    refused = company / "outputs" / "tiny" / "check" / "refused.csv"
    assert str(refused.relative_to(company)) in found.output
    assert "orders.csv" in refused.read_text(encoding="utf-8-sig")
    strict = kit("check", "--config", "company.yml", "--set", "gate.max_loss=0.1")
    assert strict.exit_code == 2
    assert "orders     4     3         0        1" in strict.output


def test_an_unforeseen_error_is_one_line_and_a_traceback_only_where_asked(monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("lost")

    monkeypatch.setattr("kit.publish.state.read_all", broken)
    monkeypatch.delenv("KIT_DEBUG", raising=False)
    found = kit("status")
    assert found.exit_code == 70
    assert found.stderr.count("\n") == 1
    assert "RuntimeError: lost" in found.stderr
    monkeypatch.setenv("KIT_DEBUG", "1")
    assert isinstance(kit("status").exception, RuntimeError)


def test_status_of_a_folder_without_a_batch(tmp_path):
    assert "no batch has run there" in kit("status", "--out", tmp_path).output


