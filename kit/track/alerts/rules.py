"""The rules: what each is about, whose it is, and how grave a figure beyond its threshold is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from kit.data.case import Case
from kit.errors import SettingsError
from kit.scope import Scope

SEVERITIES = ("red", "amber")
EXACT = 1e-9


class Rule(NamedTuple):
    """What a rule is about, and the role that owns it where the scope's own manager does not."""

    cause: str
    role: str = ""


# In the order in which they lead a line that tells of several.
RULES = MappingProxyType(
    {
        "stale_data": Rule("data", "analyst"),
        "data_hole": Rule("data", "analyst"),
        "refused_rows": Rule("data", "analyst"),
        "amount_jump": Rule("data", "analyst"),
        "duplicates": Rule("data", "analyst"),
        "conversion_fall": Rule("conversion"),
        "leads_fall": Rule("leads"),
        "bookings_fall": Rule("results"),
        "attainment": Rule("results"),
        "landing": Rule("results"),
        "pace": Rule("results"),
        "milestone": Rule("results"),
        "mom_drop": Rule("results"),
        "rolling_gap": Rule("results"),
        "coverage": Rule("pipeline"),
        "deal_overdue": Rule("deals"),
        "deal_stuck": Rule("deals"),
        "pays_later": Rule("payers"),
        "receipts_overdue": Rule("receipts"),
    }
)


@dataclass(frozen=True)
class Alert:
    """One figure beyond its threshold, or one signal.

    Parameters
    ----------
    severity, rule : str
    scope : Scope
        Whose alert it is.
    part : str
        What it is about, to show: the scope's name, a customer, a deal.
    value, threshold : float
    kind : str
        Unit of both: percent, money, count or days.
    stake : float
        Money it is about; alerts of one severity stand in its order.
    subject : str
        Id of what it is about within the scope; empty: the scope itself.
    since : date or None
        First day from which on it has held without a break.
    signal : str
        `yes`, `no` (within season and noise), or empty where that was not tested.
    q : float
    person : str
        The rep who owns it, where that is not the scope's manager.
    facts : mapping
        For the evidence's phrase.
    """

    severity: str
    rule: str
    scope: Scope
    part: str
    value: float
    threshold: float
    kind: str
    stake: float = 0.0
    subject: str = ""
    since: dt.date | None = None
    signal: str = ""
    q: float = float("nan")
    person: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def cause(self) -> str:
        """What the rule is about: alerts of one cause and subject are one line."""
        return RULES[self.rule].cause

    @property
    def explained(self) -> bool:
        """Whether it is a month's fall that season and noise explain: a fact, told last."""
        return self.rule == "mom_drop" and self.signal == "no"


def limits(case: Case, rule: str, *, amber: float, red: float) -> tuple[float, float]:
    """From which figures on a rule is amber and red: the parameters', or else those given."""
    own = case.settings.alerts.rule(rule)
    return (
        amber if own.amber is None else own.amber,
        red if own.red is None else own.red,
    )


def severity(
    case: Case, rule: str, value: float, *, amber: float, red: float, below: bool = True
) -> tuple[str, float]:
    """How grave a figure is, and the threshold it is beyond; empty and the amber one where fine.

    Parameters
    ----------
    case : Case
    rule : str
    value : float
    amber, red : float
        Where the parameters say nothing else. A figure equal but for rounding is not beyond.
    below : bool
        Whether a figure is grave below its threshold, or above.

    Returns
    -------
    str, float
        `red`, `amber` or empty; the threshold.
    """
    amber, red = limits(case, rule, amber=amber, red=red)
    side = 1.0 if below else -1.0
    if side * (red - amber) > EXACT:
        raise SettingsError(
            f"alerts.rules.{rule}: red ({red:g}) is milder than amber ({amber:g}): figures are grave "
            f"{'below' if below else 'above'} them. Give a red that is not "
            f"{'above' if below else 'below'} amber."
        )
    found, limit = "", amber
    for name, at in (("red", red), ("amber", amber)):
        if side * value < side * at - EXACT * max(1.0, abs(at)):
            found, limit = name, at
            break
    return fixed(case, rule, found), limit


def fixed(case: Case, rule: str, found: str) -> str:
    """The severity that the parameters fix for a rule, where there is an alert at all."""
    return (case.settings.alerts.rule(rule).severity or found) if found else ""


def raised(case: Case, rule: str, scope: Scope) -> bool:
    """Whether a rule is switched on for a scope of that kind."""
    own = case.settings.alerts.rule(rule)
    return own.on and scope.kind in own.scopes


def first_day(days: np.ndarray, holding: np.ndarray) -> dt.date | None:
    """The first of the days from which on something holds without a break up to the last.

    Examples
    --------
    >>> days = np.arange("2025-08-01", "2025-08-06", dtype="datetime64[D]")
    >>> str(first_day(days, np.array([True, False, True, True, True])))
    '2025-08-03'
    """
    if not len(days) or not holding[-1]:
        return None
    breaks = np.flatnonzero(~holding)
    place = breaks[-1] + 1 if len(breaks) else 0
    return days[place].astype("datetime64[D]").item()
