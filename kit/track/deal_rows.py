"""Open deals on some days, as rows of numbers and groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Rows:
    """Open deals on some days, as they stood then.

    Parameters
    ----------
    deal : array of int
        Place of the deal in the case's opportunities.
    day : array of datetime64[D]
        The day it is looked at.
    stage : array of int
        Place in `stages`; 0 where no event tells.
    numbers : array of float
        One column a name in `names`: days, logarithms and rates, never missing.
    groups : array of int
        One column a name in `kinds`: which value it has, −1 for none.
    closed, won : array
        The day it closed, NaT while open; whether it was won. Not known on `day`.
    names, kinds, stages : tuple of str
    """

    deal: np.ndarray
    day: np.ndarray
    stage: np.ndarray
    numbers: np.ndarray
    groups: np.ndarray
    closed: np.ndarray
    won: np.ndarray
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    stages: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.deal)

    def take(self, some: np.ndarray) -> Rows:
        """Some of the rows, by a mask or by places."""
        return Rows(
            self.deal[some], self.day[some], self.stage[some], self.numbers[some],
            self.groups[some], self.closed[some], self.won[some],
            self.names, self.kinds, self.stages,
        )  # fmt: skip


def joined(rows: list[Rows]) -> Rows:
    """The rows of several days together."""
    first = rows[0]
    arrays = {
        name: np.concatenate([getattr(one, name) for one in rows])
        for name in ("deal", "day", "stage", "numbers", "groups", "closed", "won")
    }
    return Rows(**arrays, names=first.names, kinds=first.kinds, stages=first.stages)
