"""What goes with results, in a table with its doubts, and the best beside the rest."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts
from kit.show.folded import folded
from kit.show.notes import points, sentence, unavailable
from kit.show.table import table
from kit.show.view import View, together
from kit.show.words import Words

CLEAR = ("driver", "own")
_NEAR = ("quote", "demo", "discount")  # what comes with a deal
_MONEY = ("result", "potential")
_GIVEN = ("result", "potential")  # what the groups are made by, or are given
_COLUMNS = ("regressor", "share", "rank", "unit", "effect", "finding")
_BESIDE = ("regressor", "best", "rest", "difference", "range", "p")


def drivers(found: Any, words: Words) -> View:
    """Shares, ranks and effects with their intervals, then what speaks against them.

    Parameters
    ----------
    found : Drivers or Unavailable
        frame, explained, rows, reps, periods, candidates, left_out, incomplete, kind.
    words : Words
    """
    if isinstance(found, Unavailable):
        return unavailable(found, words)
    facts = {"rows": found.rows, "reps": found.reps, "periods": found.periods,
             "explained": found.explained}  # fmt: skip
    intro = words.t("drivers.intro", **facts)
    if found.candidates:
        intro = _joined([intro, words.t("drivers.candidates")], words)
    rows = [_row(one, words, candidates=found.candidates) for one in _records(found.frame)]
    shown = table(
        pd.DataFrame(rows, dtype="object"), words, columns=_COLUMNS,
        kinds=dict.fromkeys(_COLUMNS, "text"), headings=_headings(words, _COLUMNS),
        title=words.t("drivers.title"), stacked=True,
        caption=words.t(f"drivers.caption.{found.kind}"),
    )  # fmt: skip
    told = [line for one in _records(found.frame) for line in _doubts(one, words)]
    near = [one for one in _NEAR if one in set(found.frame["regressor"])]
    if near:
        told.append(words.t("drivers.near", names=words.list(_within(one, words) for one in near)))
    told.append(_chance(found, words))
    method = [words.t("drivers.method"), *_left_out(found, words)]
    return together(
        [
            sentence(intro), shown, points(told, title=words.t("drivers.title_doubts")),
            folded([points(method)], words.t("drivers.head_method")),
        ]
    )  # fmt: skip


def best_and_rest(found: Any, words: Words) -> View:
    """The best beside the rest in a sentence; its table is folded where nothing done is distinct.

    Parameters
    ----------
    found : BestAndRest or Unavailable
        frame, best, rest, quarter, start, end, kind, fair.
    words : Words
    """
    if isinstance(found, Unavailable):
        return unavailable(found, words)
    key = "drivers.best" + ("_fair" if found.fair else "") + ("" if found.quarter else "_three")
    facts = {"best": found.best, "rest": found.rest, "start": found.start, "end": found.end}
    distinct = [one["regressor"] for one in _records(found.frame) if one["distinct"]]
    names = words.list(_within(one, words) for one in distinct)
    tail = words.t("drivers.best_distinct" if distinct else "drivers.best_none", names=names)
    rows = [_beside(one, words) for one in _records(found.frame)]
    tests = int(found.frame["p"].notna().sum())
    note = [words.t(f"drivers.best_note.{found.kind}"), words.t("drivers.best_tests", n=tests)]
    shown = table(
        pd.DataFrame(rows, dtype="object"), words, columns=_BESIDE,
        kinds=dict.fromkeys(_BESIDE, "text"), headings=_headings(words, _BESIDE),
        caption=_joined(note, words), stacked=True,
    )  # fmt: skip
    if not set(distinct) - set(_GIVEN):
        shown = folded([shown], words.t("drivers.head_best"))
    return together([sentence(_joined([words.t(key, **facts), tail], words)), shown])


def title(found: Any, words: Words) -> str:
    """What explains most of what can be explained, and what reps do that goes with results."""
    rows = _records(found.frame)
    first = rows[0]
    behaviour = [one for one in rows if one["group"] == "behaviour"]
    done = next((one for one in behaviour if one["finding"] in CLEAR), None)
    facts = {"first": _within(first["regressor"], words), "share": first["share"],
             "explained": found.explained}  # fmt: skip
    key = "drivers.title_open" if behaviour and done is None else "drivers.title_first"
    if done is not None and done is not first:
        key = "drivers.title_both"
        facts |= {"done": _within(done["regressor"], words), "done_share": done["share"]}
    line = words.t(key, **facts)
    if not found.candidates:
        return line
    return words.t("drivers.title_candidates", line=line)


def named(regressor: str, words: Words) -> str:
    """A regressor's name as a heading."""
    return words.t(f"drivers.name.{regressor}")


def ranked(one: dict, words: Words) -> str:
    """A rank with its interval: 2 (2–7)."""
    low, high = one["rank_low"], one["rank_high"]
    key = "drivers.rank" if low == high == one["rank"] else "drivers.rank_range"
    return words.t(key, rank=one["rank"], low=low, high=high)


