"""The arithmetic of pay: tiers, thresholds, caps and prizes, in exact decimal numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from babel.numbers import get_currency_precision

from kit.settings.incentives import Component, Plan, Tier

ZERO = Decimal(0)
_RULES = ("half_even", "half_up", "down")


def exact(number: float | int | str | Decimal) -> Decimal:
    """A number as it is written, not as it is stored.

    Examples
    --------
    >>> exact(0.1) * 3
    Decimal('0.3')
    """
    if isinstance(number, Decimal):
        return number
    return Decimal(repr(float(number)) if not isinstance(number, str) else number)


def minor_unit(currency: str) -> Decimal:
    """The smallest unit of a currency: a cent of most, one yen.

    Examples
    --------
    >>> minor_unit("CNY"), minor_unit("JPY")
    (Decimal('0.01'), Decimal('1'))
    """
    return Decimal(1).scaleb(-get_currency_precision(currency))


def rounded(amount: Decimal | Fraction, *, unit: Decimal, rule: str = "half_even") -> Decimal:
    """An amount in whole minor units.

    Parameters
    ----------
    amount : Decimal or Fraction
    unit : Decimal
        See `minor_unit`.
    rule : str
        `half_even`, `half_up` (a half away from zero) or `down`.

    Examples
    --------
    >>> cent = Decimal("0.01")
    >>> rounded(Decimal("0.125"), unit=cent), rounded(Decimal("0.125"), unit=cent, rule="half_up")
    (Decimal('0.12'), Decimal('0.13'))
    """
    whole = Fraction(amount) / Fraction(unit)
    floor, half = whole.numerator // whole.denominator, Fraction(1, 2)
    rest = whole - floor
    if rule not in _RULES:
        raise ValueError(f"rounding '{rule}' is not known. Choose one of {', '.join(_RULES)}.")
    up = rest > half and rule != "down"
    if rest == half and rule != "down":
        up = bool(floor % 2) if rule == "half_even" else whole > 0
    return (Decimal(floor + up) * unit).quantize(unit)


def earned(
    component: Component,
    *,
    credited: Decimal,
    quota: Decimal | None,
    target_pay: Decimal = ZERO,
    part: Fraction = Fraction(1),
) -> Fraction | None:
    """What a component pays for a credited amount, before rounding.

    Parameters
    ----------
    component : Component
        Individual or team.
    credited : Decimal
        Money that counts; a negative one pays nothing.
    quota : Decimal or None
        For the same span as the amount.
    target_pay : Decimal
        Of the plan, for the whole period; of no account to a commission by rate.
    part : Fraction
        Share of the period that quota and amount are for; scales target pay and `cap_pay`.

    Returns
    -------
    Fraction or None
        None where a quota is needed and there is none.

    Notes
    -----
    With x = credited ÷ quota, tiers at a₁ = 0 < a₂ < … and their rates r:

    - marginal: Σ rᵢ × (the part of the amount between aᵢ × quota and aᵢ₊₁ × quota);
    - whole: r of the tier reached × the amount.

    Paid by weight, an amount counts as weight × target pay × part for each 100 % of the quota.
    x counts up to `cap`, below `threshold` nothing is paid, and `cap_pay` bounds the sum. A single
    tier by rate without threshold and cap needs no quota. A quota of 0 pays nothing or, with
    `zero_quota: base_rate`, a commission at the first rate above 0.

    Examples
    --------
    >>> from kit.settings.incentives import Component
    >>> plan = Component(tiers=[{"at": 0, "rate": 0.01}, {"at": 1, "rate": 0.03}])
    >>> float(earned(plan, credited=Decimal(1200), quota=Decimal(1000)))  # 1000 × 1 % + 200 × 3 %
    16.0
    """
    amount = max(Fraction(credited), Fraction(0))
    most = None if component.cap_pay is None else Fraction(exact(component.cap_pay)) * part
    if component.paid_by_rate and _flat(component):
        return _bounded(amount * _paid(component.steps[0]), most)
    if quota is None:
        return None
    if quota <= 0:
        if not component.paid_by_rate or component.zero_quota == "nothing":
            return Fraction(0)
        return _bounded(amount * base_rate(component), most)
    goal = Fraction(quota)
    if amount < Fraction(exact(component.threshold)) * goal:
        return Fraction(0)
    if component.cap is not None:
        amount = min(amount, Fraction(exact(component.cap)) * goal)
    if component.slices == "whole":
        found = amount * _paid(reached(component, credited=amount, quota=goal))
    else:
        found = _by_slice(component, amount, goal)
    if not component.paid_by_rate:
        found *= Fraction(exact(component.weight or 0)) * Fraction(target_pay) * part / goal
    return _bounded(found, most)


def reached(
    component: Component, *, credited: Decimal | Fraction, quota: Decimal | Fraction
) -> Tier:
    """The tier that an amount has reached; one that is met exactly is reached."""
    share = Fraction(credited) / Fraction(quota)
    found = component.steps[0]
    for tier in component.steps:
        if Fraction(exact(tier.at)) <= share:
            found = tier
    return found


def base_rate(component: Component) -> Fraction:
    """The first rate above 0, or 0."""
    return next((one for one in map(_paid, component.steps) if one > 0), Fraction(0))


def without_accelerators(component: Component) -> Component:
    """The component without the tiers that begin at 100 % or above."""
    kept = tuple(one for one in component.steps if one.at < 1)
    return component.model_copy(update={"tiers": kept})


def target_pay_of(plan: Plan, level: str | None) -> Decimal:
    """Variable pay of a period at 100 %, by level where the plan says so."""
    found = plan.target_pay_by_level.get(level or "", plan.target_pay)
    return exact(found or 0)


def shared_prizes(
    ranked: Mapping[str, Fraction], prizes: Sequence[float], *, ties: str, unit: Decimal
) -> dict[str, tuple[int, Decimal]]:
    """Place and prize of each who is in for one, the highest figure first.

    Parameters
    ----------
    ranked : mapping
        Figure by name.
    prizes : sequence of float
        By place.
    ties : str
        `share`: the prizes of the places that the tied take up, shared evenly and rounded down, so
        that no more is paid than was set out. `each`: each of them has the prize of the place.
    unit : Decimal
        See `minor_unit`.

    Examples
    --------
    >>> figures = {"Li": Fraction(6, 5), "Wu": Fraction(6, 5), "Ma": Fraction(1)}
    >>> shared_prizes(figures, [300, 100], ties="share", unit=Decimal("0.01"))["Wu"]
    (1, Decimal('200.00'))
    """
    amounts = [exact(one) for one in prizes]
    found: dict[str, tuple[int, Decimal]] = {}
    for figure in sorted(set(ranked.values()), reverse=True):
        tied = sorted(name for name, one in ranked.items() if one == figure)
        place = len(found) + 1
        if ties == "share":
            pot = sum(amounts[place - 1 : place - 1 + len(tied)], ZERO)
            prize = rounded(Fraction(pot) / len(tied), unit=unit, rule="down")
        else:
            prize = amounts[place - 1] if place <= len(amounts) else ZERO
            prize = rounded(prize, unit=unit, rule="half_even")
        found |= dict.fromkeys(tied, (place, prize))
    return found


def needs_quota(component: Component) -> bool:
    """Whether it cannot be paid without a quota."""
    return not (component.paid_by_rate and _flat(component))


def _flat(component: Component) -> bool:
    return len(component.steps) == 1 and not component.threshold and component.cap is None


def _paid(tier: Tier) -> Fraction:
    return Fraction(exact(tier.rate if tier.rate is not None else tier.multiple or 0))


def _by_slice(component: Component, amount: Fraction, goal: Fraction) -> Fraction:
    starts = [Fraction(exact(one.at)) * goal for one in component.steps]
    ends = [*starts[1:], max(amount, starts[-1])]
    return sum(
        (
            _paid(tier) * (min(amount, end) - start)
            for tier, start, end in zip(component.steps, starts, ends, strict=True)
            if amount > start
        ),
        Fraction(0),
    )


def _bounded(found: Fraction, most: Fraction | None) -> Fraction:
    return found if most is None else min(found, most)
