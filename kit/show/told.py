"""Rows of causes and actions put into words, for the record that a batch keeps of a packet."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts
from kit.show.words import Words


def reasons(causes: pd.DataFrame | Unavailable, words: Words) -> list[dict[str, Any]]:
    """Causes as records: cause (key), subject, text (a sentence), effect (money), share (of the gap)."""
    if isinstance(causes, Unavailable):
        return []
    return [
        {
            "cause": one["cause"],
            "subject": one["subject"],
            "text": words.term("cause", one["cause"], _facts(one)),
            "effect": one["effect"],
            "share": one["share"],
        }
        for one in causes.to_dict("records")
    ]


def actions(found: pd.DataFrame | Unavailable, words: Words) -> list[dict[str, Any]]:
    """Actions as records: action_id, cause, action (a sentence), owner, due_on, effect (money)."""
    if isinstance(found, Unavailable):
        return []
    return [
        {
            "action_id": one["action_id"],
            "cause": one["cause"],
            "action": words.term("action", one["action"], _facts(one)),
            "owner": words.term("owner_role", one["owner_role"])
            if amounts.missing(one["owner"])
            else one["owner"],
            "due_on": one["due_on"],
            "effect": one["effect"],
        }
        for one in found.to_dict("records")
    ]


def _facts(one: dict[str, Any]) -> dict[str, Any]:
    return {"subject": one.get("subject"), **(one.get("facts") or {})}
