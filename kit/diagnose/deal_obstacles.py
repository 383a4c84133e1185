"""Obstacles that deals tell of: need, competition, supply, pace and how well deals are kept."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.diagnose import funnel, verdicts
from kit.diagnose.market_change import market_change
from kit.diagnose.reference import within
from kit.diagnose.verdicts import CONFIRMED, NO_DATA, REFUTED, Measured, Row, Sides


def _sides(case: Case) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Deals decided in the period and in the twelve months before it."""
    start, end, before = funnel.spans(case)
    deals = funnel.closed(case)
    return within(deals, start, end), within(deals, before, start - dt.timedelta(days=1))


def _lost_for(case: Case, words: tuple[str, ...], rule: str) -> Row:
    """Whether more of the deals decided are lost for reasons with one of the words."""
    if not case.data.has("opportunities"):
        return verdicts.no_data(rule, "opportunities")
    sides = _sides(case)
    spoken = [_speaks(side["loss_reason"], words) & (side["status"] == "lost") for side in sides]
    if not any(one.any() for one in spoken):
        return verdicts.no_data(rule, "reason_never_recorded")
    counts = Sides(int(spoken[0].sum()), len(sides[0]), int(spoken[1].sum()), len(sides[1]))
    limit = case.settings.diagnose.obstacles.loss_rise
    level = case.settings.diagnose.obstacles.level
    found = verdicts.rise(counts, level=level, threshold=limit)
    rates = [a / b if b else math.nan for a, b in (counts[:2], counts[2:])]
    facts = {"count": counts.now, "decided": counts.of_now, "rate": rates[0],
             "rate_before": rates[1]}  # fmt: skip
    verdict = verdicts.decide(found, limit)
    return verdicts.row(found, verdict, rule, "funnel", threshold=limit, facts=facts)


def _speaks(reasons: pd.Series, words: tuple[str, ...]) -> pd.Series:
    told = reasons.fillna("").astype(str).str.casefold()
    return told.map(lambda one: any(word.casefold() in one for word in words)).astype(bool)


def unclear_need(case: Case) -> Row:
    """Whether more deals are lost because nobody knew what the customer needs."""
    words = case.settings.diagnose.obstacles.need_words
    return _lost_for(case, words, "lost_for_need")


def supply(case: Case) -> Row:
    """Whether more deals are lost over delivery and stock."""
    return _lost_for(case, case.settings.diagnose.obstacles.supply_words, "lost_for_supply")


def competition(case: Case) -> Row:
    """Whether more deals are lost to others; without reasons, whether own market share fell."""
    words = case.settings.diagnose.obstacles.competition_words
    by_deals = _lost_for(case, words, "lost_to_competition")
    if by_deals["verdict"] != NO_DATA:
        return by_deals
    cells = market_change(case)
    if isinstance(cells, Unavailable):
        return by_deals
    known = cells.dropna(subset=["share", "share_before"])
    if known.empty:
        return by_deals
    limit = case.settings.diagnose.obstacles.share_fall
    now, before = (
        float((known[f"size{end}"] * known[f"share{end}"]).sum() / known[f"size{end}"].sum())
        for end in ("", "_before")
    )
    found = Measured(before - now, math.nan, math.nan)
    facts = {"share": now, "share_before": before, "money": float(known["by_share"].sum())}
    verdict = CONFIRMED if found.value >= limit else REFUTED
    return verdicts.row(found, verdict, "market_share", "market", threshold=limit, facts=facts)


def slow_process(case: Case) -> Row:
    """Whether deals won took longer than those won in the year before."""
    if not case.data.has("opportunities"):
        return verdicts.no_data("cycle", "opportunities")
    limit, level = (getattr(case.settings.diagnose.obstacles, one) for one in ("slower", "level"))
    days = []
    for side in _sides(case):
        won = side[side["status"] == "won"]
        stay = (won["closed_on"] - won["created_on"]).dt.days
        days.append(stay[stay >= 0].to_numpy(dtype=float))
    if not len(days[0]) or not len(days[1]):
        return verdicts.no_data("cycle", "no_won_deals_to_compare")
    found = verdicts.slower(*days, level=level, threshold=limit)
    facts = {"days": float(np.median(days[0])), "days_before": float(np.median(days[1])),
             "won": len(days[0])}  # fmt: skip
    verdict = verdicts.decide(found, limit)
    return verdicts.row(found, verdict, "cycle", "funnel", threshold=limit, unit="percent",
                        facts=facts)  # fmt: skip


def missing_tracking(case: Case) -> Row:
    """Whether open deals are overdue or undated, or lost ones have no reason: the worse of both."""
    if not case.data.has("opportunities"):
        return verdicts.no_data("tracking", "opportunities")
    deals = funnel.decided(case)
    waiting = deals[deals["status"] == "open"]
    late = waiting["expected_close_on"] < pd.Timestamp(case.as_of)
    blank = waiting["expected_close_on"].isna()
    lost = _sides(case)[0]
    lost = lost[lost["status"] == "lost"]
    facts = {"overdue": int(late.sum()), "undated": int(blank.sum()), "open": len(waiting),
             "unexplained": int(lost["loss_reason"].isna().sum()), "lost": len(lost)}  # fmt: skip
    kept = {"tracking": (facts["overdue"] + facts["undated"], facts["open"]),
            "tracking_reasons": (facts["unexplained"], facts["lost"])}  # fmt: skip
    kept = {rule: counts for rule, counts in kept.items() if counts[1]}
    if not kept:
        return verdicts.no_data("tracking", "no_deals_to_judge")
    rule, (bad, many) = max(kept.items(), key=lambda one: one[1][0] / one[1][1])
    options = case.settings.diagnose.obstacles
    low, high = verdicts.wilson(bad, many, level=options.level)
    found = Measured(bad / many, low, high)
    verdict = verdicts.decide(found, options.untracked, nothing=None)
    return verdicts.row(found, verdict, rule, "ageing", threshold=options.untracked,
                unit="percent", nothing=None, facts=facts)  # fmt: skip
