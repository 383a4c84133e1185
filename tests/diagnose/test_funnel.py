"""Conversions by step, their intervals, the bottleneck and the reasons of loss."""

from __future__ import annotations

import math

import pytest

from kit.data.tables import Unavailable
from kit.diagnose import funnel

STAGES = ("lead", "qualified", "proposal", "won")


def deals(month: str, won: int, lost: int, *, amount: float = 100.0, at: str = "proposal"):
    """Deals that went through the stages and closed in a month, won, or lost in the stage `at`."""
    opportunities, events = [], []
    for number in range(won + lost):
        one = f"D{month}-{number}"
        is_won = number < won
        opportunities.append(
            {"opportunity_id": one, "rep_id": "R1", "created_on": f"{month}-01", "amount": amount,
             "closed_on": f"{month}-20", "stage": "won" if is_won else at,
             "status": "won" if is_won else "lost", "loss_reason": None if is_won else "price"}
        )  # fmt: skip
        passed = STAGES[:3] if is_won else STAGES[: STAGES.index(at) + 1]
        events += [
            {"opportunity_id": one, "stage": stage, "entered_on": f"{month}-{day:02d}"}
            for day, stage in enumerate(passed, start=1)
        ]
    return opportunities, events


def joined(*groups):
    return {"opportunities": sum((one[0] for one in groups), []),
            "stage_events": sum((one[1] for one in groups), [])}  # fmt: skip


def test_conversion_interval_and_money(make_case):
    tables = joined(deals("2024-11", 50, 50), deals("2025-08", 24, 56))
    found = funnel.steps(make_case(**tables)).set_index("step")
    assert list(found.index) == ["lead → qualified", "qualified → proposal", "proposal → won"]
    last = found.loc["proposal → won"]
    assert (last["entered"], last["reached"], last["conversion"]) == (80, 24, 0.3)
    assert last["reference_conversion"] == 0.5
    assert last["low"] < 0.3 < last["high"]
    assert last["effect"] == pytest.approx(80 * (0.3 - 0.5) * 100)
    assert last["bottleneck"] and found["bottleneck"].sum() == 1


def test_a_difference_that_chance_explains_is_no_bottleneck(make_case):
    tables = joined(deals("2024-11", 5, 5), deals("2025-08", 3, 5))
    assert not funnel.steps(make_case(**tables))["bottleneck"].any()


def test_three_deals_against_three_are_no_bottleneck(make_case):
    tables = joined(deals("2024-11", 3, 0), deals("2025-08", 0, 3))
    found = funnel.measured(make_case(**tables)).set_index("step").loc["proposal → won"]
    assert (found["conversion"], found["reference_conversion"]) == (0.0, 1.0)
    assert not found["distinct"] and not found["bottleneck"]


def test_the_exact_test_of_few_deals_is_fishers_and_of_many_the_plain_one():
    assert funnel.unlike(0, 3, 3, 3) == pytest.approx(0.1)
    assert funnel.unlike(30, 100, 50, 100) == funnel.differ(30, 100, 50, 100)
    assert funnel.unlike(0, 0, 3, 3) == funnel.unlike(3, 3, 0, 0) == 1.0
    assert funnel.unlike(0, 8, 0, 9) == pytest.approx(1.0)


def test_an_early_step_is_valued_by_the_later_ones(make_case):
    tables = joined(
        deals("2024-11", 40, 40), deals("2024-12", 0, 20, at="lead"),
        deals("2025-08", 20, 20), deals("2025-09", 0, 60, at="lead"),
    )  # fmt: skip
    found = funnel.steps(make_case(**tables)).set_index("step").loc["lead → qualified"]
    assert (found["conversion"], found["reference_conversion"]) == (0.4, 0.8)
    assert found["effect"] == pytest.approx(100 * -0.4 * 100 * 1.0 * 0.5)
    assert found["bottleneck"]


def test_open_deals_and_the_future_do_not_count(make_case):
    tables = joined(deals("2024-11", 5, 5), deals("2025-08", 5, 5), deals("2025-09", 0, 30))
    found = funnel.steps(make_case(**tables, as_of="2025-09-10")).set_index("step")
    assert found.loc["proposal → won", "entered"] == 10
    assert found.loc["qualified → proposal", "entered"] == 40  # they did reach the proposal


def test_skipped_stages_and_unknown_ones(make_case):
    deal = {"opportunity_id": "D", "rep_id": "R1", "created_on": "2025-07-01", "amount": 5.0,
            "closed_on": "2025-08-01", "stage": "won", "status": "won"}  # fmt: skip
    days = {"lead": "2025-07-01", "demo": "2025-07-02", "proposal": "2025-07-03"}
    events = [
        {"opportunity_id": "D", "stage": stage, "entered_on": day} for stage, day in days.items()
    ]
    case = make_case(opportunities=[deal], stage_events=events)
    found = funnel.steps(case).set_index("step")
    assert found["entered"].tolist() == [1, 0, 1]
    assert math.isnan(found.loc["qualified → proposal", "conversion"])
    assert found["reference_conversion"].isna().all() and not found["bottleneck"].any()


def test_without_events_there_is_one_step(make_case):
    opportunities = deals("2024-11", 50, 50)[0] + deals("2025-08", 20, 80)[0]
    found = funnel.steps(make_case(opportunities=opportunities))
    assert found["step"].tolist() == ["lead → won"]
    assert found[["entered", "reached"]].values.tolist() == [[100, 20]]
    assert found["bottleneck"].tolist() == [True]


def test_what_is_missing_is_named(make_case):
    assert funnel.steps(make_case()) == Unavailable(table="opportunities")
    assert funnel.loss_reasons(make_case()) == Unavailable(table="opportunities")
    tables = joined(deals("2024-11", 5, 5))
    assert funnel.steps(make_case(**tables)).reason == "no_deals"
    assert funnel.loss_reasons(make_case(**tables)).reason == "no_losses"


def test_loss_reasons_by_money(make_case):
    one, two = deals("2025-08", 1, 1, amount=500.0), deals("2025-09", 0, 3, amount=100.0)
    for row in two[0]:
        row["loss_reason"] = None
    found = funnel.loss_reasons(make_case(**joined(one, two)))
    assert found["reason"].tolist() == ["price", "unknown"]
    assert found["count"].tolist() == [1, 3]
    assert found["share"].tolist() == pytest.approx([0.625, 0.375])
