"""How unlikely so few won deals are, where deals may be less alike than chance alone makes them."""

from __future__ import annotations

import numpy as np
from scipy import special


def conversion_p(
    won: np.ndarray, left: np.ndarray, *, before_won: np.ndarray, before_left: np.ndarray,
    spread: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """The chance of so few won deals or fewer, by the beta-binomial distribution; see `signals`.

    Examples
    --------
    >>> p = conversion_p(*(np.array([one]) for one in (27.0, 100.0)), before_won=np.array([450.0]),
    ...                  before_left=np.array([1000.0]), spread=np.array([1.0]))
    >>> bool(1e-4 < p[0] < 1e-3)
    True
    """
    usual = (before_won + 0.5) / (before_left + 1.0)
    more = spread - 1 + spread * left / np.maximum(before_left, 1.0)
    size = np.maximum(left - 1, 0.0) / np.maximum(more, 1e-9) - 1
    size = np.maximum(size, 1e-3)
    a, b = usual * size, (1 - usual) * size
    wins = np.arange(int(won.max(initial=0)) + 1)[:, None]
    logs = (
        special.gammaln(left + 1) - special.gammaln(wins + 1)
        - special.gammaln(np.maximum(left - wins, 0) + 1)
        + special.betaln(wins + a, np.maximum(left - wins, 0) + b) - special.betaln(a, b)
    )  # fmt: skip
    return np.where(wins <= won, np.exp(logs), 0.0).sum(axis=0).clip(0.0, 1.0)


def overdispersion(blocks: np.ndarray) -> np.ndarray:
    """Pearson's χ² of blocks ÷ its freedom, at least 1; blocks × (won, left) × scopes."""
    won, left = blocks[:, 0], blocks[:, 1]
    total = left.sum(axis=0)
    rate = np.divide(won.sum(axis=0), total, out=np.zeros(len(total)), where=total > 0)
    variance = left * rate * (1 - rate)
    parts = np.divide((won - left * rate) ** 2, variance, out=np.zeros(won.shape),
                      where=variance > 0)  # fmt: skip
    freedom = np.maximum((variance > 0).sum(axis=0) - 1, 1)
    return np.maximum(parts.sum(axis=0) / freedom, 1.0)
