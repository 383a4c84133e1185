"""Quotas that are too small to be held against: a tenth of what is usual, or less."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.elapsed import past_periods
from kit.data.targets import in_force
from kit.scope import Scope

_PAST, _OWN, _PEERS = 8, 2, 3  # past periods looked at; own quotas, others' that are enough


def small(case: Case, scopes: pd.Series, targets: pd.Series) -> list[bool]:
    """Which targets are small against what is usual.

    A target is small where it lies below `review.scorecard.small_quota` × the median of the part's
    own targets in up to eight periods before; with fewer than two of these, × the median of the
    others' targets in this period, three or more. Sales of 80,000 against a quota of 1,000 say that
    the quota was a formality, not that the rep did eighty times the work.

    Parameters
    ----------
    case : Case
    scopes : Series
        Of parts of one kind.
    targets : Series
        Their targets of the period.

    Returns
    -------
    list of bool
    """
    first = case.data.sales["date"].min()
    first = None if pd.isna(first) else first.date()
    past = past_periods(case.calendar, case.period, first=first, as_of=case.as_of, most=_PAST)
    share = case.settings.review.scorecard.small_quota
    found = []
    for at, (scope, target) in enumerate(zip(scopes, targets, strict=True)):
        if pd.isna(target):
            found.append(False)
            continue
        own = [in_force(case, scope=Scope.parse(scope), period=one) for one in past]
        own = [one for one in own if one]
        others = targets.drop(targets.index[at]).dropna()
        others = others[others > 0]
        usual = np.nan
        if len(own) >= _OWN:
            usual = float(np.median(own))
        elif len(others) >= _PEERS:
            usual = float(others.median())
        found.append(bool(target < share * usual))
    return found
