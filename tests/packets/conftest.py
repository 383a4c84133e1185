"""One batch of the sample company, made once by the `kit` command, and a browser to read it in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCOPES = ("region:East", "region:North", "region:South", "region:West", "rep:R007")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


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


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium; without one the tests skip, except in CI."""
    from playwright.sync_api import sync_playwright

    chromium = os.environ.get("KIT_CHROMIUM") or shutil.which("chromium")
    if not chromium:
        reason = "no Chromium: install it or name it in KIT_CHROMIUM"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with sync_playwright() as player:
        opened = player.chromium.launch(executable_path=chromium, args=list(QUIET))
        yield opened
        opened.close()
