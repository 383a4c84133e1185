"""How a period that is over ended, in a word: reached, just missed, missed."""

from __future__ import annotations

import pandas as pd

from kit.data.tables import Unavailable


def closed(frame: pd.DataFrame | Unavailable) -> bool:
    """Whether there are targets and all of them were due in full.

    Parameters
    ----------
    frame : DataFrame
        target, target_to_date.

    Examples
    --------
    >>> closed(pd.DataFrame({"target": [9.0, None], "target_to_date": [9.0, None]}))
    True
    >>> closed(pd.DataFrame({"target": [9.0], "target_to_date": [4.0]}))
    False
    """
    if isinstance(frame, Unavailable) or not {"target", "target_to_date"} <= set(frame.columns):
        return False
    known = frame.loc[frame["target"].notna(), ["target", "target_to_date"]].astype(float)
    return bool(len(known) and (known["target"] == known["target_to_date"]).all())


def outcome(status: str, attainment: float | None) -> str:
    """The key of how a target ended; who is green and yet short has just missed it.

    Examples
    --------
    >>> outcome("green", 1.02), outcome("green", 0.97), outcome("red", 0.5)
    ('reached', 'near', 'red')
    >>> outcome("no_target", None)
    'no_target'
    """
    if attainment is None or pd.isna(attainment):
        return status
    if attainment >= 1:
        return "reached"
    return "near" if status == "green" else status
