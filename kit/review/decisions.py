"""What the meeting has to decide: each with who answers for it and the section that shows why."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.review import improvement_plan, risks
from kit.review.carried import carried
from kit.review.next_target import suggest
from kit.review.owners import owner
from kit.review.payout import payouts
from kit.review.practices import cards
from kit.review.resources import asked
from kit.statement import Statement, Term, directed, known
from kit.track import position

_NAMED = 3  # people, actions or risks that a sentence names
_SMALL = 0.5  # amounts up to this size are written as nothing
_STEADY = 0.0005  # growth up to this size is written as nothing
_PLAN = "agree_plan"


@dataclass(frozen=True)
class Decision:
    """One decision that is wanted.

    Parameters
    ----------
    said : Statement
    owner : str or None
        Who answers for it, where a person is named.
    owner_role : str
        Key of the role; empty where a person or nobody is named.
    due_on : date or None
    """

    said: Statement
    owner: str | None = None
    owner_role: str = ""
    due_on: dt.date | None = None


@once
def decisions(case: Case) -> tuple[Decision, ...]:
    """The decisions that the review asks for, the target of the next period first.

    Returns
    -------
    tuple of Decision
        Of these, as far as there is something to decide: what closes the gap of a period that still
        runs, the next target, overdue actions,
        improvement plans and talks, risks at warning, resources that the causes ask for, a practice
        to hand on, and the variable pay of the period. The actions proposed are decided one by one
        (`kit.review.proposed`) and do not stand here.
    """
    found = [_landing(case), _target(case), _overdue(case), *_plans(case), _risks(case), _resources(case),
             _practice(case), _payout(case)]  # fmt: skip
    return tuple(one for one in found if one is not None)


def _landing(case: Case) -> Decision | None:
    """What closes the gap of a running period that is expected to land short."""
    found = None if case.closed else position.position(case)
    if found is None or isinstance(found, Unavailable):
        return None
    ahead, target = found.landing, float(found.row["target"])
    if isinstance(ahead, Unavailable) or not known(ahead.landing) or not target > 0:
        return None
    if target - ahead.landing <= _SMALL:
        return None
    facts = {"period": case.period.name, "landing": max(ahead.landing, 0.0),
             "size": target - ahead.landing}  # fmt: skip
    key = "review.decide_landing"
    if known(ahead.chance):
        key, facts = f"{key}_chance", facts | {"chance": ahead.chance}
    return Decision(Statement(key, facts, section="landing", tone="open"), _leader(case))


def _target(case: Case) -> Decision | None:
    """The next period's target; where nothing can be suggested, that it has to be set by hand."""
    found = suggest(case)
    if isinstance(found, Unavailable):
        return None
    facts: dict[str, Any] = {"period": found.period, "target": found.target}
    if found.decided is not None:
        if abs(found.decided - found.target) <= _SMALL:
            return None
        said = Statement("review.keep_target", facts | {"decided": found.decided},
                         section="next_target", tone="open")  # fmt: skip
        return Decision(said, _leader(case))
    whole = case.scope.kind == "company"
    key = "review.decide_target" if whole else "review.agree_target"
    change = directed(found.growth, up="above", down="below", flat="as", least=_STEADY)
    if change is not None:
        key, facts = f"{key}_{change[0]}", facts | {"size": change[1]}
    if known(found.chance):
        key, facts = f"{key}_chance", facts | {"chance": found.chance}
    return Decision(Statement(key, facts, section="next_target", tone="open"), _leader(case))


def _overdue(case: Case) -> Decision | None:
    table = carried(case)
    if isinstance(table, Unavailable):
        return None
    late = table[table["status"] == "overdue"]
    if late.empty:
        return None
    owners = late["owner"].dropna().unique()
    facts = {"n": len(late), "names": tuple(late["action"].head(_NAMED))}
    said = Statement("review.decide_overdue", facts, section="carried", tone="open")
    return Decision(said, owner=str(owners[0]) if len(owners) == 1 else None)


def _plans(case: Case) -> list[Decision]:
    """Improvement plans to decide, and talks where something strong speaks against a plan.

    The company's page counts them: who it is about stands in the regions'.
    """
    table = improvement_plan.actions(case)
    if isinstance(table, Unavailable) or table.empty:
        return []
    found = []
    for key, kept in (("plans", table["action"] == _PLAN), ("talks", table["action"] != _PLAN)):
        some = table[kept]
        if some.empty:
            continue
        names = tuple(some["subject"].head(_NAMED))
        own = {"rep": "_own", "company": "_count"}.get(case.scope.kind, "")
        more = "_more" if len(some) > _NAMED else ""
        said = Statement(f"review.decide_{key}{own or more}", {"n": len(some), "names": names},
                         section="improvement", tone="open")  # fmt: skip
        one = some.iloc[0]
        alike = some["owner"].nunique(dropna=False) == 1
        due = some["due_on"].min().date()
        found.append(Decision(said, one["owner"] if alike else None, one["owner_role"], due))
    return found


def _risks(case: Case) -> Decision | None:
    table = risks.risks(case).table
    grave = table[table["state"] == "warning"]
    if grave.empty:
        return None
    names = tuple(Term("risk.kind", one) for one in grave["risk"].head(_NAMED))
    more = "_more" if len(grave) > _NAMED else ""
    facts = {"n": len(grave), "names": names}
    said = Statement(f"review.decide_risks{more}", facts, section="risks", tone="open")
    return Decision(said, _leader(case))


def _resources(case: Case) -> Decision | None:
    """What the confirmed causes ask for, with what it is thought to bring."""
    found = asked(case)
    if isinstance(found, Unavailable) or found.table.empty or not found.expected_high > 0:
        return None
    kinds = tuple(Term("next_period.resource", one) for one in found.kinds["resource"])
    facts = {"kinds": kinds, "low": found.expected_low, "high": found.expected_high}
    said = Statement("review.decide_resources", facts, section="resources", tone="open")
    return Decision(said, _leader(case))


def _practice(case: Case) -> Decision | None:
    found = cards(case)
    if isinstance(found, Unavailable) or found.table.empty:
        return None
    card = found.table.iloc[0]
    near = found.partners
    near = near[near["rep_id"] == card["rep_id"]]["partner"].drop_duplicates()
    facts = {"rep": card["rep"], "names": tuple(near.head(_NAMED))}
    key = "review.decide_practice" + ("" if len(near) else "_ask")
    said = Statement(key, facts, section="practices", tone="open")
    return Decision(said, _leader(case))


def _payout(case: Case) -> Decision | None:
    """The pay of a period that is over; those who are paid do not approve it."""
    found = payouts(case)
    if isinstance(found, Unavailable) or not case.closed:
        return None
    facts = {"pay": float(found.total), "held": float(found.held)}
    if not sum(facts.values()) > 0:
        return None
    own = "_own" if case.scope.kind == "rep" else ""
    held = "_held" if found.held > 0 else ""
    said = Statement(f"review.decide_payout{own}{held}", facts, section="payouts", tone="open")
    return Decision(said)


def _leader(case: Case) -> str | None:
    """Who answers for the scope; of the company the roster does not say it."""
    return None if case.scope.kind == "company" else owner(case)
