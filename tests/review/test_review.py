"""Review: scorecards, practices, actions and the next target, on small hand-worked companies."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from kit.review import actions

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
