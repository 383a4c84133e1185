"""Time in stage: medians, ranges and the test against the year before, and what is held up."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from kit.data.case import reopen
from kit.data.tables import Unavailable
from kit.diagnose import funnel, stage_time

PLAIN = {"calendar.country": ""}
STAGES = ("lead", "qualified", "proposal")


def deals(first, last, *, took, every=1, offset=0, won=0.5, amount=100.0):
    """Deals begun every few days, open until so many days later; `took` is called by number."""
    rows = []
    for at, day in enumerate(pd.date_range(first, last, freq=f"{every}D")):
        fate = "won" if at % 10 < 10 * won else "lost"
        closed = day + pd.Timedelta(days=took(at))
        rows.append(
            {"opportunity_id": f"D{offset + at}", "rep_id": "R1", "created_on": day,
             "closed_on": closed, "stage": "lead", "status": fate, "amount": amount}
        )  # fmt: skip
    return rows


def usual(at):
    return 7 * (1 + at % 3)


def slow(at):
    return 2 * usual(at)


def test_stays_that_last_as_long_cost_nothing(make_case):
    rows = deals("2023-06-01", "2025-09-30", took=usual)
    found = stage_time.stage_times(make_case(opportunities=rows, settings=PLAIN)).iloc[0]
    assert (found["days"], found["low"], found["high"]) == (10, 5, 15)
    assert (found["days_before"], found["low_before"], found["high_before"]) == (10, 5, 15)
    assert found["p"] > 0.5 and not found["distinct"]
    assert abs(found["wins"]) < 1


def test_stays_twice_as_long_are_told_apart_and_hold_deals_up(make_case):
    rows = deals("2023-06-01", "2025-06-20", took=usual)
    rows += deals("2025-06-21", "2025-09-30", took=slow, offset=5000)
    found = stage_time.stage_times(make_case(opportunities=rows, settings=PLAIN)).iloc[0]
    assert found["days"] == pytest.approx(20, abs=2) and found["days_before"] == 10
    assert found["distinct"] and found["p"] < 1e-6
    # A deal a day comes 7 to 21 days later than it would: 14 on average, half are won.
    assert found["wins"] == pytest.approx(14 / 2, rel=0.3)
    assert found["effect"] == pytest.approx(-found["wins"] * 100)


def test_the_formula_by_hand(make_case):
    """One stage; last year half left after 7 and half after 14 days, now all after 14."""
    past = deals("2024-07-01", "2025-06-16", took=lambda at: 7 * (1 + at % 2), every=7)
    rows = past + deals("2025-09-16", "2025-09-16", took=lambda at: 14, offset=5000)
    rows += deals("2025-07-08", "2025-07-22", took=lambda at: 14, every=7, offset=6000)
    case = make_case(opportunities=rows, settings=PLAIN)
    found = stage_time.stage_times(case).iloc[0]
    assert (found["left"], found["standing"]) == (4, 0)  # the last leaves on 30 September
    # By last year's pace all four had time to leave too: nothing is held up any more.
    assert found["wins"] == pytest.approx(0.0, abs=1e-9)
    early = make_case(opportunities=rows, settings=PLAIN, as_of="2025-07-29")
    found = stage_time.stage_times(early).iloc[0]
    # Stays of 15, 10 and 5 working days so far; the usual half is gone after 5, the rest after 10.
    assert (found["left"], found["standing"]) == (2, 1)
    won = funnel.measured(early)["reference_conversion"].iloc[0]
    assert found["wins"] == pytest.approx(won * 0.5, rel=0.03)


def test_holidays_make_no_stay_longer(make_case):
    """Five working days each; the National Day week lies in every other stay."""
    case = make_case(opportunities=[], as_of="2025-10-31", period="2025Q4",
                     settings={"calendar.country": "CN"})  # fmt: skip
    worked = case.calendar.workdays("2024-01-01", "2025-10-31")
    rows = [
        {"opportunity_id": f"D{at}", "rep_id": "R1", "created_on": worked[at], "amount": 1.0,
         "closed_on": worked[at + 5], "stage": "lead", "status": "won" if at % 2 else "lost"}
        for at in range(len(worked) - 5)
    ]  # fmt: skip
    case = make_case(opportunities=rows, as_of="2025-10-31", period="2025Q4",
                     settings={"calendar.country": "CN"})  # fmt: skip
    found = stage_time.stage_times(case).iloc[0]
    assert found[["days", "low", "high", "days_before"]].tolist() == [5, 5, 5, 5]
    assert not found["distinct"]


def test_an_early_stage_counts_only_what_could_still_be_won(make_case):
    rows, events = [], []
    for at, day in enumerate(pd.date_range("2024-01-01", "2025-09-30")):
        wait = 28 if day >= pd.Timestamp("2025-06-20") else 14
        steps = np.cumsum([0, wait, 14])
        on = [day + pd.Timedelta(days=int(one)) for one in steps]
        rows.append(
            {"opportunity_id": f"D{at}", "rep_id": "R1", "created_on": day, "amount": 50.0,
             "closed_on": on[2] + pd.Timedelta(days=35), "stage": "won", "status": "won"}
        )  # fmt: skip
        events += [{"opportunity_id": f"D{at}", "stage": stage, "entered_on": one}
                   for stage, one in zip(STAGES, on, strict=True)]  # fmt: skip
    case = make_case(opportunities=rows, stage_events=events, settings=PLAIN)
    found = stage_time.stage_times(case).set_index("stage")
    assert found["distinct"].tolist() == [True, False, False]
    # Every deal is won 14 days later: two weeks of a deal a day, of those 14 + 14 + 35 days old.
    assert found.loc["lead", "wins"] == pytest.approx(14, rel=0.2)
    assert found.loc["lead", "effect"] == pytest.approx(-50 * found.loc["lead", "wins"])
    assert found.loc["proposal", "wins"] == pytest.approx(0, abs=0.5)


def test_without_a_year_before_there_is_no_comparison(make_case):
    rows = deals("2025-07-01", "2025-09-10", took=usual)
    found = stage_time.stage_times(make_case(opportunities=rows, settings=PLAIN)).iloc[0]
    assert found["days"] == 10 and math.isnan(found["days_before"])
    assert found[["p", "wins", "effect"]].isna().all() and not found["distinct"]


@pytest.mark.parametrize("rows", [
    deals("2025-08-01", "2025-08-01", took=usual),
    deals("2025-08-01", "2025-08-03", took=lambda at: 0),
    deals("2025-08-01", "2025-08-01", took=lambda at: 400),
])  # fmt: skip
def test_few_deals_give_no_error(make_case, rows):
    found = stage_time.stage_times(make_case(opportunities=rows, settings=PLAIN))
    assert not found["distinct"].any()
    assert found["left"].iloc[0] + found["standing"].iloc[0] == len(rows)


def test_deals_on_a_day_off_count_once(make_case):
    rows = deals("2025-08-02", "2025-08-03", took=lambda at: 1 - at)  # a weekend
    found = stage_time.stage_times(make_case(opportunities=rows, settings=PLAIN)).iloc[0]
    assert (found["left"], found["standing"], found["days"]) == (2, 0, 0)


def test_what_is_missing_is_named(make_case):
    assert stage_time.stage_times(make_case()) == Unavailable(table="opportunities")
    old = make_case(opportunities=deals("2024-02-01", "2024-02-01", took=usual))
    assert stage_time.stage_times(old).reason == "no_stays"


def test_the_sample_was_drawn_at_one_pace_and_none_is_told_apart(sample_company):
    _, _, case = sample_company
    for scope in ("company", "region:East", "rep:R007"):
        found = stage_time.stage_times(reopen(case, scope=scope))
        assert not found["distinct"].any(), scope
        assert (found["low"] <= found["days"]).all() and (found["days"] <= found["high"]).all()
