"""A copy of the project to run notebooks in, a JupyterLab server on it, and a browser."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from kit.data import sample

PROJECT = Path(__file__).resolve().parents[2]
SERVER_SECONDS = 60
CHROMIUM_ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@dataclass(frozen=True)
class Lab:
    """A JupyterLab server: where it answers, and the folder it serves."""

    address: str
    token: str
    root: Path

    def notebook(self, name: str) -> str:
        """The address of a notebook, opened in a fresh workspace."""
        return f"{self.address}/lab/tree/notebooks/{name}?reset&token={self.token}"


@pytest.fixture(scope="session")
def project(tmp_path_factory) -> Path:
    """A copy of notebooks/ and parameters/ beside the sample company's files."""
    root = tmp_path_factory.mktemp("project")
    for name in ("notebooks", "parameters"):
        hidden = shutil.ignore_patterns(".*")
        shutil.copytree(PROJECT / name, root / name, ignore=hidden)
    sample.write(root / "outputs" / "sample" / "data")
    return root


@pytest.fixture(scope="module")
def lab(project, tmp_path_factory) -> Iterator[Lab]:
    """A JupyterLab of this Python on the project's copy, with nothing of this user's own."""
    with _served(project, tmp_path_factory.mktemp("jupyter")) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator:
    """Debian's Chromium; without it the tests are skipped, in CI they fail."""
    found = os.environ.get("KIT_CHROMIUM") or shutil.which("chromium")
    if found is None:
        _missing("no Chromium: install Debian's `chromium`, or name one in KIT_CHROMIUM")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("no playwright: install the extra `test`")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=found, args=list(CHROMIUM_ARGUMENTS)
        )
        yield chromium
        chromium.close()


def _missing(reason: str) -> None:
    if os.environ.get("CI", "").lower() in ("true", "1"):
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def _served(root: Path, own: Path) -> Iterator[Lab]:
    token = "sales-target-kit"
    port = _free_port()
    log = own / "server.log"
    with log.open("w") as written:
        server = subprocess.Popen(
            [
                sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
                "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0",
                f"--ServerApp.root_dir={root}", f"--IdentityProvider.token={token}",
                "--LabApp.news_url=None", "--LabApp.extension_manager=readonly",
                "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            ],
            cwd=root, env=_environment(own), stdin=subprocess.DEVNULL,
            stdout=written, stderr=subprocess.STDOUT,
        )  # fmt: skip
    found = Lab(f"http://127.0.0.1:{port}", token, root)
    try:
        _wait(server, found, log)
        yield found
    finally:
        server.terminate()  # the server then stops its kernels
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _environment(own: Path) -> dict[str, str]:
    """The environment without a user's own Jupyter, whose folders lie under `own`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "JPY", "IPYTHON", "COLUMNS"))
    }
    places = {
        "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces", "JUPYTERLAB_SETTINGS_DIR": "settings",
        "IPYTHONDIR": "ipython",
    }  # fmt: skip
    return kept | {name: str(own / folder) for name, folder in places.items()}


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def _wait(server: subprocess.Popen, lab: Lab, log: Path) -> None:
    """Until the server answers; where it does not, fail with what it wrote."""
    end = time.monotonic() + SERVER_SECONDS
    while server.poll() is None and time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{lab.address}/api?token={lab.token}", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not answer in {SERVER_SECONDS} s:\n{log.read_text()[-4000:]}")
