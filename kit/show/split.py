"""What is seen of a split: by what rule, who carries how much, and of which lines and channels."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts, notes, tables
from kit.show.view import View
from kit.show.words import Words

_SET_IN = "\u2003"  # for each level
_KINDS = {"sd": "money", "handed_down": "money", "over_assignment": "percent"}
_MANY = 5  # names that a sentence lists


def rule(found: pd.DataFrame | Unavailable, words: Words) -> View:
    """How a target was split, in sentences.

    Parameters
    ----------
    found : DataFrame or Unavailable
        What `allocation.children` or `cascade.cascade` returned: attrs split, blend, lam, fixed,
        target, handed_out, handed_down, held; split_by and part for equal-chance quotas.
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
        lines = [words.t("carried.even")]
    elif way == "blend":
        lines = [words.t("plan.blend", blend=blend)]
    else:
        lines = [_lam(found, words), *_together(found, words)]
    if "split_by" in found:
        others = list(found.loc[found["split_by"] == "blend", "part"])
        shown = [words.term("part", one) for one in others[:_MANY]]
        if len(others) > _MANY:
            shown.append(words.t("carried.more", n=len(others) - _MANY))
        if others:
            lines.append(words.t("carried.fallback", parts=words.list(shown), blend=blend))
    held = [one.target for some in _held(found).values() for one in some]
    if held:
        lines.append(words.t("carried.held", amount=sum(held)))
    return notes.points(lines)


def _lam(found: pd.DataFrame, words: Words) -> str:
    """How far the quotas lie from their forecasts."""
    lam = found.attrs.get("lam")
    if lam is None:
        return words.t("carried.no_lam")
    way = "fixed" if found.attrs.get("fixed") else "equal"
    side = "on" if way == "fixed" and lam == 0 else "above" if lam >= 0 else "below"
    return words.t(f"carried.{way}_{side}", lam=abs(lam))


def _together(found: pd.DataFrame, words: Words) -> list[str]:
    """What the quotas of a given λ come to, against the target and what there was to hand out."""
    target, out, carried = (
        found.attrs.get(name) for name in ("target", "handed_out", "handed_down")
    )
    if not found.attrs.get("fixed") or amounts.missing(target) or not target:
        return []
    first = next(iter(found["above"])) if "above" in found else None
    held = _held(found)
    own = held.get(first, ()) if first is not None else next(iter(held.values()), ())
    carried += sum(one.target for one in own)
    key, amount = "equal", 0.0
    if carried > target:
        key, amount = "over", carried - target
    elif carried < out:
        key, amount = "under" if out == target else "under_reserve", out - carried
    elif carried < target:
        key, amount = "within", carried - out
    share = abs(carried - target) / target
    return [words.t(f"carried.together_{key}", share=share, amount=amount)]


def _held(found: pd.DataFrame) -> dict:
    return found.attrs.get("held") or {}


def carried(found: pd.DataFrame | Unavailable, words: Words) -> View:
    """Who carries how much at every level; each part in bold above its own parts.

    What a part hands down is shown where it is not its own target. Below the parts of a scope
    stands whom it still has to hire, with what it holds for them.
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    top = found["above"].iloc[0]
    whole = _with_open(found, words)
    first = (whole["above"] == top) & whole["scope"].notna()
    shown = whole.assign(part=_indented(whole))
    if "split_by" in found:
        shown = shown.assign(split_by=[words.term("split_by", one) for one in whole["split_by"]])
    more = found["handed_down"].notna() & (found["handed_down"] != found["target"])
    columns = ["part", "last_year", "target", "share", *(["handed_down"] if more.any() else []),
               *(["over_assignment"] if "over_assignment" in found and more.any() else []),
               *(["split_by"] if "split_by" in found else [])]  # fmt: skip
    return tables.table(
        shown, words, columns=columns, kinds=_KINDS,
        highlight=None if first.all() else list(first),
    )  # fmt: skip


def _with_open(found: pd.DataFrame, words: Words) -> pd.DataFrame:
    """The rows, and below those of each scope whom it still has to hire (without a scope)."""
    held = _held(found)
    if not held:
        return found
    rows: list[dict] = []

    def descend(above: str) -> None:
        for row in found[found["above"] == above].to_dict("records"):
            rows.append(row)
            if (found["above"] == row["scope"]).any():
                descend(row["scope"])
        for one in held.get(above, ()):
            key = "carried.to_hire_one" if one.posts == 1 else "carried.to_hire"
            name = words.t(key, on=one.on, posts=one.posts)
            rows.append(
                {"scope": None, "part": name, "above": above, "target": one.target,
                 "share": one.share}
            )  # fmt: skip

    descend(found["above"].iloc[0])
    return pd.DataFrame(rows, columns=found.columns)


def _indented(found: pd.DataFrame) -> list[str]:
    """The parts' names, each level set in a little further than the one above."""
    depth: dict[str, int] = {}
    for row in found.itertuples(index=False):
        depth[row.scope] = depth.get(row.above, -1) + 1
    return [
        f"{_SET_IN * (depth.get(row.above, -1) + 1)}{row.part}"
        for row in found.itertuples(index=False)
    ]


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
