from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest

from kit.errors import BatchError
from kit.publish import kernels
from kit.publish.failure import NotebookFailed
from kit.publish.warm import ORDINARY, WARM


@pytest.fixture(scope="module", params=[WARM, ORDINARY])
def runs(tiny_notebooks, tmp_path_factory, request):
    """Four runs, two at a time: the same twice, one that raises, one whose kernel dies."""

    def one(job):
        number, notebook, scope = job
        folder = tmp_path_factory.mktemp(f"run{number}")
        try:
            told = {"scope": scope}
            if "track" in notebook:
                told["as_of"] = "2025-08-20"
            found = kernels.execute(
                tiny_notebooks / notebook, told, folder=folder, kernel=request.param
            )
            return folder, found
        except NotebookFailed as error:
            return folder, error.failure

    jobs = [
        (0, "02-track.ipynb", "region:华东"),
        (1, "02-track.ipynb", "region:华东"),
        (2, "03-why.ipynb", "region:boom"),
        (3, "03-why.ipynb", "region:dies"),
    ]
    before = os.getcwd()
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(one, jobs))
    assert os.getcwd() == before
    return found


def test_the_same_run_leaves_the_same_bytes_and_no_machine_path(runs):
    texts = [(folder / "notebooks/02-track.ipynb").read_text() for folder, _ in runs[:2]]
    assert texts[0] == texts[1]
    assert str(runs[0][0]) not in texts[0]
    assert "华东 is short, seen 2025-08-20 from ." in texts[0]


def test_timings_and_noise_are_gone_and_the_rest_stays(runs):
    _, notebook = runs[0]
    nbformat.validate(notebook)
    assert "papermill" not in notebook.metadata
    assert not any({"papermill", "execution"} & set(cell.metadata) for cell in notebook.cells)
    streams = [
        output.name
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.output_type == "stream"
    ]
    assert streams == ["stdout"]


def test_an_error_is_told_with_the_cell_of_the_projects_notebook(runs):
    folder, failure = runs[2]
    assert failure.notebook == "03-why.ipynb"
    assert failure.cell == 4
    assert (failure.error, failure.message) == ("ValueError", "no column 'amuont'")
    assert (folder / "notebooks/03-why.ipynb").exists()


def test_a_dead_kernel_is_told_with_the_cell_that_ran(runs):
    _, failure = runs[3]
    assert failure.cell == 4
    assert failure.error == "KernelDied"
    assert failure.message == "the kernel ended with code 1"


def test_the_parameters_that_a_notebook_declares(tiny_notebooks, tmp_path):
    assert kernels.declared_parameters(tiny_notebooks / "03-why.ipynb") == {"scope"}
    assert "as_of" in kernels.declared_parameters(tiny_notebooks / "02-track.ipynb")
    (tmp_path / "01-bad.ipynb").write_text("no notebook")
    with pytest.raises(BatchError, match="01-bad.ipynb: cannot be read"):
        kernels.declared_parameters(tmp_path / "01-bad.ipynb")
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "02-bare.ipynb")
    with pytest.raises(BatchError, match="no cell tagged 'parameters'"):
        kernels.declared_parameters(tmp_path / "02-bare.ipynb")
