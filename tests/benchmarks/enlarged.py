"""The sample company many times over: as many regions, teams, reps and customers, each by its name.

    python tests/benchmarks/enlarged.py FOLDER COPIES
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import yaml

from kit.data.sample.company import make
from kit.data.tables import TABLES

# columns whose values are another copy's in each copy; products and the market's lines are shared
_OWN = {
    "orders": ("order_id", "rep_id", "customer_id", "region"),
    "credits": ("order_id", "rep_id"),
    "roster": ("rep_id", "name", "team", "region", "manager_id"),
    "opportunities": ("opportunity_id", "rep_id", "customer_id"),
    "stage_events": ("opportunity_id",),
    "activities": ("rep_id",),
    "receipts": ("invoice_id", "order_id", "customer_id", "rep_id"),
    "customers": ("customer_id", "name"),
    "market": ("region",),
    "expenses": ("region",),
    "assessments": ("rep_id",),
    "events": ("label", "region"),
    "actions": ("action_id",),
}


def write(folder: Path, copies: int) -> Path:
    """Write the company's files as Parquet and its company.yml; gives the path of the latter."""
    frames = dict(make().frames)
    frames["targets"] = frames["targets"][frames["targets"]["scope"] != "company"]
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for name, frame in frames.items():
        times = 1 if name == "products" else copies
        parts = [_copy(name, frame, number) for number in range(times)]
        pd.concat(parts, ignore_index=True).to_parquet(folder / "data" / f"{name}.parquet")
    settings = {
        "company": f"sample-{copies}", "name": f"Sample {copies}", "currency": "CNY",
        "data_dir": str(folder / "data"), "calendar": {"start_month": 1, "country": "CN"},
        "targets": {"method": "growth", "growth": 0.06, "reserve": 0.02},
        "sources": {
            name: {"file": f"{name}.parquet", "columns": {one: one for one in TABLES[name].names}}
            for name in frames
        },
    }  # fmt: skip
    path = folder / "company.yml"
    path.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    return path


def _copy(name: str, frame: pd.DataFrame, number: int) -> pd.DataFrame:
    """One copy, its names ended with its number; the first keeps its names."""
    if not number:
        return frame
    changed = {column: frame[column] + f" {number}" for column in _OWN.get(name, ())}
    if "scope" in frame:
        changed["scope"] = frame["scope"] + f" {number}"
    return frame.assign(**changed)


if __name__ == "__main__":
    print(write(Path(sys.argv[1]), int(sys.argv[2])))
