"""The risk register: each figure beside its limit, where it comes from, and who controls it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.hindsight import seen_on
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.errors import UnknownPeriodError
from kit.review.owners import owner
from kit.review.risk_figures import FIGURES, Figure, Found

STATES = ("warning", "watch", "quiet")
COLUMNS = ("risk", "subjects", "value", "watch", "warning", "below", "before", "trend", "state",
           "stake", "owner_role", "owner", "section", "facts")  # fmt: skip
_SECTIONS = {
    "coverage": "pipeline", "forecast_quality": "landing", "slipping_deals": "movement",
    "largest_customer": "customers", "silent_customers": "leaving", "one_rep": "people",
    "newcomers": "people", "discount": "effects", "share_loss": "market", "overdue": "receipts",
    "expense": "expenses",
}  # fmt: skip
_NOT_HERE = ("no_own_market", "expenses_by_region")  # a figure that scopes of this kind have not
_PERSONAL = ("sales_manager", "key_account_manager")  # what a rep answers for in person


@dataclass(frozen=True)
class Risks:
    """The risks of a scope.

    Parameters
    ----------
    table : DataFrame
        risk (key), subjects (tuple of names; may be empty), value (see
        `kit.review.risk_figures`: all are fractions), watch (the early-warning limit), warning,
        below (whether it is grave below them, else above), before (the figure at the end of the
        period before; null where not known), trend (`worse`, `better`, `steady`, null), state
        (`warning`, `watch`, `quiet`), stake (money it is about; null where that cannot be
        computed), owner_role, owner (name; null where the role stands alone), section (that shows
        the evidence), facts. The gravest first, then by money.
    missing : mapping of table to tuple of str
        Risks that cannot be told without a table.
    unknown : tuple of (str, Unavailable)
        Risks whose figure cannot be known for another reason.
    """

    table: pd.DataFrame
    missing: Mapping[str, tuple[str, ...]]
    unknown: tuple[tuple[str, Unavailable], ...]


@once
def risks(case: Case) -> Risks:
    """List the scope's risks with figure, limit, trend, money and owner.

    Parameters
    ----------
    case : Case
        `settings.review.risks` holds limits, roles and names.

    Returns
    -------
    Risks

    Notes
    -----
    state is `warning` beyond the warning limit and `watch` beyond the early-warning limit. trend
    compares with the same figure as it was known at the end of the period before
    (`kit.data.hindsight`): `steady` where it changed by no more than `steady` of the limit
    or, if that is larger, of the figure then.
    The sales manager is the person who answers for the scope; other roles have the name that
    `people` gives them. A rep's register holds the rep's own figures, and anonymous peers beside.
    """
    settings, past = case.settings.review.risks, earlier(case)
    rows: list[dict[str, Any]] = []
    missing: dict[str, list[str]] = {}
    unknown: list[tuple[str, Unavailable]] = []
    for name, figure in FIGURES.items():
        limit = settings.limits.get(name)  # type: ignore[call-overload]
        if limit is not None and not limit.on:
            continue
        found = figure(case)
        if isinstance(found, Figure) and math.isfinite(found.value):
            before = figure(past) if past is not None else None
            rows.append(_row(case, name, found, before))
        elif isinstance(found, Unavailable) and found.table:
            missing.setdefault(found.table, []).append(name)
        elif isinstance(found, Unavailable) and found.reason not in _NOT_HERE:
            unknown.append((name, found))
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype({"owner": "object"})
    table["owner"] = table["owner"].where(table["owner"].notna(), None)
    rank = table["state"].map({one: at for at, one in enumerate(STATES)})
    order = table.assign(_rank=rank).sort_values(
        ["_rank", "stake"], ascending=[True, False], kind="stable", na_position="last"
    )
    tables = {name: tuple(found) for name, found in missing.items()}
    return Risks(
        order[list(COLUMNS)].reset_index(drop=True), MappingProxyType(tables), tuple(unknown)
    )


def earlier(case: Case) -> Case | None:
    """The case as it was at the end of the period before; None where there is none."""
    try:
        before = case.calendar.previous(case.period)
    except UnknownPeriodError:
        return None
    first = case.data.sales["date"].min()
    if pd.isna(first) or first.date() > before.start:
        return None
    day = min(before.end, case.as_of)
    seen = seen_on(case.data, day, calendar=case.calendar)
    return replace(case, period=before, as_of=day, data=seen)


def state(value: float, *, watch: float, warning: float, below: bool) -> str:
    """How grave a figure is; one on the limit is not beyond it.

    Examples
    --------
    >>> state(0.3, watch=0.2, warning=0.3, below=False)
    'watch'
    >>> state(0.6, watch=0.9, warning=0.7, below=True)
    'warning'
    """
    sign = -1.0 if below else 1.0
    for name, limit in (("warning", warning), ("watch", watch)):
        if sign * (value - limit) > 1e-9:
            return name
    return "quiet"


def _row(case: Case, name: str, found: Figure, before: Found) -> dict[str, Any]:
    settings = case.settings.review.risks
    usual = settings.usual(name)
    past = before.value if isinstance(before, Figure) and math.isfinite(before.value) else np.nan
    return {
        "risk": name, "subjects": found.subjects, "value": found.value, "watch": found.watch,
        "warning": found.warning, "below": usual.below, "before": past,
        "trend": _trend(found, past, below=usual.below, steady=settings.steady),
        "state": state(found.value, watch=found.watch, warning=found.warning, below=usual.below),
        "stake": found.stake, "owner_role": usual.owner, "owner": _person(case, usual.owner),
        "section": _SECTIONS[name], "facts": dict(found.facts),
    }  # fmt: skip


def _trend(found: Figure, past: float, *, below: bool, steady: float) -> str | None:
    if math.isnan(past):
        return None
    change = (found.value - past) * (-1 if below else 1)
    if abs(change) <= steady * max(abs(found.watch), abs(past)):
        return "steady"
    return "worse" if change > 0 else "better"


def _person(case: Case, role: str) -> str | None:
    named = case.settings.review.risks.people.get(role)
    if named:
        return named
    own = role in _PERSONAL if case.scope.kind == "rep" else role == _PERSONAL[0]
    return owner(case) if own else None


