"""One batch of the sample company, made once by the `kit` command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

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
def once(tmp_path_factory, request):
    """Make a folder once for all processes that run tests: `once("company", make)`."""
    root = tmp_path_factory.getbasetemp()
    root = root.parent if hasattr(request.config, "workerinput") else root

    def find(name, make) -> Path:
        folder, done = root / f"packets-{name}", root / f"packets-{name}.made"
        with FileLock(root / f"packets-{name}.lock"):
            if not done.exists():
                folder.mkdir()
                make(folder)
                done.touch()
        return folder

    return find


@pytest.fixture(scope="session")
def company(kit, once) -> Path:
    """The folder with the sample company's raw files and company.yml."""

    def make(folder: Path) -> None:
        made = kit("sample", folder, cwd=folder)
        assert made.returncode == 0, made.stderr

    return once("company", make)


@pytest.fixture(scope="session")
def batch(kit, company, once) -> Path:
    """The period's folder of a batch over the four regions and one rep."""

    def make(out: Path) -> None:
        scopes = [part for scope in SCOPES for part in ("--scope", scope)]
        made = kit("run", "--config", company / "company.yml", "--period", "2025Q3", *scopes,
                   "--out", out, cwd=company)  # fmt: skip
        assert made.returncode == 0, made.stderr
        assert str(out / "sample" / "2025Q3" / "index.html") in made.stdout

    return once("batch", make) / "sample" / "2025Q3"
