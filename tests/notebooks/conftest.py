"""A copy of the project to run notebooks in, and a JupyterLab server on it."""

from __future__ import annotations

import json
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
from kit.data.case import open_case

PROJECT = Path(__file__).resolve().parents[2]
CONFIG = Path("parameters") / "sample" / "company.yml"
SECONDS = 60
PLACES = {
    "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime",
    "JUPYTERLAB_WORKSPACES_DIR": "workspaces", "JUPYTERLAB_SETTINGS_DIR": "settings",
    "IPYTHONDIR": "ipython",
}  # fmt: skip


@dataclass(frozen=True)
class Lab:
    """A JupyterLab server: where it answers, and the project's copy that it serves."""

    address: str
    token: str
    root: Path

    def notebook(self, name: str) -> str:
        """The address of a notebook, opened in a fresh workspace."""
        return f"{self.address}/lab/tree/notebooks/{name}?reset&token={self.token}"

    def asked(self, path: str):
        """What the server answers; None where it does not."""
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(f"{self.address}/api{path}?token={self.token}", timeout=5) as found:
                return json.load(found)
        except OSError:
            return None

    def wait_for_kernel(self, name: str) -> None:
        """Until a notebook's kernel is connected; one that is not yet runs nothing."""
        end = time.monotonic() + SECONDS
        while not any(
            one["kernel"]["connections"] and one["kernel"]["execution_state"] == "idle"
            for one in self.asked("/sessions") or ()
            if one["path"].endswith(name)
        ):
            if time.monotonic() > end:
                pytest.fail(f"{name}: no kernel in {SECONDS} s: {self.asked('/sessions')}")
            time.sleep(0.1)


@pytest.fixture(scope="session")
def own_jupyter(tmp_path_factory) -> dict[str, str]:
    """The environment with Jupyter folders of the tests' own, whatever the user's hold."""
    folder = tmp_path_factory.mktemp("jupyter")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "JPY", "IPYTHON"))
    }
    settings = folder / PLACES["JUPYTERLAB_SETTINGS_DIR"] / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet))
    return kept | {name: str(folder / place) for name, place in PLACES.items()}


@pytest.fixture(scope="session")
def project(tmp_path_factory) -> Path:
    """A copy of notebooks/ and parameters/ beside the sample company's files and snapshot."""
    root = tmp_path_factory.mktemp("project")
    for name in ("notebooks", "parameters"):
        shutil.copytree(PROJECT / name, root / name, ignore=shutil.ignore_patterns(".*"))
    sample.write(root / "outputs" / "sample" / "data")
    open_case(root / CONFIG)
    return root


@pytest.fixture(scope="module")
def lab(project, own_jupyter, tmp_path_factory) -> Iterator[Lab]:
    """A JupyterLab of this Python on a copy of its own, which it may save into."""
    root = tmp_path_factory.mktemp("lab") / "project"
    shutil.copytree(project, root)
    with _served(root, own_jupyter) as found:
        yield found


@contextmanager
def _served(root: Path, environment: dict[str, str]) -> Iterator[Lab]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found = Lab(f"http://127.0.0.1:{port}", "sales-target-kit", root)
    log = root.parent / "server.log"
    with log.open("w") as written:
        server = subprocess.Popen(
            [
                sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
                "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0",
                f"--ServerApp.root_dir={root}", f"--IdentityProvider.token={found.token}",
                "--LabApp.news_url=None", "--LabApp.extension_manager=readonly",
                "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            ],
            cwd=root, env=environment, stdin=subprocess.DEVNULL,
            stdout=written, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        end = time.monotonic() + SECONDS
        while found.asked("") is None:
            if server.poll() is not None or time.monotonic() > end:
                pytest.fail(f"JupyterLab does not answer:\n{log.read_text()[-4000:]}")
            time.sleep(0.2)
        yield found
    finally:
        server.terminate()  # it then stops its kernels
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
