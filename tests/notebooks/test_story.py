"""The notebooks tell a story and hold no logic, and run as they stand."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from kit.publish.sections import TAG, named
from kit.show.findings import MIME

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NAMES = (
    "01-target-setting.ipynb", "02-mid-period-tracking.ipynb", "03-diagnosis.ipynb",
    "04-quarterly-review.ipynb",
)  # fmt: skip
LOGIC = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.AsyncFor,
    ast.While, ast.If, ast.IfExp, ast.Try, ast.With, ast.Match, ast.ListComp, ast.SetComp,
    ast.DictComp, ast.GeneratorExp,
)  # fmt: skip
TAGS = {"parameters", "analyst", "headline", "lang-en", "lang-zh"}
PARAMETER = re.compile(r"\w+: (str|int|float|bool) = \S.*  # \S.*")
EVERY = pytest.mark.parametrize("name", NAMES)


def read(name):
    return nbformat.read(FOLDER / name, as_version=4)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tags(cell):
    return set(cell.metadata.get("tags", ()))


def test_there_are_four():
    assert tuple(sorted(one.name for one in FOLDER.glob("*.ipynb"))) == NAMES


@EVERY
def test_it_is_valid_and_stripped(name):
    notebook = read(name)
    nbformat.validate(notebook)
    assert notebook.metadata == {
        "kernelspec": {
            "display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3",
        },
        "language_info": {"name": "python"},
    }  # fmt: skip
    for cell in code(notebook):
        assert cell.outputs == [] and cell.execution_count is None
    assert not any("attachments" in cell for cell in notebook.cells)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)


@EVERY
def test_metadata_are_tags_and_hidden_machinery(name):
    for cell in read(name).cells:
        assert {one for one in tags(cell) if not one.startswith(TAG)} <= TAGS
        assert not named(cell) or cell.cell_type == "markdown"
        hidden = {"jupyter": {"source_hidden": True}} if "analyst" in tags(cell) else {}
        rest = {key: value for key, value in cell.metadata.items() if key != "tags"}
        assert rest == hidden


@EVERY
def test_one_cell_declares_the_parameters(name):
    (cell,) = [one for one in read(name).cells if "parameters" in tags(one)]
    lines = cell.source.splitlines()
    assert all(PARAMETER.fullmatch(line) for line in lines)
    names = [line.partition(":")[0] for line in lines]
    assert names[:7] == [
        "config", "scope", "period", "as_of", "language", "snapshot", "controls",
    ]  # fmt: skip


@EVERY
def test_cells_are_few_short_and_without_logic(name):
    cells = code(read(name))
    sections = {named(cell) for cell in read(name).cells} - {""}
    assert len(cells) <= max(20, len(sections) + 7)  # a cell a section, and those around them
    for number, cell in enumerate(cells):
        assert 0 < len(cell.source.splitlines()) <= (12 if number else 18)
        nodes = list(ast.walk(ast.parse(cell.source)))
        assert not [one for one in nodes if isinstance(one, LOGIC)], cell.source
        imports = [one for one in nodes if isinstance(one, (ast.Import, ast.ImportFrom))]
        assert bool(imports) == (number == 0), cell.source
        assert not cell.source.startswith(("%", "!"))


@EVERY
def test_text_stands_in_both_languages(name):
    cells = read(name).cells
    text = [cell for cell in cells if cell.cell_type == "markdown"]
    assert [tags(cell) & {"lang-en", "lang-zh"} for cell in text] == [
        {"lang-en"}, {"lang-zh"}
    ] * (len(text) // 2)  # fmt: skip
    for english, chinese in zip(text[::2], text[1::2], strict=True):
        assert cells.index(chinese) == cells.index(english) + 1
        levels = [len(cell.source) - len(cell.source.lstrip("#")) for cell in (english, chinese)]
        assert levels[0] == levels[1] > 0
        assert named(english) == named(chinese) and bool(named(english)) == (levels[0] == 2)
        assert english.source.isascii() and not chinese.source.isascii()
    assert [cell.source.startswith("# ") for cell in text] == [True] * 2 + [False] * (len(text) - 2)


def test_plain_papermill_runs_it(project, own_jupyter, tmp_path):
    out = tmp_path / "out.ipynb"
    run = subprocess.run(
        [
            sys.executable, "-m", "papermill", f"notebooks/{NAMES[1]}", out,
            "-p", "scope", "region:East", "--no-progress-bar",
        ],
        cwd=project, env=own_jupyter, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-4000:]
    outputs = [one for cell in code(nbformat.read(out, as_version=4)) for one in cell.outputs]
    assert {one.output_type for one in outputs} <= {"display_data", "execute_result"}
    text = out.read_text(encoding="utf-8")
    assert "widget" not in text and "kit-controls" not in text and "Traceback" not in text
    assert any("East-1" in one.data.get("text/html", "") for one in outputs)
    assert any(MIME in one.data for one in outputs)
