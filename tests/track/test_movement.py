"""The movement bridge: every deal by hand, and random deals that must balance all the same."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.data.tables import Unavailable
from kit.show.figures.movement import movement as drawn
from kit.show.pipeline_now import movement as shown
from kit.show.words import Words
from kit.track.movement import STEPS, movement

PLAIN = {"calendar.country": ""}
ROSTER = [
    {"rep_id": "R1", "valid_from": "2020-01-01", "name": "Ann", "team": "East-1", "region": "East"},
    {"rep_id": "R2", "valid_from": "2020-01-01", "name": "Bo", "team": "East-2", "region": "East"},
]


def deal(name, created, amount, expected, *, status="open", closed=None, stage="lead", rep="R1"):
    return {"opportunity_id": name, "rep_id": rep, "created_on": created, "amount": float(amount),
            "expected_close_on": expected, "status": status, "closed_on": closed,
            "stage": stage}  # fmt: skip


def event(name, day, stage, amount=None, expected=None):
    return {"opportunity_id": name, "entered_on": day, "stage": stage,
            "amount": None if amount is None else float(amount),
            "expected_close_on": expected}  # fmt: skip


DEALS = [
    deal("A", "2025-06-01", 120, "2025-09-01"),
    deal("B", "2025-06-01", 150, "2025-08-01", status="won", closed="2025-08-01"),
    deal("C", "2025-06-01", 330, "2025-10-15", rep="R2"),
    deal("D", "2025-06-01", 90, "2025-09-15", rep="R2"),
    deal("E", "2025-07-10", 60, "2025-09-10"),
    deal("F", "2025-07-15", 45, "2025-08-10", status="won", closed="2025-08-10", rep="R2"),
    deal("G", "2025-05-01", 70, "2025-07-20", status="lost", closed="2025-07-20"),
    deal("H", "2025-07-05", 25, "2025-08-05", status="lost", closed="2025-08-05"),
    deal("I", "2025-05-01", 500, "2025-08-12", status="won", closed="2025-08-12"),
    deal("J", "2025-05-01", 33, "2025-09-20"),
    deal("K", "2025-05-01", 999, "2025-06-15", status="won", closed="2025-06-15"),
    deal("L", "2025-07-02", 11, None),
]
EVENTS = [
    event("A", "2025-06-01", "lead", 100, "2025-08-15"),
    event("A", "2025-07-09", "qualified", 120, "2025-09-01"),
    event("B", "2025-06-01", "lead", 200, "2025-08-15"),
    event("B", "2025-08-01", "won", 150, "2025-08-01"),
    event("C", "2025-06-01", "lead", 300, "2025-08-01"),
    event("C", "2025-08-02", "qualified", 330, "2025-10-15"),
    event("D", "2025-06-01", "lead", 80, "2025-11-01"),
    event("D", "2025-07-20", "qualified", 90, "2025-09-15"),
    event("E", "2025-07-10", "lead", 50, "2025-09-10"),
    event("E", "2025-08-01", "qualified", 60, None),  # no date told: the one before stays
    event("F", "2025-07-15", "lead", 40, "2025-09-01"),
    event("F", "2025-08-10", "won", 45, "2025-08-10"),
    event("G", "2025-05-01", "lead", 70, "2025-09-01"),
    event("G", "2025-07-20", "lost", 70, "2025-07-20"),
    event("H", "2025-07-05", "lead", 25, "2025-12-01"),
    event("H", "2025-08-05", "lost", 25, "2025-08-05"),
    event("I", "2025-05-01", "lead", 450, "2025-12-01"),
    event("I", "2025-08-12", "won", 500, "2025-08-12"),
    event("J", "2025-05-01", "lead", 33, "2025-07-01"),
    event("J", "2025-06-01", "lost", 33, "2025-06-01"),
    event("J", "2025-07-20", "qualified", 33, "2025-09-20"),  # opened again
    event("K", "2025-05-01", "lead", 999, "2025-06-20"),
    event("K", "2025-06-15", "won", 999, "2025-06-15"),
    event("L", "2025-07-02", "lead", 11, None),
]


@pytest.fixture
def case(make_case):
    return make_case(
        opportunities=DEALS, stage_events=EVENTS, roster=ROSTER, as_of="2025-08-20", settings=PLAIN
    )


def test_each_kind_of_deal_by_hand(case):
    found = movement(case)
    steps = found.steps.set_index("step")
    assert found.start == 100 + 200 + 300 + 70
    assert steps["effect"].to_dict() == {
        "created": 50 + 40,
        "pulled_in": 80 + 450 + 33,
        "increased": 20 + 30 + 10 + 10 + 5 + 50,
        "decreased": -50,
        "pushed_out": -330,
        "lost": -70,
        "won": -(150 + 45 + 500),
    }
    assert steps["count"].to_dict() == {
        "created": 2, "pulled_in": 3, "increased": 6, "decreased": 1, "pushed_out": 1, "lost": 1,
        "won": 3,
    }  # fmt: skip
    assert found.end == 120 + 90 + 60 + 33
    assert found.start + steps["effect"].sum() == found.end
    assert (found.start_count, found.end_count) == (4, 4)
    assert (found.undated, found.undated_amount) == (1, 11.0)
    assert not {"H", "K", "L"} & set(found.deals["opportunity_id"])


def test_parts_balance_and_sum_to_the_whole(case):
    found = movement(case)
    parts = found.parts.set_index("part")
    assert list(parts.index) == ["East-1", "East-2"]
    assert parts.loc["East-2", ["start", "created", "pulled_in", "increased", "pushed_out", "won",
                                "end"]].tolist() == [300, 40, 80, 45, 330, 45, 90]  # fmt: skip
    signed = parts["start"] + parts["created"] + parts["pulled_in"] + parts["increased"]
    signed = signed - parts["decreased"] - parts["pushed_out"] - parts["lost"] - parts["won"]
    assert signed.tolist() == parts["end"].tolist()
    assert parts["end"].sum() == found.end and parts["start"].sum() == found.start


def test_a_region_knows_the_deals_of_reps_no_longer_there(make_case):
    moved = [
        {**ROSTER[0], "valid_to": "2025-06-30"},
        {**ROSTER[0], "valid_from": "2025-07-01", "team": "East-2"},
    ]
    case = make_case(
        opportunities=[DEALS[0], DEALS[4], deal("X", "2025-07-01", 5, "2025-09-01", rep="R9")],
        stage_events=EVENTS[:2], roster=moved, as_of="2025-08-20", settings=PLAIN,
    )  # fmt: skip
    parts = movement(case).parts.set_index("part")["end"]
    assert parts.to_dict() == {"East-1": 120.0, "East-2": 60.0, "unassigned": 5.0}


def test_over_a_closed_period_the_bridge_ends_with_it(make_case):
    case = make_case(
        opportunities=DEALS[:3], stage_events=EVENTS[:6], period="2025Q2", as_of="2025-08-20",
        settings=PLAIN,
    )  # fmt: skip
    found = movement(case)
    assert found.until == dt.date(2025, 6, 30)
    assert found.start == 0 and found.end == 0  # created in June, due in August


def test_without_stage_events_only_what_rows_tell(make_case):
    case = make_case(opportunities=DEALS, roster=ROSTER, as_of="2025-08-20", settings=PLAIN)
    found = movement(case)
    effects = found.steps.set_index("step")["effect"]
    assert not found.history and found.start != found.start
    assert effects[["pulled_in", "increased", "decreased", "pushed_out"]].isna().all()
    assert effects["created"] == 60 + 45 + 25  # of H only the day it was lost is told: it was due
    assert effects["won"] == -(150 + 45 + 500) and effects["lost"] == -(70 + 25)
    assert found.end == 120 + 90 + 60 + 33
    assert drawn(found, Words("en", "CNY")).html == ""
    assert "stage_events" in shown(found, Words("zh", "CNY")).html


def test_missing_table_empty_table_and_a_period_not_begun(make_case):
    assert movement(make_case()) == Unavailable(table="opportunities")
    early = make_case(opportunities=DEALS, period="2025Q4", as_of="2025-08-20", settings=PLAIN)
    assert movement(early) == Unavailable(reason="not_started", detail="2025-08-20")
    empty = movement(make_case(opportunities=[], stage_events=[], settings=PLAIN))
    assert empty.end == 0 and empty.deals.empty


def test_a_deal_closed_on_no_known_day_is_never_open(make_case):
    case = make_case(
        opportunities=[deal("A", "2025-06-01", 10, "2025-09-01", status="lost")],
        stage_events=[event("A", "2025-06-01", "lead", 10, "2025-09-01")], settings=PLAIN,
    )  # fmt: skip
    found = movement(case)
    assert found.start == found.end == 0 and found.deals.empty


def test_the_figure_tells_every_step(case):
    view = drawn(movement(case), Words("en", "CNY"))
    assert view.title == (
        "The pipeline due in the period shrank from ¥670 to ¥303: ¥90 created, ¥695 won, ¥70 lost"
    )
    assert "Pulled in: +¥563 · 3" in view.alt and "Won: −¥695 · 3" in view.alt
    assert "Now: ¥303 · 4" in view.alt
    assert drawn(movement(case), Words("zh", "CNY")).title.startswith("本期到期商机由670元降至303元")


DAYS = st.dates(dt.date(2025, 4, 1), dt.date(2025, 12, 31))
MONEY = st.integers(0, 500)


@st.composite
def lives(draw):
    """A deal with any events in any order, closed or not."""
    created = draw(DAYS)
    moves = draw(
        st.lists(
            st.tuples(
                DAYS, st.sampled_from(["lead", "qualified", "proposal", "won", "lost", "odd"]),
                st.none() | MONEY, st.none() | DAYS,
            ),
            max_size=5,
        )
    )  # fmt: skip
    status = draw(st.sampled_from(["open", "won", "lost"]))
    closed = draw(st.none() | DAYS) if status != "open" else None
    return created, moves, status, closed, draw(MONEY), draw(st.none() | DAYS), draw(st.sampled_from(["R1", "R2", "R9"]))


@given(st.lists(lives(), max_size=12), st.dates(dt.date(2025, 7, 1), dt.date(2025, 11, 15)))
@settings(max_examples=60, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
def test_any_deals_balance(make_case, found, as_of):
    rows, events = [], []
    for number, (created, moves, status, closed, amount, expected, rep) in enumerate(found):
        rows.append(
            {
                "opportunity_id": f"D{number}", "rep_id": rep, "created_on": str(created),
                "status": status, "closed_on": closed and str(closed), "amount": float(amount),
                "expected_close_on": expected and str(expected), "stage": "lead",
            }
        )  # fmt: skip
        events += [
            event(f"D{number}", str(day), stage, money, due and str(due))
            for day, stage, money, due in moves
        ]
    case = make_case(
        opportunities=rows, stage_events=events, roster=ROSTER, as_of=str(as_of), settings=PLAIN
    )
    bridge = movement(case)
    if not bridge.history:
        return
    assert bridge.start + bridge.steps["effect"].sum() == bridge.end
    parts = bridge.parts
    if len(parts):
        balance = parts[["start", "created", "pulled_in", "increased"]].sum(axis=1)
        balance -= parts[["decreased", "pushed_out", "lost", "won"]].sum(axis=1)
        assert (balance == parts["end"]).all()
        for name in ("start", "end"):
            assert parts[name].sum() == getattr(bridge, name)
        for step, effect in zip(bridge.steps["step"], bridge.steps["effect"], strict=True):
            assert parts[step].sum() == abs(effect)
    entries, exits = bridge.deals["entry"], bridge.deals["left"]
    assert len(bridge.deals) == bridge.start_count + bridge.steps.set_index("step").loc[
        ["created", "pulled_in"], "count"].sum()  # fmt: skip
    assert (entries == "start").sum() == bridge.start_count
    assert (exits == "").sum() == bridge.end_count
    wins = [
        row for row in rows
        if row["status"] == "won" and row["closed_on"] and row["created_on"] <= row["closed_on"]
        and "2025-07-01" <= row["closed_on"] <= min(str(as_of), "2025-09-30")
    ]  # fmt: skip
    assert bridge.steps.set_index("step").loc["won", "count"] == len(wins)
    assert set(bridge.steps["step"]) == set(STEPS)


def test_a_deal_that_came_and_was_put_off_is_created_and_pushed_out(make_case):
    deals = [deal("A", "2025-07-10", 120, "2025-11-05"), deal("B", "2025-07-10", 70, "2025-11-05")]
    events = [
        event("A", "2025-07-10", "lead", 100, "2025-09-10"),
        event("A", "2025-08-01", "qualified", 120, "2025-11-05"),
        event("B", "2025-07-10", "lead", 70, "2025-11-05"),  # never due in the period
    ]
    found = movement(make_case(
        opportunities=deals, stage_events=events, roster=ROSTER, as_of="2025-08-20", settings=PLAIN
    ))  # fmt: skip
    assert (found.start, found.end) == (0, 0)
    told = found.steps.set_index("step")["effect"]
    assert told[told != 0].to_dict() == {"created": 100, "increased": 20, "pushed_out": -120}
