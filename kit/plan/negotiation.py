"""Negotiation: a target table that came back, checked cell by cell and turned into ledger rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.targets import in_force, span_of
from kit.errors import SourceError, nearest
from kit.plan import conflicts
from kit.plan.annual_table import REST
from kit.plan.revision import framed, own_periods
from kit.scope import Scope

TOTAL = "total"
_CLOSE = 1e-4  # what sums of floats may be off; less than any currency's smallest unit
_SHOWN = 20


def faults(cells: pd.DataFrame) -> pd.DataFrame:
    """Where a table no longer adds up.

    Parameters
    ----------
    cells : DataFrame
        row, scope, kind, above, depth, period (`total` too), cell, target.

    Returns
    -------
    DataFrame
        cell, scope, period, rule (`months`: a line's months make its total; `parts`: a line is its
        parts and the rest), found, expected, difference (found − expected). Empty where all adds
        up.

    Examples
    --------
    >>> cells = pd.DataFrame({"row": 0, "scope": "company", "kind": "company", "above": "",
    ...     "depth": 0, "period": ["2025-01", "total"], "cell": ["E10", "F10"],
    ...     "target": [5.0, 7.0]})
    >>> faults(cells)[["cell", "rule", "found", "expected", "difference"]].to_numpy().tolist()
    [['F10', 'months', 7.0, 5.0, 2.0]]
    """
    told = _faults(cells)
    rest = told["kind"] == REST
    told["scope"] = told["scope"].mask(rest, "not handed out by " + told["above"])
    return told.drop(columns=["kind", "above"])


def _faults(cells: pd.DataFrame) -> pd.DataFrame:
    """As `faults`, with kind and above of each line beside its bare scope."""
    wide = cells.pivot(index="row", columns="period", values="target")
    months = [one for one in cells["period"].unique() if one != TOTAL]
    first = cells.drop_duplicates("row").set_index("row")
    expected = [("months", wide[months].fillna(0.0).sum(axis=1).rename(TOTAL).to_frame())]
    parents = _parents(first["depth"])
    below = wide[parents.notna()].fillna(0.0).groupby(parents.dropna().astype(int)).sum()
    expected.append(("parts", below[[*months, TOTAL]]))
    found = []
    for rule, table in expected:
        long = table.rename_axis(index="row").stack().rename_axis(["row", "period"])
        both = cells.merge(long.rename("expected").reset_index(), on=["row", "period"])
        both = both.assign(rule=rule, difference=(both["target"] - both["expected"]).round(6))
        found.append(both[both["difference"].abs() > _CLOSE])
    columns = ["cell", "scope", "kind", "above", "period", "rule", "target", "expected",
               "difference"]  # fmt: skip
    return pd.concat(found, ignore_index=True)[columns].rename(columns={"target": "found"})


def require_sums(cells: pd.DataFrame, *, where: str) -> None:
    """Refuse a table that does not add up.

    Raises
    ------
    InfeasibleError
        With the address of every such cell, what it holds, what is expected and the difference.
    """
    found = _faults(cells)
    if found.empty:
        return
    lines = [
        conflicts.sum_differs(
            one.rule, scope=one.above if one.kind == REST else one.scope, rest=one.kind == REST,
            period="" if one.period == TOTAL else one.period, cell=one.cell, found=one.found,
            expected=one.expected, difference=one.difference,
        )
        for one in found.head(_SHOWN).itertuples(index=False)
    ]  # fmt: skip
    raise conflicts.sums_differ(where, many=len(found), lines=lines)


def require_lines(cells: pd.DataFrame, known: pd.DataFrame, *, where: str) -> None:
    """Refuse a table that lacks a scope of today, or has one that is no more.

    Parameters
    ----------
    cells, known : DataFrame
        scope and above of the lines: of the table, and from `kit.plan.annual_table.lines`.
    where : str
        What an error names.

    Raises
    ------
    SourceError
    """
    lines = cells[cells["kind"] != REST].drop_duplicates("row")
    there = dict.fromkeys(zip(lines["scope"], lines["above"], strict=True))
    today = dict.fromkeys(zip(known["scope"], known["above"], strict=True))
    unknown = [one for one in there if one not in today]
    if unknown:
        scope, above = unknown[0]
        line = lines[(lines["scope"] == scope) & (lines["above"] == above)].iloc[0]
        elsewhere = next((place for one, place in today if one == scope), None)
        told = (
            nearest(scope, [one for one, _ in today]) if elsewhere is None
            else f"It belongs to {elsewhere} now."
        )  # fmt: skip
        raise SourceError(
            f"{where}, cell {line['cell']}: {scope} under {above or 'nothing'} is not in the data. "
            f"{told} Export the table anew."
        )
    missing = [one for one in today if one not in there]
    if missing:
        scope, above = missing[0]
        raise SourceError(
            f"{where}: {scope} under {above or 'nothing'} has no line, but is in the data now. "
            "Export the table anew."
        )


def require_current(
    decided: pd.DataFrame, versions: Mapping[str, Mapping[str, int]], *, measure: str, where: str
) -> None:
    """Refuse a table whose targets have been decided anew since it was exported.

    Parameters
    ----------
    decided : DataFrame
        The ledger's rows; see `kit.plan.publishing.decided`.
    versions : mapping
        Newest version by scope and period at the time.
    measure : str
    where : str
        What an error names.

    Raises
    ------
    SourceError
        Naming the scope, the period and both versions.
    """
    now = newest(decided, versions, measure=measure)
    for scope in versions:
        for period in sorted({*now[scope], *versions[scope]}):
            then, since = versions[scope].get(period, 0), now[scope].get(period, 0)
            if then != since:
                raise SourceError(
                    f"{where}: was exported when version {then} was the newest target of {scope} "
                    f"for {period}; now it is {since}. Export the table anew, so that nobody's "
                    "decision is lost, and enter the figures there."
                )


def newest(decided: pd.DataFrame, scopes, *, measure: str) -> dict[str, dict[str, int]]:
    """Newest version of each scope's targets by period."""
    rows = decided[decided["measure"] == measure]
    last = rows.groupby(["scope", "period"])["version"].max()
    found: dict[str, dict[str, int]] = {one: {} for one in scopes if one}
    for (scope, period), version in last.items():
        if scope in found:
            found[scope][period] = int(version)
    return found


