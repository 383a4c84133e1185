"""How fast a batch is: the same notebooks run in four ways, in one run.

    python tests/benchmarks/batch.py [--scopes 88] [--thousand]

(a) the command lines of papermill and of nbconvert, one notebook after another;
(b) papermill's Python interface, four threads, ordinary kernels;
(c) `kit run`;
(d) the notebooks' own cells, called one after another in one process that has done it before: what
    is shown is drawn, and nothing is run by Jupyter, laid out or written.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import enlarged
import measured

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb"))
PERIOD = "2025Q3"
COPIES = 4  # of the sample company: 96 reps


def main() -> None:
    asked = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    asked.add_argument("--scopes", type=int, default=88, help="reps of (c); (a) 2, (b) and (d) 8")
    asked.add_argument("--only", default="abdc", help="ways to measure, such as cd")
    asked.add_argument("--thousand", action="store_true", help="and 1,008 reps in one batch")
    asked.add_argument("--folder", type=Path, help="scratch; none: a temporary one")
    asked.add_argument("--way", choices=["b", "d"], help=argparse.SUPPRESS)
    asked.add_argument("--plan", type=Path, help=argparse.SUPPRESS)
    found = asked.parse_args()
    if found.way:
        {"b": in_threads, "d": in_one_process}[found.way](json.loads(found.plan.read_text()))
        return
    with tempfile.TemporaryDirectory(dir=found.folder) as scratch:
        four_ways(Path(scratch), scopes=found.scopes, ways=found.only)
        if found.thousand:
            a_thousand(Path(scratch))


def four_ways(scratch: Path, *, scopes: int, ways: str) -> None:
    """Print what each way costs a packet."""
    config = enlarged.write(scratch / "company", COPIES)
    out = scratch / "out"
    kit = [str(BIN / "kit"), "run", "--config", str(config), "--period", PERIOD, "--out", str(out)]
    measured.run([*kit, "--scope", "company", "--notebooks", "02"])  # the snapshot
    (snapshot,) = (out / f"sample-{COPIES}" / "snapshot").glob("[0-9a-f]*")
    reps = [f"rep:{one}" for one in _reps(snapshot)]
    plan = {"config": str(config), "snapshot": str(snapshot), "scratch": str(scratch)}

    heads = f"{'':34}{'packets':>8}{'wall s':>9}{'CPU s':>8}{'peak MB':>9}{'KB':>7}"
    print(f"{heads}   a packet, wall and CPU", flush=True)
    found = {}
    if "a" in ways:
        size, taken = command_lines(reps[:2], plan=plan)
        found["a"] = _told("(a) papermill and nbconvert, CLI", 2, taken, size=size)
    for way, name in (("b", "(b) papermill, 4 threads"), ("d", "(d) one warm process")):
        if way not in ways:
            continue
        some = reps[:8] if way == "b" else reps[8:17]
        path = scratch / f"{way}.json"
        path.write_text(json.dumps({**plan, "reps": some}))
        command = [sys.executable, __file__, "--way", way, "--plan", str(path)]
        taken = measured.run(command, cwd=ROOT)
        if way == "d":  # the first scope was to warm up; the process tells of the others
            wall, cpu = map(float, taken.output.split()[-2:])
            taken = measured.Measured(wall, cpu, taken.peak, "")
        found[way] = _told(name, 8, taken)
    taken = measured.run([*kit, *(part for one in reps[:scopes] for part in ("--scope", one))])
    size = next((out / f"sample-{COPIES}" / PERIOD).glob("rep-*/packet.html")).stat().st_size
    found["c"] = _told("(c) kit run", len(reps[:scopes]), taken, size=size)
    wanted_of = (("a", 0, "at least 15"), ("b", 0, "at least 6"), ("d", 1, "at most 1.5"))
    for way, measure, wanted in wanted_of:
        if way in found:
            mine, other = found["c"][measure], found[way][measure]
            ratio = mine / other if measure else other / mine
            told = f"CPU (c) / ({way})" if measure else f"wall ({way}) / (c)"
            print(f"{told}: {ratio:.2f}   wanted {wanted}", flush=True)


def command_lines(reps: list[str], *, plan: dict) -> tuple[int, measured.Measured]:
    """(a): each notebook of each rep by papermill's command line, then by nbconvert's."""
    wall = cpu = peak = size = 0
    for rep in reps:
        for notebook in NOTEBOOKS:
            made = Path(plan["scratch"]) / f"a-{notebook.name}"
            told = [part for pair in _parameters(rep, plan).items() for part in ("-p", *pair)]
            commands = (
                ["papermill", str(notebook), str(made), "-k", "python3", "--no-progress-bar",
                 *told],
                ["jupyter", "nbconvert", "--to", "html", "--no-input", str(made)],
            )
            for command in commands:
                taken = measured.run([str(BIN / command[0]), *command[1:]], cwd=ROOT)
                wall, cpu, peak = wall + taken.wall, cpu + taken.cpu, max(peak, taken.peak)
            size += made.with_suffix(".html").stat().st_size
    return size // len(reps), measured.Measured(wall, cpu, peak, "")


def in_threads(plan: dict) -> None:
    """(b)"""
    import papermill

    def one(job: tuple[str, Path]) -> None:
        rep, notebook = job
        made = Path(plan["scratch"]) / f"b-{rep[4:]}-{notebook.name}"
        papermill.execute_notebook(
            str(notebook), str(made), _parameters(rep, plan), kernel_name="python3",
            progress_bar=False,
        )  # fmt: skip

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, [(rep, notebook) for rep in plan["reps"] for notebook in NOTEBOOKS]))


def in_one_process(plan: dict) -> None:
    """(d); prints the seconds, on the clock and on the cores, of all scopes but the first."""
    import ast
    import time

    import nbformat
    from IPython.core.interactiveshell import InteractiveShell

    display = InteractiveShell.instance().display_formatter.format
    notebooks = [nbformat.read(one, 4) for one in NOTEBOOKS]
    cells = [[one for one in book.cells if one.cell_type == "code"] for book in notebooks]

    def scope(rep: str) -> None:
        for book in cells:
            names: dict = {}
            for cell in book:
                tree = ast.parse(cell.source)
                shown = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
                exec(compile(tree, "cell", "exec"), names)
                if "parameters" in cell.metadata.get("tags", ()):
                    names.update(_parameters(rep, plan))
                if shown:
                    value = eval(compile(ast.Expression(shown.value), "cell", "eval"), names)
                    if value is not None:
                        display(value)

    first, *others = plan["reps"]
    scope(first)
    wall, cpu = time.perf_counter(), time.process_time()
    for rep in others:
        scope(rep)
    print(time.perf_counter() - wall, time.process_time() - cpu)


def a_thousand(scratch: Path) -> None:
    """1,008 reps in one batch, and a fourth of them, to see whether time and memory are linear."""
    for copies in (11, 42):
        config = enlarged.write(scratch / f"company{copies}", copies)
        out = scratch / f"out{copies}"
        kit = [str(BIN / "kit"), "run", "--config", str(config), "--period", PERIOD, "--by", "rep",
               "--out", str(out)]  # fmt: skip
        taken = measured.run([*kit[:-4], "--scope", "company", "--notebooks", "02", *kit[-2:]])
        print(f"{copies} companies: snapshot and one notebook {taken.wall:.0f} s", flush=True)
        taken = measured.run(kit)
        made = len(list((out / f"sample-{copies}" / PERIOD).glob("rep-*/packet.html")))
        _told(f"kit run --by rep, {copies} companies", made, taken)
        again = measured.run([*kit, "--resume"])
        said = again.output.splitlines()[0]
        print(f"  again with --resume: {again.wall:.0f} s: {said}", flush=True)


def _reps(snapshot: Path) -> list[str]:
    from kit.data.calendar import FiscalCalendar
    from kit.data.snapshot import open_snapshot
    from kit.settings import CalendarSettings

    period = FiscalCalendar(CalendarSettings(start_month=1, country="CN")).period(PERIOD)
    return [one.id for one in open_snapshot(snapshot).scopes("rep", period)]


def _parameters(rep: str, plan: dict) -> dict[str, str]:
    return {
        "config": plan["config"], "snapshot": plan["snapshot"], "scope": rep, "period": PERIOD,
        "controls": "off", "language": "en", "plan_file": f"{plan['scratch']}/targets.csv",
    }  # fmt: skip


def _told(
    name: str, packets: int, taken: measured.Measured, *, size: int = 0
) -> tuple[float, float]:
    wall, cpu = taken.wall / packets, taken.cpu / packets
    kilobytes = f"{size / 1024:7.0f}" if size else f"{'':7}"
    print(f"{name:34}{packets:8}{taken.wall:9.1f}{taken.cpu:8.1f}{taken.peak / 2**20:9.0f}"
          f"{kilobytes}   {wall:.2f} and {cpu:.2f}", flush=True)  # fmt: skip
    return wall, cpu


if __name__ == "__main__":
    main()
