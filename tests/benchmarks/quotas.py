"""A plan for a real company's quarter, beside the quotas it had and what came of them.

    python tests/benchmarks/quotas.py [--data DIR] [--period 2013-09-29]

Each rep's quota as the kit would have proposed it from the history before the quarter, the quota
that was set, and the result up to the last order there is; then the share of reps who reached 90 %
of each. Both quotas are scaled to the part of the quarter that the orders cover, by working days.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "parameters" / "adventureworks" / "company.yml"
_REACHED = 0.9


def main() -> None:
    """Print the table and the two shares."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--data", type=Path, default=ROOT.parent / "shared/data/adventureworks")
    reader.add_argument("--period", default="2013-09-29")
    asked = reader.parse_args()
    if not asked.data.is_dir():
        print(f"Left out: the AdventureWorks files are not in {asked.data}.")
        return
    with tempfile.TemporaryDirectory() as out:
        for method in ("growth", "baseline", "capacity"):
            quotas(asked.period, data=asked.data, out=out, method=method)


def quotas(period: str, *, data: Path, out: str, method: str) -> None:
    """Print what one method would have proposed for each rep."""
    from kit.data.case import open_case, reopen
    from kit.data.measures import actuals
    from kit.data.targets import in_force
    from kit.plan.allocation import children
    from kit.plan.cascade import cascade
    from kit.plan.target import proposal
    from kit.scope import Scope

    found = open_case(
        CONFIG, period=period, out=out,
        overrides={"data_dir": str(data), "targets.method": method, "targets.growth": 0.0},
    )  # fmt: skip
    last = found.as_of
    case = reopen(found, as_of=found.period.start)  # nothing of the quarter is known
    plan = proposal(case)
    shares = cascade(case, plan, parts=children(case, plan))
    worked = case.calendar.working_days
    covered = worked(case.period.start, last) / worked(case.period.start, case.period.end)
    print(f"\n{method}: {plan.target:,.0f} proposed by {plan.method}; the orders end on {last}, "
          f"when {covered:.0%} of the working days are over")  # fmt: skip
    print(f"{'rep':28}{'proposed':>12}{'quota':>12}{'actual':>12}{'of proposed':>13}"
          f"{'of quota':>10}")  # fmt: skip
    rows = []
    for row in shares[shares["scope"].str.startswith("rep:")].itertuples():
        scope = Scope.parse(row.scope)
        quota = in_force(found, scope=scope)
        if quota is None:
            continue
        actual = float(actuals(found, scope=scope, start=found.period.start, end=last))
        rows.append((row.target * covered, quota * covered, actual))
        mine, theirs, came = rows[-1]
        of_mine = came / mine if mine else np.nan
        print(f"{row.part:28}{mine:12,.0f}{theirs:12,.0f}{came:12,.0f}{of_mine:13.0%}"
              f"{came / theirs:10.0%}")  # fmt: skip
    found_rows = np.array(rows)
    for name, column in (("proposed", 0), ("quota", 1)):
        reached = found_rows[:, 2] >= _REACHED * found_rows[:, column]
        off = np.abs(found_rows[:, column] - found_rows[:, 2]).sum() / found_rows[:, 2].sum()
        print(f"{name}: {reached.mean():.0%} of {len(rows)} reps reached 90 %; "
              f"off by {off:.0%} of the result")  # fmt: skip


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
