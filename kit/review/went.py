"""What went well and what did not, as statements for the meeting, each with its evidence."""

from __future__ import annotations

import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose import causes
from kit.review import misses, work_levels
from kit.review.carried import carried
from kit.review.practices import cards
from kit.statement import Statement, Term, known
from kit.track import pacing

_ROW = 2  # misses in a row from which on they are told
_CLEAR = 0.25  # so much more or less than usual is told
_NAMED = 4  # parts or measures that a sentence names


@once
def went(case: Case) -> tuple[Statement, ...]:
    """What went well (tone `good`) and what did not (`bad`), each in its order of weight.

    Returns
    -------
    tuple of Statement
        Of these, as far as they are known: of a rep the own result, targets missed in a row and
        what is done more or less than usual; the measures and the parts that reached their targets,
        and those that did not (of a running period: what was due by `as_of`); what helped most, in
        money; who beat comparable colleagues; actions that came to something, and those that are
        overdue. What cost most is not among them: the reasons say it.
    """
    found = [*_own(case), *_measures(case), *_parts(case), *_helped(case), *_practice(case), *_actions(case)]
    return tuple(sorted(found, key=lambda one: one.tone != "good"))


def _own(case: Case) -> list[Statement]:
    """A rep's own result, the row of misses it ends, and the work of a week beside the usual."""
    if case.scope.kind != "rep":
        return []
    told = []
    table = pacing.standing(case)
    over = "target" if case.closed else "target_to_date"
    if not isinstance(table, Unavailable) and table[over].iloc[0] > 0:
        row = table.iloc[0]
        reached = max(float(row["actual"]) / float(row[over]), 0.0)
        when = "closed" if case.closed else "running"
        tone = "good" if reached >= 1 else "bad"
        told.append(Statement(f"review.own_{when}_{tone}", {"reached": reached},
                              section="result", tone=tone))  # fmt: skip
    row_of = misses.misses(case)
    if not isinstance(row_of, Unavailable):
        for one in misses.summary(row_of).itertuples(index=False):
            if one.in_row >= _ROW:
                told.append(Statement("review.own_row", {"n": int(one.in_row)},
                                      section="improvement", tone="bad"))  # fmt: skip
    return told + _work(case)


def _work(case: Case) -> list[Statement]:
    found = work_levels.levels(case)
    if isinstance(found, Unavailable):
        return []
    told = []
    for one in found.itertuples(index=False):
        if not known(one.now, one.usual) or not one.usual > 0:
            continue
        facts = {"work": Term("people_review.work", one.work), "now": float(one.now),
                 "usual": float(one.usual)}  # fmt: skip
        if abs(one.now / one.usual - 1) > _CLEAR:
            tone = "good" if one.now > one.usual else "bad"
            told.append(Statement(f"review.own_work_{tone}", facts, section="improvement",
                                  tone=tone))  # fmt: skip
    return told


def _measures(case: Case) -> list[Statement]:
    table = pacing.measures(case)
    over = "target" if case.closed else "target_to_date"
    table = table[(table[over] > 0) & (table["measure"] != "bookings")]
    table = table.assign(reached=table["actual"] / table[over])
    when = "closed" if case.closed else "running"
    return _two_sided(table, "measure", f"review.measures_{when}", section="result")


def _parts(case: Case) -> list[Statement]:
    table = pacing.standing(case)
    if isinstance(table, Unavailable):
        return []
    over = "target" if case.closed else "target_to_date"
    rows = table.iloc[1:]
    rows = rows[(rows["scope"] != "") & ~rows["vacant"] & (rows[over] > 0)]
    rows = rows.assign(reached=rows["actual"] / rows[over])
    when = "closed" if case.closed else "running"
    return _two_sided(rows, "part", f"review.parts_{when}", section="standing")


def _two_sided(rows: pd.DataFrame, name: str, key: str, *, section: str) -> list[Statement]:
    """One statement of those that reached what they are held to, one of those that did not."""
    if rows.empty:
        return []
    said = []
    for tone, kept in (("good", rows["reached"] >= 1), ("bad", rows["reached"] < 1)):
        some = rows[kept].sort_values(["reached", name], ascending=[tone == "bad", True])
        if some.empty:
            continue
        first = [Term(name, one) if name == "measure" else one for one in some[name].head(_NAMED)]
        facts = {"n": len(some), "of": len(rows), "names": tuple(first), "first": first[0],
                 "reached": max(float(some["reached"].iloc[0]), 0.0)}  # fmt: skip
        more = "_more" if len(some) > _NAMED else ""
        said.append(Statement(f"{key}_{tone}{more}", facts, section=section, tone=tone))
    return said


def _helped(case: Case) -> list[Statement]:
    table = causes.causes(case)
    if isinstance(table, Unavailable):
        return []
    some = table[(table["effect"] > 0) & (table["cause"] != "unexplained")]
    if some.empty:
        return []
    best = some.loc[some["effect"].idxmax()]
    term = Term("cause", best["cause"], {"subject": best["subject"], **best["facts"]})
    return [Statement("review.helped", {"cause": term, "effect": float(best["effect"])},
                      section=best["section"], tone="good")]  # fmt: skip


def _practice(case: Case) -> list[Statement]:
    """Who beat comparable colleagues most clearly."""
    found = cards(case)
    if isinstance(found, Unavailable) or found.table.empty:
        return []
    card = found.table.iloc[0]
    facts = {name: card[name] for name in ("rep", "ahead", "low", "high")}
    facts |= {"n": len(found.table), "periods": len(found.peers.spans)}
    return [Statement("review.practice", facts, section="practices", tone="good")]


def _actions(case: Case) -> list[Statement]:
    """Actions that came to something, and those that are overdue."""
    table = carried(case)
    if isinstance(table, Unavailable) or table.empty:
        return []
    closed = table[table["outcome"] == "closed"]
    late = table[table["status"] == "overdue"]
    said = []
    if len(closed):
        said.append(Statement("review.went_done", {"n": len(closed), "of": len(table)},
                              section="carried", tone="good"))  # fmt: skip
    if len(late):
        said.append(Statement("review.went_late", {"n": len(late), "of": len(table)},
                              section="carried", tone="bad"))  # fmt: skip
    return said