def rows(
    case: Case, cells: pd.DataFrame, *, measure: str = "bookings", on: dt.date | None = None,
    with_proposed: bool = False,
) -> pd.DataFrame:  # fmt: skip
    """A table's changed targets as rows for the ledger.

    Parameters
    ----------
    case : Case
        Of the table's scope and period.
    cells : DataFrame
        scope, period, before, target, state; a rep in two teams has two lines, which are added up.
    measure : str
    on : date, optional
        First day the changes count; the case's day where left out.
    with_proposed : bool
        Whether targets that were only proposed are decided along, changed or not.

    Returns
    -------
    DataFrame
        Columns of the targets table, version 0, by scope in the table's order. Of a scope with a
        changed month: the month; the other months that have no target of their own, of its quarter
        where that has one and else of the whole line; and every longer period within the table that
        has a target of its own and now another sum. Empty where nothing changed.
    """
    told = cells[(cells["kind"] != REST) & (cells["period"] != TOTAL)]
    each = told.groupby(["scope", "period"], sort=False)
    sums = each[["before", "target"]].sum(min_count=1).round(6).dropna().reset_index()
    order = {state: place for place, state in enumerate(("decided", "spread", "proposed"))}
    states = each["state"].agg(lambda found: max(found, key=lambda one: order.get(one, 0)))
    sums["state"] = states.reindex(pd.MultiIndex.from_frame(sums[["scope", "period"]])).to_numpy()
    sums["changed"] = (sums["target"] - sums["before"]).abs() > _CLOSE
    own = {one: {*own_periods(case, one, measure=measure).values()} for one in set(sums["scope"])}
    sums["group"] = [
        _group(case, one.period, own[one.scope]) for one in sums.itertuples(index=False)
    ]
    touched = sums.groupby(["scope", "group"])["changed"].transform("any")
    new = sums["changed"] | (touched & (sums["state"] != "decided"))
    if with_proposed:
        new |= sums["state"] == "proposed"
    found = []
    for scope, lines in sums.groupby("scope", sort=False):
        chosen = lines[new[lines.index]]
        if chosen.empty:
            continue
        found += _longer(case, str(scope), lines, chosen, measure=measure)
        found += [(scope, one.period, one.target) for one in chosen.itertuples(index=False)]
    return framed(case, found, measure=measure, on=on or case.as_of)


def _longer(
    case: Case, scope: str, lines: pd.DataFrame, chosen: pd.DataFrame, *, measure: str
) -> list[tuple[str, str, float]]:
    """Longer periods within the table that have a target of their own and now another sum."""
    spans = {one: span_of(case.calendar, one) for one in lines["period"]}
    targets = lines.set_index("period")["target"]
    found = []
    for name, (start, end) in own_periods(case, scope, measure=measure).items():
        inside = [one for one, span in spans.items() if start <= span[0] and span[1] <= end]
        if name in spans or not {*inside} & {*chosen["period"]}:
            continue
        if start < case.period.start or end > case.period.end:
            continue
        total = round(float(targets[inside].sum()), 6)
        whole = Period(start, end, name, "explicit")
        standing = in_force(case, scope=Scope.parse(scope), measure=measure, period=whole)
        if standing is None or abs(standing - total) > _CLOSE:
            found.append((scope, name, total))
    return found


def _group(case: Case, period: str, own: set) -> str:
    """The quarter or explicit period of a column where that has a target of its own."""
    quarter = case.calendar.containing(span_of(case.calendar, period)[0])
    return quarter.name if (quarter.start, quarter.end) in own else ""


def _parents(depths: pd.Series) -> pd.Series:
    """The line that each line is a part of, by its depth; null for the first."""
    open_: list[int] = []
    found = []
    for row, depth in depths.items():
        del open_[depth:]
        found.append(open_[-1] if open_ else None)
        open_.append(row)
    return pd.Series(found, index=depths.index, dtype="Int64")
