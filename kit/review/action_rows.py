"""Actions as rows for the file: proposals taken on, and one action changed."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from kit.data import actions as on_record
from kit.data.case import Case
from kit.data.tables import TABLES
from kit.decision_file import types
from kit.errors import SettingsError, nearest
from kit.plan.publishing import signed
from kit.review.actions_file import require_due
from kit.review.proposed import cause_cell

_TABLE = TABLES["actions"]
_MOST = 1e15  # money; beyond it an amount is a slip of the keys


def taken_on(
    case: Case,
    proposals: pd.DataFrame,
    *,
    author: str,
    reason: str,
    text: Callable[[Mapping[str, Any]], str] = lambda one: str(one["action"]),
    owner: str = "",
    due: dt.date | None = None,
) -> pd.DataFrame:
    """Proposals as rows of the actions table.

    Parameters
    ----------
    case : Case
    proposals : DataFrame
        From `kit.review.actions.proposed`; those that an open action covers are left out.
    author, reason : str
        Who decides, and why in at least three words.
    text : callable
        Writes what is done, from a proposal's row.
    owner : str
        Who answers for all of them; empty: whom each names.
    due : date, optional
        Until when; the proposal's day where left out.

    Returns
    -------
    DataFrame
        Columns of the actions table: open, recorded on `as_of`, with the mean of what they may win
        back as the expected effect, and the reason followed by the author in brackets.

    Raises
    ------
    SettingsError
        Where author or reason is missing, an action has no owner, or the due day is over.
    """
    author, reason = signed(author, reason=reason)
    rows = []
    for one in proposals[proposals["covered_by"].isna()].to_dict("records"):
        who = _plain(owner) or one["owner"]
        if not isinstance(who, str) or not who.strip():
            raise SettingsError(
                f"action '{one['action_id']}': the data name nobody who answers for {case.scope}. "
                "Give --owner a name."
            )
        until = due or pd.Timestamp(one["due_on"]).date()
        require_due(until, as_of=case.as_of)
        mean = float(np.mean([one["expected_low"], one["expected_high"]]))
        rows.append(
            {
                "action_id": one["action_id"], "scope": str(case.scope),
                "period": case.period.name, "cause": cause_cell(one["cause"], one["subject"]),
                "action": text(one), "owner": _plain(who), "due_on": pd.Timestamp(until),
                "status": "open", "expected_effect": None if math.isnan(mean) else round(mean, 2),
                "measured_effect": None, "recorded_on": pd.Timestamp(case.as_of),
                "started_on": one["started_on"], "measure": one["measure"],
                "reason": f"{reason} ({author})",
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(_TABLE.names)).astype(types(_TABLE))


def changed(
    case: Case,
    row: Mapping[str, Any],
    *,
    author: str,
    status: str = "",
    reason: str = "",
    measured: float | None = None,
    owner: str | None = None,
    due: dt.date | None = None,
    started: dt.date | None = None,
) -> pd.DataFrame:
    """An action as it stands from `as_of` on, as one new row.

    Parameters
    ----------
    case : Case
    row : mapping
        Its newest row, from `kit.review.actions_file.find`.
    author : str
        Who decides.
    status : str
        One of `kit.data.actions.STATUSES`, in any spelling that `kit.data.actions.read_status`
        knows; empty: as it was.
    reason : str
        Why; needed to close or drop it, or to open it again.
    measured : float, optional
        Measured effect, money a period.
    owner : str, optional
        Written on one line.
    due, started : date, optional
        Without `started`, an open action that is taken up begins on `as_of`.

    Raises
    ------
    SettingsError
        Where nothing changes, the author is missing, the status is unknown, a reason is missing,
        the owner is empty, an open action would be due in the past, or the effect is no number.
    """
    was, _ = on_record.read_status(row["status"])
    now, known = on_record.read_status(status) if status.strip() else (was, True)
    if not known:
        hint = nearest(status.strip().casefold(), on_record.STATUSES)
        raise SettingsError(f"status '{status}' is not known. {hint}")
    if not author.strip():
        raise SettingsError("The author is missing: say who decides, such as 'Li Wei'.")
    moved = (now in on_record.CLOSED or was in on_record.CLOSED) and now != was
    if moved or reason.strip():
        _, reason = signed(author, reason=reason)
    if owner is not None and not owner.strip():
        raise SettingsError(f"action '{row['action_id']}': the owner is empty. Give a name.")
    if measured is not None and not abs(measured) <= _MOST:
        raise SettingsError(
            f"measured effect '{measured}' is no amount. Give a plain number from {-_MOST:g} to "
            f"{_MOST:g}."
        )
    if now not in on_record.CLOSED:
        require_due(due, as_of=case.as_of)
    new = {
        "status": now if status.strip() else None, "measured_effect": measured,
        "owner": None if owner is None else _plain(owner),
        "due_on": None if due is None else pd.Timestamp(due),
        "started_on": None if started is None else pd.Timestamp(started),
    }  # fmt: skip
    if now == "in progress" and was == "open" and started is None and pd.isna(row["started_on"]):
        new["started_on"] = pd.Timestamp(case.as_of)
    changes = {name: one for name, one in new.items() if one is not None and one != row[name]}
    if not changes and not reason:
        raise SettingsError(
            f"action '{row['action_id']}': nothing would change. Give a status, a reason, a "
            "measured effect, an owner or a day."
        )
    said = {"reason": f"{reason} ({author.strip()})"} if reason else {}
    full = {**{name: row[name] for name in _TABLE.names}, **changes, **said,
            "recorded_on": pd.Timestamp(case.as_of)}  # fmt: skip
    return pd.DataFrame([full], columns=list(_TABLE.names)).astype(types(_TABLE))


def _plain(name: str) -> str:
    """A name on one line."""
    return " ".join(name.split())