def _row(one: dict, words: Words, *, candidates: bool) -> dict[str, str | None]:
    share = words.share(one["share"])
    if not amounts.missing(one["low"]):
        low, high = words.share(one["low"]), words.share(one["high"])
        share = words.t("drivers.with_range", value=share, low=low, high=high)
    effect = words.signed_money(one["effect"])
    if not amounts.missing(one["effect_low"]):
        low, high = (words.signed_money(one[f"effect_{end}"]) for end in ("low", "high"))
        effect = words.t("drivers.with_range", value=effect, low=low, high=high)
    finding = one["finding"]
    if finding in CLEAR and candidates:
        finding = "candidate"
    elif finding in CLEAR and one["effect" if finding == "driver" else "own"] < 0:
        finding += "_less"
    return {
        "regressor": named(one["regressor"], words), "share": share, "rank": ranked(one, words),
        "unit": words.t(f"drivers.unit.{one['regressor']}"), "effect": effect,
        "finding": words.t(f"drivers.finding.{finding}"),
    }  # fmt: skip


def _doubts(one: dict, words: Words) -> list[str]:
    """What speaks against a regressor, or says where it comes from; one line a matter."""
    facts = {
        "name": named(one["regressor"], words), "correlation": one["correlation"],
        "unit": words.t(f"drivers.unit.{one['regressor']}"), "vif": one["vif"],
        "friend": _within(one["friend"], words) if one["friend"] else "", "own": one["own"],
        "p": _p(one["own_p"], words),
    }  # fmt: skip
    told = []
    if one["finding"] in ("false_friend", "entangled"):
        told.append(words.t(f"drivers.doubt.{one['finding']}", **facts))
    if one["finding"] == "own":
        told.append(words.t("drivers.doubt.own", **facts))
    if one["finding"] in CLEAR and one["where"] in ("within", "between"):
        told.append(words.t(f"drivers.doubt.{one['where']}", **facts))
    if one["timing"] == "same" and one["finding"] != "open":
        told.append(words.t("drivers.doubt.same", **facts))
    return told


def _chance(found: Any, words: Words) -> str:
    sure = found.frame[found.frame["p_adjusted"] < 0.05]["regressor"]
    key = "drivers.tests" if len(sure) else "drivers.tests_none"
    return words.t(key, n=len(found.frame), names=words.list(_within(one, words) for one in sure))


def _left_out(found: Any, words: Words) -> list[str]:
    lines = [
        words.t(f"drivers.left_out.{reason}",
                names=words.list(_within(one, words) for one in rows["regressor"]))
        for reason, rows in found.left_out.groupby("reason", sort=True)
    ]  # fmt: skip
    if found.incomplete:
        lines.append(words.t("drivers.incomplete", n=found.incomplete))
    return lines


def _beside(one: dict, words: Words) -> dict[str, str | None]:
    name = one["regressor"]
    gap = None
    if not amounts.missing(one["low"]):
        low, high = (_moved(one[end], name, words) for end in ("low", "high"))
        gap = words.t("drivers.range", low=low, high=high)
    return {
        "regressor": named(name, words), "best": _level(one["best"], name, words),
        "rest": _level(one["rest"], name, words),
        "difference": _moved(one["difference"], name, words), "range": gap,
        "p": None if amounts.missing(one["p_adjusted"]) else _p(one["p_adjusted"], words),
    }  # fmt: skip


def _level(value: float, name: str, words: Words) -> str:
    if amounts.missing(value):
        return amounts.NONE
    if name in _MONEY:
        return words.money(value)
    return words.percent(value) if name == "discount" else words.number(value)


def _moved(value: float, name: str, words: Words) -> str:
    """A difference with its sign."""
    if amounts.missing(value):
        return amounts.NONE
    if name in _MONEY:
        return words.signed_money(value)
    if name == "discount":
        return words.points(value)
    digits = 1 if abs(value) >= 10 else 2
    return amounts.decimal(value, words.language, digits=digits, signed=True)


def _p(p: float, words: Words) -> str:
    if amounts.missing(p):
        return amounts.NONE
    return words.t("drivers.p_least") if p < 0.01 else words.t("drivers.p", p=f"{p:.2f}")


def _within(name: str, words: Words) -> str:
    """A regressor's name within a sentence."""
    return words.t(f"drivers.within.{name}")


def _joined(lines: list[str], words: Words) -> str:
    return ("" if words.language == "zh" else " ").join(lines)


def _records(frame: pd.DataFrame) -> list[dict]:
    return frame.to_dict("records")


def _headings(words: Words, columns: tuple[str, ...]) -> dict[str, str]:
    return {one: words.t(f"drivers.heading.{one}") for one in columns}
