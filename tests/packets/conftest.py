"""One batch of the sample company, made once by the `kit` command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCOPES = ("region:East", "region:North", "region:South", "region:West", "rep:R007")


def _kit(*arguments: object, cwd: Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "kit", *map(str, arguments)],
        cwd=cwd, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip


@pytest.fixture(scope="session")
def kit():
    """Run the `kit` command as a person would: `kit("run", ..., cwd=folder)`."""
    return _kit


@pytest.fixture(scope="session")
def company(kit, tmp_path_factory) -> Path:
    """The folder with the sample company's raw files and company.yml."""
    folder = tmp_path_factory.mktemp("company")
    made = kit("sample", folder, cwd=folder)
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture(scope="session")
def batch(kit, company, tmp_path_factory) -> Path:
    """The period's folder of a batch over the four regions and one rep."""
    out = tmp_path_factory.mktemp("out")
    scopes = [part for scope in SCOPES for part in ("--scope", scope)]
    made = kit("run", "--config", company / "company.yml", "--period", "2025Q3", *scopes,
               "--out", out, cwd=company)  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert str(out / "sample" / "2025Q3" / "index.html") in made.stdout
    return out / "sample" / "2025Q3"
