"""Parameters that name people: each scope keeps its own."""

from __future__ import annotations

import pandas as pd
import pytest

from kit.data.discreet import discreet
from kit.parameters import nested, validate
from kit.publish.packet import readable_parameters
from kit.scope import Scope

ROSTER = pd.DataFrame({"rep_id": ["R1", "R2"], "team": ["East-1", "East-2"], "region": "East"})
TARGETS = {
    "locks": {"rep:R1": 1.0, "rep:R9": 9.0, "team:East-1": 2.0, "region:East": 3.0,
              "region:West": 4.0},
    "caps": {"rep:R9": 9.0},
    "leavers": {"R1": "2025-08-01", "R9": "2025-08-02"},
    "hires": [{"team": "East-1", "on": "2025-08-01"}, {"region": "West", "on": "2025-08-01"}],
    "goals": [{"name": "all"}, {"name": "mine", "scope": "rep:R1"},
              {"name": "theirs", "scope": "rep:R9"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("scope", "locks", "leavers", "hires", "goals"),
    [
        ("company", set(TARGETS["locks"]), {"R1", "R9"}, 2, {"all", "mine", "theirs"}),
        ("region:East", {"rep:R1", "team:East-1", "region:East"}, {"R1"}, 1, {"all", "mine"}),
        ("team:East-1", {"rep:R1", "team:East-1"}, {"R1"}, 1, {"all", "mine"}),
        ("rep:R1", {"rep:R1"}, {"R1"}, 0, {"all", "mine"}),
        ("rep:R2", set(), set(), 0, {"all"}),
    ],
)
def test_a_scope_keeps_what_names_its_own(scope, locks, leavers, hires, goals):
    settings = validate(
        nested({"company": "a", "data_dir": ".", "targets": TARGETS}), origin="test"
    )
    where = Scope.parse(scope)
    roster = ROSTER if where.kind in ("company", "region") else ROSTER.head(1)
    found = discreet(settings, where, roster=roster).targets
    assert set(found.locks) == locks and set(found.leavers) == leavers
    assert len(found.hires) == hires and {one.name for one in found.goals} == goals
    told = " ".join(readable_parameters(settings, kind=where.kind))
    assert ("targets.locks.rep:R9" in told) == (where.kind == "company")


PLAN = {"components": {"own": {"tiers": [{"at": 0, "rate": 0.01}]}}}
PLANS = {"all": PLAN, "both": {**PLAN, "reps": ["R1", "R9"]}, "theirs": {**PLAN, "reps": ["R9"]}}


@pytest.mark.parametrize(
    ("scope", "plans"),
    [
        ("company", {"all": (), "both": ("R1", "R9"), "theirs": ("R9",)}),
        ("region:East", {"all": (), "both": ("R1",)}),
        ("rep:R1", {"all": (), "both": ("R1",)}),
        ("rep:R2", {"all": ()}),
    ],
)
def test_a_plan_names_no_other_reps(scope, plans):
    settings = validate(
        nested({"company": "a", "data_dir": ".", "review": {"incentives": {"plans": PLANS}}}),
        origin="test",
    )
    where = Scope.parse(scope)
    roster = ROSTER if where.kind in ("company", "region") else ROSTER.head(1)
    found = discreet(settings, where, roster=roster).review.incentives.plans
    assert {name: one.reps for name, one in found.items()} == plans
    told = " ".join(readable_parameters(settings, kind=where.kind))
    for name in ("review.incentives", "review.next.post_cost", "review.risks"):
        assert (name in told) == (where.kind == "company"), name
