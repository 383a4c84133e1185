"""Targets by hand: versions, zero and none, parts that add up, and roll-ups."""

from __future__ import annotations

import datetime as dt

import pytest

from kit.data.presence import presence
from kit.data.targets import in_force, versions
from kit.scope import Scope


def row(scope, period, target, version=1, valid_from=None, measure="bookings"):
    return {"scope": scope, "period": period, "measure": measure, "version": version,
            "target": target, "valid_from": valid_from}  # fmt: skip


EAST = [
    row("region:East", "2025Q3", 100.0),
    row("region:East", "2025Q3", 90.0, version=2, valid_from="2025-08-15"),
]


def test_the_version_of_the_day_counts(make_case):
    case = make_case(targets=EAST)
    assert in_force(case) == 90.0
    assert in_force(case, as_of=dt.date(2025, 8, 14)) == 100.0
    assert in_force(case, as_of=dt.date(2025, 8, 15)) == 90.0
    assert versions(case)["target"].tolist() == [100.0, 90.0]


def test_a_scope_without_targets_of_its_own_has_no_versions(make_case):
    assert versions(make_case(targets=EAST), measure="margin").empty
    assert list(versions(make_case(targets=EAST), measure="margin")) == list(
        make_case(targets=EAST).data.frame("targets")
    )


def test_zero_is_a_target_and_empty_is_none(make_case):
    assert in_force(make_case(targets=[row("region:East", "2025Q3", 0.0)])) == 0.0
    empty = [*EAST, row("region:East", "2025Q3", None, version=3)]
    assert in_force(make_case(targets=empty)) is None
    assert in_force(make_case()) is None
    assert in_force(make_case(targets=EAST), measure="margin") is None
    later = row("region:East", "2025Q3", 1.0, valid_from="2025-10-01")
    assert in_force(make_case(targets=[later])) is None


def test_a_period_may_be_named_by_its_first_day(make_case):
    assert in_force(make_case(targets=[row("region:East", "2025-07-01", 5.0)])) == 5.0
    calendar = {"calendar.starts": ["2012-06-30", "2012-09-28", "2012-12-28"]}
    case = make_case(
        targets=[row("region:East", "2012-09-28", 7.0)],
        settings=calendar, period="2012-09-28", as_of="2012-12-27",
    )  # fmt: skip
    assert in_force(case) == 7.0


def test_parts_add_up_only_if_each_has_a_target(make_case):
    months = [row("region:East", f"2025-{n:02d}", float(n)) for n in (7, 8, 9)]
    assert in_force(make_case(targets=months)) == 24.0
    assert in_force(make_case(targets=months[:2])) is None
    year = [row("region:East", "2025H1", 1.0), row("region:East", "2025Q4", 2.0), *months]
    assert in_force(make_case(targets=year, period="2025", as_of="2025-12-31")) == 27.0
    case = make_case(targets=year, period="2025Q3..2025Q4", as_of="2025-12-31")
    assert in_force(case) == 26.0


def test_a_period_named_exactly_wins_over_its_parts(make_case):
    months = [row("region:East", f"2025-{n:02d}", float(n)) for n in (7, 8, 9)]
    assert in_force(make_case(targets=[*months, EAST[0]])) == 100.0


def test_roll_up_takes_each_rep_once(make_case):
    roster = [
        {"rep_id": "R1", "valid_from": "2024-01-01", "valid_to": "2025-07-31", "name": "Li",
         "region": "East"},
        {"rep_id": "R1", "valid_from": "2025-08-01", "name": "Li", "region": "South"},
        {"rep_id": "R2", "valid_from": "2024-01-01", "name": "Wu", "region": "South"},
    ]  # fmt: skip
    targets = [row("rep:R1", "2025Q3", 10.0), row("rep:R2", "2025Q3", 20.0)]
    settings = {"targets.roll_up": ["company", "region"]}
    case = make_case(scope="company", roster=roster, targets=targets, settings=settings)
    assert in_force(case) == 30.0
    # R1 is in East for July, 23 of the 67 working days that China has in 2025Q3
    east = pytest.approx(10 * 23 / 67)
    assert in_force(case, scope=Scope("region", "East")) == east
    assert in_force(case, scope=Scope("region", "South")) == pytest.approx(20 + 10 * 44 / 67)
    assert in_force(make_case(scope="company", roster=roster, targets=targets)) is None


def test_over_a_range_reps_come_and_go(make_case):
    targets = [row("rep:R1", "2025Q1", 1.0), row("rep:R1", "2025Q2", 2.0),
               row("rep:R2", "2025Q3", 4.0), row("rep:R2", "2025-10", 8.0), row("rep:R2", "2025", 1000.0)]  # fmt: skip
    case = make_case(
        scope="company", period="2025Q1..2025Q4", as_of="2025-12-31", targets=targets,
        settings={"targets.roll_up": ["company"]},
    )  # fmt: skip
    assert in_force(case, scope=Scope("rep", "R1")) == 3.0
    assert in_force(case) == 1003.0
    less = case.calendar.period("2025Q1..2025-10")
    assert in_force(case, period=less) == pytest.approx(1 + 2 + 4 + 8)


def test_a_target_for_no_known_period_counts_for_none(make_case):
    assert in_force(make_case(targets=[row("region:East", "Q3/2025", 5.0)])) is None


def test_who_left_or_comes_later_belongs_to_one_place(make_case):
    roster = [
        {"rep_id": "R1", "valid_from": "2024-01-01", "valid_to": "2025-05-31", "name": "Li",
         "team": "East-1", "region": "East"},
        {"rep_id": "R1", "valid_from": "2025-06-01", "valid_to": "2025-06-30", "name": "Li",
         "team": "West-1", "region": "West"},
        {"rep_id": "R2", "valid_from": "2025-11-01", "name": "Wu", "team": "East-1",
         "region": "East"},
        {"rep_id": "R3", "valid_from": "2025-08-16", "name": "Mo", "team": "East-1",
         "region": "East"},
    ]  # fmt: skip
    case = make_case(roster=roster)
    assert presence(case, Scope("team", "East-1")) == {"R2": 1.0, "R3": 1.0}
    assert presence(case, Scope("region", "West")) == {"R1": 1.0}


def test_a_managers_own_quota_counts_once_and_never_on_top(make_case):
    """M leads East-1 and sells too: the roll-up holds M's quota once, a set target not at all."""
    roster = [
        {"rep_id": "M", "valid_from": "2024-01-01", "name": "Mo", "team": "East-1",
         "region": "East"},
        *({"rep_id": one, "valid_from": "2024-01-01", "name": one, "team": "East-1",
           "region": "East", "manager_id": "M"} for one in ("A", "B")),
    ]  # fmt: skip
    quotas = [row("rep:M", "2025Q3", 40.0), row("rep:A", "2025Q3", 100.0),
              row("rep:B", "2025Q3", 60.0)]  # fmt: skip
    settings = {"targets.roll_up": ["company", "region", "team"]}
    team = Scope("team", "East-1")
    assert in_force(make_case(roster=roster, targets=quotas, settings=settings), scope=team) == 200
    set_too = [*quotas, row("team:East-1", "2025Q3", 170.0)]
    case = make_case(roster=roster, targets=set_too, settings=settings)
    assert in_force(case, scope=team) == 170.0
    assert in_force(case, scope=Scope("region", "East")) == 200.0
