"""The story of the tracking chapter: where the scope stands, where it lands, what stands out."""

from __future__ import annotations

import pandas as pd

from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.statement import Statement, Term, directed, foremost, known
from kit.track import alerts, pacing, position
from kit.track.landing import Landing
from kit.track.pipeline import PipelineNow, pipeline_now
from kit.track.position import Position
from kit.track.receipts import Receipts, receipts

_MONEY = 0.5  # amounts up to this size are written as nothing
_SHARE = 0.005  # shares up to this size are written as nothing
_FAR = 10.0  # times what is due, from which on a percentage says nothing
_USUAL = 0.05  # of the usual cover, within which it counts as usual
_OF_RESULT = frozenset(("pace", "attainment", "landing"))  # rules that say what the result says


def statements(case: Case) -> tuple[Statement, ...]:
    """What tracking says of the case's bookings, in at most six statements.

    Parameters
    ----------
    case : Case

    Returns
    -------
    tuple of Statement
        Of these, as far as they are known: the result against the target (what is due by `as_of`,
        while the period runs), the expected landing with chance of target, the parts furthest
        behind and ahead, the open deals beside the gap, the number of alerts, overdue invoices.
        Amounts are money without sign. All rest on results that the chapter computes anyway.

    Examples
    --------
    >>> from kit.data.sample.at_hand import at_hand
    >>> from kit.data.sample.company import make
    >>> case = at_hand(make(planted=False), period="2025Q3", as_of="2025-08-20")
    >>> statements(case)[0].section
    'standing'
    """
    found = position.position(case)
    if isinstance(found, Unavailable):
        return (Statement("nothing", tone="open"),)
    return foremost(
        [
            (1, _result(found)),
            (2, _ahead(case, found)),
            (3, _parts(case)),
            (5, _pipeline(case)),
            (4, _alerts(case)),
            (6, _cash(case)),
        ]
    )


def _result(found: Position) -> Statement:
    row = found.row
    actual, target = float(row["actual"]), float(row["target"])
    facts = {"period": found.period, "as_of": found.as_of, "actual": abs(actual)}
    when = "closed" if found.closed else "running"
    if abs(actual) < _MONEY or actual < 0:
        kind = "returns" if actual <= -_MONEY else "no_orders"
        goal = "_target" if target > _MONEY else ""
        return Statement(f"track.{kind}_{when}{goal}", facts | {"target": abs(target)},
                         section="standing", tone="bad" if goal else "open")  # fmt: skip
    if not target > _MONEY:
        return Statement(f"track.no_target_{when}", facts, section="standing", tone="open")
    facts |= {"target": target, "attainment": float(row["attainment"])}
    gap = target - actual
    if found.closed or gap <= _MONEY:
        keys = {"up": "missed", "down": "passed", "flat": "met"}
        key, size = directed(gap, **keys, least=_MONEY)
        key = key if found.closed else f"{key}_early"
        return Statement(f"track.{key}", facts | {"size": size}, section="standing",
                         tone="bad" if key == "missed" else "good")  # fmt: skip
    due = float(row["target_to_date"])
    if not due > _MONEY:
        return Statement("track.not_due", facts, section="standing")
    key, size = directed(actual - due, up="ahead", down="behind", flat="on_pace", least=_MONEY)
    facts |= {"size": size, "due": due, "pace": actual / due}
    key = f"{key}_far" if facts["pace"] > _FAR else key
    tone = {"green": "good", "red": "bad", "amber": "bad"}.get(row["status"], "")
    return Statement(f"track.{key}", facts, section="standing", tone=tone)


def _ahead(case: Case, found: Position) -> Statement | None:
    """Where a running period will land, as far as it can be told."""
    ahead, target = found.landing, float(found.row["target"])
    if found.closed or not isinstance(ahead, Landing) or not known(ahead.landing):
        return None
    if ahead.landing < _MONEY:
        return None
    facts = {"landing": ahead.landing, "interval": case.settings.track.interval}
    parts, tone = [], ""
    if target > _MONEY:
        keys = {"up": "over", "down": "short", "flat": "even"}
        key, size = directed(ahead.landing - target, **keys, least=_MONEY)
        facts["size"], tone = size, "bad" if key == "short" else "good"
        parts.append(key)
    else:
        parts.append("open")
    wide = known(ahead.low, ahead.high) and ahead.high - ahead.low > _SHARE * ahead.landing
    if wide and ahead.low >= 0:
        facts |= {"low": ahead.low, "high": ahead.high}
        parts.append("range")
    if target > _MONEY and known(ahead.chance):
        facts["chance"] = ahead.chance
        parts.append("chance")
    return Statement("track.landing_" + "_".join(parts), facts, section="landing", tone=tone)


