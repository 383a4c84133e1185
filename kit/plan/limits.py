"""Limits: locks, floors, caps and growth limits of the parts of a scope, at every level at once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.errors import InfeasibleError
from kit.plan import conflicts, hierarchy
from kit.plan.exact import Amounts, split
from kit.plan.hierarchy import Level
from kit.plan.units import fine_unit
from kit.settings import TargetSettings

_NEAR = 0.005  # money: less than half a hundredth is rounding


@dataclass(frozen=True)
class Bounds:
    """Least and largest amounts.

    Parameters
    ----------
    parts : mapping of (scope above, scope) to (least, largest)
        Those that are not there are free. Equal ones are a lock.
    sums : mapping of scope to (least, largest)
        What the parts of a scope can take together.
    """

    parts: Mapping[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    sums: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def of(self, above: str, scopes: pd.Series) -> tuple[np.ndarray, np.ndarray]:
        """Least and largest amounts of the parts of a scope, in order."""
        found = [self.parts.get((above, one), (0.0, np.inf)) for one in scopes]
        low, high = np.array(found, dtype=float).reshape(-1, 2).T
        return low, high


def bounds(
    case: Case, *, locks: Amounts = None, floors: Amounts = None, caps: Amounts = None
) -> Bounds:
    """What the parts of the case's scope, and all below them, may carry.

    Parameters
    ----------
    case : Case
        `targets.locks`, `floors`, `caps`, `growth_limits` and `padding` of its settings hold.
    locks, floors, caps : mapping, by scope
        Amounts that win over the settings' for the same scope; an empty one takes the settings'
        away. A scope may lie at any level. One for the case's own scope is left to the proposal.

    Returns
    -------
    Bounds

    Notes
    -----
    What is asked of a rep is asked of his team, region and company too: a part carries at least
    what its own parts must carry ÷ (1 + padding), and at most what they can. So a lock far down
    holds whatever is decided above it. Growth limits hold for each part whose last year is known
    and that has no lock, floor or cap of its own; where they lie closer together than a unit, half
    a unit to each side of their middle is allowed. A rep who is in two teams in the period carries
    an amount in both, by posts.

    Raises
    ------
    InfeasibleError
        Where an amount names a scope that is no part at any level (one in the settings may lie
        outside the case's scope), or amounts of two levels cannot both hold: by how much.
    """
    wanted = case.settings.targets
    given = {"lock": (locks, wanted.locks), "floor": (floors, wanted.floors),
             "cap": (caps, wanted.caps)}  # fmt: skip
    found = {kind: _merged(*some, scope=str(case.scope)) for kind, some in given.items()}
    named = {scope for some in found.values() for scope in some}
    if not named and wanted.growth_limits is None:
        return Bounds()
    first = hierarchy.parts(case)
    if isinstance(first, Unavailable):
        return Bounds()
    top = Level(case.scope, first, {}, {})
    if wanted.growth_limits is not None or named - set(first["scope"]):
        deep = hierarchy.level(case)
        top = deep if isinstance(deep, Level) else top
    places = _places(top)
    for kind, (own, _) in given.items():
        must = found[kind] if case.scope.kind == "company" else dict(() if own is None else own)
        for scope in must:
            if scope not in places and scope != str(case.scope):
                raise conflicts.unknown(kind, scope, known=places)
    asked = {
        kind: {place: part for scope, amount in some.items() if scope in places
               for place, part in _shared(amount, places[scope], scope=scope)}
        for kind, some in found.items()
    }  # fmt: skip
    result = Bounds({}, {})
    _sum(top, asked, wanted, into=result)
    return result


def _merged(given: Amounts, settings: Mapping[str, float], *, scope: str) -> dict[str, float]:
    """Amounts by scope: those given win; empty ones are none."""
    both = {**settings, **({} if given is None else dict(given))}
    return {str(one): float(amount) for one, amount in both.items()
            if str(one) != scope and amount is not None and not pd.isna(amount)}  # fmt: skip


def _places(level: Level) -> dict[str, list[tuple[str, float]]]:
    """Scopes above each part at any level, with the part's posts there."""
    found: dict[str, list[tuple[str, float]]] = {}
    for one in _levels(level):
        for scope in one.parts["scope"]:
            worked = float(np.sum(one.posts.get(scope, 0.0)))
            found.setdefault(scope, []).append((str(one.scope), worked))
    return found


def _levels(level: Level) -> Iterator[Level]:
    yield level
    for one in level.below.values():
        yield from _levels(one)


def _shared(
    amount: float, places: list[tuple[str, float]], *, scope: str
) -> Iterator[tuple[tuple[str, str], float]]:
    """An amount at the one place of its scope, or shared over several by posts."""
    if len(places) == 1 or not 0 <= amount < np.inf:
        yield from (((above, scope), amount) for above, _ in places)
        return
    worked = {above: posts for above, posts in places}
    weights = worked if sum(worked.values()) > 0 else dict.fromkeys(worked, 1.0)
    for above, part in split(amount, weights, unit=0.01).items():
        yield (above, scope), float(part)


def _sum(
    level: Level, asked: Mapping[str, Mapping], wanted: TargetSettings, *, into: Bounds
) -> tuple[float, float]:
    """Bounds of a level's parts, put into `into`, and of their sum."""
    above, sums = str(level.scope), [0.0, 0.0]
    for row in level.parts.itertuples(index=False):
        own = {kind: some.get((above, row.scope)) for kind, some in asked.items()}
        low, high = _own(row, own, wanted)
        if row.scope in level.below:
            inner = level.below[row.scope]
            padded = 1 + wanted.padding.get(inner.scope.kind, 0.0)
            least, most = (one / padded for one in _sum(inner, asked, wanted, into=into))
            low, high = _within(row.scope, own, (low, high), (_up(least), _down(most)))
        into.parts[above, row.scope] = (low, high)
        sums[0] += low
        sums[1] += high if row.weight > 0 else low
    if any(one.weight > 0 for one in level.parts.attrs.get("open", ())):
        sums[1] = np.inf  # what nobody else may take is held for the planned hires
    into.sums[above] = (sums[0], sums[1])
    return sums[0], sums[1]


def _own(
    row: object, own: Mapping[str, float | None], wanted: TargetSettings
) -> tuple[float, float]:
    """Bounds that a part has of itself."""
    for kind, amount in own.items():
        if amount is not None and not 0 <= amount < np.inf:
            raise conflicts.negative(kind, row.scope, amount=amount)
    lock, floor, cap = (own[kind] for kind in ("lock", "floor", "cap"))
    low, high = 0.0 if floor is None else floor, np.inf if cap is None else cap
    if lock is not None:
        if not low <= lock <= high:
            other, allowed = ("floor", low) if lock < low else ("cap", high)
            raise conflicts.crossed("lock", row.scope, amount=lock, other=other, allowed=allowed)
        return lock, lock
    if low > high:
        raise conflicts.crossed("floor", row.scope, amount=low, other="cap", allowed=high)
    if wanted.growth_limits is None or floor is not None or cap is not None:
        return low, high
    if not row.last_year > 0 or not row.weight > 0:
        return low, high
    least, most = ((1 + one) * row.last_year for one in wanted.growth_limits)
    step = fine_unit(row.last_year, parts=1, unit=wanted.unit) or 2 * _NEAR
    room = max(step - (most - least), 0.0) / 2
    least, most = least - room, most + room
    return _up(max(least, 0.0)), _down(max(most, 0.0))


def _within(
    scope: str, own: Mapping[str, float | None], outer: tuple[float, float],
    inner: tuple[float, float],
) -> tuple[float, float]:  # fmt: skip
    """Bounds of a part that hold for its own parts too."""
    (low, high), (least, most) = outer, inner
    if least > high + _NEAR:
        what = next((one for one in ("lock", "cap") if own[one] is not None), "limit")
        raise InfeasibleError(
            "The {kind} of '{part}' is {amount}, but locks, floors and limits below it need "
            "{least}: {over} too much. Raise it, or lower one of them.",
            key="below_needs", kind=what, part=scope, amount=high, least=least, over=least - high,
        )  # fmt: skip
    if most < low - _NEAR:
        what = next((one for one in ("lock", "floor") if own[one] is not None), "limit")
        raise InfeasibleError(
            "The {kind} of '{part}' is {amount}, but locks, caps and limits below it take {most} "
            "at the most: {left} not handed out. Lower it, or raise one of them.",
            key="below_takes", kind=what, part=scope, amount=low, most=most, left=low - most,
        )  # fmt: skip
    if own["lock"] is not None:
        return low, high
    low = max(low, min(least, high))
    return low, max(min(high, most), low)


def _up(amount: float) -> float:
    return amount if np.isinf(amount) else math.ceil(round(amount * 100, 4)) / 100


def _down(amount: float) -> float:
    return amount if np.isinf(amount) else math.floor(round(amount * 100, 4)) / 100
