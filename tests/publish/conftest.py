"""Tiny notebooks, and batches of them that need no company's data."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from kit.data.calendar import FiscalCalendar
from kit.parameters import validate
from kit.publish.batch import Batch
from kit.publish.limits import DEFAULT
from kit.publish.outputs import Layout
from kit.publish.request import choose_notebooks
from kit.publish.unit import Unit
from kit.publish.warm import ORDINARY
from kit.scope import Scope
from kit.show.findings import MIME

PARAMETERS = """\
config: str = "company.yml"  # settings
scope: str = "company"  # whom
period: str = "2025Q3"  # when
as_of: str = ""  # day
language: str = "en"  # of the packet
snapshot: str = ""  # folder
controls: str = "auto"  # widgets
"""

TRACK = """\
import html, os, sys, warnings
from IPython.display import HTML, display

print("noise on stdout")
print("noise on stderr", file=sys.stderr)
warnings.warn("a warning")
name = scope.partition(":")[2]
figures = {"target": 0.1 + 0.2, "actual": 2.5, "status": "red", "chance_of_target": float("nan")}
display({"MIME": {"measures": {"bookings": figures}}}, raw=True)
HTML(f"<p class=lead>{html.escape(name)} is short, seen {as_of} from {os.getcwd()}</p>")
"""

WHY = """\
from IPython.display import HTML, display

if name == "boom":
    raise ValueError("first line\\n\\x1b[31mno column 'amuont'\\x1b[0m")
if name == "dies":
    import os

    os._exit(1)
open("targets.csv", "w").write("scope\\n")
display({"MIME": {"reasons": [{"cause": "price", "effect": -1.5}], "next_target": 3.0}}, raw=True)
HTML("<p>Because.</p>")
"""


def code(source: str, *tags: str, outputs=()):
    """A code cell with tags and, for notebooks that were run, outputs."""
    cell = new_code_cell(source, outputs=list(outputs))
    cell.metadata["tags"] = list(tags)
    return cell


def text(source: str, *tags: str):
    """A Markdown cell with tags."""
    cell = new_markdown_cell(source)
    cell.metadata["tags"] = list(tags)
    return cell


def shown(data: dict):
    """An output as `display` leaves it."""
    return new_output("display_data", data=data)


@pytest.fixture(scope="session")
def tiny_notebooks(tmp_path_factory) -> Path:
    """A folder with two small notebooks; scopes named boom and dies fail in the second's cell 4."""
    folder = tmp_path_factory.mktemp("notebooks")
    track = new_notebook(
        cells=[
            code(PARAMETERS, "parameters"),
            text("# Where do we stand?", "lang-en"),
            text("# 我们在哪里？", "lang-zh"),
            code(TRACK.replace("MIME", MIME), "headline"),
            code("import ipywidgets\n\nipywidgets.IntSlider()"),
            text("Nothing else."),
        ]
    )
    why = new_notebook(
        cells=[
            code('scope: str = "company"  # whom\n', "parameters"),
            text("# Why?"),
            code('name = scope.partition(":")[2]'),
            code(WHY.replace("MIME", MIME)),
        ]
    )
    nbformat.write(track, folder / "02-track.ipynb")
    nbformat.write(why, folder / "03-why.ipynb")
    return folder


@pytest.fixture
def make_batch(tmp_path, tiny_notebooks):
    """Build a batch by hand: `make_batch(["region:East"], as_of="2025-08-20", ...)`."""

    def build(
        scopes, *, as_of="2025-08-20", snapshot_id="0123abcd", out=None, notebooks=None,
        kernel=ORDINARY, limits=DEFAULT, **settings,
    ) -> Batch:  # fmt: skip
        model = validate(
            {"company": "sample", "name": "Sample", "data_dir": ".", **settings}, origin="test"
        )
        period = FiscalCalendar(model.calendar).period("2025Q3")
        layout = Layout(out or tmp_path / "out", model.company, period.name)
        day = dt.date.fromisoformat(as_of)
        found = [Scope.parse(one) for one in scopes]
        units = tuple(
            Unit(
                scope=one, title=one.id or "Sample", period=period.name, as_of=day, settings=model,
                part=snapshot_id, snapshot=layout.root / "snapshot" / snapshot_id,
                notebooks=choose_notebooks(folder=notebooks or tiny_notebooks),
                work=layout.work(one), place=layout.packet(one), kernel=kernel, limits=limits,
            )
            for one in found
        )  # fmt: skip
        return Batch(layout, model, period, day, snapshot_id, units)

    return build


@pytest.fixture
def executed():
    """Stands in for kernels: what the tiny notebooks leave, without running them."""
    from kit.publish.failure import Failure, NotebookFailed

    def execute(path, parameters, *, folder, **_limits):
        if parameters["scope"] == "region:boom":
            raise NotebookFailed(Failure(path.name, 4, "ValueError", "no <b>column</b>"))
        found = {"measures": {"bookings": {"target": 2.0, "actual": 1.0, "status": "red"}}}
        return new_notebook(
            cells=[
                text("# Where do we stand?"),
                code("1", outputs=[shown({MIME: found}), shown({"text/html": "<p>Here.</p>"})]),
            ]
        )

    return execute


FAULTS = """\
import os, signal, time
from pathlib import Path
from IPython.display import HTML

what = scope.partition(":")[2]
if what == "raises":
    raise ValueError("on purpose")
if what == "sleeps":
    time.sleep(600)
if what == "loops":
    sum(range(10**12))  # does not let go of the interpreter
if what == "eats":
    held = []
    while True:
        held.append(b"x" * 2**24)
        time.sleep(0.01)
if what == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
if what == "exits":
    os._exit(7)
if what == "floods":
    for _ in range(100):
        print("x" * 10**6)
if what == "litters":
    os.mkfifo("pipe")  # to open it waits for its other end
    os.symlink("/", "root")
    Path("a\\nb").write_text("odd")
    Path("deep/er").mkdir(parents=True)
    Path("deep/er/file").write_text("more")
if what == "starts":
    import subprocess

    found = subprocess.Popen(["sleep", "7351"], start_new_session=True)
    raise ValueError(f"left {found.pid} behind")
if what == "meddles":
    for path in Path("../../..").resolve().rglob("packet.html"):
        path.write_text("meddled")
    for path in Path("..").glob("*"):
        (path / "stranger.txt").write_text("meddled")
HTML(f"<p>{what} is well.</p>")
"""


@pytest.fixture(scope="session")
def faulty_notebooks(tmp_path_factory) -> Path:
    """A folder with a notebook that does what the scope's name says."""
    folder = tmp_path_factory.mktemp("faults")
    notebook = new_notebook(
        cells=[code('scope: str = "company"  # whom\n', "parameters"), code(FAULTS)]
    )
    nbformat.write(notebook, folder / "02-track.ipynb")
    return folder
