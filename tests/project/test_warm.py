"""A warm process has all that notebooks use, and can be forked."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
BLAS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "JE_ARROW_MALLOC_CONF")


def told(script: str, *, folder: Path) -> str:
    """What a fresh Python prints for a script, which must not complain."""
    environment = {name: found for name, found in os.environ.items() if name not in BLAS}
    found = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=folder, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return found.stdout


def test_importing_it_does_nothing(tmp_path):
    script = """
        import sys
        import kit.warm
        print(sorted({"numpy", "pandas", "matplotlib", "kit.settings"} & set(sys.modules)))
    """
    assert told(script, folder=tmp_path) == "[]\n"


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no /proc to count threads in")
def test_it_leaves_one_thread_the_environment_and_all_options(tmp_path):
    script = """
        import os, sys, threading, warnings
        from kit.warm import warm
        before = dict(os.environ), os.getcwd(), list(warnings.filters)
        opened = []
        sys.addaudithook(lambda event, what: opened.append(str(what[0])) if event == "open" else None)
        warm()
        print(before[:2] == (dict(os.environ), os.getcwd()))
        print(threading.active_count(), len(os.listdir("/proc/self/task")))
        print([one for one in opened if one.endswith(("company.yml", ".csv", ".parquet"))])
        import matplotlib, pandas
        print(matplotlib.rcParams["svg.hashsalt"], pandas.get_option("display.max_rows"))
    """
    assert told(script, folder=tmp_path) == "True\n1 1\n[]\nNone 60\n"


def test_notebooks_have_nothing_left_to_import(tmp_path):
    script = f"""
        import sys, nbformat
        from kit.warm import warm
        warm()
        known = set(sys.modules)
        for path in {[str(one) for one in NOTEBOOKS]}:
            for cell in nbformat.read(path, as_version=4).cells:
                if cell.cell_type == "code" and cell.source.startswith("from "):
                    exec(cell.source)
        late = set(sys.modules) - known
        print(sorted(one for one in late if one.split(".")[0] not in sys.stdlib_module_names))
    """
    assert told(script, folder=tmp_path) == "[]\n"
