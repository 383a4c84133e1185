"""The cases of a scope's parts, opened for the same period and day as the scope's own."""

from __future__ import annotations

from kit.data.case import Case, reopen
from kit.data.once import once
from kit.data.territory import children
from kit.errors import UnknownScopeError
from kit.scope import Scope


@once
def part_cases(case: Case) -> dict[str, Case]:
    """The parts of the case's scope by the name to show, each with all rows of its own.

    Returns
    -------
    dict of str to Case
        Not more than `review.next.parts`; empty for a rep, for a case built by hand, and where
        there are more parts than that.
    """
    found = children(case)
    if case.origin is None or len(found) > case.settings.review.next.parts:
        return {}
    opened = {}
    for one in found.itertuples(index=False):
        try:
            opened[one.part] = reopen(case, scope=Scope.parse(one.scope))
        except UnknownScopeError:
            continue  # a part that has neither orders nor roster rows of its own
    return opened
