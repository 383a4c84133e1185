"""What an interval says of an action: as expected, less, nothing seen, or the other way."""

from __future__ import annotations

VERDICTS = ("as_expected", "less", "seen", "nothing_seen", "adverse")


def verdict(
    low: float, high: float, *, expected: float | None = None, less_is_better: bool = False
) -> str:
    """Hold the interval of a change against what was expected.

    Parameters
    ----------
    low, high : float
        95 % interval of the change.
    expected : float, optional
        In the same unit; a gain, whatever the direction that is better.
    less_is_better : bool

    Returns
    -------
    str
        `nothing_seen` where the interval holds 0; `adverse` where all of it is on the wrong side;
        else `as_expected` where it reaches what was expected, `less` where it does not, and `seen`
        where nothing above 0 was expected.

    Examples
    --------
    >>> verdict(10, 90, expected=80), verdict(10, 60, expected=80), verdict(-5, 60, expected=80)
    ('as_expected', 'less', 'nothing_seen')
    >>> verdict(-9, -2), verdict(-9, -2, less_is_better=True), verdict(1, 2)
    ('adverse', 'seen', 'seen')
    """
    if less_is_better:
        low, high = -high, -low
    if low <= 0 <= high:
        return "nothing_seen"
    if high < 0:
        return "adverse"
    if expected is None or expected <= 0:
        return "seen"
    return "as_expected" if high >= expected else "less"
