"""The page for the meeting: parts with their causes, what went how, decisions, by reader."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kit.data.case import reopen
from kit.errors import SettingsError
from kit.review import decisions, meeting, part_causes, story, went
from kit.review.next_target import suggest
from kit.review.payout import payouts

ROSTER = [
    {"rep_id": f"R{n}", "valid_from": "2020-01-01", "name": f"Rep {n}", "team": "East-1",
     "region": "East", "capacity": 1.0, "manager_id": "R1"} for n in (1, 2, 3)
]  # fmt: skip


def target(scope, amount, measure="bookings"):
    return {"scope": scope, "period": "2025Q3", "measure": measure, "version": 1, "target": amount}


def sale(rep, amount, day="2025-08-01"):
    return {"rep_id": rep, "date": day, "amount": amount, "quantity": 1.0, "cost": amount / 2,
            "customer_id": f"C{rep}", "customer_since": "2019-01-01"}  # fmt: skip


@pytest.fixture
def team(make_case):
    return make_case(
        scope="team:East-1",
        sales=[sale("R1", 120.0), sale("R2", 80.0), sale("R3", 50.0)],
        roster=ROSTER,
        targets=[target("team:East-1", 300.0), target("team:East-1", 2.0, "quantity"),
                 *(target(f"rep:R{n}", 100.0) for n in (1, 2, 3))],
        actions=[
            {"action_id": "A1", "scope": "team:East-1", "period": "2025Q2", "action": "Call back",
             "owner": "Rep 1", "due_on": "2025-08-31", "status": "open"},
            {"action_id": "A2", "scope": "team:East-1", "period": "2025Q2", "action": "Ride along",
             "owner": "Rep 1", "due_on": "2025-08-31", "status": "done"},
        ],
    )  # fmt: skip


@pytest.fixture(scope="module")
def east(sample_company):
    return reopen(sample_company[2], scope="region:East", period="2025Q3", as_of="2025-09-30")


@pytest.fixture(scope="module")
def company(sample_company):
    return reopen(sample_company[2], scope="company", period="2025Q3", as_of="2025-09-30")


def test_the_parts_stand_with_the_largest_gap_first(team):
    table = part_causes.part_causes(team)
    assert table["part"].tolist()[0] == "East-1"
    assert table["scope"].tolist()[1:] == ["rep:R3", "rep:R2", "rep:R1"]
    assert table["gap"].tolist() == [50.0, 50.0, 20.0, -20.0]


def test_no_more_parts_than_there_is_room_for(team):
    few = part_causes.part_causes(with_room(team, parts=2))
    assert few["scope"].tolist() == ["team:East-1", "rep:R3", "rep:R2"]


def with_room(case, **changes):
    rules = case.settings.review.meeting.model_copy(update=changes)
    review = case.settings.review.model_copy(update={"meeting": rules})
    return replace(case, settings=case.settings.model_copy(update={"review": review}))


def test_what_went_well_and_what_did_not_by_hand(team):
    told = {one.key: one for one in went.went(team)}
    assert told["review.measures_closed_good"].facts["reached"] == 1.5  # 3 pieces of 2
    assert told["review.parts_closed_good"].facts["names"] == ("Rep 1",)
    bad = told["review.parts_closed_bad"].facts
    assert (bad["n"], bad["of"], bad["names"]) == (2, 3, ("Rep 3", "Rep 2"))
    assert bad["reached"] == 0.5  # the furthest behind
    assert told["review.went_done"].facts == {"n": 1, "of": 2}
    assert told["review.went_late"].facts == {"n": 1, "of": 2}
    tones = [one.tone for one in went.went(team)]
    assert tones == sorted(tones, key=lambda one: one != "good")


def test_an_overdue_action_is_to_be_decided_with_its_owner(team):
    wanted = {one.said.key: one for one in decisions.decisions(team)}
    late = wanted["review.decide_overdue"]
    assert late.said.facts["n"] == 1 and late.said.facts["names"] == ("Call back",)
    assert late.owner == "Rep 1"


@pytest.mark.parametrize(
    ("role", "reader"), [("", "manager"), ("executive", "executive"), ("rep", "rep")]
)
def test_each_reader_has_a_page_from_the_same_findings(east, role, reader):
    page = meeting.meeting(east, role=role)
    assert page.role == reader
    room = east.settings.review.meeting.lines[reader]
    assert max(len(page.well), len(page.poorly), len(page.decisions)) <= room
    assert (page.people is not None) == (reader == "manager")
    assert (page.figures is not None) == (reader != "rep")
    whole = went.went(east)
    assert all(one in whole for one in (*page.well, *page.poorly))
    assert page.left_out == len(decisions.decisions(east)) - len(page.decisions)
    assert meeting.said(page)[: len(page.well)] == page.well


def test_an_unknown_reader_is_refused(team):
    with pytest.raises(SettingsError, match="'manger' is not known. Did you mean 'manager'?"):
        meeting.meeting(team, role="manger")


def test_the_sample_company_decides_on_what_was_planted(company):
    wanted = {one.said.section: one for one in decisions.decisions(company)}
    coming = suggest(company)
    told = wanted["next_target"].said
    assert told.key == "review.keep_target"  # the sample company has decided it already
    assert told.facts["target"] == coming.target and told.facts["decided"] == coming.decided
    plan = wanted["improvement"]
    assert plan.said.key == "review.decide_plans_count" and plan.said.facts["n"] == 1
    assert plan.owner == "Olivia Han"  # of whom it is said in her region's packet
    paid = payouts(company)
    assert wanted["payouts"].said.facts == {"pay": float(paid.total), "held": float(paid.held)}
    assert wanted["payouts"].owner is None  # nobody approves the own pay
    assert wanted["practices"].said.facts["rep"] == "Wendy Shi"
    causes = part_causes.part_causes(company).set_index("scope")["cause"]
    assert causes["region:East"] == "conversion_step" and causes["region:South"] == "price"
    assert causes["region:West"] == "lost_customer"


def test_the_proposed_actions_are_those_of_who_answers_where_the_cause_lies(company):
    owners = meeting.meeting(company).actions.set_index("subject")["owner"]
    assert owners["Bamboogrove Clinic"] in ("Olivia Han", "Stella You")  # the leads of West


def test_the_story_is_short_and_begins_with_the_result(east):
    told = story.statements(east)
    assert 3 <= len(told) <= 6 and told[0].key == "review.missed"
    assert told[0].facts["size"] > 0 and told[1].key == "review.cost"
    assert all(one.section for one in told)
