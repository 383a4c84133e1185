"""The story of the review chapter: what came of the period, why, and what follows."""

from __future__ import annotations

from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.diagnose import causes
from kit.review import improvement_plan
from kit.review.carried import carried
from kit.review.decisions import decisions
from kit.review.proposed import proposed
from kit.review.went import went
from kit.statement import Statement, Term, foremost
from kit.track import pacing

_SMALL = 0.5  # amounts up to this size are written as nothing


def statements(case: Case) -> tuple[Statement, ...]:
    """What the review says of the case, in at most six statements.

    Returns
    -------
    tuple of Statement
        Of these, as far as they are known: goal, result and gap; the cause that cost most; what is
        worth copying; what came of the actions decided before; the actions proposed; the target of
        the next period, which is to be decided. Amounts are money without sign.
    """
    practice = [one for one in went(case) if one.key == "review.practice"]
    target = [one.said for one in decisions(case) if one.said.section == "next_target"]
    found = foremost(
        [
            (1, _result(case)),
            (2, _reason(case)),
            (5, practice[0] if practice else None),
            (4, _carried(case)),
            (3, _proposed(case)),
            (6, target[0] if target else None),
        ]
    )
    return found or (Statement("nothing", tone="open"),)


def _result(case: Case) -> Statement | None:
    table = pacing.standing(case)
    if isinstance(table, Unavailable):
        return None
    row = table.iloc[0]
    if not row["target"] > 0:
        return None
    facts = {"period": case.period.name, "target": float(row["target"]),
             "actual": max(float(row["actual"]), 0.0), "size": abs(float(row["gap"]))}  # fmt: skip
    if not case.closed:
        return Statement("review.running", facts | {"as_of": case.as_of}, section="result",
                         tone="open")  # fmt: skip
    missed = row["gap"] > _SMALL
    key = "review.missed" if missed else "review.reached"
    return Statement(key, facts, section="result", tone="bad" if missed else "good")


def _reason(case: Case) -> Statement | None:
    """The cause that cost most; of a result that is not short, the one that helped most."""
    found = causes.top(case, 1)
    if isinstance(found, Unavailable) or found.empty or found["cause"].iloc[0] == "unexplained":
        return None
    one = found.iloc[0]
    term = Term("cause", one["cause"], {"subject": one["subject"], **one["facts"]})
    key, tone = ("review.cost", "bad") if one["effect"] < 0 else ("review.brought", "good")
    facts = {"cause": term, "size": abs(float(one["effect"])),
             "confidence": Term("confidence", one["confidence"])}  # fmt: skip
    return Statement(key, facts, section=one["section"], tone=tone)


def _carried(case: Case) -> Statement | None:
    table = carried(case)
    if isinstance(table, Unavailable) or table.empty:
        return None
    done = int((table["outcome"] == "closed").sum())
    late = int((table["status"] == "overdue").sum())
    facts = {"n": len(table), "done": done, "late": late}
    key = "review.actions" + ("_late" if late else "")
    return Statement(key, facts, section="carried", tone="bad" if late else "")


def _proposed(case: Case) -> Statement | None:
    """What is proposed anew: actions for the causes, and talks about targets missed."""
    table, talks = proposed(case, causes.top(case)), improvement_plan.actions(case)
    days = []
    if not isinstance(table, Unavailable):
        days += table.loc[table["covered_by"].isna(), "due_on"].tolist()
    if not isinstance(talks, Unavailable):
        days += talks["due_on"].tolist()
    if not days:
        return None
    facts = {"n": len(days), "due_on": min(days).date()}
    return Statement("review.proposed", facts, section="proposed", tone="open")
