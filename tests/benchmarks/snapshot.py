"""How long a snapshot takes, beside DuckDB's own copy of the same file, and how long a load takes.

Run it by `python tests/benchmarks/snapshot.py --lines 1000000 10000000 --folder /scratch`. It
writes a synthetic company with a fixed number of lines a rep, and measures each step in a fresh
process: wall time, CPU time and peak memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

LINES_A_REP = 3_334
ADDED = 1_000  # lines of the small file that is added
LOADS = 40
KINDS = ("csv", "parquet")

COLUMNS = {
    "orders": "order_id line_no date rep_id customer_id product_id channel quantity list_amount "
              "amount cost currency",
    "roster": "rep_id valid_from name team region",
    "customers": "customer_id name class segment since",
    "products": "product_id article name line list_price unit_cost",
}  # fmt: skip
CONFIG = "name: Benchmark\ndata_dir: ../../files\nsources:\n"

# Four lines an order; the days rise with the order's number, as they do in a company's own files.
ORDERS = """
SELECT 'O' || lpad((i // 4)::VARCHAR, 10, '0') AS order_id, i % 4 + 1 AS line_no,
    DATE '2022-01-01' + ((i - {first}) * 1460 // {count})::INTEGER AS date,
    'R' || lpad(rep::VARCHAR, 5, '0') AS rep_id,
    'C' || lpad((rep * 25 + hash(i // 4, 7) % 25)::VARCHAR, 7, '0') AS customer_id,
    'P' || lpad((hash(i, 1) % 500)::VARCHAR, 4, '0') AS product_id,
    ['direct', 'partner', 'online'][1 + (hash(i, 3) % 3)::BIGINT] AS channel,
    1 + hash(i, 5) % 20 AS quantity, round(100 + (hash(i, 9) % 900000) / 100.0, 2) AS list_amount,
    round(90 + (hash(i, 9) % 900000) / 100.0, 2) AS amount,
    round(50 + (hash(i, 11) % 500000) / 100.0, 2) AS cost, 'CNY' AS currency
FROM (SELECT i, hash(i // 4) % {reps} AS rep FROM range({first}, {first} + {count}) AS t(i))
"""
OTHERS = {
    "roster": "SELECT 'R' || lpad(i::VARCHAR, 5, '0') AS rep_id, DATE '2020-01-01' AS valid_from, "
              "'Person ' || i AS name, 'Team ' || i // 10 AS team, 'Region ' || i // 300 AS region "
              "FROM range({reps}) AS t(i)",
    "customers": "SELECT 'C' || lpad(i::VARCHAR, 7, '0') AS customer_id, 'Clinic ' || i AS name, "
                 "['A', 'B', 'C'][1 + (hash(i) % 3)::BIGINT] AS class, 'hospital' AS segment, "
                 "DATE '2020-01-01' + (hash(i, 2) % 700)::INTEGER AS since "
                 "FROM range({reps} * 25) AS t(i)",
    "products": "SELECT 'P' || lpad(i::VARCHAR, 4, '0') AS product_id, 'A' || i AS article, "
                "'Product ' || i AS name, 'Line ' || i % 8 AS line, 100 + i AS list_price, "
                "50 + i AS unit_cost FROM range(500) AS t(i)",
}  # fmt: skip


def main() -> None:
    """Measure each size and print one table."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--lines", type=int, nargs="+", default=[1_000_000, 10_000_000])
    reader.add_argument("--folder", type=Path, help="For scratch; none: the system's own.")
    reader.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS, help="Of source files.")
    reader.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    asked = reader.parse_args()
    if asked.worker:
        step, config, out = asked.worker
        print(json.dumps(STEPS[step](Path(config), Path(out))))
        return
    found = []
    for lines in asked.lines:
        for kind in asked.kinds:
            with tempfile.TemporaryDirectory(dir=asked.folder, prefix="snapshot-") as folder:
                found.append({"lines": lines, "source": kind} | measured(Path(folder), lines, kind))
                print(f"measured {lines:,} lines of {kind}", file=sys.stderr)
    show(found)


def measured(folder: Path, lines: int, kind: str) -> dict:
    """Write a company and measure every step on it."""
    config, reps = write(folder, lines, kind)
    out = folder / "outputs"
    copy = worker("copy", config, out)
    first, second = worker("ensure", config, out), worker("ensure", config, out)
    loads = worker("load", config, out)
    grown = ORDERS.format(first=lines, count=ADDED, reps=reps)
    put(grown, config.parents[2] / "files" / f"orders-added.{kind}")
    added = worker("ensure", config, out)
    return {
        "reps": reps, "copy s": copy["seconds"], "copy CPU s": copy["cpu"],
        "copy MB": copy["peak"], "ensure s": first["seconds"], "ensure CPU s": first["cpu"],
        "ensure MB": first["peak"], "ratio": first["seconds"] / copy["seconds"],
        "CPU ratio": first["cpu"] / copy["cpu"], "files": first["files"],
        "again s": second["seconds"],
        "added s": added["seconds"], "load ms": loads["milliseconds"],
    }  # fmt: skip


def write(folder: Path, lines: int, kind: str) -> tuple[Path, int]:
    """Write the company's files and its company.yml."""
    reps = max(lines // LINES_A_REP, 4)
    files, config = folder / "files", folder / "parameters" / "benchmark" / "company.yml"
    files.mkdir(parents=True)
    config.parent.mkdir(parents=True)
    put(ORDERS.format(first=0, count=lines, reps=reps), files / f"orders-all.{kind}")
    for name, query in OTHERS.items():
        put(query.format(reps=reps), files / f"{name}.csv")
    text = CONFIG.replace("../../files", str(files))
    for name, columns in COLUMNS.items():
        file = f"orders-*.{kind}" if name == "orders" else f"{name}.csv"
        mapped = ", ".join(f"{one}: {one}" for one in columns.split())
        text += f"  {name}:\n    file: {file}\n    columns: {{{mapped}}}\n"
    config.write_text(text, encoding="utf-8")
    return config, reps


def put(query: str, path: Path) -> None:
    """Write the result of a query as a file of the kind that its name says."""
    how = "FORMAT parquet" if path.suffix == ".parquet" else "FORMAT csv, HEADER"
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{path}' ({how})")


def worker(step: str, config: Path, out: Path) -> dict:
    """Do one step in a fresh process."""
    run = [sys.executable, __file__, "--worker", step, str(config), str(out)]
    return json.loads(subprocess.run(run, check=True, stdout=subprocess.PIPE).stdout)


def copy(config: Path, out: Path) -> dict:
    """DuckDB's own copy of the orders to Parquet."""
    (path,) = (config.parents[2] / "files").glob("orders-all.*")
    read = "read_parquet" if path.suffix == ".parquet" else "read_csv"
    target = config.parents[2] / "copy.parquet"
    before = _now()
    duckdb.execute(f"COPY (SELECT * FROM {read}('{path}')) TO '{target}' (FORMAT parquet)")
    found = _since(before)
    target.unlink()
    return found


def ensure(config: Path, out: Path) -> dict:
    """The kit's snapshot of the company."""
    from kit.data import snapshot

    before = _now()
    made = snapshot.ensure(config, out=out)
    found = _since(before)
    return found | {"files": sum(one.is_file() for one in made.folder.rglob("*"))}


def load(config: Path, out: Path) -> dict:
    """Opening the snapshot and reading one rep, the median of several."""
    from kit.data.snapshot import ensure, open_snapshot

    folder = ensure(config, out=out).folder
    reps = [one for one in open_snapshot(folder).names if one.kind == "rep"]
    taken = []
    for number in range(LOADS + 5):
        scope = reps[number * 7919 % len(reps)]
        before = time.perf_counter()
        open_snapshot(folder).read(scope)
        taken.append(time.perf_counter() - before)
    return {"milliseconds": statistics.median(taken[5:]) * 1000}


STEPS = {"copy": copy, "ensure": ensure, "load": load}


def show(found: list[dict]) -> None:
    """Print the table, and the loads of the largest size beside those of the smallest."""
    heads = list(found[0])
    rows = [[f"{one[name]:,.1f}" if isinstance(one[name], float) else
             f"{one[name]:,}" if isinstance(one[name], int) else one[name] for name in heads]
            for one in found]  # fmt: skip
    for line in zip(heads, *rows, strict=True):
        print("  ".join([line[0].ljust(14), *(cell.rjust(12) for cell in line[1:])]))
    for kind in dict.fromkeys(one["source"] for one in found):
        same = sorted((one for one in found if one["source"] == kind), key=lambda one: one["lines"])
        ratio = same[-1]["load ms"] / same[0]["load ms"]
        print(f"load of one rep, {same[-1]['lines']:,} lines : {same[0]['lines']:,} lines "
              f"({kind}): {ratio:.2f}")  # fmt: skip


def _now() -> tuple[float, float]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return time.perf_counter(), used.ru_utime + used.ru_stime


def _since(before: tuple[float, float]) -> dict:
    wall, cpu = _now()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": wall - before[0], "cpu": cpu - before[1], "peak": peak}


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main()
