"""How far an amount is moved towards the band of chances, with evidence and within the limit."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kit.plan import chance
from kit.plan.units import fine_unit, in_units

_CENT = 0.01
_STEPS = 60  # halvings: more than a float can tell apart
_NEAR = 1e-9


@dataclass(frozen=True)
class Moved:
    """An amount after relief or raise, money.

    Parameters
    ----------
    amount : float
        asked + carried − relief + raised, in whole units.
    relief, raised : float
        0 or more; never both above 0.
    rule : str
        `kept`, `relieved` or `raised`.
    evidence : str
        What relief rests on: `cause` (one outside the team's hands) or `baseline` (its chance);
        `baseline` also where it is raised; empty where the amount is kept.
    chance : float or None
        Of the amount; None where no chance may be told.
    within : bool or None
        Whether that chance lies not below the band; None where it is not known.
    """

    amount: float
    relief: float
    raised: float
    rule: str
    evidence: str
    chance: float | None
    within: bool | None


def moved(
    asked: float,
    *,
    mean: float,
    errors: np.ndarray,
    band: tuple[float, float],
    limit: float,
    unit: float,
    carried: float = 0.0,
    outside: float = 0.0,
    proven: bool = True,
) -> Moved:
    """Move an asked amount towards the band of chances, by at most `limit` of it.

    Parameters
    ----------
    asked : float
        Money, 0 or more.
    mean, errors
        Of the baseline, see `kit.plan.chance.of_target`; no errors: no chance may be told.
    band : tuple of float
        Least and largest chance that a target should have.
    limit : float
        Share of `asked` by which it may be moved.
    unit : float
        Amounts are rounded to it, smaller ones finer.
    carried : float
        Money carried over from the period before, below 0 for a surplus.
    outside : float
        Money that confirmed causes outside the team's hands ask for, 0 or more.
    proven : bool
        Whether the chance may move the amount; where not, it is only told.

    Returns
    -------
    Moved

    Notes
    -----
    With wanted = asked + carried, the amount stays from max(wanted, asked) − limit × asked to
    min(wanted, asked) + limit × asked, if wanted does. Relief is the larger of what the causes ask
    for and what brings the chance up to the band; without either the amount is kept.

    Examples
    --------
    >>> spread = np.linspace(-0.2, 0.2, 41)
    >>> rules = {"mean": 100.0, "errors": spread, "band": (0.3, 0.8), "limit": 0.1, "unit": 1.0}
    >>> far = moved(130.0, **rules)
    >>> far.amount, far.rule, far.within
    (117.0, 'relieved', False)
    >>> moved(100.0, **rules).rule, moved(80.0, **rules).amount
    ('kept', 88.0)
    """
    step = fine_unit(asked, parts=1, unit=unit) or _CENT
    wanted = max(asked + carried, 0.0)
    room = limit * asked
    low = min(max(wanted, asked) - room, wanted)
    high = max(min(wanted, asked) + room, wanted)

    def odds(amount: float) -> float | None:
        return chance.of_target(amount, mean=mean, errors=errors)

    first = odds(wanted)
    by_cause = min(max(outside, 0.0), wanted - low)
    by_chance = 0.0
    if proven and first is not None and first < band[0]:
        by_chance = wanted - _turn(odds, low, wanted, least=band[0])
    found, rule, evidence = in_units(wanted, step), "kept", ""
    if max(by_cause, by_chance) > 0:
        found = _down(wanted - max(by_cause, by_chance), step, least=low)
        evidence = "cause" if by_cause >= by_chance else "baseline"
    elif proven and first is not None and first > band[1] and high > wanted:
        found, evidence = _up(_raise(odds, wanted, high, most=band[1]), step, most=high), "baseline"
    found = min(found, wanted) if evidence and max(by_cause, by_chance) > 0 else found
    relief, raised = max(wanted - found, 0.0), max(found - wanted, 0.0)
    if evidence and max(relief, raised) > _NEAR * max(wanted, 1.0):
        rule = "relieved" if relief else "raised"
    else:
        evidence, relief, raised = "", 0.0, 0.0
    last = odds(found)
    within = None if last is None else last >= band[0]
    return Moved(found, relief, raised, rule, evidence, last, within)


def _turn(odds, low: float, wanted: float, *, least: float) -> float:
    """The largest amount from low to wanted whose chance is at least this; low where none is."""
    if odds(low) < least:
        return low
    good, bad = low, wanted
    for _ in range(_STEPS):
        middle = (good + bad) / 2
        good, bad = (middle, bad) if odds(middle) >= least else (good, middle)
    return good


def _raise(odds, wanted: float, high: float, *, most: float) -> float:
    """The smallest amount from wanted to high whose chance is at most this; high where none is."""
    if odds(high) > most:
        return high
    bad, good = wanted, high
    for _ in range(_STEPS):
        middle = (good + bad) / 2
        bad, good = (bad, middle) if odds(middle) <= most else (middle, good)
    return good


def _down(amount: float, step: float, *, least: float) -> float:
    """The amount in whole units below it, or those above `least` where that is higher."""
    found = math.floor(amount / step + _NEAR) * step
    return found if found >= least - _NEAR * step else math.ceil(least / step - _NEAR) * step


def _up(amount: float, step: float, *, most: float) -> float:
    found = math.ceil(amount / step - _NEAR) * step
    return found if found <= most + _NEAR * step else math.floor(most / step + _NEAR) * step
