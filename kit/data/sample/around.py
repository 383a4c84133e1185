"""What stands around the sample company's sales: market, expenses, skills, events and actions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kit.data.sample import truths
from kit.data.sample.staff import EAST, LEAD, NEWCOMERS, SLACK, STAR, Staff, rep_id
from kit.data.sample.vocabulary import Vocabulary

SHARES = (0.16, 0.11, 0.19, 0.13)  # usual own share of the market, by line
RIVAL = (0.21, 0.26, 0.18, 0.22)
RIVAL_GAIN = 0.05  # of the competitor in the East from the launch on
SPENDING = (0.012, 0.014, 0.004, 0.005)  # of bookings, by kind
EVENTS = (  # day, kind, region; the labels are in the vocabulary
    ("2024-01-08", "internal", None),
    ("2024-04-01", "policy", None),
    ("2024-05-14", "promotion", None),
    ("2024-10-22", "promotion", None),
    (truths.NEWCOMERS_FROM, "internal", 3),
    (truths.LATE_FROM, "policy", None),
    (truths.TRANSFER_ON, "internal", None),
    (truths.LOST_AFTER, "internal", 2),
    (truths.CONVERSION_FROM, "competitor", EAST),
    (truths.DISCOUNT_FROM, "promotion", 1),
)
ACTIONS = (
    # region, period, due, status, expected, measured
    # recorded, started, measure, why (place in the reasons of the vocabulary)
    (0, "2025Q2", "2025-05-31", "done", 250_000, 180_000,
     "2025-06-02", "2025-04-07", "bookings", 1),
    (0, "2025Q2", "2025-08-15", "open", 300_000, None,
     None, "2025-06-16", "visit", None),
    (1, "2025Q2", "2025-07-31", "done", 200_000, 210_000,
     "2025-07-31", "2025-05-06", "collections", 1),
    (1, "2025Q2", "2025-08-31", "open", 400_000, None,
     None, None, "discount", None),
    (2, "2025Q2", "2025-06-30", "dropped", 500_000, None,
     "2025-06-20", None, "bookings", 0),
    (2, "2025Q2", "2025-07-15", "done", 150_000, 20_000,
     "2025-07-15", "2025-05-19", "visit", 1),
    (0, "2025Q3", "2025-10-31", "open", 900_000, None,
     "2025-08-18", "2025-09-01", "win_rate", None),
    (1, "2025Q3", "2025-10-15", "done", 800_000, None,
     "2025-10-15", "2025-10-01", "discount", 1),
    (2, "2025Q3", "2025-12-15", "open", 700_000, None,
     "2025-09-22", "2025-10-09", "bookings", None),
    (3, "2025Q3", "2025-11-30", "open", 350_000, None,
     "2025-09-15", None, "visit", None),
)  # fmt: skip


def market(
    orders: pd.DataFrame, products: pd.DataFrame, words: Vocabulary, *, rng, trouble: bool = True
) -> pd.DataFrame:
    """Market size and shares by closed quarter, region and line; own_share = own ÷ market_size."""
    line = orders["product_id"].map(products.set_index("product_id")["line"])
    quarter = orders["date"].dt.to_period("Q").astype(str)
    own = orders["amount"].groupby([quarter, orders["region"], line]).sum()
    quarters = [one for one in sorted(set(quarter)) if "2023" <= one < "2025Q4"]
    base = own.groupby(level=[1, 2]).sum() / len(quarters)
    swing = own.groupby(level=0).sum() / own.groupby(level=0).sum().loc[quarters].mean()
    rows = []
    for place, name in enumerate(quarters):
        for number, region in enumerate(words.regions):
            for kind, product_line in enumerate(words.lines):
                usual = SHARES[kind] * (1 + 0.04 * np.sin(number + kind))
                growth = (1 + 0.015) ** (place - len(quarters) / 2)
                drawn = rng.normal(1, 0.02)
                size = base[region, product_line] / usual * swing[name] ** 0.7 * growth * drawn
                struck = trouble and number == EAST and name >= "2025Q3"
                rows.append(
                    {
                        "period": name, "region": region, "line": product_line,
                        "market_size": round(float(size), -4),
                        "own_share": round(float(own[name, region, product_line] / size), 4),
                        "competitor_share": round(
                            RIVAL[kind] + rng.normal(0, 0.006) + RIVAL_GAIN * struck, 4
                        ),
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


def expenses(orders: pd.DataFrame, words: Vocabulary, *, rng) -> pd.DataFrame:
    """Expenses and budget by month, region and kind."""
    month = orders["date"].dt.to_period("M")
    sold = orders["amount"].groupby([month, orders["region"]]).sum()
    level = sold.groupby(level=1).mean()
    rows = []
    for one in sorted(set(month)):
        for region in words.regions:
            for kind, share in zip(words.expense_kinds, SPENDING, strict=True):
                budget = round(float(level[region] * share * (1 + 0.03 * (one.year - 2024))), -2)
                pull = 0.8 + 0.2 * sold[one, region] / level[region]
                rows.append(
                    {
                        "date": one.start_time, "region": region, "kind": kind,
                        "amount": round(float(budget * pull * rng.normal(1.0, 0.06)), 2),
                        "budget": budget,
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


def assessments(people: Staff, words: Vocabulary, *, rng) -> pd.DataFrame:
    """Scores of 1 to 5 by rep, closed quarter and dimension, with who gave them."""
    usual = rng.normal(3.4, 0.5, (people.count, len(words.dimensions)))
    usual[STAR] = (4.2, 4.0, 4.8, 4.6, 4.3)
    usual[SLACK] = (3.6, 3.0, 2.6, 2.0, 2.2)
    usual[list(NEWCOMERS)] = (2.2, 2.4, 3.4, 3.2, 3.8)
    rows = []
    for quarter in pd.period_range("2024Q1", "2025Q3", freq="Q"):
        for post in people.active(str(quarter.start_time.date())):
            for number, dimension in enumerate(words.dimensions):
                quarters = (quarter - pd.Period(truths.NEWCOMERS_FROM, "Q")).n - 1
                learned = 0.25 * quarters if post.rep in NEWCOMERS else 0.0
                score = usual[post.rep, number] + learned + rng.normal(0, 0.35)
                rows.append(
                    {
                        "rep_id": rep_id(post.rep), "period": str(quarter),
                        "dimension": dimension, "score": float(np.clip(round(score), 1, 5)),
                        "source": "customer" if number == 2 else "manager",
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


def events(words: Vocabulary, *, trouble: bool = True) -> pd.DataFrame:
    """The canonical events table; without trouble, without what tells of it."""
    return pd.DataFrame(
        [
            {
                "date": pd.Timestamp(day), "label": label, "kind": kind,
                "region": None if region is None else words.regions[region],
            }
            for (day, kind, region), label in zip(EVENTS, words.events, strict=True)
            if trouble or day < truths.NEWCOMERS_FROM or day == truths.TRANSFER_ON
        ]
    )  # fmt: skip


def actions(people: Staff, words: Vocabulary, *, trouble: bool = True) -> pd.DataFrame:
    """The canonical actions table: some done, some open, some overdue.

    What is closed has two rows: as it was decided, and as it was closed. Without trouble, without
    those that answer the trouble of the last quarter.
    """
    rows = []
    for number, (given, said) in enumerate(zip(ACTIONS, words.actions, strict=True), start=1):
        region, period, due, status, expected, measured, recorded, started, measure, why = given
        if not trouble and period >= "2025Q3":
            continue
        leads = [
            post.rep for post in people.active(due, region=region) if post.level == LEAD
        ]
        row = {
            "action_id": f"T{number:03d}", "scope": f"region:{words.regions[region]}",
            "period": period, "cause": said[0], "action": said[1],
            "owner": words.people[leads[number % len(leads)]], "due_on": pd.Timestamp(due),
            "status": status, "expected_effect": float(expected), "measured_effect": None,
            "recorded_on": pd.Timestamp(recorded), "started_on": pd.Timestamp(started),
            "measure": measure, "reason": None,
        }  # fmt: skip
        if why is None:
            rows.append(row)
            continue
        rows.append(row | {"status": "open", "recorded_on": pd.NaT})
        effect = None if measured is None else float(measured)
        rows.append(row | {"measured_effect": effect, "reason": words.action_reasons[why]})
    return pd.DataFrame(rows)


def shares_now(
    table: pd.DataFrame, products: pd.DataFrame, *, before: pd.DataFrame, now: pd.DataFrame
) -> pd.DataFrame:
    """The market, as it is, with the own share of orders `now` in place of those `before`."""
    line = products.set_index("product_id")["line"]
    keys = ["period", "region", "line"]

    def own(orders: pd.DataFrame) -> pd.Series:
        quarter = orders["date"].dt.to_period("Q").astype(str).rename("period")
        by = [quarter, orders["region"], orders["product_id"].map(line).rename("line")]
        return orders["amount"].groupby(by).sum()

    part = (own(now) / own(before)).fillna(0.0).reindex(pd.MultiIndex.from_frame(table[keys]))
    return table.assign(own_share=(table["own_share"] * part.to_numpy()).round(4))
