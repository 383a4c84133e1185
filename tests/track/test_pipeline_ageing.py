"""Age and time in stage beside the usual, stuck and overdue deals, dates put off."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kit.data.tables import Unavailable
from kit.show import deal_ages as shows
from kit.show.words import Words
from kit.track.ageing import ageing
from kit.track.slips import slips

PLAIN = {"calendar.country": ""}


def deal(name, created, amount, expected, *, status="open", closed=None, rep="R1"):
    return {"opportunity_id": name, "rep_id": rep, "created_on": created, "amount": float(amount),
            "expected_close_on": expected, "status": status, "closed_on": closed,
            "stage": "lead"}  # fmt: skip


def event(name, day, stage, amount=1.0, expected=None):
    return {"opportunity_id": name, "entered_on": str(day), "stage": stage,
            "amount": float(amount), "expected_close_on": expected}  # fmt: skip


def past(many=21):
    """Won deals: `n` days as a lead, 2 n as qualified, 10 as a proposal; and lost ones."""
    start, rows, events = np.datetime64("2025-01-01"), [], []
    for n in range(many):
        qualified, proposal = start + n, start + 3 * n
        won = proposal + 10
        rows.append(deal(f"W{n}", str(start), 1, None, status="won", closed=str(won)))
        events += [
            event(f"W{n}", start, "lead"), event(f"W{n}", qualified, "qualified"),
            event(f"W{n}", proposal, "proposal"), event(f"W{n}", won, "won"),
        ]  # fmt: skip
        rows.append(deal(f"L{n}", str(start), 1, None, status="lost", closed="2025-06-30"))
        events.append(event(f"L{n}", start, "lead"))
    return rows, events


OPEN = [
    deal("A", "2025-07-01", 300, "2025-08-10"),  # 10 days past its date; 1 day in the stage
    deal("B", "2025-07-01", 200, "2025-09-10"),  # 50 days as a lead: stuck
    deal("C", "2025-08-15", 100, "2025-09-10"),
    deal("D", "2025-07-01", 50, "2025-08-20"),  # due today: not overdue
    deal("E", "2025-05-01", 40, "2025-08-19"),  # both
]
MOVES = [
    event("A", "2025-07-01", "lead", 300, "2025-08-01"),
    event("A", "2025-08-19", "qualified", 300, "2025-08-10"),
    event("B", "2025-07-01", "lead", 200, "2025-09-10"),
    event("C", "2025-08-15", "lead", 100, "2025-09-10"),
    event("D", "2025-07-01", "lead", 50, "2025-08-20"),
    event("D", "2025-08-01", "qualified", 50, "2025-08-20"),
    event("E", "2025-05-01", "lead", 40, "2025-08-19"),
]


@pytest.fixture
def case(make_case):
    rows, events = past()
    return make_case(
        opportunities=rows + OPEN, stage_events=events + MOVES, as_of="2025-08-20", settings=PLAIN
    )


def test_usual_stays_are_those_of_won_deals(case):
    stages = ageing(case).stages.set_index("stage")
    assert stages["usual_days"].to_dict() == {"lead": 10, "qualified": 20, "proposal": 10}
    assert stages["usual_long"].to_dict() == {"lead": 18, "qualified": 36, "proposal": 10}
    assert stages.loc["lead", "limit_days"] == np.quantile([*range(21), 49, 31], 0.9)
    assert stages["learnt"].tolist() == [21, 21, 21]


def test_stuck_and_overdue_by_hand(case):
    found = ageing(case)
    deals = found.deals.set_index("opportunity_id")
    assert deals["age_days"].to_dict() == {"A": 50, "B": 50, "C": 5, "D": 50, "E": 111}
    assert deals["stage_days"].to_dict() == {"A": 1, "B": 50, "C": 5, "D": 19, "E": 111}
    assert deals.index[deals["stuck"]].tolist() == ["B", "E"]
    assert deals.index[deals["overdue"]].tolist() == ["A", "E"]
    assert deals.loc["A", "overdue_days"] == 10 and math.isnan(deals.loc["D", "overdue_days"])
    assert deals["ask"].to_dict() == {"A": "date", "B": "stage", "C": "", "D": "", "E": "date_stage"}
    assert deals.loc["A", "next_stage"] == "proposal"
    assert (found.stuck, found.stuck_amount) == (2, 240)
    assert (found.overdue, found.overdue_amount) == (2, 340)
    assert (found.slow_count, found.slow_amount) == (3, 540)
    assert (found.count, found.amount) == (5, 690)
    assert found.slow["opportunity_id"].tolist() == ["A", "B", "E"]
    stages = found.stages.set_index("stage")
    assert stages.loc["lead", ["count", "stuck", "overdue", "overdue_amount"]].tolist() == [3, 2, 1, 40]
    text = shows.ageing(found, Words("en", "CNY")).html
    assert "3 deals of 5 open stand still or are past their date, worth ¥540 of ¥690" in text
    assert "Agree a new close date" in text


def test_too_few_deals_have_no_usual(make_case):
    rows, events = past(19)
    case = make_case(opportunities=rows + OPEN[1:2], stage_events=events + MOVES[2:3],
                     as_of="2025-08-20", settings=PLAIN)  # fmt: skip
    found = ageing(case)
    assert found.stages["usual_days"].isna().all() and found.stuck == 0
    assert "None of the 1 open" in shows.ageing(found, Words("en", "CNY")).html


def test_a_stage_that_is_skipped_has_no_stay(make_case):
    rows, events = past()
    extra = deal("S", "2025-01-01", 1, None, status="won", closed="2025-03-01")
    jump = [event("S", "2025-01-01", "lead"), event("S", "2025-02-10", "proposal")]
    case = make_case(opportunities=[*rows, extra], stage_events=events + jump,
                     as_of="2025-08-20", settings=PLAIN)  # fmt: skip
    stages = ageing(case).stages.set_index("stage")
    assert stages["learnt"].to_dict() == {"lead": 22, "qualified": 21, "proposal": 22}
    assert stages.loc["lead", "usual_long"] == np.quantile([*range(21), 40], 0.9)


def test_without_stage_events_the_whole_deal_is_measured(make_case):
    rows, _ = past()
    case = make_case(opportunities=rows + OPEN, as_of="2025-08-20", settings=PLAIN)
    found = ageing(case)
    stages = found.stages.set_index("stage")
    cycle = [3 * n + 10 for n in range(21)]
    assert stages.loc["", "usual_days"] == np.median(cycle)
    assert stages.loc["", "limit_days"] == np.quantile(cycle, 0.9)  # 64 days
    assert found.deals["stage_days"].isna().all() and found.stuck == 1
    assert "stage_events" in shows.ageing(found, Words("en", "CNY")).html
    assert slips(case) == Unavailable(table="stage_events")
    assert ageing(make_case()) == Unavailable(table="opportunities")


# dates put off

PUT_OFF = [
    deal("A", "2025-06-01", 100, "2025-09-20", rep="R1"),
    deal("B", "2025-06-01", 200, "2025-10-05", rep="R2"),
    deal("C", "2025-07-10", 300, "2025-08-25", rep="R2"),
    deal("D", "2025-06-01", 400, "2025-08-01", status="won", closed="2025-08-01", rep="R1"),
    deal("E", "2025-06-01", 500, None, rep="R1"),
]
DATES = [
    event("A", "2025-06-01", "lead", 100, "2025-08-01"),
    event("A", "2025-06-20", "lead", 100, "2025-09-01"),
    event("A", "2025-07-20", "lead", 100, "2025-08-31"),
    event("A", "2025-08-15", "lead", 100, "2025-09-20"),
    event("B", "2025-06-01", "lead", 200, "2025-09-05"),
    event("B", "2025-08-05", "lead", 200, "2025-10-05"),
    event("C", "2025-07-10", "lead", 300, "2025-09-01"),
    event("C", "2025-08-10", "lead", 300, "2025-08-25"),
    event("D", "2025-06-01", "lead", 400, "2025-07-20"),
    event("D", "2025-08-01", "won", 400, "2025-08-01"),  # the outcome, not a date put off
    event("E", "2025-06-01", "lead", 500, None),
]


def test_dates_put_off_by_hand(make_case):
    case = make_case(opportunities=PUT_OFF, stage_events=DATES, as_of="2025-08-20", settings=PLAIN)
    found = slips(case)
    deals = found.deals.set_index("opportunity_id")
    assert deals["days"].to_dict() == {"B": 30, "A": 50}
    assert deals["times"].to_dict() == {"B": 1, "A": 2}
    assert deals["days_in_period"].to_dict() == {"B": 30, "A": 19}
    assert (found.open, found.dated, found.since_created) == (4, 3, 2)
    assert (found.days, found.times, found.amount) == (40, 1.5, 300)
    assert (found.in_period, found.in_period_of) == (2, 4)
    assert (found.pushed, found.pushed_amount) == (1, 200)
    reps = found.reps.set_index("rep")
    assert reps.loc["R2", ["count", "slipped", "rate", "days", "amount", "pushed_out"]].tolist() == [
        2, 1, 0.5, 30, 200, 200]  # fmt: skip
    assert reps.loc["Name R1", ["count", "slipped", "rate"]].tolist() == [2, 1, 0.5]
    text = shows.slips(found, Words("en", "CNY")).html
    assert "2 deals of 3 open ones (67%) lies later than first told, by 40 days" in text
    assert "1 deal worth ¥200 left the period" in text
    assert shows.slips(found, Words("zh", "CNY")).html
