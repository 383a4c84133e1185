"""Customers of a rep who moved on: to colleagues, from those who left, or away for good."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose import causes
from kit.diagnose.catalogue import CONFIRMED
from kit.diagnose.reference import within

MOST = 0.5  # of a customer's bookings: whose customer it is
WORTH_TELLING = 0.05  # of the bookings of the year before
LOST = ("lost_customer", "gone_customer")


def customers(case: Case, run: pd.DataFrame, rep_id: str) -> list[tuple]:
    """What changed among a rep's customers since the year before the misses.

    Parameters
    ----------
    case : Case
    run : DataFrame
        The missed periods of the rep; see `kit.review.misses.run`.
    rep_id : str

    Returns
    -------
    list of (key, strong, facts)
        `customers_moved`: served mostly by the rep in the year before the misses, and by others
        in them; `vacancy_cover`: the rep's share of the bookings of the misses with customers
        of somebody who has left; `largest_lost`: lost, by `kit.diagnose.causes`, with what they
        were worth in the year up to their last order. Shares are of the rep's bookings of the year
        before the misses (of the misses for `vacancy_cover`, of that year for `largest_lost`).
        Without names of colleagues. The first two need the rows of others and are not told in a
        rep's own scope.
    """
    start, end = run["start"].min(), run["end"].max()
    before = _year_before(case, start)
    base = before[before["rep_id"] == rep_id].groupby("customer_id")["amount"].sum()
    whole = float(base.clip(lower=0).sum())
    made = []
    if case.scope.kind != "rep" and whole > 0:
        made += _handed_over(case, rep_id, base, before, within(case.data.sales, start, end))
    return made + _lost(case, rep_id)


def _handed_over(
    case: Case, rep_id: str, base: pd.Series, before: pd.DataFrame, now: pd.DataFrame
) -> list[tuple]:
    limit, made = case.settings.review.people.moved_customers, []
    own, all_now = now[now["rep_id"] == rep_id], _sums(now)
    owned = (base / _sums(before).reindex(base.index))[base > 0] >= MOST
    ordered = all_now.reindex(owned.index[owned]).dropna()
    ordered = ordered[ordered > 0]
    kept = _sums(own).reindex(ordered.index).fillna(0.0) / ordered
    away = kept.index[kept < 1 - MOST]
    share = float(base[away].sum() / base.clip(lower=0).sum()) if len(away) else 0.0
    if share >= WORTH_TELLING:
        facts = {"customers": len(away), "share": share}
        made.append(("customers_moved", share >= limit, facts))
    left = _left(case)
    by_left = before[before["rep_id"].isin(left - {rep_id})]
    theirs = (_sums(by_left) / _sums(before).reindex(_sums(by_left).index)) >= MOST
    covered = own[own["customer_id"].isin(theirs.index[theirs])]
    whole = float(own["amount"].sum())
    part = float(covered["amount"].sum()) / whole if whole > 0 else 0.0
    if part >= WORTH_TELLING:
        facts = {"customers": int(covered["customer_id"].nunique()), "share": part}
        made.append(("vacancy_cover", False, facts))
    return made


def _lost(case: Case, rep_id: str) -> list[tuple]:
    """The largest of the rep's customers that a cause of the scope names as lost."""
    rows = _lost_causes(case)
    for one in rows.sort_values("effect").itertuples(index=False):
        year = _year_before(case, one.facts["when"] + pd.Timedelta(1, "D"))
        mine, theirs = (year["rep_id"] == rep_id, year["customer_id"] == one.facts["customer_id"])
        whole, total, own = (
            float(year.loc[rows, "amount"].sum()) for rows in (mine, theirs, mine & theirs)
        )
        if min(whole, total) <= 0 or own / total < MOST or own / whole < WORTH_TELLING:
            continue
        facts = {"customer": one.facts["customer"], "when": one.facts["when"],
                 "share": min(own / whole, 1.0)}  # fmt: skip
        strong = one.confidence == CONFIRMED and (
            facts["share"] >= case.settings.review.people.largest_lost
        )
        return [("largest_lost", strong, facts)]
    return []


@once
def _lost_causes(case: Case) -> pd.DataFrame:
    found = causes.causes(case)
    if isinstance(found, Unavailable):
        return pd.DataFrame(columns=["cause", "effect", "facts", "confidence"])
    return found[found["cause"].isin(LOST) & (found["subject"] != "")]


def _year_before(case: Case, day: dt.date) -> pd.DataFrame:
    end = pd.Timestamp(day) - pd.Timedelta(1, "D")
    start = pd.Timestamp(day) - pd.DateOffset(years=1)
    found = within(case.data.sales, start.date(), end.date())
    return found[found["customer_id"].notna()]


def _sums(rows: pd.DataFrame) -> pd.Series:
    return rows.groupby("customer_id")["amount"].sum()


@once
def _left(case: Case) -> frozenset[str]:
    """Reps whose last roster row ended before the day."""
    rows = case.data.frame("roster")
    last = rows.groupby("rep_id")["valid_to"].agg(lambda days: days.max(skipna=False))
    return frozenset(last.index[last.notna() & (last < pd.Timestamp(case.as_of))])
