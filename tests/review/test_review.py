"""Review: scorecards, practices, actions and the next target, on small hand-worked companies."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.review import actions, behaviour, next_target, practices, scorecard

ROSTER = [
    {"rep_id": f"R{n}", "valid_from": "2020-01-01", "name": f"Rep {n}", "team": "East-1",
     "region": "East", "capacity": 1.0, "manager_id": "M1", "hired_on": "2020-01-01"}
    for n in (1, 2, 3)
] + [{"rep_id": "M1", "valid_from": "2020-01-01", "name": "Boss", "region": "East"}]  # fmt: skip


def _sale(rep, date, amount, *, cost=0.0, customer="C1"):
    return {"rep_id": rep, "date": date, "amount": amount, "cost": cost, "customer_id": customer,
            "customer_since": "2019-01-01"}  # fmt: skip


def _target(rep, amount, *, version=1):
    return {"scope": f"rep:{rep}", "period": "2025Q3", "measure": "bookings", "version": version,
            "target": amount}  # fmt: skip


@pytest.fixture
def region(make_case):
    return make_case(
        sales=[
            _sale("R1", "2024-08-01", 50.0),
            _sale("R1", "2025-07-10", 120.0, cost=60.0),
            _sale("R2", "2025-07-10", 80.0, cost=40.0),
            _sale("R3", "2025-09-10", 50.0, cost=25.0),
        ],
        roster=ROSTER,
        targets=[_target("R1", 100.0), _target("R2", 100.0), _target("R3", 0.0)],
        activities=[
            {"date": "2025-07-15", "rep_id": rep, "kind": "visit", "count": count}
            for rep, count in (("R1", 30), ("R2", 10), ("R3", 10))
        ],
    )


def test_scorecard_by_hand(region):
    table = scorecard.reps(region).set_index("rep")
    assert table.loc["Rep 1", "attainment"] == 1.2
    assert table.loc["Rep 1", "yoy"] == pytest.approx(1.4)
    assert table.loc["Rep 2", "attainment"] == 0.8
    assert np.isnan(table.loc["Rep 3", "attainment"])
    # weights 0.6 bookings, 0.15 margin, 0.15 activity (new customers are unknown: nobody had any)
    assert table.loc["Rep 1", "score"] == pytest.approx((0.6 * 1.2 + 0.15 * 1 + 0.15 * 3) / 0.9)
    assert table.loc["Rep 3", "score"] == pytest.approx((0.15 * 1 + 0.15 * 1) / 0.3)
    assert table["rank"].tolist() == [1, 2, 3, 4][: len(table)]


def test_scorecard_actuals_sum_to_the_scope(region):
    assert scorecard.reps(region)["actual"].sum() == 250.0


def test_a_behaviour_counts_as_practice_only_where_it_goes_with_results(make_case):
    rng = np.random.default_rng(3)
    months = pd.date_range("2024-10-01", "2025-09-01", freq="MS")
    done, deals, sales = [], [], []
    for number, rep in enumerate(("R1", "R2", "R3")):
        for month in months:
            visits = (30 if rep == "R1" else 15) + int(rng.integers(0, 6))
            day = (month + pd.Timedelta(days=9)).date().isoformat()
            calls = (90 if rep == "R1" else 50) + int(rng.integers(0, 40)) * (rep != "R1")
            done += [
                {"date": day, "rep_id": rep, "kind": "visit", "count": visits},
                {"date": day, "rep_id": rep, "kind": "call", "count": 200 - calls},
            ]
            deals.append(
                {"opportunity_id": f"{rep}-{day}", "rep_id": rep, "created_on": "2024-09-01",
                 "closed_on": day, "stage": "won", "status": "won", "amount": visits * 10.0}
            )  # fmt: skip
            sales.append(_sale(rep, day, visits * 10.0, customer=f"C{number}"))
    case = make_case(
        sales=sales, roster=ROSTER, activities=done, opportunities=deals,
        targets=[_target("R1", 800.0), _target("R2", 600.0), _target("R3", 600.0)],
    )  # fmt: skip
    ties = behaviour.linked(case).set_index("behaviour")
    assert ties.loc["visit", "linked"] and not ties.loc["call", "linked"]
    found = practices.worth_copying(case, scorecard.reps(case))
    assert set(found["rep"]) == {"Rep 1"} and set(found["behaviour"]) == {"visit"}
    assert (found["multiple"] > 1.5).all()


def test_practices_say_what_they_lack(region, make_case):
    bare = make_case(sales=[_sale("R1", "2025-07-10", 1.0)], roster=ROSTER[:1])
    assert practices.worth_copying(bare, scorecard.reps(bare)) == Unavailable(table="activities")
    assert practices.beside_peers(region).reason == "few_peers"


def test_a_rep_is_held_beside_peers_over_the_same_whole_months(make_case):
    peers = [
        {"month": pd.Timestamp(month), "measure": "bookings", "peers": 3, "mean": 10.0,
         "median": 10.0, "low": 8.0, "high": 12.0}
        for month in ("2025-07-01", "2025-08-01")
    ]  # fmt: skip
    case = make_case(
        sales=[_sale("R1", f"2025-{month:02d}-10", amount) for month, amount in
               ((7, 4.0), (8, 6.0), (9, 50.0))],
        scope="rep:R1", as_of="2025-09-15", peers=peers,
    )  # fmt: skip
    (row,) = practices.beside_peers(case).to_dict("records")
    assert (row["value"], row["median"], row["peers"]) == (5.0, 10.0, 3)


def test_open_actions_never_vanish_and_late_ones_are_named(make_case):
    rows = [
        {"action_id": "A1", "scope": "region:East", "period": "2024Q1", "action": "old, open",
         "status": "open", "due_on": "2024-05-01"},
        {"action_id": "A2", "scope": "region:East", "period": "2024Q1", "action": "old, done",
         "status": "done", "due_on": "2024-05-01"},
        {"action_id": "A3", "scope": "region:East", "period": "2025Q2", "action": "done",
         "status": "done", "due_on": "2025-07-01"},
        {"action_id": "A4", "scope": "region:East", "period": "2025Q2", "action": "open",
         "due_on": "2025-12-01"},
        {"action_id": "A5", "scope": "region:West", "period": "2025Q2", "action": "elsewhere"},
    ]  # fmt: skip
    case = make_case(sales=[_sale("R1", "2025-07-10", 1.0)], actions=rows)
    found = actions.carried(case).set_index("action_id")["status"]
    assert found.to_dict() == {"A1": "overdue", "A4": "open", "A3": "done"}


def test_actions_are_due_on_a_working_day_and_owned_by_the_manager(region):
    causes = pd.DataFrame(
        {"cause": ["price"], "subject": ["standard"], "effect": [-5.0], "action": ["discounts"],
         "owner_role": ["manager"], "facts": [{}]}
    )  # fmt: skip
    (row,) = actions.proposed(region, causes).to_dict("records")
    assert row["owner"] == "Boss"
    assert row["due_on"] == pd.Timestamp("2025-10-30")
    assert region.calendar.is_working_day(row["due_on"].date())
    assert actions.next_working_day(region, dt.date(2025, 10, 1)) == dt.date(2025, 10, 9)


def test_next_target_is_growth_held_in_reach(make_case):
    noise = np.random.default_rng(7)
    sales = [
        _sale("R1", day.date().isoformat(),
              (1000.0 + 100 * (day.month in (5, 11))) * noise.normal(1, 0.03))
        for day in pd.date_range("2022-07-01", "2025-09-01", freq="MS")
    ]  # fmt: skip
    case = make_case(sales=sales, settings={"targets.growth": 0.0, "targets.unit": 1})
    found = next_target.suggest(case)
    before = sum(one["amount"] for one in sales if "2024-10" <= one["date"] < "2025-01")
    assert found.period == "2025Q4" and found.last_year == pytest.approx(before)
    assert found.baseline == pytest.approx(3100.0, rel=0.05)
    asked = make_case(sales=sales, settings={"targets.growth": 1.0, "targets.unit": 1})
    far = next_target.suggest(asked)
    assert far.rule == "relieved" and far.target == pytest.approx(before * 2 * 0.9, abs=1)


def test_next_target_without_history_says_so(make_case):
    case = make_case(sales=[_sale("R1", "2025-09-10", 1.0)])
    assert isinstance(next_target.suggest(case), Unavailable)

