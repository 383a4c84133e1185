"""What a series without any shift would show: simulated noise that hangs together in time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kit.diagnose.level_line import LevelLine, autocorrelation, level_line
from kit.diagnose.segments import levels
from kit.plan.deseasoned import CYCLE

SEED = 20250701
DRAWN = 2000  # series simulated, at every autocorrelation from 0 to HIGHEST
USED = 250  # of them, those whose autocorrelation is nearest to the series' own
HIGHEST = 0.9
CAUTION = 0.75  # standard errors that are added to the autocorrelation
_BINS = 10


@dataclass(frozen=True)
class Noise:
    """Simulated series without a shift, treated as the series itself.

    Parameters
    ----------
    lines : LevelLine
        Of `DRAWN` series.
    phi : array
        True autocorrelation of each.
    """

    lines: LevelLine
    phi: np.ndarray

    def like(self, rest: np.ndarray, *, places: np.ndarray) -> tuple[np.ndarray, float]:
        """The series whose noise hangs together as a series' own does.

        Parameters
        ----------
        rest : array
            What levels leave of the series.
        places : array, cuts × simulated series
            Of the levels that are taken out of the simulated ones in the same way.

        Returns
        -------
        which, phi : array, float
            Numbers of `USED` simulated series, and their mean autocorrelation.

        Notes
        -----
        The correlation that levels leave is too small, for they follow the noise. The simulated
        series say by how much: of each true autocorrelation the median of what is left is known,
        and the one is chosen whose median is the series' own plus three quarters of a standard
        error, 1 ÷ √n, for one that is guessed too small takes noise for shifts.
        """
        line = self.lines.line
        seen = autocorrelation(line - levels(line, places))
        bins = np.array_split(np.arange(len(self.phi)), _BINS)
        medians = np.maximum.accumulate([np.median(seen[one]) for one in bins])
        own = float(autocorrelation(rest[:, None])[0]) + CAUTION / np.sqrt(len(rest))
        wanted = np.interp(own, medians, [self.phi[one].mean() for one in bins])
        which = np.argsort(np.abs(self.phi - wanted), kind="stable")[:USED]
        return which, float(self.phi[which].mean())


def noise(
    own: LevelLine,
    *,
    growing: bool = False,
    at: tuple[int, ...] | None = None,
    seed: int = SEED,
    cycle: int = CYCLE,
) -> Noise:
    """Simulate series with the season and growth of one, and no shift.

    Parameters
    ----------
    own : LevelLine
        Of one series.
    growing, at
        As for `level_line`.
    seed : int
    cycle : int

    Notes
    -----
    x(t) = φ x(t − 1) + e(t), stationary, φ evenly from 0 to 0.9, e drawn anew from what levels
    leave of the series, so that a series of few large orders is compared with its like.
    """
    line = own.line[:, :1]
    rest = line[:, 0] - levels(line, own.found.places[-1][:, :1])[:, 0]
    rest = rest - rest.mean()
    length = len(rest)
    phi = np.linspace(0.0, HIGHEST, DRAWN)
    steps = np.random.default_rng(seed).choice(rest, size=(length, DRAWN))
    drawn = np.empty_like(steps)
    drawn[0] = steps[0]
    fresh = np.sqrt(1 - phi**2)
    for now in range(1, length):
        drawn[now] = phi * drawn[now - 1] + fresh * steps[now]
    usual = own.season[:, :1] + own.growth[:, :1]
    return Noise(level_line(drawn + usual, growing=growing, at=at, cycle=cycle), phi)


def p_value(seen: float, by_chance: np.ndarray) -> float:
    """Share of simulated figures that are as large as the one seen, which counts as one of them.

    Examples
    --------
    >>> p_value(3.0, np.array([1.0, 2.0, 3.0]))
    0.5
    """
    slack = 1e-12 * abs(seen)
    return float((1 + (by_chance >= seen - slack).sum()) / (1 + len(by_chance)))
