"""Rows of causes and actions put into words, for the record that a batch keeps of a packet."""

from __future__ import annotations

from collections.abc import Mapping
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
            "action": action(one, words),
            "owner": owner(one, words),
            "due_on": one["due_on"],
            "effect": one["effect"],
        }
        for one in found.to_dict("records")
    ]


def action(one: Mapping[str, Any], words: Words) -> str:
    """An action as a sentence: whom it is about where one is named, else all concerned.

    Examples
    --------
    >>> action({"action": "develop_customer", "subject": "Clinic"}, Words("en"))
    'Widen the business with Clinic and repeat the approach with similar customers'
    >>> action({"action": "develop_customer", "subject": ""}, Words("en"))
    'Widen the business with the new customers and repeat the approach with similar ones'
    """
    facts, general = _facts(one), f"{one['action']}_all"
    known = not facts["subject"] and words.has(f"action.{general}")
    return words.term("action", general if known else one["action"], facts)


def owner(one: Mapping[str, Any], words: Words) -> str:
    """Who answers for an action: the person; where none is named the role."""
    name, role = one.get("owner"), one.get("owner_role")
    if not amounts.missing(name):
        return str(name)
    return words.t("card.no_owner") if amounts.missing(role) else words.term("owner_role", role)


def _facts(one: Mapping[str, Any]) -> dict[str, Any]:
    return {"subject": one.get("subject"), **(one.get("facts") or {})}
