"""Shapley values: what each factor did to a result, whatever the order they are changed in."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from kit.errors import SettingsError

MOST = 12  # factors: the function is asked for 2 to the power of their number


def shapley(
    function: Callable[[dict[str, float]], float],
    before: Mapping[str, float],
    now: Mapping[str, float],
) -> dict[str, float]:
    """Share the change of a function out among its factors.

    Parameters
    ----------
    function : callable
        Takes a value of each factor by name and returns a number; it is asked once for each way of
        taking some factors from `now` and the others from `before`.
    before, now : mapping
        The factors' values; the same names in both.

    Returns
    -------
    dict
        Effect by factor, in the order of `before`. The effects sum to function(now) −
        function(before).

    Raises
    ------
    SettingsError
        Where the names differ or are more than twelve.

    Notes
    -----
    The factors are changed from before to now one after another; each one's step depends on which
    were changed earlier. Its effect is the mean of its steps over all orders. With k factors and
    v(S) the function with the factors of S from `now` and all others from `before`,

        effect of i = Σ over S without i of |S|! (k − |S| − 1)! ÷ k! × (v(S and i) − v(S))

    L. S. Shapley, A Value for n-Person Games, 1953; for decompositions A. F. Shorrocks, Journal of
    Economic Inequality 11, 2013. No other rule is whole (sums to the change), even-handed (factors
    that do the same get the same), leaves out who does nothing, and adds up over sums of functions.

    Examples
    --------
    >>> revenue = lambda at: at["pieces"] * at["price"]
    >>> shapley(revenue, {"pieces": 10, "price": 4.0}, {"pieces": 12, "price": 5.0})
    {'pieces': 9.0, 'price': 11.0}
    """
    names = list(before)
    if set(names) != set(now):
        apart = ", ".join(sorted(set(names) ^ set(now)))
        raise SettingsError(f"shapley: {apart} stands on one side only. Give all factors on both.")
    if len(names) > MOST:
        raise SettingsError(f"shapley: {len(names)} factors; at most {MOST} are allowed.")
    count = len(names)
    value = [
        float(function({one: (now if chosen >> at & 1 else before)[one]
                        for at, one in enumerate(names)}))
        for chosen in range(1 << count)
    ]  # fmt: skip
    weight = [1 / (count * math.comb(count - 1, size)) for size in range(count)]
    return {
        one: math.fsum(
            weight[chosen.bit_count()] * (value[chosen | 1 << at] - value[chosen])
            for chosen in range(1 << count)
            if not chosen >> at & 1
        )
        for at, one in enumerate(names)
    }
