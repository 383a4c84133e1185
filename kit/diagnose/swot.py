"""Strengths and weaknesses inside, opportunities and threats outside, and where they meet."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.diagnose import causes as listed
from kit.diagnose.branch import root, tables
from kit.diagnose.crossing import WHOLE, crossed
from kit.diagnose.market_change import market_change
from kit.diagnose.market_share import market_share
from kit.diagnose.reference import Reference, reference

QUADRANTS = ("strength", "weakness", "opportunity", "threat")
COLUMNS = ("quadrant", "finding", "subject", "effect", "section", "touches", "facts")
_MOST = 4  # entries of a quadrant that are named
_INSIDE = ("people", "tools", "product", "method")
_GONE = ("lost_customer", "lost_customers", "gone_customer", "gone_customers")
_TOLD = ("region", "line", "growth", "share", "share_before", "competitor", "competitor_before",
         "period")  # fmt: skip
_FIRST = ("cause_cost", "cause_helped", "win_back")  # stand before parts and cells; events first
_NEAR = pd.Timedelta(days=45)  # before the period's start from which events are counted


@dataclass(frozen=True)
class Swot:
    """What was found inside and outside.

    Parameters
    ----------
    entries : DataFrame
        quadrant, finding (key), subject, effect (money; positive for strengths and opportunities,
        negative for weaknesses and threats; null where only another figure is known), section,
        touches (tuple of `region:East`, `line:Pumps`, `whole`), facts. Of each quadrant
        events and causes, then the largest others, by money; four at the most.
    pairs : DataFrame
        pair (`so`, `wo`, `st`, `wt`), where (the touches both share, tuple), inside and outside
        (places of the entries), effect (the money of both, unsigned). At most two of a
        kind: those that share most, then by money.
    missing : tuple of str
        Tables that would have told more of the outside.
    market : Unavailable or None
        Why the market could not be compared.
    """

    entries: pd.DataFrame
    pairs: pd.DataFrame
    missing: tuple[str, ...]
    market: Unavailable | None


def swot(case: Case, *, found: pd.DataFrame | Unavailable | None = None) -> Swot | Unavailable:
    """Cross what was found inside with what was found outside.

    Parameters
    ----------
    case : Case
    found : DataFrame, optional
        The table of `kit.diagnose.causes`, where it is at hand.

    Returns
    -------
    Swot or Unavailable
        Unavailable as `kit.diagnose.causes` is.

    Notes
    -----
    Strengths: parts ahead of their reference, causes that helped, cells (region × line) with a
    larger market share. Weaknesses: parts behind, causes of the fields people, tools, product and
    method. Opportunities: cells whose market grew (money: own share before × growth in money),
    unless a lost share took more than that; lost customers to win back (money: what was expected
    from them). Threats: cells whose market shrank or whose share was lost, events of kind
    competitor and policy since 45 days before the period.
    Findings below the money from which on a cause is named (a quarter of it for a cell) are left
    out; of the events the one nearest to the period's start is named, the competitors' first. A
    pair is an inside and an outside finding that share a region, line or channel and differ in
    none; a weakness and a threat may also both be about the scope as such.
    """
    table = listed.causes(case) if found is None else found
    if isinstance(table, Unavailable):
        return table
    held = reference(case)
    if isinstance(held, Unavailable):
        return held
    cells = market_change(case)
    rows = [*_parts(case, held), *_causes(case, held, table), *_events(case, cells)]
    if not isinstance(cells, Unavailable):
        rows += _cells(case, cells, least=listed.least(held))
    entries = pd.DataFrame(rows, columns=list(COLUMNS))
    size = entries["effect"].astype(float).abs().fillna(0.0)
    size = size.mask(entries["finding"].isin(_FIRST), size + entries["effect"].abs().max())
    size = size.mask(entries["effect"].isna(), math.inf)
    order = entries["quadrant"].map({one: at for at, one in enumerate(QUADRANTS)})
    entries = entries.assign(_at=order, _size=size).sort_values(
        ["_at", "_size", "finding", "subject"], ascending=[True, False, True, True], kind="stable"
    )
    entries = entries.groupby("_at", sort=False).head(_MOST)[list(COLUMNS)]
    entries = entries.reset_index(drop=True)
    missing = tuple(one for one in ("market", "events") if not case.data.has(one))
    away = cells if isinstance(cells, Unavailable) and not cells.table else None
    return Swot(entries, crossed(entries), missing, away)


def _entry(quadrant: str, finding: str, subject: str, effect: float | None, section: str,
           touches: tuple[str, ...], **facts: Any) -> dict[str, Any]:  # fmt: skip
    money = float("nan") if effect is None else float(effect)
    return {"quadrant": quadrant, "finding": finding, "subject": subject, "effect": money,
            "section": section, "touches": touches or (WHOLE,),
            "facts": {"subject": subject, "effect": money, **facts}}  # fmt: skip


def _parts(case: Case, held: Reference) -> Iterator[dict[str, Any]]:
    least = listed.least(held)
    for dimension, table in tables(root(case, held)):
        for key, one in table[table["effect"].abs() >= max(least, 1e-6)].iterrows():
            if not key:
                continue
            ahead = one["effect"] > 0
            yield _entry(
                "strength" if ahead else "weakness", "part_ahead" if ahead else "part_behind",
                str(one["part"]), one["effect"], "difference", (f"{dimension}:{key}",),
                dimension=dimension, reference=float(one["reference"]),
                actual=float(one["actual"]),
            )  # fmt: skip


def _causes(case: Case, held: Reference, table: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for one in table[table["cause"] != "unexplained"].to_dict("records"):
        facts = {**one["facts"], "cause": one["cause"], "confidence": one.get("confidence") or ""}
        facts = {name: fact for name, fact in facts.items() if name not in ("subject", "effect")}
        touches, section = _where(case, one), one.get("section") or "causes"
        told = str(one["subject"]), one["effect"], section
        if one["effect"] > 0:
            yield _entry("strength", "cause_helped", *told, touches, **facts)
        elif one["cause"] in _GONE:
            touches = _home(held, facts.get("customer_id")) or touches
            yield _entry("opportunity", "win_back", told[0], -one["effect"], section, touches,
                         **facts)  # fmt: skip
        elif one["category"] in _INSIDE and one["cause"] != "volume_part":
            yield _entry("weakness", "cause_cost", *told, touches, **facts)


def _where(case: Case, cause: dict[str, Any]) -> tuple[str, ...]:
    """What a cause concerns: its scope where it is told, its line, its part."""
    found = []
    scope = cause.get("scope")
    if isinstance(scope, str) and ":" in scope and scope != str(case.scope):
        found.append(scope)
    if line := cause["facts"].get("line"):
        found.append(f"line:{line}")
    if dimension := cause["facts"].get("dimension"):
        found.append(f"{dimension}:{cause['subject']}")
    return tuple(dict.fromkeys(found))


def _home(held: Reference, customer: str | None) -> tuple[str, ...]:
    """The region and line from which a customer bought most in the reference."""
    rows = held.before[held.before["customer_id"] == customer]
    if customer is None or rows.empty:
        return ()
    found = []
    for column in ("region", "line"):
        sums = rows.groupby(column)["amount"].sum().sort_index()
        if len(sums):
            found.append(f"{column}:{sums.idxmax()}")
    return tuple(found)


def _cells(case: Case, cells: pd.DataFrame, *, least: float) -> Iterator[dict[str, Any]]:
    shown = market_share(case)
    places = ["region", "line"]
    if not isinstance(shown, Unavailable):  # the very figures that the market's own room rounds
        own = shown.cells.set_index(places)[["share", "share_before"]]
        cells = own.combine_first(cells.set_index(places)).reset_index()
    for one in cells.to_dict("records"):
        overrun = one["by_market"] > 0 and one["by_market"] + one["by_share"] < 0
        touches = [f"line:{one['line']}"]
        if case.scope.kind == "company":
            touches.insert(0, f"region:{one['region']}")
        facts = {name: one[name] for name in _TOLD}
        subject = f"{one['region']} · {one['line']}"
        for name, up, down in (("by_market", ("opportunity", "market_growth"),
                                ("threat", "market_shrink")),
                               ("by_share", ("strength", "share_gained"),
                                ("threat", "share_lost"))):  # fmt: skip
            money = one[name]
            if name == "by_market" and overrun:
                continue
            if pd.notna(money) and abs(money) >= max(least / 4, 1e-6):
                kind = up if money > 0 else down
                yield _entry(*kind, subject, money, "market", tuple(touches), **facts)


def _events(case: Case, cells: pd.DataFrame | Unavailable) -> Iterator[dict[str, Any]]:
    table = case.data.frame("events")
    first, last = pd.Timestamp(case.period.start) - _NEAR, pd.Timestamp(case.as_of)
    table = table[table["kind"].isin(["competitor", "policy"]) & table["date"].between(first, last)]
    away = (table["date"] - pd.Timestamp(case.period.start)).abs()
    table = table.assign(away=away).sort_values(["kind", "away", "label"])
    for one in table.head(1).to_dict("records"):
        region = one["region"] if pd.notna(one["region"]) else ""
        touches = (f"region:{region}",) if region and case.scope.kind == "company" else ()
        facts = {"when": one["date"].date(), "region": region, "kind": one["kind"]}
        finding = "event"
        if not isinstance(cells, Unavailable) and one["kind"] == "competitor":
            local = cells[cells["region"] == region] if region else cells
            local = local.dropna(subset=["competitor", "competitor_before"])
            if len(local):
                finding = "event_share"
                for end in ("", "_before"):
                    size = local[f"size{end}"]
                    share = float((size * local[f"competitor{end}"]).sum() / size.sum())
                    facts[f"competitor{end}"] = share
        yield _entry("threat", finding, str(one["label"]), None, "market", touches, **facts)
