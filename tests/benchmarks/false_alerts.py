"""How often a company without trouble raises a signal, and how often planted trouble is found.

    .venv/bin/python tests/benchmarks/false_alerts.py [--companies 200] [--days 2025-08-20,...]

Each company is drawn with its own seed; nothing is read from or written to disk. The sample's own
draws keep closer to what is expected than chance does, so companies are also made rough: every order
and every deal counts as often as a Poisson variable of mean 1 says, which makes all counts Poisson.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from kit.data.sample.at_hand import at_hand
from kit.data.sample.company import Sample, make
from kit.track.alerts import signals
from kit.track.alerts.cash import later

DAYS = ("2025-08-20",)


def roughened(sample: Sample, *, seed: int) -> Sample:
    """The company with every order and deal as often as a Poisson variable of mean 1 says."""
    rng = np.random.default_rng([seed, 99])
    frames = dict(sample.frames)
    orders = frames["orders"]
    numbers, _ = orders["order_id"].factorize()
    often = rng.poisson(1, numbers.max() + 1)[numbers]
    sums = {name: orders[name] * often for name in ("quantity", "list_amount", "amount", "cost")}
    frames["orders"] = orders.assign(**sums)[often > 0].reset_index(drop=True)
    deals, events = frames["opportunities"], frames["stage_events"]
    many = rng.poisson(1, len(deals))
    again = deals.loc[deals.index.repeat(many)]
    copy = again.groupby(level=0).cumcount().astype(str)
    new = again["opportunity_id"] + "-" + copy
    pairs = pd.DataFrame({"opportunity_id": again["opportunity_id"].to_numpy(), "new": new.to_numpy()})
    told = events.merge(pairs, on="opportunity_id")
    frames["opportunities"] = again.assign(opportunity_id=new).reset_index(drop=True)
    frames["stage_events"] = (
        told.assign(opportunity_id=told["new"]).drop(columns="new").sort_values("entered_on", kind="stable")
    ).reset_index(drop=True)
    return replace(sample, frames=frames)


def tried(seed: int, *, days: tuple[str, ...], planted: bool, rough: bool) -> list[dict]:
    """The signals of one company on each day."""
    sample, found = make(seed, planted=planted), []
    sample = roughened(sample, seed=seed) if rough else sample
    for day in days:
        quarter = f"2025Q{(int(day[5:7]) + 2) // 3}"
        case = at_hand(sample, period=quarter, as_of=day)
        table = signals(case)
        told = table[table["signal"]]
        east = told[(told["scope"] == "region:East") & (told["test"] == "conversion_fall")]
        found.append(
            {
                "seed": seed, "day": day, "tests": int(table["p"].notna().sum()),
                **{name: int((told["test"] == name).sum()) for name in sorted(set(table["test"]))},
                "any": bool(len(told)), "east": bool(len(east)),
                "pays_later": bool(list(later(case))), "least_q": float(table["q"].min()),
            }
        )  # fmt: skip
    return found


def main() -> None:
    """Print how many companies raised a signal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--companies", type=int, default=200)
    parser.add_argument("--planted", type=int, default=40, help="companies with planted trouble")
    parser.add_argument("--rough", type=int, default=200, help="rough companies without trouble")
    parser.add_argument("--days", default=",".join(DAYS))
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    days = tuple(chosen.days.split(","))
    rounds = (
        (False, False, chosen.companies), (False, True, chosen.rough), (True, False, chosen.planted),
        (True, True, chosen.planted),
    )  # fmt: skip
    for planted, rough, many in rounds:
        began = time.perf_counter()
        rows = Parallel(chosen.jobs)(
            delayed(tried)(seed, days=days, planted=planted, rough=rough)
            for seed in range(1, many + 1)
        )
        table = pd.DataFrame([row for some in rows for row in some])
        if not len(table):
            continue
        took = time.perf_counter() - began
        kind = ("rough " if rough else "") + "companies "
        kind += "with planted trouble" if planted else "without trouble"
        print(f"\n{many} {kind} ({took:.0f} s)", flush=True)
        tests = [name for name in table if name.endswith("_fall")]
        for day, some in table.groupby("day"):
            each = ", ".join(f"{name} {(some[name] > 0).mean():.1%}" for name in tests)
            print(
                f"  {day}: any signal {some['any'].mean():.1%} ({each}); pays_later "
                f"{some['pays_later'].mean():.1%}; tests a company {some['tests'].mean():.0f}"
            )
            if planted:
                print(f"    fall of the East's conversion found in {some['east'].mean():.1%}")


if __name__ == "__main__":
    main()
