"""Findings about people that were tested: capability and result, joint orders and single."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts, notes
from kit.show.folded import folded
from kit.show.table import table
from kit.show.view import View, together
from kit.show.words import Words

_TOLD = ("goes", "candidate", "against")
_FALSE = 0.1
_PAIRS = 6  # that are listed
_MONEY = ("size", "followed")


def shortfalls(found: Any, words: Words, *, draws: int = 9_999) -> View:
    """Which capability goes with which result, with all pairs folded below; or that none does.

    Parameters
    ----------
    found : DataFrame or Unavailable
        Of `kit.diagnose.shortfalls.shortfalls`.
    words : Words
    draws : int
        Random orders it was tested by.
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    lines = [
        words.t(
            f"people.{one.verdict}", dimension=one.dimension, n=int(one.reps),
            result=words.t(f"people.result.{one.result}"), correlation=one.correlation,
        )
        for one in found.itertuples(index=False) if one.verdict in _TOLD
    ]  # fmt: skip
    asked = found["p_value"].notna()
    if not lines:
        most = int(found["reps"].max()) if len(found) else 0
        line = words.t("people.none_goes", asked=int(asked.sum()), n=most, limit=_FALSE)
        return notes.points([line], title=words.t("people.title.shortfalls"))
    shown = found[asked].head(max(_PAIRS, len(lines)))
    frame = shown.assign(
        result=[words.t(f"people.result.{one}") for one in shown["result"]],
        verdict=[words.t(f"people.verdict.{one}") for one in shown["verdict"]],
    )
    columns = ("dimension", "result", "correlation", "q_value", "verdict")
    pairs = table(
        frame, words, columns=columns, headings=_headings(words, columns),
        kinds={"correlation": "number", "q_value": "percent", "verdict": "text"},
        caption=words.t("people.pairs_note", draws=draws, limit=_FALSE),
    )  # fmt: skip
    told = notes.points(lines, title=words.t("people.title.shortfalls"))
    return together([told, folded([pairs], words.t("people.head.pairs"))])


def joint(found: Any, words: Words) -> View:
    """Joint orders beside comparable ones of a single rep, and what may be said of it.

    Parameters
    ----------
    found : JointDeals or Unavailable
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    facts = {"n": found.orders, "start": found.start, "amount": found.amount, "share": found.share}
    lines = [words.t("people.joint", **facts), _adds(found, words)]
    rows = []
    for one in found.frame.itertuples(index=False):
        money = one.result in _MONEY
        if one.verdict == "too_few":
            joint, single, apart = (amounts.NONE,) * 3
        else:
            write = words.money if money else words.percent
            signed = words.signed_money if money else words.points
            joint, single = write(one.joint), write(one.single)
            apart = words.t(
                "people.interval", difference=signed(one.difference), low=signed(one.low),
                high=signed(one.high),
            )  # fmt: skip
        rows.append(
            {
                "result": words.t(f"people.result.{one.result}", days=found.follow_days),
                "matched": words.t(f"people.matched.{one.matched}"),
                "joint": joint, "single": single, "interval": apart,
                "verdict": words.t(f"people.verdict.{one.verdict}"),
            }
        )  # fmt: skip
    columns = ("result", "matched", "joint", "single", "interval", "verdict")
    shown = table(
        pd.DataFrame(rows), words, columns=columns, headings=_headings(words, columns),
        kinds=dict.fromkeys(columns, "text"), caption=words.t("people.joint_note"), stacked=True,
    )  # fmt: skip
    told = (notes.sentence(line) for line in lines)
    return together([*told, folded([shown], words.t("people.title.joint"))])


def _adds(found: Any, words: Words) -> str:
    if found.adds is None:
        return words.t("people.joint_none")
    size = found.frame[found.frame["result"] == "size"]
    told = size[~size["verdict"].isin(["too_few", "not_distinct"])]
    each = float(told["difference"].iloc[-1])
    if each < 0:
        return words.t("people.joint_smaller", each=-each)
    return words.t("people.joint_adds", each=each, adds=found.adds)


def _headings(words: Words, columns: tuple[str, ...]) -> dict[str, str]:
    return {name: words.t(f"people.heading.{name}") for name in columns}
