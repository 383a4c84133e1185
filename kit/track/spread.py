"""How far a forecast may be off, drawn from its backtested errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit


@dataclass(frozen=True)
class Spread:
    """The backtested errors of a forecast and the distribution drawn from them.

    Parameters
    ----------
    forecast : float
    misses : tuple of float
        Past errors: ln(actual ÷ forecast) where `logs`, else actual − forecast.
    logs : bool
    floor : float
        The result is never below this; −inf where it could be.

    Notes
    -----
    The errors are taken as draws around zero, so with n of them and their root mean square s, error
    ÷ s follows Student's t with n degrees of freedom. Few errors thus give wide tails. Zero mean is
    deliberate: a bias shown by a few periods widens the spread instead of moving the landing.
    """

    forecast: float
    misses: tuple[float, ...]
    logs: bool
    floor: float = -np.inf

    @property
    def scale(self) -> float:
        """Root mean square of the errors."""
        return float(np.sqrt(np.mean(np.square(self.misses))))

    def interval(self, share: float) -> tuple[float, float]:
        """The bounds that hold a share of the outcomes.

        Examples
        --------
        >>> low, high = Spread(100.0, (5.0, -5.0, 5.0, -5.0), logs=False).interval(0.8)
        >>> round(low, 2), round(high, 2)
        (92.33, 107.67)
        """
        reach = float(stdtrit(len(self.misses), (1 + share) / 2)) * self.scale
        low, high = self.forecast - reach, self.forecast + reach
        if self.logs:
            low, high = self.forecast * np.exp(-reach), self.forecast * np.exp(reach)
        return max(float(low), self.floor), max(float(high), self.floor)

    def chance(self, target: float) -> float:
        """The probability that the outcome is at least the target.

        Examples
        --------
        >>> Spread(100.0, (5.0, -5.0, 5.0, -5.0), logs=False).chance(100.0)
        0.5
        """
        if target <= self.floor or (self.logs and target <= 0):
            return 1.0
        ahead = np.log(self.forecast / target) if self.logs else self.forecast - target
        if self.scale <= 1e-9 * (1.0 if self.logs else abs(target)):
            return float(ahead >= -1e-9)
        return float(stdtr(len(self.misses), ahead / self.scale))
