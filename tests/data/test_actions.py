"""The actions on record: the newest row known on a day, and the words of a status."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.data import actions
from kit.data.calendar import FiscalCalendar
from kit.data.hindsight import seen_on
from kit.settings import CalendarSettings


def row(name="A1", *, scope="region:East", recorded=None, **more):
    return {"action_id": name, "scope": scope, "period": "2025Q2", "action": "call",
            "recorded_on": recorded, **more}  # fmt: skip


def test_the_newest_row_counts_and_a_row_without_a_day_is_the_oldest(make_case):
    rows = [
        row(recorded="2025-07-10", status="in progress"), row(status="open"),
        row(recorded="2025-08-01", status="done"), row("A2", status="Dropped "),
    ]  # fmt: skip
    found = actions.current(make_case(actions=rows).data).set_index("action_id")["state"]
    assert found.to_dict() == {"A1": "done", "A2": "dropped"}


def test_what_was_recorded_later_is_not_seen(make_case):
    rows = [row(status="open"), row(recorded="2025-08-01", status="done"),
            row("A2", recorded="2025-07-01", period="2025Q4")]  # fmt: skip
    data = make_case(actions=rows).data
    calendar = FiscalCalendar(CalendarSettings(country=""))
    seen = actions.current(seen_on(data, dt.date(2025, 7, 31), calendar=calendar))
    assert seen[["action_id", "state"]].values.tolist() == [["A1", "open"], ["A2", "open"]]
    seen = actions.current(seen_on(data, dt.date(2025, 6, 30), calendar=calendar))
    assert seen["action_id"].tolist() == ["A1"]


@pytest.mark.parametrize(
    ("own", "kept"),
    [("company", 5), ("region:East", 3), ("team:East-1", 2), ("rep:R1", 1)],
)
def test_a_scope_sees_its_own_actions_and_those_below(make_case, own, kept):
    scopes = ("company", "region:West", "Region:east", "team:east-1", "rep:r1")
    rows = [row(f"A{at}", scope=one) for at, one in enumerate(scopes)]
    case = make_case(actions=rows, scope=own)
    assert len(actions.current(case.data)) == kept


@given(st.text())
def test_a_word_that_is_no_status_is_open_and_said_to_be_unknown(said):
    state, known = actions.read_status(said)
    assert state in actions.STATUSES
    assert known or state == "open"
