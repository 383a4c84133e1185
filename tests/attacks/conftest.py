"""A small company's files, to be spoilt one at a time, and the `kit` command run on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from kit.cli import main

HEADER = "order_id,line_no,date,rep_id,customer_id,region,quantity,amount\n"
ORDERS = HEADER + "".join(
    f"O{n},1,2025-{n % 9 + 1:02d}-{n % 27 + 1:02d},R{n % 3},C{n % 4},"
    f"{'East' if n % 2 else 'West'},2,{100 + n}\n"
    for n in range(60)
)
ROSTER = """\
rep_id,valid_from,name,region
R0,2024-01-01,Ann,East
R1,2024-01-01,Bo,West
R2,2024-01-01,Cy,East
"""
COMPANY = """\
company: tiny
name: Tiny
data_dir: data
sources:
  orders:
    file: orders.csv
    columns: {order_id: order_id, line_no: line_no, date: date, rep_id: rep_id,
      customer_id: customer_id, region: region, quantity: quantity, amount: amount}
  roster:
    file: roster.csv
    columns: {rep_id: rep_id, valid_from: valid_from, name: name, region: region}
"""
FILES = {"company.yml": COMPANY, "data/orders.csv": ORDERS, "data/roster.csv": ROSTER}


@pytest.fixture
def company(tmp_path, monkeypatch) -> Callable[[Mapping], Path]:
    """Write the company with some files changed and go there.

    A change is a text, bytes, a function of the text that would be there, None (no such file) or a
    dict (a folder).
    """

    def write(changed: Mapping = FILES) -> Path:
        for name, found in {**FILES, **changed}.items():
            place = tmp_path / name
            found = found(FILES[name]) if callable(found) else found
            place.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(found, dict):
                place.mkdir(exist_ok=True)
            elif found is not None:
                place.write_bytes(found.encode() if isinstance(found, str) else found)
        (tmp_path / "outputs").mkdir(exist_ok=True)
        monkeypatch.chdir(tmp_path)
        return tmp_path

    return write


@pytest.fixture
def kit() -> Callable:
    """Run a command, `run` with config and period already given."""

    def call(command: str, *more: str, period: str = "2025Q3"):
        given = ["--config", "company.yml"] if command in ("run", "check") else []
        given += ["--period", period] if command == "run" else []
        return CliRunner().invoke(main, [command, *given, *more], prog_name="kit")

    return call


@pytest.fixture
def refused(kit) -> Callable:
    """Run a command that must be refused in few lines, leaving `outputs` as it was."""

    def call(command: str, *more: str, **options) -> str:
        before = sorted(Path("outputs").rglob("*"))
        found = kit(command, *more, **options)
        assert found.exit_code == 2, found.output
        assert "Traceback" not in found.output and isinstance(found.exception, SystemExit)
        assert found.stderr.count("\n") <= 5 and len(found.stderr) < 900
        if command == "run":
            assert sorted(Path("outputs").rglob("*")) == before
        return " ".join(found.stderr.split())

    return call
