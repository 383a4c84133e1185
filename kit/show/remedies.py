"""What to do: measures with what they take and may bring, target relief, and where effort goes."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts, notes
from kit.show.folded import folded
from kit.show.notes import points, sentence
from kit.show.table import table
from kit.show.view import View, together
from kit.show.words import Words

_SHOWN = 6  # rows that lie open; of the picked, that are named


def measures(found: Any, words: Words) -> View:
    """Measures for each cause: what, who, effort, money it may bring and how it is measured.

    Parameters
    ----------
    found : Remedies or Unavailable
        table: cause, subject, measure, text, kind, owner_role, effort, days_low, days_high,
        cost_low, cost_high, recovers_low, recovers_high, expected_low, expected_high, metric,
        due_on, facts; low, high, confirmed, open.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    if found.table.empty:
        return sentence(words.t("remedy.nothing"))
    rows = found.table.to_dict("records")
    frame = pd.DataFrame([_measure(one, words) for one in rows])
    columns = ("what", "brings", "effort", "metric")
    headings = {
        "what": words.t("remedy.heading"),
        "effort": words.t("remedy.effort"), "brings": words.t("remedy.brings"),
        "metric": words.t("remedy.measured"),
    }  # fmt: skip
    caption = words.t("remedy.caption") if found.confirmed else ""
    first, rest = frame.iloc[:_SHOWN], frame.iloc[_SHOWN:]
    views = [table(first, words, columns=columns, headings=headings, caption=caption, stacked=True)]
    if len(rest):
        more = table(rest, words, columns=columns, headings=headings, stacked=True)
        views.append(folded([more], words.t("remedy.more", n=len(rest))))
    told = []
    if found.confirmed:
        told.append(
            words.t("remedy.together", n=found.confirmed, low=found.low, high=found.high)
        )
    if found.open:
        told.append(words.t("remedy.open", n=found.open))
    views.append(sentence(_joined(told, words)))
    return together(views)


def _measure(one: dict[str, Any], words: Words) -> dict[str, Any]:
    facts = {"subject": one["subject"], **one["facts"]}
    brings = {"low": one["expected_low"], "high": one["expected_high"],
              "from": one["recovers_low"], "to": one["recovers_high"],
              "least": one["cost_low"], "most": one["cost_high"]}  # fmt: skip
    apart = one["cost_low"] != one["cost_high"]
    known = not amounts.missing(float(one["expected_high"]))
    name = _name(one, words)
    kind = words.term("remedy_kind", one["kind"])
    days = {key: one[key] for key in ("days_low", "days_high")}
    effort = words.t(f"remedy_effort.{one['effort']}", **days)
    owner = words.term("owner_role", one["owner_role"])
    metric = f"remedy_metric.{one['metric']}"
    named = words.t("remedy.named", name=name, kind=kind) if known else name
    due = words.date(one["due_on"])
    return {
        "what": words.t(
            "remedy.against", what=named, cause=words.term("cause", one["cause"], facts)
        ),
        "effort": words.t("remedy.owner_effort", owner=owner, effort=effort),
        "brings": words.t("remedy.range" if apart else "remedy.range_one", **brings) if known
        else amounts.NONE,
        "metric": words.t(metric, due_on=one["due_on"]) if words.has(metric)
        else f"{one['metric']}: {due}",
    }  # fmt: skip


def _name(one: dict[str, Any], words: Words) -> str:
    return one["text"] or words.term("remedy", one["measure"])


def relief(found: Any, words: Words, *, allowed: float | None = None) -> View:
    """The lower target that could be proposed, and what for; or why none is.

    Parameters
    ----------
    found : Relief or Unavailable
        period, standing, proposed, amount, share, limit, causes (cause, subject, effect, facts),
        closed (whether it is for the next period).
    words : Words
    allowed : float, optional
        The share by which all reliefs together may lower a target.
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    facts = {"period": found.period, "proposed": found.proposed, "amount": found.amount,
             "share": found.share, "standing": found.standing}  # fmt: skip
    told = [words.t("relief.next" if found.closed else "relief.proposed", **facts)]
    if found.limit == "gap":
        told.append(words.t("relief.limit_gap"))
    elif found.limit == "share" and allowed is not None:
        told.append(words.t("relief.limit_share", allowed=allowed))
    lines = [
        words.t("relief.because", cause=_outside(one, words), effect=one["effect"])
        for one in found.causes.to_dict("records")
    ]
    return together([sentence(_joined(told, words)), points(lines)])


def _outside(one: dict[str, Any], words: Words) -> str:
    if one["cause"] == "market_shrank":
        return words.t("relief.market_shrank", **one["facts"])
    return words.term("cause", one["cause"], {"subject": one["subject"], **one["facts"]})


def focus(found: Any, words: Words) -> View:
    """Who deserves the next effort: the first of the picked, and what the picked hold in all.

    Parameters
    ----------
    found : Focus or Unavailable
        table: part, now, own_best, peers, potential, probability, expected, top; by, count, picked,
        potential_share, expected_share, days, spans, window, comeback, left_out, left_as.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    facts = {one: getattr(found, one) for one in ("picked", "count", "days", "potential_share",
                                                  "expected_share")}  # fmt: skip
    facts["spans"] = found.spans - 1
    facts["names"] = found.table.loc[found.table["top"], "part"].tolist()
    some = not amounts.missing(found.potential_share)
    key = f"focus.picked_{found.by}" if some else "focus.picked_all"
    kind = "customer" if found.by == "customer" else "part"
    formula = words.t(f"focus.formula_{kind}" + ("" if found.window else "_plain"), **facts)
    lines = [formula, words.t("focus.assumed")]
    named = found.table[found.table["top"] | (kind == "part")].head(_SHOWN)
    more = found.picked - int(named["top"].sum())
    if more > 0:
        lines.insert(0, words.t("focus.more", n=more))
    if not amounts.missing(found.comeback):
        lines.insert(-1, words.t("focus.comeback", comeback=found.comeback))
    if found.left_out:
        lines.append(words.t(f"focus.left_{found.left_as}", n=found.left_out))
    same = ("now", "peers", "potential", "probability", "expected")
    shown = {"part": "name", "now": "now", "own_best": "best", **{one: one for one in same}}
    money = dict.fromkeys(("now", "own_best", "peers", "potential", "expected"), "money")
    view = table(
        named, words, title=words.t(f"focus.title_{found.by}"), columns=tuple(shown),
        headings={name: words.t(f"focus.{key}") for name, key in shown.items()},
        kinds={**money, "probability": "chance"}, caption=_joined(lines, words),
        highlight=list(named["top"]) if kind == "part" else None,
    )  # fmt: skip
    return together([sentence(words.t(key, **facts)), view])


def _joined(lines: list[str], words: Words) -> str:
    return ("" if words.language == "zh" else " ").join(lines)
