"""Payment delays: how long cash takes to come, with what is still unpaid counted as such."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Delays:
    """How cash comes in by day of waiting.

    Parameters
    ----------
    paid : array of float
        Share of the money that has come within 0, 1, 2 … days; rises to what is ever seen to come.
    """

    paid: np.ndarray

    @property
    def ever(self) -> float:
        """Share of the money that comes at all, as far as was seen."""
        return float(self.paid[-1]) if len(self.paid) else 0.0

    def within(self, days: np.ndarray) -> np.ndarray:
        """Share paid within so many days; 0 below 0 days."""
        if not len(self.paid):
            return np.zeros(np.shape(days))
        known = self.paid[np.clip(days, 0, len(self.paid) - 1)]
        return np.where(np.asarray(days) < 0, 0.0, known)

    def days(self, share: float) -> float:
        """Days within which a share of what comes has come, such as 0.5 for the median."""
        if not self.ever:
            return float("nan")
        return float(np.searchsorted(self.paid, share * self.ever - 1e-12))


def delays(
    waited: pd.Series | np.ndarray,
    paid: pd.Series | np.ndarray,
    *,
    amounts: pd.Series | np.ndarray,
    entered: pd.Series | np.ndarray | None = None,
) -> Delays:
    """Estimate the payment delays of a set of invoices, some of them still open.

    Parameters
    ----------
    waited : n days
        Days from the start to the payment, or to today for what is open; below 0 counts as 0.
    paid : n bools
        Whether it is paid.
    amounts : n numbers
        Money of each, above 0: the shares are of money, not of invoices.
    entered : n days, optional
        Age at which each came under observation, 0 where left out: what was paid younger is not
        among the rows, so it counts among those at risk from that age on only.

    Returns
    -------
    Delays

    Notes
    -----
    Kaplan–Meier by days with delayed entry: of the money at risk on day d (entered ≤ d ≤ waited)
    the share h(d) is paid; 1 − paid(d) = Π (1 − h). Leaving open invoices out would make payers
    look quicker than they are. Whether an invoice is still open is taken to say nothing of when it
    will be paid beyond its age.

    Examples
    --------
    >>> found = delays([10, 30, 20], [True, True, False], amounts=[1.0, 1.0, 2.0])
    >>> [float(one) for one in found.within(np.array([9, 10, 30]))]  # 1/4, then 1 of the 1 left
    [0.0, 0.25, 1.0]
    >>> found.days(0.5)
    30.0
    """
    leaves = np.maximum(np.asarray(waited, dtype=int), 0)
    if not len(leaves):
        return Delays(np.array([]))
    begins = np.zeros(len(leaves), dtype=int) if entered is None else np.asarray(entered, dtype=int)
    begins = np.clip(begins, 0, leaves)
    money = np.asarray(amounts, dtype=float)
    last = int(leaves.max())
    joined = np.cumsum(np.bincount(begins, weights=money, minlength=last + 1))
    left = np.cumsum(np.bincount(leaves, weights=money, minlength=last + 1))
    at_risk = joined - np.concatenate([[0.0], left[:-1]])
    events = np.asarray(paid, dtype=bool)
    came = np.bincount(leaves[events], weights=money[events], minlength=last + 1)
    hazard = np.divide(came, at_risk, out=np.zeros(last + 1), where=at_risk > 1e-9 * money.sum())
    unpaid = np.cumprod(1 - np.clip(hazard, 0.0, 1.0))
    return Delays(1 - unpaid)
