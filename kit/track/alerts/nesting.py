"""Alerts told once: rules of one cause joined, and parts that say what the whole says left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import pandas as pd

from kit.data.case import Case
from kit.track import pacing
from kit.track.alerts.owners import above
from kit.track.alerts.rules import RULES, SEVERITIES, Alert

_ORDER = {rule: place for place, rule in enumerate(RULES)}


@dataclass(frozen=True)
class Line:
    """One alert with all that is told beside it.

    Parameters
    ----------
    alert : Alert
        The gravest of one subject and cause.
    also : tuple of str
        Rules that say the same of it.
    because : tuple of str
        Parts that explain it, or in which it shows too.
    eased : bool
        Red for the part, amber here, where the scope itself is on track.
    """

    alert: Alert
    also: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    eased: bool = False
    facts: dict = field(default_factory=dict)


def lines(case: Case, found: Iterable[Alert]) -> list[Line]:
    """The lines that alerts make: eased, joined by cause and subject, parts under their whole."""
    return _nested(case, _merged(_eased(case, found)))


def _eased(case: Case, found: Iterable[Alert]) -> list[Line]:
    """Each alert as a line; reds of parts are amber where the scope itself is on track."""
    green = str(pacing.standing(case)["status"].iloc[0]) == "green"
    eases = green and case.settings.alerts.ease_parts
    lines = []
    for one in found:
        mild = eases and one.scope != case.scope and one.severity == "red" and one.signal != "yes"
        mild = mild and one.cause == "results"
        lines.append(Line(replace(one, severity="amber") if mild else one, eased=mild))
    return lines


def _merged(lines: list[Line]) -> list[Line]:
    """One line for each scope, cause and subject, led by the gravest."""
    groups: dict[tuple, list[Line]] = {}
    for one in lines:
        key = (one.alert.scope, one.alert.cause, one.alert.subject)
        groups.setdefault(key, []).append(one)
    found = []
    for some in groups.values():
        first, *rest = sorted(some, key=_leading)
        graver = first.alert.severity
        ended = next((one for one in some if one.alert.rule == "attainment"), first)
        if ended is not first:  # of a period that is over, the result is what is told
            rest = [first, *(one for one in rest if one is not ended)]
            first = replace(ended, alert=replace(ended.alert, severity=graver))
        also = tuple(dict.fromkeys(o.alert.rule for o in rest if o.alert.rule != first.alert.rule))
        found.append(replace(first, also=also))
    return found


def _leading(line: Line) -> tuple:
    one = line.alert
    grave = SEVERITIES.index(one.severity)
    return (grave, one.explained, one.signal != "yes", _ORDER[one.rule], -one.stake)


def _nested(case: Case, lines: list[Line]) -> list[Line]:
    """Without lines of parts that say what the scope's own line says."""
    kept = [one for one in lines if one.alert.cause not in ("results", "conversion", "leads")]
    for cause in ("results", "conversion", "leads"):
        some = [one for one in lines if one.alert.cause == cause]
        own = next((one for one in some if one.alert.scope == case.scope), None)
        parts = [one for one in some if one.alert.scope != case.scope]
        if own is None:
            kept.extend(_widest(case, parts))
        elif cause == "results" and {"pace", "attainment"} & {own.alert.rule, *own.also}:
            kept.extend(_explained(case, own, parts))
        elif cause == "results":  # the scope is on track: its parts' paces are another matter
            kept.extend([own, *_widest(case, parts)])
        else:
            names = tuple(one.alert.part for one in parts)
            kept.extend([replace(own, because=names)])
    return kept


def _widest(case: Case, parts: list[Line]) -> list[Line]:
    """Lines of scopes that lie in no other scope with a line."""
    there = {one.alert.scope for one in parts}
    inside = [one for one in parts if there & set(above(case, one.alert.scope))]
    found = []
    for one in parts:
        if one in inside:
            continue
        names = tuple(o.alert.part for o in inside if one.alert.scope in above(case, o.alert.scope))
        found.append(replace(one, because=names))
    return found


def _explained(case: Case, own: Line, parts: list[Line]) -> list[Line]:
    """The scope's line, with the one part that explains it, and the lines of parts out of line."""
    table = pacing.standing(case).set_index("scope")
    direct = [one for one in parts if str(one.alert.scope) in table.index]
    others = [one for one in parts if one not in direct]
    if len(direct) == 1 and _fine_without(case, table, direct[0]):
        part = direct[0].alert
        graver = min(own.alert.severity, part.severity, key=SEVERITIES.index)
        facts = {"part": part.part, "part_pace": part.value}
        line = replace(own, alert=replace(own.alert, severity=graver), because=(part.part,), facts=facts)
        return [line, *_out_of_line(case, own, others, table)]
    return [
        replace(own, because=tuple(one.alert.part for one in direct)),
        *_out_of_line(case, own, parts, table),
    ]


def _fine_without(case: Case, table: pd.DataFrame, part: Line) -> bool:
    """Whether the scope would be on track without a part."""
    row, own = table.loc[str(part.alert.scope)], table.iloc[0]
    due = own["target_to_date"] - row["target_to_date"]
    rest = own["actual"] - row["actual"]
    return bool(due > 0 and rest / due >= case.settings.track.amber)


def _out_of_line(case: Case, own: Line, parts: list[Line], table: pd.DataFrame) -> list[Line]:
    kept = []
    pace = float(table["pace_index"].iloc[0])
    for one in parts:
        graver = SEVERITIES.index(one.alert.severity) < SEVERITIES.index(own.alert.severity)
        known = str(one.alert.scope) in table.index
        behind = known and (
            table.loc[str(one.alert.scope), "pace_index"] < pace - case.settings.alerts.out_of_line
        )
        if graver or behind or one.alert.signal == "yes" and own.alert.signal != "yes":
            kept.append(one)
    return kept
