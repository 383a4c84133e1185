"""The sample company's targets, as its planner set them before each quarter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.sample import truths
from kit.data.sample.staff import NEWCOMERS, SLACK, Staff, rep_id, team_name
from kit.data.sample.vocabulary import Vocabulary

QUARTERS = tuple(f"{year}Q{number}" for year in (2023, 2024, 2025) for number in (1, 2, 3, 4))
GROWTH = {2024: (0.09, 0.09, 0.09, 0.105), 2025: (0.09, 0.09, 0.06, 0.06)}  # by region
UNIT = 1_000.0
TERRITORY = 0.65  # weight of last year's territory in a quota, the rest goes by the post
MISSES = ("2025Q1", "2025Q2", "2025Q3")
RELIEVED = "2025Q4"


@dataclass(frozen=True)
class History:
    """Bookings the planner looks back on.

    Parameters
    ----------
    by_customer : DataFrame, quarters × customer numbers
    by_rep : DataFrame, quarters × rep numbers
        Credited bookings, money.
    region : array of int
        Region of each customer.
    owner : array, days × customers
    days : DatetimeIndex
    working : array of bool
        Whether each day is a working day.
    """

    by_customer: pd.DataFrame
    by_rep: pd.DataFrame
    region: np.ndarray
    owner: np.ndarray
    days: pd.DatetimeIndex
    working: np.ndarray


def history(
    orders: pd.DataFrame, credits: pd.DataFrame, *, region: np.ndarray, owner: np.ndarray,
    days: pd.DatetimeIndex, working: np.ndarray, reps: int,
) -> History:  # fmt: skip
    """Sum the bookings by quarter and customer, and by quarter and credited rep."""
    quarter = orders["date"].dt.to_period("Q").astype(str)
    number = orders["customer_id"].str[1:].astype(int) - 1
    by_customer = orders["amount"].groupby([quarter, number]).sum().unstack(fill_value=0.0)
    credited = orders[["order_id", "rep_id", "amount"]].assign(quarter=quarter)
    shared = credited.drop(columns="rep_id").merge(credits, on="order_id")
    shared["amount"] *= shared["share"]
    alone = credited[~credited["order_id"].isin(credits["order_id"])]
    both = pd.concat([alone, shared], ignore_index=True)
    rep = both["rep_id"].str[1:].astype(int) - 1
    by_rep = both["amount"].groupby([both["quarter"], rep]).sum().unstack(fill_value=0.0)
    return History(
        by_customer.reindex(columns=range(len(region)), fill_value=0.0),
        by_rep.reindex(columns=range(reps), fill_value=0.0), region, owner, days,
        working,
    )  # fmt: skip


def quotas(
    past: History, people: Staff, *, rng: np.random.Generator, settled: bool = False
) -> dict[str, pd.Series]:
    """Quotas of the reps on duty on each quarter's first day, in whole thousands.

    A region's sum is its quarter a year ago × (1 + growth) × working days over those of a year ago.
    It is split by what the reps' present customers bought in the whole year before and by post,
    newcomers on their ramp. Where the reps are `settled`, nobody has a ramp and the planner expects
    the growth of 2024 to go on. 2022 lies before the files, so 2023 is
    drawn around what came. Nobody but the planted rep misses the first three quarters of 2025: who
    missed the first one gets relief in the second.
    """
    drawn = {
        quarter: _quarter(past, people, quarter, rng=rng, settled=settled) for quarter in QUARTERS
    }
    drawn["2025Q2"] = _relieved(drawn, past, people)
    return drawn


def _quarter(past: History, people: Staff, quarter: str, *, rng, settled: bool) -> pd.Series:
    span = pd.Period(quarter, "Q")
    known = span.year > 2023
    base = past.by_customer.loc[str(span - 4) if known else quarter].to_numpy()
    years = past.by_customer.index.str[:4]
    year = past.by_customer[years == str(span.year - known)].sum().to_numpy()
    start = past.days.get_loc(span.start_time)
    looks_after = past.owner[start]
    workdays = _working(past, span) / _working(past, span - 4) if known else 1.0
    parts = []
    for region in range(4):
        posts = people.active(str(span.start_time.date()), region=region)
        reps = [post.rep for post in posts]
        growth = GROWTH[2024 if settled else span.year][region] if known else 0.0
        lift = 1 + growth if known else rng.uniform(0.96, 1.02)
        total = base[past.region == region].sum() * lift * workdays
        territory = np.array([year[looks_after == rep].sum() for rep in reps])
        post = np.array([post.capacity for post in posts])
        weight = TERRITORY * territory / territory.sum() + (1 - TERRITORY) * post / post.sum()
        weight = weight * np.array([1.0 if settled else _ramp(rep, span) for rep in reps])
        parts.append(pd.Series(total * weight / weight.sum(), index=reps))
    return (pd.concat(parts) / UNIT).round() * UNIT


def _working(past: History, quarter: pd.Period) -> int:
    within = (past.days >= quarter.start_time) & (past.days <= quarter.end_time)
    return int(past.working[within].sum())


def _ramp(rep: int, quarter: pd.Period) -> float:
    """Mean share of a full quota in a quarter."""
    if rep not in NEWCOMERS:
        return 1.0
    began = pd.Period(truths.NEWCOMERS_FROM, "M")
    first = quarter.asfreq("M", "start")
    steps = (*truths.NEWCOMER_RAMP, *[1.0] * 12)
    return float(np.mean([steps[min((first - began).n + month, 12)] for month in range(3)]))


def _relieved(drawn: dict[str, pd.Series], past: History, people: Staff) -> pd.Series:
    """The second quarter's quotas, lighter for who missed the first one, heavier for the others.

    What is taken off is laid on colleagues of the region who reached the first quarter's quota.
    """
    first, second = drawn["2025Q1"], drawn["2025Q2"].copy()
    made_first, made_second = past.by_rep.loc["2025Q1"], past.by_rep.loc["2025Q2"]
    for region in range(4):
        reps = [post.rep for post in people.active("2025-04-01", region=region)]
        known = [rep for rep in reps if rep in first.index and rep != SLACK]
        missed = [rep for rep in known if made_first[rep] < first[rep]]
        stronger = [rep for rep in known if rep not in missed]
        before = second[reps].sum()
        for rep in missed:
            second[rep] = min(second[rep], np.floor(made_second[rep] * 0.985 / UNIT) * UNIT)
        freed = before - second[reps].sum()
        if stronger:
            part = second[stronger] / second[stronger].sum()
            second[stronger] += (freed * part / UNIT).round() * UNIT
    return second


def target_rows(
    drawn: dict[str, pd.Series], people: Staff, words: Vocabulary
) -> list[dict]:
    """Targets rows for bookings: reps sum to teams, teams to regions, regions to the company."""
    rows = []
    for quarter, quota in drawn.items():
        day = str(pd.Period(quarter, "Q").start_time.date())
        sums: dict[str, float] = {}
        for post in people.active(day):
            team = f"team:{team_name(words, post.region, post.team)}"
            region = f"region:{words.regions[post.region]}"
            for scope in ("company", region, team, f"rep:{rep_id(post.rep)}"):
                sums[scope] = sums.get(scope, 0.0) + float(quota[post.rep])
        rows += [target_row(scope, quarter, "bookings", amount, words) for scope, amount in
                 sorted(sums.items(), key=lambda one: _rank(one[0]))]  # fmt: skip
    return rows


def _rank(scope: str) -> tuple[int, str]:
    return ("company", "region", "team", "rep").index(scope.partition(":")[0]), scope


def target_row(
    scope: str, quarter: str, measure: str, amount: float, words: Vocabulary, *,
    version: int = 1, reason: int = 0, days_before: int = 10,
) -> dict:  # fmt: skip
    """One row of the targets table, decided some days before the quarter."""
    start = pd.Period(quarter, "Q").start_time
    return {
        "scope": scope, "period": quarter, "measure": measure, "version": version,
        "target": amount, "valid_from": start - pd.Timedelta(days=days_before),
        "reason": words.target_reasons[reason], "author": words.planner,
    }  # fmt: skip


def relief_rows(rows: list[dict], people: Staff, words: Vocabulary, *, rep: int, amount: float):
    """Second versions for one quarter that take an amount off one rep, his team, region and all."""
    day = str(pd.Period(RELIEVED, "Q").start_time.date())
    post = next(one for one in people.active(day) if one.rep == rep)
    scopes = {
        "company", f"region:{words.regions[post.region]}",
        f"team:{team_name(words, post.region, post.team)}", f"rep:{rep_id(rep)}",
    }  # fmt: skip
    hit = [row for row in rows if row["period"] == RELIEVED and row["scope"] in scopes]
    return [
        target_row(
            row["scope"], RELIEVED, "bookings", row["target"] - amount, words,
            version=2, reason=1, days_before=3,
        )
        for row in hit
    ]  # fmt: skip


def other_measures(
    orders: pd.DataFrame, receipts: pd.DataFrame, customers: pd.DataFrame, words: Vocabulary
) -> list[dict]:
    """Targets of 2025 for quantity, margin, new customers and collections: last year's and growth.

    They stand for every region and for the company as their sum.
    """
    where = orders.drop_duplicates("customer_id").set_index("customer_id")["region"]
    first = orders.groupby("customer_id")["date"].min()
    since = customers.set_index("customer_id")["since"].reindex(first.index)
    fresh = first[since >= pd.Timestamp(truths.FIRST_DAY)]
    paid = receipts.dropna(subset="received_on")
    steps = {
        "quantity": (orders["quantity"], orders["date"], orders["region"], 1.06, 100.0),
        "margin": (orders["amount"] - orders["cost"], orders["date"], orders["region"], 1.06, UNIT),
        "new_customers": (
            pd.Series(1.0, index=fresh.index), fresh, where.reindex(fresh.index), 1.0, 1.0,
        ),
        "collections": (
            paid["amount"], paid["received_on"], paid["customer_id"].map(where), 1.06, UNIT,
        ),
    }  # fmt: skip
    rows = []
    for quarter in QUARTERS[-4:]:
        year_ago = str(pd.Period(quarter, "Q") - 4)
        for measure, (amount, date, region, lift, unit) in steps.items():
            then = date.dt.to_period("Q").astype(str) == year_ago
            sums = amount[then].groupby(region[then]).sum().reindex(words.regions, fill_value=0.0)
            goals = (sums * lift / unit).round().clip(lower=1) * unit
            rows.append(target_row("company", quarter, measure, float(goals.sum()), words))
            rows += [
                target_row(f"region:{name}", quarter, measure, float(goal), words)
                for name, goal in goals.items()
            ]
    return rows
