"""Goal, result, gap and cause: a scope and its parts on one table."""

from __future__ import annotations

import pandas as pd

from kit.data.case import Case, reopen
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose import causes
from kit.review.part_cases import part_cases
from kit.track import pacing

COLUMNS = ("scope", "part", "target", "target_to_date", "actual", "attainment", "pace_index", "gap",
           "status",
           "cause", "subject", "effect", "facts")  # fmt: skip
_REST = "unexplained"


@once
def part_causes(case: Case) -> pd.DataFrame | Unavailable:
    """Where the scope and its parts ended in bookings, and what cost each most.

    Returns
    -------
    DataFrame or Unavailable
        scope, part (name to show), target, target_to_date, actual, attainment, pace_index, gap
        (positive when short), status; cause, subject, effect (money) and facts of the cause that cost the part
        most, or, where it is not short, that helped it most; null where none is named. The scope's
        own row is the first; of its parts those with the largest gap come first, and no more than
        `review.meeting.parts`.

    Notes
    -----
    A part's cause is the first of `kit.diagnose.causes.top` in the part's own case, as its own
    packet tells it. A case built by hand has no parts to open: only the scope's own cause is named.
    """
    found = pacing.standing(case)
    if isinstance(found, Unavailable):
        return found
    own, others = found.iloc[:1], found.iloc[1:]
    others = others[others["scope"] != ""]
    order = others.assign(_gap=others["gap"].fillna(float("-inf")))
    order = order.sort_values(["_gap", "scope"], ascending=[False, True], kind="stable")
    kept = pd.concat([own, order.head(case.settings.review.meeting.parts)], ignore_index=True)
    opened = {str(one.scope): one for one in (case, *part_cases(case).values())}
    named = [_largest(opened.get(scope) or _opened(case, scope)) for scope in kept["scope"]]
    told = pd.DataFrame(named, columns=["cause", "subject", "effect", "facts"])
    return pd.concat([kept, told], axis=1)[list(COLUMNS)]


def _opened(case: Case, scope: str) -> Case | None:
    return None if case.origin is None else reopen(case, scope=scope)


def _largest(case: Case | None) -> tuple:
    """cause, subject, effect and facts of a case's first cause; nulls where none is named."""
    found = Unavailable() if case is None else causes.top(case, 1)
    if isinstance(found, Unavailable) or found.empty or found["cause"].iloc[0] == _REST:
        return (None, None, float("nan"), {})
    first = found.iloc[0]
    return (first["cause"], first["subject"], float(first["effect"]), first["facts"])
