"""The actions on record: the newest row of each, and what its status says."""

from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd

from kit.data.frames import ScopeData
from kit.data.once import once

STATUSES = ("open", "in progress", "done", "dropped")
CLOSED = ("done", "dropped")
_WIDER = {"rep": (), "team": ("rep",), "region": ("team", "rep")}  # kinds of scopes below


@once
def current(data: ScopeData) -> pd.DataFrame:
    """The actions of a scope and of those below it, as they stand.

    Parameters
    ----------
    data : ScopeData
        Of a case: rows recorded after its day are not in it.

    Returns
    -------
    DataFrame
        Columns of the actions table, one row an action, and state (one of `STATUSES`) and known
        (whether the status is one of these words, or empty; an unknown word counts as open). Scopes
        count without regard to upper and lower case; by action_id.
    """
    rows = newest(data.frame("actions"))
    own, below = str(data.scope).casefold(), _WIDER.get(data.scope.kind)
    if below is not None:
        mine = [
            one.casefold() == own or one.partition(":")[0] in below for one in rows["scope"]
        ]
        rows = rows[np.array(mine, dtype=bool)]
    said = [read_status(one) for one in rows["status"]]
    return rows.assign(
        state=pd.array([state for state, _ in said], dtype="str"),
        known=np.array([known for _, known in said], dtype=bool),
    ).reset_index(drop=True)


def newest(rows: pd.DataFrame) -> pd.DataFrame:
    """The newest row of each action; a row without a day of record is older than any with one.

    Examples
    --------
    >>> rows = pd.DataFrame({"action_id": ["A", "A", "B"], "status": ["done", "open", ""],
    ...     "recorded_on": pd.to_datetime(["2025-07-01", None, None])})
    >>> newest(rows)[["action_id", "status"]].values.tolist()
    [['A', 'done'], ['B', '']]
    """
    ordered = rows.sort_values("recorded_on", kind="stable", na_position="first")
    left = ordered.drop_duplicates("action_id", keep="last")
    return left.sort_values("action_id", kind="stable").reset_index(drop=True)


def read_status(said: object) -> tuple[str, bool]:
    """The status that a word stands for, and whether the word is known.

    Examples
    --------
    >>> read_status(" Done "), read_status("In_Progress"), read_status(None), read_status("later")
    (('done', True), ('in progress', True), ('open', True), ('open', False))
    """
    if not isinstance(said, str):
        return "open", True
    plain = unicodedata.normalize("NFKC", said).casefold()
    plain = " ".join(plain.replace("_", " ").replace("-", " ").split())
    if not plain:
        return "open", True
    return (plain, True) if plain in STATUSES else ("open", False)

