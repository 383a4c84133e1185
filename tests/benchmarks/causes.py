"""How often the causes that diagnosis names are those that were planted.

    .venv/bin/python tests/benchmarks/causes.py [--companies 100] [--first 0] [--rough]

Company number n has the seed n and the plant `random_plant(n)`: of each eight companies one has no
cause, the others one each, in one region, small to large. What a plant truly costs in 2025Q3 is the
difference to the same company without it, drawn alike. The region's case of 2025Q3 is opened on
2025-09-30 with the company's own targets, which know nothing of the plant, and
`kit.diagnose.causes` is asked. Nothing is read from or written to disk.

What counts as found, in `HELD`: the cause's key and its subject.

- conversion: `conversion_step` of the planted step.
- price: `price`, named for one of the planted lines.
- lost_customer: `lost_customer` with one of the planted customers.
- newcomers: `capacity`.
- channel_shift: `volume_part` of the planted channel.
- lead_drought: `deals`.
- longer_cycle: `cycle`.

`first` and `first three` are the rows of `causes.top`, as a packet shows them; `anywhere` is any
row of `causes.causes` that costs. Only plants that cost 5 % of the region's target and more are
counted; the smaller ones stand below in one line. `money` is the named cause's effect over what the
plant truly costs, the median of those found anywhere.

A region without a cause is accused where a row other than `unexplained` costs no less than
`causes.least`, which is when a page names it; also told is how often such a row costs 5 % of the
target and more. For companies without a plant that is asked of the company and of each region, and
beside it of the three regions a plant leaves alone. Such a region may still miss its target by
noise, and a customer may in truth have left it in the ordinary coming and going: naming one is
counted as an accusation all the same, and beside it stands the share accused of anything else.
The accusations are listed by key, and of the customers named as lost it is told how many bought
again by 15 November, when the files end.

The sample's own draws keep closer to what is expected than chance does; `--rough` counts every
order and every deal as often as a Poisson variable of mean 1 says, as in false_alerts.py.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, field

import pandas as pd
from false_alerts import roughened
from joblib import Parallel, delayed

from kit.data.sample.at_hand import at_hand
from kit.data.sample.company import Sample, make
from kit.data.sample.customers import customer_id
from kit.data.sample.pipeline import STAGES
from kit.data.sample.plants import KINDS, Plant, money, random_plant
from kit.data.sample.vocabulary import vocabulary
from kit.diagnose import causes

PERIOD, AS_OF = "2025Q3", "2025-09-30"
LARGE = 0.05  # share of the target from which on a plant is to be found
WORDS = vocabulary("en")
SCOPES = ("company", *(f"region:{name}" for name in WORDS.regions))
HELD = {
    "conversion": lambda row, plant: (
        row["cause"] == "conversion_step" and row["facts"].get("stage") == STAGES[plant.step]
    ),
    "price": lambda row, plant: (
        row["cause"] == "price" and row["subject"] in {WORDS.lines[one] for one in plant.lines}
    ),
    "lost_customer": lambda row, plant: (
        row["cause"] == "lost_customer"
        and row["facts"].get("customer_id") in {customer_id(one) for one in plant.customers}
    ),
    "newcomers": lambda row, plant: row["cause"] == "capacity",
    "channel_shift": lambda row, plant: (
        row["cause"] == "volume_part"
        and row["facts"].get("dimension") == "channel"
        and row["subject"] == WORDS.channels[plant.channel]
    ),
    "lead_drought": lambda row, plant: row["cause"] == "deals",
    "longer_cycle": lambda row, plant: row["cause"] == "cycle",
}


@dataclass(frozen=True)
class Tried:
    """What diagnosis said of one company.

    Parameters
    ----------
    row : dict
        Of the planted region: seed, kind, share (true cost ÷ target), gap (÷ target), first, three,
        anywhere, money, named (the first cause's key; `-` where the target was reached).
    quiet : tuple of dict
        Of every scope without a cause: seed, kind of the plant elsewhere, scope, gap ÷ target, keys
        accused, those that are no lost customer, those that cost 5 % of the target, and which lost
        customers came back.
    """

    row: dict | None
    quiet: tuple[dict, ...] = field(default=())


def tried(seed: int, *, rough: bool) -> Tried:
    """Make one company, ask for the causes, and look whether they hold the planted one."""
    plant = random_plant(seed)
    sample = made = make(seed, planted=plant)
    sample = roughened(sample, seed=seed) if rough else sample
    if plant.kind == "none":
        return Tried(None, tuple(accused(sample, seed, plant, scope) for scope in SCOPES))
    scope = SCOPES[1 + plant.region]
    cost = money(made, make(seed, planted=Plant()), scope=scope, period=PERIOD)
    case = at_hand(sample, period=PERIOD, as_of=AS_OF, scope=scope)
    found = causes.reference(case)
    table, shown = causes.causes(case), causes.top(case, 3)

    def hits(rows: pd.DataFrame) -> list[int]:
        many = enumerate(rows.to_dict("records"))
        return [n for n, row in many if row["effect"] < 0 and HELD[plant.kind](row, plant)]

    where, there = hits(table), hits(shown)
    claimed = -float(table.iloc[where]["effect"].sum())
    row = {
        "seed": seed, "kind": plant.kind, "share": cost / found.total, "gap": gap(found),
        "first": 0 in there, "three": bool(there), "anywhere": bool(where),
        "money": claimed / cost if where and cost else None,
        "named": shown["cause"].iloc[0] if len(shown) and found.variance < 0 else "-",
    }  # fmt: skip
    others = (one for one in SCOPES[1:] if one != scope)
    return Tried(row, tuple(accused(sample, seed, plant, one) for one in others))


def accused(sample: Sample, seed: int, plant: Plant, scope: str) -> dict:
    """The causes that a scope without a cause is said to have."""
    case = at_hand(sample, period=PERIOD, as_of=AS_OF, scope=scope)
    table, found = causes.causes(case), causes.reference(case)
    cost = -table.loc[table["cause"] != "unexplained"].set_index("cause")["effect"]
    orders = sample.frames["orders"]
    again = set(orders.loc[orders["date"] > AS_OF, "customer_id"])
    lost = table[table["cause"] == "lost_customer"]
    gone = [one["customer_id"] for one in lost["facts"]]
    keys = list(cost.index[cost >= causes.least(found)])
    return {
        "seed": seed, "kind": plant.kind, "scope": scope, "gap": gap(found),
        "keys": keys, "other": [one for one in keys if one != "lost_customer"],
        "large": list(cost.index[cost >= LARGE * found.total]),
        "back": [one in again for one in gone],
    }  # fmt: skip


def gap(found: causes.Reference) -> float:
    """Actual less target, as a share of the target."""
    return found.variance / found.total


def shares(table: pd.DataFrame) -> dict:
    """How many plants there are, and the share of them that is found."""
    told = {name: f"{table[name].mean():.0%}" for name in ("first", "three", "anywhere")}
    claimed = table["money"].dropna().astype(float)
    instead = table.loc[~table["first"], "named"].value_counts()
    return {
        "plants": len(table), "short": f"{(table['gap'] < 0).mean():.0%}",
        "cost": f"{table['share'].median():.1%}", **told,
        "money": f"{claimed.median():.2f}" if len(claimed) else "",
        "first named instead": ", ".join(f"{one} {many}" for one, many in instead.items()),
    }  # fmt: skip


def show_planted(table: pd.DataFrame) -> None:
    """Print how often plants are found, by kind."""
    large = table[table["share"] >= LARGE]
    rows = {kind: shares(large[large["kind"] == kind]) for kind in KINDS if kind != "none"
            if (large["kind"] == kind).any()}  # fmt: skip
    rows["all"] = shares(large) if len(large) else {}
    print(f"\nPlants that cost {LARGE:.0%} of the region's target and more")
    print(pd.DataFrame(rows).T.fillna("").to_string())
    small = table[table["share"] < LARGE]
    if len(small):
        print("\nSmaller plants")
        print(pd.DataFrame({"all": shares(small)}).T.to_string())


def show_quiet(table: pd.DataFrame, title: str) -> None:
    """Print how often scopes without a cause are accused."""
    print(f"\n{title}")
    whole = table["scope"] == "company"
    for name, these in (("company", table[whole]), ("regions", table[~whole])):
        if these.empty:
            continue
        any_key, other, large = (these[one].map(len) > 0 for one in ("keys", "other", "large"))
        keys = these["keys"].explode().dropna().value_counts()
        back = these["back"].explode().dropna()
        named = ", ".join(f"{one} {many}" for one, many in keys.items()) or "nothing"
        print(
            f"  {len(these)} {name}: accused {any_key.mean():.0%}, of more than lost "
            f"customers {other.mean():.0%}, of {LARGE:.0%} and more {large.mean():.0%}; gap to "
            f"target {these['gap'].mean():+.1%} ± {these['gap'].std():.1%}\n    "
            f"named: {named}; of {len(back)} named as lost {int(back.sum())} bought again"
        )


def main() -> None:
    """Try the companies and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--companies", type=int, default=100)
    parser.add_argument("--first", type=int, default=0, help="number of the first company")
    parser.add_argument("--rough", action="store_true", help="with Poisson noise in all counts")
    parser.add_argument("--list", action="store_true", help="every plant in a line of its own")
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    began = time.perf_counter()
    seeds = range(chosen.first, chosen.first + chosen.companies)
    found = Parallel(min(chosen.jobs, 2))(delayed(tried)(one, rough=chosen.rough) for one in seeds)
    took = time.perf_counter() - began
    print(f"{chosen.companies} companies, {took:.0f} s{', rough' if chosen.rough else ''}")
    planted = pd.DataFrame([one.row for one in found if one.row])
    quiet = pd.DataFrame([row for one in found for row in one.quiet])
    if chosen.list:
        print(planted.to_string(float_format="{:.3f}".format))
    if len(planted):
        show_planted(planted)
    none = quiet["kind"] == "none"
    if none.any():
        show_quiet(quiet[none], "Companies without a cause")
    if not none.all():
        show_quiet(quiet[~none], "Regions that the plant of another region leaves alone")


if __name__ == "__main__":
    main()
