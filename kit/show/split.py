"""What is seen of a split: by what rule, who carries how much, and of which lines and channels."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import notes, tables
from kit.show.view import View
from kit.show.words import Words

_SET_IN = "\u2003"  # for each level
_MONEY = ("sd", "handed_down")
_MANY = 5  # names that a sentence lists


def rule(found: pd.DataFrame | Unavailable, words: Words) -> View:
    """How a target was split, in sentences.

    Parameters
    ----------
    found : DataFrame or Unavailable
        What `allocation.children` or `cascade.cascade` returned: attrs split, blend, lam; split_by
        and part for equal-chance quotas.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    way = found.attrs.get("split") or "blend"
    blend = words.list(
        [
            f"{words.term('blend', kind)} {words.share(size)}"
            for kind, size in (found.attrs.get("blend") or {}).items()
        ]
    )
    if way == "even":
        return notes.points([words.t("carried.even")])
    if way == "blend":
        return notes.points([words.t("plan.blend", blend=blend)])
    lam = found.attrs.get("lam")
    lines = [
        words.t("carried.no_lam")
        if lam is None
        else words.t(f"carried.equal_{'above' if lam >= 0 else 'below'}", lam=abs(lam))
    ]
    if "split_by" in found:
        others = list(found.loc[found["split_by"] == "blend", "part"])
        shown = [words.term("part", one) for one in others[:_MANY]]
        if len(others) > _MANY:
            shown.append(words.t("carried.more", n=len(others) - _MANY))
        if others:
            lines.append(words.t("carried.fallback", parts=words.list(shown), blend=blend))
    return notes.points(lines)


def carried(found: pd.DataFrame | Unavailable, words: Words) -> View:
    """Who carries how much at every level; each part in bold above its own parts.

    What a part hands down is shown where it is more than its own target.
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    first = found["above"] == found["above"].iloc[0]
    shown = found.assign(part=_indented(found))
    if "split_by" in found:
        shown = shown.assign(split_by=[words.term("split_by", one) for one in found["split_by"]])
    more = found["handed_down"].notna() & (found["handed_down"] != found["target"])
    columns = ["part", "last_year", "target", "share", *(["handed_down"] if more.any() else []),
               *(["split_by"] if "split_by" in found else [])]  # fmt: skip
    return tables.table(
        shown, words, columns=columns, kinds=dict.fromkeys(_MONEY, "money"),
        highlight=None if first.all() else list(first),
    )  # fmt: skip


def _indented(found: pd.DataFrame) -> list[str]:
    """The parts' names, each level set in a little further than the one above."""
    depth: dict[str, int] = {}
    for row in found.itertuples(index=False):
        depth[row.scope] = depth.get(row.above, -1) + 1
    return [f"{_SET_IN * depth[row.scope]}{row.part}" for row in found.itertuples(index=False)]


def mix(found: pd.DataFrame | Unavailable, words: Words) -> View:
    """Lines and classes down, channels across, with sums."""
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    return _wide(found, ["line", "customer_class"], "channel", words, title="title.mix")


def cube(found: pd.DataFrame | Unavailable, words: Words) -> View:
    """Parts and product lines down, sub-periods across, with sums."""
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    return _wide(found, ["part", "line"], "period", words, title="title.cube")


def _wide(
    found: pd.DataFrame, index: list[str], across: str, words: Words, *, title: str
) -> View:
    named = found.assign(
        **{one: [_name(value, words) for value in found[one]] for one in (*index, across)
           if one not in ("part", "period")}
    )  # fmt: skip
    wide = named.pivot_table(
        index=index, columns=across, values="target", aggfunc="sum", sort=False
    )
    columns = list(wide.columns)
    wide = wide.assign(total=wide.sum(axis=1)).reset_index()
    sums = {index[0]: words.t("carried.total"), **{one: "" for one in index[1:]}}
    sums |= {one: float(wide[one].sum()) for one in (*columns, "total")}
    whole = pd.concat([wide, pd.DataFrame([sums])], ignore_index=True)
    last: list[bool] = [False] * len(wide) + [True]
    kinds: dict[Any, str] = dict.fromkeys((*columns, "total"), "money")
    return tables.table(whole, words, kinds=kinds, highlight=last, title=words.t(title),
                        headings={"total": words.t("carried.total")})  # fmt: skip


def _name(value: str, words: Words) -> str:
    """What stands for sales that do not say, and for all further lines."""
    return {"": words.t("carried.unstated"), "*": words.t("carried.others")}.get(value, value)
