"""Coverage, weighted pipeline, commit and best case, by hand and on a planted past."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from kit.data.tables import Unavailable
from kit.show.pipeline_now import coverage as shown
from kit.show.words import Words
from kit.track import pipeline
from kit.track.past_pipeline import past_pipeline
from kit.track.pipeline import pipeline_now

PLAIN = {"calendar.country": ""}


def deal(name, created, amount, expected, *, status="open", closed=None, stage="lead"):
    return {"opportunity_id": name, "rep_id": "R1", "created_on": created, "amount": float(amount),
            "expected_close_on": expected, "status": status, "closed_on": closed,
            "stage": stage}  # fmt: skip


def event(name, day, stage, amount, expected):
    return {"opportunity_id": name, "entered_on": day, "stage": stage, "amount": float(amount),
            "expected_close_on": expected}  # fmt: skip


# The 37th working day: 20 Feb, 21 May and 20 Aug 2025.
DEALS = [
    deal("P1", "2024-12-31", 90, "2025-03-10", status="won", closed="2025-03-10"),
    deal("P2", "2025-01-10", 300, "2025-03-20", status="lost", closed="2025-03-25"),
    deal("P3", "2025-04-05", 200, "2025-06-01", status="won", closed="2025-06-10"),
    deal("P4", "2025-04-06", 400, "2025-06-15", status="lost", closed="2025-06-20"),
    deal("P5", "2025-05-22", 70, "2025-06-25", status="won", closed="2025-06-25"),
    deal("N1", "2025-08-01", 500, "2025-09-10"),
    deal("N2", "2025-07-01", 250, "2025-08-01", stage="proposal"),
    deal("N3", "2025-07-01", 60, "2025-12-01"),
]
EVENTS = [
    event("P1", "2024-12-31", "lead", 120, "2025-02-01"),
    event("P1", "2025-02-01", "proposal", 100, "2025-03-01"),
    event("P1", "2025-03-10", "won", 90, "2025-03-10"),
    event("P2", "2025-01-10", "lead", 300, "2025-03-20"),
    event("P3", "2025-04-05", "proposal", 200, "2025-06-01"),
    event("P4", "2025-04-06", "lead", 400, "2025-06-15"),
    event("P5", "2025-05-22", "lead", 70, "2025-06-25"),  # came after the point
    event("N1", "2025-08-01", "lead", 500, "2025-09-10"),
    event("N2", "2025-07-01", "proposal", 250, "2025-08-01"),  # overdue: still to come
    event("N3", "2025-07-01", "lead", 60, "2025-12-01"),
]
SALES = [
    {"date": "2025-01-02", "amount": 1000.0},
    {"date": "2025-03-10", "amount": 90.0},
    {"date": "2025-03-11", "amount": 110.0},
    {"date": "2025-06-10", "amount": 200.0},
    {"date": "2025-06-12", "amount": 100.0},
    {"date": "2025-07-15", "amount": 400.0},
]


def target(amount):
    return {"scope": "region:East", "period": "2025Q3", "measure": "bookings", "version": 1,
            "target": float(amount)}  # fmt: skip


@pytest.fixture
def case(make_case, monkeypatch):
    nothing = lambda case: Unavailable(reason="few_closed_deals", detail="0")  # noqa: E731
    monkeypatch.setattr(pipeline, "win_probability", nothing)

    def build(goal=1000, **more):
        tables = {"opportunities": DEALS, "stage_events": EVENTS, "sales": SALES, **more}
        targets = [] if goal is None else [target(goal)]
        return make_case(**{"targets": targets, "as_of": "2025-08-20", "settings": PLAIN, **tables})

    return build


def test_past_periods_by_hand(case):
    found = past_pipeline(case())
    rows = found.periods.set_index("period")
    assert [str(one.date()) for one in rows["day"]] == ["2025-02-20", "2025-05-21"]
    assert rows["amount"].tolist() == [400.0, 600.0]
    assert rows["won"].tolist() == [90.0, 200.0]
    assert rows["booked"].tolist() == [200.0, 300.0]
    assert found.conversion == pytest.approx(290 / 1000)
    assert found.cover == pytest.approx(1000 / 500)
    assert found.beside == pytest.approx(1 - 290 / 500)
    stages = found.stages.set_index("stage")
    assert stages["share"].to_dict() == {"lead": 0.7, "proposal": 0.3}
    assert stages.loc["lead", "conversion"] == pytest.approx(5 * 350 * 0.29 / (700 + 5 * 350))
    assert stages.loc["proposal", "conversion"] == pytest.approx((290 + 5 * 150 * 0.29) / 1050)
    assert found.rate("odd") == found.conversion


def test_a_deal_won_after_its_period_did_not_convert(case):
    late = deal("P6", "2025-01-15", 600, "2025-03-15", status="won", closed="2025-04-20")
    told = event("P6", "2025-01-15", "lead", 600, "2025-03-15")
    rows = past_pipeline(case(opportunities=[*DEALS, late], stage_events=[*EVENTS, told])).periods
    assert rows["amount"].tolist() == [1000.0, 600.0] and rows["won"].tolist() == [90.0, 200.0]


def test_coverage_by_hand(case):
    found = pipeline_now(case())
    assert (found.target, found.booked, found.gap) == (1000, 400, 600)
    assert (found.count, found.open) == (2, 750)
    assert found.coverage == pytest.approx(1.25)
    assert found.coverage_of_target == pytest.approx(0.75)
    assert found.needed == pytest.approx(1 / 0.29)
    assert found.usual == pytest.approx(2.0)
    lead, proposal = 5 * 350 * 0.29 / 2450, (290 + 217.5) / 1050
    assert found.weighted == pytest.approx(500 * lead + 250 * proposal)
    assert found.basis == "past"
    assert (found.commit, found.commit_count, found.best) == (250, 1, 750)
    assert found.landings.set_index("case")["amount"].to_dict() == pytest.approx(
        {"booked": 400, "weighted": 400 + found.weighted, "commit": 650, "best": 1150}
    )
    assert found.landings.set_index("case")["gap"]["best"] == -150
    assert (found.later, found.later_amount) == (1, 60)
    stages = found.stages.set_index("stage")
    assert stages["share"].to_dict() == pytest.approx({"lead": 2 / 3, "proposal": 1 / 3})
    assert stages["usual_share"].to_dict() == {"lead": 0.7, "proposal": 0.3}
    assert stages["weighted"].sum() == pytest.approx(found.weighted)


def test_a_chance_over_the_level_commits(case):
    found = case()
    track = found.settings.track.model_copy(update={"commit": 0.2})
    lower = replace(found, settings=found.settings.model_copy(update={"track": track}))
    assert pipeline_now(lower).commit == 750  # the lead's chance is .207


def test_nothing_to_cover_once_the_target_is_reached(case):
    found = pipeline_now(case(400))
    assert found.reached and math.isnan(found.coverage) and math.isnan(found.needed)
    assert "Target reached" in shown(found, Words("en", "CNY")).html
    none = pipeline_now(case(None))
    assert math.isnan(none.coverage) and math.isnan(none.coverage_of_target)
    assert "no gap to cover" in shown(none, Words("en", "CNY")).html


def test_what_the_reader_is_told(case):
    text = shown(pipeline_now(case()), Words("en", "CNY")).html
    assert "2 deals open and due in the period, worth ¥750: 1.2× the gap of ¥600" in text
    assert "Thinner than usual: at this point of 2 past periods, 2.0×" in text
    assert "would need 3.4× (have 1.2×), for 29%" in text and "42% of what was still" in text
    chinese = shown(pipeline_now(case()), Words("zh", "CNY")).html
    assert "缺口600元" in chinese and "低于往常" in chinese


def test_a_closed_period_and_a_period_not_begun(case):
    over = pipeline_now(case(as_of="2025-09-30"))
    assert over.closed and math.isnan(over.coverage) and over.weighted == 0
    assert "The period is over" in shown(over, Words("en", "CNY")).html
    plan = pipeline_now(case(as_of="2025-08-20", period="2025Q4"))
    assert plan.open == 60 + 250 and plan.count == 2  # due then, and the overdue one
    days = past_pipeline(case(as_of="2025-09-30", period="2025Q4")).periods["day"]
    assert [str(one.date()) for one in days] == ["2024-12-31", "2025-03-31", "2025-06-30"]
    # Q1 as far ahead, on 2024-11-20, was before the first deal
    early = past_pipeline(case(as_of="2025-08-20", period="2025Q4"))
    assert early == Unavailable(reason="few_deals", detail="1")


def test_without_a_past_or_events_or_deals(case, make_case):
    young = pipeline_now(case(opportunities=DEALS[5:], stage_events=EVENTS[7:]))
    assert isinstance(young.past, Unavailable) and young.coverage == pytest.approx(1.25)
    assert math.isnan(young.needed) and math.isnan(young.weighted) and young.basis == ""
    assert shown(young, Words("en", "CNY")).html
    told = pipeline_now(case(stage_events=[]))
    assert told.open == 750 and told.stages["stage"].tolist() == [""]
    assert shown(told, Words("zh", "CNY")).html
    assert pipeline_now(make_case()) == Unavailable(table="opportunities")
    empty = pipeline_now(case(opportunities=[], stage_events=[]))
    assert empty.coverage == 0 and empty.weighted == 0
    assert "No open deal is due" in shown(empty, Words("en", "CNY")).html


def test_what_came_after_as_of_changes_nothing(case):
    from kit.data.case import Case
    from kit.data.hindsight import seen_on

    later = [
        {**DEALS[5], "status": "won", "closed_on": "2025-09-01", "amount": 900.0},
        *DEALS[:5], *DEALS[6:], deal("Z", "2025-08-25", 5000, "2025-09-01"),
    ]  # fmt: skip
    events = [*EVENTS, event("N1", "2025-09-01", "won", 900, "2025-09-01")]
    now, then = case(), case(opportunities=later, stage_events=events)
    data = seen_on(then.data, then.as_of, calendar=then.calendar)
    seen = Case(then.settings, then.calendar, then.scope, then.period, then.as_of, data)
    assert pipeline_now(seen).open == pipeline_now(now).open == 750
    assert pipeline_now(seen).weighted == pytest.approx(pipeline_now(now).weighted)
