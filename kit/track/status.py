"""Lights and ratios: how a figure is judged against its target."""

from __future__ import annotations

_EXACT = 1e-9


def ratio(over: float | None, under: float | None) -> float:
    """Divide; NaN where the denominator is missing, zero or negative.

    Examples
    --------
    >>> ratio(95, 100), ratio(-5, 100), ratio(5, 0)
    (0.95, -0.05, nan)
    """
    if over is None or under is None or not under > 0:
        return float("nan")
    return float(over) / float(under)


def status(pace_index: float, *, target: float | None, red: float, amber: float) -> str:
    """The light for a pace: `red`, `amber`, `green`, or `no_target`.

    Below `red` is red, below `amber` is amber; a pace that is equal but for rounding is not below.
    While nothing is due yet (no pace, but a target) nothing is behind: green.

    Examples
    --------
    >>> [status(one, target=100, red=0.8, amber=0.95) for one in (0.79, 0.8, 0.95)]
    ['red', 'amber', 'green']
    >>> status(0.95 - 1e-15, target=100, red=0.8, amber=0.95)
    'green'
    >>> status(float("nan"), target=0, red=0.8, amber=0.95)
    'no_target'
    """
    if target is None or not target > 0:
        return "no_target"
    if pace_index < red - _EXACT:
        return "red"
    return "amber" if pace_index < amber - _EXACT else "green"
