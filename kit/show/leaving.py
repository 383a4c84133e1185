"""Customers who have fallen silent, and how far the flag held."""

from __future__ import annotations

from typing import Any

from kit.data.tables import Unavailable
from kit.show import amounts, notes
from kit.show.customer_table import elsewhere, joined, table_of
from kit.show.view import View, together
from kit.show.words import Words


def leaving(found: Any, words: Words) -> View:
    """Who has fallen silent, largest first, with what was bought before.

    Parameters
    ----------
    found : Leaving or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    of = found.states.set_index("state")
    risk, lapsed = of.loc["at_risk"], of.loc["lapsed"]
    if not risk["customers"] and not lapsed["customers"]:
        return notes.sentence(words.t("customers.nobody", n=int(of.loc["active", "customers"])))
    told = [
        words.t(f"customers.silent.{name}", n=int(one["customers"]), value=one["value"])
        for name, one in (("at_risk", risk), ("lapsed", lapsed))
        if one["customers"]
    ]
    rows = found.named.to_dict("records")
    frame = found.named.assign(
        customer=[_who(one, words) for one in rows],
        rep=[_owner(one, words) for one in rows],
        state=[_state(one["state"], words) for one in rows],
    )
    columns = "customer rep value usual silence ratio state".split()
    if found.scope == "rep":
        columns.remove("rep")
    lines = [words.t(f"customers.{one}") for one in ("leaving_note", "definitions")]
    lines += elsewhere(found.scope, words)
    shown = table_of(frame, words, "leaving", columns, caption=joined(lines, words))
    return together([notes.sentence(joined(told, words)), shown])


def record(found: Any, words: Words) -> View:
    """How often those flagged on past dates stayed away, beside the base rate.

    Parameters
    ----------
    found : Record
    words : Words
    """
    if found.states.empty:
        return notes.note(words.t("customers.no_record"))
    frame = found.states.assign(state=[_state(one, words) for one in found.states["state"]])
    columns = "state customers stayed_away precision recall".split()
    caption = words.t("customers.record_note", n=found.dates)
    shown = table_of(frame, words, "record", columns, caption=caption)
    of = found.states.set_index("state")["precision"]
    key = {True: "holds", False: "holds_not", None: "holds_unknown"}[found.holds]
    told = words.t(f"customers.{key}", flagged=of["flagged"], base=of["all"])
    return together([notes.sentence(told), shown])


def _who(one: dict, words: Words) -> str:
    return words.counted("more_customers", one["count"]) if one["count"] > 1 else one["customer"]


def _owner(one: dict, words: Words) -> str | None:
    if amounts.missing(one["rep"]):
        return None
    return words.t("customers.left", name=one["rep"]) if one["rep_left"] else one["rep"]


def _state(state: Any, words: Words) -> str | None:
    return None if amounts.missing(state) else words.t(f"customers.state.{state}")