def _parts(case: Case) -> Statement | None:
    """The parts furthest behind and furthest ahead, each against its own target."""
    table = pacing.standing(case)
    if isinstance(table, Unavailable):
        return None
    rows = table.iloc[1:]
    over = "target" if case.closed else "target_to_date"
    rows = rows[(rows["scope"] != "") & ~rows["vacant"]]
    told = rows[over] > _MONEY
    if told.sum() < 2 or rows.loc[~told, "actual"].sum() > rows.loc[told, "actual"].sum():
        return None  # too few to compare, or most of the result lies with parts without a target
    rows = rows[told].assign(reached=rows["actual"] / rows[over])
    rows = rows.sort_values(["reached", "part"], kind="stable")
    worst, best = rows.iloc[0], rows.iloc[-1]
    if best["reached"] > _FAR:
        return None
    facts = {
        "worst": worst["part"], "best": best["part"],
        "low": max(float(worst["reached"]), 0.0), "high": max(float(best["reached"]), 0.0),
        "short": abs(float(worst[over] - worst["actual"])),
    }  # fmt: skip
    when = "closed" if case.closed else "running"
    if facts["high"] - facts["low"] < _SHARE:
        return Statement(f"track.parts_even_{when}", facts, section="standing")
    reached = worst["actual"] >= worst[over], best["actual"] >= best[over]
    kind = {(True, True): "all", (False, False): "none", (False, True): "some"}[reached]
    tone = {"all": "good", "none": "bad", "some": ""}[kind]
    return Statement(f"track.parts_{kind}_{when}", facts, section="standing", tone=tone)


def _pipeline(case: Case) -> Statement | None:
    """The open deals due in a running period beside the gap and what is usual."""
    if case.closed:
        return None
    found = pipeline_now(case)
    if not isinstance(found, PipelineNow) or found.reached or not found.gap > _MONEY:
        return None
    facts = {"gap": found.gap, "open": found.open, "n": found.count}
    if not found.count or found.open < _MONEY:
        return Statement("track.cover_none", facts, section="pipeline", tone="bad")
    facts |= {"multiple": found.open / found.gap}
    if not (known(found.usual) and found.usual > 0):
        return Statement("track.cover", facts, section="pipeline")
    keys = {"up": "cover_more", "down": "cover_less", "flat": "cover_usual"}
    key, _ = directed(found.open / found.gap / found.usual - 1, **keys, least=_USUAL)
    tone = {"cover_more": "good", "cover_less": "bad", "cover_usual": ""}[key]
    facts["usual"] = found.usual
    return Statement(f"track.{key}", facts, section="pipeline", tone=tone)


def _alerts(case: Case) -> Statement:
    """How many matters need attention, and the gravest beside the result itself."""
    found = alerts.alerts(case)
    red, amber = (int((found["severity"] == one).sum()) for one in ("red", "amber"))
    if not red + amber:
        return Statement("track.alerts_none", section="alerts", tone="good")
    kind = "both" if red and amber else "urgent" if red else "watch"
    facts = {"red": red, "amber": amber, "all": red + amber}
    other = found[~found["rule"].isin(_OF_RESULT)]
    tone = "bad" if red else ""
    if other.empty:
        return Statement(f"track.alerts_{kind}", facts, section="alerts", tone=tone)
    first = other.iloc[0]
    facts |= {"rule": Term("story.track.matter", first["rule"]), "part": first["part"]}
    own = first["scope"] == str(case.scope) and not first["subject"]
    end = "own" if own else "first"
    return Statement(f"track.alerts_{kind}_{end}", facts, section="alerts", tone=tone)


def _cash(case: Case) -> Statement | None:
    """What is overdue of the open invoices, and who owes most of it."""
    found = receipts(case)
    if not isinstance(found, Receipts) or not found.open > _MONEY:
        return None
    facts = {"open": found.open, "overdue": found.overdue, "share": found.overdue_share}
    if not found.overdue > _MONEY:
        return Statement("track.cash_fine", facts, section="receipts", tone="good")
    payers = found.payers
    if len(payers) < 2 or pd.isna(payers["customer"].iloc[0]):
        return Statement("track.cash_overdue", facts, section="receipts", tone="bad")
    first = payers.iloc[0]
    facts |= {"customer": first["customer"], "most": float(first["amount"])}
    return Statement("track.cash_overdue_first", facts, section="receipts", tone="bad")
