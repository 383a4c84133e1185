"""Relief: a target lowered within the period, by little and with evidence."""

from __future__ import annotations

import re
from collections.abc import Collection

import pandas as pd

from kit.data.case import Case
from kit.data.tables import DTYPES, TABLES
from kit.data.targets import in_force, versions
from kit.errors import InfeasibleError, SettingsError, nearest
from kit.plan.publishing import signed
from kit.plan.revision import revised
from kit.scope import Scope

_MARK = "evidence"
_EVIDENCE = re.compile(rf"\[{_MARK}: [^\]]+\]$")
_CLOSE = 1e-9


def relief(
    case: Case,
    target: float,
    *,
    reason: str,
    evidence: str,
    author: str,
    scope: Scope | None = None,
    measure: str = "bookings",
    known: Collection[str] = (),
) -> pd.DataFrame:
    """Lower a scope's target for the case's period, as rows for the ledger.

    Parameters
    ----------
    case : Case
    target : float
        The target from `as_of` on.
    reason : str
        Why, in at least three words.
    evidence : str
        What shows it: the id of a cause, or a section of a packet.
    author : str
    scope : Scope, optional
        The case's scope or a part of it.
    measure : str
    known : collection of str
        The references that can be given; empty: any.

    Returns
    -------
    DataFrame
        Columns of the targets table, reason with the evidence at its end; see
        `kit.plan.revision.revised` for the periods that are changed along.

    Raises
    ------
    InfeasibleError
        Where no target is in force, the new one is not lower, or it is lower by more than allowed.
    SettingsError
        Where reason, author or evidence is missing or unknown.

    Notes
    -----
    The least target is (1 − `review.relief`) × the target before any relief, so that several
    reliefs together give no more than one. What a part no longer carries is not handed to others:
    the scope above keeps its target, and shows the rest as not handed out.
    """
    scope = scope or case.scope
    author, reason = signed(author, reason=reason)
    evidence = _proven(evidence, known)
    standing = in_force(case, scope=scope, measure=measure)
    if standing is None:
        raise InfeasibleError(
            "{scope} has no target for {period} in force on {on}. Publish one first; then it can "
            "be relieved.", key="nothing_to_relieve",
            scope=scope, period=case.period, on=case.as_of,
        )  # fmt: skip
    if not 0 <= target < standing:
        raise InfeasibleError(
            "{scope}, {period}: {target:,.2f} is no relief of {standing:,.2f}. Give an amount "
            "from 0 that is lower; a raise is a new plan to publish.", key="no_relief",
            scope=scope, period=case.period, target=target, standing=standing,
        )  # fmt: skip
    share = case.settings.review.relief
    before = unrelieved(case, scope=scope, measure=measure)
    least = before * (1 - share)
    if target < least - _CLOSE * max(before, 1.0):
        raise InfeasibleError(
            "{scope}, {period}: {target:,.2f} is {lowered:.1%} below the {before:,.2f} that stood "
            "before any relief; at most {allowed:.0%} is allowed, which is {least:,.2f}. Give "
            "that or more, or publish a new plan.", key="relief_too_large",
            scope=scope, period=case.period, target=target, lowered=1 - target / before,
            before=before, allowed=share, least=least,
        )  # fmt: skip
    found = revised(case, {str(scope): target}, measure=measure)
    told = f"{reason} [{_MARK}: {evidence}]"
    types = {one.name: DTYPES[one.type] for one in TABLES["targets"].columns}
    return found.assign(reason=told, author=author).astype(types)


def unrelieved(case: Case, *, scope: Scope | None = None, measure: str = "bookings") -> float:
    """The target of the case's period before the reliefs that were given last.

    Returns
    -------
    float
        That of the newest version valid on `as_of` which is no relief; where all are, or the period
        has no versions of its own, the target in force; NaN where there is none.
    """
    rows = versions(case, scope=scope, measure=measure)
    valid = rows["valid_from"].isna() | (rows["valid_from"] <= pd.Timestamp(case.as_of))
    rows = rows[valid & rows["target"].notna()]
    plain = rows[~rows["reason"].fillna("").str.contains(_EVIDENCE)]
    if len(plain):
        return float(plain["target"].iloc[-1])
    standing = in_force(case, scope=scope, measure=measure)
    return float("nan") if standing is None else standing


def _proven(evidence: str, known: Collection[str]) -> str:
    evidence = " ".join(evidence.replace("[", "(").replace("]", ")").split())
    if not evidence:
        raise SettingsError(
            "The evidence is missing: name the cause or the section that shows why the target "
            "must be lower, such as 'cause lost_customers' or 'chapter 3, bridge'."
        )
    if known and evidence not in known:
        raise SettingsError(f"The evidence '{evidence}' is not known. {nearest(evidence, known)}")
    return evidence
