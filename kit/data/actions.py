"""The actions on record: the newest row of each, and what its status says."""

from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.frames import ScopeData
from kit.data.once import once
from kit.data.tables import SCOPE_COLUMNS
from kit.data.territory import placed
from kit.errors import UnknownPeriodError

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
        count without regard to upper and lower case; by action_id. Actions of a rep who moved are
        in those of every scope that the rep was ever in; see `shown`.
    """
    rows = newest(data.frame("actions"))
    own, below = str(data.scope).casefold(), _WIDER.get(data.scope.kind)
    if below is not None:
        mine = [
            one.casefold() == own or one.casefold().partition(":")[0] in below
            for one in rows["scope"]
        ]
        rows = rows[np.array(mine, dtype=bool)]
    said = [read_status(one) for one in rows["status"]]
    return rows.assign(
        state=pd.array([state for state, _ in said], dtype="str"),
        known=np.array([known for _, known in said], dtype=bool),
    ).reset_index(drop=True)


@once
def shown(case: Case) -> pd.DataFrame:
    """The actions that a case shows: of a rep who moved only where the rep is or was.

    Parameters
    ----------
    case : Case

    Returns
    -------
    DataFrame
        As `current`.

    Notes
    -----
    A region or team shows an action of a rep where the rep is on `as_of`, or was on the day the
    action was decided: that of its first row, else the day it began, else its period's first. Where
    the roster places the rep on neither day, every scope that the rep was ever in shows it, so that
    none is lost.
    """
    rows = current(case.data)
    if case.scope.kind not in ("region", "team"):
        return rows
    return rows[_there(case, rows)].reset_index(drop=True)


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


def _there(case: Case, rows: pd.DataFrame) -> np.ndarray:
    """Whether each action is none of a rep, or the rep is or was in the case's scope."""
    roster, column = case.data.frame("roster"), SCOPE_COLUMNS[case.scope.kind]
    ids = {one.casefold(): one for one in roster["rep_id"]}
    first = case.data.frame("actions").sort_values(
        "recorded_on", kind="stable", na_position="first"
    )
    first = first.drop_duplicates("action_id").set_index("action_id")
    found = []
    for name, scope in zip(rows["action_id"], rows["scope"], strict=True):
        kind, _, rep = scope.casefold().partition(":")
        if kind != "rep" or rep not in ids:
            found.append(True)
            continue
        days = [_decided(case, first.loc[name]), pd.Timestamp(case.as_of)]
        where = set(placed(roster, [ids[rep]] * 2, days=days)[column].dropna())
        found.append(case.scope.id in where or not where)
    return np.array(found, dtype=bool)


def _decided(case: Case, row: pd.Series) -> pd.Timestamp:
    """The day on which an action was decided, from its first row; `as_of` where none is known."""
    for name in ("recorded_on", "started_on"):
        if not pd.isna(row[name]):
            return row[name]
    try:
        return pd.Timestamp(case.calendar.period(row["period"]).start)
    except UnknownPeriodError:
        return pd.Timestamp(case.as_of)
