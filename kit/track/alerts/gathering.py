"""The alerts of a case: gathered, each subject and cause once, the gravest first."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.track import pacing
from kit.track.alerts import cash, landing, nesting, pipeline, quality, results
from kit.track.alerts.coverage import coverage
from kit.track.alerts.owners import above, owner
from kit.track.alerts.rules import RULES, SEVERITIES, Alert

COLUMNS = (
    "severity", "rule", "part", "value", "threshold", "kind", "advice", "alert_id", "scope",
    "subject", "owner", "signal", "q", "since", "also", "because", "evidence", "facts", "stake",
    "eased", "seen_by",
)  # fmt: skip
_NUMBERS = ("value", "threshold", "q", "stake")


@once
def every(case: Case) -> tuple[Alert, ...]:
    """All alerts as the rules raise them, none left out, the gravest first."""
    table = pacing.standing(case)
    found = [
        *results.paces(case),
        *landing.landing(case),
        *results.missed(case),
        *results.months(case),
        *results.falls(case),
        *cash.overdue(case),
        *cash.later(case),
        *coverage(case, gap=table["gap"].iloc[0]),
        *pipeline.stuck(case),
        *quality.silence(case),
        *quality.holes(case),
        *quality.odd_rows(case),
        *quality.refused(case),
    ]
    return tuple(sorted(found, key=_grave))


@once
def alerts(case: Case) -> pd.DataFrame:
    """List what needs attention on `as_of`: one line a subject and cause, the gravest first.

    Parameters
    ----------
    case : Case
        `alerts` holds the rules' thresholds, severities, owners and scopes.

    Returns
    -------
    DataFrame
        severity (red, amber), rule, part (what it is about, to show), value, threshold, kind
        (percent, money, count, days: the unit of both), advice (key), alert_id (stable over days),
        scope (whose alert it is), subject (id of a customer or the like; empty: the scope), owner
        (see `kit.track.alerts.owners`), signal (yes, no, or empty where not tested), q, since (first
        day from which on it has held without a break), also (other rules that say the same),
        because (parts that explain it), evidence (key), facts (for its phrase), stake (money it is
        about), eased, seen_by (owners of the scope and of those it lies in: who may see its figures).
        Sorted by severity; within it the scope's own result first, then by stake, and last a month's
        fall that season and noise explain.

    Notes
    -----
    - Rules of one cause about one subject are one line, the gravest rule first; `also` has the rest.
    - Where one part alone is behind, and the scope without it is not, the scope's line names it.
    - A part's line is left out where the scope's own says the same, unless the part is graver or
      its pace is behind the scope's by more than `alerts.out_of_line`.
    - Of a signal only the widest scope has a line; the parts in which it shows too are named.
    - A red part of a scope that is itself on track is amber in the scope's packet
      (`alerts.ease_parts`) and red in its own: whoever answers for it acts first.

    Rules whose tables are missing are left out.
    """
    found = nesting.lines(case, every(case))
    found.sort(key=lambda one: _place(case, one.alert))
    rows = [_row(case, one) for one in found]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    kinds = {name: "float64" if name in _NUMBERS else "str" for name in COLUMNS}
    kinds |= {"since": "datetime64[us]", "eased": "bool", "also": object, "because": object,
              "facts": object, "seen_by": object}  # fmt: skip
    return frame.astype(kinds)


def light(case: Case) -> str:
    """The light of a scope: red where it has a red alert, else that of its own results.

    Returns
    -------
    str
        `red`, `amber`, `green` or `no_target`; see `kit.track.status`. What is to be done about
        customers, deals or data does not darken results that are on track, unless it is red.
    """
    table = alerts(case)
    if (table["severity"] == "red").any():
        return "red"
    return str(pacing.standing(case)["status"].iloc[0])


def _grave(one: Alert) -> tuple:
    return (SEVERITIES.index(one.severity), -one.stake if not np.isnan(one.stake) else 0.0)


def _place(case: Case, one: Alert) -> tuple:
    """Where a line stands: among equally grave ones the scope's own result leads."""
    own = one.scope == case.scope and one.cause == "results" and not one.explained
    grave, stake = _grave(one)
    return (grave, one.explained, not own, stake)


def _row(case: Case, line: nesting.Line) -> dict:
    one = line.alert
    said = case.settings.alerts.rule(one.rule)
    role = said.owner or RULES[one.rule].role
    facts = {**one.facts, **line.facts}
    return {
        "severity": one.severity, "rule": one.rule, "part": one.part, "value": one.value,
        "threshold": one.threshold, "kind": one.kind, "advice": one.rule,
        "alert_id": _id(case, one), "scope": str(one.scope), "subject": one.subject,
        "owner": owner(case, one.scope, role=role, person=one.person), "signal": one.signal,
        "q": one.q, "since": pd.NaT if one.since is None else pd.Timestamp(one.since),
        "also": list(line.also), "because": list(line.because), "evidence": f"alert_{one.rule}",
        "facts": facts, "stake": one.stake, "eased": line.eased,
        "seen_by": [owner(case, scope) for scope in (one.scope, *above(case, one.scope))],
    }  # fmt: skip


def _id(case: Case, one: Alert) -> str:
    """The same for the same scope, cause and subject on every day of the period."""
    text = "\n".join((case.settings.company, case.period.name, str(one.scope), one.cause, one.subject))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
