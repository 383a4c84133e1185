"""What is handed to a scope: its target in the ledger, and what the company's plan locks it at."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from kit.data.case import Case
from kit.data.targets import in_force, versions


@dataclass(frozen=True)
class Handed:
    """What others decided for a scope, beside what its own figures say.

    Parameters
    ----------
    target : float or None
        The bookings target in force, money; None where none is decided.
    version : int or None
        Its version; None where it is added up from targets of shorter periods or of reps.
    reason : str
        Why, as the ledger says; empty where it does not.
    lock : float or None
        What `targets.locks` holds the scope at, money; None where it does not.
    """

    target: float | None
    version: int | None = None
    reason: str = ""
    lock: float | None = None


def handed(case: Case) -> Handed | None:
    """The target decided for the case's scope and period, and the lock on it.

    Parameters
    ----------
    case : Case
        Its own scope alone is looked at.

    Returns
    -------
    Handed or None
        None for the company, to whom nobody hands a target.
    """
    if case.scope.kind == "company":
        return None
    target = in_force(case)
    locked = case.settings.targets.locks.get(str(case.scope))
    lock = None if locked is None else float(locked)
    if target is None:
        return Handed(None, lock=lock)
    rows = versions(case)
    valid = rows["valid_from"].isna() | (rows["valid_from"] <= pd.Timestamp(case.as_of))
    last = rows[valid].tail(1)
    if last.empty or pd.isna(last["target"].iloc[0]):
        return Handed(target, lock=lock)
    reason = last["reason"].iloc[0]
    told = "" if pd.isna(reason) else str(reason).strip()
    return Handed(target, int(last["version"].iloc[0]), told, lock)
