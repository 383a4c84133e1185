"""Five times why: down the parts that stand out, a measured statement at each step."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose import customers, deeper, effects
from kit.diagnose.branch import Branch, costliest, down, root, tables
from kit.diagnose.deeper import Step
from kit.diagnose.reference import Reference, reference

COLUMNS = ("step", "statement", "effect", "section", "facts")
_DOWN = 2  # parts that are walked down to at the most
_MOST = 0.75  # of the shortfall
_DUST = 1e-6


@dataclass(frozen=True)
class Chain:
    """The steps of a walk and the question at its end.

    Parameters
    ----------
    steps : DataFrame
        step (1, 2, …), statement (key), effect (money; negative costs; null where the step has
        figures but no money), section (of the packet, that shows the evidence), facts (dict).
    question : str
        Key of the question that the data cannot answer.
    facts : mapping
        For the question.
    among : tuple of tuple of str
        For each part walked down to, the dimensions it was chosen among.
    """

    steps: pd.DataFrame
    question: str
    facts: MappingProxyType = field(default_factory=lambda: MappingProxyType({}))
    among: tuple[tuple[str, ...], ...] = ()


@once
def walk(case: Case) -> Chain | Unavailable:
    """Ask why the result is short, and why that is, as far as the data answer.

    Returns
    -------
    Chain or Unavailable
        Unavailable("why_not_short") where the result is not below its reference, else as
        `kit.diagnose.reference` is.

    Notes
    -----
    In this order, each step only where its figures are there:

    1. the shortfall;
    2. the part that costs most beyond its weight, twice at the most, of different dimensions
       (`kit.diagnose.branch.costliest`), unless prices or lost customers make up three quarters of
       the shortfall as it is; all later steps are of that part alone;
    3. the most negative of price, volume, mix, new and lost (`kit.diagnose.effects`);
    4. of customers lost the largest, and deals lost with it; of price the line, and with how many
       customers; of volume and mix the most negative of funnel step, deals entered, deal size and
       posts that passes its own test (`kit.diagnose.volume`), else orders and their size;
    5. of a funnel step the loss reason that rose most and what happened at the time, and longer
       stays in the stage; of deals and orders fewer activities (`kit.diagnose.deeper`).

    The walk ends where no further figure is at hand, with a question for the people concerned. The
    steps measure the same shortfall in different ways, so that their money does not add up and need
    not shrink: the deals lost at a funnel step are counted gross, before what else was sold.
    """
    found = reference(case)
    if isinstance(found, Unavailable):
        return found
    if found.variance >= -_DUST:
        return Unavailable(reason="why_not_short")
    branch = root(case, found)
    steps = [_shortfall(found)]
    kind, among = _effect(branch), []
    while len(branch.taken) < _DOWN:
        part = costliest(branch)
        if part is None or _explains(kind, branch.found):
            break
        steps.append(_part(branch, *part))
        among.append(tuple(dimension for dimension, _ in tables(branch)))
        branch = down(branch, *part)
        kind = _effect(branch)
    if kind is not None:
        steps.append(kind)
        steps += deeper.steps(branch, kind.facts["kind"])
    rows = [
        (number, one.statement, one.effect, one.section, dict(one.facts))
        for number, one in enumerate(steps, start=1)
    ]
    facts = {"part": branch.name, **steps[-1].facts}
    question = steps[-1].question or "plain"
    return Chain(pd.DataFrame(rows, columns=list(COLUMNS)), question, MappingProxyType(facts),
                 tuple(among))  # fmt: skip


def _shortfall(found: Reference) -> Step:
    facts: dict[str, Any] = {"actual": found.actual, "reference": found.total}
    facts["short"] = -found.variance
    key = "short_of_last_year" if found.target is None else "short_of_target"
    return Step(key, found.variance, "difference", facts, "where")


def _part(branch: Branch, dimension: str, row: pd.Series) -> Step:
    facts = {one: float(row[one]) for one in ("reference", "actual", "share", "weight")}
    facts |= {"dimension": dimension, "part": str(row["part"]), "short": -float(row["effect"])}
    facts["parent"] = branch.name
    return Step(f"part_{dimension}", float(row["effect"]), "difference", facts, "part")


def _effect(branch: Branch) -> Step | None:
    """The most negative of the five effects; None without a last year to compare with."""
    found = branch.found
    if found.factor is None:
        return None
    status = statuses(branch)["status"]
    table = effects.decompose(found.now, found.before, factor=found.factor, status=status)
    sums = table[[one for one in effects.EFFECTS if one in table]].sum()
    most = str(sums.idxmin())
    if sums[most] >= 0:
        return None
    kind = "gone" if most == "lost" and not branch.wide else most
    others = float(sums.drop(most).sum())
    facts = {"kind": kind, "part": branch.name, "cost": -float(sums[most]), "others": others}
    return Step(f"effect_{kind}", float(sums[most]), "effects", facts, f"effect_{kind}")


def _explains(kind: Step | None, found: Reference) -> bool:
    """Whether an effect that has parts of its own, lines or customers, is most of the shortfall."""
    alone = kind is not None and kind.facts["kind"] in ("price", "lost", "gone")
    return alone and kind.effect <= _MOST * found.variance


def statuses(branch: Branch) -> pd.DataFrame:
    """New, lost and kept customers of a branch with a last year; see `customers.status`."""
    found = branch.found
    held = found.before.groupby("customer_id")["amount"].sum() * found.factor
    return customers.status(
        branch.case.data.sales, held, end=found.end, before_end=found.before_end or found.start
    )
