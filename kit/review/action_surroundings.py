"""What else went on beside an action: events, causes, and actions that share the same effect."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.diagnose import causes
from kit.review.action_effect import Effect
from kit.scope import Scope

_MONTH = 31


def events(case: Case, found: Effect, *, scope: str) -> tuple[dict[str, Any], ...]:
    """Events that may explain the change as well, those nearest to the start first.

    Returns
    -------
    tuple of dict
        date and label: up to `settings.review.actions.named` events from `event_days` before the
        start on, of all regions or the action's own.
    """
    settings, rows = case.settings.review.actions, case.data.frame("events")
    if found.start is None or rows.empty:
        return ()
    start = pd.Timestamp(found.start)
    first = start - pd.Timedelta(days=settings.event_days)
    near = rows["date"].between(first, pd.Timestamp(case.as_of))
    where = Scope.parse(scope) if scope.partition(":")[0] == "region" else None
    if where is not None:
        near &= rows["region"].isna() | (rows["region"].str.casefold() == where.id.casefold())
    rows = rows[near]
    order = (rows["date"] - start).abs().sort_values(kind="stable").index
    return tuple(
        {"date": one.date.date(), "label": one.label}
        for one in rows.loc[order].head(settings.named).itertuples(index=False)
    )


def reasons(case: Case, found: Effect, action: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """Causes found in the case's period, for an action of the case's own scope at that time.

    Returns
    -------
    tuple of dict
        Rows of `kit.diagnose.causes.top`, without the action's own cause.
    """
    own = action["scope"].casefold() == str(case.scope).casefold()
    if not own or found.start is None or found.start > case.period.end:
        return ()
    table = causes.top(case, case.settings.review.actions.named)
    if isinstance(table, Unavailable):
        return ()
    said = action.get("cause")
    mine = said.partition(":")[0].strip().casefold() if isinstance(said, str) else ""
    return tuple(
        one for one in table.to_dict("records") if one["cause"] not in ("unexplained", mine)
    )


def sharing(
    effects: Mapping[str, Effect], scopes: Mapping[str, str], *, own: Scope
) -> dict[str, tuple[str, ...]]:
    """Which actions are measured by the same months of the same business.

    Parameters
    ----------
    effects : mapping of action_id to Effect
    scopes : mapping of action_id to str
    own : Scope
        The case's, which holds all others.

    Returns
    -------
    dict of action_id to tuple of action_id
        Those of the same measure and scope, or of which one is for the whole scope, that began
        within the months that are compared. Their effects are one effect and do not add up.
    """
    measured = {name: one for name, one in effects.items() if one.months}
    return {
        name: tuple(_partners(name, measured, scopes, str(own).casefold())) for name in measured
    }


def _partners(
    name: str, measured: Mapping[str, Effect], scopes: Mapping[str, str], own: str
) -> Iterator[str]:
    one, mine = measured[name], scopes[name].casefold()
    for other, theirs in measured.items():
        where = scopes[other].casefold()
        nested = mine == where or own in (mine, where)
        if other == name or not nested or one.measure != theirs.measure:
            continue
        if one.start is None or theirs.start is None:
            continue
        if abs(one.start - theirs.start) < dt.timedelta(_MONTH * max(one.months, theirs.months)):
            yield other
